"""Figures of the accounts: well formed, and every bar ends where its numbers say."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from tests.plants import magnet_plant

from ytterby.accounts import CarbonBasis, CostBasis, carbon, cost, kinds_of
from ytterby.app.accounts_figures import (
    Step,
    carbon_waterfall,
    change_waterfall,
    cost_waterfall,
    movers_svg,
    tornado_svg,
    waterfall_svg,
)
from ytterby.study import Bar, field_between


def bars(svg: str) -> list[tuple[float, float]]:
    """(left, right) of every bar."""
    tree = ElementTree.fromstring(svg)
    return [
        (float(r.get("x", 0)), float(r.get("x", 0)) + float(r.get("width", 0)))
        for r in tree.iter()
        if r.tag.endswith("rect")
    ]


def test_each_bar_begins_where_the_one_before_ended():
    svg = waterfall_svg("t", [Step("a", 3), Step("b", 1), Step("c", -2), Step("d", 2, True)], "kg")
    a, b, c, d = bars(svg)
    assert b[0] == pytest.approx(a[1], abs=0.02)
    assert c[1] == pytest.approx(b[1], abs=0.02)
    assert d == pytest.approx((a[0], c[0]), abs=0.02)


def test_small_steps_are_put_together_and_none_is_lost():
    small = [Step(f"s{i}", 0.001) for i in range(10)]
    svg = waterfall_svg("t", [Step("a", 10), *small, Step("sum", 10.01, True)], "kg")
    assert len(bars(svg)) == 3 and "other: 0.01" in svg


def test_waterfalls_of_a_solved_plant_are_well_formed():
    plant = magnet_plant()
    balance = plant.solve()
    money = cost(balance, CostBasis("EE", kinds=kinds_of(plant)))
    gases = carbon(balance, CarbonBasis("EE", kinds=kinds_of(plant)))
    assert "revenue" in cost_waterfall(money) and bars(cost_waterfall(money))
    spans = bars(carbon_waterfall(gases))
    # The smallest bars are drawn one pixel wide.
    assert spans[-1][1] == pytest.approx(max(right for _, right in spans[:-1]), abs=1)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", cost_waterfall(money))


def test_a_waterfall_of_change_begins_near_the_totals_and_ends_on_the_second_one():
    first = magnet_plant(bleed=0.5)
    other = magnet_plant(bleed=0.6)
    one, two = (
        cost(plant.solve(), CostBasis("EE", kinds=kinds_of(plant))) for plant in (first, other)
    )
    spans = bars(change_waterfall("t", one, two, "margin", ("a", "b")))
    # The second total stands where the steps have led.
    assert spans[-1][1] == pytest.approx(min(spans[-2], key=lambda x: abs(x - spans[-1][1])), abs=1)
    assert spans[0][0] == spans[-1][0]
    assert min(right - left for left, right in (spans[0], spans[-1])) > 20


def test_movers_point_away_from_nothing():
    up, down = bars(movers_svg("t", [("a", 3.0), ("b", -1.0)]))
    assert up[0] == pytest.approx(down[1], abs=0.02)
    assert up[1] - up[0] == pytest.approx(3 * (down[1] - down[0]), rel=1e-3)


def test_a_tornado_spans_low_to_high():
    dose, pH = field_between("leach.acid_dose", 1, 2), field_between("iron.to_pH", 3, 4)
    svg = tornado_svg("t", [Bar(dose, 1.0, 5.0), Bar(pH, 2.0, 3.0)], 2.5)
    wide, narrow = bars(svg)
    assert wide[1] - wide[0] == pytest.approx(4 * (narrow[1] - narrow[0]), rel=1e-3)
