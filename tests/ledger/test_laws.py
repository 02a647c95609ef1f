"""What holds for all books: sums, replay, provenance, and that tampering is found where it is."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.ledger.books import START, Clock, assay, day, lot, made, new_book

from ytterby.accounts import (
    CarbonBasis,
    CostBasis,
    carbon,
    cost,
    effluent,
    limits,
    radioactivity,
    recovery_and_purity,
)
from ytterby.ledger import Account, Event, LedgerError, Line, Lot, move
from ytterby.ledger.chain import digest_of, holdings, seal_of
from ytterby.ledger.genealogy import events_in_order, trace_lot, trace_origins
from ytterby.ledger.mass import balanced, prorated

both = settings(
    # Each example begins books of its own, on both databases.
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MASS = st.floats(0, 1e5)
PLACES = ("acme/supplier", "store/raw", "leach/wip", "sx/wip", "oxide/product", "magnets/customer")
LOTS = ("A", "B", "C", "")


@given(st.lists(MASS, min_size=1, max_size=30))
def test_rounding_leaves_nothing_over_and_moves_no_mass_by_a_microgram(masses):
    whole = balanced([*masses, -sum(masses)], "Nd")
    assert sum(whole) == 0
    for mass, found in zip(masses, whole, strict=False):
        # A float of 1e5 kg is exact to 0.02 ug; the sum of thirty to less than one.
        assert abs(found - mass * 1e9) < 2


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=12), st.data())
def test_shares_come_to_the_whole_and_none_exceeds_what_there_is(shares, data):
    shares[0] += 1
    total = data.draw(st.integers(0, sum(shares)))
    parts = prorated(total, shares)
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert 0 <= part <= share
        assert abs(part - Fraction(total * share, sum(shares))) < 1


@st.composite
def movements(draw):
    """Events between random places, of random lots, at random times."""
    count = draw(st.integers(1, 12))
    events = []
    for _ in range(count):
        source, target = draw(st.permutations(PLACES).map(lambda p: p[:2]))
        masses = draw(st.dictionaries(st.sampled_from(["Nd", "Dy"]), st.integers(0, 50)))
        if masses:
            events.append(
                move(
                    day(draw(st.integers(1, 30))),
                    source,
                    target,
                    masses,
                    lot=draw(st.sampled_from(LOTS)),
                    into=draw(st.sampled_from(LOTS)),
                )
            )
    return events


def post_what_is_taken(book, events):
    """Post the events that the books take; those that overdraw are refused."""
    book.post_all([Lot(name, START, "scrap") for name in LOTS if name], person="Anna")
    for event in events:
        try:
            book.post(event, person="Anna")
        except LedgerError as error:
            assert "taken from" in str(error)


@both
@given(events=movements())
def test_replaying_all_entries_gives_the_state_and_sums_are_zero(fresh, events):
    book = new_book(fresh())
    post_what_is_taken(book, events)
    held = holdings(entry.body for entry in book.entries())
    state = {(str(a), lot, e): mass for (a, lot, e), mass in book.holdings().items()}
    assert state == {place: mass / 1e9 for place, mass in held.items()}
    for element in ("Nd", "Dy"):
        assert sum(mass for (_, _, e), mass in held.items() if e == element) == 0
    for (account, _, _), mass in held.items():
        assert mass >= 0 or not Account.of(account).inside or Account.of(account).mixed
    assert book.verify().faults == ()


@st.composite
def histories(draw):
    """Lines of events as the journal holds them, whatever they overdraw."""
    bodies = []
    for seq in range(draw(st.integers(1, 15))):
        places = draw(
            st.lists(
                st.tuples(st.sampled_from(PLACES), st.sampled_from(LOTS)),
                min_size=2,
                max_size=5,
                unique=True,
            )
        )
        masses = draw(
            st.lists(st.integers(-20, 20), min_size=len(places) - 1, max_size=len(places) - 1)
        )
        masses.append(-sum(masses))
        lines = [[a, lot, "Nd", m] for (a, lot), m in zip(places, masses, strict=True)]
        bodies.append({"kind": "event", "seq": seq, "time": str(seq), "lines": lines})
    return bodies


@given(histories())
def test_provenance_comes_to_what_is_there_and_never_exceeds_it(bodies):
    held = holdings(bodies)
    for trace in (trace_origins(events_in_order(bodies)), trace_lot(events_in_order(bodies), "A")):
        for (account, name), element in {*trace.parts, *(((a, n), e) for a, n, e in held)}:
            parts = trace.parts.get(((account, name), element), {})
            assert all(part > 0 for part in parts.values())
            if Account.of(account).inside:
                assert sum(parts.values()) == max(held.get((account, name, element), 0), 0)


@given(histories())
def test_what_comes_from_a_lot_is_no_more_than_ever_stood_in_it(bodies):
    """Traced forward, a lot has spread to no more than was put into it."""
    put_in = sum(mass for b in bodies for _, lot, _, mass in b["lines"] if lot == "A" and mass > 0)
    trace = trace_lot(events_in_order(bodies), "A")
    taken = sum(-m for b in bodies for _, lot, _, m in b["lines"] if lot == "A" and m < 0)
    spread = sum(parts.get("A", 0) for parts in trace.parts.values())
    assert spread <= put_in + taken


CHANGES = {
    "text": "UPDATE journal SET text = replace(text, 'Anna', 'Anno') WHERE seq = :seq",
    "person": "UPDATE journal SET person = 'Anno' WHERE seq = :seq",
    "time": "UPDATE journal SET event_time = '2026-01-01T00:00:00.000001Z' WHERE seq = :seq",
    "digest": "UPDATE journal SET digest = seal WHERE seq = :seq",
    "seal": "UPDATE journal SET seal = digest WHERE seq = :seq",
    "previous": "UPDATE journal SET previous = digest WHERE seq = :seq",
    "removal": "DELETE FROM journal WHERE seq = :seq",
    "posting": "UPDATE postings SET micrograms = micrograms + 1 WHERE seq = :seq",
    "lines": "DELETE FROM postings WHERE seq = :seq",
}


def unprotect(book):
    """What somebody with the rights of the owner of the database can do."""
    with book.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION append_only CASCADE"))
            return
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in names.scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize("change", CHANGES)
def test_tampering_is_found_at_the_entry_that_was_touched(address, change):
    book = made(new_book(address))
    events = [entry.seq for entry in book.entries("event")]
    touched = events[len(events) // 2]
    unprotect(book)
    with book.engine.begin() as connection:
        connection.execute(text(CHANGES[change]), {"seq": touched})
    assert {fault.seq for fault in book.verify().faults} - {None} == {touched}


def test_an_entry_written_anew_with_a_new_digest_is_found_too(address):
    book = made(new_book(address))
    noted = {entry.seq: entry.digest for entry in book.entries()}
    entry = next(iter(book.entries("assay")))
    forged = (entry.link.text or "").replace("0.22", "0.23")
    assert forged != entry.link.text
    seal = seal_of(forged)
    unprotect(book)
    with book.engine.begin() as connection:
        connection.execute(
            text("UPDATE journal SET text = :t, seal = :s, digest = :d WHERE seq = :n"),
            {"t": forged, "s": seal, "d": digest_of(entry.link.previous, seal), "n": entry.seq},
        )
    assert [fault.seq for fault in book.verify().faults] == [entry.seq]
    assert {fault.seq for fault in book.verify(noted).faults} == {entry.seq}


def test_books_that_were_written_anew_to_the_end_are_found_by_a_digest_noted_elsewhere(address):
    book = made(new_book(address))
    noted = {entry.seq: entry.digest for entry in book.entries()}
    entries = list(book.entries())
    touched = next(e.seq for e in entries if e.kind == "assay")
    unprotect(book)
    previous = entries[touched - 2].digest
    with book.engine.begin() as connection:
        for entry in entries[touched - 1 :]:
            said = (entry.link.text or "").replace("0.22", "0.23")
            seal = seal_of(said)
            values = {"t": said, "s": seal, "p": previous, "n": entry.seq}
            previous = values["d"] = digest_of(previous, seal)
            connection.execute(
                text("UPDATE journal SET text=:t, seal=:s, previous=:p, digest=:d WHERE seq=:n"),
                values,
            )
    assert book.verify().faults == ()
    assert book.verify(noted).faults[0].seq == touched


def test_the_database_itself_refuses_to_change_what_was_entered(address):
    book = made(new_book(address))
    touched = next(iter(book.entries("event"))).seq
    for change in CHANGES.values():
        with pytest.raises(Exception, match="append-only"), book.engine.begin() as connection:
            connection.execute(text(change), {"seq": touched})
    assert book.verify().faults == ()


@both
@given(minutes=st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_times_of_record_never_run_backwards(fresh, minutes):
    clock = Clock()
    book = new_book(fresh(), clock)
    for number, minute in enumerate(minutes):
        clock.now = day(365) + timedelta(minutes=minute)
        try:
            book.post(Lot(f"L-{number}", START, "scrap"), person="Anna")
        except LedgerError as error:
            assert error.field == "clock"
    recorded = [entry.recorded for entry in book.entries()]
    assert recorded == sorted(recorded)


def test_a_balance_of_the_books_closes_and_leaves_open_what_was_not_measured(address):
    book = made(new_book(address))
    for boundary in ("process", "site"):
        balance = book.balance_of(START, day(31), boundary=boundary).check()
        assert balance.closure()["Nd"] == pytest.approx(0, abs=1e-12)
    assert balance.mass("oxide/product > magnets/customer", "Dy") != 0  # NaN: not measured
    assert book.balance_of(START, day(31)).mass("sx/wip > oxide/product", "Dy") == 0


def test_every_account_of_a_balance_runs_on_the_books(address):
    book = made(new_book(address))
    streams = {("store/raw", "leach/wip"): "scrap", ("sx/wip", "oxide/product"): "oxide"}
    balance = book.balance_of(START, day(31), streams=streams)
    law = limits(on="2026-01-01", jurisdiction="CN", route="direct")
    for account in (
        recovery_and_purity,
        lambda one: cost(one, CostBasis(place="EE")),
        lambda one: carbon(one, CarbonBasis("EE")),
        lambda one: effluent(one, law),
        lambda one: radioactivity(one, law),
    ):
        assert account(balance).title
    recovered = recovery_and_purity(balance)
    assert recovered.line("recovery", "oxide", "Nd").value == pytest.approx(180 / 200)
    assert recovered.line("purity", "oxide", "Nd").value == 1


def test_one_event_of_many_lots_gives_each_lot_its_share(address):
    book = new_book(address)
    book.post_all([Lot(n, START, "oxide") for n in ("A", "B", "C", "D")], person="Anna")
    supplier, store = Account.of("acme/supplier"), Account.of("store/raw")
    for name, nd, dy in (("A", 30.0, 0.0), ("B", 10.0, 5.0)):
        book.post(move(day(1), supplier, store, {"Nd": nd, "Dy": dy}, lot=name), person="Anna")
    blend = [
        ("A", "Nd", -30.0),
        ("B", "Nd", -10.0),
        ("B", "Dy", -5.0),
        ("C", "Nd", 20.0),
        ("D", "Nd", 20.0),
        ("D", "Dy", 5.0),
    ]
    lines = tuple(Line(store, element, mass, name) for name, element, mass in blend)
    book.post(Event(day(2), lines), person="Anna")
    origins = book.trace_origins()
    assert origins.of("C") == {"Nd": {"A": 15.0, "B": 5.0}}
    assert origins.of("D") == {"Dy": {"B": 5.0}, "Nd": {"A": 15.0, "B": 5.0}}
    assert book.trace_lot("A").lots["A"] == {"A", "C", "D"}


def test_what_an_entry_says_is_canonical(address):
    book = made(new_book(address))
    for entry in book.entries():
        text_of_it = entry.link.text or ""
        assert text_of_it == json.dumps(
            json.loads(text_of_it), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )


def test_a_record_comes_back_as_it_was_entered(address):
    book = made(new_book(address))
    back = defaultdict(list)
    for entry in book.entries():
        if entry.kind in ("lot", "assay"):
            back[entry.kind].append(entry.record)
    assert back["lot"][0] == lot("L-1") and back["assay"][0] == assay("L-1")


def test_a_zero_says_that_none_was_there_and_silence_says_nothing(address):
    book = new_book(address)
    leach, sx, cake = map(Account.of, ("leach/wip", "sx/wip", "cake/residue"))
    lines = (
        Line(leach, "Nd", -10.0),
        Line(sx, "Nd", 9.0),
        Line(cake, "Nd", 1.0),
        Line(leach, "Dy", -1.0),
        Line(sx, "Dy", 1.0),
        Line(cake, "Dy", 0.0),
        Line(leach, "Tb", -1.0),
        Line(sx, "Tb", 1.0),
    )
    book.post(Event(day(1), lines), person="Anna")
    balance = book.balance_of(START, day(2))
    assert balance.mass("leach/wip > cake/residue", "Dy") == 0
    assert np.isnan(balance.mass("leach/wip > cake/residue", "Tb"))
    assert balance.mass("leach/wip > sx/wip", "Nd") == 9


def test_a_reversal_takes_back_what_the_balance_of_its_period_counted(address):
    book = made(new_book(address))
    wrong = book.post(move(day(6), "store/raw", "leach/wip", {"Nd": 3.0}, lot="L-1"), person="Anna")
    before = book.balance_of(START, day(31)).mass("store/raw > leach/wip", "Nd")
    undone = book.propose_reversal(wrong.seq, person="Anna", reason="typed twice")
    book.approve(undone.seq, person="Berit")
    after = book.balance_of(START, day(31)).check()
    assert before - after.mass("store/raw > leach/wip", "Nd") == pytest.approx(3.0, abs=1e-9)
    assert book.trace_lot("L-1").where("L-1")[Account.of("store/raw"), "L-1"]["Nd"] == (
        pytest.approx(book.balance("store/raw", "Nd", lot="L-1"))
    )
    with pytest.raises(LedgerError, match="undone in entry"):
        book.propose_reversal(wrong.seq, person="Anna", reason="once more")


def test_what_was_wrong_in_a_closed_period_is_put_right_after_it(address):
    book = made(new_book(address))
    event = next(iter(book.entries("event")))
    close = book.propose_close(day(31), person="Anna")
    book.approve(close.seq, person="Berit")
    with pytest.raises(LedgerError, match="in a period that is closed"):
        book.post(move(day(30), "store/raw", "leach/wip", {"Nd": 1.0}, lot="L-1"), person="Anna")
    last = max((e for e in book.entries("event")), key=lambda e: e.seq)
    undone = book.propose_reversal(last.seq, person="Anna", reason="never shipped")
    assert book.approve(undone.seq, person="Berit").time == day(31)
    assert event.seq < last.seq and book.verify().faults == ()


def test_a_period_is_not_closed_over_what_waits_for_a_second_person(address):
    book = made(new_book(address))
    waiting = book.propose(move(day(6), "sx/wip", "sx/muf", {"Nd": 1.0}), person="Anna")
    close = book.propose_close(day(31), person="Anna")
    with pytest.raises(LedgerError, match=f"wait for a second person: {waiting.seq}"):
        book.approve(close.seq, person="Berit")
    book.decline(waiting.seq, person="Berit", reason="weigh again")
    with pytest.raises(LedgerError, match="decided in entry"):
        book.approve(waiting.seq, person="Berit")
    assert book.approve(close.seq, person="Berit").kind == "close" and book.closed == day(31)


def test_a_final_assay_replaces_the_provisional_one_and_both_stay(address):
    book = made(new_book(address))
    final = replace(assay("L-1", "C-2", Nd=0.21), replaces="C-1")
    with pytest.raises(LedgerError, match="assay 'C-9 of L-1', which the books do not know"):
        book.post(replace(final, replaces="C-9"), person="Anna")
    book.post(final, person="Anna")
    assert book.assays("L-1") == [final] and len(list(book.entries("assay"))) == 2
    seq = max(entry.seq for entry in book.entries("assay"))
    undone = book.propose_reversal(seq, person="Anna", reason="of another lot")
    book.approve(undone.seq, person="Berit")
    assert book.assay("L-1").certificate == "C-1"
    assert book.assays_by_lot() == {"L-1": book.assays("L-1")}


def test_a_lot_is_withdrawn_only_when_nothing_stands_on_it(address):
    book = made(new_book(address))
    lots = {entry.body["name"]: entry.seq for entry in book.entries("lot")}
    undone = book.propose_reversal(lots["P-1"], person="Anna", reason="typed twice")
    with pytest.raises(LedgerError, match="lot 'P-1' with material in"):
        book.approve(undone.seq, person="Berit")
    empty = book.post(Lot("P-2", START, "oxide"), person="Anna")
    undone = book.propose_reversal(empty.seq, person="Anna", reason="typed twice")
    book.approve(undone.seq, person="Berit")
    assert [one.name for one in book.lots()] == ["L-1", "P-1"]
