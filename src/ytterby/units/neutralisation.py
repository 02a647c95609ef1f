"""Neutralisation to a pH: iron and its like precipitate as hydroxides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    Guess,
    OutOfReach,
    Reaction,
    Solution,
    Species,
    dose_to_p_h,
    equilibrate,
    hydroxide_of,
    hydroxides,
    is_cation,
)
from ytterby.facts import Fact
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent

_DRAGGING = ("Fe(OH)3(s)", "Al(OH)3(s)")


@dataclass(frozen=True, kw_only=True)
class Neutralisation(Unit):
    """Doses alkali, or acid, to a p[H]; hydroxides come out, and drag others along.

    Every cation with a sourced solubility may precipitate. Beyond that iron(III) and aluminium
    hydroxide drag rare earths, cobalt and nickel along (co-precipitation): of each, the share
    1 - (1 - s)^(c / c0) is lost, with c the hydroxide in the slurry per volume of liquor and s the
    sourced share at the sourced c0.

    Fails where: hydroxides age (fresh ones are meant), the brine is so strong that concentration
    constants are off, or a dilute liquor with much aluminium drags far more along.
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
        "neutralise.coprecipitation",
        "Share of each element lost with the hydroxides at their reference concentration",
        maximum=1.0,
    )
    hydroxide: Fact = sourced(
        "neutralise.hydroxide",
        "Iron and aluminium hydroxide per volume of liquor at which the shares hold",
        unit="mol/m3",
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return set(hydroxides(names))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        basis = liquor.basis
        guesses = memory or (Guess.none(), Guess.none())
        slurry, drawn, findings = self._dosed(name, liquor.amounts, reagent, basis, guesses[0])
        dragged = react(basis, liquor.amounts, self._dragged(liquor, slurry))
        aside = (dragged - liquor.amounts) * basis.masks["solid"]
        if aside.any():
            start = dragged - aside
            slurry, drawn, findings = self._dosed(name, start, reagent, basis, guesses[1])
            slurry = slurry + aside
        stream = Stream(basis, slurry, liquor.temperature)
        return Outcome(
            outlets={"slurry": stream},
            drawn={"reagent": drawn},
            findings=findings,
            memory=guesses,
            detail={"pH": stream.pH},
        )

    def _dosed(
        self, name: str, liquor: np.ndarray, reagent: Inlet, basis: Basis, guess: Guess
    ) -> tuple[np.ndarray, float, tuple[Finding, ...]]:
        """(slurry [mol/s], reagent drawn [kg/s], findings)."""
        solution = _solution(basis)
        start = liquor + reagent.stream.amounts
        drawn, findings, reached = 0.0, (), None
        if reagent.reagent is not None:
            try:
                drawn = dose_to_p_h(start, reagent.reagent.amounts, self.to_pH, solution, guess)
                reached = self.to_pH
            except OutOfReach as error:
                findings = (Finding(name, f"{error}; none is dosed"),)
        dosed = liquor + with_reagent(reagent, drawn)
        slurry = equilibrate(dosed, solution, guess, dosed_to=reached)
        return slurry, drawn, findings

    def _dragged(self, liquor: Stream, slurry: np.ndarray) -> dict[Reaction, float]:
        """Extents [mol/s] to which the hydroxide of the slurry drags others along."""
        basis = liquor.basis
        places = [basis.index[solid] for solid in _DRAGGING if solid in basis.index]
        formed = float(slurry[places].sum())
        volume = liquor.volume("aqueous")
        if formed <= 0 or volume <= 0:
            return {}
        ratio = formed / volume / self.hydroxide.si("mol/m3")
        extents = {}
        for ion in _cations(basis):
            element = Species.of(ion).atoms[0][0]
            if element in self.coprecipitation:
                share = 1 - (1 - self.coprecipitation[element].value) ** ratio
                extents[_hydrolysis(ion)] = share * liquor[ion]
        return extents


@cache
def _cations(basis: Basis) -> tuple[str, ...]:
    return tuple(name for name in basis.names if is_cation(name))


@cache
def _hydrolysis(ion: str) -> Reaction:
    charge = Species.of(ion).charge
    return Reaction.of(f"{ion} + {charge} H2O = {hydroxide_of(ion)} + {charge} H+")


@cache
def _solution(basis: Basis) -> Solution:
    return Solution.of(basis.names, hydroxides(basis.names))
