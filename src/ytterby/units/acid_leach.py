"""Hydrochloric acid leach of a roasted feed: rare earths into solution, iron left behind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    RARE_EARTHS,
    Reaction,
    Solution,
    equilibrate,
    oxalate_of,
    p_h,
)
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.unit import (
    Inlet,
    Outcome,
    Unit,
    elements_in,
    outside_windows,
    react,
    with_reagent,
)

DISSOLUTION = {
    "CeO2(s)": ("ceria", "CeO2(s) + 4 H+ + Cl- = Ce+3 + 1/2 Cl2(g) + 2 H2O"),
    "Fe2O3(s)": ("hematite", "Fe2O3(s) + 6 H+ = 2 Fe+3 + 3 H2O"),
    "Fe3O4(s)": ("magnetite", "Fe3O4(s) + 8 H+ = Fe+2 + 2 Fe+3 + 4 H2O"),
    "CoO(s)": ("cobalt", "CoO(s) + 2 H+ = Co+2 + H2O"),
    "NiO(s)": ("nickel", "NiO(s) + 2 H+ = Ni+2 + H2O"),
    "CuO(s)": ("copper", "CuO(s) + 2 H+ = Cu+2 + H2O"),
    "Al2O3(s)": ("aluminium", "Al2O3(s) + 6 H+ = 2 Al+3 + 3 H2O"),
    "B2O3(s)": ("boron", "B2O3(s) + 3 H2O = 2 H3BO3"),
}
"""Solid -> (key of its extent, how it dissolves); rare earth oxides and ferrites besides."""
for _element in RARE_EARTHS:
    DISSOLUTION[f"{_element}2O3(s)"] = (
        "oxide",
        f"{_element}2O3(s) + 6 H+ = 2 {_element}+3 + 3 H2O",
    )
    DISSOLUTION[f"{_element}FeO3(s)"] = (
        "ferrite",
        f"{_element}FeO3(s) + 6 H+ = {_element}+3 + Fe+3 + 3 H2O",
    )
FERRIC_HYDROXIDE = "Fe(OH)3(s)"
_BISECTIONS = 60
_LITRES = 1000


@dataclass(frozen=True, kw_only=True)
class AcidLeach(Unit):
    """Dissolves oxides in hydrochloric acid of a chosen dose.

    Each solid j dissolves in parallel by X_j(t) = 1 - (1 - X_j)^t, where X_j is its sourced
    extent at the reference condition and t the exposure: 1 when acid suffices, less when p[H]
    would rise above `end_pH` first. Iron(III) that the acid left over cannot hold hydrolyses to
    hydroxide, and oxalate that a recycled acid brings precipitates rare earths; both by
    equilibrium. The dose counts the acid in recycled streams; fresh acid only tops it up.

    Fails where: temperature, time or grind differ from those of the sourced extents.
    """

    kind: ClassVar[str] = "acid-leach"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "pregnant liquor with the residue [solid, aqueous]",
        "offgas": "chlorine from cerium dioxide, where there is any [gas]",
    }

    solid: Any = inlet("What is leached.")
    acid: Any = inlet("Recycled acid first, fresh acid tops it up to the dose.", drawable=True)
    water: Any = inlet("Water, tops the liquid up to the ratio.", drawable=True, required=False)
    acid_dose: float = setting(
        "-", "mol of acid per 3 mol of rare earth in the solid", minimum=0.1, maximum=20
    )
    liquid_to_solid: float = setting(
        "m3/kg", "Liquid per mass of solid, such as 3 L/kg", minimum=0.0005, maximum=0.1
    )
    temperature: float = setting("K", "Temperature of the leach", minimum=273.15, maximum=420)
    end_pH: float = setting("-", "p[H] at which dissolution comes to rest", default=2.5)
    extent: FactTable = sourced_table(
        "leach.hcl.extent",
        "Share of each kind of solid that dissolves when acid suffices",
        maximum=1.0,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {"H+", "Cl-", "H2O"}
        for solid in names & set(DISSOLUTION):
            made |= _reaction(solid).species
        if "Fe" in elements_in(names):
            made |= {FERRIC_HYDROXIDE, "Fe+3"}
        if "C2O4-2" in names:
            made |= {oxalate_of(e) for e in RARE_EARTHS if f"{e}+3" in names | made}
        return made

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        acid, acid_drawn, acid_finding = self._acid(name, solid, inlets["acid"])
        water, water_drawn, water_finding = self._water(name, solid, acid, inlets.get("water"))
        start = solid.amounts + acid + water
        end, exposure = self._dissolve(basis, start)
        findings = [finding for finding in (acid_finding, water_finding) if finding]
        findings += outside_windows(name, self.extent.values(), temperature=self.temperature)
        if exposure < 1:
            findings.append(
                Finding(
                    name, f"acid is spent at {exposure:.0%} of the full exposure; dose more acid"
                )
            )
        slurry = Stream(basis, end * ~basis.masks["gas"], self.temperature)
        return Outcome(
            outlets={
                "slurry": slurry,
                "offgas": Stream(basis, end * basis.masks["gas"], self.temperature),
            },
            drawn={"acid": acid_drawn, "water": water_drawn},
            findings=tuple(findings),
            detail={"exposure": exposure, "pH": slurry.pH},
        )

    def _acid(
        self, name: str, solid: Stream, acid: Inlet
    ) -> tuple[np.ndarray, float, Finding | None]:
        """(amounts [mol/s] of all acid, fresh acid drawn [kg/s], finding)."""
        rare_earths = sum(solid.amount(element) for element in RARE_EARTHS)
        wanted = self.acid_dose * 3 * rare_earths - acid.stream.acidity
        strength = acid.reagent.acidity if acid.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / strength if strength > 0 else 0.0
        finding = None
        if wanted < 0:
            surplus = -wanted / (self.acid_dose * 3 * rare_earths) if rare_earths else math.inf
            finding = Finding(name, f"recycled acid exceeds the dose by {surplus:.0%}")
        elif strength <= 0 < wanted:
            finding = Finding(name, "no fresh acid is named to bring the dose")
        return with_reagent(acid, drawn), drawn, finding

    def _water(
        self, name: str, solid: Stream, acid: np.ndarray, water: Inlet | None
    ) -> tuple[np.ndarray, float, Finding | None]:
        """(amounts [mol/s] of all water, fresh water drawn [kg/s], finding)."""
        basis = solid.basis
        if water is None:
            return basis.zeros(), 0.0, None
        present = Stream(basis, acid + water.stream.amounts).volume("aqueous")
        wanted = self.liquid_to_solid * solid.mass_of("solid") - present
        volume = water.reagent.volume("aqueous") if water.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / volume if volume > 0 else 0.0
        finding = None
        if wanted < 0:
            ratio = present / solid.mass_of("solid") * _LITRES if solid.mass else math.inf
            finding = Finding(
                name, f"liquid exceeds the ratio asked for: {ratio:.3g} L/kg come in", "note"
            )
        return with_reagent(water, drawn), drawn, finding

    def _dissolve(self, basis: Basis, start: np.ndarray) -> tuple[np.ndarray, float]:
        """(amounts at the end [mol/s], exposure [-])."""
        solution = _solution(basis)
        full = self._exposed(basis, start, 1.0)
        if p_h(full, solution) <= self.end_pH:
            return equilibrate(full, solution), 1.0
        low, high = 0.0, 1.0
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            if p_h(self._exposed(basis, start, middle), solution) <= self.end_pH:
                low = middle
            else:
                high = middle
        return equilibrate(self._exposed(basis, start, low), solution), low

    def _exposed(self, basis: Basis, start: np.ndarray, exposure: float) -> np.ndarray:
        extents = {}
        for solid, (key, _) in DISSOLUTION.items():
            if solid in basis.index and start[basis.index[solid]] > 0:
                undissolved = (1 - self.extent[key].value) ** exposure
                extents[_reaction(solid)] = (1 - undissolved) * start[basis.index[solid]]
        return react(basis, start, extents)


@cache
def _reaction(solid: str) -> Reaction:
    return Reaction.of(DISSOLUTION[solid][1])


@cache
def _solution(basis: Basis) -> Solution:
    """The liquor with ferric hydroxide and rare earth oxalates free to form."""
    solids = [FERRIC_HYDROXIDE] if FERRIC_HYDROXIDE in basis.index else []
    solids += [oxalate_of(e) for e in RARE_EARTHS if oxalate_of(e) in basis.index]
    return Solution.of(basis.names, tuple(solids))
