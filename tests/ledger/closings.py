"""A small plant's books with true masses, for tests of closing and custody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ytterby.ledger import Assay, Book, Lot, Measurement, Uncertain, move

ACCOUNTS = ["dealer/supplier", "store/raw", "sx/wip", "store/product", "sx/muf"]


def month(number: int) -> datetime:
    return datetime(2026, number, 1, tzinfo=UTC)


def book(folder: Path) -> Book:
    return Book.create(
        folder / "books.db", plant="plant", start=month(1), person="Anna", accounts=ACCOUNTS
    )


def buy(
    books: Book, name: str, when: datetime, masses: dict[str, float], feed_class: str, **more
) -> None:
    """A lot of one tonne, bought and charged."""
    lot = Lot(name, when, "scrap", gross=Uncertain(1000, 0.5), feed_class=feed_class, **more)
    shares = {e: Uncertain(m / 1000, 0.002 * m / 1000) for e, m in masses.items()}
    books.post_all(
        [
            lot,
            Assay(name, when, f"C-{name}", shares),
            move(when, "dealer/supplier", "store/raw", masses, lot=name),
            move(when, "store/raw", "sx/wip", masses, lot=name),
        ],
        person="Anna",
    )


def make(books: Book, name: str, when: datetime, masses: dict[str, float], **more) -> None:
    """A product lot out of the circuit."""
    size = 2 * sum(masses.values())
    lot = Lot(name, when, "oxide", gross=Uncertain(size, 0.001 * size), **more)
    shares = {e: Uncertain(m / size, 0.002 * m / size) for e, m in masses.items()}
    out = move(when, "sx/wip", "store/product", masses, into=name)
    books.post_all([lot, Assay(name, when, f"C-{name}", shares), out], person="Anna")


def take_stock(books: Book, number: int, masses: dict[str, float]) -> None:
    """A stock-take at the end of month `number`."""
    for element, mass in masses.items():
        reading = Uncertain(mass, 0.01 * mass + 0.1)
        books.post(
            Measurement(
                f"stock {element} {number}",
                "sx/wip",
                "content",
                reading,
                month(number),
                month(number + 1),
                element,
            ),
            person="Anna",
        )
