"""Sharing a burden among products: subdivision first, then mass, molar or economic allocation.

ISO 14044 asks to part the process before parting its burdens. An element-resolved balance can: a
reagent is charged to the elements that it moved in its unit, and each element carries its charge
to where its atoms go. Only what moved nothing that is sold is shared by a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ytterby.accounts.tracing import Trace
from ytterby.balance import Balance, Stream
from ytterby.chemistry import PHASES, RARE_EARTHS, atomic_mass, oxide_factor

Rule = Literal["mass", "molar", "economic"]
RULES: tuple[Rule, ...] = ("mass", "molar", "economic")
WORTH = (*RARE_EARTHS, "Co", "Ni", "Cu")
"""Elements that products are sold for, unless a caller says otherwise."""
_CARRIERS = {"H", "O", "C", "N", "Cl", "F", "S", "P", "Na", "K", "B", "Ar", "inert"}
"""Elements that reagents, water and air consist of; what a reagent moves is anything else."""
_VALENCE = dict.fromkeys((*RARE_EARTHS, "Fe", "Al", "Ga"), 3) | {"Th": 4, "Ti": 4, "Zr": 4}
_USUAL_VALENCE = 2
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Burden:
    """Something to be shared: kg CO2e, USD, or any other amount.

    name: what it is. unit: where in the plant it arises; None for the plant as a whole.
    """

    name: str
    unit: str | None
    amount: float


@dataclass(frozen=True, eq=False)
class Allocation:
    """How one plant shares burdens among its products.

    balance: of the plant. worth: the elements that are sold. prices: USD per kg of the trade
    oxide of a rare earth, or of any other element itself.
    """

    balance: Balance
    worth: tuple[str, ...]
    prices: Mapping[str, float]

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Names of the products that hold anything of worth."""
        return tuple(
            edge.name
            for edge in self.balance.edges
            if edge.role == "product" and edge.target is None and self._content(edge.name).sum() > 0
        )

    def shares(self, burden: Burden, rule: Rule) -> dict[str, float]:
        """Share of the burden that each product bears [-]; they add up to one."""
        moved = self._moved(burden.unit)
        total = sum(moved.values())
        by_rule = self._by_rule(burden.unit, rule)
        if not total > 0:
            return by_rule
        found = dict.fromkeys(self.products, 0.0)
        for element, weight in moved.items():
            for name, share in (self._ends(burden.unit, element) or by_rule).items():
                found[name] += weight / total * share
        return found

    def split(self, burdens: Iterable[Burden], rule: Rule) -> dict[str, float]:
        """The burdens together by product, in their own unit."""
        found = dict.fromkeys(self.products, 0.0)
        for burden in burdens:
            for name, share in self.shares(burden, rule).items():
                found[name] += share * burden.amount
        return found

    def subdivided(self, burden: Burden) -> float:
        """Share of the burden that no rule had to part [-].

        What was charged to elements it moved, and all of it where a single product lies ahead.
        """
        moved = self._moved(burden.unit)
        total = sum(moved.values())
        charged = sum(w for e, w in moved.items() if self._ends(burden.unit, e))
        share = charged / total if total > 0 else 0.0
        alone = max(self._by_rule(burden.unit, "mass").values(), default=0.0) > 1 - _ROUNDING
        return 1.0 if alone else share

    def _content(self, name: str) -> np.ndarray:
        """[kg] of each element of worth on an edge; what is not known counts as none."""
        masses = [self.balance.mass(name, element) for element in self.worth]
        return np.nan_to_num(np.array(masses))

    def _value(self, rule: Rule) -> np.ndarray:
        """What a kg of each element of worth counts under a rule."""
        match rule:
            case "mass":
                return np.array([_oxide(e) for e in self.worth])
            case "molar":
                return np.array([1 / atomic_mass(e) for e in self.worth])
            case "economic":
                return np.array([_oxide(e) * self.prices.get(e, 0.0) for e in self.worth])

    def _by_rule(self, unit: str | None, rule: Rule) -> dict[str, float]:
        """Shares in proportion to what passes the unit and ends in each product."""
        value = self._value(rule)
        weights = {name: float(self._reaching(unit, name) @ value) for name in self.products}
        if not sum(weights.values()) > 0:
            weights = {name: float(self._content(name) @ value) for name in self.products}
        total = sum(weights.values())
        if not total > 0:
            return dict.fromkeys(self.products, 1 / max(len(self.products), 1))
        return {name: weight / total for name, weight in weights.items()}

    def _reaching(self, unit: str | None, product: str) -> np.ndarray:
        """[kg] of each element of worth that leaves the unit for the first time for a product."""
        if unit is None:
            return self._content(product)
        leaving = self._throughput(unit)
        return leaving * np.array([self._fate(unit, element, product) for element in self.worth])

    def _throughput(self, unit: str) -> np.ndarray:
        rows = [i for i, edge in enumerate(self.balance.edges) if edge.source == unit]
        return sum(
            (self._content(self.balance.edges[row].name) for row in rows), np.zeros(len(self.worth))
        )

    def _ends(self, unit: str | None, element: str) -> dict[str, float]:
        """Where atoms of an element of worth go among the products, from a unit on [-]."""
        if unit is None or element not in self.worth:
            return {}
        ends = {name: self._fate(unit, element, name) for name in self.products}
        total = sum(ends.values())
        return {n: share / total for n, share in ends.items()} if total > _ROUNDING else {}

    def _fate(self, unit: str, element: str, product: str) -> float:
        trace = self._traces[element]
        if not trace.known:
            return 0.0
        return float(trace.fates[self.balance.units.index(unit), self.balance.edge(product)])

    @cached_property
    def _traces(self) -> dict[str, Trace]:
        return {element: Trace(self.balance, element) for element in self.worth}

    def _moved(self, unit: str | None) -> dict[str, float]:
        """Equivalents of each metal that changed its phase in the unit [mol of charge].

        In a cascade, what went with the organic. Empty where species are not known.
        """
        return self._movements.get(unit, {}) if unit is not None else {}

    @cached_property
    def _movements(self) -> dict[str, dict[str, float]]:
        return {unit: self._movement(unit) for unit in self.balance.units}

    def _movement(self, unit: str) -> dict[str, float]:
        names = [e.name for e in self.balance.edges if unit in (e.source, e.target)]
        if any(name not in self.balance.streams for name in names):
            return {}
        streams = self.balance.streams
        if hasattr(self.balance.details.get(unit), "profile"):
            moved = _metals(streams[f"{unit}.extract"]).sum(axis=0)
        else:
            into = [streams[e.name] for e in self.balance.edges if e.target == unit]
            out = [streams[e.name] for e in self.balance.edges if e.source == unit]
            change = sum(map(_metals, out)) - sum(map(_metals, into))
            moved = np.abs(change).sum(axis=0) / 2
        elements = next(iter(streams.values())).basis.elements
        moved = np.where(moved > _ROUNDING * moved.max(), moved, 0.0)
        return {
            element: float(moved[i]) * _VALENCE.get(element, _USUAL_VALENCE)
            for i, element in enumerate(elements)
            if moved[i] > 0 and element not in _CARRIERS
        }


def _metals(stream: Stream) -> np.ndarray:
    """[mol/s] of each element by phase, shape (phase, element), carriers left out."""
    basis = stream.basis
    rows = [basis.atoms @ np.where(basis.masks[phase], stream.amounts, 0.0) for phase in PHASES]
    keep = np.array([element not in _CARRIERS for element in basis.elements])
    return np.array(rows) * keep


def _oxide(element: str) -> float:
    """kg sold per kg of element: of the trade oxide of a rare earth, else of the element."""
    return oxide_factor(element) if element in RARE_EARTHS else 1.0
