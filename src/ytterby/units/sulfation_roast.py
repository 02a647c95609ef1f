"""Sulfation roast: rare earths to water-soluble sulfate, other metals to oxide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.thermal import OXYGEN, SESQUIOXIDE, burn, fire, stable_species
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, elements_in, outside_windows, react

_DIOXIDE = "SO2(g)"


def _sulfation() -> dict[str, tuple[str, Reaction]]:
    made = {}
    for e in RARE_EARTHS:
        oxide = SESQUIOXIDE[e]
        equation = (
            f"2 {oxide}(s) + 3 SO2(g) + O2(g) = {e}2(SO4)3(s)"
            if oxide.endswith("O2")
            else f"{oxide}(s) + 3 SO2(g) + 3/2 O2(g) = {e}2(SO4)3(s)"
        )
        made[e] = (f"{oxide}(s)", Reaction.of(equation))
    for e in ("Fe", "Al"):
        equation = f"{e}2O3(s) + 3 SO2(g) + 3/2 O2(g) = {e}2(SO4)3(s)"
        made[e] = (f"{e}2O3(s)", Reaction.of(equation))
    for e in ("Co", "Ni", "Cu", "Zn", "Mg", "Ca"):
        made[e] = (f"{e}O(s)", Reaction.of(f"{e}O(s) + SO2(g) + 1/2 O2(g) = {e}SO4(s)"))
    return made


SULFATION = _sulfation()
"""Element -> (its oxide, how that becomes sulfate)."""


@dataclass(frozen=True, kw_only=True)
class SulfationRoast(Unit):
    """Roasts scrap with sulfuric acid or ammonium sulfate, hot enough that only rare earth
    sulfates last.

    Every metal goes to its oxide; the sourced share of each element is sulfate at the end, as far
    as the sulfur goes round. Sulfur left over leaves as SO2 with its oxygen, nitrogen of ammonium
    as N2. The dose is relative to the sulfate that the rare earths bind, 3 per 2 RE.

    Fails where: the temperature differs much from that of the sourced shares, since iron and
    cobalt sulfates last below and rare earth sulfates fall apart above some 800 degC; ammonia
    and SO3, which can be caught and used again, are reckoned as burnt and as SO2.
    """

    kind: ClassVar[str] = "sulfation-roast"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "calcine": "sulfates and oxides [solid]",
        "offgas": "sulfur dioxide, water, nitrogen and unused oxygen [gas]",
    }

    solid: Any = inlet("What is roasted.")
    sulfate: Any = inlet("Sulfuric acid or ammonium sulfate.", drawable=True)
    gas: Any = inlet("Air, or what is used as such.", drawable=True)
    dose: float = setting(
        "-", "mol of sulfur per mol that the rare earths bind", minimum=0.1, maximum=20
    )
    temperature: float = setting("K", "Highest temperature", minimum=800, maximum=1200)
    excess_air: float = setting("-", "Oxygen offered beyond that taken up, relative", default=0.5)
    sulfated: FactTable = sourced_table(
        "sulfation.share", "Share of each element that is sulfate at the end", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        elements = elements_in(names)
        made = stable_species(elements, SESQUIOXIDE) | {_DIOXIDE}
        there = elements & set(SULFATION) & set(self.sulfated)
        return made.union(*(SULFATION[e][1].species for e in there))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        rare_earths = sum(solid.amount(element) for element in RARE_EARTHS)
        reagent, drawn, finding = top_up(
            name,
            inlets["sulfate"],
            self.dose * rare_earths * 3 / 2,
            lambda stream: stream.amount("S"),
            "sulfate",
        )
        charge = Stream(basis, solid.amounts + reagent, solid.temperature)
        made, oxygen = burn(charge.only("solid", "aqueous", "organic"), SESQUIOXIDE)
        extents, share = self._extents(basis, made)
        made = react(basis, made, extents)
        oxygen -= made[basis.index[OXYGEN]]
        made[basis.index[OXYGEN]] = 0.0
        calcine, offgas, air, trouble = fire(
            name, charge, made, oxygen, inlets["gas"], self.excess_air, self.temperature
        )
        findings = [finding] if finding else []
        if share < 1:
            findings.append(Finding(name, f"sulfur goes round for {share:.0%} only; dose more"))
        findings += outside_windows(name, self.sulfated.values(), temperature=self.temperature)
        return Outcome(
            outlets={"calcine": calcine, "offgas": offgas},
            drawn={"sulfate": drawn, "gas": air},
            findings=tuple(findings),
            trouble=trouble,
        )

    def _extents(self, basis: Basis, oxides: np.ndarray) -> tuple[dict[Reaction, float], float]:
        """(extents of sulfation [mol/s], share of them that the sulfur allows)."""
        wanted, need = {}, 0.0
        for element, (oxide, reaction) in SULFATION.items():
            if element not in self.sulfated or oxide not in basis.index:
                continue
            counts = dict(reaction.stoichiometry)
            extent = self.sulfated[element].value * oxides[basis.index[oxide]] / -counts[oxide]
            wanted[reaction] = extent
            need -= counts[_DIOXIDE] * extent
        there = float(oxides[basis.index[_DIOXIDE]])
        share = min(1.0, there / need) if need > 0 else 1.0
        return {reaction: share * extent for reaction, extent in wanted.items()}, share
