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
        return tuple(self.balance.edges[row].name for row in self._rows)

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
        amounts: dict[str | None, float] = {}
        for burden in burdens:
            amounts[burden.unit] = amounts.get(burden.unit, 0.0) + burden.amount
        found = dict.fromkeys(self.products, 0.0)
        for unit, amount in amounts.items():
            for name, share in self.shares(Burden("all", unit, amount), rule).items():
                found[name] += share * amount
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

    @cached_property
    def _sold(self) -> tuple[str, ...]:
        """The elements of worth that the balance knows of."""
        return tuple(e for e in self.balance.elements if e in self.worth)

    @cached_property
    def _rows(self) -> list[int]:
        """Edges of the products that hold anything of worth."""
        held = self._masses.sum(axis=1) > 0
        ends = enumerate(self.balance.edges)
        return [i for i, e in ends if e.role == "product" and e.target is None and held[i]]

    @cached_property
    def _masses(self) -> np.ndarray:
        """[kg] of each element of worth, shape (edge, element); what is not known counts none."""
        columns = [self.balance.elements.index(e) for e in self._sold]
        known = self.balance.known[:, columns]
        return np.where(known, np.maximum(self.balance.masses[:, columns], 0.0), 0.0)

    @cached_property
    def _fates(self) -> np.ndarray:
        """Share of each element in a unit that ends in each product [-].

        Shape (unit, product, element); zero for an element that is not known on every edge.
        """
        shape = (len(self.balance.units), len(self._rows), len(self._sold))
        fates = np.zeros(shape)
        for column, element in enumerate(self._sold):
            trace = Trace(self.balance, element)
            if trace.known:
                fates[:, :, column] = trace.fates[:, self._rows]
        return fates

    @cached_property
    def _reaching(self) -> np.ndarray:
        """[kg] that leaves each unit and ends in each product, shape (unit, product, element)."""
        leaving = np.zeros((len(self.balance.units), len(self._sold)))
        for row, edge in enumerate(self.balance.edges):
            if edge.source is not None:
                leaving[self._unit[edge.source]] += self._masses[row]
        return leaving[:, None, :] * self._fates

    @cached_property
    def _unit(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.balance.units)}

    def _value(self, rule: Rule) -> np.ndarray:
        """What a kg of each element of worth counts under a rule."""
        match rule:
            case "mass":
                return np.array([_oxide(e) for e in self._sold])
            case "molar":
                return np.array([1 / atomic_mass(e) for e in self._sold])
            case "economic":
                return np.array([_oxide(e) * self.prices.get(e, 0.0) for e in self._sold])

    def _by_rule(self, unit: str | None, rule: Rule) -> dict[str, float]:
        """Shares in proportion to what passes the unit and ends in each product."""
        value, held = self._value(rule), self._masses[self._rows]
        weights = held @ value if unit is None else self._reaching[self._unit[unit]] @ value
        if not weights.sum() > 0:
            weights = held @ value
        if not weights.sum() > 0:
            weights = np.ones(len(self._rows))
        shares = weights / weights.sum() if len(weights) else weights
        return dict(zip(self.products, shares.tolist(), strict=True))

    def _ends(self, unit: str | None, element: str) -> dict[str, float]:
        """Where atoms of an element of worth go among the products, from a unit on [-]."""
        if unit is None or element not in self._sold:
            return {}
        ends = self._fates[self._unit[unit], :, self._sold.index(element)]
        if not ends.sum() > _ROUNDING:
            return {}
        return dict(zip(self.products, (ends / ends.sum()).tolist(), strict=True))

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
