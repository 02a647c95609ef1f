"""Killed, out of disk, cut off, two at once: the books stay whole, and say what is wrong."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.ledger.books import START, Clock, day, made, new_book
from tests.ledger.worker import ROWS, enter_until_killed, movement, movements, post_many

from ytterby.ledger import Book, LedgerError, Lot, StorageError, import_tables, move

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.ledger.worker"])
STEPS = 3
"""What a process does in one round: import, post, close."""
ONE_STEP = 0.1
"""About how long one of them takes [s]."""


@pytest.fixture
def book(swift: Path) -> Book:
    """Empty books, where it does not matter on which database."""
    return new_book(str(swift / "books.db"))


def real_clock() -> datetime:
    return datetime.now(UTC)


def check_whole(book: Book, done: list[tuple[str, str]]) -> None:
    """Nothing half done, and nothing lost of what a process said it had done."""
    assert book.verify().faults == ()
    references = [entry.body["reference"] for entry in book.entries("event")]
    batches = Counter(reference.rsplit("-", 1)[0] for reference in references if reference)
    assert set(batches.values()) <= {ROWS}
    closes = {entry.body["note"] for entry in book.entries("close")}
    for what, name in done:
        assert name in closes if what == "close" else f"{what}-{name}" in batches


def kill_often(address: str, folder: Path, times: int, seed: int) -> None:
    book = new_book(address, real_clock)
    chance, done = random.Random(seed), []
    for run in range(times):
        heard, said = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(
            target=enter_until_killed, args=(address, str(folder), run, said)
        )
        process.start()
        said.close()
        assert heard.recv() == ("begun", "")
        done += [heard.recv() for _ in range(chance.randint(0, STEPS))]
        time.sleep(chance.uniform(0, ONE_STEP))
        process.kill()
        process.join()
        while heard.poll():
            try:
                done.append(heard.recv())
            except EOFError:
                break
        heard.close()
        process.close()
        if run % 5 == 0:
            check_whole(book, done)
    check_whole(book, done)
    assert {what for what, _ in done} == {"import", "post", "close"}
    book.post(movement("after all that"), person="Anna")


def test_killed_at_random_points_nothing_is_lost_or_half_done(address, tmp_path):
    kill_often(address, tmp_path, times=12, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 6))
def test_killed_hundreds_of_times_nothing_is_lost_or_half_done(address, tmp_path, seed):
    kill_often(address, tmp_path, times=50, seed=seed)


def test_two_writers_at_once_leave_one_chain(address):
    book = new_book(address, real_clock)
    count = 15
    writers = [
        PROCESSES.Process(target=post_many, args=(address, who, count)) for who in ("Anna", "Berit")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert book.verify().faults == ()
    assert Counter(entry.person for entry in book.entries("event")) == {
        "Anna": count,
        "Berit": count,
    }
    assert book.balance("store/raw", "Nd") == 2 * count


def test_a_full_disk_is_told_and_nothing_is_entered(tmp_path):
    book = new_book(str(tmp_path / "books.db"))
    before = book.verify()

    @event.listens_for(book.engine, "connect")
    def _small(connection, _) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    many = [movement(f"T-{number}") for number in range(500)]
    with pytest.raises(StorageError, match=r"the disk is full.*Nothing was entered; make room"):
        book.post_all(many, person="Anna")
    event.remove(book.engine, "connect", _small)
    assert book.verify() == before
    book.post_all(many, person="Anna")
    assert book.balance("store/raw", "Nd") == 500


def test_a_stopped_server_is_told_and_the_same_can_be_entered_when_it_is_back(postgresql):
    book = new_book(postgresql.address())
    book.post(movement("T-1"), person="Anna")
    postgresql.stop()
    try:
        with pytest.raises(StorageError, match="there is no connection to the database"):
            book.post(movement("T-2"), person="Anna")
    finally:
        postgresql.start()
    book.post(movement("T-2"), person="Anna")
    assert book.verify().faults == () and book.balance("store/raw", "Nd") == 2


def test_a_connection_cut_in_the_middle_leaves_nothing(postgresql):
    import psycopg

    where = f"host={postgresql.folder} user=postgres dbname=postgres"

    def cut() -> datetime:
        """The books ask for the time in the middle of a transaction."""
        with psycopg.connect(where, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        return day(365)

    clock = Clock()
    book = new_book(postgresql.address(), clock)
    before = book.verify()
    with pytest.raises(StorageError, match="there is no connection to the database"):
        Book(book.address, book.engine, cut).post(movement("T-1"), person="Anna")
    assert book.verify() == before


def test_a_clock_that_runs_behind_the_books_is_refused(address):
    clock = Clock()
    book = new_book(address, clock)
    clock.now -= timedelta(seconds=1)
    entry = book.post(Lot("L-1", START, "scrap"), person="Anna")
    assert entry.recorded == day(365)  # set right by a second
    clock.now -= timedelta(hours=1)
    with pytest.raises(LedgerError, match="Set the clock of this machine right"):
        book.post(Lot("L-2", START, "scrap"), person="Anna")


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        (day(366), "still to come"),
        (day(-1), "since the books began"),
        (datetime(2026, 1, 5), "a time with its zone"),
    ],
)
def test_times_that_cannot_be_are_refused(book, time, reason):
    with pytest.raises(LedgerError, match=reason):
        book.post(move(time, "acme/supplier", "store/raw", {"Nd": 1.0}), person="Anna")


@pytest.mark.parametrize("mass", [1e9, float("nan"), float("inf"), -1e12, "12 kg", True])
def test_absurd_masses_are_refused(book, mass):
    with pytest.raises(LedgerError, match="expected"):
        book.post(move(day(1), "acme/supplier", "store/raw", {"Nd": mass}), person="Anna")
    assert book.holdings() == {}


def test_a_stock_beyond_what_the_books_can_count_is_refused(book):
    much = move(day(1), "acme/supplier", "store/raw", {"Nd": 1e8})
    with pytest.raises(LedgerError, match=r"at most 9.22e\+09 kg"):
        book.post_all([much] * 100, person="Anna")
    assert book.holdings() == {}


def test_a_lot_that_would_weigh_less_than_its_elements_is_refused(address):
    book = made(new_book(address))
    more = move(day(2), "acme/supplier", "store/raw", {"Fe": 2000.0}, lot="L-1")
    with pytest.raises(LedgerError, match=r"lot 'L-1', which weighs 990 kg dry"):
        book.post(more, person="Anna")


TRICKS = {
    "an invisible character": "L\u200b-1",
    "a mark that turns the direction": "L\u202e1-",
    "a Cyrillic letter": "Lоt-1",
    "a full-width letter": "Ｌ-1",
    "a letter put together": "Lo\u0308t",
    "small letters": "l-1",
    "a space at the end": "L-1 ",
    "two spaces": "L  1",
    "a line": "L-1\n",
    "a null": "L-1\x00",
    "a lone surrogate": "L-\ud800",
    "nothing": "",
    "a very long name": "L" * 81,
}


@pytest.mark.parametrize("trick", TRICKS)
def test_names_that_look_like_others_are_refused(book, trick):
    book.post(Lot("L-1", START, "scrap"), person="Anna")
    with pytest.raises(LedgerError, match="expected") as refusal:
        book.post(Lot(TRICKS[trick], START, "scrap"), person="Anna")
    assert refusal.value.field == "lot"
    assert len(book.lots()) == 1


def test_a_name_all_in_letters_of_another_script_cannot_pass_for_a_known_one(book):
    book.post(Lot("AMEKC", START, "scrap"), person="Anna")
    with pytest.raises(LedgerError, match="looks like 'AMEKC'"):
        book.post(Lot("АМЕКС", START, "scrap"), person="Anna")
    assert book.post(Lot("赣州-1", START, "scrap"), person="Анна").kind == "lot"


def test_nobody_approves_what_he_proposed_under_another_spelling(address):
    book = made(new_book(address))
    proposal = book.propose(move(day(6), "sx/wip", "sx/muf", {"Nd": 1.0}), person="Anna")
    for same in ("Anna", "anna", "ANNA"):
        with pytest.raises(LedgerError, match="another person"):
            book.approve(proposal.seq, person=same)
    with pytest.raises(LedgerError, match="mixes"):
        book.approve(proposal.seq, person="Аnna")
    assert book.approve(proposal.seq, person="Berit").kind == "event"


def test_an_import_that_was_cut_off_can_be_sent_again(address, tmp_path):
    book = new_book(address)
    path = movements(tmp_path, "1")
    assert import_tables(book, [path], person="Anna").counts == {"event": ROWS}
    again = import_tables(book, [path], person="Anna")
    assert (again.counts, again.known) == ({}, ROWS)


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "books.db"
    path.write_text("lot,gross\n" * 500, encoding="utf-8")
    with pytest.raises(StorageError, match="the file is no database"):
        Book.open(path)
    with pytest.raises(LedgerError, match="ytterby ledger init"):
        Book.open(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()


def test_reading_leaves_a_file_that_holds_no_books_as_it_was(tmp_path):
    empty = tmp_path / "empty.db"
    empty.write_bytes(b"")
    with pytest.raises(LedgerError):
        Book.open(empty)
    assert empty.read_bytes() == b""
