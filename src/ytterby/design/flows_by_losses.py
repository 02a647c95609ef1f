"""The flows of a cascade from what may cross the cut.

`flows_by_charge` sets the extract by the charge that the cascade carries, at the organic of the
plan, and adds stages. Where little of the feed is extracted, or next to nothing may be lost, that
search stands before a cliff: with both flows given the place of the front between the products is a
neutral mode, and a thousandth of a flow moves it from one end of the cascade to the other. Here the
stages are given instead, and the flows found: the reflux at which the extract holds the lights it
may bear, and the organic at which the raffinate holds the heavies that it may lose.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import replace

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.enough_organic import enough_organic, with_organic
from ytterby.design.liquor import Liquor
from ytterby.design.loading import RELIEFS, Relief, overloaded
from ytterby.design.practice import CHARGE, Practice
from ytterby.design.reading import losses_of, metals, stretched
from ytterby.design.trial import (
    CALM,
    MORE_ACID,
    MOST_REFLUX,
    TURNS,
    Infeasible,
    Trial,
    beyond_limit,
)
from ytterby.separation import Cascade, NoCircuit, Profile, Stages, Target

AIM = 0.95
"""Loss that a cascade is sized for, over the one allowed [-]."""

GENEROUS = 2.0
"""Strip acid to begin with, over the planned [-]."""

APPROACH = 0.06
"""Share of the organic that is taken away before more stages are tried [-]."""

COARSE, CHARGE_STEPS = 0.01, 30
"""How near the raffinate comes to what it should carry, relative, before losses are looked at [-];
most steps to it."""

STILL = 1e-3
"""Change of what returns, over what may be lost, at which a cascade is judged [-]."""

CLOSINGS, A_LITTLE = 8, 0.004
"""Most times that a closed cascade which loses too much is given more organic, and how much more
[-]."""

ACID_TOLERANCE = 0.03
"""How far the strip acid may be off what the organic asks for, relative [-]."""


class ByLosses(Trial):
    """A trial at given stages, its organic and reflux found from the losses.

    planned: the plan as it came. acid_needed: strip acid per organic, over the planned [-].
    closing: whether the organic stays. spent: Newton steps times stages taken so far [-].
    """

    def __init__(self, cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> None:
        # Where few stages ask for more organic than planned, its acid must not be short at once.
        ample = replace(plan, strip_flow=GENEROUS * plan.strip_flow, reflux=plan.reflux / GENEROUS)
        super().__init__(cut, practice, ample, liquor, stripping=math.ceil(plan.stages[2]))
        self.planned = plan
        self.acid_needed = 1.0
        self.closing = False
        self.spent = 0

    @property
    def organic_flow(self) -> float:
        """Organic that goes round [L/s]."""
        return self.plan.organic_flow

    @organic_flow.setter
    def organic_flow(self, flow: float) -> None:
        self.plan = replace(self.plan, organic_flow=flow)

    @property
    def strip_flow(self) -> float:
        """Strip acid [L/s]."""
        return self.plan.strip_flow

    def run(self) -> Plan:
        """How it is run, as a plan without its costs."""
        n = self.cascade.stages
        stages = (n.extraction, n.scrubbing, n.stripping)
        loaded = self.loaded() / self.cut.total
        return replace(self.plan, organic=loaded, stages=stages, reflux=self.reflux, costs={})

    def other(self) -> ByLosses:
        """One more trial that begins where this one stands, its work counted from nothing.

        What returns on the organic is no more than a first guess there: both share it.
        """
        trial = copy(self)
        trial.spent = 0
        return trial

    def keep_losses(self, extraction: int, scrubbing: int) -> None:
        """Solve at these stages, the organic going round, with as much stripping as that takes and
        the extractant loaded within its limit.

        Raises Infeasible where no flows keep the losses, with the reason.
        """
        relief = Relief()
        for _ in range(RELIEFS):
            self._go_round(extraction, scrubbing)
            if not overloaded(self.practice, self.steady):
                return
            self._relieve(relief)
        raise beyond_limit(self.cut, self.practice, self.steady)

    def _go_round(self, extraction: int, scrubbing: int) -> None:
        """Solve until what returns on the organic, stripping and its acid no longer change."""
        tolerance = STILL * min(self.cut.heavy_lost, self.cut.light_lost)
        for turn in range(TURNS):
            self.solve(Stages(extraction, scrubbing, self.stripping))
            if self.add_strip():
                continue
            adjusted = self._adjust_acid()
            change = self.take_up(1 / 2 if turn > CALM else 1.0)
            if change <= tolerance and not adjusted:
                return
        raise Infeasible(
            f"cut {self.cut.name}: what returns on the organic does not settle in {TURNS} turns; "
            "strip with more acid"
        )

    def close(self) -> None:
        """Turn the organic round until what returns is what left, then give all flows.

        The organic stays, unless more is lost then than may be.
        """
        self.closing = True
        for _ in range(CLOSINGS):
            self.turn(self.cascade.stages)
            if losses_of(self.cut, self.steady)[0] <= self.cut.heavy_lost:
                break
            self.organic_flow *= 1 + A_LITTLE
        self.cascade = replace(self.cascade, reflux=self.reflux, targets=())
        self.profile = self._steady(self.cascade)

    def solve(self, stages: Stages) -> None:
        """The steady state at `stages`, from the last one or from what the charge tells."""
        if self.profile is not None:
            near = stretched(self.profile, self.cascade.stages, stages)
            self._approach(stages)
        else:
            near = self._by_charge(stages)
        if near is not None:
            flows = near.flows.with_(organic=self.organic_flow, reflux=self.reflux)
            self.profile = replace(near, flows=flows)
        given = self.given(stages)
        self.profile = self._steady(replace(given, targets=self._targets()))
        flows = self.profile.flows
        self.organic_flow, self.reflux = flows.organic, flows.reflux
        self.cascade = self.given(stages)

    def _by_charge(self, stages: Stages) -> Profile | None:
        """A first steady state, at the planned organic: the reflux at which the raffinate carries
        as much as it should, None where there is none.

        Sodium, acid and metal balance charge, so the extract falls by a third of what acid the
        reflux takes: almost a straight line, whatever the losses still are.
        """
        cut = self.cut
        wanted = sum(cut.feed[e] for e in cut.lights) - cut.light_lost + cut.heavy_lost
        if cut.middle:
            wanted = cut.total * (1 - float(cut.lumps.distributed().sum()))
        low, high, profile = 0.0, MOST_REFLUX, None
        slope = self.strip_flow * self.practice.strip_acid / CHARGE
        for _ in range(CHARGE_STEPS):
            found = self.given(stages).solve(profile, sensitivity=False)
            if not found.converged:
                return None
            profile = found
            miss = sum(metals(cut, profile, "raffinate").values()) - wanted
            if abs(miss) <= COARSE * min(wanted, cut.total - wanted):
                break
            low, high = (low, self.reflux) if miss > 0 else (self.reflux, high)
            moved = self.reflux - miss / slope
            self.reflux = moved if low < moved < high else (low + high) / 2
        return profile

    def _approach(self, stages: Stages) -> None:
        """Flows to start from at more stages: less organic, and as much less scrub.

        From too little organic losses fall smoothly; with too much of it they are nothing for long,
        and then come all at once.
        """
        before = self.cascade.stages
        if stages.extraction + stages.scrubbing <= before.extraction + before.scrubbing:
            return
        fewer = self.organic_flow * (1 - APPROACH)
        near = with_organic(self.given(stages), self.steady, fewer)
        self.organic_flow, self.reflux = near.flows.organic, near.flows.reflux

    def _steady(self, cascade: Cascade) -> Profile:
        """The steady state, the organic found where it is free; raises Infeasible."""
        try:
            if cascade.targets and not self.closing:
                allowed = AIM * self.cut.heavy_lost
                profile, work = enough_organic(self.cut, cascade, self.profile, allowed)
                self.spent += work
            else:
                profile = cascade.solve(self.profile, sensitivity=False)
        except NoCircuit as error:
            raise Infeasible(f"cut {self.cut.name}: {error}") from None
        if not profile.converged:
            raise Infeasible(f"cut {self.cut.name}: {profile.reason}")
        return profile

    def _targets(self) -> tuple[Target, ...]:
        """What the extract may bear of the lights, as what sets the reflux."""
        cut = self.cut
        light = AIM * cut.light_lost
        kept = sum(cut.feed[e] for e in cut.heavies) - AIM * cut.heavy_lost
        counted = dict.fromkeys((*cut.sharp_lights, *cut.heavies), 1.0)
        return (Target("reflux", "impurity", cut.heavies, light / (light + kept), weights=counted),)

    def _adjust_acid(self) -> bool:
        """As much strip acid per organic as planned, times what was found to be needed; whether
        that changed."""
        planned = self.planned.strip_flow / self.planned.organic_flow
        wanted = self.acid_needed * planned * self.organic_flow
        if abs(self.strip_flow / wanted - 1) <= ACID_TOLERANCE:
            return False
        self.reflux = min(self.reflux * self.strip_flow / wanted, 1 - ACID_TOLERANCE)
        self.plan = replace(self.plan, strip_flow=wanted)
        return True

    def more_acid(self) -> None:
        """More strip acid per organic."""
        self.acid_needed *= MORE_ACID
        self._adjust_acid()

    def _relieve(self, relief: Relief) -> None:
        """Acidify the feed or saponify less, with as much more organic."""
        before, flow = self.practice.saponification, self.organic_flow
        self.practice = relief.changed(self.practice, self.steady, self.liquor.flow, flow)
        self.liquor = self.liquor.with_acid(self.practice.feed_acid)
        self.organic_flow = flow * (before / self.practice.saponification)
