"""Equilibrium of an aqueous solution, alone or with the solids it can form."""

from __future__ import annotations

import math

import numpy as np

from ytterby.chemistry import kernel
from ytterby.chemistry.solution import WATER, Solution

_DOUBLINGS = 200
_TIGHT = 4e-16
_LITRES_PER_CUBIC_METRE = 1000


class OutOfReach(ValueError):
    """No amount of the reagent brings the solution to the p[H] asked for."""


def equilibrate(amounts: np.ndarray, solution: Solution) -> np.ndarray:
    """Amounts [mol/s] after the solution has come to equilibrium, shape (species,).

    Weak acids and hydrolysed metals take or give protons, H+ and OH- combine, and the solids
    that `solution` was made with precipitate or dissolve. Every element and the charge are kept.
    """
    if not _is_wet(amounts, solution):
        return amounts
    return kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, math.nan)[0]


def p_h(amounts: np.ndarray, solution: Solution) -> float:
    """p[H] = -log10 of the concentration of H+ [mol/L], at equilibrium; NaN without water."""
    if not _is_wet(amounts, solution):
        return math.nan
    settled = kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, math.nan)
    return -settled[1] / math.log(10.0)


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


def dose_to_p_h(
    amounts: np.ndarray, reagent: np.ndarray, target: float, solution: Solution
) -> float:
    """How many times `reagent` [mol/s] must join `amounts` [mol/s] to reach p[H] `target` [-].

    Solids of `solution` precipitate on the way and release their protons. Raises OutOfReach when
    the solution is already past the target or the reagent cannot turn it.
    """
    ln_h = -target * math.log(10.0)
    start = _excess(amounts, solution, ln_h)
    low, high = 0.0, amounts[solution.places[0]].sum() / max(reagent.sum(), np.finfo(float).tiny)
    f_low, f_high = start, start
    for _ in range(_DOUBLINGS):
        f_high = _excess(amounts + high * reagent, solution, ln_h)
        if f_high * start <= 0:
            break
        low, f_low, high = high, f_high, 2 * high
    if f_high * start > 0 or _wrong_way(start, reagent, solution):
        raise OutOfReach(f"no amount of the reagent brings the solution to pH {target:g}")
    return _false_position(amounts, reagent, solution, ln_h, (low, high, f_low, f_high))


def supersaturation(amounts: np.ndarray, solution: Solution) -> dict[str, float]:
    """log10 of ion product over solubility [-] of each solid whose ions are there.

    The solution is brought to equilibrium within itself, without solids, before.
    """
    bare = Solution.of(solution.names)
    if not _is_wet(amounts, bare):
        return {}
    settled, ln_h, _ = kernel.rebuild(amounts, bare.places, bare.model, bare.volumes, math.nan)
    litres = float(solution.volume @ settled) * _LITRES_PER_CUBIC_METRE
    found = {}
    for name, row, ln_K in zip(solution.solids, solution.model[3], solution.model[4], strict=True):
        ions = [(int(row[0]), row[1])] + ([(int(row[2]), row[3])] if row[2] >= 0 else [])
        free = [(settled[solution.places[0][ion]] / litres, count) for ion, count in ions]
        if all(concentration > 0 for concentration, _ in free):
            product = sum(count * math.log(concentration) for concentration, count in free)
            found[name] = (product - ln_K - row[5] * ln_h) / math.log(10.0)
    return found


def _is_wet(amounts: np.ndarray, solution: Solution) -> bool:
    return bool(amounts[solution.places[3]] > 0)


def _excess(amounts: np.ndarray, solution: Solution, ln_h: float) -> float:
    return kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, ln_h)[2]


def _wrong_way(start: float, reagent: np.ndarray, solution: Solution) -> bool:
    """Whether a solution that lacks protons would be given alkali, or the other way round."""
    protons = acidity(reagent, solution)
    return start * protons < 0 or protons == 0


def _false_position(
    amounts: np.ndarray,
    reagent: np.ndarray,
    solution: Solution,
    ln_h: float,
    bracket: tuple[float, float, float, float],
) -> float:
    low, high, f_low, f_high = bracket
    side = 0
    for step in range(_DOUBLINGS):
        middle = kernel.next_guess(step, low, high, f_low, f_high)
        value = _excess(amounts + middle * reagent, solution, ln_h)
        if value == 0.0 or high - low <= _TIGHT * high:
            return middle
        if value * f_high > 0:
            high, f_high, f_low = middle, value, f_low / 2 if side > 0 else f_low
            side = 1
        else:
            low, f_low, f_high = middle, value, f_high / 2 if side < 0 else f_high
            side = -1
    return 0.5 * (low + high)
