"""Material unaccounted for: tabulated run lengths, the project's table, false alarms, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.reconcile import ReconcileError, page
from ytterby.reconcile.detection import Instrument, Plan, alarms, what_it_buys
from ytterby.reconcile.unaccounted import Term, Unaccounted

# Average run lengths of one side, k = 0.5, as textbooks of quality control tabulate them
# (Montgomery, Introduction to Statistical Quality Control); recalled, the page was not at hand.
SHIFTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
RUN_LENGTHS = {
    4.0: (336, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.19),
    5.0: (930, 140, 38.0, 17.0, 10.4, 5.75, 4.01, 2.57),
}


@pytest.mark.parametrize("limit", RUN_LENGTHS)
def test_run_lengths_of_pages_test_are_as_tabulated(limit):
    mine = [page.average_run_length(limit, shift) for shift in SHIFTS]
    # The table gives three digits, its small shifts fewer, and counts one side of a two-sided
    # test with a shift of 0.25 (77.1 alone, 74.2 with the help of the other side).
    assert mine == pytest.approx(RUN_LENGTHS[limit], rel=0.04)
    assert mine[4:] == pytest.approx(RUN_LENGTHS[limit][4:], rel=0.005)


def test_the_chain_finds_what_chance_finds():
    level, periods = 0.05, 12
    limit = page.limit_for(level, periods)
    chance = np.random.default_rng(1).standard_normal((20_000, periods))
    high, beyond = np.zeros(len(chance)), np.zeros(len(chance), dtype=bool)
    for column in chance.T:
        high = np.maximum(0, high + column - page.REFERENCE)
        beyond |= high > limit
    assert beyond.mean() == pytest.approx(level, abs=4 * (level / 20_000) ** 0.5)


# Nd, 20 t a month, twelve months, all tests one-sided at 5 % false alarms a year; stock measured to
# 2 % random and 1 % systematic. Receipts and dispatches are what is left of the printed sigmas:
# 0.31 % random and 0.466 % systematic in all. 100,000 runs, two digits printed.
THROUGHPUT, STOCK_TAKE = 20_000.0, Instrument("stock-take", "stock", 0.02, 0.01)
RANDOM, SYSTEMATIC = 0.0031 / 2**0.5, 0.00466 / 2**0.5
ROUNDING = 0.006
"""Half the last digit of the table, and its Monte Carlo error of 0.0016 at most."""


def nd_plan(months_of_stock: float) -> Plan:
    return Plan(
        THROUGHPUT,
        (months_of_stock * THROUGHPUT,) * 13,
        (
            Instrument("in", "in", RANDOM, SYSTEMATIC),
            Instrument("out", "out", RANDOM, SYSTEMATIC),
            STOCK_TAKE,
        ),
    )


def protracted(share: float) -> np.ndarray:
    return np.full(12, share * THROUGHPUT)


def in_june(mass: float) -> np.ndarray:
    loss = np.zeros(12)
    loss[5] = mass
    return loss


@pytest.mark.parametrize(
    "months, loss, muf, cumulative, by_page, single",
    [
        (1.5, protracted(0.01), 0.10, 0.52, 0.48, 0.20),
        (1.5, protracted(0.02), 0.17, 0.96, 0.95, 0.55),
        (1.5, in_june(2000), 0.42, 0.41, 0.88, 0.71),
        (0.3, protracted(0.01), 0.40, 0.66, 0.48, 0.24),
        (0.3, in_june(1000), 0.99, 0.21, 1.00, 1.00),
    ],
)
def test_the_table_of_detection_for_twenty_tonnes_a_month_is_reproduced(
    months, loss, muf, cumulative, by_page, single
):
    found = nd_plan(months).power(loss, level=0.05, sides=1)
    # The printed sigmas have three digits, which leaves another half per cent to the powers.
    slack = 2 * ROUNDING
    assert found["cumulative"] == pytest.approx(cumulative, abs=slack)
    assert found["page"] == pytest.approx(by_page, abs=slack)
    assert found["single"] == pytest.approx(single, abs=slack)
    # Sidak's limit for correlated months, 2.63, is that of the table.
    assert found["muf"] == pytest.approx(muf, abs=2 * slack)


def test_sigmas_and_correlation_of_the_table_are_reproduced():
    for months, monthly, yearly in ((1.5, 0.0428, 0.0060), (0.3, 0.0102, 0.0048)):
        muf = nd_plan(months).unaccounted()
        assert muf.standard[6, 0] / THROUGHPUT == pytest.approx(monthly, abs=1e-4)
        assert muf.cumulative("x")[1] / (12 * THROUGHPUT) == pytest.approx(yearly, abs=1e-4)
    covariance = nd_plan(1.5).unaccounted().covariance("x")
    assert covariance[0, 1] / covariance[0, 0] == pytest.approx(-0.48, abs=0.005)


def test_limits_of_the_table_are_reproduced():
    assert page.limit_for(0.05, 12) == pytest.approx(3.38, abs=0.01)


def test_a_better_instrument_or_a_smaller_stock_never_finds_less():
    plan = nd_plan(1.5)
    better = {
        "laboratory": plan.with_(Instrument("stock-take", "stock", 0.01, 0.01)),
        "flush": nd_plan(0.3),
    }
    losses = {"protracted": protracted(0.01), "abrupt": in_june(2000)}
    found = what_it_buys(plan, better, losses, level=0.05)
    for loss in losses:
        for name in better:
            for test in ("cumulative", "page"):
                # Page's limit is found to 1e-6 only.
                assert found[name, loss][test] >= found["now", loss][test] - 1e-4


def drawn(plan: Plan, chance: np.random.Generator, loss: np.ndarray) -> Unaccounted:
    """A year of MUF of two alike elements that share no errors."""
    one = plan.unaccounted()
    width = len(one.causes)
    factor = np.zeros((12, 2, 2 * width))
    factor[:, 0, :width] = factor[:, 1, width:] = one.factor[:, 0]
    values = factor @ chance.standard_normal(2 * width)
    values[:, 0] += loss
    return Unaccounted(one.periods, ("Nd", "Dy"), values, factor, ("",) * 2 * width)


def test_false_alarms_in_a_year_come_no_more_often_than_was_asked_for():
    chance, years = np.random.default_rng(3), 400
    plan = nd_plan(1.5)
    beyond = [
        bool(alarms(drawn(plan, chance, np.zeros(12)), level=0.1, horizon=12)) for _ in range(years)
    ]
    # Bonferroni over tests that overlap stays below what was asked for, and well above nothing.
    assert 0.03 < np.mean(beyond) < 0.1 + 2 * (0.1 * 0.9 / years) ** 0.5


def test_a_gain_is_found_as_a_loss_is_and_named_too_much():
    for sign, word in ((1, "missing"), (-1, "too much")):
        muf = drawn(nd_plan(0.3), np.random.default_rng(4), sign * in_june(2000))
        found = [one for one in alarms(muf, level=0.05, horizon=12) if one.element == "Nd"]
        assert found and all(word in str(one) for one in found)
        assert found[0].period == "6" and abs(found[0].mass) == pytest.approx(2000, rel=0.3)


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=6), st.integers(0, 1000))
def test_standardised_values_are_independent_and_of_unit_variance(stocks, seed):
    plan = Plan(500.0, tuple(stocks), (STOCK_TAKE, Instrument("in", "in", 0.01, 0.003)))
    muf = plan.unaccounted()
    covariance = muf.covariance("x")
    lower = np.column_stack([muf.whitened("x", unit) for unit in np.eye(len(covariance))])
    assert lower @ covariance @ lower.T == pytest.approx(np.eye(len(covariance)), abs=1e-8)
    assert muf.values == pytest.approx(0, abs=1e-9)


def test_a_measurement_without_any_uncertainty_gives_no_decision_limit():
    with pytest.raises(ReconcileError, match="no uncertainty"):
        Unaccounted.of(("2026-01",), ("Nd",), [Term("Nd", 10.0, {0: 1}, {})])
