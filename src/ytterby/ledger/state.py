"""What the books know already that bears on what is about to be entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ytterby.ledger.account import Account
from ytterby.ledger.chain import GENESIS
from ytterby.ledger.entry import Entry
from ytterby.ledger.event import POOL
from ytterby.ledger.lot import Lot
from ytterby.ledger.names import likeness
from ytterby.ledger.tables import HOLDINGS, JOURNAL, NAMES

_AT_ONCE = 500
"""Names that one query asks for; databases limit how many."""


@dataclass
class State:
    """The books as of the last entry, as far as some lots are concerned.

    seq, digest, recorded: of the last entry. started, closed: events before are refused.
    names: by (kind, likeness). accounts: by name. weights: dry mass [kg] of lots that were weighed.
    held: micrograms by (account, lot, element). stock: micrograms of all elements by lot, inside
    the plant.
    """

    seq: int
    digest: str
    recorded: str
    started: str
    closed: str
    names: dict[tuple[str, str], str]
    accounts: dict[str, Account]
    weights: dict[str, float]
    held: dict[tuple[str, str, str], int]
    stock: dict[str, int]

    @staticmethod
    def of(connection: Connection, lots: Iterable[str]) -> State:
        """The state that bears on `lots` and on all pools."""
        last = connection.execute(
            select(JOURNAL.c.seq, JOURNAL.c.digest, JOURNAL.c.record_time)
            .order_by(JOURNAL.c.seq.desc())
            .limit(1)
        ).first()
        seq, digest, recorded = last if last else (0, GENESIS, "")
        lots = sorted({*lots, POOL})
        names, held = _names(connection, lots), _held(connection, lots)
        accounts = {
            name: Account.of(name) for (kind, _), name in names.items() if kind == "account"
        }
        stock: dict[str, int] = defaultdict(int)
        for (account, lot, _), micrograms in held.items():
            stock[lot] += micrograms if accounts[account].inside else 0
        return State(
            seq,
            digest,
            recorded,
            started_at(connection),
            closed_until(connection),
            names,
            accounts,
            _weights(connection, lots),
            held,
            stock,
        )

    def move(self, account: str, lot: str, element: str, moved: int) -> int:
        """Have `account` gain `moved` micrograms; what it holds then."""
        place = (account, lot, element)
        self.held[place] = held = self.held.get(place, 0) + moved
        if self.accounts[account].inside:
            self.stock[lot] += moved
        return held


def started_at(connection: Connection) -> str:
    """Moment from which on the books are kept."""
    first = select(JOURNAL.c.event_time).where(JOURNAL.c.seq == 1)
    return connection.execute(first).scalar() or ""


def closed_until(connection: Connection) -> str:
    """Moment up to which periods are closed, "" while none is."""
    ends = select(func.max(JOURNAL.c.event_time)).where(JOURNAL.c.kind == "close")
    return connection.execute(ends).scalar() or ""


def chunks(names: Iterable[str]) -> Iterator[list[str]]:
    """`names` in portions that one query can ask for."""
    rest = iter(names)
    while portion := list(islice(rest, _AT_ONCE)):
        yield portion


def _names(connection: Connection, lots: list[str]) -> dict[tuple[str, str], str]:
    found: list[Row[Any]] = list(connection.execute(select(NAMES).where(NAMES.c.kind == "account")))
    for some in chunks({likeness(lot) for lot in lots}):
        asked = select(NAMES).where(NAMES.c.kind == "lot", NAMES.c.likeness.in_(some))
        found += connection.execute(asked)
    return {(row.kind, row.likeness): row.name for row in found}


def _weights(connection: Connection, lots: list[str]) -> dict[str, float]:
    weights = {}
    for some in chunks(lots):
        asked = select(JOURNAL).where(JOURNAL.c.kind == "lot", JOURNAL.c.reference.in_(some))
        for row in connection.execute(asked):
            lot = Entry.of_row(row).record
            if isinstance(lot, Lot) and lot.dry is not None:
                weights[lot.name] = lot.dry
    return weights


def _held(connection: Connection, lots: list[str]) -> dict[tuple[str, str, str], int]:
    held = {}
    for some in chunks(lots):
        for row in connection.execute(select(HOLDINGS).where(HOLDINGS.c.lot.in_(some))):
            held[row.account, row.lot, row.element] = row.micrograms
    return held
