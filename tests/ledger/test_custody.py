"""Laws and stories of custody: claims never exceed holdings, provenance never exceeds mass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.closings import book, buy, make, month

from ytterby.ledger import LedgerError
from ytterby.ledger.custody import (
    CreditAccount,
    check_model,
    drawn,
    inputs,
    origins_of,
    recycled_content,
)

MINED = {"mined": {"*": "CN", "Dy": "MM"}, "separated": {"*": "CN"}}


@pytest.fixture
def books(tmp_path):
    """300 kg Nd post-consumer, 100 kg pre-consumer, 100 kg mined; a product of 200 kg after."""
    found = book(tmp_path)
    day = timedelta(days=1)
    buy(found, "old", month(1), {"Nd": 300.0, "Dy": 30.0}, "post-consumer", origin=MINED)
    buy(found, "cut", month(1) + day, {"Nd": 100.0, "Dy": 0.0}, "pre-consumer")
    buy(found, "ore", month(1) + 2 * day, {"Nd": 100.0, "Dy": 10.0}, "mine")
    make(found, "P", month(1) + 3 * day, {"Nd": 200.0, "Dy": 20.0})
    return found


def test_blending_gives_each_element_the_share_that_its_pool_has(books):
    content = recycled_content(books, "P")
    assert content["Nd"].share("post-consumer") == pytest.approx(0.6)
    assert content["Nd"].share("pre-consumer") == pytest.approx(0.2)
    assert content["Dy"].share("post-consumer") == pytest.approx(0.75)
    assert content["Dy"].share("primary") == pytest.approx(0.25)


def test_provenance_never_exceeds_mass(books):
    for element, one in recycled_content(books, "P").items():
        assert one.total == pytest.approx(books.balance("store/product", element, lot="P"))
        assert all(mass >= 0 for mass in one.masses.values())


def test_identity_and_segregation_are_refused_for_a_mixed_lot(books):
    with pytest.raises(LedgerError, match="made of 3 lots"):
        recycled_content(books, "P", "identity preserved")
    with pytest.raises(LedgerError, match="one source"):
        recycled_content(books, "P", "segregated")


def test_identity_is_preserved_for_a_lot_of_one_origin(tmp_path):
    found = book(tmp_path)
    buy(found, "old", month(1), {"Nd": 300.0}, "post-consumer")
    make(found, "P", month(2), {"Nd": 200.0})
    content = recycled_content(found, "P", "identity preserved")
    assert content["Nd"].share("post-consumer") == 1
    assert recycled_content(found, "P", "segregated") == content


def test_a_rolling_average_is_that_of_what_went_in_within_its_window(books):
    window = (month(1), month(1) + timedelta(days=2))
    content = recycled_content(books, "P", "rolling average", window=window)
    assert content["Nd"].share("post-consumer") == pytest.approx(0.75)
    with pytest.raises(LedgerError, match="window"):
        recycled_content(books, "P", "rolling average")
    with pytest.raises(LedgerError, match="some, to average"):
        recycled_content(books, "P", "rolling average", window=(month(3), month(4)))


@pytest.mark.parametrize("name", ["book and claim", "book-and-claim", "book & claim"])
def test_book_and_claim_is_refused_with_its_reason(name):
    with pytest.raises(LedgerError, match="apart from material"):
        check_model(name)


def test_a_misspelt_model_is_told_the_nearest():
    with pytest.raises(LedgerError, match="Did you mean 'segregated'"):
        check_model("segregatd")


def test_what_nobody_declared_is_unknown_never_recycled(tmp_path):
    found = book(tmp_path)
    buy(found, "old", month(1), {"Nd": 100.0}, "post-consumer")
    make(found, "P", month(2), {"Nd": 160.0})
    content = recycled_content(found, "P")
    assert content["Nd"].share("unknown") == pytest.approx(60 / 160)


def test_origins_follow_the_material_and_a_stage_done_here_is_that_of_the_lot(books):
    found = origins_of(books, "P")
    assert found["Dy"]["mined"] == pytest.approx({"MM": 0.75, "unknown": 0.25})
    assert found["Nd"]["mined"] == pytest.approx({"CN": 0.6, "unknown": 0.4})
    make(books, "own", month(2), {"Nd": 50.0, "Dy": 0.0}, origin={"separated": {"*": "EE"}})
    assert origins_of(books, "own")["Nd"]["separated"] == pytest.approx({"EE": 1.0})


def test_inputs_are_what_left_the_store_for_the_circuit(books):
    found = inputs(books, month(1), month(2))
    assert found["Nd"].masses == pytest.approx(
        {"post-consumer": 300.0, "pre-consumer": 100.0, "primary": 100.0}
    )


def test_credits_are_drawn_from_the_books_and_an_overdraft_is_refused(books):
    account = CreditAccount("Nd", "post-consumer", 0.9)
    claim = month(1) + timedelta(days=4)
    assert drawn(books, account, [(claim, 270.0)]).held(claim) == pytest.approx(0)
    with pytest.raises(LedgerError, match="270 kg at most"):
        drawn(books, CreditAccount("Nd", "post-consumer", 0.9), [(claim, 270.5)])
    with pytest.raises(LedgerError, match="cannot be overdrawn"):
        drawn(books, CreditAccount("Nd", "post-consumer", 0.9), [(month(1), 300.0)])


def test_a_reversed_charge_gives_no_credit(books):
    charge = [entry for entry in books.entries("event") if entry.reverses is None][1]
    undo = books.propose_reversal(charge.seq, person="Anna", reason="wrong lot")
    books.approve(undo.seq, person="Bertil")
    claim = month(1) + timedelta(days=4)
    assert drawn(books, CreditAccount("Nd", "post-consumer", 0.9), []).held(claim) == 0


moves = st.lists(
    st.tuples(st.booleans(), st.integers(0, 400), st.floats(0, 1000)), min_size=1, max_size=30
)


@given(moves, st.floats(0.1, 1), st.one_of(st.none(), st.floats(1, 200)))
def test_claims_never_exceed_what_went_in_and_holdings_never_fall_below_zero(steps, factor, life):
    account = CreditAccount("Nd", "post-consumer", factor, life)
    made = claimed = 0.0
    for is_claim, day, mass in sorted(steps, key=lambda step: (step[1], step[0])):
        when = month(1) + timedelta(days=day)
        if is_claim:
            held = account.held(when)
            try:
                account.claim(when, mass)
                claimed += mass
                assert mass <= held
            except LedgerError:
                assert mass > held
        else:
            account.put_in(when, mass)
            made += mass * factor
        assert account.held(when) >= 0
        assert claimed <= made * (1 + 1e-12)


classes = st.sampled_from(["post-consumer", "pre-consumer", "mine", "unknown"])
feeds = st.lists(st.tuples(classes, st.floats(1, 400), st.floats(0, 90)), min_size=1, max_size=5)


@settings(max_examples=8)
@given(feeds, st.lists(st.floats(0.05, 0.9), min_size=1, max_size=4))
def test_all_claims_on_all_products_never_exceed_what_came_in_of_any_source(lots, draws):
    with TemporaryDirectory() as folder:
        found = book(Path(folder))
        came_in: dict[tuple[str, str], float] = {}
        for number, (feed_class, nd, dy) in enumerate(lots):
            buy(found, f"L-{number}", month(1), {"Nd": nd, "Dy": dy}, feed_class)
            source = {"mine": "primary"}.get(feed_class, feed_class)
            for element, mass in (("Nd", nd), ("Dy", dy)):
                came_in[element, source] = came_in.get((element, source), 0.0) + mass
        claimed: dict[tuple[str, str], float] = {}
        for number, part in enumerate(draws):
            there = {e: found.balance("sx/wip", e) * part for e in ("Nd", "Dy")}
            make(found, f"P-{number}", month(2), there)
            for element, one in recycled_content(found, f"P-{number}").items():
                held = found.balance("store/product", element, lot=f"P-{number}")
                assert one.total == pytest.approx(held, abs=1e-8)
                for source, mass in one.masses.items():
                    claimed[element, source] = claimed.get((element, source), 0.0) + mass
        found.engine.dispose()
    # Masses are whole micrograms: a kilogram is 1e9 of them.
    assert all(mass <= came_in.get(key, 0.0) + 1e-8 for key, mass in claimed.items())


def test_a_credit_that_expired_is_gone():
    account = CreditAccount("Nd", "post-consumer", 1.0, expires_after=30)
    account.put_in(month(1), 100.0)
    assert account.held(month(1) + timedelta(days=30)) == 100
    with pytest.raises(LedgerError, match="0 kg at most"):
        account.claim(month(1) + timedelta(days=31), 1.0)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.5])
def test_a_conversion_factor_is_a_recovery(factor):
    with pytest.raises(LedgerError, match="conversion factor"):
        CreditAccount("Nd", "post-consumer", factor)
