"""Equilibrium of an aqueous solution, alone or with the solids it can form."""

from __future__ import annotations

import math

import numpy as np

from ytterby.chemistry import kernel
from ytterby.chemistry.settling import Guess, is_wet, settled
from ytterby.chemistry.solution import WATER, Solution

_LITRES_PER_CUBIC_METRE = 1000


def equilibrate(
    amounts: np.ndarray,
    solution: Solution,
    guess: Guess | None = None,
    *,
    dosed_to: float | None = None,
) -> np.ndarray:
    """Amounts [mol/s] after the solution has come to equilibrium, shape (species,).

    Weak acids and hydrolysed metals take or give protons, H+ and OH- combine, and the solids
    that `solution` was made with precipitate or dissolve. Every element and the charge are kept.
    guess: of a like solution; it is brought up to date. dosed_to: the p[H] [-] to which `amounts`
    were dosed by `dose_to_p_h`; a liquor without buffer would miss it by what rounding leaves.
    """
    if not is_wet(amounts, solution):
        return amounts
    ln_h = math.nan if dosed_to is None else -dosed_to * math.log(10.0)
    return settled(amounts, solution, ln_h, guess).amounts


def p_h(amounts: np.ndarray, solution: Solution, guess: Guess | None = None) -> float:
    """p[H] = -log10 of the concentration of H+ [mol/L], at equilibrium; NaN without water."""
    if not is_wet(amounts, solution):
        return math.nan
    return -settled(amounts, solution, guess=guess).ln_h / math.log(10.0)


def acidity(amounts: np.ndarray, solution: Solution) -> float:
    """Protons the solution can give [mol/s], those of its weak acids down to the anion too."""
    places, model = solution.places, solution.model
    return float(kernel.totals(amounts, places, model, solution.volumes[2])[1])


def components(amounts: np.ndarray, solution: Solution) -> tuple[dict[str, float], float]:
    """(amounts [mol/s] by master species, water among them; protons the solution can give).

    What weak acids and hydrolysed metals hold is counted to their masters, C2O4-2 and Fe+3.
    """
    places, model = solution.places, solution.model
    total, protons, water = kernel.totals(amounts, places, model, solution.volumes[2])
    found = {solution.names[i]: float(n) for i, n in zip(places[0], total, strict=True)}
    return {**found, WATER: float(water)}, float(protons)


def supersaturation(amounts: np.ndarray, solution: Solution) -> dict[str, float]:
    """log10 of ion product over solubility [-] of each solid whose ions are there.

    The solution is brought to equilibrium within itself, without solids, before.
    """
    bare = Solution.of(solution.names)
    if solution.phases is None or not is_wet(amounts, bare):
        return {}
    state = settled(amounts, bare)
    litres = float(solution.volume @ state.amounts) * _LITRES_PER_CUBIC_METRE
    masters = state.amounts[solution.places[0]] / litres
    free = np.concatenate(([math.exp(state.ln_h)], masters))
    table, ln_K = solution.phases.model.S, solution.phases.model.ln_K
    found = {}
    for column, name in enumerate(solution.solids):
        needed = table[:, column] != 0
        if np.all(free[needed] > 0):
            product = float(table[needed, column] @ np.log(free[needed]))
            found[name] = (product - ln_K[column]) / math.log(10.0)
    return found
