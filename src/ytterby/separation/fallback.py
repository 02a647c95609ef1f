"""What stands behind Newton on the flows: other starts, brackets, room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.border import LARGEST_MOVE, NEWTON_STEPS, newton_on_flows
from ytterby.separation.bracket import NoFooting, zero
from ytterby.separation.search import LONGER, Search
from ytterby.separation.solve import Point

Array = NDArray[np.float64]

CLOSE, CLOSER = 1e-7, 1e-2
"""Nested search: the miss at which the outermost flow is left to Newton, and how much closer each
flow within is brought [-]."""

REGION, STARTS, ROOT_STEPS = 5.0, 64, 60
"""Starts around a first guess: how far each unknown is moved [-], how many; and fixed-point steps
to the root of their sequence, each of which halves the error at least."""

OTHER_GUESSES = (0.4, -0.4, 0.9, -0.9, -1.6, 1.6)
"""Shifts of ln(organic) tried where no cascade stands at the first guess [-]."""

ROOM, LEAST_SLOPE = 0.1, 0.2
"""A missed limit is aimed at with this much to spare, by a slope of at least this [-]."""


def standing(search: Search, q: Array, *, thorough: bool) -> Array:
    """The first guess, or the nearest with another organic flow at which a cascade stands.

    thorough: where none does within the usual patience, wait longer for the first guess: a cascade
    with far too little acid is slow to come to rest, and only once it does can it be told so.
    """
    places = [k for k, target in enumerate(search.targets) if target.flow == "organic"]
    for shift in (0.0, *OTHER_GUESSES):
        moved = q.copy()
        moved[places] += shift
        moved = np.clip(moved, search.low, search.high)
        if search.solve(moved)[0].converged:
            return moved
        if not places:
            break
    if thorough:
        search.solve(q, longer=LONGER)
    return q


class Spent(Exception):
    """The search has taken too long."""


def nested(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """One flow by Newton within a bracket, the others solved likewise at each of its values.

    Slow, but it needs no more than that every flow lowers its own quantity, however steeply here
    and slowly there. Where the flows fail in one order, they are taken in the other.
    """
    known = list(range(q.size))
    for order in (known, known[::-1])[: q.size]:
        found = q.copy()
        try:
            seek(search, found, order)
        except NoFooting:
            continue
        except Spent:
            break
        answer = newton_on_flows(search, found)
        if answer[3]:
            return answer
    return q, *search.solve(q), False


def seek(search: Search, q: Array, order: list[int]) -> tuple[Array, Array, list[int]]:
    """Set the unknowns `order`, in place, so that their targets are met or a bound is reached.

    Returns ln(quantity/allowed) of every target, its derivative by the unknowns, and which of
    `order` are met; raises NoFooting and Spent.
    """
    k, others = order[0], order[1:]
    latest: tuple[Array, Array, list[int]] = (np.empty(0), np.empty(0), [])
    follows = np.zeros(0)

    def miss(value: float) -> tuple[float, float]:
        nonlocal latest, follows
        before = q.copy()
        if latest[2]:
            near = latest[2]
            moved = q.copy()
            moved[k] = value
            step = np.zeros(q.size)
            step[near] = -follows * search.straight(q, moved)[k]
            step = np.clip(step, -LARGEST_MOVE, LARGEST_MOVE)
            q[near] = search.stepped(q, step)[0][near]
        q[k] = value
        try:
            latest = seek(search, q, others) if others else (*footing(search, q), [])
        except NoFooting:
            q[:] = before
            raise
        g, matrix, met = latest
        follows = np.linalg.lstsq(matrix[np.ix_(met, met)], matrix[met, k])[0]
        return float(g[k]), float(matrix[k, k] - matrix[k, met] @ follows)

    close = CLOSE * CLOSER ** (q.size - len(order))
    reached = zero(miss, float(q[k]), float(search.low[k]), float(search.high[k]), close)
    g, matrix, met = latest
    return g, matrix, [k, *met] if reached else met


def footing(search: Search, q: Array) -> tuple[Array, Array]:
    """ln(quantity/allowed) at q and its derivative; raises NoFooting where no cascade stands, and
    Spent."""
    point, g = search.solve(q)
    if search.spent:
        raise Spent
    if not point.converged:
        raise NoFooting
    return g, search.jacobian(point, q, g)[0]


def elsewhere(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Newton from starts spread evenly around the first guess: a quantity may rise with its own
    flow on the way, where a little more of it brings back more than it takes."""
    low, high = np.maximum(search.low, q - REGION), np.minimum(search.high, q + REGION)
    for place in spread(q.size, STARTS):
        if search.spent:
            break
        found = newton_on_flows(search, low + place * (high - low))
        if found[3]:
            return found
    return q, *search.solve(q), False


def spread(dimensions: int, number: int) -> Array:
    """Places that fill a unit cube evenly, however many are used, shape (number, dimension): an
    additive recurrence by the root of x^(d + 1) = x + 1 (Roberts, The unreasonable effectiveness
    of quasirandom sequences, 2018)."""
    root = 2.0
    for _ in range(ROOT_STEPS):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.outer(np.arange(number), steps)) % 1.0


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
