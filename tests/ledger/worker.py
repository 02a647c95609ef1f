"""What other processes do to the books in the tests: enter, until they are killed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg  # noqa: F401 (so that each process has it from the start)
import sqlalchemy.dialects.postgresql  # noqa: F401
from tests.ledger.books import START, day

from ytterby.ledger import Book, import_tables, move

ROWS = 20
"""Movements of one import, and events of one batch."""


def enter_until_killed(address: str, folder: str, run: int, said: Connection) -> None:
    """Import, post and close, over and over; tell after each what is done."""
    book = Book.open(address, clock=lambda: datetime.now(UTC))
    said.send(("begun", ""))
    for turn in range(1000):
        name = f"{run}-{turn}"
        import_tables(book, [movements(Path(folder), name)], person="Anna")
        said.send(("import", name))
        book.post_all([movement(f"post-{name}-{n}") for n in range(ROWS)], person="Anna")
        said.send(("post", name))
        closed = (book.closed or START).timestamp()
        until = datetime.fromtimestamp(closed + 1, UTC)
        proposal = book.propose_close(until, person="Anna", note=name)
        book.approve(proposal.seq, person="Berit")
        said.send(("close", name))


def post_many(address: str, who: str, count: int) -> None:
    """Post one event after the other."""
    book = Book.open(address, clock=lambda: datetime.now(UTC))
    for number in range(count):
        book.post(movement(f"post-{who}-{number}"), person=who)


def movement(reference: str):
    """A kilogram comes in."""
    return move(day(30), "acme/supplier", "store/raw", {"Nd": 1.0, "Dy": 0.1}, reference=reference)


def movements(folder: Path, name: str) -> Path:
    """A table of movements."""
    path = folder / f"movements-{name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("reference", "time", "from", "to", "Nd [kg]", "Dy [kg]"))
        for n in range(ROWS):
            time = day(30).isoformat()
            writer.writerow((f"import-{name}-{n}", time, "acme/supplier", "store/raw", 1, 0.1))
    return path
