"""The books of a period as a Balance, so that every account runs on them too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import numpy as np

from ytterby.balance import Balance, Edge
from ytterby.ledger.account import KINDS, Account
from ytterby.ledger.entry import Entry
from ytterby.ledger.mass import kilograms, prorated

Boundary = Literal["process", "site"]
Way = tuple[Account, Account]
Lines = list[tuple[Account, str, int]]


def ways_of(lines: Lines) -> dict[Way, dict[str, int]]:
    """Micrograms that one event moved, by (from, to) and element.

    Where several accounts give and several take one element, each taker is served by all givers
    in proportion. A zero says that the element was measured and none moved.
    """
    moved: dict[Way, dict[str, int]] = defaultdict(dict)
    giving = {account for account, _, mass in lines if mass < 0}
    for element in sorted({element for _, element, _ in lines}):
        total: dict[Account, int] = defaultdict(int)
        for account, of, mass in lines:
            if of == element:
                total[account] += mass
        left = {account: -mass for account, mass in sorted(total.items()) if mass < 0}
        for taker, mass in sorted(total.items()):
            if mass > 0:
                parts = prorated(mass, list(left.values()))
                for giver, part in zip(left, parts, strict=True):
                    moved[giver, taker][element] = part
                    left[giver] -= part
            elif mass == 0 and taker not in giving:
                for giver in left or giving:
                    moved[giver, taker][element] = 0
    return moved


def balance_of(
    entries: Iterable[Entry],
    reversed_entries: Mapping[int, Entry],
    *,
    plant: str,
    start: datetime,
    until: datetime,
    streams: Mapping[tuple[str, str], str],
    boundary: Boundary,
) -> Balance:
    """The balance of the events `entries` between `start` and `until`; see `Book.balance_of`."""
    flows: dict[Way, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    said: dict[Way, list[frozenset[str]]] = defaultdict(list)
    for entry in entries:
        # What a reversal undoes went the other way: along its own ways, less.
        undone = reversed_entries.get(entry.reverses or 0)
        lines = (undone or entry).body["lines"]
        moved = ways_of([(Account.of(account), e, mass) for account, _, e, mass in lines])
        for way, masses in moved.items():
            said[way].append(frozenset(masses))
            for element, mass in masses.items():
                flows[way][element] += -mass if undone else mass
    inside = [way for way in sorted(flows) if _unit(way[0], boundary) != _unit(way[1], boundary)]
    units = sorted(
        {unit for way in flows for end in way if (unit := _unit(end, boundary)) is not None}
    )
    elements = sorted({element for masses in flows.values() for element in masses})
    masses = np.array([[kilograms(flows[w].get(e, 0)) for e in elements] for w in inside])
    known = np.array([[all(e in one for one in said[w]) for e in elements] for w in inside])
    shape = (len(inside), len(elements))
    edges = tuple(_edge(way, streams, boundary) for way in inside)
    return Balance(
        plant=plant,
        period=(until - start).total_seconds(),
        units=tuple(units),
        edges=edges,
        elements=tuple(elements),
        masses=masses.reshape(shape),
        known=known.reshape(shape).astype(bool),
        stock_change=_stock_change(units, elements, flows, boundary),
    )


def _unit(account: Account, boundary: Boundary) -> str | None:
    """The unit of a balance that an account belongs to; None for the world outside."""
    if boundary == "process":
        return account.area if account.mixed else None
    return account.area if account.inside else None


def _edge(way: Way, streams: Mapping[tuple[str, str], str], boundary: Boundary) -> Edge:
    source, target = way
    name = streams.get((str(source), str(target)), f"{source} > {target}")
    units = _unit(source, boundary), _unit(target, boundary)
    if units[0] is None:
        role = KINDS[source.kind].role if not source.inside else "feed"
        return Edge(name, None, units[1], "unassigned" if role == "unassigned" else "feed")
    if units[1] is None:
        return Edge(name, units[0], None, KINDS[target.kind].role)
    return Edge(name, units[0], units[1], "internal")


def _stock_change(
    units: list[str],
    elements: list[str],
    flows: Mapping[Way, Mapping[str, int]],
    boundary: Boundary,
) -> np.ndarray:
    """[kg], shape (unit, element): what came in less what went out."""
    change: dict[tuple[str, str], int] = defaultdict(int)
    for (source, target), masses in flows.items():
        for element, mass in masses.items():
            for end, sign in ((source, -1), (target, 1)):
                unit = _unit(end, boundary)
                if unit is not None:
                    change[unit, element] += sign * mass
    rows = [[kilograms(change[unit, e]) for e in elements] for unit in units]
    return np.array(rows).reshape(len(units), len(elements))
