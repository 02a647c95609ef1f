"""What stands behind Newton on the flows: other starts, targets by and by, brackets, room."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.border import LARGEST_MOVE, NEWTON_STEPS, newton_on_flows
from ytterby.separation.search import Search
from ytterby.separation.solve import Point

Array = NDArray[np.float64]

BRACKET_WIDTH, FIRST_WIDTH, STEP_BACK, NEAR_ENOUGH = 1e-7, 0.1, 4.0, 1e-3
"""Nested search: width at which a bracket is narrow, first step outwards, how much a step is
shortened where no cascade stands, and the miss that is near enough for Newton [-]."""

MOST_SOLVES, MOST_NARROWINGS = 300, 60
"""Nested search: most cascades solved in all, and most narrowings of a bracket."""

OTHER_GUESSES = (0.4, -0.4, 0.9, -0.9, -1.6, 1.6)
"""Shifts of ln(organic) tried where no cascade stands at the first guess [-]."""

FIRST_STRIDE, LEAST_STRIDE = 0.25, 0.02
"""Share of the way to the targets that is tried at once, at first and at least [-]."""

ROOM, LEAST_SLOPE = 0.1, 0.2
"""A missed limit is aimed at with this much to spare, by a slope of at least this [-]."""


def standing(search: Search, q: Array) -> Array:
    """The first guess, or the nearest with another organic flow at which a cascade stands."""
    places = [k for k, target in enumerate(search.targets) if target.flow == "organic"]
    for shift in (0.0, *OTHER_GUESSES):
        moved = q.copy()
        moved[places] += shift
        moved = np.clip(moved, search.low, search.high)
        if search.solve(moved)[0].converged or not places:
            return moved
    return q


def by_and_by(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Newton on targets that move from what the guess reaches to what is wanted."""
    point, g = search.solve(q)
    start, wanted, stride = g.copy(), 1.0, FIRST_STRIDE
    if not point.converged:
        return q, point, g, False
    while wanted > 0:
        ahead = max(wanted - stride, 0.0)
        moved, point, h, done = newton_on_flows(search, q, ahead * start)
        if done:
            q, g, wanted, stride = moved, h, ahead, 2 * stride
        else:
            stride /= 2
            search.solve(q)
        if stride < LEAST_STRIDE:
            return q, point, g, False
    return q, point, g, True


class _Lost(Exception):
    """The search has no cascade to stand on, or has taken too long."""


def nested(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """The first flow by bracket and false position, the others solved likewise at each of its
    values; then Newton. Slow, but it needs no more than that every flow lowers its own quantity.
    """
    left, q = [MOST_SOLVES], q.copy()
    point, g = search.solve(q)
    try:
        descend(search, q, 0, left)
    except _Lost:
        return q, point, g, False
    return newton_on_flows(search, q)


def solved(search: Search, q: Array, left: list[int]) -> tuple[Point, Array]:
    """The cascade at q; raises _Lost where none stands or `left` solves are used up."""
    left[0] -= 1
    point, g = search.solve(q)
    if not point.converged or left[0] < 0:
        raise _Lost
    return point, g


def descend(search: Search, q: Array, k: int, left: list[int]) -> float:
    """Set unknowns k and beyond, in place, so that their targets are met; returns what g_k is."""

    def miss(value: float) -> float:
        q[k] = value
        if k + 1 < q.size:
            descend(search, q, k + 1, left)
        return float(solved(search, q, left)[1][k])

    here, value = float(q[k]), miss(float(q[k]))
    upwards = value > 0
    wall = float(search.high[k] if upwards else search.low[k])
    stride = FIRST_WIDTH if upwards else -FIRST_WIDTH
    while True:
        there = min(here + stride, wall) if upwards else max(here + stride, wall)
        try:
            beyond = miss(there)
        except _Lost:
            if left[0] < 0 or abs(stride) < BRACKET_WIDTH:
                raise
            stride /= STEP_BACK
            continue
        if (beyond > 0) != upwards:
            break
        if there == wall:
            return beyond
        here, value, stride = there, beyond, 2 * stride
    return narrow(miss, here, value, there, beyond)


def narrow(miss: Callable[[float], float], a: float, g_a: float, b: float, g_b: float) -> float:
    """Where `miss` is zero between a and b: the Illinois form of false position."""
    for _ in range(MOST_NARROWINGS):
        if abs(b - a) <= BRACKET_WIDTH or abs(g_b) <= NEAR_ENOUGH:
            break
        middle = (a * g_b - b * g_a) / (g_b - g_a)
        g = miss(middle)
        if (g > 0) == (g_b > 0):
            g_a /= 2
        else:
            a, g_a = b, g_b
        b, g_b = middle, g
    return g_b


def with_room(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Flows at which every limit is kept, if not exactly: Newton on those targets that are missed.

    A cascade with many more stages than its targets need stands on an edge where they are met
    exactly, and a hundredth of a flow beside it they are exceeded by powers of ten. What is kept
    is kept: its flow stays.
    """
    if any(target.kind == "equality" for target in search.targets):
        return q, *search.solve(q), False
    point, g = search.solve(q)
    for _ in range(NEWTON_STEPS):
        if not point.converged:
            return q, point, g, False
        missed = g > 0
        if not missed.any():
            return q, point, g, True
        matrix, slopes = search.jacobian(point, q, g)
        wanted = np.where(missed, g + ROOM, 0.0)
        own = np.where(np.diag(matrix) < -LEAST_SLOPE, np.diag(matrix), -LEAST_SLOPE)
        step = np.clip(-wanted / own, -LARGEST_MOVE, LARGEST_MOVE)
        moved = np.clip(q + step, search.low, search.high)
        if not np.abs(moved - q).any():
            return q, point, g, False
        q = moved
        point, g = search.solve(q, point.potential + slopes @ (moved - q))
    return q, point, g, False
