"""Alkaline fusion: phosphors that acid does not touch become hydroxides and sodium salts."""

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
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react

ALKALI = "NaOH(s)"
_FUSION = {
    "BaMgAl10O17(s)": (
        "aluminate",
        "BaMgAl10O17(s) + 10 NaOH(s) = BaO(s) + MgO(s) + 10 NaAlO2(s) + 5 H2O(g)",
    ),
    "EuMgAl10O17(s)": (
        "aluminate",
        "EuMgAl10O17(s) + 10 NaOH(s) + 1/4 O2(g) = 1/2 Eu2O3(s) + MgO(s) + 10 NaAlO2(s) + 5 H2O(g)",
    ),
    "Al2O3(s)": ("aluminate", "Al2O3(s) + 2 NaOH(s) = 2 NaAlO2(s) + H2O(g)"),
    "Ca5(PO4)3Cl(s)": (
        "halophosphate",
        "Ca5(PO4)3Cl(s) + 10 NaOH(s) = 5 CaO(s) + 3 Na3PO4(s) + NaCl(s) + 5 H2O(g)",
    ),
}
_FUSION |= {
    f"{e}PO4(s)": (
        "phosphate",
        f"2 {e}PO4(s) + 6 NaOH(s) + 1/2 O2(g) = 2 CeO2(s) + 2 Na3PO4(s) + 3 H2O(g)"
        if e == "Ce"
        else f"2 {e}PO4(s) + 6 NaOH(s) = {e}2O3(s) + 2 Na3PO4(s) + 3 H2O(g)",
    )
    for e in RARE_EARTHS
}
_OXYGEN = "O2(g)"


@dataclass(frozen=True, kw_only=True)
class AlkalineFusion(Unit):
    """Fuses lamp phosphor with caustic soda.

    Rare earth phosphate (LAP) becomes oxide and sodium phosphate, aluminate (BAM) oxide and
    sodium aluminate, by sourced conversions; water leaves as vapour, cerium and divalent europium
    take up oxygen. A water leach takes the sodium salts off, an acid leach the oxides.
    The dose is relative to the soda that complete conversion takes up.

    Fails where: glass takes up soda (give it in the dose), or the melt takes up carbon dioxide.
    """

    kind: ClassVar[str] = "alkaline-fusion"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "melt": "oxides, sodium salts and what did not react [solid]",
        "offgas": "water vapour and what is left of the air [gas]",
    }

    solid: Any = inlet("Phosphor.")
    alkali: Any = inlet("Solid caustic soda: an assay of NaOH.", drawable=True)
    gas: Any = inlet("Air.", drawable=True)
    dose: float = setting(
        "-", "mol of soda per mol that complete conversion takes up", minimum=0.1, maximum=50
    )
    temperature: float = setting("K", "Temperature of the fusion", minimum=600, maximum=1400)
    excess_air: Fact = sourced("fusion.excess-air", "Oxygen offered beyond that taken up, relative")
    conversion: FactTable = sourced_table(
        "fusion.conversion", "Share of each kind of phosphor that is converted", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {ALKALI, _OXYGEN, "H2O(g)"}
        return made.union(*(_reaction(solid).species for solid in names & set(_FUSION)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid, gas = inlets["solid"].stream, inlets["gas"]
        basis = solid.basis
        there = [s for s in _FUSION if solid[s] > 0]
        wanted = self.dose * sum(_soda(s) * solid[s] for s in there)
        alkali, drawn, finding = top_up(
            name, inlets["alkali"], wanted, lambda stream: stream[ALKALI], "caustic soda"
        )
        asked = {s: self.conversion[_FUSION[s][0]].value * solid[s] for s in there}
        taken = sum(_soda(s) * amount for s, amount in asked.items())
        share = min(1.0, float(alkali[basis.index[ALKALI]]) / taken) if taken > 0 else 0.0
        extents = {_reaction(s): share * amount / _count(s) for s, amount in asked.items()}
        start = solid.amounts + alkali
        after = _dry(basis, react(basis, start, extents))
        place = basis.index[_OXYGEN]
        used = max(start[place] - after[place], 0.0)
        air, air_drawn = _air(gas, used * (1 + self.excess_air.value))
        findings = [finding] if finding else []
        if share < 1 and there:
            findings.append(Finding(name, f"soda goes round for {share:.0%} only; dose more"))
        findings += outside_windows(name, self.conversion.values(), temperature=self.temperature)
        mask = basis.masks["gas"]
        offgas = after * mask + air
        trouble = None
        if offgas[place] < 0:
            trouble = Finding(name, "the gas brings too little oxygen; name a feed of air", "error")
        return Outcome(
            outlets={
                "melt": Stream(basis, after * ~mask, self.temperature),
                "offgas": Stream(basis, offgas, self.temperature),
            },
            drawn={"alkali": drawn, "gas": air_drawn},
            findings=tuple(findings),
            trouble=trouble,
        )


def _dry(basis: Basis, amounts: np.ndarray) -> np.ndarray:
    """`amounts` [mol/s] with the moisture of the charge as vapour."""
    water, steam = basis.index["H2O"], basis.index["H2O(g)"]
    amounts[steam] += amounts[water]
    amounts[water] = 0.0
    return amounts


def _air(gas: Inlet, oxygen: float) -> tuple[np.ndarray, float]:
    richness = gas.reagent[_OXYGEN] if gas.reagent is not None else 0.0
    drawn = max(oxygen - gas.stream[_OXYGEN], 0.0) / richness if richness > 0 else 0.0
    brought = drawn * gas.reagent.amounts if gas.reagent is not None else 0.0
    return gas.stream.amounts + brought, drawn


def _soda(solid: str) -> float:
    """mol of soda per mol of the solid [-]."""
    return -dict(_reaction(solid).stoichiometry)[ALKALI] / _count(solid)


def _count(solid: str) -> float:
    return -dict(_reaction(solid).stoichiometry)[solid]


@cache
def _reaction(solid: str) -> Reaction:
    return Reaction.of(_FUSION[solid][1])
