"""How the equilibrium of a solution moves with what is in it."""

from __future__ import annotations

from functools import cache

import numpy as np

from ytterby.chemistry import kernel
from ytterby.chemistry.equilibrium import components
from ytterby.chemistry.settling import is_wet
from ytterby.chemistry.solution import Solution

_STEP = 1e-6
"""Relative step of differences [-]: the square root of what a settled solution rounds to."""
_FLOOR = 1e-5
"""Smallest amount, relative to the largest, a step is measured by: traces act linearly."""


def sizes_of(amounts: np.ndarray) -> np.ndarray:
    """Sizes of amounts by which a change of each is measured: those of traces are larger."""
    sizes = np.abs(amounts)
    return np.maximum(sizes, _FLOOR * sizes.max())


@cache
def totals(solution: Solution) -> np.ndarray:
    """Masters, protons and water that one mole of each species brings [-], shape (total, species).

    Protons are those that it can give, as in `components`.
    """
    names = [solution.names[i] for i in solution.places[0]]
    columns = []
    for unit in np.eye(len(solution.names)):
        found, protons = components(unit, solution)
        columns.append([*(found[name] for name in names), protons, found["H2O"]])
    return np.array(columns).T


def by_totals(amounts: np.ndarray, solution: Solution) -> np.ndarray:
    """d amounts / d totals of a solution at equilibrium [-], shape (species, total).

    amounts: [mol/s], at equilibrium. Zero without water. Solids stay as they are.
    """
    master, _, water, proton, _ = solution.places
    places = np.array([*master, proton, water])
    if not is_wet(amounts, solution):
        return np.zeros((amounts.size, places.size))
    steps = _STEP * sizes_of(totals(solution) @ amounts)
    return kernel.answers(amounts, solution.places, solution.model, solution.volumes, places, steps)
