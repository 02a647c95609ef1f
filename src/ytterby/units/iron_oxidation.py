"""Oxidation of iron(II) in a liquor, so that it can be precipitated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.chemistry import Reaction, equilibrate
from ytterby.facts import Fact
from ytterby.units.fields import inlet, sourced
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent

PEROXIDE, OXYGEN = "H2O2", "O2(g)"
_BY_PEROXIDE = Reaction.of("2 Fe+2 + H2O2 + 2 H+ = 2 Fe+3 + 2 H2O")
_BY_OXYGEN = Reaction.of("4 Fe+2 + O2(g) + 4 H+ = 4 Fe+3 + 2 H2O")
_DECAY = Reaction.of("H2O2 = H2O + 1/2 O2(g)")


@dataclass(frozen=True, kw_only=True)
class IronOxidation(Unit):
    """Turns iron(II) into iron(III) with hydrogen peroxide or with the oxygen of air.

    The oxidant is drawn for the iron there is and a sourced excess; surplus peroxide decays to
    oxygen. Conversion is sourced. Fails where: the liquor is too acid for air (below pH 2).
    """

    kind: ClassVar[str] = "iron-oxidation"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "liquor": "the oxidised liquor [aqueous]",
        "offgas": "oxygen and what came with it [gas]",
    }

    liquor: Any = inlet("What is oxidised.")
    oxidant: Any = inlet("Hydrogen peroxide or air.", drawable=True)
    conversion: Fact = sourced(
        "oxidation.iron.conversion", "Share of the iron(II) oxidised", maximum=1.0
    )
    peroxide_excess: Fact = sourced(
        "oxidation.iron.peroxide-excess", "Peroxide beyond what the iron takes, relative"
    )
    oxygen_utilisation: Fact = sourced(
        "oxidation.iron.oxygen-utilisation", "Share of sparged oxygen that reacts", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {"Fe+3", OXYGEN} if "Fe+2" in names else {OXYGEN}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, oxidant = inlets["liquor"].stream, inlets["oxidant"]
        basis = liquor.basis
        iron = self.conversion.value * liquor["Fe+2"]
        drawn = self._drawn(iron, oxidant)
        mixed = Stream(basis, liquor.amounts + with_reagent(oxidant, drawn), liquor.temperature)
        by_peroxide = min(iron / 2, mixed[PEROXIDE])
        by_oxygen = min((iron - 2 * by_peroxide) / 4, mixed[OXYGEN])
        extents = {
            _BY_PEROXIDE: by_peroxide,
            _BY_OXYGEN: by_oxygen,
            _DECAY: mixed[PEROXIDE] - by_peroxide,
        }
        possible = {r: e for r, e in extents.items() if r.species <= set(basis.names)}
        after = Stream(basis, react(basis, mixed.amounts, possible), liquor.temperature)
        wet = equilibrate(after.amounts * ~basis.masks["gas"], basis.solution)
        return Outcome(
            outlets={
                "liquor": Stream(basis, wet, liquor.temperature),
                "offgas": after.only("gas"),
            },
            drawn={"oxidant": drawn},
        )

    def _drawn(self, iron: float, oxidant: Inlet) -> float:
        """kg/s of fresh oxidant for `iron` [mol/s]."""
        if oxidant.reagent is None:
            return 0.0
        peroxide, oxygen = oxidant.reagent[PEROXIDE], oxidant.reagent[OXYGEN]
        if peroxide > 0:
            return iron / 2 * (1 + self.peroxide_excess.value) / peroxide
        return iron / 4 / self.oxygen_utilisation.value / oxygen if oxygen > 0 else 0.0
