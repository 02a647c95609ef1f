"""What holds for every cascade."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.reference.dense import judge
from hypothesis import assume, currently_in_test_context, given, settings
from hypothesis import strategies as st
from tests.separation.circuits import FURTHER, MECHANISMS, TRUE_STAGES, acidic, cascades

from ytterby.separation import Cascade, Chemistry, SideFeed, Stages, Target

CLOSED = 1e-12
"""Sums of a few hundred positive numbers, each right to rounding [-]."""

HELD = 1e-10
"""Largest ln of a ratio that must be one: a tenth of what the kernel itself stops at, times the
factor by which a closure of the free extractant exceeds one of all extractant [-]."""

SEVERAL = 30.0
"""Terms of about one mol/L of which h may be the difference [-]."""

SAME = 1e-7
"""Two solutions, each within 1e-11 in its closures, of a problem whose traces answer a closure up
to some thousandfold [-]."""

KNOWN = {**MECHANISMS, **FURTHER}


def solved(cascade: Cascade):
    """The profile; a lot that is not solved says nothing about the law. How many are, is what
    benchmarks/cascade_robustness.py counts."""
    profile = cascade.solve()
    if currently_in_test_context():
        assume(profile.converged)
    assert profile.converged, profile.reason
    return profile


def amounts(profile) -> np.ndarray:
    return np.array([outlet.amounts for outlet in profile.outlets.values()])


def fed(cascade: Cascade) -> np.ndarray:
    """Which components any feed brings."""
    circuit = cascade.layout.circuit(cascade.first_flows())
    total = circuit.aqueous_in.sum(0) + circuit.organic_in.sum(0)
    return total[: len(cascade.chemistry.components)] > 0


@given(cascades())
def test_everything_fed_leaves(cascade):
    profile = solved(cascade)
    assert max(map(abs, profile.closure.values())) <= CLOSED


@given(cascades())
def test_concentrations_are_positive(cascade):
    profile = solved(cascade)
    assert (profile.aqueous > 0).all() and (profile.organic > 0).all()
    assert (profile.free_extractant > 0).all() and np.isfinite(profile.pH).all()


@given(cascades())
def test_every_equation_of_every_stage_holds(cascade):
    """Near equivalence h is a difference of equivalents of some mol/L, and rounds with them."""
    profile = solved(cascade)
    rounding = SEVERAL * np.finfo(float).eps * 10.0 ** max(profile.pH.max(), 0.0)
    assert judge(cascade, profile) <= HELD + rounding


@pytest.mark.parametrize("name", KNOWN)
def test_every_mechanism_and_layout_closes_and_holds(name):
    cascade = KNOWN[name]()
    profile = solved(cascade)
    here = fed(cascade)
    assert max(map(abs, profile.closure.values())) <= CLOSED
    assert (profile.aqueous[:, here] > 0).all()
    assert judge(cascade, profile) <= HELD


@given(cascades(), st.floats(1e-3, 1e3))
def test_outlets_scale_with_the_flows(cascade, factor):
    def scaled(feed):
        return replace(feed, flow=factor * feed.flow)

    larger = replace(
        cascade,
        feed=scaled(cascade.feed),
        organic=scaled(cascade.organic),
        strip=scaled(cascade.strip),
    )
    one, other = amounts(solved(cascade)), amounts(solved(larger))
    np.testing.assert_allclose(other, factor * one, rtol=SAME)


@given(cascades(), st.randoms(use_true_random=False))
def test_the_order_of_components_is_irrelevant(cascade, chance):
    names = list(cascade.chemistry.components)
    chance.shuffle(names)
    shuffled = Chemistry.of(cascade.chemistry.extractant, names)
    one, other = solved(cascade), solved(replace(cascade, chemistry=shuffled))
    back = cascade.chemistry.index(names)
    np.testing.assert_allclose(other.aqueous, one.aqueous[:, back], rtol=SAME)
    np.testing.assert_allclose(other.organic, one.organic[:, back], rtol=SAME)


@given(cascades(), st.floats(1e-6, 1.0))
def test_a_passenger_never_enters_the_organic(cascade, boron):
    names = (*cascade.chemistry.components, "B")
    more = replace(
        cascade,
        chemistry=Chemistry.of(cascade.chemistry.extractant, names),
        feed=replace(cascade.feed, concentrations={**cascade.feed.concentrations, "B": boron}),
    )
    one, other = solved(cascade), solved(more)
    assert (other.organic[:, -1] == 0).all()
    np.testing.assert_allclose(other.aqueous[:, :-1], one.aqueous, rtol=SAME)


@given(cascades(), st.floats(0.05, 0.95))
def test_a_feed_in_two_parts_at_one_stage_is_one_feed(cascade, share):
    part = replace(cascade.feed, flow=share * cascade.feed.flow)
    rest = replace(cascade.feed, flow=(1 - share) * cascade.feed.flow)
    parted = replace(
        cascade, feed=part, side_feeds=(SideFeed("rest", cascade.stages.extraction, rest),)
    )
    np.testing.assert_allclose(amounts(solved(parted)), amounts(solved(cascade)), rtol=SAME)


@given(cascades())
def test_without_droplets_at_full_efficiency_stages_are_at_equilibrium(cascade):
    ideal = replace(cascade, chemistry=Chemistry.of("P507", cascade.chemistry.components))
    profile = solved(replace(ideal, **TRUE_STAGES))
    assert (profile.volumes[[1, 3]] == 0).all(), "droplets"
    three = np.flatnonzero(ideal.chemistry.charge > 1)
    ratio = np.log10(profile.organic[:, three] / profile.aqueous[:, three])
    factors = ratio - ratio[:, :1]
    expected = ideal.chemistry.log_K[three] - ideal.chemistry.log_K[three[0]]
    np.testing.assert_allclose(factors, np.broadcast_to(expected, factors.shape), atol=1e-9)


@given(cascades())
@settings(max_examples=10)
def test_more_extraction_stages_never_worsen_purity_at_equal_recovery(cascade):
    known = cascade.chemistry
    heavy = known.components[int(np.argmax(known.log_K))]
    target = Target("organic", "loss", (heavy,), 0.1, "equality")
    fewer = replace(cascade, reflux=0.2, targets=(target,))
    stages = fewer.stages
    more = replace(fewer, stages=replace(stages, extraction=stages.extraction + 1))
    before, after = fewer.solve(), more.solve()
    assume(before.converged and after.converged)

    def impurity(profile):
        extract = profile.outlets["extract"].amounts
        return 1 - extract[known.index((heavy,))].sum() / extract[known.charge > 1].sum()

    assert impurity(after) <= impurity(before) + SAME


@given(cascades(), st.floats(0.9, 1.1))
def test_a_warm_start_gives_the_cold_answer(cascade, change):
    moved = replace(cascade, organic=replace(cascade.organic, flow=change * cascade.organic.flow))
    warm, cold = moved.solve(solved(cascade)), solved(moved)
    assert warm.converged
    np.testing.assert_allclose(warm.aqueous, cold.aqueous, rtol=SAME)
    np.testing.assert_allclose(warm.organic, cold.organic, rtol=SAME)


def test_a_start_of_other_stages_is_ignored():
    known = acidic()
    longer = replace(known, stages=Stages(4, 3, 2))
    warm, cold = longer.solve(known.solve()), longer.solve()
    assert warm.converged and (warm.aqueous == cold.aqueous).all()
