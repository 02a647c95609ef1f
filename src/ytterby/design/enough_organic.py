"""The least organic at which the raffinate holds no more of the heavies than it may."""

from __future__ import annotations

import math
from dataclasses import replace

from ytterby.design.cut import Cut
from ytterby.design.practice import SODIUM
from ytterby.design.reading import losses_of
from ytterby.design.trial import MOST_REFLUX
from ytterby.separation import Cascade, Profile

LEAST_REFLUX = 1e-4
"""Smallest share of the strip liquor that a guess lets go on as scrub [-]."""

ROOM, NARROW, SMALLEST = 0.5, 1.0001, 1e-290
"""How far below what is aimed at the loss of heavies may be left, in its logarithm; ratio of two
organics of which one is enough and one is not that are as good as one [-]; stands for an amount of
nothing [mol/s]."""

FIRST_FACTOR, LARGEST_FACTOR, ORGANIC_STEPS = 1.03, 1.5, 40
"""First and largest factor on the organic until too little and enough of it are known [-]; most
trials of it."""


def enough_organic(
    cut: Cut, cascade: Cascade, guess: Profile | None, allowed: float
) -> tuple[Profile, int]:
    """The steady state with the organic found by halving a bracket, and the work of finding it.

    At each organic the reflux follows by its target. Where next to nothing may be lost both answer
    to the charge alone, and no search for two flows at once gets hold of the difference. The
    raffinate then holds somewhat less of the heavies than it may.

    cascade: with the organic to begin with. allowed: heavies in the raffinate [mol/s].
    Returns the profile, not converged where no organic is enough, with the reason; and the Newton
    steps taken, times stages [-].
    """
    flow, profile, work = _organic(cascade), guess, 0
    low, high, factor = 0.0, math.inf, FIRST_FACTOR
    found: Profile | None = None
    enough: Profile | None = None
    for _ in range(ORGANIC_STEPS):
        tried = replace(cascade, organic=replace(cascade.organic, flow=flow))
        near = None if profile is None else with_organic(cascade, profile, flow)
        found = tried.solve(near, sensitivity=False)
        work += found.iterations * cascade.stages.total
        over = math.inf
        if found.converged:
            profile = found
            over = math.log(max(losses_of(cut, found)[0], SMALLEST) / allowed)
        if over <= 0:
            enough = found
        low, high = (flow, high) if over > 0 else (low, flow)
        # With stages to spare the loss falls by powers of ten within a breath of organic.
        if enough is not None and (over >= -ROOM if over <= 0 else high <= low * NARROW):
            return enough, work
        if low > 0 and high < math.inf:
            flow = math.sqrt(low * high)
        else:
            flow *= factor if over > 0 else 1 / factor
            factor = min(factor * factor, LARGEST_FACTOR)
    assert found is not None
    return _given_up(found, low, high), work


def _given_up(found: Profile, low: float, high: float) -> Profile:
    """The last steady state, as one that is none, with the reason."""
    reason = found.reason or (
        f"no organic flow keeps both losses, found none between {low:.4g} and {high:.4g} L/s; "
        "allow more loss"
    )
    return replace(found, converged=False, reason=reason)


def with_organic(cascade: Cascade, profile: Profile, flow: float) -> Profile:
    """A guess at another organic flow [L/s]: the scrub takes what more sodium comes, so that the
    charge left for the extract stays."""
    assert cascade.strip is not None and cascade.strip.flow is not None
    acid = cascade.strip.flow * cascade.strip.acid
    brought = (flow - profile.flows.organic) * cascade.organic.concentrations[SODIUM]
    reflux = min(max(profile.flows.reflux + brought / acid, LEAST_REFLUX), MOST_REFLUX)
    return replace(profile, flows=profile.flows.with_(organic=flow, reflux=reflux))


def _organic(cascade: Cascade) -> float:
    assert cascade.organic.flow is not None
    return cascade.organic.flow
