"""The database under the books: SQLite or PostgreSQL, its transactions and its failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ytterby.ledger.errors import LedgerError, StorageError
from ytterby.ledger.tables import METADATA, REVISION

PATIENCE = 60
"""How long a writer waits for another one [s]."""
_WRITES = "writes"
_ONE_WRITER = text(
    "SELECT pg_advisory_xact_lock(hashtext('ytterby books in ' || current_schema()))"
)


def engine_of(address: str | Path) -> Engine:
    """The database at `address`: a file, or a URL such as postgresql://user@host/books."""
    where = str(address)
    try:
        if "://" not in where:
            return _sqlite(f"sqlite:///{where}")
        url = make_url(where)
        if url.drivername == "sqlite":
            return _sqlite(where)
        if url.drivername == "postgresql":
            return create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise StorageError(
            f"no driver for PostgreSQL is here ({error})", "pip install 'ytterby[postgresql]'"
        ) from None
    except ArgumentError:
        pass
    raise LedgerError(
        f"the database {where.partition('@')[2] or where!r}",
        "a file, or a URL such as postgresql://user@host/books",
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _: object) -> None:
        # The driver begins transactions late and not at all before DDL; here it is done by hand.
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def write_ahead(engine: Engine) -> None:
    """Let the books be read while somebody writes, from now on; a file of SQLite remembers it."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode = WAL")
        connection.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One state of the books, whatever is written meanwhile."""
    with _translated(), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """All or nothing, one writer at a time."""
    with (
        _translated(),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
            connection.execute(_ONE_WRITER)
        yield connection


def make_tables(connection: Connection) -> None:
    """Bring an empty database to the newest tables; raises LedgerError on one that is not empty."""
    from alembic import command
    from alembic.config import Config

    if found := inspect(connection).get_table_names():
        raise LedgerError(
            f"a database that holds {', '.join(sorted(found))}",
            "an empty one",
            "These may be books already.",
        )
    config = Config()
    config.set_main_option("script_location", "ytterby.ledger:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check_tables(connection: Connection) -> None:
    """Raise LedgerError unless these are books that this version of Ytterby can read."""
    tables = set(inspect(connection).get_table_names())
    if not tables >= set(METADATA.tables):
        raise LedgerError(
            "a database without books", "one in which `ytterby ledger init` began some"
        )
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision != REVISION:
        raise LedgerError(
            f"books of form {revision!r}",
            f"form {REVISION!r}",
            "They were made by another version of Ytterby; use that one.",
        )


@contextmanager
def _translated() -> Iterator[None]:
    """Say what failed in the words of who keeps the books."""
    try:
        yield
    except DBAPIError as error:
        raise _storage_error(error) from error
    except SQLAlchemyError as error:
        raise StorageError(f"the database failed: {error}", "Nothing was entered.") from error


_FULL = ("the disk is full", "Nothing was entered; make room and enter it again.")
_HELD = ("another writer holds the books", "Nothing was entered; try again.")
_LOST = (
    "there is no connection to the database",
    "Enter it again when the database is back: what has a reference and did arrive is told apart "
    "and not entered twice.",
)
_CAUSES = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": ("the disk cannot be written", "Nothing was entered; see whether it is full."),
    "SQLITE_READONLY": ("the books may only be read here", "See who may write the file."),
    "SQLITE_CANTOPEN": ("the file cannot be opened", "See whether its folder is there."),
    "SQLITE_NOTADB": ("the file is no database", "Name the books, or begin new ones."),
    "SQLITE_CORRUPT": (
        "the file is damaged",
        "Go back to the last copy and enter anew what is missing.",
    ),
    "SQLITE_BUSY": _HELD,
    "53100": _FULL,
    "55P03": _HELD,
}
"""What a failure means and what to do, by the name that SQLite or PostgreSQL gives it."""


def _storage_error(error: DBAPIError) -> StorageError:
    name = getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or ""
    # SQLite names finer causes too: SQLITE_IOERR_WRITE.
    cause = _CAUSES.get("_".join(name.split("_")[:2]))
    if cause is None and (error.connection_invalidated or isinstance(error, OperationalError)):
        cause = _LOST
    problem, advice = cause or ("the database refused", "Nothing was entered.")
    said = str(error.orig).strip().partition("\n")[0]
    return StorageError(f"{problem} ({said})", advice)
