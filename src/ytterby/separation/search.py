"""The flows that targets set, as unknowns, and the cascade at any of them.

The unknown flows q are ln of a flow. Where strip and reflux are both set, the unknowns are what
goes on as scrub and what is drawn off, whose sum is the strip: each then moves mainly its own
target; a reflux alone is ln of reflux/(1 - reflux).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Circuit, Flows, Layout, NoCircuit
from ytterby.separation.neighbour import Neighbour, neighbours
from ytterby.separation.solve import Point, solve_at
from ytterby.separation.targets import Target, flow_of

Array = NDArray[np.float64]

SPAN = 7.0
"""Flows are sought within e**SPAN, a factor thousand, of the first guess [-]."""

RATIO_SPAN = 100.0
"""Organic is sought at least from the feed over this to the feed times this, by volume [-]."""

REFLUX_SPAN = (-9.0, 7.0)
"""Reflux is sought between 0.01 % and 99.9 %: bounds of ln(reflux/(1 - reflux)) [-]."""

MOST_WORK, MOST_ITERATIONS = 1_000_000, 10_000
"""Newton steps times stages, and Newton steps beside, after which one way of search is given up."""

PATIENCE, MORE_PATIENCE, LONGER = 2000, 200_000, 4
"""One cascade of a search is given up from nothing after so many Newton steps, and so many over the
number of stages; LONGER times later where its flows are all given [-]."""

SMALLEST_FLOW = 1e-6
"""Stands for a flow of zero where its logarithm is taken; the bounds cut it off [L/s or -]."""


@dataclass(frozen=True)
class Border:
    """How a cascade moves with the flows that targets set, near a solution.

    names: of the targets. matrix: d ln(quantity/allowed)/d unknown flow [-], shape (target,
    unknown). slopes: d potential/d unknown flow [-], shape (stage, potential, unknown).
    roomy: the limits could only be kept, not met exactly.
    """

    names: tuple[str, ...]
    matrix: Array
    slopes: Array
    roomy: bool = False


class Search:
    """One search: the layout, its targets, bounds, and the last solved point as warm start.

    border: that of a neighbour, later the last one drawn, or None.
    """

    def __init__(self, layout: Layout, targets: tuple[Target, ...], flows: Flows) -> None:
        self.layout, self.targets, self.base = layout, targets, flows
        self.iterations = 0
        self.most = 0
        self.grant()
        self.potential: Array | None = None
        self.last: Point | None = None
        self.border: Border | None = None
        self._stood: tuple[Array, Point, Array] | None = None
        self.fed = flow_of(layout) or 1.0
        bounds = [self.bound(target) for target in targets]
        self.low = np.array([low for low, _ in bounds])
        self.high = np.array([high for _, high in bounds])

    def grant(self, share: float = 1.0) -> None:
        """Allow so many Newton steps more. share: of the usual number [-]."""
        usual = MOST_WORK // self.layout.stages.total + MOST_ITERATIONS
        self.most = self.iterations + int(share * usual)

    @property
    def patience(self) -> int:
        """Newton steps after which one cascade is given up from nothing [-]."""
        most = PATIENCE + MORE_PATIENCE // self.layout.stages.total
        return most if self.targets else LONGER * most

    @property
    def spent(self) -> bool:
        """Whether more Newton steps were taken than are allowed."""
        return bool(self.targets) and self.iterations > self.most

    @property
    def parted(self) -> bool:
        """Whether the strip liquor is sought as scrub and product."""
        return {"strip", "reflux"} <= {target.flow for target in self.targets}

    def bound(self, target: Target) -> tuple[float, float]:
        """Bounds of the unknown of a target."""
        if target.flow == "reflux":
            low, high = REFLUX_SPAN
            if self.parted:
                drawn = math.log(self.base.strip * (1 - self.base.reflux))
                low, high = drawn + low, drawn + high
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

    def stepped(self, q: Array, step: Array) -> tuple[Array, Array]:
        """The unknowns after a step, straight in the flows, and the step within the bounds [-].

        The flows at which one volume and one charge keep a target lie on a straight line; beside
        it by a thousandth, a front leaves an end. step: of every unknown, less than one each way.
        """
        share = self._returned(q)
        moved = q + np.log1p((1 - share) * step) - np.log1p(-share * step)
        moved = np.clip(moved, self.low, self.high)
        return moved, self.straight(q, moved)

    def straight(self, q: Array, moved: Array) -> Array:
        """The step, straight in the flows, from the unknowns q to others [-]."""
        share, change = self._returned(q), np.expm1(moved - q)
        return change / (1 + share * change)

    def _returned(self, q: Array) -> Array:
        """The reflux where it stands for itself among the unknowns, zero for all others [-]."""
        share = np.zeros(q.size)
        if not self.parted:
            reflux = np.array([target.flow == "reflux" for target in self.targets], dtype=bool)
            share[reflux] = 1 / (1 + np.exp(-q[reflux]))
        return share

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

    def solve(
        self, q: Array, guess: Array | None = None, *, longer: int = 1
    ) -> tuple[Point, Array]:
        """The cascade at q and ln(quantity/allowed) of every target.

        longer: so many times the usual patience, from nothing [-].
        Flows at which no cascade can stand (a stage without organic) count as missing all targets.
        """
        if self.spent and self.last is not None:
            return replace(self.last, converged=False), self.excess(self.last)
        try:
            circuit = self.layout.circuit(self.flows(q))
            start = self.potential if guess is None else guess
            point = solve_at(self.layout.chemistry, circuit, start, longer * self.patience)
        except NoCircuit:
            if self.last is None:
                raise
            return replace(self.last, converged=False), np.ones(q.size)
        self.last = point
        self.iterations += point.iterations
        if self.spent:
            point = replace(point, converged=False)
        if point.converged:
            self.potential = point.potential
        g = self.excess(point)
        self._stood = q.copy(), point, g
        return point, g

    def stand(self, q: Array) -> tuple[Point, Array]:
        """As `solve`, but not again where the last solution is at q."""
        if self._stood is not None and np.array_equal(self._stood[0], q):
            return self._stood[1:]
        return self.solve(q)

    @property
    def names(self) -> tuple[str, ...]:
        """What figures and sensitivities call the targets."""
        return tuple(f"{target.flow}: {target.name}" for target in self.targets)

    def excess(self, point: Point) -> Array:
        """ln(quantity/allowed) of every target [-]."""
        return np.array([target.excess(self.layout, point) for target in self.targets])

    def jacobian(self, point: Point, q: Array, g: Array) -> tuple[Array, Array]:
        """d g / d q [-], shape (target, unknown), and d potential / d q, last axis the unknowns."""
        near = neighbours(
            self.layout.chemistry, point, [self.way(q, one) for one in np.eye(q.size)]
        )
        slopes = np.stack([one.slope for one in near], axis=-1)
        matrix = np.stack([(self.excess(one.point) - g) / one.step for one in near], axis=-1)
        self.border = Border(self.names, matrix, slopes)
        return matrix.copy(), slopes

    def way(self, q: Array, direction: Array) -> Callable[[float], Circuit]:
        """The circuit so far from q in a direction of the unknowns [-]."""
        return lambda step: self.layout.circuit(self.flows(q + step * direction))

    def beside(self, point: Point, q: Array, direction: Array) -> Neighbour:
        """A neighbour of the cascade at q in a direction of the unknowns [-]."""
        return neighbours(self.layout.chemistry, point, [self.way(q, direction)])[0]
