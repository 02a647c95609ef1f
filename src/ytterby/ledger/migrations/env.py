"""Alembic's way in: it is given an open connection and runs in the transaction of that."""

from __future__ import annotations

from alembic import context

from ytterby.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
