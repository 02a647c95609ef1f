"""The tables of the books. The journal is what was entered; all other tables follow from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

REVISION = "first"
"""The migration that makes these tables, the last one under `migrations`."""
_NAME, _MOMENT, _DIGEST = 80, 27, 64
_LONG = 200

METADATA = MetaData()

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(_NAME), nullable=False),
    Column("event_time", String(_MOMENT), nullable=False),
    Column("record_time", String(_MOMENT), nullable=False),
    Column("person", String(_NAME), nullable=False),
    Column("reference", String(_LONG)),
    Column("reverses", BigInteger, unique=True),
    Column("proposal", BigInteger, unique=True),
    Column("text", Text, nullable=False),
    Column("seal", String(_DIGEST), nullable=False),
    Column("previous", String(_DIGEST), nullable=False),
    Column("digest", String(_DIGEST), nullable=False),
    Index("journal_reference", "kind", "reference", unique=True),
    Index("journal_event_time", "event_time"),
)
"""Every entry in its order. text: all that it says, canonical; other columns repeat parts of it.
reference: by which its kind knows it, once. reverses, proposal: the entry it undoes or approves."""

POSTINGS = Table(
    "postings",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("account", String(_LONG), nullable=False),
    Column("lot", String(_NAME), nullable=False),
    Column("element", String(_NAME), nullable=False),
    Column("micrograms", BigInteger, nullable=False),
    Index("postings_account", "account", "element"),
    Index("postings_lot", "lot"),
)
"""The lines of every event."""

HOLDINGS = Table(
    "holdings",
    METADATA,
    Column("account", String(_LONG), primary_key=True),
    Column("lot", String(_NAME), primary_key=True),
    Column("element", String(_NAME), primary_key=True),
    Column("micrograms", BigInteger, nullable=False),
    Index("holdings_lot", "lot"),
)
"""What stands in every account, as of the last entry."""

NAMES = Table(
    "names",
    METADATA,
    Column("kind", String(_NAME), primary_key=True),
    Column("likeness", String(_LONG), primary_key=True),
    Column("name", String(_LONG), nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""Accounts and lots, by what their names look like, and the entry that opened each."""
