"""Page's test: cumulative sums that raise an alarm when small shifts add up."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

REFERENCE = 0.5
"""What each step must exceed to count, k [standard deviations]: half the shift looked for."""
_CELLS = 100
"""Cells of the chain between nothing and the limit; ten times as many change the fourth digit."""
_HIGHEST = 20.0


def sums(values: np.ndarray, reference: float = REFERENCE) -> tuple[np.ndarray, np.ndarray]:
    """(sum against a loss, sum against a gain) after each of the `values` [-].

    S+ = max(0, S+ + x - k), S- = max(0, S- - x - k) (Page, Biometrika 41 (1954) 100,
    doi:10.1093/biomet/41.1-2.100). values: standardised, independent, shape (period,).
    """
    up, down = np.zeros(len(values)), np.zeros(len(values))
    high = low = 0.0
    for place, value in enumerate(values):
        high, low = max(0.0, high + value - reference), max(0.0, low - value - reference)
        up[place], down[place] = high, low
    return up, down


def alarm_probability(limit: float, means: np.ndarray, reference: float = REFERENCE) -> float:
    """Probability that one side exceeds `limit` within len(means) periods [-].

    Steps are independent, normal, of unit variance and of these `means`; a Markov chain over cells
    of the sum (Brook and Evans, Biometrika 59 (1972) 539, doi:10.1093/biomet/59.3.539).
    """
    here = np.zeros(_CELLS)
    here[0] = 1.0
    for mean in means:
        here = here @ _chain(limit, float(mean) - reference)
    return float(1 - here.sum())


def average_run_length(limit: float, mean: float = 0.0, reference: float = REFERENCE) -> float:
    """Periods until one side exceeds `limit`, on average [-]."""
    return float(
        np.linalg.solve(np.eye(_CELLS) - _chain(limit, mean - reference), np.ones(_CELLS))[0]
    )


@cache
def limit_for(level: float, periods: int, reference: float = REFERENCE) -> float:
    """Limit that one side exceeds by chance with probability `level` within `periods` [-]."""
    calm = np.zeros(periods)
    found: Any = brentq(
        lambda h: alarm_probability(h, calm, reference) - level, reference, _HIGHEST
    )
    return float(found)


def _chain(limit: float, drift: float) -> np.ndarray:
    """Probability to go from cell to cell in one step, shape (from, to); the rest is an alarm.

    The lowest cell is the sum at nothing and half as wide as the others.
    """
    width = 2 * limit / (2 * _CELLS - 1)
    middle = np.arange(_CELLS) * width
    upper = norm.cdf(middle[None, :] + width / 2 - middle[:, None] - drift)
    return np.diff(upper, axis=1, prepend=0.0)
