"""Where a falling quantity is zero: Newton within a bracket, for staircases as well as slopes.

An outlet of a long cascade answers to a flow in steps: flat over a factor of two, then powers of
ten within a thousandth. Newton alone is thrown from the flat far beyond the cliff, and false
position creeps. Here Newton is followed where it stays within the bracket and gains; elsewhere the
bracket is halved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

FIRST_STRIDE, LONGEST_STRIDE, OVERSHOOT = 0.1, 0.7, 1.2
"""First and longest step outwards, and how far beyond Newton's guess it goes to enclose zero
[-]."""

STEP_BACK, SHORTEST_STRIDE = 4.0, 1e-7
"""How much a step is shortened where nothing stands, and the shortest one tried [-]."""

NARROWEST, MOST_NARROWINGS, GAIN = 1e-14, 100, 0.5
"""A bracket is narrow at this width [-]; the most steps within; what of the miss a step of Newton
may leave without the bracket being halved next [-]."""


Miss = Callable[[float], tuple[float, float]]


class NoFooting(Exception):
    """Nothing stands here."""


class Place(NamedTuple):
    """A place on the way, the miss there and its slope [-]."""

    at: float
    miss: float
    slope: float


def zero(miss: Miss, start: float, low: float, high: float, close: float) -> bool:
    """Go where `miss` is zero to `close`, from `start`; False if `miss` does not change its sign
    before the bound.

    miss: value and slope at a place, falling; may raise NoFooting. The answer is the place that it
    was last called at without raising.
    """
    here = Place(start, *miss(start))
    upwards = here.miss > 0
    wall = high if upwards else low
    stride = FIRST_STRIDE
    while abs(here.miss) > close:
        if here.at == wall:
            return False
        length = stride
        if here.slope < 0 and (newton := OVERSHOOT * abs(here.miss / here.slope)) < LONGEST_STRIDE:
            length = max(stride, newton)
        length = min(length, LONGEST_STRIDE)
        at = min(here.at + length, high) if upwards else max(here.at - length, low)
        try:
            there = Place(at, *miss(at))
        except NoFooting:
            stride = length / STEP_BACK
            if stride < SHORTEST_STRIDE:
                raise
            continue
        if abs(there.miss) > close and (there.miss > 0) != upwards:
            return narrow(miss, here, there, close)
        here, stride = there, 2 * stride
    return True


def narrow(miss: Miss, a: Place, b: Place, close: float) -> bool:
    """The zero between two places of opposite miss; b is the last one called."""
    best, last = min(a, b, key=lambda place: abs(place.miss)), b
    halve = False
    for _ in range(MOST_NARROWINGS):
        if abs(last.miss) <= close:
            return True
        at = best.at - best.miss / best.slope if best.slope < 0 else a.at
        if halve or not min(a.at, b.at) < at < max(a.at, b.at):
            at = 0.5 * (a.at + b.at)
        if abs(b.at - a.at) <= NARROWEST * max(1.0, abs(a.at)):
            break
        last = Place(at, *miss(at))
        halve = abs(last.miss) > GAIN * abs(best.miss)
        if (last.miss > 0) == (a.miss > 0):
            a = last
        else:
            b = last
        best = min(a, b, key=lambda place: abs(place.miss))
    if last is not best:
        miss(best.at)
    return True
