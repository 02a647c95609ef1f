"""How far an extractant is loaded, and what keeps it within its limit.

Where sodium explains the loading, less is saponified; where metal of a neutral liquor displaces
protons beyond that, the feed is acidified, as plants do.
"""

from __future__ import annotations

from dataclasses import replace

from ytterby.design.practice import Practice
from ytterby.separation import Profile

LOADING_TOLERANCE, RELIEFS = 0.02, 12
"""How far beyond its limit loading is tolerated, relative [-]; most changes of saponification or
feed acid to keep the limit."""


def highest(profile: Profile) -> float:
    """Share of the extractant that is bound, in the stage where it is largest [-]."""
    return float(profile.loading.max())


def tolerated(practice: Practice, profile: Profile) -> bool:
    """Whether loading is within its limit, or not worth another change."""
    over = highest(profile) - practice.loading_limit
    return over <= practice.loading_limit * LOADING_TOLERANCE


def overloaded(practice: Practice, profile: Profile) -> bool:
    """Whether the extractant is loaded clearly beyond its limit, in some stage."""
    return highest(profile) > practice.loading_limit * (1 + 2 * LOADING_TOLERANCE)


def protons_displaced(practice: Practice, profile: Profile, organic_flow: float) -> float:
    """Acid that the feed needs more of, to displace the metal beyond the limit again [mol/s].

    Zero where it is sodium that loads the extractant. organic_flow: [L/s].
    """
    loading = highest(profile)
    if loading <= 2 * practice.saponification:
        return 0.0
    return (loading - practice.loading_limit) * practice.dimer * organic_flow


def less_saponified(practice: Practice, profile: Profile) -> Practice:
    """The same with as much less sodium as loading is beyond its limit."""
    degree = practice.saponification * practice.loading_limit / highest(profile)
    return replace(practice, saponification=degree)
