"""A cascade in time: what stays, what returns, what is conserved, and when it is to specification.

Laws, on one extraction-scrub-strip cascade of P507 that parts Tb, Dy and Y from Nd.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Profile, Stages, Target
from ytterby.separation.dynamics import (
    Change,
    Contents,
    HoldUp,
    Trajectory,
    filled,
    fixed,
    running,
    simulate,
)
from ytterby.separation.start_up import stopped, total_reflux

HOUR = 3600.0
HEAVY = ("Tb", "Dy", "Y")


@cache
def steady() -> tuple[Cascade, Profile, HoldUp]:
    """A cascade at the flows of its targets, its profile and its hold-ups."""
    cascade = Cascade(
        Chemistry.of("P507", ("Nd", "Tb", "Dy", "Y", "Na")),
        Stages(8, 8, 5),
        Aqueous(1.0, {"Nd": 0.2, "Tb": 0.02, "Dy": 0.08, "Y": 0.01}, acid=0.01),
        Organic(None, 0.5, {"Na": 0.35}),
        strip=Aqueous(None, {}, acid=4.0),
        reflux=None,
        targets=(
            Target.recovery("organic", HEAVY, 0.99),
            Target.purity("reflux", HEAVY, 0.99),
            Target.residual("strip", ("Dy",), 0.01),
        ),
    )
    profile = cascade.solve()
    assert profile.converged, profile.reason
    return fixed(cascade, profile.flows), profile, HoldUp.of(profile)


@cache
def from_fill(accuracy: float = 1e-3) -> Trajectory:
    cascade, _, hold_up = steady()
    return simulate(cascade, 300 * HOUR, hold_up=hold_up, accuracy=accuracy)


def with_changes(*changes: Change, hours: float = 300) -> Trajectory:
    """What becomes of the running cascade when it is changed."""
    cascade, profile, hold_up = steady()
    start = running(cascade, profile)
    return simulate(cascade, hours * HOUR, hold_up=hold_up, start=start, changes=changes)


def drift(run: Trajectory) -> float:
    return max(abs(rate) for rate in run.rate.values())


def gap(run: Trajectory) -> float:
    return max(abs(share) for share in run.closure.values())


def test_the_steady_state_is_a_fixed_point():
    run = with_changes(hours=10)
    assert drift(run) < 1e-10
    np.testing.assert_allclose(run.aqueous[-1], run.aqueous[0], rtol=1e-8)


def test_start_up_ends_at_the_steady_state():
    """After 300 h to half a percent, also of what is lost by traces: the front still creeps."""
    _, profile, _ = steady()
    run = from_fill()
    assert drift(run) < 1e-3
    for name, outlet in profile.outlets.items():
        np.testing.assert_allclose(run.outlets[name][-1], outlet.amounts, rtol=5e-3)


@pytest.mark.parametrize("flow", ["feed", "organic", "strip"])
def test_a_cascade_returns_after_a_pump_failure(flow):
    cascade, profile, _ = steady()
    run = with_changes(Change(5 * HOUR, stopped(cascade, flow)), Change(6 * HOUR, cascade))
    found = run.outlets["extract"][-1]
    np.testing.assert_allclose(found, profile.outlets["extract"].amounts, rtol=1e-3)
    disturbed = np.abs(run.outlets["extract"] / profile.outlets["extract"].amounts - 1).max()
    assert disturbed > 0.1


@pytest.mark.parametrize("flow", ["feed", "organic", "strip"])
def test_a_flow_of_nothing_is_a_pump_that_stands(flow):
    """Droplets need no word of their own: they end where they would carry off more than flows."""
    cascade, _, _ = steady()
    still = replace(cascade, **{flow: replace(getattr(cascade, flow), flow=0.0)})
    runs = [
        with_changes(Change(5 * HOUR, one), Change(6 * HOUR, cascade), hours=20)
        for one in (still, stopped(cascade, flow))
    ]
    assert gap(runs[0]) < 1e-12
    first, second = (run.outlets["extract"][-1] for run in runs)
    np.testing.assert_allclose(first, second, rtol=1e-4)


def test_a_scrub_of_nothing_stays_nothing():
    """No trickle where the cascade stands without: its steady state is a fixed point as well."""
    cascade, profile, hold_up = steady()
    idle = replace(cascade, scrub=Aqueous(0.0, acid=1.0))
    run = simulate(idle, 10 * HOUR, hold_up=hold_up, start=running(cascade, profile))
    assert drift(run) < 1e-10


def test_a_cascade_returns_from_contents_turned_end_for_end():
    """Whatever is in it, it comes to the same steady state: after years to 1e-10 of throughput."""
    cascade, profile, hold_up = steady()
    start = running(cascade, profile)
    turned = {name: np.array(getattr(start, name))[::-1].copy() for name in vars(start)}
    run = simulate(cascade, 30_000 * HOUR, hold_up=hold_up, start=Contents(**turned))
    assert np.abs(run.aqueous[0] - profile.aqueous).max() > 0.1
    assert drift(run) < 1e-10
    np.testing.assert_allclose(run.aqueous[-1], profile.aqueous, rtol=1e-6)


def test_a_feed_step_leads_to_the_new_steady_state():
    cascade, profile, _ = steady()
    richer = replace(cascade, feed=replace(cascade.feed, concentrations={"Nd": 0.21, "Dy": 0.08}))
    run = with_changes(Change(2 * HOUR, richer))
    wanted = richer.solve(profile, sensitivity=False)
    assert wanted.converged
    np.testing.assert_allclose(
        run.outlets["raffinate"][-1, 0], wanted.outlets["raffinate"].amounts[0], rtol=1e-3
    )


def test_a_flow_step_shows_at_once_in_the_outlets_and_later_in_the_contents():
    cascade, _, _ = steady()
    faster = replace(cascade, organic=replace(cascade.organic, flow=1.02 * cascade.organic.flow))
    run = with_changes(Change(2 * HOUR, faster), hours=50)
    before = run.inventory[run.time < 2 * HOUR]
    assert np.ptp(before, axis=0).max() < 1e-9 * before.max()
    assert abs(run.inventory[-1] / before[0] - 1).max() > 1e-3


def test_a_drifting_separation_factor_costs_purity():
    """Nd is extracted ever more strongly, by 0.005 in log10 K per hour."""
    cascade, _, _ = steady()
    chemistry, Nd = cascade.chemistry, np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    changes = [
        Change(k * HOUR, replace(cascade, chemistry=replace(chemistry, log_K=log_K)))
        for k in range(1, 11)
        for log_K in [chemistry.log_K + 0.005 * k * Nd]
    ]
    purity = with_changes(*changes).purity("extract", HEAVY)
    assert purity[-1] < purity[0] - 1e-4


def test_what_was_fed_and_did_not_leave_is_in_the_stages():
    """To rounding of some hundred sums."""
    cascade, _, _ = steady()
    richer = replace(cascade, feed=replace(cascade.feed, flow=1.1))
    assert gap(with_changes(Change(HOUR, richer), hours=30)) < 1e-12
    assert gap(with_changes(Change(HOUR, stopped(cascade, "strip")), hours=3)) < 1e-12


def test_inventory_closes_from_the_first_fill():
    assert gap(from_fill()) < 1e-12


def test_nothing_is_ever_negative():
    run = from_fill()
    assert (run.inventory >= 0).all() and (run.aqueous >= 0).all() and (run.organic >= 0).all()


def test_accuracy_tightens_the_answer():
    """A second-order method with a third of the step: the error falls about with the accuracy."""
    times = np.array([1.0, 2.0, 5.0]) * HOUR

    def purity(accuracy: float) -> np.ndarray:
        run = from_fill(accuracy)
        return np.interp(times, run.time, run.purity("extract", HEAVY))

    best = purity(1e-5)
    errors = [np.abs(purity(accuracy) - best).max() for accuracy in (1e-2, 1e-3, 1e-4)]
    assert errors[2] < errors[1] < errors[0]
    assert errors[2] < 1e-3


def test_time_to_specification():
    run = from_fill()
    wanted = run.time_to("extract", HEAVY, 0.98)
    assert HOUR < wanted < 10 * HOUR
    assert (run.purity("extract", HEAVY)[run.time >= wanted] >= 0.98).all()
    assert run.purity("extract", HEAVY)[run.time < wanted][-1] < 0.98
    assert math.isinf(run.time_to("extract", HEAVY, 0.9999))


def test_total_reflux_parts_before_product_is_drawn():
    """Nothing leaves as product meanwhile, and the cascade ends where any start-up ends."""
    cascade, _, hold_up = steady()
    start, at = filled(cascade), 10 * HOUR
    run = simulate(
        total_reflux(cascade),
        100 * HOUR,
        hold_up=hold_up,
        start=start,
        changes=[Change(at, cascade)],
    )
    drawn = run.outlets["extract"][run.time < at].sum(axis=1)
    assert drawn.max() < 1e-3 * run.outlets["extract"][-1].sum()
    assert run.purity("extract", HEAVY)[-1] == pytest.approx(
        from_fill().purity("extract", HEAVY)[-1], abs=1e-4
    )


def test_what_cannot_be_simulated_is_refused_by_name():
    cascade, profile, hold_up = steady()
    with_target = replace(cascade, targets=(Target.recovery("organic", HEAVY, 0.99),))
    with pytest.raises(ValueError, match="fixed"):
        simulate(with_target, HOUR, hold_up=hold_up)
    shorter = replace(cascade, stages=Stages(8, 8, 4))
    with pytest.raises(ValueError, match="stages"):
        simulate(cascade, HOUR, hold_up=hold_up, changes=[Change(1.0, shorter)])
    with pytest.raises(ValueError, match="no flow scrub, expected one of feed, organic, strip"):
        stopped(cascade, "scrub")
    with pytest.raises(ValueError, match="stripping"):
        total_reflux(replace(cascade, stages=Stages(8, 8, 0)))
    with pytest.raises(ValueError, match="residence"):
        HoldUp.of(profile, mixer=-1.0)
