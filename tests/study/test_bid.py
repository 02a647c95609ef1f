"""Bids and blends: the way to a price adds up, confidence counts, linear programmes by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plants import magnet_plant

from ytterby.accounts import CostBasis
from ytterby.accounts.allocation import WORTH
from ytterby.plant import PlantError
from ytterby.study import Bid, Lot, Measured, NoBlend, Offer, Terms, bid, blend, choose
from ytterby.study.bid import _kept

HDD = {
    "lot": "HDD-17",
    "assay": {
        "Nd": "22.8 ± 0.5 %",
        "Pr": "3.3 +- 0.1 %",
        "Dy": "1.2 ± 0.05 %",
        "Fe": "62.6 %",
        "Co": "1.5 %",
        "B": "0.9 %",
        "Ni": "0.6 %",
    },
    "moisture": "1 ± 0.3 %",
    "oil": "0.5 %",
    "coating": "2 %",
}
TERMS = Terms(margin=1.0, confidence=0.9, samples=16)


@cache
def offered(confidence: float = 0.9) -> Bid:
    terms = Terms(TERMS.margin, confidence, TERMS.samples)
    return bid(Lot.of(HDD), magnet_plant(), "scrap", CostBasis("CN"), terms)


def test_a_tenth_off_the_prices_is_what_lower_prices_come_to():
    told, basis = offered().statement, CostBasis("CN")
    sold = {e: replace(p, value=0.9 * p.value) for e, p in basis.prices.items() if e in WORTH}
    low = replace(basis, prices={**basis.prices, **sold})
    lower = bid(Lot.of(HDD), magnet_plant(), "scrap", low, replace(TERMS, samples=2)).statement
    fallen = lower.line("net").value - told.line("net").value
    assert told.line("prices").value == pytest.approx(fallen, rel=1e-6)


def test_the_way_from_what_is_contained_to_the_net_value_adds_up():
    statement = offered().statement
    parts = [line.value for line in statement.about("contained")]
    for key in ("not recovered", "not paid", "other metals", "running"):
        parts.append(statement.line(key).value)
    assert sum(parts) == pytest.approx(statement.line("net").value)


def test_contained_value_is_assay_times_oxide_times_price():
    """0.965 dry and clean, 22.8 % Nd, 1.16639 kg of oxide per kg, 73 USD/kg."""
    line = offered().statement.line("contained", "Nd")
    assert line.value == pytest.approx(0.965 * 0.228 * 1.16639 * 73, rel=1e-4)


def test_what_is_weighed_and_no_material_is_paid_for_by_nobody():
    statement = offered().statement
    net = statement.line("net").value
    for name, share in (("moisture", 0.01), ("oil", 0.005), ("coating", 0.02)):
        line = statement.line("penalty", name)
        assert line.value == pytest.approx(-net / 0.965 * share)


def test_more_confidence_allows_a_lower_price():
    sure, likely = offered(0.95).highest, offered(0.5).highest
    assert sure < likely
    assert likely == pytest.approx(np.quantile(offered().values, 0.5) - TERMS.margin)


def test_the_margin_is_kept_as_often_as_was_asked():
    found = offered()
    kept = np.mean(found.values - found.highest >= TERMS.margin - 1e-9)
    assert kept >= 0.9 - 1 / TERMS.samples


def test_assays_without_a_steady_state_count_against_the_price():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, np.nan])
    assert _kept(values, 0.5) == 5.0
    assert _kept(values, 0.9) == 1.0
    assert np.isnan(_kept(values, 0.95))
    assert _kept(values[:-1], 0.5) == 5.0


def test_an_assay_without_uncertainty_has_one_value():
    tree = {**HDD, "assay": {"Nd": "22.8 %", "Fe": "62.6 %", "Dy": 0.01}, "moisture": "1 %"}
    found = bid(Lot.of(tree), magnet_plant(), "scrap", CostBasis("CN"), TERMS)
    assert found.values == pytest.approx(found.statement.line("net").value)
    assert found.highest == pytest.approx(found.values[0] - 1)


def test_the_route_that_can_pay_most_comes_first():
    routes = {
        "sharp": (magnet_plant(bleed=0.2), "scrap"),
        "loose": (magnet_plant(bleed=0.9), "scrap"),
    }
    found = choose(Lot.of(HDD), routes, CostBasis("CN"), Terms(1.0, 0.9, samples=4))
    assert found[0][1].highest >= found[1][1].highest
    assert {name for name, _ in found} == {"sharp", "loose"}


@pytest.mark.parametrize(
    ("text", "value", "spread"),
    [("22.8 ± 0.5 %", 0.228, 0.005), ("1 %", 0.01, 0), (0.3, 0.3, 0), ("50 +- 5 ppm", 5e-5, 5e-6)],
)
def test_shares_are_read_with_their_uncertainty(text, value, spread):
    found = Measured.of(text)
    assert (found.value, found.spread) == pytest.approx((value, spread))


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([], "expected a lot"),
        ({"lot": "x"}, "expected a name and an assay"),
        ({**HDD, "water": 1}, "found 'water', expected one of"),
        ({"lot": "x", "assay": {"Nd": "much"}}, "assay.Nd"),
        ({"lot": "x", "assay": {"Nd": "130 %"}}, "a share from 0 to 100 %"),
        ({"lot": "x", "assay": {"Nd": "60 %", "Fe": "60 %"}}, "more than 100 %"),
    ],
)
def test_a_bad_lot_is_refused_with_what_was_expected(tree, message):
    with pytest.raises(PlantError, match=message):
        Lot.of(tree)


def offer(name: str, price: float, available: float = 1e6, **shares: float) -> Offer:
    return Offer(Lot(name, {e: Measured(s) for e, s in shares.items()}), available, price)


def test_a_blend_of_two_by_hand():
    """2 % Dy of lots with 1 and 4 %: two thirds and one third; price 2/3 10 + 1/3 40 = 20.

    One hundredth more or less of Dy moves a third of the mass by 30 USD: 10 USD per kg.
    """
    poor, rich = offer("poor", 10, Dy=0.01), offer("rich", 40, Dy=0.04)
    found = blend([poor, rich], 300, {"Dy": (0.02, np.inf)})
    assert found.masses == pytest.approx({"poor": 200, "rich": 100})
    assert found.price == pytest.approx(20) and found.assay["Dy"] == pytest.approx(0.02)
    assert found.worth == pytest.approx({"Dy >= 2 %": 10})


def test_a_blend_counts_dry_and_clean_material():
    wet = Offer(Lot("wet", {"Nd": Measured(0.3)}, moisture=Measured(0.5)), 1e6, 1.0)
    found = blend([wet], 100, {"Nd": (0.0, 1.0)})
    assert found.masses["wet"] == pytest.approx(200) and found.price == pytest.approx(2)
    assert found.assay["Nd"] == pytest.approx(0.3)


@given(
    dys=st.lists(st.floats(0.001, 0.05), min_size=2, max_size=5, unique=True),
    prices=st.lists(st.floats(1, 100), min_size=5, max_size=5),
    where=st.floats(0.05, 0.95),
)
def test_a_blend_keeps_to_its_limits_and_its_mass(dys, prices, where):
    offers = [offer(f"lot{i}", prices[i], Dy=dy) for i, dy in enumerate(dys)]
    low = min(dys) + where * (max(dys) - min(dys))
    found = blend(offers, 1000, {"Dy": (low, 1.0)})
    assert sum(found.masses.values()) == pytest.approx(1000)
    assert found.assay["Dy"] >= low * (1 - 1e-6)
    assert min(prices[: len(dys)]) * (1 - 1e-9) <= found.price <= max(prices) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("mass", "low", "message"),
    [(100, 0.05, "Dy: the lots hold 1 to 4 %"), (1e9, 0.02, "kg of dry material, expected 1e")],
)
def test_a_blend_that_cannot_be_names_the_reason(mass, low, message):
    with pytest.raises(NoBlend, match=message):
        blend([offer("poor", 10, Dy=0.01), offer("rich", 40, Dy=0.04)], mass, {"Dy": (low, 1)})
