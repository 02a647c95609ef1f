"""Leach of phosphogypsum in dilute sulfuric acid, by published response curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Solution, Species, equilibrate, solids_of
from ytterby.facts import Fact
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.minerals import THORIUM_PHOSPHATE, URANIUM_OXIDE, in_acid, phosphate
from ytterby.units.topping import top_up_liquid
from ytterby.units.unit import Inlet, Outcome, Unit, react

_MINUTE, _LITRES, _GRAMS, _FREEZING = 60.0, 1000.0, 1000.0, 273.15
_GYPSUM = "CaSO4.2H2O(s)"
_SULFURIC = Species.of("H+").molar_mass * 2 + Species.of("SO4-2").molar_mass
_REFERENCE = {"acid": 50.0, "time": 120.0, "liquid_to_solid": 4.0}
"""Where the curve of temperature was taken: g of H2SO4 per kg of liquor, minutes, L/kg."""


@dataclass(frozen=True, kw_only=True)
class PhosphogypsumLeach(Unit):
    """Leaches rare earths out of phosphogypsum, of which little dissolves.

    Four published curves tell the share that dissolves against temperature, acid, time and liquid
    per solid, one at a time; they are joined as

        X = X_T (X_a/X_a0) (X_t/X_t0) (X_l/X_l0),    0: at 5 %, 120 min, 4 L/kg

    that is, as if no factor changed what another does. Straight lines join the points; beyond
    them the last one stands and a finding says so. All rare earths dissolve alike: the source
    gives their sum. Uranium follows by a sourced share, thorium by another; gypsum is in
    equilibrium with the liquor, rare earth phosphate comes down again where a recycled liquor can
    hold no more, and radium stays with the gypsum.

    Fails where: rare earths sit otherwise than in the gypsum of that plant (hemihydrate, other
    rock), or impurities take up the acid.
    """

    kind: ClassVar[str] = "phosphogypsum-leach"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "dilute liquor with the gypsum [solid, aqueous]"
    }

    solid: Any = inlet("Phosphogypsum.")
    acid: Any = inlet("Dilute sulfuric acid, drawn up to the liquid.", drawable=True)
    liquid_to_solid: float = setting(
        "m3/kg", "Acid per dry gypsum, such as 4 L/kg", minimum=0.0005, maximum=0.05
    )
    temperature: float = setting("K", "Temperature of the leach", minimum=273.15, maximum=373)
    time: float = setting("s", "Time of the leach", minimum=60, maximum=86400)
    with_temperature: FactTable = sourced_table(
        "leach.phosphogypsum.temperature", "Share that dissolves, by degC", maximum=1.0
    )
    with_acid: FactTable = sourced_table(
        "leach.phosphogypsum.acid",
        "Share that dissolves, by g of H2SO4 per kg of liquor",
        maximum=1.0,
    )
    with_time: FactTable = sourced_table(
        "leach.phosphogypsum.time", "Share that dissolves, by minutes", maximum=1.0
    )
    with_liquid: FactTable = sourced_table(
        "leach.phosphogypsum.liquid-to-solid", "Share that dissolves, by L/kg", maximum=1.0
    )
    uranium: Fact = sourced(
        "leach.phosphogypsum.uranium", "Share of uranium that dissolves", maximum=1.0
    )
    thorium: Fact = sourced(
        "leach.phosphogypsum.thorium", "Share of thorium that dissolves", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        dissolving = [s for s in _dissolving() if s in names]
        made = {"H+", "H2O", "SO4-2", "PO4-3"}.union(*(in_acid(s).species for s in dissolving))
        if _GYPSUM in names:
            made |= {"Ca+2"}
        return made | set(_solids(frozenset(names | made)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid, acid = inlets["solid"].stream, inlets["acid"]
        basis = solid.basis
        liquor, drawn, finding = top_up_liquid(
            name, solid, self.liquid_to_solid, basis.zeros(), acid
        )
        start = solid.amounts + liquor
        dissolved, findings = self.dissolved(name, Stream(basis, liquor), solid)
        shares = dict.fromkeys(_dissolving(), dissolved)
        shares |= {URANIUM_OXIDE: self.uranium.value, THORIUM_PHOSPHATE: self.thorium.value}
        extents = {in_acid(s): share * solid[s] for s, share in shares.items() if solid[s] > 0}
        reacted = react(basis, start, extents)
        aside = np.where(basis.masks["solid"], reacted, 0.0)
        if _GYPSUM in basis.index:
            aside[basis.index[_GYPSUM]] = 0.0
        after = equilibrate(reacted - aside, _solution(basis)) + aside
        slurry = Stream(basis, after, self.temperature)
        return Outcome(
            outlets={"slurry": slurry},
            drawn={"acid": drawn},
            findings=(*findings, *((finding,) if finding else ())),
            detail={"dissolved": dissolved, "pH": slurry.pH},
        )

    def dissolved(
        self, name: str, liquor: Stream, solid: Stream
    ) -> tuple[float, tuple[Finding, ...]]:
        """(share of the rare earths that dissolves [-], what lies beyond the curves)."""
        sulfate = liquor["SO4-2"] + liquor["HSO4-"]
        mass = liquor.mass_of("aqueous")
        dry = solid.mass_of("solid")
        at = {
            "temperature": self.temperature - _FREEZING,
            "acid": _GRAMS * sulfate * _SULFURIC / mass if mass > 0 else 0.0,
            "time": self.time / _MINUTE,
            "liquid_to_solid": liquor.volume("aqueous") / dry * _LITRES if dry > 0 else 0.0,
        }
        curves = {
            "temperature": self.with_temperature,
            "acid": self.with_acid,
            "time": self.with_time,
            "liquid_to_solid": self.with_liquid,
        }
        share, findings = 1.0, []
        for factor, curve in curves.items():
            x, y = _points(curve)
            share *= float(np.interp(at[factor], x, y))
            if not x[0] <= at[factor] <= x[-1] and dry > 0:
                text = f"{factor} {at[factor]:.3g} lies beyond the curve, {x[0]:g} to {x[-1]:g}"
                findings.append(Finding(name, f"{text}: its end is taken"))
        for factor, place in _REFERENCE.items():
            share /= float(np.interp(place, *_points(curves[factor])))
        return min(share, 1.0), tuple(findings)


def _points(curve: FactTable) -> tuple[list[float], list[float]]:
    """A curve from facts filed under where they stand: (x, y), x rising."""
    ordered = sorted((float(key), fact.value) for key, fact in curve.items())
    return [x for x, _ in ordered], [y for _, y in ordered]


@cache
def _dissolving() -> tuple[str, ...]:
    return (*(phosphate(e) for e in RARE_EARTHS), URANIUM_OXIDE, THORIUM_PHOSPHATE)


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    return (*solids_of("sulfate", names), *solids_of("phosphate", names))


@cache
def _solution(basis: Basis) -> Solution:
    there = set(_solids(frozenset(basis.names)))
    return Solution.of(basis.names, tuple(name for name in basis.names if name in there))
