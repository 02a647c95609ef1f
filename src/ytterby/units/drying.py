"""Drying: moisture off a cake, by heat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.chemistry import equilibrate
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.unit import Inlet, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class Drying(Unit):
    """Evaporates the free water of a cake down to a moisture that stays.

    What was dissolved stays with the cake. Heat: the latent heat of the water that evaporates
    over the thermal efficiency of the dryer; the heat that warms the solid is left out.

    Fails where: crystal water leaves too, or acid evaporates with the water.
    """

    kind: ClassVar[str] = "drying"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "solid": "the dried cake [solid, aqueous, organic]",
        "vapour": "water vapour and the gases that came [gas]",
    }

    cake: Any = inlet("The wet cake.")
    moisture: float = setting(
        "-", "Free water that stays, per mass of dried cake", minimum=0, maximum=0.5
    )
    latent_heat: Fact = sourced(
        "drying.latent-heat", "Latent heat of evaporation of water", unit="J/kg"
    )
    efficiency: Fact = sourced(
        "drying.efficiency", "Latent heat over the heat that is fed", minimum=0.05, maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {"H2O(g)"}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        cake = inlets["cake"].stream
        basis = cake.basis
        water, steam = basis.index["H2O"], basis.index["H2O(g)"]
        molar_mass = basis.molar_mass[water]
        condensed = cake.mass - cake.mass_of("gas")
        rest = condensed - cake["H2O"] * molar_mass
        kept = min(self.moisture / (1 - self.moisture) * rest / molar_mass, cake["H2O"])
        amounts = cake.amounts * ~basis.masks["gas"]
        vapour = cake.amounts * basis.masks["gas"]
        amounts[water] = kept
        vapour[steam] += cake["H2O"] - kept
        heat = (cake["H2O"] - kept) * molar_mass * self.latent_heat.si("J/kg")
        return Outcome(
            outlets={
                "solid": Stream(basis, equilibrate(amounts, basis.solution), cake.temperature),
                "vapour": Stream(basis, vapour, cake.temperature),
            },
            duties={"heat": heat / self.efficiency.value},
        )
