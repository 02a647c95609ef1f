"""How much of a reagent brings a solution to a p[H], solids precipitating on the way."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ytterby.chemistry import kernel
from ytterby.chemistry.settling import Guess, NoEquilibrium, is_wet, settled
from ytterby.chemistry.solution import Solution

_DOUBLINGS = 200
_TIGHT = 4e-16
"""Width of the bracket at which a dose is found, relative to it [-]."""
_SECANT, _SECANTS = 1e-4, 12
"""First step of a dose, relative to what is dosed, and most secants after it."""
_STILL = 1e-15
"""Last step of a dose, relative to what is dosed [-]."""
_WIDER = 1.1
"""Upper end of the first bracket over the dose of the guess [-]."""


Excess = Callable[[float], float]
"""Protons [mol/s] that the p[H] asks for less what there are, by the dose [-]."""


class OutOfReach(ValueError):
    """No amount of the reagent brings the solution to the p[H] asked for."""

    def __init__(self, target: float):
        super().__init__(f"no amount of the reagent brings the solution to pH {target:g}")


def dose_to_p_h(
    amounts: np.ndarray,
    reagent: np.ndarray,
    target: float,
    solution: Solution,
    guess: Guess | None = None,
) -> float:
    """How many times `reagent` [mol/s] must join `amounts` [mol/s] to reach p[H] `target` [-].

    Solids of `solution` precipitate on the way and release their protons. Raises OutOfReach when
    the solution is already past the target or the reagent cannot turn it.
    """
    if not is_wet(amounts, solution):
        return 0.0
    guess = guess or Guess.none()
    ln_h = -target * math.log(10.0)

    def excess(dose: float) -> float:
        return settled(amounts + dose * reagent, solution, ln_h, guess).excess

    scale = float(amounts[solution.places[0]].sum() / max(reagent.sum(), np.finfo(float).tiny))
    if guess.dosed:
        dose, found = _by_secants(excess, guess.dose, scale)
        if guess.held or (found and dose > 0):
            guess.dose = dose
            return dose
    guess.dosed = False
    bracket = _bracket(excess, guess.dose * _WIDER or scale)
    if bracket is None or _wrong_way(bracket[2], reagent, solution, ln_h):
        raise OutOfReach(target)
    guess.dose, guess.dosed = _false_position(excess, *bracket), True
    return guess.dose


def _bracket(excess: Excess, high: float) -> tuple[float, float, float, float] | None:
    """(low, high, the excess at each) between which the dose lies; None where there is none."""
    low, f_low = 0.0, excess(0.0)
    try:
        for _ in range(_DOUBLINGS):
            f_high = excess(high)
            if f_high * f_low <= 0:
                return low, high, f_low, f_high
            low, f_low, high = high, f_high, 2 * high
    except NoEquilibrium:
        pass
    return None


def _wrong_way(start: float, reagent: np.ndarray, solution: Solution, ln_h: float) -> bool:
    """Whether the reagent, brought to the p[H] asked for, gives protons where some lack, or takes.

    What dilution does to the protons themselves is no effect of the reagent and is left out.
    """
    total, protons, _ = kernel.totals(reagent, solution.places, solution.model, solution.volumes[2])
    return start * kernel.proton_excess(ln_h, total, protons, 0.0, solution.model) >= 0


def _false_position(excess: Excess, low: float, high: float, f_low: float, f_high: float) -> float:
    """The dose in a bracket, by Illinois' false position."""
    side = 0
    for step in range(_DOUBLINGS):
        middle = kernel.next_guess(step, low, high, f_low, f_high)
        value = excess(middle)
        if value == 0.0 or high - low <= _TIGHT * high:
            return middle
        if value * f_high > 0:
            high, f_high, f_low = middle, value, f_low / 2 if side > 0 else f_low
            side = 1
        else:
            low, f_low, f_high = middle, value, f_high / 2 if side < 0 else f_high
            side = -1
    return 0.5 * (low + high)


def _by_secants(excess: Excess, last: float, scale: float) -> tuple[float, bool]:
    """The dose by secants from a known one, and whether they came to rest. scale: of doses [-]."""
    dose, value = last + _SECANT * scale, excess(last)
    for _ in range(_SECANTS):
        new = excess(dose)
        if new == value:
            return dose, new == 0
        last, value, dose = dose, new, dose - new * (dose - last) / (new - value)
        if abs(dose - last) <= _STILL * scale:
            return dose, True
    return dose, False
