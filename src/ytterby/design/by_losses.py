"""A cascade whose flows are set by what may cross the cut, stages of least cost.

`trial` sets the extract by the charge that the cascade carries, at the organic of the plan, and
adds stages. Where little of the feed is extracted, or next to nothing may be lost, that search
stands before a cliff: with both flows given the place of the front between the products is a
neutral mode, and a thousandth of a flow moves it from one end of the cascade to the other. Here the
stages are given instead, and the flows found: the reflux at which the extract holds the lights it
may bear, and the organic at which the raffinate holds the heavies that it may lose.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import replace

import numpy as np

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan, costs, least_acid
from ytterby.design.liquor import Liquor
from ytterby.design.practice import CHARGE, SODIUM, Practice, Prices
from ytterby.design.reading import gain, losses_of, metals, stretched
from ytterby.design.sizing import Sized
from ytterby.design.trial import CALM, CLOSED, MOST_ADDED, MOST_RETURNED, Infeasible, Trial
from ytterby.facts import fact
from ytterby.separation import (
    Aqueous,
    Cascade,
    NoCircuit,
    Organic,
    Profile,
    Stages,
    Target,
)

AIM = 0.95
"""Loss that a cascade is sized for, over the one allowed [-]."""

GENEROUS, MORE_ACID = 2.0, 1.2
"""Strip acid to begin with, over the planned; factor on it where stripping stages do not help
[-]."""

APPROACH = 0.06
"""Share of the organic that is taken away before more stages are tried [-]."""

ROOM, NARROW, SMALLEST = 0.5, 1.0001, 1e-290
"""How far below what is aimed at the loss of heavies may be left, in its logarithm; ratio of two
organics of which one is enough and one is not that are as good as one [-]; stands for an amount of
nothing [mol/s]."""

FIRST_FACTOR, LARGEST_FACTOR, ORGANIC_STEPS = 1.03, 1.5, 40
"""First and largest factor on the organic until too little and enough of it are known [-]; most
trials of it."""

COARSE, CHARGE_STEPS, LEAST_REFLUX, MOST_REFLUX = 0.01, 30, 1e-4, 0.97
"""How near the raffinate comes to what it should carry, relative, before losses are looked at; most
steps to it; smallest and largest share of the strip liquor that goes on as scrub [-]."""

TURNS, STILL = 80, 1e-3
"""Most turns of the organic; change of what returns, over what may be lost, at which a cascade is
judged [-]."""

CLOSINGS, A_LITTLE = 8, 0.004
"""Most times that a closed cascade which loses too much is given more organic, and how much more
[-]."""

ACID_TOLERANCE = 0.03
"""How far the strip acid may be off what the organic asks for, relative [-]."""

LOADING_TOLERANCE, RELIEFS = 0.02, 12
"""How far beyond its limit loading is tolerated, relative [-]; most changes of saponification or
feed acid to keep the limit."""

AMPLE, FIRST, MOST_TRIALS = 1.4, 1.5, 4
"""Ideal stages that are tried first, over the least at total reflux; factor on them where no flows
keep the losses [-]; most trials before that is given up."""

STEPS, GAIN = (1.25, 1.08), 1e-3
"""Factors on the stages of a section that are tried for less cost, one after the other; relative
saving for which another number is taken [-]."""


MOST_WORK = 1_000_000
"""Newton steps times stages after which no other number of stages is tried for less cost [-]."""


class ByLosses(Trial):
    """A trial at given stages, its organic and reflux found from the losses.

    spent: Newton steps times stages taken so far [-].
    """

    def __init__(self, cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> None:
        # Where few stages ask for more organic than planned, its acid must not be short at once.
        ample = replace(plan, strip_flow=GENEROUS * plan.strip_flow, reflux=plan.reflux / GENEROUS)
        super().__init__(cut, practice, ample, liquor)
        self.planned = plan
        self.more_acid = 1.0
        self.closing = False
        self.spent = 0

    @property
    def steady(self) -> Profile:
        """The last steady state."""
        assert self.profile is not None
        return self.profile

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
        loaded = self._loaded() / self.cut.total
        return replace(self.plan, organic=loaded, stages=stages, reflux=self.reflux, costs={})

    def keep_losses(self, extraction: int, scrubbing: int) -> None:
        """Solve at these stages, the organic going round, with as much stripping as that takes and
        the extractant loaded within its limit.

        Raises Infeasible where no flows keep the losses, with the reason.
        """
        for _ in range(RELIEFS):
            self._go_round(extraction, scrubbing)
            if not self._relieve():
                return

    def _go_round(self, extraction: int, scrubbing: int) -> None:
        tolerance = STILL * min(self.cut.heavy_lost, self.cut.light_lost)
        for turn in range(TURNS):
            self._solve(Stages(extraction, scrubbing, self.stripping))
            if self.add_strip():
                continue
            adjusted = self._adjust_acid()
            change = self._returning(1 / 2 if turn > CALM else 1.0)
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
            for _ in range(TURNS):
                self._solve(self.cascade.stages)
                if self._returning() <= CLOSED * self.cut.total:
                    break
            if losses_of(self.cut, self.steady)[0] <= self.cut.heavy_lost:
                break
            self.organic_flow *= 1 + A_LITTLE
        self.cascade = replace(self.cascade, reflux=self.reflux, targets=())
        self.profile = self._steady(self.cascade)

    def _solve(self, stages: Stages) -> None:
        if self.profile is not None:
            near = stretched(self.profile, self.cascade.stages, stages)
            self._approach(stages)
        else:
            near = self._by_charge(stages)
        if near is not None:
            flows = near.flows.with_(organic=self.organic_flow, reflux=self.reflux)
            self.profile = replace(near, flows=flows)
        given = self._given(stages)
        self.profile = self._steady(replace(given, targets=self._targets()))
        flows = self.profile.flows
        self.organic_flow, self.reflux = flows.organic, flows.reflux
        self.cascade = self._given(stages)

    def _given(self, stages: Stages) -> Cascade:
        """The cascade at the present flows."""
        practice = self.practice
        sodium = {SODIUM: practice.sodium, **self.returned}
        return Cascade(
            self.cut.chemistry,
            stages,
            self.liquor.aqueous(),
            Organic(self.organic_flow, practice.dimer, sodium),
            strip=Aqueous(self.strip_flow, {}, practice.strip_acid),
            reflux=self.reflux,
        )

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
            found = self._given(stages).solve(profile, sensitivity=False)
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
        near = self._with_organic(self.profile, self.organic_flow * (1 - APPROACH))
        assert near is not None
        self.organic_flow, self.reflux = near.flows.organic, near.flows.reflux

    def _steady(self, cascade: Cascade) -> Profile:
        """The steady state, the organic found where it is free; raises Infeasible."""
        try:
            if cascade.targets and not self.closing:
                profile = self._with_enough_organic(cascade)
            else:
                profile = cascade.solve(self.profile, sensitivity=False)
        except NoCircuit as error:
            raise Infeasible(f"cut {self.cut.name}: {error}") from None
        if not profile.converged:
            raise Infeasible(f"cut {self.cut.name}: {profile.reason}")
        return profile

    def _with_enough_organic(self, cascade: Cascade) -> Profile:
        """The organic by halving a bracket, at each value the reflux by its target.

        Where next to nothing may be lost both answer to the charge alone, and no search for two
        flows at once gets hold of the difference. The raffinate then holds somewhat less of the
        heavies than it may.
        """
        allowed = AIM * self.cut.heavy_lost
        flow, profile = self.organic_flow, self.profile
        low, high, factor = 0.0, math.inf, FIRST_FACTOR
        found: Profile | None = None
        enough: Profile | None = None
        for _ in range(ORGANIC_STEPS):
            tried = replace(cascade, organic=replace(cascade.organic, flow=flow))
            found = tried.solve(self._with_organic(profile, flow), sensitivity=False)
            self.spent += found.iterations * cascade.stages.total
            over = math.inf
            if found.converged:
                profile = found
                lost = losses_of(self.cut, found)[0]
                over = math.log(max(lost, SMALLEST) / allowed)
            if over <= 0:
                enough = found
            low, high = (flow, high) if over > 0 else (low, flow)
            # With stages to spare the loss falls by powers of ten within a breath of organic.
            if enough is not None and (over >= -ROOM if over <= 0 else high <= low * NARROW):
                return enough
            if low > 0 and high < math.inf:
                flow = math.sqrt(low * high)
            else:
                flow *= factor if over > 0 else 1 / factor
                factor = min(factor * factor, LARGEST_FACTOR)
        assert found is not None
        reason = found.reason or (
            f"no organic flow keeps both losses, found none between {low:.4g} and {high:.4g} L/s; "
            "allow more loss"
        )
        return replace(found, converged=False, reason=reason)

    def _with_organic(self, profile: Profile | None, flow: float) -> Profile | None:
        """A guess at another organic flow [L/s]: the scrub takes what more sodium comes, so that
        the charge left for the extract stays."""
        if profile is None:
            return None
        acid = self.strip_flow * self.practice.strip_acid
        brought = (flow - profile.flows.organic) * self.practice.sodium
        reflux = min(max(profile.flows.reflux + brought / acid, LEAST_REFLUX), MOST_REFLUX)
        return replace(profile, flows=profile.flows.with_(organic=flow, reflux=reflux))

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
        wanted = self.more_acid * planned * self.organic_flow
        if abs(self.strip_flow / wanted - 1) <= ACID_TOLERANCE:
            return False
        self.reflux = min(self.reflux * self.strip_flow / wanted, 1 - ACID_TOLERANCE)
        self.plan = replace(self.plan, strip_flow=wanted)
        return True

    def add_strip(self) -> bool:
        """Add stripping stages, or acid where stages have not helped; whether any were missing."""
        missing, last = self.missing_strip(), self.strip_lacked
        self.strip_lacked = missing
        if missing <= 0:
            return False
        if last > 0 and missing > last / 2:
            self.more_acid *= MORE_ACID
            self._adjust_acid()
        else:
            self.stripping += min(missing, MOST_ADDED)
        return True

    def missing_strip(self) -> int:
        """Stripping stages lacking for what may return [-]; negative: to spare.

        Of each element counts the share that stage 1 parts into the raffinate, over what may be
        lost of it: what is extracted far better than the neighbours goes round and does no harm.
        """
        cut, profile, stages = self.cut, self.steady, self.cascade.stages
        left = sum(metals(cut, profile, "organic").values())
        if left > MOST_RETURNED * self.planned.organic * cut.total:
            return MOST_ADDED
        places = cut.chemistry.index(cut.heavies)
        aqueous = profile.volumes[:3, 0].sum() * profile.aqueous[0, places]
        organic = profile.volumes[3:, 0].sum() * profile.organic[0, places]
        harm = profile.organic[::-1, places] * (aqueous / (aqueous + organic))
        returning = profile.volumes[5, -1] * harm[0]
        fed = np.array([cut.feed[e] for e in cut.heavies])
        # Of what is there in traces only, as much may be lost as of all together.
        share = np.where(fed > cut.heavy_lost, np.minimum(fed / fed[0], 1.0), 1.0)
        allowed = self.practice.returned_share * cut.heavy_lost * share
        lacking = [
            math.log(over) / gain(column[: stages.stripping])
            for over, column in zip(returning / allowed, harm.T, strict=True)
            if over > 0
        ]
        return math.ceil(max(lacking, default=0))

    def _relieve(self) -> bool:
        """Saponify less, or acidify the feed, where the extractant is loaded beyond its limit;
        whether it was.

        Where sodium explains the loading, less is saponified; where metal of a neutral liquor
        displaces protons beyond that, the feed is acidified, as plants do.
        """
        practice = self.practice
        loading = float(self.steady.loading.max())
        over = loading - practice.loading_limit
        if over <= practice.loading_limit * LOADING_TOLERANCE:
            return False
        if loading > 2 * practice.saponification:
            protons = over * practice.dimer * self.organic_flow
            acid = practice.feed_acid + protons / self.liquor.flow
            self.practice = replace(practice, feed_acid=acid)
            self.liquor = self.liquor.with_acid(acid)
        else:
            degree = practice.saponification * practice.loading_limit / loading
            self.practice = replace(practice, saponification=degree)
            self.organic_flow *= practice.saponification / degree
        return True


def size_by_losses(
    cut: Cut, practice: Practice, prices: Prices, plan: Plan, liquor: Liquor | None = None
) -> Sized:
    """A cascade that keeps both losses of a cut, with the stages of least cost.

    With few stages the losses ask for much organic and with many for little. From few, those of
    extraction and scrubbing are changed as long as that saves.

    liquor: how the feed arrives; None: at the concentration of practice.
    Raises Infeasible where the losses cannot be kept, with the reason.
    """
    practice = replace(practice, feed_acid=max(practice.feed_acid, least_acid(cut, practice, plan)))
    liquor = (liquor or Liquor.of(cut, practice)).with_acid(practice.feed_acid)
    best = _less_stripping(_cheapest(_first(cut, practice, plan, liquor), prices))
    best.close()
    return Sized(cut, best.practice, best.run(), best.cascade, best.steady)


def _first(cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> ByLosses:
    """At little more than the least stages of the neighbours, section by section, or more if need
    be.

    There the losses ask for ample organic. Nearer to the least S many stages do next to nothing,
    and flows are hard to find.
    """
    more = AMPLE / fact("mixer-settler.stage-efficiency").value
    least = cut.lumps.total_reflux_sections()
    for attempt in range(MOST_TRIALS):
        trial = ByLosses(cut, practice, plan, liquor)
        try:
            trial.keep_losses(*(math.ceil(more * count) for count in least))
        except Infeasible:
            if attempt == MOST_TRIALS - 1:
                raise
            more *= FIRST
        else:
            return trial
    raise AssertionError


def _cheapest(first: ByLosses, prices: Prices) -> ByLosses:
    """The trial with the stages of least cost, section by section."""

    def cost(trial: ByLosses) -> float:
        return sum(costs(trial.cut, trial.practice, prices, trial.run()).values())

    best, least, spent = first, cost(first), 0
    for step in STEPS:
        moves = [(step, 1.0), (1.0, step), (1 / step, 1.0), (1.0, 1 / step)]
        while moves and spent <= MOST_WORK:
            factors = moves.pop(0)
            stages = best.cascade.stages
            counts = stages.extraction, stages.scrubbing
            changed = tuple(_changed(n, f) for n, f in zip(counts, factors, strict=True))
            if min(changed) < 1:
                continue
            trial = copy(best)
            trial.spent = 0
            try:
                trial.keep_losses(*changed)
            except Infeasible:
                continue
            finally:
                spent += trial.spent
            found = cost(trial)
            if found < least * (1 - GAIN):
                best, least = trial, found
                moves.append(factors)
    return best


def _less_stripping(trial: ByLosses) -> ByLosses:
    """The trial without the stripping stages that it can spare, if there are any."""
    spare = copy(trial)
    spare.stripping = max(trial.stripping + trial.missing_strip(), 1)
    if spare.stripping >= trial.stripping:
        return trial
    stages = trial.cascade.stages
    try:
        spare.keep_losses(stages.extraction, stages.scrubbing)
    except Infeasible:
        return trial
    return spare


def _changed(count: int, factor: float) -> int:
    """So many times the stages, at least one more or less if it is not one."""
    moved = round(count * factor)
    if moved == count and factor != 1:
        return count + (1 if factor > 1 else -1)
    return moved
