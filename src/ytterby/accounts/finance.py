"""What a stream of yearly cash is worth: present value, internal rate of return, payback."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import root_scalar

_LOWEST_RATE, _HIGHEST_RATE = -0.99, 1e3


def net_present_value(cash: Sequence[float], rate: float) -> float:
    """sum over t of cash[t] / (1 + rate)^t, in the unit of `cash`; cash[0] falls due today.

    rate: per year [-]; real if the cash is in money of one year.
    """
    years = np.arange(len(cash))
    return float(np.sum(np.asarray(cash) / (1 + rate) ** years))


def annuity(rate: float, years: int, growth: float = 0.0) -> float:
    """Present value of 1 a year, the first due after a year, growing by `growth` a year [-].

    (1 - ((1 + g) / (1 + r))^N) / (r - g), or N / (1 + r) where the two are equal.
    """
    if math.isclose(rate, growth):
        return years / (1 + rate)
    return (1 - ((1 + growth) / (1 + rate)) ** years) / (rate - growth)


def internal_rate(cash: Sequence[float]) -> float:
    """The rate at which the net present value is zero [-]; NaN where the cash has no such rate.

    cash: an outlay first, then returns; where its sign changes more than once the rate found is
    one of several.
    """
    worth = lambda rate: net_present_value(cash, rate)  # noqa: E731
    if worth(_LOWEST_RATE) * worth(_HIGHEST_RATE) >= 0:
        return math.nan
    bracket = (_LOWEST_RATE, _HIGHEST_RATE)
    return float(root_scalar(worth, bracket=bracket, xtol=np.finfo(float).eps).root)


def payback(cash: Sequence[float]) -> float:
    """Years until the cash, undiscounted, has come back [a]; NaN where it never does."""
    gathered = np.cumsum(cash)
    after = np.nonzero(gathered >= 0)[0]
    if not after.size:
        return math.nan
    year = int(after[0])
    if year == 0:
        return 0.0
    return year - float(gathered[year] / cash[year])


def venture(capital: float, margin: float, years: int, returned: float = 0.0) -> list[float]:
    """Yearly cash: `capital` spent today, `margin` every year, `returned` with the last of them."""
    cash = [-capital, *[margin] * years]
    cash[-1] += returned
    return cash


def margin_needed(capital: float, rate: float, years: int, returned: float = 0.0) -> float:
    """The yearly margin at which a venture is worth nothing, in the unit of capital per year."""
    return (capital - returned / (1 + rate) ** years) / annuity(rate, years)
