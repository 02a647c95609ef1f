"""Acid bake: minerals to water-soluble sulfate in concentrated sulfuric acid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.minerals import (
    APATITE,
    CALCITE,
    FLUORITE,
    THORIUM_PHOSPHATE,
    URANIUM_OXIDE,
    bastnaesite,
    phosphate,
)
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react

_SULFATE, _STEAM = "SO4-2", "H2O(g)"
_BISULFATE = "HSO4- = H+ + SO4-2"
_DRYING = f"H2O = {_STEAM}"
_PYROPHOSPHATE = f"{THORIUM_PHOSPHATE} + 2 H3PO4 = 3 ThP2O7(s) + 3 H2O(g)"


def _baking() -> dict[str, tuple[str, str]]:
    made = {
        THORIUM_PHOSPHATE: (
            "phosphate",
            f"{THORIUM_PHOSPHATE} + 12 H+ + 6 SO4-2 = 3 Th(SO4)2(s) + 4 H3PO4",
        ),
        URANIUM_OXIDE: ("oxide", f"{URANIUM_OXIDE} + 2 H+ + SO4-2 = UO2SO4(s) + H2O(g)"),
        FLUORITE: ("fluorite", f"{FLUORITE} + 2 H+ + SO4-2 = CaSO4(s) + 2 HF(g)"),
        CALCITE: ("carbonate", f"{CALCITE} + 2 H+ + SO4-2 = CaSO4(s) + CO2(g) + H2O(g)"),
        APATITE: ("apatite", f"{APATITE} + 10 H+ + 5 SO4-2 = 5 CaSO4(s) + 3 H3PO4 + HF(g)"),
    }
    for e in ("Fe", "Al"):
        made[f"{e}2O3(s)"] = ("gangue-oxide", f"{e}2O3(s) + 6 H+ + 3 SO4-2 = {_salt(e)} + 3 H2O(g)")
    for e in RARE_EARTHS:
        made[phosphate(e)] = (
            "phosphate",
            f"2 {phosphate(e)} + 6 H+ + 3 SO4-2 = {_salt(e)} + 2 H3PO4",
        )
        made[bastnaesite(e)] = (
            "fluorocarbonate",
            f"2 {bastnaesite(e)} + 6 H+ + 3 SO4-2 = {_salt(e)} + 2 HF(g) + 2 CO2(g) + 2 H2O(g)",
        )
    return made


def _salt(element: str) -> str:
    return f"{element}2(SO4)3(s)"


BAKING = _baking()
"""Solid -> (key of its conversion, what the acid makes of it)."""


@dataclass(frozen=True, kw_only=True)
class AcidBake(Unit):
    """Bakes a concentrate with sulfuric acid; a water leach then takes rare earth sulfates.

    Minerals become sulfates by sourced conversions, as far as the acid goes round; fluorine
    leaves as HF, carbonate as carbon dioxide, water as steam; phosphoric acid and what acid is
    left stay in the cake. Of the thorium the share `thorium_fixed` becomes pyrophosphate, which
    water does not dissolve: it has to be given, since it rises with temperature above 300 degC
    (Demol, TMS, discovery.researcher.life e6b41f72) by how much no open source tells. Radium
    stays as sulfate. The dose is mol of sulfur per mol that complete conversion binds.

    Fails where: the bake is so hot (above 300 degC) that acid evaporates as SO3, or silica takes
    up HF.
    """

    kind: ClassVar[str] = "acid-bake"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "cake": "sulfates, phosphoric and sulfuric acid, gangue [solid, aqueous]",
        "offgas": "hydrogen fluoride, carbon dioxide and steam [gas]",
    }

    solid: Any = inlet("Mineral concentrate.")
    acid: Any = inlet("Concentrated sulfuric acid.", drawable=True)
    dose: float = setting(
        "-", "mol of sulfur per mol that complete conversion binds", minimum=0.1, maximum=20
    )
    temperature: float = setting("K", "Temperature of the bake", minimum=400, maximum=900)
    thorium_fixed: float = setting(
        "-", "Share of the thorium that becomes pyrophosphate", minimum=0, maximum=1
    )
    conversion: FactTable = sourced_table(
        "bake.conversion", "Share of each kind of mineral that is converted", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {"H+", _SULFATE, "HSO4-", _STEAM}
        made = made.union(*(baking_of(s).species for s in names & set(BAKING)))
        return made | ({"ThP2O7(s)", "H3PO4"} if THORIUM_PHOSPHATE in names else set())

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        there = [s for s in BAKING if solid[s] > 0]
        wanted = self.dose * sum(_bound(s) * solid[s] for s in there)
        acid, drawn, finding = top_up(
            name,
            inlets["acid"],
            wanted,
            lambda stream: stream[_SULFATE] + stream["HSO4-"],
            "sulfuric acid",
        )
        findings = [finding] if finding else []
        start = _apart(basis, solid.amounts + acid)
        asked = {s: self.conversion[BAKING[s][0]].value * solid[s] for s in there}
        share = _share(basis, start, asked)
        if share < 1:
            findings.append(Finding(name, f"acid goes round for {share:.0%} only; dose more"))
        extents = {baking_of(s): share * n / _count(s) for s, n in asked.items()}
        fixed, thorium = self._fixed(extents)
        after = react(basis, react(basis, start, thorium), fixed)
        after = _dry(basis, after)
        findings += outside_windows(name, self.conversion.values(), temperature=self.temperature)
        gas = basis.masks["gas"]
        return Outcome(
            outlets={
                "cake": Stream(basis, after * ~gas, self.temperature),
                "offgas": Stream(basis, after * gas, self.temperature),
            },
            drawn={"acid": drawn},
            findings=tuple(findings),
        )

    def _fixed(
        self, extents: dict[Reaction, float]
    ) -> tuple[dict[Reaction, float], dict[Reaction, float]]:
        """(extent of thorium to pyrophosphate, the other extents) [mol/s].

        Pyrophosphate takes up phosphoric acid that rare earth phosphate has set free.
        """
        reaction = baking_of(THORIUM_PHOSPHATE)
        if reaction not in extents:
            return {}, extents
        free = sum(dict(r.stoichiometry).get("H3PO4", 0.0) * n for r, n in extents.items())
        thorium = extents[reaction]
        # Less sulfate sets less acid free: n fixed costs 4 and takes 2 of the acid.
        most = min(self.thorium_fixed * thorium, free / (2 + 4))
        return {Reaction.of(_PYROPHOSPHATE): most}, {**extents, reaction: thorium - most}


@cache
def baking_of(solid: str) -> Reaction:
    """What sulfuric acid makes of `solid`."""
    return Reaction.of(BAKING[solid][1])


def _count(solid: str) -> float:
    return -dict(baking_of(solid).stoichiometry)[solid]


def _bound(solid: str) -> float:
    """mol of sulfate per mol of the solid [-]."""
    return -dict(baking_of(solid).stoichiometry)[_SULFATE] / _count(solid)


def _apart(basis: Basis, amounts: np.ndarray) -> np.ndarray:
    """`amounts` [mol/s] with bisulfate taken apart, so that its parts can be used up."""
    return react(basis, amounts, {Reaction.of(_BISULFATE): float(amounts[basis.index["HSO4-"]])})


def _share(basis: Basis, start: np.ndarray, asked: Mapping[str, float]) -> float:
    """Share of the conversions that protons and sulfate allow [-]."""
    share = 1.0
    for part in ("H+", _SULFATE):
        used = sum(
            -dict(baking_of(s).stoichiometry)[part] / _count(s) * n for s, n in asked.items()
        )
        if used > 0:
            share = min(share, float(start[basis.index[part]]) / used)
    return share


def _dry(basis: Basis, amounts: np.ndarray) -> np.ndarray:
    """`amounts` [mol/s] with the water as steam."""
    return react(basis, amounts, {Reaction.of(_DRYING): float(amounts[basis.index["H2O"]])})
