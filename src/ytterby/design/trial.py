"""A cascade on trial: its flows set from the charge it carries, its losses told in stages.

Sodium, acid and metal balance charge over a cascade, so the metal in the extract is

    3 E = Na fed - acid of the reflux - acid of the feed + acid of the raffinate

almost linear in the reflux. So the amount of extract is set first, by the reflux, to what the
wanted products add up to; then the losses of heavies to the raffinate and of lights to the extract
can only be too large together, for want of stages. No target has to be found from far away, where
long cascades answer by jumps.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.liquor import Liquor
from ytterby.design.practice import CHARGE, SODIUM, Practice
from ytterby.design.reading import gain, losses_of, metals, stretched
from ytterby.facts import fact
from ytterby.separation import Aqueous, Cascade, Organic, Profile, Stages

Array = NDArray[np.float64]

EXTRACT_TOLERANCE = 0.02
"""How near the extract comes to what is wanted, over the smaller allowed loss [-]."""

MOST_ADDED, MORE_ACID, ENOUGH_ACID = 6, 1.2, 1.02
"""Most stripping stages added in a round; factor on the strip acid where they do not help; how near
the largest reflux means that there is too little of it [-]."""

REFLUX_STEPS, LOADING_STEPS = 100, 8
"""Most steps of the reflux, and of the organic flow."""
CALM = 12
"""Steps after which what returns is taken up by halves [-]."""

COARSE, LARGEST_SCALE = 0.01, 1.5
"""Tolerance of loading and extract on the way [-]; largest change of the organic in one step."""

STEEPEST, FLATTEST = 3.0, 1000.0
"""Bounds of the slope of the extract over the reflux: times and by that of the charge balance."""

LEAST_REFLUX, MOST_REFLUX = 0.005, 0.97
"""Smallest share of the strip liquor that goes on as scrub before more organic is taken, and the
largest [-]."""

MOST_SHARE, MOST_RETURNED = 0.99, 0.15
"""Share of an element returning from which on it is taken as it is, one turn at a time; largest
share of the loaded metal that may return [-]."""
TURNS, CLOSED = 60, 1e-12
"""Most turns of the organic at fixed flows, and change of what returns, over the feed, at which the
loop is closed [-]."""


class Infeasible(ValueError):
    """No cascade of this kind makes the cut; the message says what stands in the way."""


class Trial:
    """The search for one cascade: its present flows, stages and steady state."""

    def __init__(self, cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> None:
        self.cut, self.practice, self.plan, self.liquor = cut, practice, plan, liquor
        self.stripping = math.ceil(plan.stages[2])
        self.reflux = plan.reflux
        self.returned: dict[str, float] = {}
        self.strip_lacked = 0
        self.cascade: Cascade
        self.profile: Profile | None = None

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
            short = self.plan.organic * self.cut.total / self._loaded()
            if abs(short - 1) <= COARSE:
                break
            self._scale(min(max(short, 1 / LARGEST_SCALE), LARGEST_SCALE))
        self.trim(stages)

    def trim(self, stages: Stages) -> None:
        """Set the reflux so that the extract is what is wanted, to a part of the losses."""
        cut = self.cut
        self._extract(stages, EXTRACT_TOLERANCE * min(cut.heavy_lost, cut.light_lost))

    def _loaded(self) -> float:
        """Rare earths in the organic leaving the feed stage, less those that return [mol/s]."""
        profile, stage = self.profile, self.cascade.stages.extraction - 1
        assert profile is not None
        content = profile.organic[stage, self.cut.chemistry.index(self.cut.series)].sum()
        returned = sum(self.returned.values()) * self.plan.organic_flow
        return float(profile.volumes[3:, stage].sum() * content) - returned

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

        The extract falls as the reflux grows: regula falsi in a bracket as it is found, secants
        with the slope of the charge balance before.
        """
        cut = self.cut
        low, high = 0.0, MOST_REFLUX
        last: tuple[float, float] | None = None
        miss = math.inf
        for step in range(REFLUX_STEPS):
            self._solve(stages)
            if self._overfull():
                stages = replace(stages, stripping=self.stripping)
                low, high, last = 0.0, MOST_REFLUX, None
                continue
            # Reflux and organic loop answer each other: where they swing, take half steps.
            change = self._returning(1 / 2 if step > CALM else 1.0)
            settled = change <= tolerance
            assert self.profile is not None
            # By what is not in the raffinate: what goes round with the organic does not count.
            miss = cut.total - self.wanted - sum(metals(cut, self.profile, "raffinate").values())
            if abs(miss) <= tolerance and (settled or tolerance > EXTRACT_TOLERANCE * self.wanted):
                return
            if miss > 0 and self.reflux > MOST_REFLUX / ENOUGH_ACID:
                self._more_acid()
                low, high, last = 0.0, MOST_REFLUX, None
                continue
            if miss < 0 and self.reflux < LEAST_REFLUX:
                # No scrub is left to take away, and still too little is extracted.
                self._scale(1 - miss / self.wanted)
                self.reflux = 2 * LEAST_REFLUX
                low, high, last = 0.0, MOST_REFLUX, None
                continue
            nominal = -self.plan.strip_flow * self.practice.strip_acid / CHARGE
            if settled:
                low, high = (self.reflux, high) if miss > 0 else (low, self.reflux)
            slope = nominal
            if last is not None and self.reflux != last[0]:
                secant = (miss - last[1]) / (self.reflux - last[0])
                if secant < 0:
                    slope = min(max(secant, STEEPEST * nominal), nominal / FLATTEST)
            last = self.reflux, miss
            moved = self.reflux - miss / slope
            if moved <= low:
                moved = (low + self.reflux) / 2
            elif moved >= high:
                moved = (high + self.reflux) / 2
            self.reflux = moved
        raise Infeasible(
            f"cut {cut.name}: the extract stays {miss / self.wanted:+.2%} off what is wanted at a "
            f"reflux of {self.reflux:.3f}; use more strip acid"
        )

    def _overfull(self) -> bool:
        """Add acid and a stripping stage where too much stays on the organic; whether it did."""
        profile, cut = self.profile, self.cut
        assert profile is not None
        left = sum(metals(cut, profile, "organic").values())
        if left <= MOST_RETURNED * self.plan.organic * cut.total:
            return False
        before = self.cascade.stages
        self.stripping += 1
        self._more_acid()
        self.returned = {}
        self.profile = stretched(profile, before, replace(before, stripping=self.stripping))
        return True

    def _more_acid(self) -> None:
        """More strip acid, of which a smaller share scrubs."""
        self.plan = replace(self.plan, strip_flow=self.plan.strip_flow * MORE_ACID)
        self.reflux /= MORE_ACID

    def _solve(self, stages: Stages) -> None:
        practice, plan = self.practice, self.plan
        sodium = {SODIUM: practice.sodium, **self.returned}
        self.cascade = Cascade(
            self.cut.chemistry,
            stages,
            self.liquor.aqueous(),
            Organic(plan.organic_flow, practice.dimer, sodium),
            strip=Aqueous(plan.strip_flow, {}, practice.strip_acid),
            reflux=self.reflux,
        )
        self.profile = self.cascade.solve(self.profile)
        if not self.profile.converged:
            raise Infeasible(f"cut {self.cut.name}: {self.profile.reason}")

    def close(self) -> None:
        """Turn the organic round at fixed flows until what returns is what left."""
        assert self.profile is not None
        organic = self.cascade.organic
        self.returned = {e: organic.concentrations.get(e, 0.0) for e in self.cut.series}
        self.reflux = self.profile.flows.reflux
        if self._returning() > CLOSED * self.cut.total:
            self.turn(self.cascade.stages)

    def turn(self, stages: Stages) -> None:
        """Solve at fixed flows, the organic going round until it closes."""
        change = math.inf
        for _ in range(TURNS):
            self._solve(stages)
            change = self._returning()
            if change <= CLOSED * self.cut.total:
                return
        raise Infeasible(
            f"cut {self.cut.name}: what returns on the organic still changes by {change:.3g} mol/s "
            f"after {TURNS} turns; strip with more acid"
        )

    def _returning(self, part: float = 1.0) -> float:
        """Take up a part of the change of what returns on the stripped organic; the change [mol/s].

        With the share s of what enters that leaves on the organic held, the loop holds
        fed s/(1 - s): so an element that is stripped slowly needs no thousand turns.
        """
        cut, profile, flow = self.cut, self.profile, self.plan.organic_flow
        assert profile is not None
        new = {}
        for e, out in metals(cut, profile, "organic").items():
            share = out / (cut.feed[e] + self.returned.get(e, 0.0) * flow)
            new[e] = cut.feed[e] * share / (1 - share) if share < MOST_SHARE else out
        # An iterate may strip little; what would then go round has no room in the organic.
        room = MOST_RETURNED * self.plan.organic * cut.total
        scale = min(1.0, room / (sum(new.values()) or room))
        change = 0.0
        for e, amount in new.items():
            before = self.returned.get(e, 0.0)
            step = scale * amount / flow - before
            change += abs(step) * flow
            self.returned[e] = before + part * step
        return change

    def missing_strip(self) -> int:
        """Stripping stages lacking for what may return [-].

        Of each element counts the share that stage 1 parts into the raffinate: what is extracted
        far better than the neighbours of the cut goes round and does no harm.
        """
        cut, profile, stages = self.cut, self.profile, self.cascade.stages
        assert profile is not None
        places = cut.chemistry.index(cut.heavies)
        aqueous = profile.volumes[:3, 0].sum() * profile.aqueous[0, places]
        organic = profile.volumes[3:, 0].sum() * profile.organic[0, places]
        harm = profile.organic[::-1, places] @ (aqueous / (aqueous + organic))
        allowed = self.practice.returned_share * cut.heavy_lost
        returning = float(profile.volumes[5, -1] * harm[0])
        if returning <= allowed:
            return 0
        return math.ceil(math.log(returning / allowed) / gain(harm[: stages.stripping]))

    def add_strip(self) -> bool:
        """Add stripping stages, or acid where stages have not helped; whether any were missing."""
        missing, last = self.missing_strip(), self.strip_lacked
        self.strip_lacked = missing
        if not missing:
            return False
        if last and missing > last / 2:
            self._more_acid()
            return True
        self.stripping += min(missing, MOST_ADDED)
        return True

    def losses(self) -> tuple[float, float]:
        """Heavies in the raffinate and lights in the extract [mol/s]."""
        assert self.profile is not None
        return losses_of(self.cut, self.profile)

    def excess(self) -> Array:
        """ln(loss/allowed) of the heavies in the raffinate and the lights in the extract [-]."""
        heavy, light = self.losses()
        return np.log([heavy / self.cut.heavy_lost, light / self.cut.light_lost])

    def missing_stages(self) -> Array:
        """Stages that extraction and scrubbing lack for their losses; negative: can spare [-].

        At its end a section lowers its loss by a constant factor per stage, read off the profile.
        """
        cut, profile, stages = self.cut, self.profile, self.cascade.stages
        assert profile is not None
        places = cut.chemistry.index
        h = profile.aqueous[:, places(cut.heavies)].sum(1)
        y = profile.organic[:, places(cut.sharp_lights)].sum(1)
        top = stages.extraction + stages.scrubbing
        below = gain(h[: stages.extraction])
        above = gain(y[stages.extraction - 1 : top][::-1])
        return self.excess() / np.array([below, above])

    def kept(self, best: tuple[Cascade, Profile, Plan] | None) -> tuple[Cascade, Profile, Plan]:
        """The present cascade, or the best so far where that has no more stages."""
        assert self.profile is not None
        if best is not None and best[0].stages.total <= self.cascade.stages.total:
            return best
        return self.cascade, self.profile, self.plan
