"""Where the bars and ribbons of a Sankey diagram stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ytterby.app.figures.layers import Arc, arcs_of, layer_of, ordered
from ytterby.app.figures.svg import ROLE_COLOURS, number
from ytterby.balance import Balance

LEAST_WIDTH = 0.25
"""Ribbons narrower than this are not drawn [px]."""
WIDTH = 1180
LABEL_LEFT, LABEL_RIGHT = 110, 300
LINE = 17
_FULL = 190
_BAR = 9
_UNIT_GAP = 40
_LANE_GAP = 5
_TOP = 12
_TURN = 0.8
"""Part of the way to the next layer within which what leaves has reached its lane [-]."""
_STRONG = 0.55
_OPACITY = {"internal": 0.42, "recycle": 0.5}
_FEED_ROOM = 52


@dataclass(frozen=True)
class Ribbon:
    """A flow as drawn. mass: [kg/s]. width: [px]. role: as in the flowsheet."""

    arc: Arc
    mass: float
    width: float
    role: str


def ribbons(balance: Balance, element: str) -> tuple[list[Ribbon], float]:
    """The flows of `element` that are drawn, and the sum of those too small to draw [kg/s].

    Widths are in proportion to mass; the busiest unit is as high as the drawing allows. Edges of
    which the element is not known are not drawn.
    """
    flows = {}
    for arc in arcs_of(balance, balance.edges):
        mass = balance.mass(arc.edge.name, element) / balance.period
        if mass > 0:
            flows[arc] = mass
    busiest = max((_passing(balance, flows, unit) for unit in balance.units), default=0.0)
    scale = _FULL / busiest if busiest > 0 else 0.0
    drawn = [
        Ribbon(arc, mass, mass * scale, _role(arc))
        for arc, mass in flows.items()
        if mass * scale >= LEAST_WIDTH
    ]
    return drawn, sum(flows.values()) - sum(ribbon.mass for ribbon in drawn)


def _passing(balance: Balance, flows: dict[Arc, float], unit: str) -> float:
    into = sum(mass for arc, mass in flows.items() if arc.target == unit)
    out = sum(mass for arc, mass in flows.items() if arc.source == unit)
    return max(into, out)


def _role(arc: Arc) -> str:
    return "recycle" if arc.back else arc.edge.role


@dataclass(frozen=True, eq=False)
class Layout:
    """Where bars, lanes and ribbons stand [px].

    From top to bottom: lanes of what jumps or returns, feeds, units, lanes of what leaves.
    """

    balance: Balance
    drawn: list[Ribbon]

    @cached_property
    def units(self) -> list[str]:
        ends = {end for ribbon in self.drawn for end in (ribbon.arc.source, ribbon.arc.target)}
        return [unit for unit in self.balance.units if unit in ends]

    @cached_property
    def layer(self) -> dict[str, int]:
        arcs = [ribbon.arc for ribbon in self.drawn]
        inner = [a for a in arcs if a.edge.target is not None]
        return layer_of(self.units, inner)

    @cached_property
    def entering(self) -> list[Ribbon]:
        return [ribbon for ribbon in self.drawn if ribbon.arc.edge.source is None]

    @cached_property
    def leaving(self) -> list[Ribbon]:
        """What leaves the plant, from the top: the last to leave first, so that no two cross."""
        gone = [ribbon for ribbon in self.drawn if ribbon.arc.edge.target is None]
        return sorted(
            gone,
            key=lambda r: (
                -self.layer[r.arc.source],
                self._tops[r.arc.source],
                r.role != "product",
            ),
        )

    @cached_property
    def _jumping(self) -> list[Ribbon]:
        """Recycles, and what passes over a layer: they take lanes above; short ones lowest."""
        jumps = [
            r for r in self.drawn if r.arc.edge.source and r.arc.edge.target and self._span(r) != 1
        ]
        return sorted(jumps, key=lambda r: (abs(self._span(r)), r.arc.edge.name))

    def _span(self, ribbon: Ribbon) -> int:
        return self.layer[ribbon.arc.target] - self.layer[ribbon.arc.source]

    @cached_property
    def _lanes_above(self) -> dict[Arc, float]:
        """Middle of the lane of each jumping ribbon."""
        lanes, y = {}, float(_TOP)
        for ribbon in reversed(self._jumping):
            lanes[ribbon.arc] = y + ribbon.width / 2
            y += ribbon.width + _LANE_GAP
        return lanes

    @property
    def _main_top(self) -> float:
        lanes = sum(ribbon.width + _LANE_GAP for ribbon in self._jumping)
        chemicals = [r for r in self.entering if self._hangs(r)]
        stacks = [
            sum(max(r.width, LINE) for r in chemicals if r.arc.target == unit)
            for unit in self.units
        ]
        return _TOP + lanes + (max(stacks, default=0.0) + LINE if any(stacks) else 0) + _FEED_ROOM

    def _hangs(self, ribbon: Ribbon) -> bool:
        """Whether a feed enters behind the first layer, where units stand on its left."""
        return self.layer[ribbon.arc.source] > 0

    def bar_height(self, unit: str) -> float:
        sides = ("source", "target")
        return max(sum(r.width for r in self.drawn if getattr(r.arc, s) == unit) for s in sides)

    @cached_property
    def _tops(self) -> dict[str, float]:
        arcs = [r.arc for r in self.drawn if r.arc.edge.source and r.arc.edge.target]
        rows = ordered({unit: self.layer[unit] for unit in self.units}, arcs)
        tops = {}
        for row in rows:
            y = self._main_top
            for unit in row:
                tops[unit] = y
                y += self.bar_height(unit) + _UNIT_GAP
        return tops

    def _bottom(self, after: int) -> float:
        """The lowest point of the units in the layers later than `after`."""
        later = [unit for unit in self.units if self.layer[unit] > after]
        lowest = max((self._tops[unit] + self.bar_height(unit) for unit in later), default=0.0)
        return lowest + _LANE_GAP if later else self._main_top

    @cached_property
    def lanes_below(self) -> dict[Arc, float]:
        """Middle of the lane of each ribbon that leaves the plant."""
        lanes, y = {}, self._main_top
        for ribbon in self.leaving:
            room = max(ribbon.width + _LANE_GAP, LINE)
            straight = self._ports[ribbon.arc, "source"] - room / 2
            y = max(y, straight, self._bottom(self.layer[ribbon.arc.source]))
            lanes[ribbon.arc] = y + room / 2
            y += room
        return lanes

    @property
    def height(self) -> float:
        ends = [self.lanes_below[r.arc] + max(r.width, LINE) / 2 for r in self.leaving]
        return max([self._bottom(-1), *ends]) + 1.5 * LINE

    @property
    def pitch(self) -> float:
        last = max(self.layer.values(), default=0)
        return (WIDTH - LABEL_LEFT - LABEL_RIGHT) / (last + 1)

    def x(self, node: str) -> float:
        """Left side of the bar of a node."""
        return LABEL_LEFT + self.pitch * self.layer[node]

    def bar(self, unit: str) -> tuple[float, float, float, float]:
        """(left, top, width, height) of the bar of a unit."""
        return self.x(unit), self._tops[unit], _BAR, self.bar_height(unit)

    @cached_property
    def _ports(self) -> dict[tuple[Arc, str], float]:
        """Middle of each ribbon at either end, ribbons stacked from the top of the bar."""
        ports = {}
        for unit in self.units:
            for side in ("source", "target"):
                mine = [r for r in self.drawn if getattr(r.arc, side) == unit]
                y = self._tops[unit]
                for ribbon in sorted(mine, key=lambda r, s=side: self._rank(r, s)):
                    ports[ribbon.arc, side] = y + ribbon.width / 2
                    y += ribbon.width
        return ports

    def _rank(self, ribbon: Ribbon, side: str) -> tuple[float, ...]:
        """From the top: lanes above, feeds from above, neighbours by height, what leaves."""
        arc = ribbon.arc
        if arc in self._lanes_above:
            away = -abs(self._span(ribbon)) if side == "source" else abs(self._span(ribbon))
            return (0, -away)
        if arc.edge.target is None:
            return (3, self.leaving.index(ribbon))
        if arc.edge.source is None:
            return (1, 0) if self._hangs(ribbon) else (2, 0)
        other = arc.target if side == "source" else arc.source
        return (2, self._tops[other])

    def start_of_feed(self, ribbon: Ribbon) -> tuple[float, float]:
        """Where a feed's ribbon begins: at the left, or up on the left of its unit."""
        x, y = self.x(ribbon.arc.target), self._ports[ribbon.arc, "target"]
        if not self._hangs(ribbon):
            return self.x(ribbon.arc.source) + _BAR, y
        mine = [r for r in self.entering if r.arc.target == ribbon.arc.target]
        above = sum(max(r.width, LINE) for r in mine[: mine.index(ribbon) + 1])
        lift = above - max(ribbon.width, LINE) / 2 + _FEED_ROOM
        return x - self.pitch / 2, self._main_top - lift

    def shape(self, ribbon: Ribbon) -> dict[str, object]:
        """The path of a ribbon: filled where it swings over, a thick line where it loops."""
        arc, edge, width = ribbon.arc, ribbon.arc.edge, ribbon.width
        colour = ROLE_COLOURS[ribbon.role]
        filled: dict[str, object] = {
            "fill": colour,
            "fill_opacity": _OPACITY.get(ribbon.role, _STRONG),
        }
        if edge.source is None:
            end = (self.x(arc.target), self._ports[arc, "target"])
            return filled | {"d": _swing([self.start_of_feed(ribbon), end], width)}
        start = (self.x(arc.source) + _BAR, self._ports[arc, "source"])
        if edge.target is None:
            lane, last = self.lanes_below[arc], WIDTH - LABEL_RIGHT + 24
            turn = (start[0] + self.pitch * _TURN, lane)
            return filled | {"d": _swing([start, turn, (last, lane)], width)}
        end = (self.x(arc.target), self._ports[arc, "target"])
        if arc not in self._lanes_above:
            return filled | {"d": _swing([start, end], width)}
        reach = self.pitch / 3 + width / 4
        return {
            "d": _loop(start, end, self._lanes_above[arc], reach),
            "fill": "none",
            "stroke": colour,
            "stroke_width": width,
            "stroke_opacity": _OPACITY[ribbon.role],
        }


def _swing(points: Sequence[tuple[float, float]], width: float) -> str:
    """A ribbon through `points`, as high as `width` everywhere [px]."""
    upper = [(x, y - width / 2) for x, y in points]
    lower = [(x, y + width / 2) for x, y in reversed(points)]
    return f"M{_pair(upper[0])}{_curves(upper)}L{_pair(lower[0])}{_curves(lower)}Z"


def _curves(points: Sequence[tuple[float, float]]) -> str:
    parts = []
    for (a, b), (c, d) in pairwise(points):
        middle = (a + c) / 2
        parts.append(f"C{_pair((middle, b))} {_pair((middle, d))} {_pair((c, d))}")
    return "".join(parts)


def _pair(point: tuple[float, float]) -> str:
    return f"{number(point[0])},{number(point[1])}"


def _loop(start: tuple[float, float], end: tuple[float, float], lane: float, reach: float) -> str:
    """Out to the right, along a lane above, and in from the left."""
    onward = 1 if end[0] > start[0] else -1
    a, b, c, d, y = (number(value) for value in (*start, *end, lane))
    out, back = number(start[0] + reach), number(end[0] - reach)
    near, far = number(start[0] + onward * reach / 2), number(end[0] - onward * reach / 2)
    return f"M{a},{b}C{out},{b} {out},{y} {near},{y}L{far},{y}C{back},{y} {back},{d} {c},{d}"
