"""Whether the books are as they were written: every entry, and all that follows from them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ytterby.ledger.chain import Fault, Link, faults, faults_of_body, posted
from ytterby.ledger.names import likeness
from ytterby.ledger.tables import HOLDINGS, JOURNAL, NAMES, POSTINGS

_PORTION = 10_000
"""Rows that are held in memory at a time."""
_REPEATED = {
    "kind": "kind",
    "event_time": "time",
    "record_time": "recorded",
    "person": "person",
    "reverses": "reverses",
    "proposal": "proposal",
}
"""Columns of the journal, and the part of the text that each repeats."""


@dataclass(frozen=True)
class Verification:
    """What was checked, and what is wrong.

    entries, postings: how many. digest: of the last entry, worth noting outside the books: with it
    a later verification also finds what was written anew from some entry on. faults: at the entry
    that was touched; empty where nothing is wrong.
    """

    entries: int
    postings: int
    digest: str
    faults: tuple[Fault, ...]


def verify(connection: Connection, noted: Mapping[int, str]) -> Verification:
    """Check the whole book against itself, and against digests `noted` elsewhere, by entry."""
    audit = _Audit(dict(noted))
    found = list(faults(audit.links(connection)))
    found += audit.found
    found += [Fault(seq, "missing, though its digest was noted") for seq in audit.noted]
    found += _differences(audit.held, _held(connection), "holds", "the entries come to")
    found += _differences(audit.names, _names(connection), "is called", "its entry says")
    found.sort(key=lambda fault: (fault.seq is None, fault.seq or 0))
    return Verification(audit.entries, audit.postings, audit.digest, tuple(found))


@dataclass
class _Audit:
    """What has been seen of the journal so far.

    noted: digests that are still to be met. held, names: what follows from the entries.
    """

    noted: dict[int, str]
    found: list[Fault] = field(default_factory=list)
    held: dict[tuple[str, ...], int] = field(default_factory=lambda: defaultdict(int))
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    entries: int = 0
    postings: int = 0
    digest: str = ""

    def links(self, connection: Connection) -> Iterator[Link]:
        """The entries in their order, each looked at as it passes."""
        rows = _rows(connection, select(JOURNAL).order_by(JOURNAL.c.seq))
        lines = select(POSTINGS).order_by(POSTINGS.c.seq, POSTINGS.c.line)
        grouped = groupby(_rows(connection, lines), key=lambda row: row.seq)
        postings = ((seq, [list(row[2:]) for row in group]) for seq, group in grouped)
        ahead = next(postings, None)
        for row in rows:
            there: list[list[Any]] = []
            while ahead is not None and ahead[0] <= row.seq:
                if ahead[0] == row.seq:
                    there = ahead[1]
                else:
                    self.found.append(Fault(ahead[0], "has postings and no text"))
                ahead = next(postings, None)
            self._look_at(row, there)
            yield Link(row.seq, row.previous, row.digest, row.seal, row.text)
        if ahead is not None:
            self.found.append(Fault(ahead[0], "has postings and no text"))

    def _look_at(self, row: Row[Any], postings: list[list[Any]]) -> None:
        self.entries, self.digest = self.entries + 1, row.digest
        self.postings += len(postings)
        if self.noted.pop(row.seq, row.digest) != row.digest:
            self.found.append(Fault(row.seq, "its digest is not the one that was noted"))
        try:
            body = json.loads(row.text)
            self.found += faults_of_body(row.seq, body)
            moved = posted(body)
            for column, part in _REPEATED.items():
                if getattr(row, column) != body.get(part):
                    self.found.append(Fault(row.seq, f"{column} is not what its text says"))
            if postings != moved:
                self.found.append(Fault(row.seq, "its postings are not those of its text"))
            for account, lot, element, micrograms in moved:
                self.held[account, lot, element] += micrograms
            if body["kind"] in ("account", "lot"):
                self.names[body["kind"], likeness(body["name"])] = body["name"]
        except (ValueError, KeyError, TypeError):
            self.found.append(Fault(row.seq, "changed: its text cannot be read"))


def _rows(connection: Connection, asked: Select[Any]) -> Iterable[Row[Any]]:
    return connection.execution_options(yield_per=_PORTION).execute(asked)


def _held(connection: Connection) -> dict[tuple[str, ...], int]:
    rows = connection.execute(select(HOLDINGS))
    return {(row.account, row.lot, row.element): row.micrograms for row in rows}


def _names(connection: Connection) -> dict[tuple[str, ...], str]:
    return {(row.kind, row.likeness): row.name for row in connection.execute(select(NAMES))}


def _differences(
    replayed: Mapping[tuple[str, ...], object],
    stated: Mapping[tuple[str, ...], object],
    says: str,
    comes_to: str,
) -> Iterator[Fault]:
    """Where the state is not what a replay of all entries gives."""
    for place in sorted(replayed.keys() | stated.keys()):
        found, expected = stated.get(place, 0), replayed.get(place, 0)
        if found != expected:
            where = " ".join(filter(None, place))
            yield Fault(None, f"{where} {says} {found} in the state, {comes_to} {expected}")
