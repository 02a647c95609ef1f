"""Entering: what is written into the books, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ytterby.ledger.chain import Link, canonical, digest_of, seal_of
from ytterby.ledger.checking import check, check_reference
from ytterby.ledger.draft import Draft
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, likeness
from ytterby.ledger.state import State, chunks
from ytterby.ledger.tables import HOLDINGS, JOURNAL, NAMES, POSTINGS

CLOCK_STEP = timedelta(seconds=2)
"""By how much a clock that is set right may step back."""
_NAMED = {"lot": "name", "assay": "lot"}


def enter(
    connection: Connection, drafts: Sequence[Draft], person: str, now: datetime
) -> list[Entry]:
    """Enter all `drafts` in their order, or none; raises LedgerError saying which one and why."""
    check_name(person, "person")
    state = State.of(connection, _lots_of(drafts))
    recorded = _record_time(state, now)
    known = _known(connection, drafts)
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    touched: set[tuple[str, str, str]] = set()
    named: list[dict[str, Any]] = []
    for position, draft in enumerate(drafts):
        try:
            check_reference(draft, known)
            check(draft, state, recorded)
        except LedgerError as error:
            error.record = position
            raise
        row = _row(draft, state, person, recorded)
        state.seq, state.digest = row["seq"], row["digest"]
        known[draft.kind, draft.reference or ""] = row["seq"]
        rows.append(row)
        moved = draft.lines if draft.kind == "event" else []
        touched |= {(account, lot, element) for account, lot, element, _ in moved}
        lines += [_line(row["seq"], number, *line) for number, line in enumerate(moved)]
        if draft.kind in ("lot", "account"):
            named.append(_name(draft, row["seq"]))
    _insert(connection, JOURNAL, rows)
    _insert(connection, POSTINGS, lines)
    _insert(connection, NAMES, named)
    _hold(connection, state, touched)
    return [_entry(row) for row in rows]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _hold(connection: Connection, state: State, places: set[tuple[str, str, str]]) -> None:
    """Write what stands in the touched places."""
    if not places:
        return
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert
    statement = upsert(HOLDINGS)
    statement = statement.on_conflict_do_update(
        index_elements=list(HOLDINGS.primary_key),
        set_={"micrograms": statement.excluded.micrograms},
    )
    rows: list[dict[str, Any]] = [
        {"account": account, "lot": lot, "element": element, "micrograms": state.held[place]}
        for place in sorted(places)
        for account, lot, element in [place]
    ]
    connection.execute(statement, rows)


def _lots_of(drafts: Sequence[Draft]) -> set[str]:
    lots = {line[1] for draft in drafts for line in draft.lines}
    return lots | {d.body[_NAMED[d.kind]] for d in drafts if d.kind in _NAMED}


def _record_time(state: State, now: datetime) -> str:
    """The time of record; raises LedgerError where the clock runs behind the last entry."""
    recorded = written(now, "clock")
    if recorded >= state.recorded:
        return recorded
    if moment(state.recorded) - now > CLOCK_STEP:
        raise LedgerError(
            f"a clock at {recorded}",
            f"one past the last entry, which was made at {state.recorded}",
            "Set the clock of this machine right.",
            field="clock",
        )
    return state.recorded


def _known(connection: Connection, drafts: Sequence[Draft]) -> dict[tuple[str, str], int]:
    """Entries that the books know by one of the references that are about to be used."""
    known = {}
    wanted = {one for draft in drafts for one in (draft.reference, draft.replaced) if one}
    references = sorted(wanted)
    for some in chunks(references):
        asked = select(JOURNAL.c.kind, JOURNAL.c.reference, JOURNAL.c.seq)
        for row in connection.execute(asked.where(JOURNAL.c.reference.in_(some))):
            known[row.kind, row.reference] = row.seq
    return known


def _row(draft: Draft, state: State, person: str, recorded: str) -> dict[str, Any]:
    body = {
        **draft.body,
        "seq": state.seq + 1,
        "kind": draft.kind,
        "recorded": recorded,
        "person": person,
    }
    text = canonical(body)
    seal = seal_of(text)
    return {
        "seq": state.seq + 1,
        "kind": draft.kind,
        "event_time": body["time"],
        "record_time": recorded,
        "person": person,
        "reference": draft.reference or None,
        "reverses": body.get("reverses"),
        "proposal": body.get("proposal"),
        "text": text,
        "seal": seal,
        "previous": state.digest,
        "digest": digest_of(state.digest, seal),
    }


def _line(seq: int, number: int, account: str, lot: str, element: str, mass: int) -> dict[str, Any]:
    return {
        "seq": seq,
        "line": number,
        "account": account,
        "lot": lot,
        "element": element,
        "micrograms": mass,
    }


def _name(draft: Draft, seq: int) -> dict[str, Any]:
    name = draft.body["name"]
    return {"kind": draft.kind, "likeness": likeness(name), "name": name, "seq": seq}


def _entry(row: dict[str, Any]) -> Entry:
    link = Link(row["seq"], row["previous"], row["digest"], row["seal"], row["text"])
    return Entry(row["seq"], row["kind"], row["person"], link)
