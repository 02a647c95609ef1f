"""What `ytterby ledger ...` enters, and checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ytterby.app.cli import RESULT_IS_NONE
from ytterby.app.ledger_told import print_rows
from ytterby.app.options import Movement
from ytterby.ledger import (
    Account,
    Book,
    Entry,
    Event,
    LedgerError,
    import_tables,
    move,
    noted_in,
)
from ytterby.ledger.closing import MONTHS, closing
from ytterby.ledger.moment import read
from ytterby.quantity import QuantityError, parse
from ytterby.reconcile import ReconcileError


def init(address: str, *, plant: str, start: str, person: str, accounts: Sequence[str]) -> int:
    """Begin books."""
    book = Book.create(
        address, plant=plant, start=read(start, "--start"), person=person, accounts=accounts
    )
    print(f"The books of {book.plant} begin on {start}.")
    return 0


def import_files(
    address: str, files: Sequence[Path], *, person: str, table: str | None, dry_run: bool
) -> int:
    """Enter tables, or check that they could be."""
    if not files:
        raise LedgerError("no file", "one at least, such as lots.csv")
    book = Book.open(address)
    done = import_tables(book, files, person=person, table=table, dry_run=dry_run)
    counted = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in done.counts.items())
    print(f"{'Would enter' if dry_run else 'Entered'}: {counted or 'nothing new'}.")
    if done.known:
        print(f"In the books already: {done.known}.")
    if done.proposals and not dry_run:
        numbers = ", ".join(map(str, done.proposals))
        print(f"Waiting for a second person: {numbers}. They approve with `ledger post --approve`.")
    return 0


def _event(movement: Movement) -> Event:
    given = {"--from": movement.from_, "--to": movement.to, "--time": movement.time}
    for option, text in given.items():
        if not text:
            raise LedgerError("nothing", f"{option}, and what moved", field=option)
    return move(
        read(movement.time, "--time"),
        Account.of(movement.from_, "--from"),
        Account.of(movement.to, "--to"),
        _masses(movement.mass),
        lot=movement.lot,
        into=movement.into,
        reference=movement.reference,
        note=movement.note,
    )


def _masses(words: Sequence[str]) -> dict[str, float]:
    masses: dict[str, float] = {}
    for word in words:
        element, equals, mass = word.partition("=")
        if not equals or element.strip() in masses:
            raise LedgerError(repr(word), "each element once, as Nd=12.5 kg", field="--mass")
        try:
            masses[element.strip()] = parse(mass.strip(), "kg")
        except QuantityError as error:
            raise LedgerError(error.found, error.expected, error.hint, field="--mass") from None
    if not masses:
        raise LedgerError("nothing", "a mass, such as Nd=12.5 kg", field="--mass")
    return masses


def post(address: str, movement: Movement, *, person: str) -> int:
    """Enter an event, or propose it where it needs a second person."""
    event = _event(movement)
    book = Book.open(address)
    if event.approved:
        return _told(book.propose(event, person=person))
    return _told(book.post(event, person=person))


def decide(
    address: str,
    verb: Literal["approve", "decline", "reverse"] | str,
    seq: int,
    *,
    person: str,
    note: str,
) -> int:
    """Approve or decline a proposal, or propose a reversal."""
    book = Book.open(address)
    if verb == "approve":
        return _told(book.approve(seq, person=person))
    if verb == "decline":
        return _told(book.decline(seq, person=person, reason=note))
    return _told(book.propose_reversal(seq, person=person, reason=note))


def close(address: str, *, until: str, person: str, note: str) -> int:
    """Propose to close a period."""
    book = Book.open(address)
    return _told(book.propose_close(read(until, "--until"), person=person, note=note))


def take_stock(
    address: str, account: str, *, until: str, elements: Sequence[str], person: str
) -> int:
    """Print what a stock-take did not find and whether chance explains it, and propose to post it.

    The periods are those that were closed, and the one that ends with `until`, of a year at most.
    """
    book, end = Book.open(address), read(until, "--until")
    closed = [entry.time for entry in book.entries("close") if entry.time < end]
    boundaries = [book.start, *closed, end][-MONTHS - 1 :]
    taken = {m.element for m in book.measurements(until=end) if m.stream == account}
    judged = tuple(elements) or tuple(sorted(e for e in taken if e))
    if not judged:
        raise LedgerError(
            f"no stock-take of {account} until {until}",
            "a measurement of it at that time",
            "Import the stock-take first.",
            field="--account",
        )
    try:
        found = closing(book, account, boundaries, elements=judged)
    except ReconcileError as error:
        raise LedgerError(str(error), "stock-takes with their uncertainty") from None
    last = zip(judged, found.muf.values[-1], found.muf.standard[-1], strict=True)
    print_rows(
        ("element", "kg", "± kg", "since the first close"),
        [
            (e, f"{m:.5g}", f"{s:.2g}", "{:.5g} ± {:.2g}".format(*found.muf.cumulative(e)))
            for e, m, s in last
        ],
    )
    for alarm in found.alarms:
        print(f"Beyond chance: {alarm}")
    for one in found.provisional:
        print(f"Not final: {one.record}: {one.reason}")
    return max(_told(entry) for entry in found.propose(book, person=person))


def _told(entry: Entry) -> int:
    print(f"Entry {entry.seq}: {entry.kind}, digest {entry.digest}")
    if entry.kind == "proposal":
        print(
            f"It waits for another person: ytterby ledger post BOOK --approve {entry.seq} --by NAME"
        )
    return 0


def verify(address: str, against: Sequence[str]) -> int:
    """Print what is wrong with the books; nothing where nothing is."""
    found = Book.open(address).verify(_noted(against))
    print(f"{found.entries} entries, {found.postings} postings; last digest {found.digest}")
    for fault in found.faults:
        print(f"FAULT {fault}")
    print(f"{len(found.faults)} faults." if found.faults else "Nothing is wrong.")
    return RESULT_IS_NONE if found.faults else 0


def _noted(against: Sequence[str]) -> dict[int, str]:
    noted: dict[int, str] = {}
    for word in against:
        seq, colon, digest = word.partition(":")
        if colon and seq.isdigit() and len(digest) == len("0" * 64):
            noted[int(seq)] = digest
        elif Path(word).exists():
            noted |= noted_in(Path(word))
        else:
            raise LedgerError(
                repr(word), "a bundle of evidence, or entry:digest", field="--against"
            )
    return noted
