"""Cuts of many components: theory against the rigorous cascade, and what a design must keep."""

from dataclasses import replace
from functools import cache

import pytest

from ytterby.design import (
    Cut,
    Designed,
    Infeasible,
    Practice,
    Prices,
    card,
    design,
    economic,
    kg_oxide,
    plan,
    plant_of,
    series,
)
from ytterby.design.by_losses import size_by_losses
from ytterby.design.designed import within_loading
from ytterby.design.liquor import Liquor
from ytterby.design.sizing import resolved
from ytterby.facts import fact
from ytterby.plant import Plant
from ytterby.separation import Stages

FEED = {"Sm": 0.012, "Gd": 0.01, "Tb": 0.004, "Dy": 0.027, "Ho": 0.006}
"""mol/s."""


def cut(purity=0.999, recovery=0.999, feed=FEED, after="Gd"):
    return Cut.of_quality(series("P507", feed), feed, after, purity=purity, recovery=recovery)


@cache
def designed():
    return design(cut(), Practice.usual(), Prices.shipped())


def test_a_design_keeps_purity_and_recovery():
    made = designed()
    assert made.profile.converged
    assert made.sized.heavy_lost <= made.cut.heavy_lost
    assert made.sized.light_lost <= made.cut.light_lost
    assert made.purity >= 0.999
    assert made.recovery >= 0.999


def test_a_design_with_two_stages_less_in_each_section_would_not_keep_them():
    sized = designed().sized
    stages = sized.stages
    fewer = Stages(stages.extraction - 2, stages.scrubbing - 2, stages.stripping)
    cascade = replace(sized.cascade, stages=fewer)
    shorter = resolved(replace(sized, cascade=cascade), sized.cut, trimmed=True)
    assert shorter.heavy_lost > sized.cut.heavy_lost or shorter.light_lost > sized.cut.light_lost


def test_solving_a_design_again_gives_the_same():
    sized = designed().sized
    again = resolved(sized, sized.cut)
    # Losses stand to the tolerance of the loop over the loss itself.
    assert again.heavy_lost == pytest.approx(sized.heavy_lost, rel=1e-4)
    assert again.light_lost == pytest.approx(sized.light_lost, rel=1e-4)


def test_every_element_closes_with_the_organic_going_round():
    sized = designed().sized
    for element, fed in sized.cut.feed.items():
        left = sized.outlet("raffinate")[element] + sized.outlet("extract")[element]
        # The loop is closed to 1e-12 of the feed; the rarest element is a tenth of it.
        assert left == pytest.approx(fed, rel=1e-9)


def test_theory_guesses_the_rigorous_cascade():
    made = designed()
    guess, stages = made.plan.stages, made.sized.stages
    # Stages are 92 % efficient and whole; theory takes them ideal.
    assert 1 <= (stages.extraction + stages.scrubbing) / (guess[0] + guess[1]) < 1.4
    assert made.sized.organic == pytest.approx(made.plan.organic, rel=0.15)


def test_the_optimum_costs_less_than_its_neighbours_and_than_the_rule():
    practice, prices = Practice.usual(), Prices.shipped()
    best = economic(cut(), practice, prices)
    for factor in (0.97, 1.03, 1.5):
        near = best.organic * factor
        if near > best.least * (1 + practice.least_excess):
            assert plan(cut(), practice, prices, near).cost >= best.cost * (1 - 1e-6)
    assert designed().classical is not None
    assert designed().classical.plan.cost >= best.cost


def test_dearer_stages_ask_for_more_organic_and_dearer_reagents_for_less():
    practice, prices = Practice.usual(), Prices.shipped()
    usual = economic(cut(), practice, prices)
    stages = economic(cut(), practice, Prices.shipped(mixer_settler=100 * prices.mixer_settler))
    reagents = economic(cut(), practice, Prices.shipped(alkali=100 * prices.alkali))
    assert stages.organic > usual.organic > reagents.organic * (1 - 1e-9)
    assert sum(stages.stages) < sum(usual.stages) <= sum(reagents.stages) + 1e-6


def test_purer_products_need_more_stages():
    practice, prices = Practice.usual(), Prices.shipped()
    S = economic(cut(), practice, prices).organic * 1.2
    counts = [sum(plan(cut(p, p), practice, prices, S).stages[:2]) for p in (0.99, 0.999, 0.9999)]
    assert counts == sorted(counts)


def test_scaling_the_feed_scales_flows_and_nothing_else():
    practice, prices = Practice.usual(), Prices.shipped()
    one = economic(cut(), practice, prices)
    ten = economic(cut(feed={e: 10 * n for e, n in FEED.items()}), practice, prices)
    assert ten.organic == pytest.approx(one.organic, rel=1e-6)
    assert ten.organic_flow == pytest.approx(10 * one.organic_flow, rel=1e-6)
    assert ten.cost == pytest.approx(10 * one.cost, rel=1e-6)


def test_the_card_tells_stages_flows_reagents_and_what_to_watch():
    text = card(designed())
    for word in ("stages", "organic", "reflux", "HCl", "monitor stage", "square-root rule"):
        assert word in text
    assert "Sm+Gd | Tb+Dy+Ho" in text


def test_the_monitor_stage_lies_where_the_keys_meet():
    monitor, stages = designed().monitor, designed().sized.stages
    assert 1 <= monitor.stage <= stages.extraction + stages.scrubbing
    assert 0.02 < monitor.share < 0.98
    assert monitor.response < 0  # more organic takes the heavies away from the aqueous


def test_the_plant_of_a_design_runs_and_makes_what_was_designed(tmp_path):
    path = tmp_path / "cut.yaml"
    plant_of(designed()).write(path)
    balance = Plant.read(path).solve()
    purity = balance.purity("cascade.extract")
    assert sum(purity[e] for e in ("Tb", "Dy", "Ho")) >= 0.999 - 1e-9
    assert balance.recovery("Dy", of="liquor", to="cascade.extract") >= 0.999
    flow = balance.details["cascade"].profile.flows.organic
    assert flow == pytest.approx(designed().profile.flows.organic, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"after": "Ho"}, "no cut after 'Ho'"),
        ({"purity": 1.2}, "purity is 1.2"),
        ({"feed": {"Fe": 1.0, "Nd": 1.0}}, "no rare earth"),
    ],
)
def test_an_impossible_cut_is_refused_with_what_was_expected(change, message):
    with pytest.raises(ValueError, match=message):
        cut(**change)


def test_a_cut_that_is_no_stretch_of_the_series_is_refused():
    chemistry = series("P507", FEED)
    with pytest.raises(ValueError, match="cut between two neighbours"):
        Cut(chemistry, FEED, ("Sm", "Tb"), 1e-6, 1e-6)


def test_infeasible_is_a_value_error_so_that_the_command_line_can_tell_it():
    assert issubclass(Infeasible, ValueError)
    assert kg_oxide("Dy") == pytest.approx(0.1865, rel=1e-3)  # half of Dy2O3, 373.0 g/mol


POOR = {"Nd": 0.02, "Gd": 0.004, "Tb": 0.002, "Dy": 0.004}
"""mol/s; an eighth of it is extracted."""


@cache
def by_losses():
    feed = Cut(series("P507", POOR), POOR, ("Nd", "Gd", "Tb"), 9e-7, 2e-5)
    practice, prices = Practice.usual(), Prices.shipped()
    return size_by_losses(feed, practice, prices, economic(feed, practice, prices))


def test_a_cut_whose_front_no_given_flows_hold_is_sized_by_its_losses():
    sized = by_losses()
    assert sized.profile.converged
    assert 0.5 * sized.cut.heavy_lost < sized.heavy_lost <= sized.cut.heavy_lost
    assert sized.light_lost <= sized.cut.light_lost


def test_a_cascade_sized_by_its_losses_is_not_overloaded_and_closes():
    sized = by_losses()
    assert sized.profile.loading.max() <= sized.practice.loading_limit
    assert sized.practice.feed_acid > Practice.usual().feed_acid  # the liquor was acidified
    for element, fed in POOR.items():
        left = sized.outlet("raffinate")[element] + sized.outlet("extract")[element]
        # The loop is closed to 1e-12 of the feed; the rarest element is a fifteenth of it.
        assert left == pytest.approx(fed, rel=1e-9)


def test_a_cut_that_had_to_be_acidified_runs_as_a_plant():
    sized = by_losses()
    made = Designed(sized, sized.plan, None, Prices.shipped())
    balance = plant_of(made).solve()
    assert balance.purity("cascade.extract")["Dy"] >= 1 - 2e-5 / 4e-3


def by_charge():
    cut = Cut(series("P507", POOR), POOR, ("Nd",), 2e-6, 2e-6)
    practice, prices = Practice.usual(), Prices.shipped()
    plan = economic(cut, practice, prices)
    return within_loading(cut, practice, plan, Liquor.of(cut, practice))


@pytest.mark.parametrize("sized", [by_charge, by_losses])
def test_no_extracted_element_is_lost_by_what_the_organic_brings_back(sized):
    made = sized()
    cut, profile = made.cut, made.profile
    places = cut.chemistry.index(cut.heavies)
    aqueous = profile.volumes[:3, 0].sum() * profile.aqueous[0, places]
    organic = profile.volumes[3:, 0].sum() * profile.organic[0, places]
    back = profile.volumes[5, -1] * profile.organic[-1, places]
    lost = back * aqueous / (aqueous + organic)
    allowed = made.practice.returned_share * cut.heavy_lost
    assert lost.sum() <= allowed
    for element, amount in zip(cut.heavies, lost, strict=True):
        assert amount <= allowed * min(cut.feed[element] / cut.feed[cut.heavies[0]], 1)


def test_a_trace_that_is_hardly_stripped_gets_stages_until_it_leaves():
    feed = {"La": 6.7e-5, "Ce": 4.2e-3, "Lu": 8e-9}  # on D2EHPA lutetium wants 8 mol/L of acid
    cut = Cut(series("D2EHPA", feed), feed, ("La",), 2.8e-9, 2e-8)
    made = design(cut, Practice.usual("D2EHPA"), Prices.shipped()).sized
    again = resolved(made, cut)
    for element, fed in feed.items():
        left = again.outlet("raffinate")[element] + again.outlet("extract")[element]
        # The loop is closed to 1e-12 of the feed, of which lutetium is two millionths.
        assert left == pytest.approx(fed, rel=1e-5)


def test_a_cut_that_cannot_keep_the_loading_limit_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr("ytterby.design.designed.RELIEFS", 1)
    feed = Cut(series("P507", POOR), POOR, ("Nd", "Gd", "Tb"), 9e-6, 2e-5)
    practice = Practice.usual()
    wanted = economic(feed, practice, Prices.shipped())
    with pytest.raises(Infeasible, match=r"70% is the limit.* another extractant"):
        within_loading(feed, practice, wanted, Liquor.of(feed, practice))


def test_a_cascade_sized_by_its_losses_solves_again_at_its_flows():
    again = resolved(by_losses(), by_losses().cut)
    assert again.heavy_lost == pytest.approx(by_losses().heavy_lost, rel=1e-3)


def test_reagents_of_a_design_are_priced_as_in_the_accounts():
    prices = Prices.shipped()
    assert prices.alkali == fact("prices.reagents.NaOH").value
    assert prices.diluent == fact("prices.reagents.kerosene").value
    assert Prices.shipped(alkali=0.3).alkali == 0.3
