"""Boxes on a grid of rows and columns, and lines between them that keep to the streets.

Layers run from left to right and fold into rows like words into lines. Between columns run
gutters, between rows run channels. A line leaves its box on the right, turns into the gutter,
takes a channel where it has to go further than to the next column, and enters its target from
the left. Every line has a track of its own in each street, so lines cross but never coincide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ytterby.app.figures.layers import Arc
from ytterby.app.figures.svg import Point

BOX_WIDTH = 134
PORT_PITCH = 30
LABEL_ROOM = 98
TRACK = 8
TAG_PITCH = 15
_BOX_MARGIN = 13
_GUTTER_MARGIN = 14
_STREET_MARGIN = 10
_TAG_GAP = 12
_CELL_GAP = 22

Interval = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """A box before it has a place. above, below: lines of text that stand over and under it."""

    above: int = 0
    below: int = 0
    narrow: bool = False


@dataclass(frozen=True)
class _Way:
    """How an arc runs, in streets. channel: None where it only crosses one gutter."""

    arc: Arc
    channel: int | None
    leaves: int
    enters: int


@dataclass(frozen=True, eq=False)
class Grid:
    """Where everything stands. layers: nodes by layer, in order. columns: layers in a row."""

    layers: Sequence[Sequence[str]]
    arcs: Sequence[Arc]
    cells: Mapping[str, Cell]
    columns: int

    @cached_property
    def at(self) -> dict[str, tuple[int, int, int]]:
        """(row, column, place in its layer) of every node."""
        return {
            node: (layer // self.columns, layer % self.columns, place)
            for layer, nodes in enumerate(self.layers)
            for place, node in enumerate(nodes)
        }

    @property
    def rows(self) -> int:
        return -(-len(self.layers) // self.columns)

    @cached_property
    def ways(self) -> list[_Way]:
        return [self._way(arc) for arc in self.arcs]

    def _way(self, arc: Arc) -> _Way:
        row, column, _ = self.at[arc.source]
        to_row, to_column, _ = self.at[arc.target]
        next_door = row == to_row and to_column == column + 1
        channel = row + 1 if to_row > row or (to_row == row and to_column <= column) else row
        return _Way(arc, None if next_door else channel, column + 1, to_column)

    @cached_property
    def _ports(self) -> dict[tuple[int, str], float]:
        """Height of each line above (-) or below (+) the level of its box [px], by arc and end."""
        offsets = {}
        for node in self.at:
            for end in ("source", "target"):
                mine = [i for i, w in enumerate(self.ways) if getattr(w.arc, end) == node]
                pitch = PORT_PITCH if end == "source" else PORT_PITCH / 2
                for i, slot in _slots([(i, self._bend(i, end)) for i in mine]).items():
                    offsets[i, end] = slot * pitch
        return offsets

    def _bend(self, index: int, end: str) -> tuple[int, int]:
        """(-1 up, 0 straight on, 1 down; order among its like) of a line at one of its ends."""
        way = self.ways[index]
        here = self.at[way.arc.source if end == "source" else way.arc.target]
        there = self.at[way.arc.target if end == "source" else way.arc.source]
        if way.channel is None:
            return 0, there[2]
        return (1 if way.channel > here[0] else -1), index

    def _reach(self, node: str) -> tuple[float, float]:
        """How far a box reaches above and below the level of its straight lines [px]."""
        if self.cells[node].narrow:
            return PORT_PITCH / 2, PORT_PITCH / 2
        ports = [
            offset
            for (i, end), offset in self._ports.items()
            if getattr(self.ways[i].arc, end) == node
        ]
        least = (PORT_PITCH + _BOX_MARGIN) / 2
        up, down = -min(ports, default=0.0), max(ports, default=0.0)
        return max(up + _BOX_MARGIN, least), max(down + _BOX_MARGIN, least)

    def _extent(self, node: str) -> tuple[float, float]:
        """Room above and below the level of a box, its tags included [px]."""
        (up, down), cell = self._reach(node), self.cells[node]
        above = up + (cell.above * TAG_PITCH + _TAG_GAP if cell.above else 0)
        below = down + (cell.below * TAG_PITCH + _TAG_GAP if cell.below else 0)
        return above, below

    @cached_property
    def _middles(self) -> dict[str, float]:
        """Height of every box's level relative to the level of its row [px]."""
        middles = {}
        for nodes in self.layers:
            extents = [self._extent(node) for node in nodes]
            if len(nodes) == 1:
                middles[nodes[0]] = 0.0
                continue
            top = -(sum(a + b for a, b in extents) + _CELL_GAP * (len(nodes) - 1)) / 2
            for node, (above, below) in zip(nodes, extents, strict=True):
                middles[node] = top + above
                top += above + below + _CELL_GAP
        return middles

    @cached_property
    def _row_extents(self) -> list[tuple[float, float]]:
        extents = [(0.0, 0.0)] * self.rows
        for node, (row, _, _) in self.at.items():
            above, below = self._extent(node)
            middle = self._middles[node]
            extents[row] = (
                max(extents[row][0], above - middle),
                max(extents[row][1], below + middle),
            )
        return extents

    def _rough(self, index: int, end: str) -> float:
        """Height of one end of a line in rows, good enough to tell which lines overlap."""
        row = self.at[getattr(self.ways[index].arc, end)][0]
        middle = self._middles[getattr(self.ways[index].arc, end)] + self._ports[index, end]
        above, below = self._row_extents[row]
        return row + (middle + above + 1) / (above + below + 2)

    @cached_property
    def _tracks(self) -> dict[tuple[str, int], dict[int, int]]:
        """Track of each line (by index) in each street: "out", "in" or "channel"."""
        spans: dict[tuple[str, int], list[tuple[int, Interval]]] = {}
        for i, way in enumerate(self.ways):
            start, end = self._rough(i, "source"), self._rough(i, "target")
            if way.channel is None:
                if start != end:
                    spans.setdefault(("out", way.leaves), []).append((i, _interval(start, end)))
                continue
            spans.setdefault(("out", way.leaves), []).append((i, _interval(start, way.channel)))
            spans.setdefault(("in", way.enters), []).append((i, _interval(way.channel, end)))
            along = _interval(way.leaves, way.enters + 1 / 2)
            spans.setdefault(("channel", way.channel), []).append((i, along))
        return {street: _assigned(lines) for street, lines in spans.items()}

    def _count(self, kind: str, street: int) -> int:
        return max(self._tracks.get((kind, street), {}).values(), default=-1) + 1

    @cached_property
    def _gutters(self) -> list[tuple[float, float]]:
        """(left end, right end) of each gutter [px]; the first one lies left of all columns."""
        gutters, x = [], 0.0
        for gutter in range(self.columns + 1):
            width = _GUTTER_MARGIN + TRACK * (
                self._count("out", gutter) + self._count("in", gutter)
            )
            if gutter > 0:
                width += LABEL_ROOM if gutter < self.columns or self._count("out", gutter) else 0
            gutters.append((x, x + width))
            x += width + BOX_WIDTH
        return gutters

    @cached_property
    def _lines(self) -> tuple[list[float], list[float]]:
        """(top of each channel, middle line of each row) [px]."""
        channels, middles, y = [], [], 0.0
        for street in range(self.rows + 1):
            channels.append(y)
            y += TRACK * self._count("channel", street) + 2 * _STREET_MARGIN
            if street < self.rows:
                above, below = self._row_extents[street]
                middles.append(y + above)
                y += above + below
        return [*channels, y], middles

    @property
    def width(self) -> float:
        return self._gutters[-1][1]

    @property
    def height(self) -> float:
        return self._lines[0][-1]

    def _level(self, node: str) -> float:
        """Height at which straight lines run through the box of `node` [px]."""
        return self._lines[1][self.at[node][0]] + self._middles[node]

    def box(self, node: str) -> tuple[float, float, float, float]:
        """(left, top, width, height) of the box of `node` [px]."""
        up, down = self._reach(node)
        left = self._gutters[self.at[node][1]][1]
        return left, self._level(node) - up, BOX_WIDTH, up + down

    def _end(self, index: int, end: str) -> Point:
        node = getattr(self.ways[index].arc, end)
        left = self._gutters[self.at[node][1]][1]
        level = self._level(node) + self._ports[index, end]
        return (left + BOX_WIDTH if end == "source" else left), level

    def line(self, index: int) -> list[Point]:
        """The corners of the line of arc `index` [px]."""
        way, start, end = self.ways[index], self._end(index, "source"), self._end(index, "target")
        if way.channel is None and index not in self._tracks.get(("out", way.leaves), {}):
            return [start, end]
        out = self._tracks["out", way.leaves][index]
        x = self._gutters[way.leaves][0] + LABEL_ROOM + TRACK * out
        if way.channel is None:
            return [start, (x, start[1]), (x, end[1]), end]
        along = self._tracks["channel", way.channel][index]
        y = self._lines[0][way.channel] + _STREET_MARGIN + TRACK * (along + 1 / 2)
        into = self._tracks["in", way.enters][index]
        back = self._gutters[way.enters][1] - _GUTTER_MARGIN - TRACK * into
        return [start, (x, start[1]), (x, y), (back, y), (back, end[1]), end]


def _slots(bends: list[tuple[int, tuple[int, int]]]) -> dict[int, float]:
    """Places for lines on one side of a box: straight ones in the middle, bent ones outside."""
    inside = sorted((i for i, bend in bends if bend[0] == 0), key=lambda i: dict(bends)[i])
    up = [i for i, bend in bends if bend[0] < 0]
    down = [i for i, bend in bends if bend[0] > 0]
    row = [*up, *inside, *down]
    centre = len(up) + (len(inside) - 1) / 2 if inside else (len(row) - 1) / 2
    return {i: place - centre for place, i in enumerate(row)}


def _interval(one: float, other: float) -> Interval:
    return min(one, other), max(one, other)


def _assigned(lines: list[tuple[int, Interval]]) -> dict[int, int]:
    """A track for each interval such that none overlap; short ones get the first tracks."""
    tracks: list[list[Interval]] = []
    assigned = {}
    for index, (low, high) in sorted(lines, key=lambda line: (line[1][1] - line[1][0], line[0])):
        free = (i for i, t in enumerate(tracks) if all(high < a or b < low for a, b in t))
        track = next(free, len(tracks))
        if track == len(tracks):
            tracks.append([])
        tracks[track].append((low, high))
        assigned[index] = track
    return assigned
