"""What lime treatment, fluoride removal and softening share: many solids of calcium at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    Guess,
    Reaction,
    Solution,
    conditional,
    equilibrate,
    hydroxides,
    ionic_strength,
    solids_of,
)
from ytterby.units.card import Card, ratio
from ytterby.units.fields import FactTable, choice, inlet, sourced_table
from ytterby.units.unit import Outcome, Unit, react

DATABASES = ("llnl", "thermochimie", "thermoddem", "wateq4f", "minteq")
LIMES = {
    "Ca(OH)2(s)": "Ca(OH)2(s) = Ca+2 + 2 OH-",
    "CaO(s)": "CaO(s) + H2O = Ca+2 + 2 OH-",
    "CaCO3(s)": "CaCO3(s) = Ca+2 + CO3-2",
}
"""The limes, and what they give to water."""
_FLUORITE, CALCIUM = "CaF2(s)", "Ca+2"
_ROUNDS = 5
_DILUTE = 1.0
"""Ionic strength up to which the activity coefficients are fair [mol/L]."""


@dataclass(frozen=True, kw_only=True)
class CalciumTreatment(Unit):
    """What treatments with calcium share: many solids at once, in the brine as it is."""

    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the water with the solids [solid, aqueous]",
        "offgas": "carbon dioxide beyond one atmosphere [gas]",
    }

    liquor: Any = inlet("The water.")
    database: str = choice("Whose solubility of calcium fluoride stands", DATABASES, default="llnl")
    fluorite: FactTable = sourced_table(
        "calcium-fluoride.log-k",
        "log10 of the solubility product of calcium fluoride by database",
        minimum=-20,
        maximum=0,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        slaked = {species for s in names & set(LIMES) for species in _slaking(s).species}
        return slaked | {CALCIUM, "OH-"} | set(_solids(names | slaked | {CALCIUM}))

    def solution(self, basis: Basis, strength: float) -> Solution:
        """The solids that may form, with constants at the ionic strength [mol/L]."""
        plain = Solution.of(basis.names, _ordered(basis))
        constants = {_FLUORITE: self.fluorite[self.database].value}
        return conditional(plain, ionic_strength=strength, log_k=constants)

    def settled(
        self,
        name: str,
        liquor: Stream,
        start: np.ndarray,
        drawn: float,
        finding: Finding | None,
        memory: Any,
    ) -> Outcome:
        """What comes of `start` [mol/s] in equilibrium with all solids."""
        basis = liquor.basis
        guesses = memory or no_guesses()
        slurry, strength = start, ionic_strength(start, basis.solution)
        for guess in guesses:
            slurry = equilibrate(start, self.solution(basis, strength), guess)
            strength = ionic_strength(slurry, basis.solution)
        findings = (finding,) if finding else ()
        return self.outcome(name, liquor, slurry, drawn, findings, guesses)

    def outcome(
        self,
        name: str,
        liquor: Stream,
        slurry: np.ndarray,
        drawn: float,
        findings: tuple[Finding, ...],
        memory: Any,
    ) -> Outcome:
        """The outlets that `slurry` [mol/s] makes, and the card; notes a brine that is strong."""
        basis = liquor.basis
        strength = ionic_strength(slurry, basis.solution)
        if strength > _DILUTE:
            text = f"ionic strength {strength:.2g} mol/L is beyond {_DILUTE:g}: extrapolated"
            findings = (*findings, Finding(name, text, "note"))
        slurry = equilibrate(slurry, basis.solution)
        gas = basis.masks["gas"]
        stream = Stream(basis, slurry * ~gas, liquor.temperature)
        return Outcome(
            outlets={
                "slurry": stream,
                "offgas": Stream(basis, slurry * gas, liquor.temperature),
            },
            drawn={"reagent": drawn},
            findings=findings,
            memory=memory,
            detail=_card(liquor, stream),
        )


def no_guesses() -> tuple[Guess, ...]:
    """What the rounds of ionic strength begin with, where nothing is remembered."""
    return tuple(Guess.none() for _ in range(_ROUNDS))


def slaked(basis: Basis, amounts: np.ndarray) -> np.ndarray:
    """`amounts` [mol/s] with all lime dissolved; quicklime may leave water wanting."""
    extents = {
        _slaking(solid): float(amounts[basis.index[solid]])
        for solid in LIMES
        if solid in basis.index
    }
    return react(basis, amounts, extents)


def _card(liquor: Stream, slurry: Stream) -> Card:
    litres = slurry.volume("aqueous")
    return Card(
        (
            ("p[H]", slurry.pH, "-"),
            ("fluoride left", _milligrams(slurry, "F", litres), "mg/L"),
            ("calcium left", _milligrams(slurry, "Ca", litres), "mg/L"),
            ("solids", ratio(slurry.mass_of("solid"), liquor.volume("aqueous")), "kg/m3"),
        )
    )


def _milligrams(stream: Stream, element: str, volume: float) -> float:
    dissolved = stream.only("aqueous").element_masses.get(element, 0.0)
    return ratio(1000 * dissolved, volume)


@cache
def _slaking(solid: str) -> Reaction:
    return Reaction.of(LIMES[solid])


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    found = (
        *hydroxides(sorted(names)),
        *(s for family in ("sulfate", "fluoride", "carbonate") for s in solids_of(family, names)),
    )
    return (*found, "CO2(g)") if "CO3-2" in names else found


@cache
def _ordered(basis: Basis) -> tuple[str, ...]:
    possible = set(_solids(frozenset(basis.names)))
    return tuple(name for name in basis.names if name in possible)
