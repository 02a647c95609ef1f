"""The flows of a cascade from the charge it carries; its losses told in stages.

Sodium, acid and metal balance charge over a cascade, so the metal in the extract is

    3 E = Na fed - acid of the reflux - acid of the feed + acid of the raffinate

almost linear in the reflux. So the amount of extract is set first, by the reflux, to what the
wanted products add up to; then the losses of heavies to the raffinate and of lights to the extract
can only be too large together, for want of stages. No target has to be found from far away, where
long cascades answer by jumps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.liquor import Liquor
from ytterby.design.practice import CHARGE, Practice
from ytterby.design.reading import gain, losses_of, metals, stretched
from ytterby.design.trial import (
    CALM,
    CLOSED,
    MORE_ACID,
    MOST_REFLUX,
    Infeasible,
    Trial,
)
from ytterby.facts import fact
from ytterby.separation import Cascade, Profile, Stages

Array = NDArray[np.float64]

EXTRACT_TOLERANCE = 0.02
"""How near the extract comes to what is wanted, over the smaller allowed loss [-]."""

ENOUGH_ACID = 1.02
"""How near the largest reflux means that there is too little strip acid [-]."""

REFLUX_STEPS, LOADING_STEPS = 100, 8
"""Most steps of the reflux, and of the organic flow."""

COARSE, LARGEST_SCALE = 0.01, 1.5
"""Tolerance of loading and extract on the way [-]; largest change of the organic in one step."""

STEEPEST, FLATTEST = 3.0, 1000.0
"""Bounds of the slope of the extract over the reflux: times and by that of the charge balance."""

LEAST_REFLUX = 0.005
"""Smallest share of the strip liquor that goes on as scrub before more organic is taken [-]."""


@dataclass
class RefluxSearch:
    """Regula falsi for the reflux, in a bracket as it is found; secants before.

    low, high: bounds of the reflux [-]. last: the reflux before and what missed there [mol/s].
    """

    low: float = 0.0
    high: float = MOST_REFLUX
    last: tuple[float, float] | None = None

    def moved(self, reflux: float, miss: float, nominal: float, *, settled: bool) -> float:
        """The next reflux [-].

        reflux: the present one [-]. miss: extract above what is wanted [mol/s].
        nominal: slope of the miss over the reflux by the charge balance [mol/s].
        settled: whether what returns on the organic no longer changes, so that the miss bounds.
        """
        if settled and miss > 0:
            self.low = reflux
        elif settled:
            self.high = reflux
        slope = nominal
        if self.last is not None and reflux != self.last[0]:
            secant = (miss - self.last[1]) / (reflux - self.last[0])
            if secant < 0:
                slope = min(max(secant, STEEPEST * nominal), nominal / FLATTEST)
        self.last = reflux, miss
        moved = reflux - miss / slope
        if moved <= self.low:
            return (self.low + reflux) / 2
        if moved >= self.high:
            return (self.high + reflux) / 2
        return moved


class ByCharge(Trial):
    """A trial whose reflux is set so that the extract is what is wanted."""

    def __init__(self, cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> None:
        super().__init__(cut, practice, plan, liquor, stripping=math.ceil(plan.stages[2]))

    @property
    def wanted(self) -> float:
        """Rare earths that should leave with the extract [mol/s]."""
        cut = self.cut
        if cut.middle:
            return float(cut.lumps.distributed().sum()) * cut.total
        return sum(cut.feed[e] for e in cut.heavies) - cut.heavy_lost + cut.light_lost

    def first_stages(self) -> tuple[int, int]:
        """The stages of the plan, as many more as a stage is less than one."""
        efficiency = fact("mixer-settler.stage-efficiency").value
        extraction, scrubbing, _ = self.plan.stages
        return math.ceil(extraction / efficiency), math.ceil(scrubbing / efficiency)

    def widen(self, factor: float) -> None:
        """More organic and scrub, where stages alone do not help."""
        self.plan = replace(self.plan, organic=self.plan.organic * factor)
        self._scale(factor)

    def settle(self, stages: Stages) -> None:
        """Solve at `stages` with the flows that give the planned loading and the wanted extract."""
        if self.profile is not None:
            self.profile = stretched(self.profile, self.cascade.stages, stages)
        for _ in range(LOADING_STEPS):
            self._extract(stages, COARSE * self.wanted)
            short = self.plan.organic * self.cut.total / self.loaded()
            if abs(short - 1) <= COARSE:
                break
            self._scale(min(max(short, 1 / LARGEST_SCALE), LARGEST_SCALE))
        self.trim(stages)

    def trim(self, stages: Stages) -> None:
        """Set the reflux so that the extract is what is wanted, to a part of the losses."""
        cut = self.cut
        self._extract(stages, EXTRACT_TOLERANCE * min(cut.heavy_lost, cut.light_lost))

    def _scale(self, factor: float) -> None:
        """Organic and strip acid times `factor`."""
        plan = self.plan
        self.plan = replace(
            plan,
            organic_flow=plan.organic_flow * factor,
            strip_flow=plan.strip_flow * factor,
        )

    def _extract(self, stages: Stages, tolerance: float) -> None:
        """The reflux at which the extract is what is wanted, to a tolerance [mol/s].

        The extract falls as the reflux grows.
        """
        cut = self.cut
        search = RefluxSearch()
        miss = math.inf
        for step in range(REFLUX_STEPS):
            self.solve(stages)
            if self._overfull():
                stages = replace(stages, stripping=self.stripping)
                search = RefluxSearch()
                continue
            # Reflux and organic loop answer each other: where they swing, take half steps.
            settled = self.take_up(1 / 2 if step > CALM else 1.0) <= tolerance
            # By what is not in the raffinate: what goes round with the organic does not count.
            left = sum(metals(cut, self.steady, "raffinate").values())
            miss = cut.total - self.wanted - left
            if abs(miss) <= tolerance and (settled or tolerance > EXTRACT_TOLERANCE * self.wanted):
                return
            if self._out_of_reach(miss):
                search = RefluxSearch()
                continue
            nominal = -self.plan.strip_flow * self.practice.strip_acid / CHARGE
            self.reflux = search.moved(self.reflux, miss, nominal, settled=settled)
        raise Infeasible(
            f"cut {cut.name}: the extract stays {miss / self.wanted:+.2%} off what is wanted at a "
            f"reflux of {self.reflux:.3f}; use more strip acid"
        )

    def _out_of_reach(self, miss: float) -> bool:
        """Take more acid or organic where no reflux does; whether none did.

        miss: extract above what is wanted [mol/s].
        """
        if miss > 0 and self.reflux > MOST_REFLUX / ENOUGH_ACID:
            self.more_acid()
            return True
        if miss < 0 and self.reflux < LEAST_REFLUX:
            # No scrub is left to take away, and still too little is extracted.
            self._scale(1 - miss / self.wanted)
            self.reflux = 2 * LEAST_REFLUX
            return True
        return False

    def _overfull(self) -> bool:
        """Add acid and a stripping stage where too much stays on the organic; whether it did."""
        if not self.barely_stripped():
            return False
        before = self.cascade.stages
        self.stripping += 1
        self.more_acid()
        self.returned = {}
        after = replace(before, stripping=self.stripping)
        self.profile = stretched(self.steady, before, after)
        return True

    def more_acid(self) -> None:
        """More strip acid, of which a smaller share scrubs."""
        self.plan = replace(self.plan, strip_flow=self.plan.strip_flow * MORE_ACID)
        self.reflux /= MORE_ACID

    def solve(self, stages: Stages) -> None:
        """The steady state at `stages` and the present flows; raises Infeasible."""
        self.cascade = self.given(stages)
        self.profile = self.cascade.solve(self.profile)
        if not self.profile.converged:
            raise Infeasible(f"cut {self.cut.name}: {self.profile.reason}")

    def close(self) -> None:
        """Turn the organic round at fixed flows until what returns is what left."""
        organic = self.cascade.organic
        self.returned = {e: organic.concentrations.get(e, 0.0) for e in self.cut.series}
        self.reflux = self.steady.flows.reflux
        if self.take_up() > CLOSED * self.cut.total:
            self.turn(self.cascade.stages)

    def losses(self) -> tuple[float, float]:
        """Heavies in the raffinate and lights in the extract [mol/s]."""
        return losses_of(self.cut, self.steady)

    def excess(self) -> Array:
        """ln(loss/allowed) of the heavies in the raffinate and the lights in the extract [-]."""
        heavy, light = self.losses()
        return np.log([heavy / self.cut.heavy_lost, light / self.cut.light_lost])

    def missing_stages(self) -> Array:
        """Stages that extraction and scrubbing lack for their losses; negative: can spare [-].

        At its end a section lowers its loss by a constant factor per stage, read off the profile.
        """
        cut, profile, stages = self.cut, self.steady, self.cascade.stages
        places = cut.chemistry.index
        h = profile.aqueous[:, places(cut.heavies)].sum(1)
        y = profile.organic[:, places(cut.sharp_lights)].sum(1)
        top = stages.extraction + stages.scrubbing
        below = gain(h[: stages.extraction])
        above = gain(y[stages.extraction - 1 : top][::-1])
        return self.excess() / np.array([below, above])

    def kept(self, best: tuple[Cascade, Profile, Plan] | None) -> tuple[Cascade, Profile, Plan]:
        """The present cascade, or the best so far where that has no more stages."""
        if best is not None and best[0].stages.total <= self.cascade.stages.total:
            return best
        return self.cascade, self.steady, self.plan
