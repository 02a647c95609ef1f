"""Water leach of a sulfated calcine, or of a fused one: what is soluble goes into solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Basis, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction, Solution, equilibrate, hydroxides, solids_of
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.topping import top_up_liquid
from ytterby.units.unit import Inlet, Outcome, Unit, react

_SALTS = {
    "Na2O(s)": ("sodium", "Na2O(s) + H2O = 2 Na+ + 2 OH-"),
    "NaOH(s)": ("sodium", "NaOH(s) = Na+ + OH-"),
    "NaCl(s)": ("sodium", "NaCl(s) = Na+ + Cl-"),
    "Na2SO4(s)": ("sodium", "Na2SO4(s) = 2 Na+ + SO4-2"),
    "Na2CO3(s)": ("sodium", "Na2CO3(s) = 2 Na+ + CO3-2"),
    "Na3PO4(s)": ("sodium", "Na3PO4(s) = 3 Na+ + PO4-3"),
    "NaAlO2(s)": ("aluminate", "NaAlO2(s) + 2 H2O = Na+ + Al(OH)4-"),
}
_BIVALENT = ("Co", "Ni", "Cu", "Zn", "Mg", "Ca")
_SALTS |= {f"{e}SO4(s)": ("sulfate", f"{e}SO4(s) = {e}+2 + SO4-2") for e in _BIVALENT}
_SALTS |= {
    f"{e}2(SO4)3(s)": ("sulfate", f"{e}2(SO4)3(s) = 2 {e}+3 + 3 SO4-2")
    for e in (*RARE_EARTHS, "Fe", "Al")
}
_SALTS |= {
    "Th(SO4)2(s)": ("sulfate", "Th(SO4)2(s) = Th+4 + 2 SO4-2"),
    "UO2SO4(s)": ("sulfate", "UO2SO4(s) = UO2+2 + SO4-2"),
}


@dataclass(frozen=True, kw_only=True)
class WaterLeach(Unit):
    """Dissolves sulfates, or the sodium salts of a fusion, in water.

    Of each soluble salt its sourced extent dissolves; hydroxides and gypsum then form up to their
    solubility. Fails where: rare earth sulfate is more than dissolves (it dissolves the worse the
    warmer), or double sulfates form with sodium.
    """

    kind: ClassVar[str] = "water-leach"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the solution with what did not dissolve [solid, aqueous]"
    }

    solid: Any = inlet("What is leached.")
    water: Any = inlet("Recycled water first, fresh water tops it up.", drawable=True)
    liquid_to_solid: float = setting(
        "m3/kg", "Liquid per mass of solid, such as 5 L/kg", minimum=0.0005, maximum=0.1
    )
    extent: FactTable = sourced_table(
        "leach.water.extent", "Share of each kind of salt that dissolves", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = set().union(*(_reaction(salt).species for salt in names & set(_SALTS)))
        return made | set(_solids(frozenset(names | made)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        water, drawn, finding = top_up_liquid(
            name, solid, self.liquid_to_solid, solid.amounts, inlets["water"]
        )
        extents = {
            _reaction(salt): self.extent[key].value * solid[salt]
            for salt, (key, _) in _SALTS.items()
            if salt in basis.index
        }
        after = react(basis, solid.amounts + water, extents)
        slurry = equilibrate(after, _solution(basis))
        return Outcome(
            outlets={"slurry": Stream(basis, slurry, solid.temperature)},
            drawn={"water": drawn},
            findings=(finding,) if finding else (),
        )


@cache
def _reaction(salt: str) -> Reaction:
    return Reaction.of(_SALTS[salt][1])


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    return (*hydroxides(names), *solids_of("sulfate", names))


@cache
def _solution(basis: Basis) -> Solution:
    there = set(_solids(frozenset(basis.names)))
    return Solution.of(basis.names, tuple(name for name in basis.names if name in there))
