"""Drafts: what is about to be entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ytterby.ledger.account import Account
from ytterby.ledger.entry import Record
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import Event
from ytterby.ledger.moment import written


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


def opening(account: str | Account, start: datetime) -> Draft:
    name = str(Account.of(account))
    return Draft("account", {"name": name, "time": written(start)}, name)


def drafts_of(records: Sequence[Record], start: datetime) -> list[Draft]:
    drafts = []
    for position, record in enumerate(records):
        try:
            drafts.append(draft_of(record, start))
        except LedgerError as error:
            error.record = position
            raise
    return drafts


def draft_of(record: Record, start: datetime) -> Draft:
    """What `record` enters in books that begin at `start`; raises LedgerError."""
    if isinstance(record, Account):
        return opening(record, start)
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
