"""Finance: formulas derived anew, and a published case."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.accounts.finance import (
    annuity,
    internal_rate,
    margin_needed,
    net_present_value,
    payback,
    venture,
)

RATES = st.floats(0.001, 0.5)
YEARS = st.integers(1, 40)


@given(rate=RATES, years=YEARS, growth=st.floats(-0.2, 0.3))
def test_an_annuity_is_the_sum_of_its_terms(rate, years, growth):
    terms = sum((1 + growth) ** (t - 1) / (1 + rate) ** t for t in range(1, years + 1))
    assert annuity(rate, years, growth) == pytest.approx(terms, rel=1e-8)


def test_an_annuity_that_grows_by_its_rate_of_discount():
    assert annuity(0.1, 20, 0.1) == pytest.approx(20 / 1.1)


@given(capital=st.floats(1, 1e9), margin=st.floats(1, 1e9), years=YEARS)
def test_at_the_internal_rate_a_venture_is_worth_nothing(capital, margin, years):
    cash = venture(capital, margin, years)
    rate = internal_rate(cash)
    if math.isnan(rate):
        assert net_present_value(cash, -0.99) < 0 or net_present_value(cash, 1e3) > 0
    else:
        assert net_present_value(cash, rate) == pytest.approx(0, abs=1e-6 * (capital + margin))


@given(capital=st.floats(1, 1e9), rate=RATES, years=YEARS, back=st.floats(0, 0.5))
def test_at_the_margin_needed_a_venture_is_worth_nothing(capital, rate, years, back):
    margin = margin_needed(capital, rate, years, back * capital)
    cash = venture(capital, margin, years, back * capital)
    assert net_present_value(cash, rate) == pytest.approx(0, abs=1e-8 * capital)


def test_a_venture_by_hand():
    """100 for 60, 60: 60 / 1.2 + 60 / 1.44 - 100 = -8.333; paid back in 1 2/3 years.

    x = 1 / (1 + r) solves 60 x + 60 x^2 = 100: x = (-60 + sqrt(60^2 + 4 60 100)) / 120.
    """
    cash = venture(100, 60, 2)
    assert net_present_value(cash, 0.2) == pytest.approx(-8.3333, abs=1e-4)
    assert payback(cash) == pytest.approx(5 / 3)
    x = (-60 + math.sqrt(60**2 + 4 * 60 * 100)) / 120
    assert internal_rate(cash) == pytest.approx(1 / x - 1)


def test_what_never_comes_back_has_no_payback_and_no_rate():
    assert math.isnan(payback(venture(100, 1, 5)))
    assert math.isnan(internal_rate(venture(100, -1, 5)))


def test_the_published_case_of_prommis():
    """PrOMMiS 9beba55, tests of REE costing, fixed inputs, in million dollars, without the loan.

    Capital of 7.461 spent 10, 60, 30 % at the end of three years, growing by 3.6 % a year; then
    twenty years of 6.880 cost and 64.382 revenue, growing by 3 % from the first year on; 10 %.
    The tolerance is that of the source, 1e-4.
    """
    rate, growth = 0.10, 0.03
    years = np.arange(24)
    running = np.where(years > 3, (1 + growth) ** np.maximum(years - 1, 0), 0.0)
    building = np.zeros(24)
    building[1:4] = np.array([0.1, 0.6, 0.3]) * 1.036 ** np.arange(3)
    assert net_present_value(-7.461172 * building, rate) == pytest.approx(-6.3162037, rel=1e-4)
    assert net_present_value(-6.880158 * running, rate) == pytest.approx(-59.02935, rel=1e-4)
    assert net_present_value(64.382201 * running, rate) == pytest.approx(552.37672, rel=1e-4)
    late = ((1 + growth) / (1 + rate)) ** 3
    assert late * annuity(rate, 20, growth) == pytest.approx(552.37672 / 64.382201, rel=1e-4)
