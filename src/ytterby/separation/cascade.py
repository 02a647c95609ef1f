"""The cascade: flows given or set by targets, solved from nothing or from a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ytterby.facts import fact
from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import (
    Aqueous,
    Flows,
    Layout,
    Organic,
    SideDraw,
    SideFeed,
    Stages,
)
from ytterby.separation.loading import within_loading
from ytterby.separation.profile import Profile, describe, saturated
from ytterby.separation.reach import Reached, reach
from ytterby.separation.response import Change, Response, respond
from ytterby.separation.search import Search
from ytterby.separation.targets import Target, estimate

Array = NDArray[np.float64]
LIMIT_ROUNDING = 1e-9
"""Relative slack of a limit that a target holds exactly [-]."""


@dataclass(frozen=True)
class Cascade:
    """Extraction, scrubbing and stripping in one counter-current cascade of mixer-settlers.

    chemistry: distribution of the components.
    stages: number in each section.
    feed: enters the last extraction stage, in the aqueous or, loaded already, in the organic.
    organic: enters stage 1, saponified or acid.
    strip: acid entering stage N; None without stripping.
    scrub: a separate scrub feed at the last scrubbing stage, or None.
    reflux: share of the strip liquor that goes on as scrub [-]; a first guess where a target
        sets it, and None for the solver's own guess.
    targets: each sets one flow; the flows no target sets are as given.
    side_feeds, side_draws: further feeds and draws of either phase at any stage.
    efficiency: Murphree efficiency of the organic, of all stages or of each [-];
        None: the fact mixer-settler.stage-efficiency.
    entrainment: aqueous in organic and organic in aqueous, by volume [-];
        None: the facts mixer-settler.entrainment.*.
    solubility: log10 of hydroxide solubility products by component [-], mol/L; empty: not checked.
    loading_limit: largest share of the extractant bound to metal [-]; None: not checked.
    organic_at: the organic feed at a flow [L/s], where its composition changes with the flow, as
        that of a returning organic does which fresh one makes up; None: `organic` at any flow.
    """

    chemistry: Chemistry
    stages: Stages
    feed: Aqueous | Organic
    organic: Organic
    strip: Aqueous | None = None
    scrub: Aqueous | None = None
    reflux: float | None = 0.0
    targets: tuple[Target, ...] = ()
    side_feeds: tuple[SideFeed, ...] = ()
    side_draws: tuple[SideDraw, ...] = ()
    efficiency: float | Array | None = None
    entrainment: tuple[float, float] | None = None
    solubility: Mapping[str, float] | None = None
    loading_limit: float | None = None
    organic_at: Callable[[float], Organic] | None = None

    def __post_init__(self) -> None:
        if self.stages.stripping and self.strip is None:
            raise ValueError(
                "cascade: stripping stages without strip acid; pass strip=Aqueous(...)"
            )
        if self.feed.flow is None:
            raise ValueError("cascade: the feed has no flow [L/s]")
        set_flows = [target.flow for target in self.targets]
        if len(set(set_flows)) != len(set_flows):
            raise ValueError(f"cascade: two targets set the same flow, found {set_flows}")
        for name, flow in (
            ("organic", self.organic.flow),
            ("strip", self.strip.flow if self.strip else 0.0),
            ("scrub", self.scrub.flow if self.scrub else 0.0),
            ("reflux", self.reflux),
            *((side.name, side.feed.flow) for side in self.side_feeds),
        ):
            if flow is None and name not in set_flows:
                raise ValueError(f"cascade: {name} has neither a flow nor a target that sets it")
        for target in self.targets:
            self.chemistry.index(target.components)
        for side in (*self.side_feeds, *self.side_draws):
            if not 1 <= side.stage <= self.stages.total:
                raise ValueError(
                    f"cascade: {side.name!r} is at stage {side.stage}, expected 1 to "
                    f"{self.stages.total}"
                )

    @property
    def layout(self) -> Layout:
        """The circuit but for the flows that targets set, with defaults resolved."""
        efficiency, entrainment = self.efficiency, self.entrainment
        if efficiency is None:
            efficiency = fact("mixer-settler.stage-efficiency").value
        if entrainment is None:
            entrainment = (
                fact("mixer-settler.entrainment.aqueous-in-organic").value,
                fact("mixer-settler.entrainment.organic-in-aqueous").value,
            )
        return Layout(
            self.chemistry,
            self.stages,
            self.feed,
            self.organic,
            self.strip,
            self.scrub,
            efficiency,
            entrainment,
            self.side_feeds,
            self.side_draws,
            self.organic_at,
        )

    def first_flows(self) -> Flows:
        """The flows as given, estimated where a target sets them and no guess is given [L/s]."""
        flows = estimate(self.layout, self.targets)
        return flows if self.reflux is None else replace(flows, reflux=self.reflux)

    def solve(
        self, guess: Profile | None = None, *, sensitivity: bool = True, thorough: bool = True
    ) -> Profile:
        """The steady state; `guess`, an earlier profile of equal stages, only makes it faster.

        sensitivity: also work out what each target's quantity moves with. thorough: where the
        targets are not met near the guess, seek on, and find out why if they cannot be.

        Never raises for a target that cannot be reached: see `Profile.converged` and `.reason`.
        """
        layout = self.layout
        shape = (self.stages.total, self.chemistry.potentials)
        warm = guess is not None and guess.potential.shape == shape
        flows = self.first_flows()
        if warm and guess is not None and self.targets:
            flows = flows.with_(**{t.flow: guess.flows[t.flow] for t in self.targets})
        start = (guess.potential, guess.border) if warm and guess is not None else (None, None)
        held = warm and guess is not None and "organic: loading" in guess.figures
        reached = within_loading(
            layout,
            self.targets,
            self.loading_limit,
            flows,
            start,
            held,
            partial(reach, sensitivity=sensitivity, thorough=thorough),
            far=thorough,
        )
        return self._profile(layout, reached)

    def respond(self, profile: Profile, changes: Sequence[Change]) -> Response:
        """How the outlets of a solved profile answer to what enters, targets staying met."""
        search = Search(self.layout, self.in_force(profile), profile.flows)
        return respond(search, profile.potential, profile.flows, changes)

    def in_force(self, profile: Profile) -> tuple[Target, ...]:
        """The targets that a solved profile keeps: that of the organic gives way to the loading
        limit."""
        limit = self.loading_limit
        if limit is None or "organic: loading" not in profile.figures:
            return self.targets

        def kept(own: Target) -> Target:
            yields = own.flow == "organic" and (own.quantity != "loading" or own.allowed > limit)
            return Target.loading("organic", limit) if yields else own

        return tuple(kept(target) for target in self.targets)

    def _profile(self, layout: Layout, reached: Reached) -> Profile:
        profile = describe(
            layout,
            reached.flows,
            reached.point,
            converged=reached.converged,
            reason=reached.reason,
            iterations=reached.iterations,
        )
        changes: dict[str, Any] = {
            "figures": reached.figures,
            "sensitivity": reached.sensitivity,
            "border": reached.border,
        }
        if reached.converged and (limit := self._limit(layout, reached, profile)):
            changes |= {"converged": False, "limited": True, "reason": limit}
        return replace(profile, **changes)

    def _limit(self, layout: Layout, reached: Reached, profile: Profile) -> str:
        found = saturated(layout, reached.point.x, profile.pH, dict(self.solubility or {}))
        if found is not None:
            name, stage, excess = found
            return (
                f"hydroxide saturation at stage {stage}: {name} exceeds its solubility "
                f"10^{excess:.2g} times at p[H] {profile.pH[stage - 1]:.2f}; saponify less, "
                "or use less organic"
            )
        if self.loading_limit is not None:
            stage = int(np.argmax(profile.loading))
            if profile.loading[stage] > self.loading_limit * (1 + LIMIT_ROUNDING):
                least = "organic: loading" in reached.figures
                given = all(target.flow != "organic" for target in self.targets)
                return (
                    f"loading limit: {profile.loading[stage]:.3g} of the extractant is bound at "
                    f"stage {stage + 1}, limit {self.loading_limit:.3g}"
                    + (", and more organic hardly lowers it" if least else "")
                    + "; saponify less, acidify the feed"
                    + (", or use more organic" if given else "")
                )
        return ""
