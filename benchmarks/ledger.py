"""How fast books are entered, replayed and verified, on SQLite and on PostgreSQL.

    python benchmarks/ledger.py
    python benchmarks/ledger.py --postings 100000

Each event moves five elements of a lot from account to account: ten postings. They are entered a
thousand events at a time; a replay adds up all entries anew, a verification checks every digest,
every sum, every posting and all that stands. PostgreSQL is started for the purpose where it is
installed, and waits for the disk as SQLite does. Two times are told: what this process needed, and
what passed, which also has the server and the disk in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

# The server is that of the tests.
sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.ledger.server import Server, programs

from ytterby.ledger import Book, Event, Lot, move
from ytterby.ledger.chain import holdings

ELEMENTS = ("Nd", "Pr", "Dy", "Tb", "Fe")
POSTINGS_PER_EVENT = 2 * len(ELEMENTS)
EVENTS_AT_ONCE = 1000
EVENTS_PER_LOT = 4
START = datetime(2026, 1, 1, tzinfo=UTC)
T = TypeVar("T")


def records(events: int) -> Iterator[list[Lot | Event]]:
    """Lots that come in, are charged, separated and sold, a thousand events at a time."""
    ways = (
        ("acme/supplier", "store/raw"),
        ("store/raw", "sx/wip"),
        ("sx/wip", "oxide/product"),
        ("oxide/product", "magnets/customer"),
    )
    batch: list[Lot | Event] = []
    for number in range(events // EVENTS_PER_LOT):
        when = START + timedelta(seconds=number)
        raw, product = f"L-{number}", f"P-{number}"
        batch += [Lot(raw, when, "magnet scrap"), Lot(product, when, "oxide")]
        masses = {e: 100.0 / (1 + i) + number % 7 / 3 for i, e in enumerate(ELEMENTS)}
        for step, (source, target) in enumerate(ways):
            lot = (raw, raw, "", product)[step]
            into = (raw, "", product, product)[step]
            batch.append(move(when, source, target, masses, lot=lot, into=into))
        if len(batch) >= EVENTS_AT_ONCE:
            yield batch
            batch = []
    yield batch


def timed(name: str, events: int, work: Callable[[], T]) -> T:
    """Do `work` and print how many events it did per second."""
    passed, needed = time.monotonic(), time.process_time()
    done = work()
    passed, needed = time.monotonic() - passed, time.process_time() - needed
    print(
        f"  {name:<8} {events / needed:>9,.0f} events/s of this process "
        f"{events / passed:>9,.0f} events/s passed   ({needed:.1f} s, {passed:.1f} s)",
        flush=True,
    )
    return done


def run(name: str, address: str, postings: int) -> None:
    """Enter, replay and verify books of so many postings."""
    events = postings // POSTINGS_PER_EVENT
    print(f"{name}: {events:,} events, {postings:,} postings", flush=True)
    accounts = ("acme/supplier", "store/raw", "sx/wip", "oxide/product", "magnets/customer")
    book = Book.create(address, plant="bench", start=START, person="Anna", accounts=accounts)

    def enter() -> None:
        for batch in records(events):
            book.post_all(batch, person="Anna")

    timed("enter", events, enter)
    held = timed("replay", events, lambda: holdings(e.body for e in book.entries("event")))
    found = timed("verify", events, book.verify)
    assert found.faults == () and found.postings == postings
    stands = {(str(a), lot, e): round(kg * 1e9) for (a, lot, e), kg in book.holdings().items()}
    assert stands == held


def main() -> None:
    """Run on both databases, or on the one that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postings", type=int, default=1_000_000)
    postings = parser.parse_args().postings
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite", str(Path(folder) / "books.db"), postings)
    installed = programs()
    if installed is None:
        print("PostgreSQL: not installed")
        return
    server = Server(installed, durable=True)
    try:
        run("PostgreSQL", server.address(), postings)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
