"""Newton on the flows, bordered by the cascade.

At each q the cascade is solved; the tangents of the potentials (one factorisation, one right side
per flow) give the Jacobian of ln(quantity/allowed), which is what a bordered Newton step on both
together would use.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.search import Border, Search
from ytterby.separation.solve import Point
from ytterby.separation.walk import TINY

Array = NDArray[np.float64]

TARGET_TOLERANCE = 1e-10
"""Largest |ln(quantity/allowed)| of an active target [-]."""

NEWTON_STEPS = 40
"""Most Newton steps on the flows."""

PATIENCE, PROGRESS = 5, 0.8
"""Newton on the flows ends when PATIENCE steps leave more than PROGRESS of the misses [-]."""

NO_SLOPE, MISLED = 1e-3, 1.2
"""A target that its flow does not yet lower by this slope is pursued by that flow alone; meanwhile
the misses may grow to so many times [-]."""

LARGEST_MOVE, LEAST_MOVE = 0.7, 1e-3
"""Largest change of one unknown in one step [-]: a factor two of a flow; and the damping at which
a line search gives up."""

CHORD_STEPS, CHORD_PROGRESS, CHORD_TOLERANCE = 10, 0.6, 1e-12
"""Along the border of a neighbour: most steps, share of the misses that each may leave, and the
|ln(quantity/allowed)| to reach, tighter because such steps do not square it [-]."""

ROUNDING_FLOOR = 64.0
"""A target whose quantity moves by d when its flow moves by rounding is met to this many d [-]."""


def settled(
    search: Search, q: Array, g: Array, floor: Array | float = TARGET_TOLERANCE
) -> NDArray[np.bool_]:
    """Which targets need nothing more: met exactly, or a limit met at its lowest flow."""
    limits = np.array([t.kind == "limit" for t in search.targets], dtype=bool)
    resting = limits & (q <= search.low) & (g <= 0)
    return (np.abs(g) <= floor) | resting


def newton_on_flows(
    search: Search, q: Array, tolerance: float = TARGET_TOLERANCE
) -> tuple[Array, Point, Array, bool]:
    """Damped Newton on the unknown flows, bounds active where a step would leave them.

    tolerance: |ln(quantity/allowed)| to reach [-].
    """
    point, g = search.stand(q)
    floor: Array | float = tolerance
    misses: list[float] = []
    for taken in range(NEWTON_STEPS):
        if not point.converged:
            return q, point, g, False
        # A first step is taken even from a settled start: flows that rest within the tolerance
        # would make the outlets jump, and a recycle around the cascade could not settle.
        if settled(search, q, g, floor).all() and (taken or not g.any()):
            return q, point, g, True
        matrix, slopes = search.jacobian(point, q, g)
        steepest = np.abs(matrix).max(axis=1, initial=0.0)
        floor = np.maximum(tolerance, ROUNDING_FLOOR * np.finfo(float).eps * steepest)
        blind = (g > floor) & (np.diag(matrix) > -NO_SLOPE)
        matrix[blind] = 0.0
        matrix[blind, blind] = -1.0
        step = bounded_step(search, q, g, matrix)
        if step is None:
            return q, point, g, False
        damping = min(1.0, LARGEST_MOVE / (np.abs(step).max() + TINY))
        merit = np.abs(g[~settled(search, q, g)]).sum()
        while damping > LEAST_MOVE:
            moved, taken_step = search.stepped(q, damping * step)
            trial, h = search.solve(moved, point.potential + slopes @ taken_step)
            left = np.abs(h[~settled(search, moved, h)]).sum()
            better = left < merit or (blind.any() and left < MISLED * merit)
            if trial.converged and (better or settled(search, moved, h, floor).all()):
                break
            damping /= 2
        else:
            return q, point, g, False
        q, point, g = moved, trial, h
        misses.append(float(left))
        if len(misses) > PATIENCE and misses[-1] > PROGRESS * misses[-1 - PATIENCE]:
            return q, point, g, False
    return q, point, g, False


def along_border(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Steps by the border of a neighbour, brought up to date by what each finds (Broyden 1965).

    Near a solution this takes a cascade per step and no derivatives. False where it does not get
    there at once: Newton goes on from what it gives.
    """
    point, g = search.stand(q)
    border = search.border
    if border is None or border.names != search.names or not point.converged:
        return q, point, g, False
    matrix: Array = border.matrix
    floor = ROUNDING_FLOOR * np.finfo(float).eps * np.abs(matrix).max(axis=1, initial=0.0)
    floor = np.maximum(CHORD_TOLERANCE, np.minimum(floor, TARGET_TOLERANCE))
    for taken in range(CHORD_STEPS):
        if settled(search, q, g, floor).all() and (taken or not g.any()):
            search.border = Border(border.names, matrix, border.slopes)
            return q, point, g, True
        step = bounded_step(search, q, g, matrix)
        if step is None or np.abs(step).max() > LARGEST_MOVE:
            break
        moved, step = search.stepped(q, step)
        trial, h = search.solve(moved, point.potential + border.slopes @ step)
        left, missed = np.abs(h[~settled(search, moved, h, floor)]).sum(), np.abs(g).sum()
        if not trial.converged or left > CHORD_PROGRESS * missed:
            break
        if step.any():
            error = h - g - matrix @ step
            matrix = matrix + np.outer(error, step / float(step @ step))
        q, point, g = moved, trial, h
    return q, point, g, False


def bounded_step(search: Search, q: Array, g: Array, matrix: Array) -> Array | None:
    """The Newton step of the flows that are free to move; None where the Jacobian is singular."""
    free = ~((q <= search.low) & (g <= 0))
    step = np.zeros_like(q)
    for _ in range(q.size):
        if not free.any():
            return None
        try:
            step[:] = 0.0
            step[free] = -np.linalg.solve(matrix[np.ix_(free, free)], g[free])
        except np.linalg.LinAlgError:
            return None
        stuck = free & (((q <= search.low) & (step < 0)) | ((q >= search.high) & (step > 0)))
        if not stuck.any():
            return step
        free &= ~stuck
    return step if np.abs(step).any() else None
