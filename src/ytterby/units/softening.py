"""Softening: what soda leaves of calcium in water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.units.calcium_treatment import CALCIUM, CalciumTreatment
from ytterby.units.fields import inlet, setting
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome

_CARBONATE = ("CO3-2", "HCO3-", "H2CO3")


@dataclass(frozen=True, kw_only=True)
class Softening(CalciumTreatment):
    """Takes calcium out with soda, before membranes and towers that it would scale.

    The dose is relative to 1 CO3 per Ca and counts the carbonate that the water brings. Calcium
    goes down as calcite; magnesium and what is left of metals as hydroxide where p[H] is high
    enough, so soften while the water is alkaline.

    Fails where: magnesium is many times the calcium, or phosphate keeps calcite from growing.
    """

    kind: ClassVar[str] = "softening"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("What brings carbonate: soda.", drawable=True)
    dose: float = setting("-", "mol of carbonate per mol of calcium", minimum=0, maximum=20)

    def reach(self, names: frozenset[str]) -> set[str]:
        return super().reach(names | set(_CARBONATE)) | set(_CARBONATE)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        wanted = max(self.dose * liquor[CALCIUM] - _carbonate(liquor), 0.0)
        given, drawn, finding = top_up(name, reagent, wanted, _carbonate, "carbonate")
        return self.settled(name, liquor, liquor.amounts + given, drawn, finding, memory)


def _carbonate(stream: Stream) -> float:
    """Dissolved carbonate in whatever form [mol/s]."""
    return sum(stream[form] for form in _CARBONATE)
