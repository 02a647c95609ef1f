"""A cascade at fixed flows: one point, and how it moves with a flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Circuit, Flows, Layout
from ytterby.separation.kernel import solve_steps
from ytterby.separation.start import (
    RESIDUAL_TOLERANCE,
    STEADY_STEPS,
    evaluate,
    fill,
    newton,
    pseudo_transient,
)

Array = NDArray[np.float64]
Case = tuple[Array, Array, Array, Array, Array, Array, Array, Array]


@dataclass(frozen=True)
class Point:
    """A solution at fixed flows.

    u: ln(a_eff/h) [-], shape (stage,). x, y: [mol/L], shape (stage, chain).
    residual: largest relative closure [-]. iterations: Newton steps [-].
    """

    case: Case
    circuit: Circuit
    u: Array
    x: Array
    y: Array
    residual: float
    iterations: int
    converged: bool


def case_of(chemistry: Chemistry, circuit: Circuit) -> Case:
    """The arrays that the kernel takes; the counter-ion and the extractant are appended."""
    log_K = np.where(chemistry.slope > 0, chemistry.log_K, 0.0) * np.log(10.0)
    water = np.array([10.0**chemistry.log_Kw, chemistry.curvature, chemistry.reference])
    return (
        circuit.volumes(),
        circuit.efficiency,
        circuit.aqueous_in,
        circuit.organic_in,
        np.append(log_K, [0.0, 0.0]),
        np.append(chemistry.slope, [0.0, 0.0]),
        np.append(chemistry.charge, [0.0, 0.0]),
        water,
    )


def solve_at(layout: Layout, flows: Flows, guess: Array | None) -> Point:
    """The steady state at given flows, from ln r of a neighbour [-] or from nothing."""
    circuit = layout.circuit(flows)
    case = case_of(layout.chemistry, circuit)
    spent = 0
    if guess is not None:
        u, x, y, residual, spent, done = newton(guess, case, STEADY_STEPS, RESIDUAL_TOLERANCE)
        if done:
            return Point(case, circuit, u, x, y, residual, spent, True)
    x, y = fill(case)
    u, x, y, residual, used, done = pseudo_transient(x, y, case)
    return Point(case, circuit, u, x, y, residual, spent + used, done)


def tangents(point: Point, neighbours: list[Case], steps: list[float]) -> Array:
    """d ln r / d parameter [-], shape (stage, parameter), on the solved closures.

    neighbours: the case with each parameter moved by its step; the closures respond linearly, and
    the factors of the Newton step are used once for all.
    """
    _, _, F, by_u, by_x, up, down, source = evaluate(point.u, point.case, True)
    moved = [
        -(evaluate(point.u, case, False)[2] - F) / step
        for case, step in zip(neighbours, steps, strict=True)
    ]
    right = np.ascontiguousarray(np.array(moved).T)
    answer, _ = solve_steps(right, by_u, by_x, up, down, source, point.case[5])
    return answer
