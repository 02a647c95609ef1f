"""A balance as flows: what enters, what leaves, and which way it goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ytterby.balance import Balance, Edge
from ytterby.chemistry import RARE_EARTHS


@dataclass(frozen=True, eq=False)
class Flows:
    """A balance as flows [kg/s], shape (edge, element), NaN where not known."""

    balance: Balance

    @cached_property
    def flows(self) -> np.ndarray:
        return np.where(self.balance.known, self.balance.masses, np.nan) / self.balance.period

    @cached_property
    def feeds(self) -> list[int]:
        return [i for i, edge in enumerate(self.balance.edges) if edge.source is None]

    @cached_property
    def products(self) -> list[int]:
        return [i for i in self.leaving if self.balance.edges[i].role == "product"]

    @cached_property
    def others(self) -> list[int]:
        return [i for i in self.leaving if self.balance.edges[i].role != "product"]

    @cached_property
    def leaving(self) -> list[int]:
        """Rows of the edges that leave the plant."""
        return [i for i, edge in enumerate(self.balance.edges) if edge.target is None]

    @cached_property
    def fed(self) -> np.ndarray:
        """[kg/s] of each element in all feeds, shape (element,)."""
        return self.flows[self.feeds].sum(axis=0)

    @cached_property
    def carriers(self) -> list[tuple[str, ...]]:
        """Names of the feeds that carry each element, or may carry it."""
        there = self.flows[self.feeds] != 0
        names = [self.balance.edges[i].name for i in self.feeds]
        return [tuple(np.array(names, dtype=object)[column]) for column in there.T]

    @cached_property
    def rare_earths(self) -> list[tuple[int, str]]:
        """(column, symbol) of the rare earths of the balance, in their natural order."""
        elements = self.balance.elements
        return [(elements.index(e), e) for e in RARE_EARTHS if e in elements]

    def edge(self, row: int) -> Edge:
        return self.balance.edges[row]

    def with_role(self, *roles: str) -> list[int]:
        """Rows of the leaving edges that have one of the `roles`."""
        return [i for i in self.leaving if self.balance.edges[i].role in roles]
