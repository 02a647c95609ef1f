"""Laws of cascade design: what holds for every cut."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ytterby.design import (
    Lumps,
    Operation,
    Split,
    ThreeOutlets,
    classical_stages,
    exact_stages,
    largest_scrub_ratio,
    least_extraction_ratio,
    least_organic,
    least_scrub,
    square_root_rule,
    stepped_stages,
    total_reflux_stages,
)

fractions = st.floats(0.02, 0.98)
factors = st.floats(1.2, 20.0)
impurities = st.floats(1e-5, 0.01)
excesses = st.floats(1.1, 4.0)
phases = st.sampled_from(["aqueous", "organic"])


def operation(fraction, extract, raffinate, beta, phase, excess):
    split = Split(fraction, 1 - extract, 1 - raffinate)
    least = least_organic(fraction, beta, phase)
    return Operation(split, phase, excess * least)


@given(fractions, impurities, impurities)
def test_outlets_close_the_balance_of_both_components(fraction, extract, raffinate):
    split = Split(fraction, 1 - extract, 1 - raffinate)
    a = split.extract * split.extract_purity + split.raffinate * (1 - split.raffinate_purity)
    assert a == pytest.approx(fraction, rel=1e-12)
    assert split.extract + split.raffinate == pytest.approx(1, rel=1e-12)
    a, b = split.extract_factor, split.raffinate_factor
    assert split.raffinate_yield == pytest.approx(b * (a - 1) / (a * b - 1), rel=1e-9)
    assert split.extract_yield == pytest.approx(a * (b - 1) / (a * b - 1), rel=1e-9)


@given(fractions, impurities, impurities)
def test_every_way_to_state_a_split_gives_the_same(fraction, extract, raffinate):
    split = Split(fraction, 1 - extract, 1 - raffinate)
    for other in (
        Split.of_yields(fraction, split.extract_yield, split.raffinate_yield),
        Split.of_raffinate(fraction, split.raffinate_purity, split.raffinate_yield),
        Split.of_extract(fraction, split.extract_purity, split.extract_yield),
    ):
        # A yield near one carries its lost share to about 1e-16/1e-7 only.
        assert other.extract_factor == pytest.approx(split.extract_factor, rel=1e-6)
        assert other.raffinate_factor == pytest.approx(split.raffinate_factor, rel=1e-6)


@given(fractions, factors, phases)
def test_limits_of_ratios_and_flows_are_the_same_limit(fraction, beta, phase):
    pure = Split(fraction, 1 - 1e-12, 1 - 1e-12)
    at_least = Operation(pure, phase, least_organic(fraction, beta, phase))
    assert at_least.scrub == pytest.approx(least_scrub(fraction, beta, phase), rel=1e-9)
    assert at_least.extraction_ratio == pytest.approx(
        least_extraction_ratio(fraction, beta, phase), rel=1e-9
    )
    assert at_least.scrub_ratio == pytest.approx(
        largest_scrub_ratio(fraction, beta, phase), rel=1e-9
    )


@given(fractions, impurities, impurities, factors, phases)
def test_the_square_root_rule_sets_the_section_that_controls(fraction, extract, raffinate, beta, p):
    rule = square_root_rule(Split(fraction, 1 - extract, 1 - raffinate), beta, p)
    root = math.sqrt(beta)
    at_extraction = rule.extraction_ratio == pytest.approx(1 / root)
    at_scrub = rule.scrub_ratio == pytest.approx(root)
    assert at_extraction or at_scrub
    # The other section must stay within its own limit, or the rule would ask the impossible.
    assert rule.extraction_ratio >= least_extraction_ratio(fraction, beta, p) * (1 - 0.02)


@given(fractions, impurities, impurities, factors, phases, excesses)
def test_rounded_up_the_closed_form_is_what_stepping_counts(
    fraction, extract, raffinate, beta, phase, excess
):
    run = operation(fraction, extract, raffinate, beta, phase, excess)
    counted = exact_stages(run, beta)
    # Within rounding of a whole number either count is right.
    for exact, stepped in zip(
        (counted.extraction, counted.scrubbing), stepped_stages(run, beta), strict=True
    ):
        assert stepped == math.ceil(exact) or abs(exact - round(exact)) < 1e-6


@given(fractions, impurities, impurities, factors, phases, excesses)
def test_no_cascade_needs_fewer_stages_than_total_reflux(
    fraction, extract, raffinate, beta, phase, excess
):
    run = operation(fraction, extract, raffinate, beta, phase, excess)
    # A stage more than the count: the last one at total reflux is no stage of the cascade.
    assert exact_stages(run, beta).total + 1 >= total_reflux_stages(run.split, beta) * (1 - 1e-9)


@given(fractions, impurities, impurities, factors, phases, excesses, st.floats(1.05, 2.0))
def test_stages_fall_with_the_separation_factor_and_with_organic(
    fraction, extract, raffinate, beta, phase, excess, more
):
    run = operation(fraction, extract, raffinate, beta, phase, excess)
    counted = exact_stages(run, beta)
    assume(min(counted.extraction, counted.scrubbing) >= 1)  # less than a stage is none
    stages = counted.total
    assert exact_stages(run, beta * more).total < stages
    richer = Operation(run.split, phase, run.organic * more)
    assert exact_stages(richer, beta).total < stages


@given(fractions, impurities, impurities, factors, phases, excesses, st.floats(1.5, 50))
def test_stages_rise_with_purity(fraction, extract, raffinate, beta, phase, excess, purer):
    assume(extract / purer > 1e-7)
    run = operation(fraction, extract, raffinate, beta, phase, excess)
    better = operation(fraction, extract / purer, raffinate / purer, beta, phase, excess)
    assert exact_stages(better, beta).total > exact_stages(run, beta).total


@given(fractions, impurities, impurities, factors, phases, excesses)
def test_exchanging_a_and_b_and_the_phases_turns_the_cascade_round(
    fraction, extract, raffinate, beta, phase, excess
):
    run = operation(fraction, extract, raffinate, beta, phase, excess)
    other = "organic" if phase == "aqueous" else "aqueous"
    mirror = Operation(run.split.mirrored(), other, run.scrub)
    assert mirror.scrub == pytest.approx(run.organic, rel=1e-9)
    counted, mirrored = exact_stages(run, beta), exact_stages(mirror, beta)
    # The feed stage counts as extraction either way.
    assert mirrored.extraction - 1 == pytest.approx(counted.scrubbing, rel=1e-6, abs=1e-6)
    assert mirrored.scrubbing == pytest.approx(counted.extraction - 1, rel=1e-6, abs=1e-6)
    classical, turned = classical_stages(run, beta), classical_stages(mirror, beta)
    assert turned.total == pytest.approx(classical.total, rel=1e-9)


@given(fractions, impurities, impurities, factors, excesses)
def test_a_third_outlet_that_draws_nothing_changes_nothing(
    fraction, extract, raffinate, beta, excess
):
    run = operation(fraction, extract, raffinate, beta, "aqueous", excess)
    plain = exact_stages(run, beta)
    at_feed = beta * fraction / (1 + (beta - 1) * fraction)
    assume(at_feed < 1 - extract)
    for phase, low in (("aqueous", raffinate), ("organic", at_feed)):
        high = fraction if phase == "aqueous" else 1 - extract
        drawn = ThreeOutlets(run.split, phase, 0.0, (low + high) / 2)
        first, second, third, fourth = drawn.stages(run.organic, beta)
        assert first + second == pytest.approx(plain.extraction, rel=1e-6)
        assert third + fourth == pytest.approx(plain.scrubbing, rel=1e-6, abs=1e-6)


@given(
    st.floats(0.1, 0.9), impurities, impurities, factors, st.floats(0.02, 0.5), st.floats(0.2, 0.8)
)
def test_a_third_outlet_closes_and_is_pinched_just_below_its_least_organic(
    fraction, extract, raffinate, beta, part, place
):
    draw = part * (1 - fraction)
    split = Split(fraction, 1 - extract, 1 - raffinate)
    z = raffinate + place * (fraction - raffinate)
    out = ThreeOutlets(split, "aqueous", draw, z)
    a = out.extract * split.extract_purity + out.raffinate * raffinate + draw * z
    assert a == pytest.approx(fraction, rel=1e-9)
    least = out.least_organic(beta)
    assert math.isfinite(sum(out.stages(least * 1.001, beta)))
    with pytest.raises(ValueError, match="pinch"):
        out.stages(least * 0.999, beta)


@given(fractions, factors, impurities, impurities, excesses)
def test_two_components_make_the_multicomponent_count_exact(fraction, beta, extract, raffinate, ex):
    lost_heavy, lost_light = raffinate * (1 - fraction), extract * fraction
    cut = Lumps(np.array([1, beta]), np.array([1 - fraction, fraction]), 1, lost_heavy, lost_light)
    least = least_organic(fraction, beta, "aqueous")
    assert cut.least_organic() == pytest.approx(least, rel=1e-9)
    assert cut.effective_factor == pytest.approx(beta, rel=1e-6)
    run = Operation(cut.lumped, "aqueous", ex * least)
    counted = exact_stages(run, beta)
    assert cut.stages(ex * least) == pytest.approx(
        (counted.extraction, counted.scrubbing), rel=1e-5, abs=1e-5
    )


@given(st.lists(st.floats(1.3, 5), min_size=3, max_size=8), st.data())
def test_least_organic_lies_between_the_keys_alone_and_all_at_the_keys(steps, data):
    factors_ = np.cumprod([1.0, *steps])
    feed = np.array(data.draw(st.lists(st.floats(0.01, 1), min_size=9, max_size=9)))[
        : factors_.size
    ]
    feed = feed / feed.sum()
    lights = data.draw(st.integers(1, factors_.size - 1))
    cut = Lumps(factors_, feed, lights, 1e-4, 1e-4)
    beta = cut.key_factor
    share = float(feed[lights - 1] + feed[lights])
    alone = share * least_organic(float(feed[lights]) / share, beta, "aqueous")
    lumped = least_organic(cut.heavies, beta, "aqueous")
    # Components farther from the cut than the keys part more easily than the keys themselves.
    assert alone * (1 - 1e-9) <= cut.least_organic() <= lumped * (1 + 1e-9)


def test_a_product_that_is_no_purer_than_its_feed_is_refused():
    with pytest.raises(ValueError, match="purer than the feed"):
        Split(0.5, 0.4, 0.99)
    with pytest.raises(ValueError, match="S_min"):
        classical_stages(Operation(Split(0.5, 0.999, 0.999), "aqueous", 1.0), 1.5)
    with pytest.raises(ValueError, match="above 1"):
        least_organic(0.5, 0.9, "aqueous")
    with pytest.raises(ValueError, match="draw less"):
        ThreeOutlets(Split(0.5, 0.999, 0.999), "aqueous", 1.2, 0.3)
