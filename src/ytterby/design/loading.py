"""How far an extractant is loaded, and what keeps it within its limit.

Where sodium explains the loading, less is saponified; where metal of a neutral liquor displaces
protons beyond that, the feed is acidified, as plants do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ytterby.design.practice import Practice
from ytterby.separation import Profile

ROOM, RELIEFS = 0.02, 12
"""How far below its limit loading is aimed at once it was beyond, relative [-]; most changes of
saponification or feed acid to keep the limit."""

FLATTEST = 50.0
"""By how much less than the charge balance says acid is believed to relieve the extractant [-]."""


def highest(profile: Profile) -> float:
    """Share of the extractant that is bound, in the stage where it is largest [-]."""
    return float(profile.loading.max())


def overloaded(practice: Practice, profile: Profile) -> bool:
    """Whether the extractant is loaded beyond its limit in some stage."""
    return highest(profile) > practice.loading_limit


@dataclass
class Relief:
    """Changes of the practice of one cascade, from trial to trial, until it keeps the limit.

    Acid in the feed drives metal off the organic proton for proton, but most of it leaves with the
    raffinate: so the first step is that of the charge balance, the next ones are secants.

    last: feed acid [mol/L] and highest loading [-] before the last change.
    """

    last: tuple[float, float] | None = None

    def changed(
        self, practice: Practice, profile: Profile, liquor_flow: float, organic_flow: float
    ) -> Practice:
        """The practice with more acid in the feed or less saponification.

        practice, profile: as tried, and loaded beyond the limit.
        liquor_flow, organic_flow: of feed and organic [L/s].
        """
        loading = highest(profile)
        aim = practice.loading_limit * (1 - ROOM)
        if loading <= 2 * practice.saponification:
            return replace(practice, saponification=practice.saponification * aim / loading)
        acid = practice.feed_acid
        steepest = liquor_flow / (practice.dimer * organic_flow)
        slope = steepest
        if self.last is not None and acid > self.last[0]:
            secant = (self.last[1] - loading) / (acid - self.last[0])
            slope = min(max(secant, steepest / FLATTEST), steepest)
        self.last = acid, loading
        return replace(practice, feed_acid=acid + (loading - aim) / slope)
