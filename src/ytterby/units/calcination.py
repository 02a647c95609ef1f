"""Calcination: oxalate, hydroxide or carbonate to oxide, with the off-gas that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.chemistry import TRADE_OXIDE
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.thermal import burn, fire, stable_species
from ytterby.units.unit import Inlet, Outcome, Unit, elements_in


@dataclass(frozen=True, kw_only=True)
class Calcination(Unit):
    """Heats a cake in air until only oxides are left.

    Rare earths become their trade oxides (Pr6O11, Tb4O7, CeO2, otherwise RE2O3), oxalate and
    organic matter burn to CO2, moisture evaporates, and what was dissolved in the moisture stays:
    sodium as NaCl, metals as oxides, their chlorine leaving as HCl.

    Fails where: calcination is incomplete (residual carbonate and carbon below 800 degC) or
    rare earth oxychloride forms.
    """

    kind: ClassVar[str] = "calcination"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {
        "product": "the oxide [solid]",
        "offgas": "water vapour, carbon dioxide, HCl, and the air [gas]",
    }

    solid: Any = inlet("The cake.")
    gas: Any = inlet("Air, or what is used as such.", drawable=True)
    temperature: float = setting("K", "Temperature of calcination", minimum=800, maximum=1700)
    excess_air: Fact = sourced(
        "calcination.excess-air", "Oxygen offered beyond that taken up, relative"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return stable_species(elements_in(names), TRADE_OXIDE)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        cake = inlets["solid"].stream
        made, oxygen = burn(cake.only("solid", "aqueous", "organic"), TRADE_OXIDE)
        product, offgas, drawn, trouble = fire(
            name, cake, made, oxygen, inlets["gas"], self.excess_air.value, self.temperature
        )
        return Outcome(
            outlets={"product": product, "offgas": offgas}, drawn={"gas": drawn}, trouble=trouble
        )
