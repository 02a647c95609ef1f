"""Prices, factors and sizes that vary: samples agree with the first order, and move no plant."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.plants import magnet_plant

from ytterby.accounts import (
    CarbonBasis,
    CostBasis,
    Line,
    UnknownLine,
    not_linear,
    price_set,
    sales,
    spread,
    weigh,
)
from ytterby.accounts.running import periods_per_year
from ytterby.balance import Balance
from ytterby.facts import fact
from ytterby.plant import Plant
from ytterby.study import Study, draw, run, spreads, uncertain_account_facts, uncertain_facts
from ytterby.study.figures import Figures

FIGURES = Figures(
    CostBasis("EE"), CarbonBasis("EE"), ("scrap",), ("scope 3 HCl", "buy HCl", "taken HCl")
)


@cache
def solved() -> tuple[Plant, Balance]:
    plant = magnet_plant()
    return plant, plant.solve()


def sampled(figures: Figures, names: list[str], count: int = 64) -> dict[str, np.ndarray]:
    """Figures at samples of the named facts of the accounts, the balance as it is."""
    plant, balance = solved()
    told = [one for one in figures.facts(plant, balance) if one.name in names]
    study = Study(plant, uncertain_account_facts(told), figures)
    assert sorted(v.name for v in study.variables) == sorted(names)
    rows = [study.asked(row)(plant, balance) for row in draw(study.variables, count, seed=1)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def test_a_line_varies_as_its_factor_does_and_nothing_else_moves():
    """Upstream emissions are a mass times a factor: 0.2 of 1.96, for hydrochloric acid."""
    found = sampled(FIGURES, ["carbon.upstream.HCl"])
    one = fact("carbon.upstream.HCl")
    assert one.uncertainty is not None
    share = found["scope 3 HCl"].std() / found["scope 3 HCl"].mean()
    # Four standard deviations are kept, and 64 samples of a hypercube fill them evenly.
    assert share == pytest.approx(one.uncertainty / one.value, rel=0.03)
    assert np.ptp(found["buy HCl"]) == 0 and np.ptp(found["taken HCl"]) == 0


@pytest.mark.parametrize("account", ["cost", "carbon"])
def test_samples_agree_with_the_first_order_where_accounts_are_linear(account):
    """Wage and its burden for the margin, factors and the grid for emissions."""
    plant, balance = solved()
    names = {
        "cost": ["cost.operating.wage"],
        "carbon": ["carbon.upstream.HCl", "carbon.upstream.H2C2O4", "carbon.upstream.NaOH"],
    }[account]
    figure = {"cost": "margin", "carbon": "emissions"}[account]
    statement = FIGURES.statements(plant, balance)[2 if account == "cost" else 3]
    assert FIGURES.money is not None and FIGURES.climate is not None
    facts = {one.name: one for one in FIGURES.facts(plant, balance) if one.name in names}

    def redraw(changed):
        moved = FIGURES.moved({changed.name: changed})
        return moved.statements(plant, balance)[2 if account == "cost" else 3]

    key = ("margin",) if account == "cost" else ("total",)
    line = weigh(statement, redraw, facts.values()).line(*key)
    found = sampled(FIGURES, names)[figure]
    # Oxalic acid is cut at nil, 1.28 standard deviations below its factor.
    assert found.std() == pytest.approx(
        spread(line, facts), rel=0.2 if account == "carbon" else 0.05
    )
    assert math.isfinite(found.mean())


def test_what_goes_straight_with_its_facts_is_told_from_what_bends():
    """The margin goes with payabilities and prices, emissions with one over the efficiency of a
    furnace; samples of the same facts say on which side more lies."""
    plant, balance = solved()
    told = {one.name: one for one in FIGURES.facts(plant, balance)}
    assert "prices.payability.scrap" in told
    for place, key, figure, name, doubt in (
        (2, ("margin",), "margin", "prices.payability.scrap", ""),
        (3, ("total",), "emissions", "sizing.furnace-efficiency", "more lies above"),
    ):
        statement = FIGURES.statements(plant, balance)[place]
        one = told[name] if told[name].uncertainty else replace(told[name], uncertainty=0.07)

        def redraw(changed, place=place):
            return FIGURES.moved({changed.name: changed}).statements(plant, balance)[place]

        line = weigh(statement, redraw, [one]).line(*key)
        assert not_linear(line, {name: one}) == doubt
        study = Study(plant, uncertain_account_facts([one]), FIGURES)
        rows = [study.asked(row)(plant, balance) for row in draw(study.variables, 64, seed=1)]
        values = np.array([row[figure] for row in rows])
        beyond = (values.mean() - np.median(values)) / spread(line, {name: one})
        # The mean of a straight line is its middle; a bent one has its tail on one side.
        assert beyond > 0.1 if doubt else abs(beyond) < 0.02


def test_a_share_near_all_and_a_figure_less_than_its_spread_are_told():
    known = {"a.b": fact("prices.payability.scrap")}
    share = Line(("recovery",), "share", 0.99, "-", movers=(("a.b", 0.02),))
    money = Line(("margin",), "margin", -3.0, "USD/year", movers=(("a.b", 4.0),))
    assert not_linear(share, known) == "more lies below: 100 % is the end"
    assert not_linear(replace(share, value=0.9), known) == ""
    assert not_linear(money, known) == "larger than the value"
    assert not_linear(replace(money, value=None), known) == ""


def test_facts_of_plant_and_accounts_are_sampled_together_and_the_same_for_a_seed():
    plant, balance = solved()
    told = [one for one in FIGURES.facts(plant, balance) if one.name.startswith("carbon.upstream")]
    varied = (
        *uncertain_facts(plant, only=["leach.extent.oxide"]),
        *uncertain_account_facts(told),
    )
    study = Study(plant, varied, FIGURES)
    samples = draw(study.variables, 4, seed=3)
    first, again = run(study, samples), run(study, samples)
    assert first.failed == 0
    for name, values in first.outcomes.items():
        assert (values == again.outcomes[name]).all()
    told_of = {one.name: one for one in spreads(first)}
    assert told_of["scope 3 HCl"].deviation > 0
    assert told_of["recovery Nd, kiln.product"].deviation > 0


def test_a_payability_of_ones_own_moves_revenue():
    plant, balance = solved()
    half = {
        "prices.payability.mixed-oxide": replace(fact("prices.payability.mixed-oxide"), value=0.5)
    }
    mixed = [s for s in sales(balance, price_set()) if s.sold_as == "mixed oxide"]
    before, after = (one(plant, balance)["revenue"] for one in (FIGURES, FIGURES.moved(half)))
    share = fact("prices.payability.mixed-oxide").value
    assert mixed and after - before == pytest.approx(
        sum(sale.value for sale in mixed)
        * (0.5 / share - 1)
        * periods_per_year(balance, CostBasis())
    )


def test_a_line_that_there_is_not_is_named_with_the_nearest():
    plant, balance = solved()
    with pytest.raises(UnknownLine, match="Did you mean 'buy HCl'"):
        replace(FIGURES, lines=("buy HCL",)).check(plant, balance)


def test_a_function_that_cannot_take_other_facts_is_refused():
    plant, balance = solved()
    told = [fact("carbon.upstream.HCl")]
    study = Study(plant, uncertain_account_facts(told), lambda _, one: {"x": one.period})
    with pytest.raises(TypeError, match="cannot be drawn up with carbon"):
        study.asked([2.0])
    assert uncertain_account_facts([fact("prices.reagents.HCl")]) == ()
    (price,) = uncertain_account_facts([fact("prices.reagents.HCl")], unstated=0.1)
    assert price.spread == pytest.approx(0.1 * fact("prices.reagents.HCl").value)
    assert balance.plant == plant.name
