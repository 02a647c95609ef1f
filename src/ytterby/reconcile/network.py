"""The network that is balanced: units, the ways between them, and what each way may carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from ytterby.balance import Edge

STOCK = "stock of "
"""In front of a unit's name: the way on which its stock grows (negative when it shrinks)."""


class ReconcileError(ValueError):
    """A network or a reading that cannot be: what was found where, and what was expected."""


@dataclass(frozen=True)
class Network:
    """Units, and the ways along which matter goes between them and the world.

    plant: its name. period: [s]. units: names. edges: every way, the unmeasured ones as well.
    elements: symbols that are balanced. holding: units whose stock may change; all others are
    stated to hold as much at the end as at the beginning. absent: by edge name, the elements that
    it cannot carry, such as Nd in steam; an element that is not named there is merely unmeasured.
    """

    plant: str
    period: float
    units: tuple[str, ...]
    edges: tuple[Edge, ...]
    elements: tuple[str, ...]
    holding: tuple[str, ...] = ()
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [edge.name for edge in self.edges]
        for name in names:
            if names.count(name) > 1:
                raise ReconcileError(f"stream {name!r} stands twice; expected one of that name")
        for edge in self.edges:
            ends = [end for end in (edge.source, edge.target) if end is not None]
            for end in ends:
                self.unit(end, f"stream {edge.name!r}")
            if not ends or edge.source == edge.target:
                raise ReconcileError(
                    f"stream {edge.name!r} begins and ends at {edge.source or 'the world'}; "
                    "expected two places"
                )
        for unit in self.holding:
            self.unit(unit, "stock")
        for name, elements in self.absent.items():
            self.way(name)
            for element in elements - set(self.elements):
                raise ReconcileError(
                    f"stream {name!r} has none of {element!r}, which nothing holds"
                )

    @cached_property
    def ways(self) -> tuple[Edge, ...]:
        """The edges, and behind them one way into stock per holding unit."""
        stocks = (Edge(STOCK + unit, unit, None, "internal") for unit in self.holding)
        return (*self.edges, *stocks)

    def unit(self, name: str, where: str) -> int:
        """Position of the unit `name`; raises ReconcileError that tells `where` it was found."""
        return _position(name, list(self.units), where, "unit")

    def way(self, name: str, where: str = "absent") -> int:
        """Position of the stream or stock `name` among the ways; raises ReconcileError."""
        if name in self._places:
            return self._places[name]
        return _position(name, list(self._places), where, "stream")

    @cached_property
    def _places(self) -> dict[str, int]:
        return {way.name: place for place, way in enumerate(self.ways)}

    def carries(self, element: str) -> np.ndarray:
        """Which ways may carry `element`, shape (way,)."""
        return np.array([element not in self.absent.get(way.name, ()) for way in self.ways])

    def incidence(self) -> np.ndarray:
        """+1 where a way enters a unit, -1 where it leaves it, shape (unit, way)."""
        matrix = np.zeros((len(self.units), len(self.ways)))
        for column, way in enumerate(self.ways):
            if way.target is not None:
                matrix[self.units.index(way.target), column] += 1
            if way.source is not None:
                matrix[self.units.index(way.source), column] -= 1
        return matrix


@dataclass(frozen=True, eq=False)
class Circulations:
    """All flows that close every unit, as sums of a few: x = loops @ y + paths @ leak.

    loops: each independent circulation through the network, in -1, 0 and 1, shape (way, loop).
    paths: one unit lost at each unit, fed from the world, shape (way, unit); zero where
    no way leads there (`reached` is False), shape (unit,).
    """

    loops: np.ndarray
    paths: np.ndarray
    reached: np.ndarray

    @staticmethod
    def of(network: Network, open_: np.ndarray, size: np.ndarray) -> Circulations:
        """The circulations over the `open_` ways, shape (way,).

        A spanning tree that takes the largest ways first (`size`, shape (way,)) leaves the small
        ones free: a trace is then never the difference of two large flows.
        """
        ways, units = network.ways, network.units
        places = {None: len(units)} | {unit: row for row, unit in enumerate(units)}
        ends = [(places[way.source], places[way.target]) for way in ways]
        tree, free = _spanning_tree(ends, open_, size, len(units) + 1)
        up = _towards_world(tree, ends, len(units))
        loops = np.zeros((len(ways), len(free)))
        for column, way in enumerate(free):
            source, target = ends[way]
            loops[way, column] = 1
            _walk(up, target, loops[:, column], 1)
            _walk(up, source, loops[:, column], -1)
        paths = np.zeros((len(ways), len(units)))
        for unit in range(len(units)):
            _walk(up, unit, paths[:, unit], -1)
        reached = np.array([_ends_in_world(up, unit, len(units)) for unit in range(len(units))])
        paths[:, ~reached] = 0
        return Circulations(loops, paths, reached)


def _spanning_tree(
    ends: list[tuple[int, int]], open_: np.ndarray, size: np.ndarray, places: int
) -> tuple[list[int], list[int]]:
    """(ways of the largest spanning forest, the other open ways), by Kruskal's rule."""
    root = list(range(places))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    tree, free = [], []
    for way in sorted(np.flatnonzero(open_), key=lambda way: -size[way]):
        source, target = find(ends[way][0]), find(ends[way][1])
        (free if source == target else tree).append(int(way))
        root[source] = target
    return tree, sorted(free)


def _towards_world(
    tree: list[int], ends: list[tuple[int, int]], world: int
) -> dict[int, tuple[int, int, int]]:
    """Of each place: (way, +1 along or -1 against it, next place) on the way to its root."""
    around: dict[int, list[int]] = {}
    for way in tree:
        for place in ends[way]:
            around.setdefault(place, []).append(way)
    up: dict[int, tuple[int, int, int]] = {}
    seen: set[int] = set()
    for start in (world, *around):
        queue = [] if start in seen else [start]
        seen.add(start)
        while queue:
            place = queue.pop()
            for way in around.get(place, ()):
                source, target = ends[way]
                other, sign = (source, 1) if target == place else (target, -1)
                if other not in seen:
                    seen.add(other)
                    up[other] = (way, sign, place)
                    queue.append(other)
    return up


def _walk(up: dict[int, tuple[int, int, int]], place: int, flow: np.ndarray, amount: int) -> None:
    """Send `amount` from `place` to its root along the tree, into `flow`, shape (way,)."""
    while place in up:
        way, sign, place = up[place]
        flow[way] += sign * amount


def _ends_in_world(up: dict[int, tuple[int, int, int]], place: int, world: int) -> bool:
    while place in up:
        place = up[place][2]
    return place == world


def _position(name: str, known: list[str], where: str, what: str) -> int:
    if name in known:
        return known.index(name)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ReconcileError(f"{where}: found {what} {name!r}, which the network has not.{hint}")
