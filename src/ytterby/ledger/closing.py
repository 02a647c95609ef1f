"""Closing a period: the stock-take against the books, and whether chance explains the gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ytterby.ledger.account import Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.book import Book
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import Event, Line
from ytterby.ledger.lot import Lot
from ytterby.ledger.measurement import Measurement
from ytterby.ledger.uncertain import Uncertain
from ytterby.reconcile.detection import Alarm, alarms
from ytterby.reconcile.unaccounted import Term, Unaccounted

_MOMENT = timedelta(seconds=1)
"""How long before the end of a period its MUF is posted: within it, and after all else."""
MONTHS = 12
"""Periods of the year of the books, unless given."""
FALSE_ALARMS = 0.05
"""Probability of any false alarm within the year [-], unless given."""


@dataclass(frozen=True)
class Provisional:
    """A value that is not final when the books close. record: its name in the books. reason: what
    stands there, in words."""

    record: str
    reason: str


@dataclass(frozen=True, eq=False)
class Closing:
    """What a stock-take says of the books of one account.

    account: where. until: end of the period. muf: of all periods so far. alarms: what chance does
    not explain. provisional: values that are not final, or that were posted otherwise than the
    final one says.
    """

    account: Account
    until: datetime
    muf: Unaccounted
    alarms: tuple[Alarm, ...]
    provisional: tuple[Provisional, ...]

    def event(self) -> Event:
        """The event that posts the MUF of the last period openly; raises LedgerError if none."""
        lines = []
        target = Account(self.account.area, "muf")
        for element, mass in zip(self.muf.elements, self.muf.values[-1], strict=True):
            lines += [Line(self.account, element, -float(mass)), Line(target, element, float(mass))]
        name = self.muf.periods[-1]
        return Event(
            self.until - _MOMENT,
            tuple(lines),
            f"MUF {self.account} {name}",
            "closing by stock-take",
        )

    def propose(self, book: Book, *, person: str) -> list[Entry]:
        """Put forward the posting of the MUF, for another person to approve.

        The close itself is put forward by `Book.propose_close` once that is done.
        """
        target = Account(self.account.area, "muf")
        if target not in book.accounts():
            book.open_account(target, person=person)
        return [book.propose(self.event(), person=person)]


def closing(
    book: Book,
    account: str | Account,
    boundaries: Sequence[datetime],
    *,
    elements: Sequence[str],
    level: float = FALSE_ALARMS,
    horizon: int = MONTHS,
) -> Closing:
    """Judge the periods between `boundaries` of a work-in-progress account by its stock-takes.

    A stock-take is a measurement of the account at a boundary: the content of every element, or
    mass and shares. At the first boundary the books stand in where nothing was taken. elements: to
    judge. level: probability of any false alarm within `horizon` periods [-]. Raises LedgerError
    where a stock-take is missing or nothing has an uncertainty.
    """
    place = Account.of(account)
    if len(boundaries) < 2 or sorted(set(boundaries)) != list(boundaries):
        raise LedgerError(
            f"{len(boundaries)} boundaries of periods", "two at least, in order", field="until"
        )
    if len(boundaries) - 1 > horizon:
        raise LedgerError(
            f"{len(boundaries) - 1} periods", f"the {horizon} of a year at most", field="until"
        )
    periods = tuple(f"{start:%Y-%m-%d}" for start in boundaries[:-1])
    assays = book.assays_by_lot()
    terms = [
        *_stocks(book, place, boundaries, elements),
        *_moves(book, place, boundaries, elements, assays),
    ]
    muf = Unaccounted.of(periods, tuple(elements), terms)
    found = alarms(muf, level=level, horizon=horizon)
    return Closing(
        place, boundaries[-1], muf, tuple(found), tuple(_provisional(book, boundaries[-1], assays))
    )


def _stocks(
    book: Book, account: Account, boundaries: Sequence[datetime], elements: Sequence[str]
) -> Iterator[Term]:
    """What was found in the account at every boundary."""
    readings = [one for one in book.measurements() if one.stream == str(account)]
    for place, when in enumerate(boundaries):
        taken = [one for one in readings if one.time == when]
        signs = {place - 1: -1, place: 1}
        signs = {p: sign for p, sign in signs.items() if 0 <= p < len(boundaries) - 1}
        for element in elements:
            mass, errors = _taken(taken, element)
            if mass is None and place == 0:
                mass = book.balance(account, element, when)
            if mass is None:
                raise LedgerError(
                    f"no stock-take of {element} in {account} at {when:%Y-%m-%d %H:%M}",
                    "its content, or mass and share, measured then",
                    "Enter the measurement first.",
                    field="stock-take",
                )
            yield Term(element, mass, signs, errors)


def _taken(readings: list[Measurement], element: str) -> tuple[float | None, dict[str, float]]:
    """(content [kg] of a stock-take or None, its errors by cause [kg])."""
    contents = [r for r in readings if r.quantity == "content" and r.element == element]
    if contents:
        return contents[-1].reading.value, _errors(contents[-1].name, contents[-1].reading, 1.0)
    masses = [r for r in readings if r.quantity == "mass"]
    shares = [r for r in readings if r.quantity == "share" and r.element == element]
    if not masses or not shares:
        return None, {}
    mass, share = masses[-1], shares[-1]
    errors = _errors(mass.name, mass.reading, share.reading.value)
    errors |= _errors(share.name, share.reading, mass.reading.value)
    return mass.reading.value * share.reading.value, errors


def _errors(name: str, value: Uncertain, slope: float) -> dict[str, float]:
    """What one standard deviation of each cause adds [kg], `slope` being kg per unit of value."""
    errors = {name: abs(slope) * value.random, value.group: abs(slope) * value.systematic}
    return {cause: size for cause, size in errors.items() if cause and size > 0}


def _moves(
    book: Book,
    account: Account,
    boundaries: Sequence[datetime],
    elements: Sequence[str],
    assays: Mapping[str, list[Assay]],
) -> Iterator[Term]:
    """What went in and out, with the errors of the lots that it was measured as."""
    lots = {lot.name: lot for lot in book.lots()}
    for period, (start, until) in enumerate(pairwise(boundaries)):
        for entry in book.entries("event", start=start, until=until):
            event = Event.of_body(entry.body)
            if any(line.account.kind == "muf" for line in event.lines):
                continue
            for element in elements:
                yield from _moved(event, account, element, period, lots, assays)


def _moved(
    event: Event,
    account: Account,
    element: str,
    period: int,
    lots: Mapping[str, Lot],
    assays: Mapping[str, list[Assay]],
) -> Iterator[Term]:
    """One term for each lot that one event brought into the account or took out of it."""
    lines = [line for line in event.lines if line.element == element]
    net = sum(line.mass for line in lines if line.account == account)
    others = [line for line in lines if line.account != account and line.mass * net < 0]
    total = sum(line.mass for line in others)
    for line in others:
        mass = abs(net * line.mass / total)
        assay = assays[line.lot][-1] if line.lot in assays else None
        errors = _lot_errors(lots.get(line.lot), assay, element, mass)
        yield Term(element, mass, {period: 1 if net > 0 else -1}, errors)


def _lot_errors(
    lot: Lot | None, assay: Assay | None, element: str, mass: float
) -> dict[str, float]:
    """Errors of a `mass` [kg] of an element that was reckoned as weight times dry share."""
    errors: dict[str, float] = defaultdict(float)
    if lot is not None and lot.gross is not None and lot.net:
        parts = [
            _errors(f"weight of {lot.name}", lot.gross, mass / lot.net),
            _errors(f"moisture of {lot.name}", lot.moisture, mass / (1 - lot.moisture.value)),
        ]
        share = assay.shares.get(element) if assay else None
        if share is not None and share.value > 0:
            parts.append(_errors(f"{element} of {lot.name}", share, mass / share.value))
        for part in parts:
            for cause, size in part.items():
                errors[cause] += size
    return dict(errors)


def _provisional(
    book: Book, until: datetime, assays: Mapping[str, list[Assay]]
) -> Iterator[Provisional]:
    """What is not final at the end of a period, by AMIRA P754 labelled and not hidden."""
    for lot in book.lots():
        found = [assay for assay in assays.get(lot.name, ()) if assay.time < until]
        if found and found[-1].status == "provisional":
            yield Provisional(lot.name, f"assay {found[-1].certificate} is provisional")
        if len(found) > 1 and found[-1].status == "final":
            yield from _revalued(lot, found)
    for reading in book.measurements(until=until):
        if reading.status == "provisional":
            yield Provisional(reading.name, "the reading is provisional")


def _revalued(lot: Lot, assays: list[Assay]) -> Iterator[Provisional]:
    before = [assay for assay in assays if assay.status == "provisional"]
    if not before or lot.dry is None:
        return
    old, new = before[-1], assays[-1]
    for element, share in new.shares.items():
        was = old.shares.get(element)
        if was is not None and was.value != share.value:
            change = (share.value - was.value) * lot.dry
            yield Provisional(
                lot.name,
                f"final {new.certificate} says {change:+.4g} kg {element} against provisional "
                f"{old.certificate}; reverse and enter anew what was posted on that",
            )
