"""A balance: how much of every element went along every edge of a plant in a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ytterby.balance.covariance import Covariance
from ytterby.balance.finding import Finding
from ytterby.balance.stream import Stream
from ytterby.chemistry import RARE_EARTHS, atomic_mass, oxide_factor
from ytterby.facts import Fact

if TYPE_CHECKING:
    import pandas as pd

Role = Literal["feed", "internal", "product", "residue", "effluent", "emission", "unassigned"]
CLOSURE_TOLERANCE = 1e-9
"""Relative closure beyond which a balance is an error [-]."""
TRACE_SHARE = 1e-6
"""Closure is relative to what passes a unit, but to no less than this share of what passes the
plant: a millionth of an element need not close to a billionth of itself [-]."""
CIRCULATING_SHARE = 1e-3
"""Nor is it relative to less than this share of the largest flow of the element in the plant: a
solvent loop repeats to a billionth of a thousandth of itself, and its make-up may be less [-]."""
_SECONDS_PER_HOUR = 3600
_SHOWN = 5
"""Elements of a stream that a notebook shows."""


class BalanceError(ArithmeticError):
    """A balance that does not close; the message names element, unit and kg/h."""


class UnknownStream(KeyError):
    """No edge of the balance has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Edge:
    """One way along which matter goes.

    name: `leach.slurry`, `scrap`, or `acid > leach.acid` for the share of a feed that several
    units draw. source, target: unit names; None is the world outside.
    """

    name: str
    source: str | None
    target: str | None
    role: Role


@dataclass(frozen=True, eq=False)
class Balance:
    """Element masses along the edges of one plant in one period, whoever found them.

    plant: its name. period: [s]. units: names, in order of the way through the plant.
    edges: shape (edge,). elements: shape (element,).
    masses: [kg], shape (edge, element); meaningless where `known` is False, never zero instead.
    known: shape (edge, element). stock_change: [kg], shape (unit, element), positive when stock
    grew. duties: energy and work taken [J] by (unit, kind). streams: species in detail, where the
    producer has them. facts: what the balance rests on, by `unit.field`. responses: change of
    `masses` [kg] when that fact rises by its standard uncertainty, or by a tenth of its value
    where none is stated. findings: what a reader should know. details: what a unit tells of its
    inside, by unit, such as the stage profile of a cascade. covariance: of the masses, where the
    producer knows it, as one that reconciles readings does.
    """

    plant: str
    period: float
    units: tuple[str, ...]
    edges: tuple[Edge, ...]
    elements: tuple[str, ...]
    masses: np.ndarray
    known: np.ndarray
    stock_change: np.ndarray
    duties: Mapping[tuple[str, str], float] = field(default_factory=dict)
    streams: Mapping[str, Stream] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    responses: Mapping[str, np.ndarray] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    covariance: Covariance | None = None

    def edge(self, name: str) -> int:
        """Position of the edge `name`; raises UnknownStream with the nearest name."""
        names = [edge.name for edge in self.edges]
        if name in names:
            return names.index(name)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownStream(f"plant {self.plant!r} has no stream {name!r}.{hint}")

    def stream(self, name: str) -> Stream:
        """The stream `name` in species [mol/s]; raises UnknownStream."""
        self.edge(name)
        if name not in self.streams:
            raise UnknownStream(f"{name!r} is known by elements only; its species are not")
        return self.streams[name]

    def _feed_edges(self, name: str) -> list[int]:
        """The edges of a feed, all its consumers together, or the one edge of that name."""
        shares = [i for i, edge in enumerate(self.edges) if edge.name.startswith(f"{name} > ")]
        return shares or [self.edge(name)]

    def mass(self, name: str, element: str) -> float:
        """[kg] of `element` along the edge or out of the feed `name`; NaN when not known."""
        if element not in self.elements:
            return 0.0
        column = self.elements.index(element)
        rows = self._feed_edges(name)
        if not self.known[rows, column].all():
            return float("nan")
        return float(self.masses[rows, column].sum())

    def flow(self, name: str) -> float:
        """[kg/s], all elements; NaN when one is not known."""
        rows = self._feed_edges(name)
        return float(np.where(self.known[rows], self.masses[rows], np.nan).sum() / self.period)

    def recovery(self, element: str, *, of: str, to: str) -> float:
        """Share of `element` in the stream `of` that is found in the stream `to` [-]."""
        there = self.mass(of, element)
        return self.mass(to, element) / there if there else float("nan")

    def purity(self, name: str) -> dict[str, float]:
        """Share of each rare earth in the rare earths of stream `name`, as trade oxides [-]."""
        oxides = {
            e: self.mass(name, e) * oxide_factor(e) for e in RARE_EARTHS if e in self.elements
        }
        total = sum(oxides.values())
        return {e: mass / total for e, mass in oxides.items()} if total > 0 else {}

    def closure(self, unit: str | None = None) -> dict[str, float]:
        """(in - out - stock change) / in of each element over `unit`, or over the whole plant [-].

        Elements of which an edge is not known are left out. See `TRACE_SHARE`.
        """
        gap, passing, known = self._gap(unit)
        if unit is not None:
            passing = np.maximum(passing, TRACE_SHARE * self._gap(None)[1])
        return {
            element: float(gap[i] / passing[i]) if passing[i] > 0 else 0.0
            for i, element in enumerate(self.elements)
            if known[i]
        }

    def _gap(self, unit: str | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        into = np.array([e.target == unit and e.source != unit for e in self.edges])
        out = np.array([e.source == unit and e.target != unit for e in self.edges])
        if unit is None:
            into, out = out, into
            stock = self.stock_change.sum(axis=0)
        else:
            stock = self.stock_change[self.units.index(unit)]
        entering, leaving = self.masses[into].sum(axis=0), self.masses[out].sum(axis=0)
        circulating = np.where(self.known, self.masses, 0.0).max(axis=0, initial=0.0)
        passing = np.maximum(np.maximum(entering, leaving), CIRCULATING_SHARE * circulating)
        known = np.atleast_1d(self.known[into | out].all(axis=0))
        return entering - leaving - stock, passing, known

    def worst_closure(self) -> tuple[str, str, float]:
        """(unit or "plant", element, relative closure) where the balance closes worst."""
        places: list[str | None] = [None, *self.units]
        worst = ("plant", "", 0.0)
        for unit in places:
            for element, gap in self.closure(unit).items():
                if abs(gap) > abs(worst[2]):
                    worst = (unit or "plant", element, gap)
        return worst

    def check(self, tolerance: float = CLOSURE_TOLERANCE) -> Balance:
        """The balance itself; raises BalanceError where an element does not close.

        tolerance: relative, per element, unit and the whole plant [-].
        """
        where, element, gap = self.worst_closure()
        if abs(gap) > tolerance:
            missing, _, _ = self._gap(None if where == "plant" else where)
            hourly = missing[self.elements.index(element)] / self.period * _SECONDS_PER_HOUR
            raise BalanceError(
                f"{element} does not close over {where}: {hourly:+.3g} kg/h "
                f"({gap:+.1e} of what passes) goes in and does not come out"
            )
        return self

    def shifted(self, fact: str) -> Balance:
        """What the balance would be, to first order, if `fact` were one response step higher."""
        return replace(self, masses=self.masses + self.responses[fact])

    def table(self) -> pd.DataFrame:
        """One row per edge and element: mass [kg], mass flow [kg/h], and whether it is known."""
        import pandas as pd

        hourly = _SECONDS_PER_HOUR / self.period
        rows = [
            {
                "stream": edge.name,
                "source": edge.source,
                "target": edge.target,
                "role": edge.role,
                "element": element,
                "mass_kg": self.masses[i, j] if self.known[i, j] else np.nan,
                "flow_kg_per_h": self.masses[i, j] * hourly if self.known[i, j] else np.nan,
                "known": bool(self.known[i, j]),
            }
            for i, edge in enumerate(self.edges)
            for j, element in enumerate(self.elements)
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """The balance as a notebook shows it: every stream, its role, and its main elements."""
        hourly = _SECONDS_PER_HOUR / self.period
        rows = ""
        for edge in self.edges:
            masses = {e: self.mass(edge.name, e) * hourly for e in self.elements}
            known = sorted((mass, e) for e, mass in masses.items() if mass > 0)[: -_SHOWN - 1 : -1]
            held = ", ".join(f"{e} {mass:.3g}" for mass, e in known)
            total = self.flow(edge.name) * _SECONDS_PER_HOUR
            cells = (edge.name, edge.role, f"{total:.4g}", held)
            rows += f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        head = "".join(
            f"<th>{text}</th>" for text in ("stream", "role", "kg/h", "most of it, kg/h")
        )
        return f"<table><caption>{escape(self.plant)}</caption><tr>{head}</tr>{rows}</table>"

    def to_dict(self) -> dict[str, Any]:
        """The balance as plain data; see `ytterby.balance.record`."""
        from ytterby.balance.record import record

        return record(self)

    @staticmethod
    def from_dict(tree: Any) -> Balance:
        """The balance that `to_dict` wrote, without details, responses and covariance; raises
        RecordError."""
        from ytterby.balance.record import balance_of

        return balance_of(tree)


def of_streams(
    plant: str,
    edges: Mapping[Edge, Stream],
    units: tuple[str, ...],
    *,
    period: float = _SECONDS_PER_HOUR,
    **details: Any,
) -> Balance:
    """The balance of steady streams over `period` [s]; nothing gathers in stock."""
    streams = list(edges.values())
    elements = streams[0].basis.elements
    weights = np.array([atomic_mass(element) for element in elements])
    masses = np.array([stream.element_amounts * weights * period for stream in streams])
    return Balance(
        plant=plant,
        period=period,
        units=units,
        edges=tuple(edges),
        elements=elements,
        masses=masses,
        known=np.ones(masses.shape, dtype=bool),
        stock_change=np.zeros((len(units), len(elements))),
        streams={edge.name: stream for edge, stream in edges.items()},
        **details,
    )
