"""Flows from targets: Newton on the flows, bordered by the cascade, with a bracket behind it.

The unknown flows q are ln of a flow. Where strip and reflux are both set, the unknowns are what
goes on as scrub and what is drawn off, whose sum is the strip: each then moves mainly its own
target; a reflux alone is ln of reflux/(1 - reflux). At each q the cascade is solved;
the tangents of the potentials (one factorisation, one right side per flow) give the Jacobian of
ln(quantity/allowed), which is what a bordered Newton step on both together would use.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Flows, Layout, NoCircuit
from ytterby.separation.newton import evaluate
from ytterby.separation.solve import Point, Posed, solve_at, tangents
from ytterby.separation.targets import SHARES, Target, flow_of

Array = NDArray[np.float64]

TARGET_TOLERANCE = 1e-10
"""Largest |ln(quantity/allowed)| of an active target [-]."""

DIFFERENCE = 1e-6
"""Step in ln(flow) for directional differences [-]: error about 1e-9 relative, both ways."""

SPAN = 7.0
"""Flows are sought within e**SPAN, a factor thousand, of the first guess [-]."""

RATIO_SPAN = 100.0
"""Organic is sought at least from the feed over this to the feed times this, by volume [-]."""

REFLUX_SPAN = (-9.0, 7.0)
"""Reflux is sought between 0.01 % and 99.9 %: bounds of ln(reflux/(1 - reflux)) [-]."""

NEWTON_STEPS = 40
"""Most Newton steps on the flows."""

PATIENCE, PROGRESS = 5, 0.8
"""Newton on the flows ends when PATIENCE steps leave more than PROGRESS of the misses [-]."""

BRACKET_WIDTH, FIRST_WIDTH, STEP_BACK, NEAR_ENOUGH = 1e-7, 0.1, 4.0, 1e-3
"""Nested search: width at which a bracket is narrow, first step outwards, how much a step is
shortened where no cascade stands, and the miss that is near enough for Newton [-]."""

MOST_SOLVES, MOST_NARROWINGS = 300, 60
"""Nested search: most cascades solved in all, and most narrowings of a bracket."""

GROWTHS = (0.7, 1.6, 3.0)
"""How far beyond the end of a search a missed target's own flow is tried, in ln of it [-]."""

MOST_WORK, MOST_ITERATIONS = 60_000, 1000
"""Newton steps times stages, and Newton steps beside, after which one way of search is given up."""

OTHER_GUESSES = (0.4, -0.4, 0.9, -0.9, -1.6, 1.6)
"""Shifts of ln(organic) tried where no cascade stands at the first guess [-]."""

FIRST_STRIDE, LEAST_STRIDE = 0.25, 0.02
"""Share of the way to the targets that is tried at once, at first and at least [-]."""

SMALLEST_FLOW = 1e-6
"""Stands for a flow of zero where its logarithm is taken; the bounds cut it off [L/s or -]."""

ROOM, LEAST_SLOPE = 0.1, 0.2
"""A missed limit is aimed at with this much to spare, by a slope of at least this [-]."""

NO_SLOPE, MISLED = 1e-3, 1.2
"""A target that its flow does not yet lower by this slope is pursued by that flow alone; meanwhile
the misses may grow to so many times [-]."""

LARGEST_MOVE, LEAST_MOVE = 0.7, 1e-3
"""Largest change of one unknown in one step [-]: a factor two of a flow; and the damping at which
a line search gives up."""

ROUNDING_FLOOR = 64.0
"""A target whose quantity moves by d when its flow moves by rounding is met to this many d [-]."""


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


class Search:
    """One search: the layout, its targets, bounds, and the last solved point as warm start."""

    def __init__(self, layout: Layout, targets: tuple[Target, ...], flows: Flows) -> None:
        self.layout, self.targets, self.base = layout, targets, flows
        self.iterations = 0
        self.most = 0
        self.grant()
        self.potential: Array | None = None
        self.last: Point | None = None
        self.fed = flow_of(layout) or 1.0
        bounds = [self.bound(target) for target in targets]
        self.low = np.array([low for low, _ in bounds])
        self.high = np.array([high for _, high in bounds])

    def grant(self) -> None:
        """Allow so many Newton steps more."""
        self.most = self.iterations + MOST_WORK // self.layout.stages.total + MOST_ITERATIONS

    @property
    def parted(self) -> bool:
        """Whether the strip liquor is sought as scrub and product."""
        return {"strip", "reflux"} <= {target.flow for target in self.targets}

    def bound(self, target: Target) -> tuple[float, float]:
        """Bounds of the unknown of a target."""
        if target.flow == "reflux" and not self.parted:
            low, high = REFLUX_SPAN
        else:
            centre = self.unknown(target, self.base)
            low, high = centre - SPAN, centre + SPAN
        if target.flow == "organic":
            low = min(low, math.log(self.fed / RATIO_SPAN))
            high = max(high, math.log(self.fed * RATIO_SPAN))
        if target.lowest is not None and target.lowest > 0:
            low = self.unknown(target, self.base.with_(**{target.flow: target.lowest}))
        if target.highest is not None:
            high = self.unknown(target, self.base.with_(**{target.flow: target.highest}))
        return low, high

    def unknown(self, target: Target, flows: Flows) -> float:
        """The unknown that stands for the flow of a target [-]."""
        value = flows[target.flow]
        if target.flow == "reflux":
            value = value / (1 - value)
        if self.parted and target.flow in ("strip", "reflux"):
            drawn = flows.strip * (1 - flows.reflux)
            value = drawn if target.flow == "strip" else drawn * value
        return math.log(max(value, SMALLEST_FLOW))

    def unknowns(self, flows: Flows) -> Array:
        """The unknowns that stand for flows, shape (target,)."""
        return np.array([self.unknown(target, flows) for target in self.targets])

    def flows(self, q: Array) -> Flows:
        """The flows at unknowns q."""
        values = {t.flow: math.exp(v) for t, v in zip(self.targets, q.tolist(), strict=True)}
        if self.parted:
            drawn, scrub = values["strip"], values["reflux"]
            values |= {"strip": drawn + scrub, "reflux": scrub / (drawn + scrub)}
        elif "reflux" in values:
            values["reflux"] = values["reflux"] / (1 + values["reflux"])
        return self.base.with_(**values)

    def by_flows(self, q: Array) -> Array:
        """d unknown / d ln flow [-], shape (unknown, flow), in the order of the targets."""
        flows = self.flows(q)
        names = [target.flow for target in self.targets]
        matrix = np.eye(len(names))
        if "reflux" in names:
            r = names.index("reflux")
            matrix[r, r] = 1 / (1 - flows.reflux)
            if self.parted:
                s = names.index("strip")
                matrix[r, r], matrix[r, s] = 1.0, 1.0
                matrix[s, r] = -flows.reflux / (1 - flows.reflux)
        return matrix

    def solve(self, q: Array, guess: Array | None = None) -> tuple[Point, Array]:
        """The cascade at q and ln(quantity/allowed) of every target.

        Flows at which no cascade can stand (a stage without organic) count as missing all targets.
        """
        try:
            circuit = self.layout.circuit(self.flows(q))
            start = self.potential if guess is None else guess
            point = solve_at(self.layout.chemistry, circuit, start)
        except NoCircuit:
            if self.last is None:
                raise
            return replace(self.last, converged=False), np.ones(q.size)
        self.last = point
        self.iterations += point.iterations
        if self.iterations > self.most:
            point = replace(point, converged=False)
        if point.converged:
            self.potential = point.potential
        return point, self.excess(point)

    def excess(self, point: Point) -> Array:
        """ln(quantity/allowed) of every target [-]."""
        return np.array([target.excess(self.layout, point) for target in self.targets])

    def jacobian(self, point: Point, q: Array, g: Array) -> tuple[Array, Array]:
        """d g / d q [-], shape (target, unknown), and d potential / d q, last axis the unknowns."""
        chemistry = self.layout.chemistry
        circuits = []
        for k in range(q.size):
            moved = q.copy()
            moved[k] += DIFFERENCE
            circuits.append(self.layout.circuit(self.flows(moved)))
        posed = [Posed.of(chemistry, circuit) for circuit in circuits]
        slopes = tangents(point, [p.case for p in posed], [DIFFERENCE] * q.size)
        matrix = np.empty((q.size, q.size))
        for k, (one, circuit) in enumerate(zip(posed, circuits, strict=True)):
            potential = point.potential + DIFFERENCE * slopes[:, :, k]
            x, y = evaluate(potential, one.case)[:2]
            near = one.point(chemistry, circuit, (potential, x, y, 0.0, 0, True))
            matrix[:, k] = (self.excess(near) - g) / DIFFERENCE
        return matrix, slopes


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
    first = standing(search, np.clip(search.unknowns(flows), search.low, search.high))
    q, point, g, done = newton_on_flows(search, first)
    for way in (by_and_by, nested, with_room):
        if done:
            break
        search.grant()
        q, point, g, done = way(search, first)
    if not done:
        search.grant()
        if not point.converged:
            q, (point, g) = first, search.solve(first)
    return report(search, q, point, g, done, sensitivity)


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


def settled(
    search: Search, q: Array, g: Array, floor: Array | float = TARGET_TOLERANCE
) -> NDArray[np.bool_]:
    """Which targets need nothing more: met exactly, or a limit met at its lowest flow."""
    resting = np.array([t.kind == "limit" for t in search.targets]) & (q <= search.low) & (g <= 0)
    return (np.abs(g) <= floor) | resting


def newton_on_flows(
    search: Search, q: Array, aside: Array | float = 0.0
) -> tuple[Array, Point, Array, bool]:
    """Damped Newton on the unknown flows, bounds active where a step would leave them.

    aside: what the targets are set aside by [-], shape (target,).
    """
    point, g = search.solve(q)
    g = g - aside
    floor: Array | float = TARGET_TOLERANCE
    misses: list[float] = []
    for taken in range(NEWTON_STEPS):
        if not point.converged:
            return q, point, g, False
        # A first step is taken even from a settled start: flows that rest within the tolerance
        # would make the outlets jump, and a recycle around the cascade could not settle.
        if settled(search, q, g, floor).all() and (taken or not g.any()):
            return q, point, g, True
        matrix, slopes = search.jacobian(point, q, g + aside)
        steepest = np.abs(matrix).max(axis=1, initial=0.0)
        floor = np.maximum(TARGET_TOLERANCE, ROUNDING_FLOOR * np.finfo(float).eps * steepest)
        blind = (g > floor) & (np.diag(matrix) > -NO_SLOPE)
        matrix[blind] = 0.0
        matrix[blind, blind] = -1.0
        step = bounded_step(search, q, g, matrix)
        if step is None:
            return q, point, g, False
        damping = min(1.0, LARGEST_MOVE / (np.abs(step).max() + DIFFERENCE**2))
        merit = np.abs(g[~settled(search, q, g)]).sum()
        while damping > LEAST_MOVE:
            moved = np.clip(q + damping * step, search.low, search.high)
            trial, h = search.solve(moved, point.potential + slopes @ (moved - q))
            h = h - aside
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


def report(
    search: Search, q: Array, point: Point, g: Array, done: bool, sensitivity: bool
) -> Reached:
    """The end of a search with figures, sensitivities and, if it failed, the reason."""
    targets, flows, layout = search.targets, search.flows(q), search.layout
    reason = ""
    if not point.converged:
        reason = "the stage balances did not converge"
    elif not done:
        reason = failure(search, q, g)
    result = Reached(point, flows, done, reason, search.iterations)
    names = [f"{t.flow}: {t.name}" for t in targets]
    result.figures = {n: t.measure(layout, point) for n, t in zip(names, targets, strict=True)}
    if point.converged and sensitivity:
        matrix, _ = search.jacobian(point, q, g)
        by_odds = [
            1 - result.figures[n] if t.quantity in SHARES else 1.0
            for n, t in zip(names, targets, strict=True)
        ]
        slopes = np.array(by_odds)[:, None] * (matrix @ search.by_flows(q))
        result.sensitivity = {
            name: {t.flow: float(slopes[i, k]) for k, t in enumerate(targets)}
            for i, name in enumerate(names)
        }
    return result


def beyond_reach(search: Search, q: Array, k: int) -> float | None:
    """The most of its flow that was tried, where a target is missed by ever more of it too.

    More scrub needs more organic to carry what it brings back: both grow together.
    """
    target = search.targets[k]
    most = None
    for growth in GROWTHS:
        moved = q.copy()
        moved[k] += growth
        if target.flow in ("reflux", "scrub"):
            for other, one in enumerate(search.targets):
                moved[other] += growth if one.flow == "organic" else 0.0
        point, g = search.solve(np.clip(moved, search.low, search.high))
        if point.converged and g[k] <= 0:
            return None
        if point.converged:
            most = search.flows(moved)[target.flow]
    return most


def failure(search: Search, q: Array, g: Array) -> str:
    """Which target is not reached, and what stands in the way."""
    unmet = ~settled(search, q, g)
    for k, target in enumerate(search.targets):
        if unmet[k] and g[k] > 0 and (most := beyond_reach(search, q, k)) is not None:
            return target.explain(most)
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
