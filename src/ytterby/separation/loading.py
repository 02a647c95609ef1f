"""Flows that meet the targets within the loading limit: more organic, the other targets kept.

As asked, the organic flow is the least that its target needs, and the most loaded stage may hold
more than is allowed. Then the organic grows, the other flows following so that their targets stay
met, until that stage is at its limit. That stage does not unload for ever: more organic asks for
more reflux, another stage takes over, and its loading rises. Where the one line crosses the other
is the least loading at these targets; a limit below it is out of reach.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.border import TARGET_TOLERANCE, along_border, newton_on_flows
from ytterby.separation.circuit import Flows, Layout
from ytterby.separation.reach import Reached, report
from ytterby.separation.search import Border, Search
from ytterby.separation.solve import Point
from ytterby.separation.targets import Target

Array = NDArray[np.float64]

LIMIT_STEPS = 5000
"""Newton steps after which one way to the limit is given up where no flows as asked are known, from
which to follow the organic [-]."""

STRIDE, LONGEST_STRIDE, LEAST_STRIDE = 0.15, 0.6, 1e-3
"""First, longest and shortest change of ln(organic) from one place to the next [-]."""

LENGTHENED, SHORTENED = 1.4, 0.5
"""What a stride is multiplied by where it leads to a place, and where it does not [-]."""

BEYOND = 0.3
"""First change of ln(organic) from place to place beyond a bottom [-]; it grows as strides do."""

FARTHEST = 2.5
"""Change of ln(organic) after which it is followed no further [-]: twelve times as much."""

PLACES = 40
"""Most places at which the organic is followed."""

LOOSE = 1e-4
"""|ln(quantity/allowed)| to which the other targets are met on the way [-]."""

CLOSE = 1e-3
"""|ln(quantity/allowed)| from which all flows are left to Newton together [-]."""

CLOSING_STEPS = 10
"""Most steps of the organic alone from there, where that does not get to the end."""


def within_loading(
    layout: Layout,
    targets: tuple[Target, ...],
    limit: float | None,
    flows: Flows,
    start: tuple[Array | None, Border | None],
    held: bool,
    seek: Callable[..., Reached],
    *,
    far: bool,
) -> Reached:
    """The flows that meet the targets, with enough organic to keep the loading limit.

    A target of the organic that is a limit gives way: more is recovered than was asked for. A
    loading limit that no organic keeps is missed by the least: whoever asks has to look.
    limit: largest share of the extractant bound to metal [-]. start: potentials and border of a
    neighbour. held: whether the neighbour was at its limit. seek: `reach`, as the caller wants it.
    far: follow the organic beyond where the loading is first least.
    """
    potential, border = start
    own = next((t for t in targets if t.flow == "organic" and t.kind == "limit"), None)
    if own is None or limit is None:
        return seek(layout, targets, flows, potential, border=border)
    loading = Target.loading("organic", limit)
    at_limit = tuple(loading if t is own else t for t in targets)
    trail = Trail(layout, targets, own, loading)
    if held:
        search = Search(layout, at_limit, flows)
        search.potential, search.border = start
        q, point, g, done = along_border(search, search.unknowns(flows))
        if not done and point.converged:
            q, point, g, done = newton_on_flows(search, q)
        if done and own.excess(layout, point) <= 0 and unloads(search, q):
            return report(search, q, point, g, done, sensitivity=False)
        if (found := trail.follow(flows, potential, seek, far)) is not None:
            return found
        border = None
    asked = seek(layout, targets, flows, potential, border=border)
    if not asked.point.converged or loading.excess(layout, asked.point) <= 0:
        return asked
    at, potential = asked.flows, asked.point.potential
    if not asked.converged:
        other = seek(layout, at_limit, at, potential, most=LIMIT_STEPS)
        return other if other.converged else asked
    return trail.follow(at, potential, seek, far) or asked


@dataclass(frozen=True, eq=False)
class Place:
    """A cascade that meets all targets but those of the organic.

    q: unknown flows. organic: ln of that flow [-]. point: the cascade. governing: which target of
    the organic asks for most of it. miss, slope: its ln(quantity/allowed) and the derivative by
    ln(organic), the other flows following [-]. onward: d q/d ln(organic) [-]. slopes: d potential/
    d q [-].
    """

    q: Array
    organic: float
    point: Point
    governing: Target
    miss: float
    slope: float
    onward: Array
    slopes: Array


@dataclass(frozen=True, eq=False)
class Trail:
    """The cascades along the organic flow at which all other targets are met.

    own, loading: the two targets of the organic, both limits.
    """

    layout: Layout
    targets: tuple[Target, ...]
    own: Target
    loading: Target

    def asking(self, governing: Target) -> tuple[Target, ...]:
        """The targets, with this one for the organic."""
        return tuple(governing if one is self.own else one for one in self.targets)

    def follow(
        self, flows: Flows, potential: Array | None, seek: Callable[..., Reached], far: bool
    ) -> Reached | None:
        """The least organic that keeps both limits or, where none does, loads the least.

        potential: of a cascade at or near `flows`. far: look beyond the first bottom. None where
        the trail does not begin.
        """
        search = Search(self.layout, self.asking(self.loading), flows)
        start = self.stand(search, search.unknowns(flows), potential)
        if start is None:
            return None
        most = start.organic + FARTHEST
        end = self._descend(search, start, most)
        if far and end.miss > CLOSE:
            kept = self._beyond(search, end, most)
            end = self._descend(search, kept, most) if kept is not None else end
        if end.governing is self.own or abs(end.miss) <= CLOSE:
            return self._meeting(search, end, seek)
        return ended(search, end)

    def _descend(self, search: Search, start: Place, most: float) -> Place:
        """The place at the limit, or where the loading is least on the way there.

        most: ln(organic) to follow it to [-].
        """
        here, stride = start, STRIDE
        falling: Place | None = None
        rising: Place | None = None
        for _ in range(PLACES):
            met = abs(here.miss) <= CLOSE and here.slope < 0
            if here.governing is self.own or met or here.organic >= most:
                return here
            falling, rising = (here, rising) if here.slope < 0 else (falling, here)
            if falling is None:
                origin, step = here, -stride
            else:
                origin, step = falling, -falling.miss / falling.slope
                bottom = crossing(falling, rising) if rising is not None else math.inf
                if bottom < step:
                    for place in (falling, rising):
                        if place and abs(place.organic - falling.organic - bottom) < LEAST_STRIDE:
                            return place
                    step = bottom
            step = min(float(np.clip(step, -stride, stride)), most - origin.organic)
            there = self._onward(search, origin, step)
            stride = min(stride * (LENGTHENED if there else SHORTENED), LONGEST_STRIDE)
            if stride < LEAST_STRIDE:
                break
            here = there or origin
        return here

    def _beyond(self, search: Search, bottom: Place, most: float) -> Place | None:
        """The next place within the limit with more organic than at a bottom, if there is one."""
        here: Place | None = bottom
        stride = BEYOND
        while here is not None and here.organic < most:
            here = self._onward(search, here, stride)
            stride = min(stride * LENGTHENED, LONGEST_STRIDE)
            if here is not None and here.miss <= 0:
                return here
        return None

    def _meeting(
        self, search: Search, place: Place, seek: Callable[..., Reached]
    ) -> Reached | None:
        """All flows together, from a place where the organic nearly suffices."""
        targets, flows = self.asking(place.governing), search.flows(place.q)
        found = seek(self.layout, targets, flows, place.point.potential, thorough=False)
        if place.governing is self.loading:
            return found if found.converged else self._closing(search, place)
        kept = found.converged and self.loading.excess(self.layout, found.point) <= 0
        return found if kept else None

    def _closing(self, search: Search, place: Place) -> Reached | None:
        """The organic alone to the end, where a thousandth of all flows together is too far."""
        here: Place | None = place
        for _ in range(CLOSING_STEPS):
            if here is None or here.slope >= 0:
                return None
            if abs(here.miss) <= TARGET_TOLERANCE:
                return ended(search, here)
            here = self._onward(search, here, -here.miss / here.slope, TARGET_TOLERANCE)
        return None

    def _onward(
        self, search: Search, place: Place, step: float, tolerance: float = LOOSE
    ) -> Place | None:
        """The place at `step` more of ln(organic)."""
        change = step * place.onward
        guess = place.point.potential + place.slopes @ change
        return self.stand(search, place.q + change, guess, tolerance)

    def stand(
        self, search: Search, q: Array, potential: Array | None, tolerance: float = LOOSE
    ) -> Place | None:
        """The place at the organic flow of q, the others moved so that their targets are met.

        tolerance: |ln(quantity/allowed)| of the others [-].
        """
        rest = [i for i, target in enumerate(self.targets) if target is not self.own]
        k = self.targets.index(self.own)
        others = Search(self.layout, tuple(self.targets[i] for i in rest), search.flows(q))
        others.potential = potential
        others.low, others.high = search.low[rest], search.high[rest]
        start = np.clip(q[rest], others.low, others.high)
        moved, point, _, done = newton_on_flows(others, start, tolerance)
        if not done:
            return None
        q = q.copy()
        q[rest] = moved
        matrix, slopes = search.jacobian(point, q, search.excess(point))
        onward = np.zeros(q.size)
        onward[k] = 1.0
        # A limit that is kept at its lowest flow rests there.
        follows = [i for i in rest if q[i] > search.low[i]]
        try:
            onward[follows] = -np.linalg.solve(matrix[np.ix_(follows, follows)], matrix[follows, k])
        except np.linalg.LinAlgError:
            return None
        near = search.beside(point, q, onward)
        miss, governing = max(
            ((t.excess(self.layout, point), t) for t in (self.loading, self.own)),
            key=lambda pair: pair[0],
        )
        slope = (governing.excess(self.layout, near.point) - miss) / near.step
        return Place(q, float(q[k]), point, governing, miss, slope, onward, slopes)


def crossing(falling: Place, rising: Place) -> float:
    """Change of ln(organic) from the one place to where its line meets that of the other [-]."""
    apart = rising.organic - falling.organic
    return (rising.miss - falling.miss - rising.slope * apart) / (falling.slope - rising.slope)


def unloads(search: Search, q: Array) -> bool:
    """Whether more organic lowers the loading at the end q of a search, the other targets kept."""
    if search.border is None:
        return False
    matrix = search.border.matrix
    k = [target.flow for target in search.targets].index("organic")
    rest = [i for i in range(q.size) if i != k and q[i] > search.low[i]]
    try:
        follows = -np.linalg.solve(matrix[np.ix_(rest, rest)], matrix[rest, k])
    except np.linalg.LinAlgError:
        return False
    return bool(matrix[k, k] + matrix[k, rest] @ follows < 0)


def ended(search: Search, place: Place) -> Reached:
    """A place as the end of a search."""
    g = search.excess(place.point)
    search.jacobian(place.point, place.q, g)
    return report(search, place.q, place.point, g, done=True, sensitivity=False)
