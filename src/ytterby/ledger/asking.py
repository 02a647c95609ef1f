"""What the books tell: entries, masses by account, lots and what was measured of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ytterby.ledger.account import Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.entry import Entry, Record
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.lot import Lot
from ytterby.ledger.mass import kilograms
from ytterby.ledger.measurement import Measurement
from ytterby.ledger.moment import written
from ytterby.ledger.state import chunks
from ytterby.ledger.tables import HOLDINGS, JOURNAL, NAMES, POSTINGS

_PORTION = 10_000
"""Entries that are held in memory at a time."""


def entry_of(connection: Connection, seq: int) -> Entry:
    """The entry of that number; raises LedgerError."""
    row = connection.execute(select(JOURNAL).where(JOURNAL.c.seq == seq)).first()
    if row is None:
        last = connection.execute(select(func.max(JOURNAL.c.seq))).scalar()
        raise LedgerError(f"no entry {seq}", f"one of 1 to {last}", field="entry")
    return Entry.of_row(row)


def entries(
    connection: Connection,
    kind: str | None = None,
    start: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Entry]:
    """The entries of a kind whose time is from `start` to before `until`, in their order."""
    asked = select(JOURNAL).order_by(JOURNAL.c.seq)
    if kind is not None:
        asked = asked.where(JOURNAL.c.kind == kind)
    if start is not None:
        asked = asked.where(JOURNAL.c.event_time >= written(start, "start"))
    if until is not None:
        asked = asked.where(JOURNAL.c.event_time < written(until, "until"))
    with connection.execution_options(yield_per=_PORTION).execute(asked) as rows:
        yield from map(Entry.of_row, rows)


def by_reference(connection: Connection, references: Sequence[str]) -> dict[tuple[str, str], Entry]:
    """The entries that the books know by one of `references`, by kind and reference."""
    found = {}
    for some in chunks(sorted(set(references))):
        asked = select(JOURNAL).where(JOURNAL.c.reference.in_(some))
        for row in connection.execute(asked):
            found[row.kind, row.reference] = Entry.of_row(row)
    return found


def records(connection: Connection, kind: str, *which: ColumnElement[bool]) -> list[Record]:
    """Lots, assays or measurements that were not withdrawn, in their order."""
    withdrawn = select(JOURNAL.c.reverses).where(JOURNAL.c.reverses.is_not(None))
    asked = select(JOURNAL).where(JOURNAL.c.kind == kind, JOURNAL.c.seq.not_in(withdrawn), *which)
    rows = connection.execute(asked.order_by(JOURNAL.c.seq))
    return [Entry.of_row(row).record for row in rows]


def account_of(connection: Connection, account: str | Account) -> str:
    """The name of an account that was opened; raises LedgerError with the nearest one."""
    name = str(Account.of(account))
    known = connection.execute(select(NAMES.c.name).where(NAMES.c.kind == "account")).scalars()
    opened = set(known)
    if name not in opened:
        raise LedgerError(
            f"no account {name!r}", "one of the books", nearest(name, opened), field="account"
        )
    return name


def _standing(until: datetime | None, **at: str | None) -> tuple[Any, Select[Any]]:
    """The table that tells what stands before `until`, and the rows of it to add up."""
    table = HOLDINGS if until is None else POSTINGS
    asked = select().select_from(table)
    if until is not None:
        asked = select().select_from(table.join(JOURNAL, JOURNAL.c.seq == POSTINGS.c.seq))
        asked = asked.where(JOURNAL.c.event_time < written(until, "until"))
    for column, value in at.items():
        if value is not None:
            asked = asked.where(table.c[column] == value)
    return table, asked


def balance(
    connection: Connection, account: str, element: str, until: datetime | None, lot: str | None
) -> float:
    """Mass of one element that stands in an account before `until` [kg]."""
    table, asked = _standing(until, account=account, element=element, lot=lot)
    total = connection.execute(asked.add_columns(func.sum(table.c.micrograms))).scalar()
    return kilograms(int(total or 0))


def holdings(
    connection: Connection, until: datetime | None, lot: str | None
) -> dict[tuple[Account, str, str], float]:
    """Mass [kg] by account, lot and element before `until`."""
    table, asked = _standing(until, lot=lot)
    place = (table.c.account, table.c.lot, table.c.element)
    rows = connection.execute(
        asked.add_columns(*place, func.sum(table.c.micrograms)).group_by(*place).order_by(*place)
    )
    return {
        (Account.of(account), name, element): kilograms(int(mass))
        for account, name, element, mass in rows
        if mass
    }


def lot(connection: Connection, name: str) -> Lot:
    """The lot of that name; raises LedgerError with the nearest one."""
    for record in records(connection, "lot", JOURNAL.c.reference == name):
        if isinstance(record, Lot):
            return record
    known = connection.execute(select(NAMES.c.name).where(NAMES.c.kind == "lot")).scalars()
    raise LedgerError(f"no lot {name!r}", "one of the books", nearest(name, known), field="lot")


def assays(connection: Connection, lot: str) -> list[Assay]:
    """The assays of a lot that were neither withdrawn nor replaced, the final ones last."""
    named = JOURNAL.c.reference.endswith(f" of {lot}", autoescape=True)
    return assays_by_lot(connection, named).get(lot, [])


def assays_by_lot(connection: Connection, *which: ColumnElement[bool]) -> dict[str, list[Assay]]:
    """The assays that were neither withdrawn nor replaced by lot, the final ones last."""
    found: dict[str, list[Assay]] = defaultdict(list)
    for record in records(connection, "assay", *which):
        if isinstance(record, Assay):
            found[record.lot].append(record)
    for lot, assays in found.items():
        replaced = {assay.replaces for assay in assays}
        standing = [assay for assay in assays if assay.certificate not in replaced]
        found[lot] = sorted(standing, key=lambda assay: assay.status == "final")
    return dict(found)


def assay(connection: Connection, lot: str) -> Assay:
    """The assay of a lot that counts: the latest final one, else the latest."""
    found = assays(connection, lot)
    if not found:
        raise LedgerError(
            f"no assay of lot {lot!r}", "one at least", "Enter it first.", field="assay"
        )
    return found[-1]


def measurements(connection: Connection) -> list[Measurement]:
    """The readings that were neither withdrawn nor replaced, in their order."""
    found = [m for m in records(connection, "measurement") if isinstance(m, Measurement)]
    replaced = {reading.replaces for reading in found}
    return [reading for reading in found if reading.name not in replaced]
