"""An entry of the journal: one thing that was entered, by whom, when, sealed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from ytterby.ledger.account import Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.chain import Link
from ytterby.ledger.event import Event
from ytterby.ledger.lot import Lot
from ytterby.ledger.measurement import Measurement
from ytterby.ledger.moment import moment

_RECORDS = {record.kind: record for record in (Event, Lot, Assay, Measurement)}
Record = Account | Event | Lot | Assay | Measurement
"""What people enter."""


@dataclass(frozen=True)
class Entry:
    """One entry as the books hold it.

    seq: its number, from 1, without gaps. kind: book, account, lot, assay, measurement, event,
    proposal, withdrawal or close. person: who entered it. link: its place in the chain.
    """

    seq: int
    kind: str
    person: str
    link: Link

    @staticmethod
    def of_row(row: Row) -> Entry:
        """The entry of a row of the journal."""
        link = Link(row.seq, row.previous, row.digest, row.seal, row.text)
        return Entry(row.seq, row.kind, row.person, link)

    @cached_property
    def body(self) -> dict[str, Any]:
        """All that it says, masses in micrograms."""
        return json.loads(self.link.text or "")

    @property
    def time(self) -> datetime:
        """When what it says happened."""
        return moment(self.body["time"])

    @property
    def recorded(self) -> datetime:
        """When it was entered."""
        return moment(self.body["recorded"])

    @property
    def digest(self) -> str:
        """By which whoever notes it can later tell whether this or anything before was touched."""
        return self.link.digest

    @property
    def reverses(self) -> int | None:
        """The entry that this one undoes."""
        return self.body.get("reverses")

    @property
    def record(self) -> Record:
        """What was entered; raises KeyError for a kind that people do not write themselves."""
        return _RECORDS[self.kind].of_body(self.said)

    @property
    def said(self) -> dict[str, Any]:
        """The body of the record alone, or of what a proposal puts forward."""
        body = self.body.get("proposed", self.body)
        return {key: value for key, value in body.items() if key not in _HEADER}

    @property
    def source(self) -> str | None:
        """Digest of the rows that it was imported from; None where it was not."""
        return self.body.get("proposed", self.body).get("source")


_HEADER = {"seq", "kind", "recorded", "person", "reverses", "proposal", "proposed_by", "source"}
"""Keys of a body that the books add themselves."""
