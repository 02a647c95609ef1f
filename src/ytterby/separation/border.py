"""Flows from targets: Newton on the flows, bordered by the cascade, with a bracket behind it.

The unknown flows q are ln of a flow, or ln of reflux/(1 - reflux). At each q the cascade is solved;
the tangents of the potentials (one factorisation, one right side per flow) give the Jacobian of
ln(quantity/allowed), which is what a bordered Newton step on both together would use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Flows, Layout
from ytterby.separation.solve import Point, case_of, solve_at, tangents
from ytterby.separation.start import evaluate
from ytterby.separation.targets import Target

Array = NDArray[np.float64]

TARGET_TOLERANCE = 1e-10
"""Largest |ln(quantity/allowed)| of an active target [-]."""

DIFFERENCE = 1e-6
"""Step in ln(flow) for directional differences [-]: error about 1e-9 relative, both ways."""

SPAN = 7.0
"""Flows are sought within e**SPAN, a factor thousand, of the first guess [-]."""

REFLUX_SPAN = (-7.0, 4.6)
"""Reflux is sought between 0.1 % and 99 %: bounds of ln(reflux/(1 - reflux)) [-]."""

NEWTON_STEPS, BRACKET_ROUNDS, BISECTIONS = 40, 30, 60
"""Most Newton steps on the flows; rounds of one-flow solves; bisections in one of those."""

SMALLEST_FLOW = 1e-6
"""Stands for a flow of zero where its logarithm is taken; the bounds cut it off [L/s or -]."""

LARGEST_MOVE = 0.7
"""Largest change of one unknown in one step [-]: a factor two of a flow."""


@dataclass
class Reached:
    """Where the search for the flows ended, and why."""

    point: Point
    flows: Flows
    converged: bool
    reason: str
    iterations: int
    figures: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, dict[str, float]] = field(default_factory=dict)

    def seen(self, layout: Layout) -> tuple[object, ...]:
        """What a target measures."""
        point = self.point
        return layout, point.circuit, point.case[0], point.x, point.y


class Search:
    """One search: the layout, its targets, bounds, and the last solved point as warm start."""

    def __init__(self, layout: Layout, targets: tuple[Target, ...], flows: Flows) -> None:
        self.layout, self.targets, self.base = layout, targets, flows
        self.iterations = 0
        self.potential: Array | None = None
        self.last: Point | None = None
        bounds = [self.bound(target) for target in targets]
        self.low = np.array([low for low, _ in bounds])
        self.high = np.array([high for _, high in bounds])

    def bound(self, target: Target) -> tuple[float, float]:
        """Bounds of the unknown of a target."""
        if target.flow == "reflux":
            low, high = REFLUX_SPAN
        else:
            centre = math.log(getattr(self.base, target.flow))
            low, high = centre - SPAN, centre + SPAN
        if target.lowest is not None and target.lowest > 0:
            low = unknown(target, target.lowest)
        if target.highest is not None:
            high = unknown(target, target.highest)
        return low, high

    def flows(self, q: Array) -> Flows:
        """The flows at unknowns q."""
        values = {t.flow: known(t, float(v)) for t, v in zip(self.targets, q, strict=True)}
        return self.base.with_(**values)

    def solve(self, q: Array, guess: Array | None = None) -> tuple[Point, Array]:
        """The cascade at q and ln(quantity/allowed) of every target.

        Flows at which no cascade can stand (a stage without organic) count as missing all targets.
        """
        try:
            point = solve_at(self.layout, self.flows(q), self.potential if guess is None else guess)
        except ValueError:
            if self.last is None:
                raise
            return replace(self.last, converged=False), np.ones(q.size)
        self.last = point
        self.iterations += point.iterations
        if point.converged:
            self.potential = point.u
        return point, self.excess(point)

    def excess(self, point: Point) -> Array:
        """ln(quantity/allowed) of every target [-]."""
        seen = (self.layout, point.circuit, point.case[0], point.x, point.y)
        return np.array([target.excess(*seen) for target in self.targets])

    def jacobian(self, point: Point, q: Array, g: Array) -> tuple[Array, Array]:
        """d g / d q [-], shape (target, unknown), and d ln r / d q, shape (stage, unknown)."""
        cases, circuits = [], []
        for k in range(q.size):
            moved = q.copy()
            moved[k] += DIFFERENCE
            circuits.append(self.layout.circuit(self.flows(moved)))
            cases.append(case_of(self.layout.chemistry, circuits[-1]))
        slopes = tangents(point, cases, [DIFFERENCE] * q.size)
        matrix = np.empty((q.size, q.size))
        for k, (case, circuit) in enumerate(zip(cases, circuits, strict=True)):
            x, y = evaluate(point.u + DIFFERENCE * slopes[:, k], case, False)[:2]
            seen = (self.layout, circuit, case[0], x, y)
            moved_g = np.array([target.excess(*seen) for target in self.targets])
            matrix[:, k] = (moved_g - g) / DIFFERENCE
        return matrix, slopes


def unknown(target: Target, flow: float) -> float:
    """The unknown q that stands for a flow: its ln, or ln(reflux/(1 - reflux)) [-]."""
    return math.log(flow / (1 - flow)) if target.flow == "reflux" else math.log(flow)


def known(target: Target, q: float) -> float:
    """The flow that an unknown stands for [L/s], or the reflux [-]."""
    return 1 / (1 + math.exp(-q)) if target.flow == "reflux" else math.exp(q)


def reach(
    layout: Layout,
    targets: tuple[Target, ...],
    flows: Flows,
    start: Array | None,
    *,
    sensitivity: bool = True,
) -> Reached:
    """The cascade at flows that meet the targets, or the best reached and the reason."""
    search = Search(layout, targets, flows)
    search.potential = start
    if not targets:
        point, _ = search.solve(np.empty(0))
        reason = "" if point.converged else "the stage balances did not converge"
        return Reached(point, flows, point.converged, reason, search.iterations)
    q = np.array([unknown(t, getattr(flows, t.flow) or SMALLEST_FLOW) for t in targets])
    q = np.clip(q, search.low, search.high)
    q, point, g, done = newton_on_flows(search, q)
    if not done:
        q, point, g, done = one_by_one(search, q)
        if done:
            q, point, g, done = newton_on_flows(search, q)
    return report(search, q, point, g, done, sensitivity)


def settled(search: Search, q: Array, g: Array) -> NDArray[np.bool_]:
    """Which targets need nothing more: met exactly, or a limit met at its lowest flow."""
    resting = np.array([t.kind == "limit" for t in search.targets]) & (q <= search.low) & (g <= 0)
    return (np.abs(g) <= TARGET_TOLERANCE) | resting


def newton_on_flows(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Damped Newton on the unknown flows, bounds active where a step would leave them."""
    point, g = search.solve(q)
    for taken in range(NEWTON_STEPS):
        if not point.converged:
            return q, point, g, False
        # A first step is taken even from a settled start: flows that rest within the tolerance
        # would make the outlets jump, and a recycle around the cascade could not settle.
        if settled(search, q, g).all() and (taken or not g.any()):
            return q, point, g, True
        matrix, slopes = search.jacobian(point, q, g)
        step = bounded_step(search, q, g, matrix)
        if step is None:
            return q, point, g, False
        damping = min(1.0, LARGEST_MOVE / (np.abs(step).max() + DIFFERENCE**2))
        merit = np.abs(g[~settled(search, q, g)]).sum()
        for _ in range(6):
            moved = np.clip(q + damping * step, search.low, search.high)
            trial, h = search.solve(moved, point.u + slopes @ (moved - q))
            left = np.abs(h[~settled(search, moved, h)]).sum()
            if trial.converged and (left < merit or left <= TARGET_TOLERANCE):
                break
            damping /= 2
        else:
            return q, point, g, False
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


def one_by_one(search: Search, q: Array) -> tuple[Array, Point, Array, bool]:
    """Each target in turn by bisection of its own flow, in which its quantity falls."""
    q = q.copy()
    point, g = search.solve(q)
    passed = [q.copy()]
    for _ in range(BRACKET_ROUNDS):
        for k in range(q.size):
            bisect(search, q, k)
        point, g = search.solve(q)
        if any(np.abs(q - earlier).max() <= 1e-4 for earlier in passed):
            break  # settled, or going round in circles: the targets cannot be met together
        passed.append(q.copy())
    close = np.array([abs(v) < 1.0 for v in g]) | settled(search, q, g)
    return q, point, g, bool(close.all() and point.converged)


def bisect(search: Search, q: Array, k: int) -> None:
    """Set unknown k, in place, where its own target is just met, the others held."""

    def misses(value: float) -> bool:
        q[k] = value
        point, g = search.solve(q)
        return not point.converged or bool(g[k] > 0)

    centre, width = float(q[k]), 0.05
    if misses(centre):
        low, high = centre, min(centre + width, search.high[k])
        while high < search.high[k] and misses(high):
            low, width = high, 2 * width
            high = min(high + width, float(search.high[k]))
    else:
        low, high = max(centre - width, search.low[k]), centre
        while low > search.low[k] and not misses(low):
            high, width = low, 2 * width
            low = max(low - width, float(search.low[k]))
        if low <= search.low[k] and not misses(float(search.low[k])):
            return
    while high - low > 1e-5:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if misses(middle) else (low, middle)
    q[k] = high


def report(
    search: Search, q: Array, point: Point, g: Array, done: bool, sensitivity: bool
) -> Reached:
    """The end of a search with figures, sensitivities and, if it failed, the reason."""
    targets, flows = search.targets, search.flows(q)
    reason = ""
    if not point.converged:
        reason = "the stage balances did not converge"
    elif not done:
        reason = failure(search, q, g)
    result = Reached(point, flows, done, reason, search.iterations)
    names = [f"{t.flow}: {t.name}" for t in targets]
    result.figures = {
        name: float(t.allowed * math.exp(v)) for name, t, v in zip(names, targets, g, strict=True)
    }
    if point.converged and sensitivity:
        matrix, _ = search.jacobian(point, q, g)
        scale = [1 / (1 - getattr(flows, t.flow)) if t.flow == "reflux" else 1.0 for t in targets]
        result.sensitivity = {
            name: {t.flow: float(matrix[i, k] * scale[k]) for k, t in enumerate(targets)}
            for i, name in enumerate(names)
        }
    return result


def failure(search: Search, q: Array, g: Array) -> str:
    """Which target is not reached, and what stands in the way."""
    unmet = ~settled(search, q, g)
    for k, target in enumerate(search.targets):
        if unmet[k] and q[k] >= search.high[k] - DIFFERENCE:
            return target.explain(known(target, float(q[k])))
    for k, target in enumerate(search.targets):
        if unmet[k] and g[k] < 0 and q[k] <= search.low[k]:
            return (
                f"{target.name} is {math.exp(g[k]):.3g} "
                f"times the wanted value at the lowest {target.flow}; make it a limit"
            )
    worst = int(np.argmax(np.where(unmet, np.abs(g), 0.0)))
    target = search.targets[worst]
    return (
        f"{target.name} stays {math.exp(g[worst]):.3g} "
        f"times the wanted value: the targets contradict each other or lie beyond the stages"
    )
