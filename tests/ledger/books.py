"""A small recycling plant and its books, for the tests of the record side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ytterby.ledger import Assay, Book, Lot, Uncertain, move

START = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS = (
    "acme/supplier",
    "store/opening",
    "store/raw",
    "leach/wip",
    "sx/wip",
    "oxide/product",
    "cake/residue",
    "river/effluent",
    "magnets/customer",
    "site/loss",
    "sx/muf",
)


def day(number: float) -> datetime:
    """So many days after the books began."""
    return START + timedelta(days=number)


class Clock:
    """A clock that the test sets; it stands at a year after the start."""

    def __init__(self) -> None:
        self.now = day(365)

    def __call__(self) -> datetime:
        return self.now


def new_book(address: str, clock: Clock | None = None) -> Book:
    return Book.create(
        address,
        plant="recycling",
        start=START,
        person="Anna",
        accounts=ACCOUNTS,
        clock=clock or Clock(),
    )


def lot(name: str, gross: float = 1000.0) -> Lot:
    """Magnet scrap as weighed [kg]."""
    return Lot(
        name,
        START,
        "magnet scrap",
        Uncertain(gross, 1.0, 0.5, "truck scale"),
        moisture=Uncertain(0.01),
        feed_class="post-consumer",
        origin={"mined": {"*": "CN", "Dy": "MM"}},
    )


def assay(name: str, certificate: str = "C-1", **shares: float) -> Assay:
    found = shares or {"Nd": 0.22, "Dy": 0.01}
    return Assay(name, START, certificate, {e: Uncertain(s, s / 100) for e, s in found.items()})


def receive(book: Book, name: str, gross: float = 1000.0, **shares: float) -> None:
    """A lot comes in by weight and assay."""
    one, found = lot(name, gross), assay(name, **shares)
    arrival = move(
        day(1),
        "acme/supplier",
        "store/raw",
        found.contents(one),
        lot=name,
        reference=f"weighbridge {name}",
    )
    book.post_all([one, found, arrival], person="Anna")


def made(book: Book) -> Book:
    """The book with a lot that came in, was separated, and partly sold."""
    receive(book, "L-1")
    book.post_all(
        [
            Lot("P-1", day(3), "Nd oxide"),
            move(day(2), "store/raw", "leach/wip", {"Nd": 200.0, "Dy": 9.0}, lot="L-1"),
            move(day(3), "leach/wip", "sx/wip", {"Nd": 195.0, "Dy": 8.5}),
            move(day(3), "leach/wip", "cake/residue", {"Nd": 2.0, "Dy": 0.3}),
            move(day(4), "sx/wip", "oxide/product", {"Nd": 180.0, "Dy": 0.0}, into="P-1"),
            move(day(5), "oxide/product", "magnets/customer", {"Nd": 50.0}, lot="P-1"),
        ],
        person="Anna",
    )
    return book
