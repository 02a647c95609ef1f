"""Neutralisation to a pH: iron and its like precipitate as hydroxides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    OutOfReach,
    Reaction,
    Solution,
    Species,
    dose_to_p_h,
    equilibrate,
    hydroxide_of,
    solubility,
)
from ytterby.facts import UnknownFact
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent


@dataclass(frozen=True, kw_only=True)
class Neutralisation(Unit):
    """Doses alkali, or acid, to a p[H]; hydroxides come out, and drag others along.

    Every cation with a sourced solubility may precipitate. Beyond that a sourced share of each
    rare earth, cobalt and nickel is lost with the iron hydroxide (co-precipitation) when the
    p[H] is raised.

    Fails where: hydroxides age (fresh ones are meant) or the brine is so strong that
    concentration constants are off.
    """

    kind: ClassVar[str] = "neutralisation"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the liquor with the hydroxides [solid, aqueous]"
    }

    liquor: Any = inlet("What is neutralised.")
    reagent: Any = inlet("What sets the pH: alkali, or acid to lower it.", drawable=True)
    to_pH: float = setting("-", "p[H] to reach", minimum=0, maximum=13)
    coprecipitation: FactTable = sourced_table(
        "neutralise.coprecipitation", "Share of each element lost with the hydroxides", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {hydroxide_of(ion) for ion in names if _precipitates(ion)}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        basis = liquor.basis
        raised = self.to_pH > liquor.pH
        dragged = react(basis, liquor.amounts, self._dragged(liquor) if raised else {})
        aside = (dragged - liquor.amounts) * basis.masks["solid"]
        start = dragged - aside + reagent.stream.amounts
        solution = _solution(basis)
        drawn, findings = 0.0, ()
        if reagent.reagent is not None:
            try:
                drawn = dose_to_p_h(start, reagent.reagent.amounts, self.to_pH, solution)
            except OutOfReach as error:
                findings = (Finding(name, f"{error}; none is dosed"),)
        dosed = start - reagent.stream.amounts + with_reagent(reagent, drawn)
        slurry = Stream(basis, equilibrate(dosed, solution) + aside, liquor.temperature)
        return Outcome(
            outlets={"slurry": slurry},
            drawn={"reagent": drawn},
            findings=findings,
            detail={"pH": slurry.pH},
        )

    def _dragged(self, liquor: Stream) -> dict[Reaction, float]:
        extents = {}
        for ion in _cations(liquor.basis):
            element = Species.of(ion).atoms[0][0]
            if element in self.coprecipitation:
                extents[_hydrolysis(ion)] = self.coprecipitation[element].value * liquor[ion]
        return extents


@cache
def _precipitates(ion: str) -> bool:
    """Whether `ion` is a bare metal cation whose hydroxide has a sourced solubility."""
    species = Species.of(ion)
    if species.phase != "aqueous" or species.charge < 2 or len(species.atoms) > 1:
        return False
    try:
        solubility(hydroxide_of(ion))
    except UnknownFact:
        return False
    return True


@cache
def _cations(basis: Basis) -> tuple[str, ...]:
    return tuple(name for name in basis.names if _precipitates(name))


@cache
def _hydrolysis(ion: str) -> Reaction:
    charge = Species.of(ion).charge
    return Reaction.of(f"{ion} + {charge} H2O = {hydroxide_of(ion)} + {charge} H+")


@cache
def _solution(basis: Basis) -> Solution:
    return Solution.of(basis.names, tuple(hydroxide_of(ion) for ion in _cations(basis)))
