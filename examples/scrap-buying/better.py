"""The acid dose, bleed and oxalate dose at which the mixed-oxide plant earns most."""

from __future__ import annotations

from pathlib import Path

from ytterby.accounts import CostBasis
from ytterby.plant import Plant
from ytterby.study import Aim, Held, Study, field_between, optimise
from ytterby.study.figures import Figures

PLANT = Plant.read(Path(__file__).with_name("plant.yaml"))
FIELDS = (
    field_between("leach.acid_dose", 1.0, 1.4),
    field_between("bleed.part", "20 %", "90 %"),
    field_between("oxalate.dose", 1.0, 1.2),
)

study = Study(PLANT, FIELDS, Figures(money=CostBasis("CN"), scrap=("scrap",)))
held = [Held("recovery Dy, kiln.product", ">=", 0.85)]
found = optimise(study, Aim("margin", "maximise"), held, most=40)
for name, value in found.best.items():
    print(f"{name}: {found.start[name]:.4g} -> {value:.4g}")
print(f"margin: {found.gain:+.0f} USD/year after {found.solved} plants")
for limit in found.binding:
    worth = limit.worth * limit.step
    print(f"binds: {limit.what}; easing it by {limit.step:g} is worth {worth:.4g} USD/year")
