"""Recovery and purity: what the products hold, how pure they are, and where the rest goes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ytterby.accounts.flows import Flows
from ytterby.accounts.statement import Line, Statement
from ytterby.balance import Balance
from ytterby.chemistry import oxide_factor

TITLE = "Recovery and purity"
OXYGEN = "O"


def recovery_and_purity(balance: Balance) -> Statement:
    """Who gets what: purity and recovery of every product, and where every element ends up.

    Of each element: `recovered`, its mass in all products per mass in all feeds [-].
    Of each product: `flow` and `oxide` [kg/s], `purity` of each rare earth (mass of its trade
    oxide per mass of all trade oxides) [-], `impurity` of each other element but oxygen (mass of
    the element per mass of the product) [-], `recovery` of each element (mass in the product per
    mass in all feeds) [-]. Of every other way out: `destination` of each element, likewise [-].

    Species are not needed. Where a mass is not known, the lines that need it say so.
    """
    view = Flows(balance)
    lines = list(_recovered(view))
    lines += [line for row in view.products for line in _product(view, row)]
    lines += [line for row in view.others for line in _shares(view, row, "destination")]
    lines += list(_stock(view))
    return Statement(TITLE, tuple(lines))


def _product(view: Flows, row: int) -> Iterator[Line]:
    name, flows = view.edge(row).name, view.flows[row]
    total = flows.sum()
    columns = [column for column, _ in view.rare_earths]
    oxides = flows[columns] * [oxide_factor(e) for _, e in view.rare_earths]
    oxide = oxides.sum()
    whole = name in view.balance.streams
    remark = "" if whole else "of the elements that the balance follows, not of all"
    label, reason = f"flow of {name}", _unknown(view, row)
    yield Line.of(("flow", name), label, total, "kg/s", (name,), reason, remark)
    if not oxide:
        reason = f"{name} holds no rare earths"
        yield Line(("oxide", name), f"rare earth oxides in {name}", None, "kg/s", (name,), reason)
    else:
        yield from _oxides(view, row, oxides)
        yield from _impurities(view, row, total)
    yield from _shares(view, row, "recovery")


def _oxides(view: Flows, row: int, oxides: np.ndarray) -> Iterator[Line]:
    """Oxide flow and purities from the trade oxide flows `oxides` [kg/s], shape (rare earth,)."""
    name, oxide = view.edge(row).name, oxides.sum()
    reason = _unknown(view, row, [column for column, _ in view.rare_earths])
    label = f"rare earth oxides in {name}"
    yield Line.of(("oxide", name), label, oxide, "kg/s", (name,), reason)
    for (_, element), mass in zip(view.rare_earths, oxides, strict=True):
        key, label = ("purity", name, element), f"{element} of the rare earth oxides in {name}"
        yield Line.of(key, label, mass / oxide, "-", (name,), reason)


def _impurities(view: Flows, row: int, total: float) -> Iterator[Line]:
    """Elements other than rare earths and oxygen, per `total` [kg/s] of the product."""
    name = view.edge(row).name
    rare_earths = {element for _, element in view.rare_earths}
    for column, element in enumerate(view.balance.elements):
        if element not in rare_earths and element != OXYGEN:
            share = view.flows[row, column] / total
            key, label = ("impurity", name, element), f"{element} in {name}"
            yield Line.of(key, label, share, "-", (name,), _unknown(view, row))


def _recovered(view: Flows) -> Iterator[Line]:
    """Share of each fed element that all products hold together."""
    names = tuple(view.edge(row).name for row in view.products)
    for column, element in enumerate(view.balance.elements if names else ()):
        fed, there = view.fed[column], view.flows[view.products, column].sum()
        if fed == 0:
            continue
        reasons = (_unknown_share(view, row, column) for row in view.products)
        missing = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
        key, label = ("recovered", element), f"{element} recovered, in all products"
        yield Line.of(key, label, there / fed, "-", names, missing)


def _shares(view: Flows, row: int, quantity: str) -> Iterator[Line]:
    """Share of each fed element that leaves by the edge `row`."""
    name = view.edge(row).name
    for column, element in enumerate(view.balance.elements):
        fed, there = view.fed[column], view.flows[row, column]
        if fed == 0:
            continue
        streams = (name, *view.carriers[column])
        reason = "" if there == there and fed == fed else _unknown_share(view, row, column)
        key, label = (quantity, name, element), f"{element} that leaves by {name}"
        yield Line.of(key, label, there / fed, "-", streams, reason)


def _stock(view: Flows) -> Iterator[Line]:
    """Share of each fed element that stays in the plant; no lines for a steady one."""
    gathered = view.balance.stock_change.sum(axis=0) / view.balance.period
    for column, element in enumerate(view.balance.elements):
        fed = view.fed[column]
        if gathered[column] and fed:
            reason = _unknown_feed(view, column) if np.isnan(fed) else ""
            key, label = ("destination", "stock", element), f"{element} that stays in stock"
            yield Line.of(key, label, gathered[column] / fed, "-", view.carriers[column], reason)


def _unknown(view: Flows, row: int, columns: list[int] | None = None) -> str:
    """Which of the elements in `columns` (all when None) nobody knows of the edge `row`."""
    among = range(len(view.balance.elements)) if columns is None else columns
    unknown = [view.balance.elements[c] for c in among if not view.balance.known[row, c]]
    return f"not known of {view.edge(row).name}: {', '.join(unknown)}" if unknown else ""


def _unknown_share(view: Flows, row: int, column: int) -> str:
    return _unknown(view, row, [column]) or _unknown_feed(view, column)


def _unknown_feed(view: Flows, column: int) -> str:
    rows = [row for row in view.feeds if not view.balance.known[row, column]]
    feeds = ", ".join(view.edge(row).name for row in rows)
    return f"{view.balance.elements[column]} is not known of feed {feeds}"
