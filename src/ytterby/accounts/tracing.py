"""Following an element through a plant: where it came from, and where it ends.

A unit is taken as well mixed for each element: what leaves it by any outlet has the same origin,
and what enters it by any inlet has the same fate. That is exact for the totals and the only thing
that element masses alone can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ytterby.balance import Balance


@dataclass(frozen=True, eq=False)
class Trace:
    """One chemical element on its way through a plant.

    balance: must know the element on every edge (see `known`). element: its symbol.
    """

    balance: Balance
    element: str

    @property
    def known(self) -> bool:
        """Whether the mass of the element is known on every edge."""
        return self.element in self.balance.elements and bool(self._known.all())

    @cached_property
    def fates(self) -> np.ndarray:
        """Share of the element in a unit that ends on each edge out of the plant [-].

        Shape (unit, edge); zero on edges that lead to another unit. Solves F = P F + R, with P
        the share of what leaves a unit that goes to each other unit, and R straight out.
        """
        balance, masses = self.balance, self._masses
        size = len(balance.units)
        onward, out = np.zeros((size, size)), np.zeros((size, len(balance.edges)))
        leaving = self._sums("source")
        for row, edge in enumerate(balance.edges):
            if edge.source is None or leaving[self._unit[edge.source]] <= 0:
                continue
            unit = self._unit[edge.source]
            share = masses[row] / leaving[unit]
            if edge.target is None:
                out[unit, row] += share
            else:
                onward[unit, self._unit[edge.target]] += share
        return _solve(onward, out)

    @cached_property
    def origins(self) -> np.ndarray:
        """Share of the element in a unit that came in by each edge into the plant [-].

        Shape (unit, edge); zero on edges that come from another unit.
        """
        balance, masses = self.balance, self._masses
        size = len(balance.units)
        before, entered = np.zeros((size, size)), np.zeros((size, len(balance.edges)))
        entering = self._sums("target")
        for row, edge in enumerate(balance.edges):
            if edge.target is None or entering[self._unit[edge.target]] <= 0:
                continue
            unit = self._unit[edge.target]
            share = masses[row] / entering[unit]
            if edge.source is None:
                entered[unit, row] += share
            else:
                before[unit, self._unit[edge.source]] += share
        return _solve(before, entered)

    def origin_of(self, row: int) -> dict[str, float]:
        """Share of the element on edge `row` by the feed edge it came in with [-]."""
        source = self.balance.edges[row].source
        if source is None:
            return {self.balance.edges[row].name: 1.0}
        shares = self.origins[self._unit[source]]
        names = [edge.name for edge in self.balance.edges]
        found = {names[i]: float(share) for i, share in enumerate(shares) if share > 0}
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def way_to(self, row: int) -> tuple[str, ...]:
        """The units by which most of the element reaches edge `row`, first to last.

        Goes back from the edge along the largest inflow of the element until a feed is met.
        """
        way: list[str] = []
        unit = self.balance.edges[row].source
        while unit is not None and unit not in way:
            way.append(unit)
            inflows = [i for i, edge in enumerate(self.balance.edges) if edge.target == unit]
            if not inflows:
                break
            unit = self.balance.edges[max(inflows, key=lambda i: self._masses[i])].source
        return tuple(reversed(way))

    @cached_property
    def _column(self) -> int:
        return self.balance.elements.index(self.element)

    @cached_property
    def _known(self) -> np.ndarray:
        return self.balance.known[:, self._column]

    @cached_property
    def _masses(self) -> np.ndarray:
        return np.maximum(self.balance.masses[:, self._column], 0.0)

    @cached_property
    def _unit(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.balance.units)}

    def _sums(self, side: str) -> np.ndarray:
        sums = np.zeros(len(self.balance.units))
        for row, edge in enumerate(self.balance.edges):
            unit = getattr(edge, side)
            if unit is not None:
                sums[self._unit[unit]] += self._masses[row]
        return sums


def _solve(between: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """X of X = between X + outside; a loop that nothing enters or leaves keeps zero."""
    system = np.eye(len(between)) - between
    try:
        return np.linalg.solve(system, outside)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(system, outside)[0]
