"""Oxalate precipitation: rare earths out of a chloride liquor as pure oxalate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    RARE_EARTHS,
    Guess,
    Reaction,
    Solution,
    equilibrate,
    oxalate_of,
)
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent

COPRECIPITATES = {
    "Co": "Co+2 + C2O4-2 + 2 H2O = CoC2O4.2H2O(s)",
    "Ni": "Ni+2 + C2O4-2 + 2 H2O = NiC2O4.2H2O(s)",
    "Fe": "Fe+2 + C2O4-2 + 2 H2O = FeC2O4.2H2O(s)",
    "Ca": "Ca+2 + C2O4-2 + H2O = CaC2O4.H2O(s)",
    "Cu": "Cu+2 + C2O4-2 = CuC2O4(s)",
    "Pb": "Pb+2 + C2O4-2 = PbC2O4(s)",
}
"""What each impurity comes down as when it is dragged along."""
_OXALATE_PER_RARE_EARTH = 3 / 2


@dataclass(frozen=True, kw_only=True)
class OxalatePrecipitation(Unit):
    """Precipitates rare earth oxalate decahydrate with a chosen dose of oxalic acid.

    What stays dissolved follows from the solubility products, with oxalic acid and its anions in
    equilibrium; a sourced share of cobalt, nickel, iron(II), calcium, copper and lead is dragged
    along. The acid that the rare earths were bound to is set free: 6 H+ per RE2(C2O4)3.
    Under-dosing loses the heavy rare earths first, since their oxalates are the more soluble.

    Fails where: rare earths form soluble oxalate complexes (large excess, heavy rare earths in
    strong acid), iron(III) or aluminium bind oxalate, or sodium double oxalates form.
    """

    kind: ClassVar[str] = "oxalate-precipitation"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the oxalate in its mother liquor [solid, aqueous]"
    }

    liquor: Any = inlet("What holds the rare earths.")
    oxalic: Any = inlet("Solution of oxalic acid.", drawable=True)
    dose: float = setting(
        "-", "mol of oxalate per 3 mol that 2 mol of rare earth bind", minimum=0.1, maximum=10
    )
    coprecipitation: FactTable = sourced_table(
        "oxalate.coprecipitation", "Share of each impurity dragged along", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {oxalate_of(e) for e in RARE_EARTHS if f"{e}+3" in names} | {"C2O4-2"}
        for line in COPRECIPITATES.values():
            solid = Reaction.of(line).stoichiometry[0][0]
            if any(part in names for part in Reaction.of(line).species if part.endswith("+2")):
                made.add(solid)
        return made

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, oxalic = inlets["liquor"].stream, inlets["oxalic"]
        basis = liquor.basis
        rare_earths = sum(liquor[f"{element}+3"] for element in RARE_EARTHS)
        brought = oxalate_in(liquor) + oxalate_in(oxalic.stream)
        wanted = self.dose * _OXALATE_PER_RARE_EARTH * rare_earths - brought
        strength = oxalate_in(oxalic.reagent) if oxalic.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / strength if strength > 0 else 0.0
        mixed = Stream(basis, liquor.amounts + with_reagent(oxalic, drawn), liquor.temperature)
        dragged = react(basis, mixed.amounts, self._dragged(mixed))
        guess = memory or Guess.none()
        slurry = equilibrate(dragged, _solution(basis), guess)
        findings = ()
        if strength <= 0 < wanted:
            findings = (Finding(name, "no feed of oxalic acid is named to bring the dose"),)
        return Outcome(
            outlets={"slurry": Stream(basis, slurry, liquor.temperature)},
            drawn={"oxalic": drawn},
            findings=findings,
            memory=guess,
        )

    def _dragged(self, liquor: Stream) -> dict[Reaction, float]:
        """Extents [mol/s], no more than the free oxalate allows."""
        extents = {}
        free = oxalate_in(liquor)
        for element, line in COPRECIPITATES.items():
            if element in self.coprecipitation and f"{element}+2" in liquor.basis.index:
                extent = self.coprecipitation[element].value * liquor[f"{element}+2"]
                extents[Reaction.of(line)] = min(extent, free)
                free -= extents[Reaction.of(line)]
        return extents


def oxalate_in(stream: Stream) -> float:
    """Dissolved oxalate in whatever form [mol/s]."""
    return stream["C2O4-2"] + stream["HC2O4-"] + stream["H2C2O4"]


@cache
def _solution(basis: Basis) -> Solution:
    solids = [oxalate_of(e) for e in RARE_EARTHS if oxalate_of(e) in basis.index]
    return Solution.of(basis.names, tuple(solids))
