"""Neighbours of a solved cascade: how it moves, to first order, as its circuit is changed.

Derivatives of what a cascade gives are differences over a small step: the potentials follow their
tangent, and the balances at the changed circuit are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Circuit
from ytterby.separation.newton import evaluate
from ytterby.separation.solve import Point, Posed, tangents

Array = NDArray[np.float64]

DIFFERENCE = 1e-6
"""Step of a directional difference, in ln(flow) for a flow [-]: error about 1e-9 relative, both
ways, where potentials move as much as the flow."""

STEEP = 30.0
"""Where potentials move by more than so many steps [-], as where a front leaves an end, the step is
taken so much smaller that they move by DIFFERENCE: rows of two targets on one cliff are parallel
but for a thousandth, and the curvature along a longer step is more than that."""


class Neighbour(NamedTuple):
    """The cascade `step` along one way [-], and d potential/d way, shape (stage, potential)."""

    step: float
    slope: Array
    point: Point


def neighbours(
    chemistry: Chemistry, point: Point, ways: Sequence[Callable[[float], Circuit]]
) -> list[Neighbour]:
    """One neighbour for each way; a way is the circuit as a function of the length of a step."""
    steps = np.full(len(ways), DIFFERENCE)
    posed, slopes = _along(chemistry, point, ways, steps)
    steepest = np.abs(slopes).max(axis=(0, 1), initial=0.0)
    if (steepest > STEEP).any():
        steps = DIFFERENCE / np.maximum(1.0, steepest)
        posed, slopes = _along(chemistry, point, ways, steps)
    found = []
    for k, (one, circuit) in enumerate(posed):
        slope, step = slopes[:, :, k], float(steps[k])
        potential = point.potential + step * slope
        x, y = evaluate(potential, one.case)[:2]
        near = one.point(chemistry, circuit, (potential, x, y, 0.0, 0, True))
        found.append(Neighbour(step, slope, near))
    return found


def _along(
    chemistry: Chemistry,
    point: Point,
    ways: Sequence[Callable[[float], Circuit]],
    steps: Array,
) -> tuple[list[tuple[Posed, Circuit]], Array]:
    """The circuits after these steps, and the tangents of the potentials over them."""
    circuits = [way(step) for way, step in zip(ways, steps.tolist(), strict=True)]
    posed = [(Posed.of(chemistry, circuit), circuit) for circuit in circuits]
    return posed, tangents(point, [one.case for one, _ in posed], steps.tolist())
