"""Caustic cracking: phosphate, fluorocarbonate and fluoride to hydroxide in hot soda."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction, equilibrate
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.minerals import THORIUM_PHOSPHATE, URANIUM_OXIDE, bastnaesite, phosphate
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react

_ALKALI = "OH-"


def _cracking() -> dict[str, tuple[str, str]]:
    made = {
        THORIUM_PHOSPHATE: ("thorium", f"{THORIUM_PHOSPHATE} + 12 OH- = 3 Th(OH)4(s) + 4 PO4-3"),
        URANIUM_OXIDE: ("uranium", f"{URANIUM_OXIDE} + H2O = UO2(OH)2(s)"),
    }
    for e in RARE_EARTHS:
        hydroxide = f"{e}(OH)3(s)"
        made[phosphate(e)] = ("phosphate", f"{phosphate(e)} + 3 OH- = {hydroxide} + PO4-3")
        made[bastnaesite(e)] = (
            "fluorocarbonate",
            f"{bastnaesite(e)} + 3 OH- = {hydroxide} + F- + CO3-2",
        )
        made[f"{e}F3(s)"] = ("fluoride", f"{e}F3(s) + 3 OH- = {hydroxide} + 3 F-")
    return made


CRACKING = _cracking()
"""Solid -> (key of its conversion, what caustic soda makes of it)."""


@dataclass(frozen=True, kw_only=True)
class CausticCrack(Unit):
    """Cracks monazite, xenotime, bastnaesite or fluoride residue with caustic soda solution.

    Rare earths, thorium and uranium become hydroxides by sourced conversions, as far as the soda
    goes round; phosphate, fluoride and carbonate dissolve as sodium salts, which a hot filter and
    a wash take off. Radium stays with the solids. The dose is relative to complete conversion.

    Fails where: the mineral is coarse (monazite is ground below 45 um), the slurry is filtered
    cold (sodium phosphate comes down, which is not reckoned), or silica and alumina take up soda.
    """

    kind: ClassVar[str] = "caustic-crack"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "hydroxides and what did not react, in the spent soda [solid, aqueous]"
    }

    solid: Any = inlet("Mineral concentrate, or a fluoride residue.")
    alkali: Any = inlet("Recycled soda first, fresh soda tops it up.", drawable=True)
    dose: float = setting(
        "-", "mol of soda per mol that complete conversion takes up", minimum=0.1, maximum=50
    )
    temperature: float = setting("K", "Temperature of the crack", minimum=350, maximum=600)
    conversion: FactTable = sourced_table(
        "crack.conversion", "Share of each kind of mineral that is converted", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {_ALKALI}.union(*(cracking_of(s).species for s in names & set(CRACKING)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        there = [s for s in CRACKING if solid[s] > 0]
        wanted = self.dose * sum(_soda(s) * solid[s] for s in there)
        alkali, drawn, finding = top_up(
            name, inlets["alkali"], wanted, lambda stream: stream[_ALKALI], "soda"
        )
        findings = [finding] if finding else []
        asked = {s: self.conversion[CRACKING[s][0]].value * solid[s] for s in there}
        start = equilibrate(solid.amounts + alkali, basis.solution)
        taken = sum(_soda(s) * amount for s, amount in asked.items())
        room = float(start[basis.index[_ALKALI]])
        share = min(1.0, room / taken) if taken > 0 else 1.0
        if share < 1:
            findings.append(Finding(name, f"soda goes round for {share:.0%} only; dose more"))
        after = react(basis, start, {cracking_of(s): share * n for s, n in asked.items()})
        findings += outside_windows(name, self.conversion.values(), temperature=self.temperature)
        slurry = Stream(basis, equilibrate(after, basis.solution), self.temperature)
        return Outcome({"slurry": slurry}, {"alkali": drawn}, findings=tuple(findings))


@cache
def cracking_of(solid: str) -> Reaction:
    """What caustic soda makes of one mol of `solid`."""
    return Reaction.of(CRACKING[solid][1])


def _soda(solid: str) -> float:
    """mol of soda per mol of the solid [-]."""
    return -dict(cracking_of(solid).stoichiometry).get(_ALKALI, 0.0)
