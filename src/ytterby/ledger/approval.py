"""Four eyes: what one person puts forward and another approves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ytterby.ledger.asking import entry_of, holdings
from ytterby.ledger.draft import Draft
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.moment import written
from ytterby.ledger.names import check_name, check_text, likeness
from ytterby.ledger.state import closed_until, started_at
from ytterby.ledger.tables import JOURNAL

_REVERSIBLE = ("event", "lot", "assay", "measurement")


def proposal(kind: str, body: dict[str, Any], reference: str = "") -> Draft:
    """A proposal to enter `body` as a `kind`."""
    return Draft("proposal", {"time": body["time"], "proposed": {"kind": kind, **body}}, reference)


def reversal(connection: Connection, seq: int, reason: str) -> Draft:
    """A proposal to undo the entry `seq`: an event by its mirror image, else by a withdrawal.

    The mirror image has the time of the event, or where its period is closed, the end of that.
    """
    entry = entry_of(connection, seq)
    if entry.kind not in _REVERSIBLE or entry.reverses is not None:
        raise LedgerError(
            f"entry {seq}, a {'reversal' if entry.reverses else entry.kind}",
            f"one of {', '.join(_REVERSIBLE)}",
            "What was undone is entered anew." if entry.reverses else "",
            field="entry",
        )
    _check_standing(connection, seq)
    body: dict[str, Any] = {
        "time": max(entry.body["time"], closed_until(connection)),
        "reverses": seq,
        "note": _given(reason, "reason"),
    }
    if entry.kind != "event":
        return proposal("withdrawal", body)
    lines = [[account, lot, e, -mass] for account, lot, e, mass in entry.body["lines"]]
    return proposal("event", {**body, "reference": "", "lines": lines})


def close(connection: Connection, until: datetime, note: str) -> Draft:
    """A proposal that no event of before `until` be entered any more."""
    end = written(until, "until")
    since = max(closed_until(connection), started_at(connection))
    if end <= since:
        raise LedgerError(
            f"an end at {end}", f"one after {since}, where the open period begins", field="until"
        )
    return proposal("close", {"time": end, "note": check_text(note, "note")})


def approved(connection: Connection, seq: int, person: str) -> Draft:
    """What the proposal `seq` puts forward; raises LedgerError to the one who proposed it."""
    put_forward = _open(connection, seq)
    if likeness(check_name(person, "person")) == likeness(put_forward.person):
        raise LedgerError(
            f"{person!r}, who proposed it", "another person to approve it", field="person"
        )
    body = dict(put_forward.body["proposed"])
    kind = body.pop("kind")
    if kind == "close":
        _check_decided(connection, body["time"])
    if "reverses" in body:
        _check_standing(connection, body["reverses"])
        _check_empty(connection, body["reverses"])
    body |= {"proposal": seq, "proposed_by": put_forward.person}
    return Draft(kind, body, body.get("reference"))


def declined(connection: Connection, seq: int, reason: str, now: datetime) -> Draft:
    """The refusal of the proposal `seq`."""
    _open(connection, seq)
    body = {"time": written(now), "proposal": seq, "note": _given(reason, "reason")}
    return Draft("refusal", body)


def pending(connection: Connection) -> list[Entry]:
    """Proposals that nobody has decided, in their order."""
    decided = select(JOURNAL.c.proposal).where(JOURNAL.c.proposal.is_not(None))
    asked = select(JOURNAL).where(JOURNAL.c.kind == "proposal", JOURNAL.c.seq.not_in(decided))
    return [Entry.of_row(row) for row in connection.execute(asked.order_by(JOURNAL.c.seq))]


def _open(connection: Connection, seq: int) -> Entry:
    """The proposal `seq`; raises LedgerError unless it is one that nobody decided."""
    entry = entry_of(connection, seq)
    if entry.kind != "proposal":
        raise LedgerError(f"entry {seq}, a {entry.kind}", "a proposal", field="entry")
    decided = select(JOURNAL.c.seq).where(JOURNAL.c.proposal == seq)
    if (decision := connection.execute(decided).scalar()) is not None:
        raise LedgerError(
            f"proposal {seq}, decided in entry {decision}", "one that is open", field="entry"
        )
    return entry


def _check_standing(connection: Connection, seq: int) -> None:
    undone = select(JOURNAL.c.seq).where(JOURNAL.c.reverses == seq)
    if (reversal := connection.execute(undone).scalar()) is not None:
        raise LedgerError(
            f"entry {seq}, undone in entry {reversal}", "one that stands", field="entry"
        )


def _check_empty(connection: Connection, seq: int) -> None:
    """Raise LedgerError where a lot is to be withdrawn that something was posted on."""
    entry = entry_of(connection, seq)
    if entry.kind != "lot":
        return
    name = entry.body["name"]
    standing = ", ".join(sorted({str(place[0]) for place in holdings(connection, None, name)}))
    if standing:
        raise LedgerError(
            f"lot {name!r} with material in {standing}",
            "one without",
            "Reverse the events that moved it first.",
            field="entry",
        )


def _check_decided(connection: Connection, until: str) -> None:
    """Raise LedgerError where a period is to be closed over proposals that nobody decided."""
    waiting = [
        str(entry.seq)
        for entry in pending(connection)
        if "lines" in entry.body["proposed"] and entry.body["time"] < until
    ]
    if waiting:
        raise LedgerError(
            f"proposals of that period that wait for a second person: {', '.join(waiting)}",
            "none",
            "Approve or decline them first.",
            field="until",
        )


def _given(text: str, field: str) -> str:
    if not check_text(text, field).strip():
        raise LedgerError("nothing", f"a {field}", field=field)
    return text
