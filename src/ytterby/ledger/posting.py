"""Entering: what is held against the books before, and what is written, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ytterby.ledger.account import Account
from ytterby.ledger.chain import Link, canonical, digest_of, seal_of
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import POOL
from ytterby.ledger.lot import ASSAY_SURPLUS
from ytterby.ledger.mass import LARGEST_STOCK, kilograms
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, likeness
from ytterby.ledger.state import State, chunks
from ytterby.ledger.tables import HOLDINGS, JOURNAL, NAMES, POSTINGS

CLOCK_STEP = timedelta(seconds=2)
"""By how much a clock that is set right may step back."""
_NAMED = {"lot": "name", "assay": "lot"}


@dataclass(frozen=True)
class Draft:
    """Something about to be entered. body: what it says. reference: by which its kind knows it."""

    kind: str
    body: dict[str, Any]
    reference: str | None = None

    @property
    def replaced(self) -> str | None:
        """The reference of the entry of its kind that it corrects."""
        old = self.body.get("replaces")
        return f"{old} of {self.body['lot']}" if old and self.kind == "assay" else old or None

    @property
    def lines(self) -> list[list[Any]]:
        """[account, lot, element, micrograms] of what moves, or is proposed to move."""
        return self.body.get("proposed", self.body).get("lines", [])


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
            _check_reference(draft, known)
            _check(draft, state, recorded)
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


def _check_reference(draft: Draft, known: dict[tuple[str, str], int]) -> None:
    if draft.replaced and (draft.kind, draft.replaced) not in known:
        raise LedgerError(
            f"{draft.kind} {draft.replaced!r}, which the books do not know",
            "the one that is replaced",
            field="replaces",
        )
    seq = known.get((draft.kind, draft.reference)) if draft.reference else None
    if seq is not None:
        raise LedgerError(
            f"{draft.kind} {draft.reference!r}, which is entry {seq} already",
            "one that is new",
            "To correct an entry, reverse it and enter the right one under another reference.",
            field="reference" if draft.kind == "event" else draft.kind,
        )


def _check(draft: Draft, state: State, recorded: str) -> None:
    """Hold a draft against the books, and let the state know it; raises LedgerError."""
    if draft.body["time"] > recorded:
        raise LedgerError(
            f"{draft.body['time']}, which is still to come",
            f"a time up to now, {recorded}",
            "Check the date and the time zone.",
            field="time",
        )
    if draft.lines:
        _check_period(draft.body["time"], state)
    for account in sorted({line[0] for line in draft.lines}):
        _check_known("account", account, state)
    for lot in sorted({line[1] for line in draft.lines} - {POOL}):
        _check_known("lot", lot, state)
    if draft.kind in ("account", "lot"):
        _open_name(draft, state)
    elif draft.kind == "assay":
        _check_known("lot", draft.body["lot"], state)
    elif draft.kind == "event":
        _check_event(draft.lines, state)
    elif draft.kind == "close":
        state.closed = draft.body["time"]


def _open_name(draft: Draft, state: State) -> None:
    kind, name = draft.kind, draft.body["name"]
    twin = state.names.setdefault((kind, likeness(name)), name)
    if twin != name:
        raise LedgerError(
            f"{kind} {name!r}, which looks like {twin!r}",
            "names that cannot be mistaken for one another",
            field=kind,
        )
    if kind == "account":
        state.accounts[name] = Account.of(name)
    elif draft.body["gross"] is not None:
        net = draft.body["gross"][0] - draft.body["tare"]
        state.weights[name] = net * (1 - draft.body["moisture"][0])


def _check_known(kind: str, name: str, state: State) -> None:
    known = state.names.get((kind, likeness(name)))
    if known != name:
        names = [n for (k, _), n in state.names.items() if k == kind]
        advice = f"Did you mean {known!r}?" if known else nearest(name, names)
        raise LedgerError(
            f"{kind} {name!r}, which the books do not know",
            f"{'an' if kind == 'account' else 'a'} {kind} that was entered before",
            advice,
            field=kind,
        )


def _check_period(time: str, state: State) -> None:
    if time < state.closed:
        raise LedgerError(
            f"{time}, in a period that is closed",
            f"a time from {state.closed} on",
            "What was wrong in a closed period is put right in an open one, with a note.",
            field="time",
        )
    if time < state.started:
        raise LedgerError(f"{time}", f"a time since the books began, {state.started}", field="time")


def _check_event(lines: list[list[Any]], state: State) -> None:
    for account, lot, element, moved in lines:
        held = state.move(account, lot, element, moved)
        where = state.accounts[account]
        if abs(kilograms(held)) > LARGEST_STOCK:
            raise LedgerError(
                f"{kilograms(held):.3g} kg {element} in {account}",
                f"at most {LARGEST_STOCK:.3g} kg",
                "Check the unit.",
                field=element,
            )
        if moved < 0 and held < 0 and where.inside and not where.mixed:
            raise LedgerError(
                f"{kilograms(-moved):.9g} kg {element} taken from "
                f"{f'lot {lot!r} in ' if lot else ''}{account}, "
                f"which holds {kilograms(held - moved):.9g} kg",
                "no more than is there",
                "See whether an earlier event is missing, or this one stands twice.",
                field=element,
            )
    for lot in sorted({line[1] for line in lines} & state.weights.keys()):
        _check_weight(lot, state)


def _check_weight(lot: str, state: State) -> None:
    """Raise LedgerError where the elements of a lot weigh more than the lot."""
    there, weight = kilograms(state.stock[lot]), state.weights[lot]
    if there > weight * (1 + ASSAY_SURPLUS):
        raise LedgerError(
            f"{there:.6g} kg of elements in lot {lot!r}, which weighs {weight:.6g} kg dry",
            "no more than it weighs",
            "Check the masses and the weight of the lot.",
            field="lot",
        )


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
