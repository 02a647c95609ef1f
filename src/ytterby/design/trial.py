"""A cascade on trial: the flows it is run at, its steady state, and what returns on its organic.

Two ways find the flows: from the charge that the cascade carries, `flows_by_charge`, and from what
may cross the cut, `flows_by_losses`. Here is what both ask of a cascade.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.liquor import Liquor
from ytterby.design.loading import highest
from ytterby.design.practice import SODIUM, Practice
from ytterby.design.reading import gain, metals
from ytterby.separation import Aqueous, Cascade, Organic, Profile, Stages

Array = NDArray[np.float64]

MOST_REFLUX = 0.97
"""Largest share of the strip liquor that goes on as scrub [-]."""

MOST_ADDED, MORE_ACID = 6, 1.2
"""Most stripping stages added in a round; factor on the strip acid where they do not help [-]."""

CALM = 12
"""Steps after which what returns is taken up by halves [-]."""

MOST_SHARE, MOST_RETURNED = 0.999999, 0.15
"""Share of an element returning that a step reckons with at most: an iterate may strip nothing;
largest share of the loaded metal that may return [-]."""

CLOSED, TURNS = 1e-12, 80
"""Change of what returns, over the feed, at which the organic loop is closed [-]; most turns of the
organic until what returns is still."""


class Infeasible(ValueError):
    """No cascade of this kind makes the cut; the message says what stands in the way."""


def beyond_limit(cut: Cut, practice: Practice, profile: Profile) -> Infeasible:
    """That the extractant is loaded beyond its limit, whatever was tried."""
    return Infeasible(
        f"cut {cut.name}: {highest(profile):.1%} of the extractant is bound where "
        f"{practice.loading_limit:.0%} is the limit, however the feed is acidified and the organic "
        "saponified; cut elsewhere before, or make this cut with another extractant"
    )


class Trial(ABC):
    """A cascade at its present flows and stages.

    cut: what it is to do. practice: how it is run. liquor: its feed as it arrives.
    plan: of which organic and strip acid are those of now [L/s].
    stripping: stages [-]. reflux: share of the strip liquor that goes on as scrub [-].
    returned: rare earths in the stripped organic as it enters again [mol/L].
    strip_lacked: stripping stages that were lacking when last looked at [-].
    cascade, profile: as last solved; no profile before that.
    """

    def __init__(
        self, cut: Cut, practice: Practice, plan: Plan, liquor: Liquor, *, stripping: int
    ) -> None:
        self.cut, self.practice, self.plan, self.liquor = cut, practice, plan, liquor
        self.stripping = stripping
        self.reflux = plan.reflux
        self.returned: dict[str, float] = {}
        self.strip_lacked = 0
        self.cascade: Cascade
        self.profile: Profile | None = None

    @property
    def steady(self) -> Profile:
        """The last steady state."""
        assert self.profile is not None
        return self.profile

    def given(self, stages: Stages) -> Cascade:
        """The cascade of `stages` at the present flows."""
        practice, plan = self.practice, self.plan
        return Cascade(
            self.cut.chemistry,
            stages,
            self.liquor.aqueous(),
            Organic(plan.organic_flow, practice.dimer, {SODIUM: practice.sodium, **self.returned}),
            strip=Aqueous(plan.strip_flow, {}, practice.strip_acid),
            reflux=self.reflux,
        )

    @abstractmethod
    def solve(self, stages: Stages) -> None:
        """Take the steady state at `stages` and the present flows; raises Infeasible."""

    def turn(self, stages: Stages) -> None:
        """Turn the organic round until what returns is what left; raises Infeasible."""
        change = math.inf
        for _ in range(TURNS):
            self.solve(stages)
            change = self.take_up()
            if change <= CLOSED * self.cut.total:
                return
        raise Infeasible(
            f"cut {self.cut.name}: what returns on the organic still changes by {change:.3g} mol/s "
            f"after {TURNS} turns; strip with more acid"
        )

    @abstractmethod
    def more_acid(self) -> None:
        """Strip with `MORE_ACID` times the acid."""

    def add_strip(self) -> bool:
        """Add stripping stages, or acid where stages have not helped; whether any were missing."""
        missing, last = self.missing_strip(), self.strip_lacked
        self.strip_lacked = missing
        if missing <= 0:
            return False
        if last > 0 and missing > last / 2:
            self.more_acid()
        else:
            self.stripping += min(missing, MOST_ADDED)
        return True

    def missing_strip(self) -> int:
        """Stripping stages lacking for what may return [-]; negative: to spare.

        Of what returns counts what stage 1 parts into the raffinate. All extracted elements
        together, and each by itself, may take the `returned_share` of what may be lost; one that
        is scarcer than the neighbour of the cut as much less as it is scarcer, but not below that
        where it is a trace only.
        """
        if self.barely_stripped():
            return MOST_ADDED
        cut, profile, stages = self.cut, self.steady, self.cascade.stages
        each = profile.organic[::-1, cut.chemistry.index(cut.heavies)] * self.parted()
        harm = np.column_stack([each.sum(1), each])
        fed = np.array([cut.feed[e] for e in cut.heavies])
        scarce = np.where(fed > cut.heavy_lost, np.minimum(fed / fed[0], 1.0), 1.0)
        allowed = self.practice.returned_share * cut.heavy_lost * np.array([1.0, *scarce])
        returning = profile.volumes[5, -1] * harm[0]
        lacking = [
            math.log(over) / gain(column[: stages.stripping])
            for over, column in zip(returning / allowed, harm.T, strict=True)
            if over > 0
        ]
        return math.ceil(max(lacking, default=0))

    def loaded(self) -> float:
        """Rare earths in the organic leaving the feed stage, less those that return [mol/s]."""
        profile, stage = self.steady, self.cascade.stages.extraction - 1
        content = profile.organic[stage, self.cut.chemistry.index(self.cut.series)].sum()
        returned = sum(self.returned.values()) * self.plan.organic_flow
        return float(profile.volumes[3:, stage].sum() * content) - returned

    @property
    def room(self) -> float:
        """Rare earths that may return on the stripped organic at most [mol/s]."""
        return MOST_RETURNED * self.plan.organic * self.cut.total

    def barely_stripped(self) -> bool:
        """Whether more stays on the organic than has room there."""
        return sum(metals(self.cut, self.steady, "organic").values()) > self.room

    def take_up(self, part: float = 1.0) -> float:
        """Let what left on the stripped organic enter with it; the change of that [mol/s].

        With the share s of what enters that leaves on the organic held, what returns changes by
        (out - before)/(1 - s) until it is still: so an element that is stripped slowly needs no
        thousand turns.

        part: of the change that is taken up [-].
        """
        cut, flow = self.cut, self.plan.organic_flow
        new = {}
        for e, out in metals(cut, self.steady, "organic").items():
            before = self.returned.get(e, 0.0) * flow
            share = min(out / (cut.feed[e] + before), MOST_SHARE)
            new[e] = before + (out - before) / (1 - share)
        # An iterate may strip little; what would then go round has no room in the organic.
        scale = min(1.0, self.room / (sum(new.values()) or self.room))
        change = 0.0
        for e, amount in new.items():
            before = self.returned.get(e, 0.0)
            step = scale * amount / flow - before
            change += abs(step) * flow
            self.returned[e] = before + part * step
        return change

    def parted(self) -> Array:
        """Share of each extracted element that stage 1 parts into the raffinate [-].

        What is extracted far better than the neighbours of the cut goes round and does no harm.
        """
        profile, places = self.steady, self.cut.chemistry.index(self.cut.heavies)
        aqueous = profile.volumes[:3, 0].sum() * profile.aqueous[0, places]
        organic = profile.volumes[3:, 0].sum() * profile.organic[0, places]
        return aqueous / (aqueous + organic)
