"""The books of a plant: what people enter, what they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from ytterby.balance import Balance
from ytterby.ledger.account import Account
from ytterby.ledger.entry import Entry, Record
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import Event
from ytterby.ledger.flows import Boundary, balance_of
from ytterby.ledger.genealogy import Lines, Trace, events_in_order, trace_lot, trace_origins
from ytterby.ledger.lot import Assay, Lot, Measurement
from ytterby.ledger.mass import kilograms
from ytterby.ledger.moment import moment, now, written
from ytterby.ledger.names import check_name, check_text, likeness
from ytterby.ledger.posting import Draft, enter
from ytterby.ledger.state import closed_until
from ytterby.ledger.store import check_tables, engine_of, make_tables, reading, writing
from ytterby.ledger.tables import HOLDINGS, JOURNAL, POSTINGS

Clock = Callable[[], datetime]
_PORTION = 10_000
"""Entries that are held in memory at a time."""


class Book:
    """The books of one plant, append-only: everything ever entered, and what follows from it.

    address: a file (SQLite) or the URL of a PostgreSQL database. clock: tells when an entry is
    made. Use it as a context, or call `dispose`.
    """

    def __init__(self, address: str | Path, engine: Engine, clock: Clock):
        self.address, self.engine, self._clock = address, engine, clock

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

        start: from when on events are entered. person: who begins. accounts: to open at once.
        """
        drafts = [
            Draft("book", {"plant": check_name(plant, "plant"), "time": written(start, "start")}),
            *(_account(account, start) for account in accounts),
        ]
        book = Book(address, engine_of(address), clock)
        with writing(book.engine) as connection:
            make_tables(connection)
            enter(connection, drafts, person, clock())
        return book

    @staticmethod
    def open(address: str | Path, *, clock: Clock = now) -> Book:
        """The books at `address`; raises LedgerError where there are none."""
        if "://" not in str(address) and not Path(address).is_file():
            raise LedgerError(f"no file {str(address)!r}", "books that `ytterby ledger init` began")
        book = Book(address, engine_of(address), clock)
        with reading(book.engine) as connection:
            check_tables(connection, address)
        return book

    def dispose(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()

    # What people enter.

    def open_account(self, account: str | Account, *, person: str) -> Entry:
        """Open `account`, such as "leach/wip", from the beginning of the books on."""
        return self._enter([_account(account, self.start)], person)[0]

    def post(self, record: Record, *, person: str) -> Entry:
        """Enter a lot, an assay, a measurement or an event; raises LedgerError saying why not.

        An event that touches known losses, material unaccounted for or opening stock has to be
        proposed and approved by another person instead.
        """
        return self.post_all([record], person=person)[0]

    def post_all(self, records: Sequence[Record], *, person: str) -> list[Entry]:
        """Enter all `records` in their order, or none; `LedgerError.record` says which is wrong."""
        return self._enter(_drafts(records), person)

    def try_all(self, records: Sequence[Record], *, person: str) -> None:
        """Raise what `post_all` would raise, and enter nothing."""
        drafts = _drafts(records)
        with self._nothing_kept() as connection:
            enter(connection, drafts, person, self._clock())

    def propose(self, event: Event, *, person: str) -> Entry:
        """Put `event` forward for another person to approve; nothing moves before."""
        return self._enter([_proposal("event", event.body(), event.reference)], person)[0]

    def propose_reversal(self, seq: int, *, person: str, reason: str) -> Entry:
        """Put forward that the entry `seq` be undone: an event by its mirror image, else withdrawn.

        The mirror image has the time of the event, or of now where its period is closed.
        """
        with reading(self.engine) as connection:
            entry, closed = _entry(connection, seq), closed_until(connection)
        if entry.kind not in ("event", "assay", "measurement", "lot"):
            raise LedgerError(
                f"entry {seq}, a {entry.kind}", "an event, lot, assay or measurement", field="entry"
            )
        time = max(entry.body["time"], closed)
        body: dict[str, Any] = {
            "time": time,
            "reverses": seq,
            "note": _given(reason, "reason"),
        }
        if entry.kind != "event":
            return self._enter([_proposal("withdrawal", body)], person)[0]
        lines = [[account, lot, e, -mass] for account, lot, e, mass in entry.body["lines"]]
        return self._enter([_proposal("event", {**body, "reference": "", "lines": lines})], person)[
            0
        ]

    def propose_close(self, until: datetime, *, person: str, note: str = "") -> Entry:
        """Put forward that all before `until` be closed: events of that time are refused then."""
        body = {"time": written(until, "until"), "note": check_text(note, "note")}
        with reading(self.engine) as connection:
            closed = closed_until(connection)
        if body["time"] <= max(closed, written(self.start)):
            raise LedgerError(
                f"an end at {body['time']}",
                f"one after {closed or written(self.start)}, up to where the books are closed",
                field="until",
            )
        return self._enter([_proposal("close", body)], person)[0]

    def approve(self, seq: int, *, person: str) -> Entry:
        """Enter what the proposal `seq` puts forward; raises LedgerError to who proposed it."""
        with writing(self.engine) as connection:
            proposal = _entry(connection, seq)
            _check_approval(connection, proposal, person)
            what = dict(proposal.body["proposed"])
            kind = what.pop("kind")
            if kind == "close":
                _check_pending(connection, what["time"], seq)
            body = {**what, "proposal": seq, "proposed_by": proposal.person}
            draft = Draft(kind, body, what.get("reference"))
            return enter(connection, [draft], person, self._clock())[0]

    def decline(self, seq: int, *, person: str, reason: str) -> Entry:
        """Say no to the proposal `seq`, also to one of one's own; it cannot be approved then."""
        with writing(self.engine) as connection:
            _check_open(connection, _entry(connection, seq))
            now = self._clock()
            body = {"time": written(now), "proposal": seq, "note": _given(reason, "reason")}
            return enter(connection, [Draft("refusal", body)], person, now)[0]

    def _enter(self, drafts: list[Draft], person: str) -> list[Entry]:
        if not drafts:
            return []
        with writing(self.engine) as connection:
            return enter(connection, drafts, person, self._clock())

    @contextmanager
    def _nothing_kept(self) -> Iterator[Connection]:
        with writing(self.engine) as connection, connection.begin_nested() as trial:
            yield connection
            trial.rollback()

    # What people ask.

    @property
    def plant(self) -> str:
        """Whose books these are."""
        return self.entry(1).body["plant"]

    @property
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
            return _entry(connection, seq)

    def entries(
        self,
        kind: str | None = None,
        *,
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
        with reading(self.engine) as connection:
            rows = connection.execution_options(yield_per=_PORTION).execute(asked)
            for row in rows:
                yield Entry.of_row(row)

    def pending(self) -> list[Entry]:
        """Proposals that nobody has approved yet."""
        with reading(self.engine) as connection:
            return _pending(connection)

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
        name = self._account(account)
        table = HOLDINGS if until is None else POSTINGS
        asked = select(func.sum(table.c.micrograms)).where(
            table.c.account == name, table.c.element == element
        )
        if lot is not None:
            asked = asked.where(table.c.lot == lot)
        if until is not None:
            asked = asked.join(JOURNAL, JOURNAL.c.seq == POSTINGS.c.seq)
            asked = asked.where(JOURNAL.c.event_time < written(until, "until"))
        with reading(self.engine) as connection:
            return kilograms(int(connection.execute(asked).scalar() or 0))

    def holdings(
        self, until: datetime | None = None, *, lot: str | None = None
    ) -> dict[tuple[Account, str, str], float]:
        """Mass [kg] by account, lot ("" for a pool) and element before `until`, or now."""
        table = HOLDINGS if until is None else POSTINGS
        place = (table.c.account, table.c.lot, table.c.element)
        asked = select(*place, func.sum(table.c.micrograms)).group_by(*place)
        if lot is not None:
            asked = asked.where(table.c.lot == lot)
        if until is not None:
            asked = asked.join(JOURNAL, JOURNAL.c.seq == POSTINGS.c.seq)
            asked = asked.where(JOURNAL.c.event_time < written(until, "until"))
        with reading(self.engine) as connection:
            rows = connection.execute(asked.order_by(*place)).all()
        return {
            (Account.of(account), lot, element): kilograms(int(mass))
            for account, lot, element, mass in rows
            if mass
        }

    def accounts(self) -> list[Account]:
        """Every account that was opened."""
        return sorted(Account.of(entry.body["name"]) for entry in self.entries("account"))

    def lots(self) -> list[Lot]:
        """Every lot that was entered and not withdrawn."""
        return [record for record in self._records("lot") if isinstance(record, Lot)]

    def lot(self, name: str) -> Lot:
        """The lot of that name; raises LedgerError with the nearest one."""
        asked = select(JOURNAL).where(JOURNAL.c.kind == "lot", JOURNAL.c.reference == name)
        with reading(self.engine) as connection:
            row = connection.execute(asked).first()
        if row is not None and isinstance(record := Entry.of_row(row).record, Lot):
            return record
        known = [lot.name for lot in self.lots()]
        raise LedgerError(f"no lot {name!r}", "one of the books", nearest(name, known), field="lot")

    def assays(self, lot: str) -> list[Assay]:
        """The assays of a lot that were neither withdrawn nor replaced, the final ones last."""
        found = [a for a in self._records("assay") if isinstance(a, Assay) and a.lot == lot]
        replaced = {assay.replaces for assay in found}
        valid = [assay for assay in found if assay.certificate not in replaced]
        return sorted(valid, key=lambda assay: assay.status == "final")

    def assay(self, lot: str) -> Assay:
        """The assay that counts: the latest final one, else the latest; raises LedgerError."""
        found = self.assays(lot)
        if not found:
            raise LedgerError(
                f"no assay of lot {lot!r}", "one at least", "Enter it first.", field="assay"
            )
        return found[-1]

    def measurements(
        self, *, start: datetime | None = None, until: datetime | None = None
    ) -> list[Measurement]:
        """Readings that end after `start` and up to `until`, neither withdrawn nor replaced."""
        found = [m for m in self._records("measurement") if isinstance(m, Measurement)]
        replaced = {reading.replaces for reading in found}
        return [
            reading
            for reading in found
            if reading.name not in replaced
            and (start is None or reading.time > start)
            and (until is None or reading.time <= until)
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

    def _events(self) -> list[Lines]:
        return events_in_order(entry.body for entry in self.entries("event"))

    def _records(self, kind: str) -> list[Record]:
        """Records of a kind that were not withdrawn, in their order."""
        gone = {entry.reverses for entry in self.entries("withdrawal")}
        return [entry.record for entry in self.entries(kind) if entry.seq not in gone]

    def _account(self, account: str | Account) -> str:
        name = str(Account.of(account))
        known = [str(one) for one in self.accounts()]
        if name not in known:
            raise LedgerError(
                f"no account {name!r}", "one of the books", nearest(name, known), field="account"
            )
        return name


def _account(account: str | Account, start: datetime) -> Draft:
    name = str(Account.of(account))
    return Draft("account", {"name": name, "time": written(start)}, name)


def _drafts(records: Sequence[Record]) -> list[Draft]:
    drafts = []
    for position, record in enumerate(records):
        try:
            drafts.append(_draft(record))
        except LedgerError as error:
            error.record = position
            raise
    return drafts


def _draft(record: Record) -> Draft:
    body = record.body()
    if isinstance(record, Event) and record.approved:
        kinds = sorted({line.account.kind for line in record.lines if line.account.approved})
        raise LedgerError(
            f"an event that touches {' and '.join(kinds)}",
            "two persons",
            "Propose it, and have another person approve it.",
            field="person",
        )
    return Draft(record.kind, body, record.reference)


def _proposal(kind: str, body: dict[str, Any], reference: str = "") -> Draft:
    return Draft("proposal", {"time": body["time"], "proposed": {"kind": kind, **body}}, reference)


def _given(text: str, field: str) -> str:
    if not check_text(text, field).strip():
        raise LedgerError("nothing", f"a {field}", field=field)
    return text


def _entry(connection: Connection, seq: int) -> Entry:
    row = connection.execute(select(JOURNAL).where(JOURNAL.c.seq == seq)).first()
    if row is None:
        last = connection.execute(select(func.max(JOURNAL.c.seq))).scalar()
        raise LedgerError(f"no entry {seq}", f"one of 1 to {last}", field="entry")
    return Entry.of_row(row)


def _pending(connection: Connection) -> list[Entry]:
    done = select(JOURNAL.c.proposal).where(JOURNAL.c.proposal.is_not(None))
    asked = select(JOURNAL).where(JOURNAL.c.kind == "proposal", JOURNAL.c.seq.not_in(done))
    return [Entry.of_row(row) for row in connection.execute(asked.order_by(JOURNAL.c.seq))]


def _check_open(connection: Connection, proposal: Entry) -> None:
    """Raise LedgerError unless the entry is a proposal that nobody decided."""
    if proposal.kind != "proposal":
        raise LedgerError(f"entry {proposal.seq}, a {proposal.kind}", "a proposal", field="entry")
    decided = select(JOURNAL.c.seq).where(JOURNAL.c.proposal == proposal.seq)
    if (seq := connection.execute(decided).scalar()) is not None:
        raise LedgerError(
            f"proposal {proposal.seq}, decided in entry {seq}", "one that is open", field="entry"
        )


def _check_approval(connection: Connection, proposal: Entry, person: str) -> None:
    _check_open(connection, proposal)
    if likeness(check_name(person, "person")) == likeness(proposal.person):
        raise LedgerError(
            f"{person!r}, who proposed it", "another person to approve it", field="person"
        )
    reverses = proposal.body["proposed"].get("reverses")
    undone = select(JOURNAL.c.seq).where(JOURNAL.c.reverses == reverses)
    if reverses is not None and (seq := connection.execute(undone).scalar()) is not None:
        raise LedgerError(
            f"entry {reverses}, undone in entry {seq}", "one that stands", field="entry"
        )


def _check_pending(connection: Connection, until: str, seq: int) -> None:
    """Raise LedgerError where a period is to be closed over proposals that nobody decided."""
    waiting = [
        str(entry.seq)
        for entry in _pending(connection)
        if entry.seq != seq and "lines" in entry.body["proposed"] and entry.body["time"] < until
    ]
    if waiting:
        raise LedgerError(
            f"proposals of that period that wait for a second person: {', '.join(waiting)}",
            "none",
            "Approve or decline them first.",
            field="until",
        )
