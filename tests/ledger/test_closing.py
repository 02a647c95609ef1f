"""Stories of a close: what is missing is posted openly, by two persons, and judged by its sigma."""

from __future__ import annotations

import pytest
from tests.ledger.closings import book, buy, make, month, take_stock

from ytterby.ledger import Assay, LedgerError, Uncertain
from ytterby.ledger.closing import closing


@pytest.fixture
def books(tmp_path):
    """Two months: 200 kg Nd in, 150 out, 50 left, of which 20 are not there in February."""
    found = book(tmp_path)
    for number, there in ((1, 50.0), (2, 80.0)):
        buy(found, f"L-{number}", month(number).replace(day=5), {"Nd": 200.0}, "post-consumer")
        make(found, f"P-{number}", month(number).replace(day=20), {"Nd": 150.0})
        take_stock(found, number, {"Nd": there})
    return found


def close(books, count=2, **more):
    boundaries = [month(n) for n in range(1, count + 2)]
    return closing(books, "sx/wip", boundaries, elements=["Nd"], **more)


def test_what_is_missing_is_what_went_in_and_is_not_found(books):
    found = close(books)
    assert found.muf.series("Nd") == pytest.approx([0.0, 20.0])
    # February: opening 50 ± 0.6, 200 by scale and assay, 150 by scale and assay, closing 80 ± 0.9.
    relative = (0.0005**2 + 0.002**2) * 200**2 + (0.001**2 + 0.002**2) * 150**2
    assert found.muf.standard[1, 0] == pytest.approx((0.6**2 + 0.9**2 + relative) ** 0.5)


def test_a_loss_beyond_chance_raises_an_alarm_and_a_small_one_does_not(books):
    alarms = close(books).alarms
    assert [(one.test, one.element) for one in alarms] == [("page", "Nd")]
    assert "missing" in str(alarms[0]) and alarms[0].period == "2026-02-01"
    assert not close(books, 1).alarms


def test_the_gap_is_posted_openly_by_two_persons_and_then_the_books_agree_with_the_stock(books):
    found = close(books)
    (proposal,) = found.propose(books, person="Anna")
    assert books.balance("sx/wip", "Nd") == pytest.approx(100.0)
    with pytest.raises(LedgerError, match="another person"):
        books.approve(proposal.seq, person="Anna")
    books.approve(proposal.seq, person="Bertil")
    assert books.balance("sx/wip", "Nd") == pytest.approx(80.0)
    assert books.balance("sx/muf", "Nd") == pytest.approx(20.0)
    books.approve(books.propose_close(month(3), person="Anna").seq, person="Bertil")
    with pytest.raises(LedgerError):
        buy(books, "late", month(2).replace(day=9), {"Nd": 1.0}, "mine")
    # Judged again, the posting itself is not taken for a movement.
    assert close(books).muf.series("Nd") == pytest.approx([0.0, 20.0])


def test_a_reversed_event_counts_neither_mass_nor_error(books):
    before = close(books)
    buy(books, "wrong", month(2).replace(day=9), {"Nd": 70.0}, "mine")
    entry = list(books.entries("event"))[-1]
    undo = books.propose_reversal(entry.seq, person="Anna", reason="wrong ticket")
    books.approve(undo.seq, person="Bertil")
    after = close(books)
    assert after.muf.series("Nd") == pytest.approx(before.muf.series("Nd"))
    assert after.muf.standard == pytest.approx(before.muf.standard)


def test_a_close_without_a_stock_take_is_refused(books):
    with pytest.raises(LedgerError, match="no stock-take of Nd in sx/wip at 2026-04-01"):
        close(books, 3)


def test_periods_out_of_order_or_more_than_a_year_are_refused(books):
    with pytest.raises(LedgerError, match="in order"):
        closing(books, "sx/wip", [month(2), month(1)], elements=["Nd"])
    with pytest.raises(LedgerError, match="at most"):
        close(books, 2, horizon=1)


def test_what_is_provisional_or_was_posted_on_provisional_data_is_told(books):
    when = month(1).replace(day=6)
    early = Assay("L-1", when, "C-2", {"Nd": Uncertain(0.19, 0.01)}, status="provisional")
    books.post(early, person="Anna")
    told = {one.record: one.reason for one in close(books).provisional}
    assert told["L-1"].startswith("final C-L-1 says +10 kg Nd against provisional C-2")
