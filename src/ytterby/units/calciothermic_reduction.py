"""Calciothermic reduction: rare earth fluoride to metal with calcium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.facts import Fact
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, react

_CALCIUM, _SLAG = "Ca(s)", "CaF2(s)"


@dataclass(frozen=True, kw_only=True)
class CalciothermicReduction(Unit):
    """Reduces rare earth fluoride to metal with calcium, and parts metal from slag.

    2 REF3 + 3 Ca = 2 RE + 3 CaF2, by a sourced yield for each rare earth. Metals of the charge
    join the metal; fluoride and oxide that did not react and the excess of calcium leave with
    the slag. The dose is relative to 3 Ca per 2 RE.

    Fails where: Sm, Eu or Yb are reduced (they stay divalent: they have no yield and pass into
    the slag), tantalum of the crucible is taken up, or oxygen and calcium are left in the metal.
    """

    kind: ClassVar[str] = "calciothermic-reduction"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "metal": "the metal, remelted in vacuum [solid]",
        "slag": "calcium fluoride with what did not react [solid]",
    }

    fluoride: Any = inlet("Rare earth fluoride, dry.")
    calcium: Any = inlet("Calcium, distilled.", drawable=True)
    dose: float = setting("-", "mol of Ca per 3/2 mol of rare earth", minimum=0.5, maximum=2)
    temperature: float = setting(
        "K",
        "Highest temperature, metal and slag liquid",
        minimum=1400,
        maximum=2200,
    )
    recovered: FactTable = sourced_table(
        "calciothermic.yield", "Share of each rare earth fluoride that becomes metal", maximum=1.0
    )
    energy: Fact = sourced("calciothermic.energy", "Electricity per mass of metal", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {f"{e}(s)" for e in self.recovered if f"{e}F3(s)" in names}
        return made | ({_SLAG, _CALCIUM} if made else set())

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        charge = inlets["fluoride"].stream
        basis = charge.basis
        wanted = {
            e: self.recovered[e].value * charge[f"{e}F3(s)"]
            for e in _reducible(basis)
            if e in self.recovered
        }
        need = 3 / 2 * sum(charge[f"{e}F3(s)"] for e in wanted)
        calcium, drawn, finding = top_up(
            name, inlets["calcium"], self.dose * need, lambda s: s[_CALCIUM], "calcium"
        )
        there = float(calcium[basis.index[_CALCIUM]]) if _CALCIUM in basis.index else 0.0
        taken = 3 / 2 * sum(wanted.values())
        share = min(1.0, there / taken) if taken > 0 else 0.0
        extents = {_reduction(e): share * extent / 2 for e, extent in wanted.items()}
        after = react(basis, charge.amounts + calcium, extents)
        metal = np.where(_metals(basis), after, 0.0)
        made = Stream(basis, metal)
        findings = [finding] if finding else []
        if 0 < share < 1:
            findings.append(
                Finding(name, f"calcium reduces {share:.0%} of what it might; dose more")
            )
        return Outcome(
            outlets={"metal": made, "slag": Stream(basis, after - metal)},
            drawn={"calcium": drawn},
            duties={"electricity": made.mass * self.energy.si("J/kg")},
            findings=tuple(findings),
        )


@cache
def _reduction(element: str) -> Reaction:
    return Reaction.of(f"2 {element}F3(s) + 3 Ca(s) = 2 {element}(s) + 3 CaF2(s)")


@cache
def _reducible(basis: Basis) -> tuple[str, ...]:
    return tuple(e for e in RARE_EARTHS if f"{e}F3(s)" in basis.index)


@cache
def _metals(basis: Basis) -> np.ndarray:
    """Which species are metals that join the pool of metal, calcium apart."""
    alone = {f"{e}(s)" for e in basis.elements if e not in ("Ca", "inert")}
    return np.array([name in alone for name in basis.names])
