"""Fluoride removal: what calcium leaves of fluoride in water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.units.calcium_treatment import CALCIUM, CalciumTreatment, slaked
from ytterby.units.fields import inlet, setting
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome


@dataclass(frozen=True, kw_only=True)
class FluorideRemoval(CalciumTreatment):
    """Takes fluoride down with calcium, to what calcium fluoride leaves dissolved.

    The dose is relative to 1 Ca per 2 F and counts the calcium that the water brings. How much
    fluoride stays rests on the solubility product, over which databases differ by a factor of
    two in the fluoride left: choose one, or give your own.

    Fails where: aluminium, iron or boron hold fluoride as complexes, fine fluoride passes the
    clarifier, or phosphate and sulfate take the calcium.
    """

    kind: ClassVar[str] = "fluoride-removal"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("What brings the calcium: lime or calcium chloride.", drawable=True)
    dose: float = setting("-", "mol of calcium per mol that fluoride binds", minimum=0, maximum=100)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        wanted = self.dose * (liquor["F-"] + liquor["HF"]) / 2 - liquor[CALCIUM]
        given, drawn, finding = top_up(
            name, reagent, max(wanted, 0.0), lambda stream: stream.amount("Ca"), "calcium"
        )
        start = liquor.amounts + slaked(liquor.basis, given)
        return self.settled(name, liquor, start, drawn, finding, memory)
