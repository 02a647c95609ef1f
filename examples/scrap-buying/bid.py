"""What three lots of scrap are worth to a plant that makes mixed oxide, and how to blend them."""

from __future__ import annotations

from pathlib import Path

from ytterby.accounts import CostBasis
from ytterby.plant import Plant
from ytterby.study import Lot, Offer, Terms, bid, blend

FOLDER = Path(__file__).parent
PLANT = Plant.read(FOLDER / "plant.yaml")
LOTS = (
    {
        "lot": "hard disks",
        "assay": {"Nd": "22.8 ± 0.5 %", "Pr": "3.3 ± 0.1 %", "Dy": "1.2 ± 0.05 %", "Fe": "62.6 %"},
        "moisture": "1 ± 0.3 %",
    },
    {
        "lot": "e-bike motors",
        "assay": {
            "Nd": "15.8 ± 0.5 %",
            "Pr": "5.1 ± 0.2 %",
            "Dy": "1.3 ± 0.1 %",
            "Gd": "3.2 ± 0.2 %",
            "Fe": "59.6 %",
        },
        "oil": "1 ± 0.3 %",
    },
)
TERMS = Terms(margin=1.0, confidence=0.9, samples=16)

bids = [bid(Lot.of(tree), PLANT, "scrap", CostBasis("CN"), TERMS) for tree in LOTS]
for one in bids:
    print(f"{one.lot.name}: at most {one.highest:.2f} USD/kg")
    for line in one.statement.lines:
        print(f"  {line.label}: {line.value:+.2f} {line.unit} {line.remark}")
offers = [Offer(one.lot, 10_000, one.highest) for one in bids]
mixture = blend(offers, 12_000, {"Gd": (0.0, 0.02)})
print("12 t with at most 2 % Gd:", {name: round(mass) for name, mass in mixture.masses.items()})
