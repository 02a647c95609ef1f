"""Recycled content: how much of each element of a product came with scrap, and with which.

Terms are those of ISO 14021: post-consumer matter comes from end users, pre-consumer matter from
the waste of another maker. What a plant takes back of its own swarf, dust and rejects is neither:
its atoms count as what they were when they came in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ytterby.accounts.evidence import Account
from ytterby.accounts.statement import Line, Statement
from ytterby.accounts.tracing import Trace
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS

TITLE = "Recycled content"
PRIMARY: str = "primary"
CLASSES: tuple[str, ...] = ("pre-consumer", "post-consumer", PRIMARY)
_FEED_OF = " > "
_TOGETHER = "rare earths"


class WrongClass(ValueError):
    """A feed that the plant does not have, or a class that is none."""


def recycled_content(classes: Mapping[str, str]) -> Account:
    """The account of recycled content of every product, as a function of a balance.

    classes: pre-consumer or post-consumer by feed; a feed that is not named is primary. Lines
    `content` [-] by product, element and class add up to one over the classes of an element;
    under `rare earths` they stand for all of them together, by mass. An element is followed
    backwards through the plant as `Trace` says: within a unit it is well mixed. Where its mass is
    not known on every edge the line says so. Raises WrongClass.
    """
    for feed, name in classes.items():
        if name not in CLASSES:
            raise WrongClass(f"feed {feed!r}: found {name!r}, expected one of {', '.join(CLASSES)}")

    def account(balance: Balance) -> Statement:
        _check(classes, balance)
        return Statement(TITLE, tuple(_lines(balance, classes)))

    return account


def _check(classes: Mapping[str, str], balance: Balance) -> None:
    feeds = dict.fromkeys(
        edge.name.partition(_FEED_OF)[0] for edge in balance.edges if edge.source is None
    )
    for feed in classes:
        if feed not in feeds:
            near = get_close_matches(feed, feeds, n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise WrongClass(f"found the feed {feed!r}, expected one of {', '.join(feeds)}.{hint}")


@dataclass(frozen=True)
class _Content:
    """kg of one element in a product by class, None where it cannot be traced."""

    element: str
    masses: Mapping[str, float] | None


def _lines(balance: Balance, classes: Mapping[str, str]) -> Iterator[Line]:
    traces = {element: Trace(balance, element) for element in balance.elements}
    for row, edge in enumerate(balance.edges):
        if edge.role != "product" or edge.target is not None:
            continue
        held = [_content(traces[e], row, classes) for e in balance.elements]
        held = [one for one in held if one.masses is None or sum(one.masses.values()) > 0]
        for one in held:
            yield from _shares(balance, edge.name, one)
        yield from _shares(balance, edge.name, _sum(held))


def _content(trace: Trace, row: int, classes: Mapping[str, str]) -> _Content:
    if not trace.known:
        return _Content(trace.element, None)
    balance = trace.balance
    mass = max(balance.mass(balance.edges[row].name, trace.element), 0.0)
    masses = dict.fromkeys(CLASSES, 0.0)
    for edge, share in trace.origin_of(row).items() if mass else ():
        masses[classes.get(edge.partition(_FEED_OF)[0], PRIMARY)] += share * mass
    return _Content(trace.element, masses)


def _sum(held: list[_Content]) -> _Content:
    """The rare earths together; not known where one of them is not."""
    parts = [one.masses for one in held if one.element in RARE_EARTHS]
    if any(part is None for part in parts):
        return _Content(_TOGETHER, None)
    sums = {name: sum(part[name] for part in parts if part) for name in CLASSES}
    return _Content(_TOGETHER, sums)


def _shares(balance: Balance, product: str, one: _Content) -> Iterator[Line]:
    feeds = tuple(edge.name for edge in balance.edges if edge.source is None)
    total = sum(one.masses.values()) if one.masses else 0.0
    for name in CLASSES:
        share = one.masses[name] / total if one.masses and total else float("nan")
        missing = (
            f"{product} holds no {one.element}"
            if one.masses is not None
            else f"{one.element} is not known on every edge"
        )
        label = f"{name} {one.element} of all {one.element} in {product}"
        key = ("content", product, one.element, name)
        yield Line.of(key, label, share, "-", (product, *feeds), missing)
