"""A cascade on trial: the flows it is run at, its steady state, and what returns on its organic.

Two ways find the flows: from the charge that the cascade carries, `flows_by_charge`, and from what
may cross the cut, `flows_by_losses`. Here is what both ask of a cascade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.liquor import Liquor
from ytterby.design.practice import SODIUM, Practice
from ytterby.design.reading import metals
from ytterby.separation import Aqueous, Cascade, Organic, Profile, Stages

Array = NDArray[np.float64]

MOST_REFLUX = 0.97
"""Largest share of the strip liquor that goes on as scrub [-]."""

MOST_ADDED, MORE_ACID = 6, 1.2
"""Most stripping stages added in a round; factor on the strip acid where they do not help [-]."""

CALM = 12
"""Steps after which what returns is taken up by halves [-]."""

MOST_SHARE, MOST_RETURNED = 0.99, 0.15
"""Share of an element returning from which on it is taken as it is, one turn at a time; largest
share of the loaded metal that may return [-]."""

CLOSED = 1e-12
"""Change of what returns, over the feed, at which the organic loop is closed [-]."""


class Infeasible(ValueError):
    """No cascade of this kind makes the cut; the message says what stands in the way."""


class Trial:
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

        With the share s of what enters that leaves on the organic held, the loop holds
        fed s/(1 - s): so an element that is stripped slowly needs no thousand turns.

        part: of the change that is taken up [-].
        """
        cut, flow = self.cut, self.plan.organic_flow
        new = {}
        for e, out in metals(cut, self.steady, "organic").items():
            share = out / (cut.feed[e] + self.returned.get(e, 0.0) * flow)
            new[e] = cut.feed[e] * share / (1 - share) if share < MOST_SHARE else out
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
