"""The journal, its postings, and what follows from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "first"
down_revision = None
branch_labels = None
depends_on = None

_PROTECTED = ("journal", "postings")


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("event_time", sa.String(27), nullable=False),
        sa.Column("record_time", sa.String(27), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("reference", sa.String(200)),
        sa.Column("reverses", sa.BigInteger, unique=True),
        sa.Column("proposal", sa.BigInteger, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("journal_reference", "journal", ["kind", "reference"], unique=True)
    op.create_index("journal_event_time", "journal", ["event_time"])
    op.create_table(
        "postings",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("lot", sa.String(80), nullable=False),
        sa.Column("element", sa.String(80), nullable=False),
        sa.Column("micrograms", sa.BigInteger, nullable=False),
    )
    op.create_index("postings_account", "postings", ["account", "element"])
    op.create_index("postings_lot", "postings", ["lot"])
    op.create_table(
        "holdings",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("lot", sa.String(80), primary_key=True),
        sa.Column("element", sa.String(80), primary_key=True),
        sa.Column("micrograms", sa.BigInteger, nullable=False),
    )
    op.create_index("holdings_lot", "holdings", ["lot"])
    op.create_table(
        "names",
        sa.Column("kind", sa.String(80), primary_key=True),
        sa.Column("likeness", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    _protect(op.get_bind().dialect.name)


def _protect(dialect: str) -> None:
    """Have the database refuse to change or take away what was entered."""
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the books are append-only'; END $$"
        )
    for table in _PROTECTED:
        if dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"
            )
