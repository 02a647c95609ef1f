"""The books of a plant: what people enter, what they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine

from ytterby.balance import Balance
from ytterby.ledger import approval, asking
from ytterby.ledger.account import Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.draft import Draft, drafts_of, opening
from ytterby.ledger.entry import Entry, Record
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import Event
from ytterby.ledger.flows import Boundary, balance_of
from ytterby.ledger.genealogy import Lines, Trace, events_in_order, trace_lot, trace_origins
from ytterby.ledger.lot import Lot
from ytterby.ledger.measurement import Measurement
from ytterby.ledger.moment import moment, now, written
from ytterby.ledger.names import check_name
from ytterby.ledger.posting import enter
from ytterby.ledger.state import closed_until
from ytterby.ledger.store import (
    check_tables,
    engine_of,
    make_tables,
    reading,
    write_ahead,
    writing,
)
from ytterby.ledger.verification import Verification, verify

Clock = Callable[[], datetime]


class Book:
    """The books of one plant, append-only: everything ever entered, and what follows from it.

    address: a file (SQLite) or the URL of a PostgreSQL database. clock: tells when an entry is
    made. Every method that enters takes the `person` who does so, and raises LedgerError where the
    books do not take it: what was found, what was expected, what to do.
    """

    def __init__(self, address: str | Path, engine: Engine, clock: Clock):
        self.address, self.engine, self.now = address, engine, clock

    @staticmethod
    def create(
        address: str | Path,
        *,
        plant: str,
        start: datetime,
        person: str,
        accounts: Iterable[str | Account] = (),
        clock: Clock = now,
    ) -> Book:
        """Begin the books of `plant` at `address`; raises LedgerError where something is there.

        start: from when on events are entered. accounts: to open at once.
        """
        drafts = [
            Draft("book", {"plant": check_name(plant, "plant"), "time": written(start, "start")}),
            *(opening(account, start) for account in accounts),
        ]
        book = Book(address, engine_of(address), clock)
        with writing(book.engine) as connection:
            make_tables(connection)
            enter(connection, drafts, person, clock())
        write_ahead(book.engine)
        return book

    @staticmethod
    def open(address: str | Path, *, clock: Clock = now) -> Book:
        """The books at `address`; raises LedgerError where there are none."""
        if "://" not in str(address) and not Path(address).is_file():
            raise LedgerError(f"no file {str(address)!r}", "books that `ytterby ledger init` began")
        book = Book(address, engine_of(address), clock)
        with reading(book.engine) as connection:
            check_tables(connection)
        return book

    # What people enter.

    def open_account(self, account: str | Account, *, person: str) -> Entry:
        """Open `account`, such as "leach/wip", from the beginning of the books on."""
        return self.post(Account.of(account), person=person)

    def post(self, record: Record, *, person: str) -> Entry:
        """Enter an account, a lot, an assay, a measurement or an event.

        An event that touches known losses, material unaccounted for or opening stock has to be
        proposed, and approved by another person, instead.
        """
        return self.post_all([record], person=person)[0]

    def post_all(self, records: Sequence[Record], *, person: str) -> list[Entry]:
        """Enter all `records` in their order, or none; `LedgerError.record` says which is wrong."""
        drafts = drafts_of(records, self.start)
        with writing(self.engine) as connection:
            return enter(connection, drafts, person, self.now()) if drafts else []

    def propose(self, event: Event, *, person: str) -> Entry:
        """Put `event` forward for another person to approve; nothing moves before."""
        draft = approval.proposal("event", event.body(), event.reference)
        return self._enter(lambda _: draft, person)

    def propose_reversal(self, seq: int, *, person: str, reason: str) -> Entry:
        """Put forward that the entry `seq` be undone: an event by its mirror image, else withdrawn.

        The mirror image has the time of the event, or the end of the closed period that it is in.
        """
        return self._enter(lambda connection: approval.reversal(connection, seq, reason), person)

    def propose_close(self, until: datetime, *, person: str, note: str = "") -> Entry:
        """Put forward that all before `until` be closed: events of that time are refused then."""
        return self._enter(lambda connection: approval.close(connection, until, note), person)

    def approve(self, seq: int, *, person: str) -> Entry:
        """Enter what the proposal `seq` puts forward; never for the person who proposed it."""
        return self._enter(lambda connection: approval.approved(connection, seq, person), person)

    def decline(self, seq: int, *, person: str, reason: str) -> Entry:
        """Say no to the proposal `seq`, also to one of one's own; it cannot be approved then."""
        return self._enter(
            lambda connection: approval.declined(connection, seq, reason, self.now()), person
        )

    def _enter(self, draft: Callable[[Connection], Draft], person: str) -> Entry:
        with writing(self.engine) as connection:
            return enter(connection, [draft(connection)], person, self.now())[0]

    # What people ask.

    @cached_property
    def plant(self) -> str:
        """Whose books these are."""
        return self.entry(1).body["plant"]

    @cached_property
    def start(self) -> datetime:
        """From when on events are entered."""
        return self.entry(1).time

    @property
    def closed(self) -> datetime | None:
        """Up to when periods are closed; None while none is."""
        with reading(self.engine) as connection:
            found = closed_until(connection)
        return moment(found) if found else None

    def entry(self, seq: int) -> Entry:
        """The entry of that number; raises LedgerError."""
        with reading(self.engine) as connection:
            return asking.entry_of(connection, seq)

    def entries(
        self,
        kind: str | None = None,
        *,
        start: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Entry]:
        """The entries of a kind whose time is from `start` to before `until`, in their order."""
        with reading(self.engine) as connection:
            yield from asking.entries(connection, kind, start, until)

    def pending(self) -> list[Entry]:
        """Proposals that nobody has decided yet."""
        with reading(self.engine) as connection:
            return approval.pending(connection)

    def balance(
        self,
        account: str | Account,
        element: str,
        until: datetime | None = None,
        *,
        lot: str | None = None,
    ) -> float:
        """Mass of `element` that the books hold in `account` before `until`, or now [kg].

        lot: of that lot only. Outside the plant, what an account has taken less what it gave.
        """
        with reading(self.engine) as connection:
            name = asking.account_of(connection, account)
            return asking.balance(connection, name, element, until, lot)

    def holdings(
        self, until: datetime | None = None, *, lot: str | None = None
    ) -> dict[tuple[Account, str, str], float]:
        """Mass [kg] by account, lot ("" for a pool) and element before `until`, or now."""
        with reading(self.engine) as connection:
            return asking.holdings(connection, until, lot)

    def accounts(self) -> list[Account]:
        """Every account that was opened."""
        return sorted(Account.of(entry.body["name"]) for entry in self.entries("account"))

    def lots(self) -> list[Lot]:
        """Every lot that was entered and not withdrawn."""
        with reading(self.engine) as connection:
            return [r for r in asking.records(connection, "lot") if isinstance(r, Lot)]

    def lot(self, name: str) -> Lot:
        """The lot of that name; raises LedgerError with the nearest one."""
        with reading(self.engine) as connection:
            return asking.lot(connection, name)

    def assays(self, lot: str) -> list[Assay]:
        """The assays of a lot that were neither withdrawn nor replaced, the final ones last.

        It looks through all assays of the books: for many lots, ask `assays_by_lot` once.
        """
        with reading(self.engine) as connection:
            return asking.assays(connection, lot)

    def assays_by_lot(self) -> dict[str, list[Assay]]:
        """The same of every lot that was assayed."""
        with reading(self.engine) as connection:
            return asking.assays_by_lot(connection)

    def assay(self, lot: str) -> Assay:
        """The assay of a lot that counts: the latest final one, else the latest."""
        with reading(self.engine) as connection:
            return asking.assay(connection, lot)

    def measurements(
        self, *, start: datetime | None = None, until: datetime | None = None
    ) -> list[Measurement]:
        """Readings that end after `start` and up to `until`, neither withdrawn nor replaced."""
        with reading(self.engine) as connection:
            found = asking.measurements(connection)
        return [
            one
            for one in found
            if (start is None or one.time > start) and (until is None or one.time <= until)
        ]

    def balance_of(
        self,
        start: datetime,
        until: datetime,
        *,
        streams: Mapping[tuple[str, str], str] | None = None,
        boundary: Boundary = "process",
    ) -> Balance:
        """What was posted from `start` to before `until`, as a Balance that accounts run on.

        streams: names of ways, by (from, to), such as {("store/raw", "leach/wip"): "scrap"}; a way
        that is not named is called "store/raw > leach/wip". boundary: "process" counts what goes
        into and comes out of work in progress, "site" what comes to and leaves the plant. An
        element that one event of a way does not mention is not known of that way.
        """
        entries = list(self.entries("event", start=start, until=until))
        undone = {seq: self.entry(seq) for entry in entries if (seq := entry.reverses) is not None}
        return balance_of(
            entries,
            undone,
            plant=self.plant,
            start=start,
            until=until,
            streams=streams or {},
            boundary=boundary,
        )

    def trace_origins(self) -> Trace:
        """All material by the lot as which it came in: `.of("P-7")` traces a lot back."""
        return trace_origins(self._events())

    def trace_lot(self, lot: str) -> Trace:
        """What ever stood in `lot`: `.where(lot)` traces it forward, `.lots[lot]` is its recall."""
        return trace_lot(self._events(), self.lot(lot).name)

    def verify(self, noted: Mapping[int, str] | None = None) -> Verification:
        """Check every entry, and that what the books hold is what the entries come to.

        noted: digests that were noted elsewhere, by entry.
        """
        with reading(self.engine) as connection:
            return verify(connection, noted or {})

    def _events(self) -> list[Lines]:
        return events_in_order(entry.body for entry in self.entries("event"))
