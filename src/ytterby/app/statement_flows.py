"""The monthly flow statement, as the movements and stocks of the books make it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ytterby.accounts import Statement
from ytterby.app.statement import after, month
from ytterby.facts.rule import Rule
from ytterby.ledger import Book
from ytterby.ledger.event import Event


def flows(
    book: Book, text: str, quota: Mapping[str, float], on: str, law: Sequence[Rule]
) -> list[Statement]:
    """The flow statement of a month by form, and the headroom of the separation quota."""
    from ytterby.accounts.flows_of_month import ProductFlow, monthly_flows, quota_headroom
    from ytterby.accounts.oxides import oxide_equivalent

    start = month(text, "--month")
    end = after(start)
    forms = {lot.name: lot.form for lot in book.lots()}
    stocks = [_stock(book, when, forms) for when in (start, end)]
    moved = _moved(book, start, end, forms)
    rows = []
    for form in dict.fromkeys(forms.values()):
        mass = {way: oxide_equivalent(moved.get((form, way), {})) for way in _WAYS}
        opening, closed = (oxide_equivalent(stock.get(form, {})) for stock in stocks)
        rows.append(ProductFlow(form, opening=opening, closing=closed, **mass))
    found = [monthly_flows(text, rows, on=on, law=law)]
    if quota:
        year = month(f"{start:%Y}-01", "--month")
        entered = _moved(book, year, end, forms)
        used = sum(oxide_equivalent(m) for (_, way), m in entered.items() if way == "used")
        found.append(quota_headroom({name: (used, 0.0) for name in quota}, quota, on=on, law=law))
    return found


_WAYS = ("received", "made", "used", "sold")
_OUT = ("customer", "disposal")


def _way(source: str, target: str) -> str | None:
    """What a move between two kinds of accounts is in a flow statement."""
    stores = ("raw", "product", "residue")
    if target in stores and source in ("supplier", "opening"):
        return "received"
    if target in stores and source == "wip":
        return "made"
    if source in stores and target == "wip":
        return "used"
    return "sold" if source in stores and target in _OUT else None


def _moved(
    book: Book, start: datetime, end: datetime, forms: Mapping[str, str]
) -> dict[tuple[str, str], dict[str, float]]:
    """Mass [kg] by element, by (form, way), of what moved; a reversal counts at its own time."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for entry in book.entries("event", start=start, until=end):
        event = Event.of_body(entry.body)
        sign = -1 if entry.reverses is not None else 1
        kinds = {line.account.kind for line in event.lines}
        stored = (one for one in event.lines if one.account.inside and one.lot in forms)
        for line in stored:
            for other in kinds - {line.account.kind}:
                left = sign * line.mass < 0
                way = _way(*((line.account.kind, other) if left else (other, line.account.kind)))
                if way is not None:
                    masses = found.setdefault((forms[line.lot], way), {})
                    masses[line.element] = masses.get(line.element, 0.0) + sign * abs(line.mass)
    return found


def _stock(book: Book, when: datetime, forms: Mapping[str, str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for (account, lot, element), mass in book.holdings(when).items():
        if account.inside and lot in forms:
            masses = found.setdefault(forms[lot], {})
            masses[element] = masses.get(element, 0.0) + mass
    return found
