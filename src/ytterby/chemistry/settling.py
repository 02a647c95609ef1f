"""The state that a solution settles in, by itself or with the solids it can form."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ytterby.chemistry import kernel, phases
from ytterby.chemistry.balances import Model
from ytterby.chemistry.solution import Phases, Solution

_KEPT = 256
"""Models of present masters that are kept; conditional constants make new ones all the time."""
_NOTHING = 1e-25
"""mol per mol of water that take no part: they stay as they came."""


class NoEquilibrium(ArithmeticError):
    """The search for the solids of a solution did not end."""


@dataclass(eq=False)
class Guess:
    """Where the last equilibrium with solids stood: potentials, phases there, dose. Saves time.

    dosed: the dose was within reach. held: phases and reach stay as they are, even where a solid
    or a dose would have to be less than nothing: the smooth continuation, which derivatives are of.
    """

    potentials: np.ndarray
    there: np.ndarray
    dose: float = 0.0
    dosed: bool = False
    held: bool = False

    def hold(self) -> Guess:
        """A guess that is held."""
        return replace(self, held=True)

    @staticmethod
    def none() -> Guess:
        return Guess(np.array([math.nan]), np.zeros(0, dtype=np.bool_))


class State(NamedTuple):
    """amounts [mol/s], ln of the concentration of H+ [mol/L], and the proton excess [mol/s]: what
    a p[H] that is held asks for less what there is; 0 where none is."""

    amounts: np.ndarray
    ln_h: float
    excess: float


def is_wet(amounts: np.ndarray, solution: Solution) -> bool:
    """Whether there is water for anything to be dissolved in."""
    return bool(amounts[solution.places[2]] > 0)


def settled(
    amounts: np.ndarray, solution: Solution, ln_h: float = math.nan, guess: Guess | None = None
) -> State:
    """The state in equilibrium of `amounts` [mol/s] with water among them.

    ln_h: NaN, or where ln of H+ [mol/L] is held. guess: of a like solution with solids; it is
    brought up to date. Raises NoEquilibrium.
    """
    extra = solution.phases
    if extra is None:
        found = kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, ln_h)
        return State(*found)
    dissolved, protons, waters = kernel.totals(
        amounts, solution.places, solution.model, solution.volumes[2]
    )
    there = amounts[extra.solids]
    total = extra.model.S @ there
    total[0] += protons
    total[1:] += dissolved
    waters += float(extra.model.bound @ there)
    present = _present(extra, tuple(np.flatnonzero(total[1:] > _NOTHING * waters).tolist()))
    masters, solids = present.masters.size, present.solids.size
    guess = guess or Guess.none()
    fits = guess.potentials.size == masters and guess.there.size == solids
    found, formed, excess, potentials, known = phases.state_of(
        total[present.masters] / waters,
        1.0,
        present.model,
        ln_h,
        guess.potentials if fits else np.full(masters, math.nan),
        guess.there if fits else np.zeros(solids, dtype=np.bool_),
        guess.held,
    )
    if math.isnan(potentials[0]):
        raise NoEquilibrium("no equilibrium of the solution with its solids was found")
    guess.potentials, guess.there = potentials, known
    new = amounts.copy()
    new[present.species] = waters * found
    new[present.solids] = waters * formed
    bound = present.model.waters @ found + present.model.bound @ formed
    new[solution.places[2]] = waters * (1 - float(bound))
    return State(new, float(potentials[0]), waters * excess)


@dataclass(frozen=True, eq=False)
class _Present:
    """What the masters that are there can make: model; masters by their row in that of all, H+
    first, solids and species by their place in the solution."""

    model: Model
    masters: np.ndarray
    solids: np.ndarray
    species: np.ndarray


@lru_cache(maxsize=_KEPT)
def _present(extra: Phases, dissolved: tuple[int, ...]) -> _Present:
    """dissolved: which masters there are, H+ apart, in the order of `Solution.places[0]`."""
    whole, masters = extra.model, np.array([0, *(1 + place for place in dissolved)])
    absent = np.setdiff1d(np.arange(whole.A.shape[0]), masters)
    species = np.flatnonzero(~np.any(whole.A[absent] != 0, axis=0))
    solids = np.flatnonzero(~np.any(whole.S[absent] != 0, axis=0))
    model = Model(
        A=np.ascontiguousarray(whole.A[np.ix_(masters, species)]),
        ln_beta=whole.ln_beta[species],
        S=np.ascontiguousarray(whole.S[np.ix_(masters, solids)]),
        ln_K=whole.ln_K[solids],
        waters=whole.waters[species],
        bound=whole.bound[solids],
        volumes=whole.volumes[species],
        water=whole.water,
    )
    return _Present(model, masters, extra.solids[solids], extra.species[species])
