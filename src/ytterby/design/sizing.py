"""From a plan to a cascade that works: stages added where losses ask for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan
from ytterby.design.flows_by_charge import ByCharge
from ytterby.design.liquor import Liquor, Outflow
from ytterby.design.practice import Practice
from ytterby.design.reading import losses_of, metals
from ytterby.design.trial import Infeasible
from ytterby.separation import Cascade, Profile, Stages

Array = NDArray[np.float64]

ROUNDS = 40
"""Most changes of the stages."""

SLACK = 1.5
"""Stages that a section may have beyond what its loss asks for [-]."""

LARGEST_CHANGE = 0.4
"""Largest change of a section in one round, relative to its stages [-]."""

PINCHED = 0.7
"""ln(loss/allowed) after a round over that before it, above which more stages are no help [-]."""

WIDENING = 1.05
"""Factor on S when stages alone do not bring the losses down, and growth of that factor [-]."""


@dataclass(frozen=True)
class Sized:
    """A cascade that makes a cut.

    cascade: with the flows that make the cut, and no targets. profile: its steady state, with what
        returns on the stripped organic. plan: what theory had asked for.
    """

    cut: Cut
    practice: Practice
    plan: Plan
    cascade: Cascade
    profile: Profile

    @property
    def stages(self) -> Stages:
        """Stages of each section [-]."""
        return self.cascade.stages

    def outlet(self, name: str) -> dict[str, float]:
        """Rare earths leaving by "raffinate", "extract" or "organic" [mol/s]."""
        return metals(self.cut, self.profile, name)

    @property
    def heavy_lost(self) -> float:
        """Extracted elements in the raffinate [mol/s]."""
        return losses_of(self.cut, self.profile)[0]

    @property
    def light_lost(self) -> float:
        """Lights in the extract [mol/s]."""
        return losses_of(self.cut, self.profile)[1]

    @property
    def organic(self) -> float:
        """S, rare earths in the organic leaving the feed stage per mole of feed [-]."""
        profile, stage = self.profile, self.stages.extraction - 1
        places = self.cascade.chemistry.index(self.cut.series)
        loaded = profile.volumes[3:, stage].sum() * profile.organic[stage, places].sum()
        return float(loaded / self.cut.total)


def size(
    cut: Cut,
    practice: Practice,
    plan: Plan,
    liquor: Liquor | None = None,
    *,
    stages: Stages | None = None,
) -> Sized:
    """A cascade that keeps both losses of a cut at the S of its plan, with few stages to spare.

    Stages are added, and taken away again, by what the loss per stage tells; more organic is taken
    where stages no longer help.

    liquor: how the feed arrives; None: at the concentration of practice.
    stages: where to begin; None: at those of the plan, divided by the stage efficiency.
    Raises Infeasible where the losses cannot be reached, with the reason.
    """
    trial = ByCharge(cut, practice, plan, liquor or Liquor.of(cut, practice))
    first = trial.first_stages() if stages is None else (stages.extraction, stages.scrubbing)
    search = _StageSearch(trial, first)
    for _ in range(ROUNDS):
        trial.settle(search.stages)
        if not trial.add_strip() and search.ended():
            break
    if search.best is None:
        heavy, light = trial.losses()
        raise Infeasible(
            f"cut {cut.name}: after {ROUNDS} rounds the raffinate holds "
            f"{heavy / cut.heavy_lost:.3g} times the allowed heavies and the extract "
            f"{light / cut.light_lost:.3g} times the allowed lights; allow more loss"
        )
    trial.cascade, trial.profile, trial.plan = search.best
    trial.close()
    return Sized(cut, practice, trial.plan, trial.cascade, trial.profile)


class _StageSearch:
    """Extraction and scrubbing stages, changed by what the losses of a trial ask for.

    counts, too_few: stages to try next, and the most with which a loss was too large [-], shape
        (section,). best: of the fewest stages that keep both losses so far.
    missed: ln(loss/allowed) of the worse loss when stages were last added [-].
    widening: factor on S for when stages are no help [-].
    """

    def __init__(self, trial: ByCharge, first: tuple[int, int]) -> None:
        self.trial = trial
        self.counts, self.too_few = np.array(first, dtype=float), np.zeros(2)
        self.best: tuple[Cascade, Profile, Plan] | None = None
        self.missed, self.widening = np.inf, WIDENING

    @property
    def stages(self) -> Stages:
        """To be tried next."""
        n, m = (max(1, round(float(v))) for v in self.counts)
        return Stages(n, m, self.trial.stripping)

    def ended(self) -> bool:
        """Whether the trial as it is now ends the search; where not, other stages are next."""
        lacking = self.trial.missing_stages()
        return self._fewer(lacking) if (lacking <= 0).all() else self._more(lacking)

    def _fewer(self, lacking: Array) -> bool:
        """Keep what was found, and try without the stages to spare; whether there are none."""
        self.best = self.trial.kept(self.best)
        if (lacking > -SLACK).all() or ((self.counts + lacking) <= self.too_few + 1).all():
            return True
        self.counts = self.counts + np.minimum(lacking + 1, 0)
        return False

    def _more(self, lacking: Array) -> bool:
        """Add what stages lack, or organic; whether what was found before is good enough."""
        self.too_few = np.maximum(self.too_few, np.where(lacking > 0, self.counts, 0.0))
        if self.best is not None and lacking.max() <= SLACK:
            return True
        limit = 2 + LARGEST_CHANGE * self.counts
        self.counts = self.counts + np.clip(np.ceil(lacking), 0, limit)
        missed = float(self.trial.excess().max())
        pinched, self.missed = missed > PINCHED * self.missed, missed
        if pinched:
            self._widen()
        return False

    def _widen(self) -> None:
        """More organic, and the stages of the plan again."""
        self.trial.widen(self.widening)
        self.widening *= WIDENING
        self.missed = np.inf
        self.counts, self.too_few = np.array(self.trial.first_stages(), dtype=float), np.zeros(2)


def resolved(
    sized: Sized, cut: Cut, arriving: Outflow | None = None, *, trimmed: bool = False
) -> Sized:
    """A cascade as built, at its flows, with what a cut brings now; its organic loop closed.

    The feed may differ in amounts and the chemistry in constants. arriving: what the feed is made
    of, see `Liquor`.
    trimmed: set the reflux anew so that the extract is what the cut wants, as an operator would.
    Raises Infeasible where no steady state is found.
    """
    flows, plan = sized.profile.flows, sized.plan
    trial = ByCharge(cut, sized.practice, plan, Liquor.of(cut, sized.practice, arriving))
    trial.stripping, trial.reflux = sized.stages.stripping, flows.reflux
    trial.profile, trial.cascade = sized.profile, sized.cascade
    trial.returned = {e: sized.cascade.organic.concentrations.get(e, 0.0) for e in cut.series}
    if trimmed:
        trial.trim(sized.stages)
    trial.turn(sized.stages)
    assert trial.profile is not None
    return Sized(cut, sized.practice, plan, trial.cascade, trial.profile)
