"""A designed cut: plan, cascade, and what an engineer asks of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ytterby.chemistry import kg_oxide
from ytterby.design.binary import Operation
from ytterby.design.by_losses import size_by_losses
from ytterby.design.cut import Cut
from ytterby.design.economy import Plan, economic, plan, square_root_organic
from ytterby.design.liquor import Liquor
from ytterby.design.loading import RELIEFS, Relief, overloaded
from ytterby.design.practice import ACID_MASS, ALKALI_MASS, LITRES, Practice, Prices
from ytterby.design.sizing import Sized, size
from ytterby.design.stagewise import Pinched, exact_stages, undercount
from ytterby.design.trial import Infeasible, beyond_limit
from ytterby.separation import Profile

Array = NDArray[np.float64]
FLOW_CHANGE = 1e-3
"""Relative change of the organic flow that shows what moves first [-]."""


@dataclass(frozen=True)
class Monitor:
    """The stage to watch: where composition moves most when the flows drift.

    stage: counted from 1. element: whose share of the rare earths in the aqueous is watched.
    share: that share [-]. response: its change per relative change of the organic flow [-].
    """

    stage: int
    element: str
    share: float
    response: float


@dataclass(frozen=True)
class Classical:
    """Xu's rule for the lumps of a cut, beside the exact count.

    operation: at the square-root rule. formula, exact: stages in all [-]; undercount: by how much
    the formula falls short [-]. plan: what running at that rule would cost.
    """

    operation: Operation
    formula: float
    exact: float
    undercount: float
    plan: Plan


@dataclass(frozen=True)
class Designed:
    """A cut, designed.

    plan: of least cost. classical: the square-root rule, None where it is pinched.
    sized: the rigorous cascade.
    """

    sized: Sized
    plan: Plan
    classical: Classical | None
    prices: Prices

    @property
    def cut(self) -> Cut:
        """What was asked for."""
        return self.sized.cut

    @property
    def profile(self) -> Profile:
        """Steady state, stage by stage."""
        return self.sized.profile

    @cached_property
    def oxide_fed(self) -> float:
        """Rare earth oxides fed [kg/s]."""
        return sum(n * kg_oxide(e) for e, n in self.cut.feed.items())

    @property
    def acid(self) -> float:
        """kg of HCl per kg of rare earth oxide fed [-]."""
        return self.profile.acid_used * ACID_MASS / self.oxide_fed

    @property
    def alkali(self) -> float:
        """kg of NaOH for saponification per kg of rare earth oxide fed [-]."""
        return self.profile.alkali_used * ALKALI_MASS / self.oxide_fed

    @property
    def purity(self) -> float:
        """Elements meant for it in the oxides of the extract, by weight [-]."""
        return 1 - self.impurity

    @property
    def impurity(self) -> float:
        """Other elements in the oxides of the extract, by weight, without cancellation [-]."""
        extract = self.sized.outlet("extract")
        mass = {e: n * kg_oxide(e) for e, n in extract.items()}
        return sum(mass[e] for e in self.cut.sharp_lights) / sum(mass.values())

    @property
    def recovery(self) -> float:
        """Least share of an extracted element that is not lost to the raffinate [-]."""
        lost = self.sized.outlet("raffinate")
        return 1 - max(lost[e] / self.cut.feed[e] for e in self.cut.heavies)

    @cached_property
    def locked(self) -> dict[str, float]:
        """Rare earths held in the stages [kg of oxide], by element."""
        return locked_up(self.sized)

    @property
    def organic_inventory(self) -> float:
        """Organic held in the stages [m3]."""
        sized = self.sized
        return float(sized.profile.volumes[3:].sum()) * sized.practice.residence / LITRES

    @cached_property
    def monitor(self) -> Monitor:
        """The stage of extraction or scrubbing whose composition moves first."""
        return monitor_stage(self.sized)


def design(
    cut: Cut, practice: Practice, prices: Prices, *, liquor: Liquor | None = None
) -> Designed:
    """Design a cut: flows of least cost by theory, stages by the rigorous cascade.

    liquor: how the feed arrives; None: at the concentration of practice.
    Raises Infeasible or Pinched with the reason.
    """
    best = economic(cut, practice, prices)
    sized = sized_cut(cut, practice, prices, best, liquor)
    return Designed(sized, best, classical(cut, practice, prices), prices)


def sized_cut(
    cut: Cut, practice: Practice, prices: Prices, plan: Plan, liquor: Liquor | None = None
) -> Sized:
    """The rigorous cascade of a cut: its extract set by charge, or where that finds no cascade that
    keeps the loading limit, its flows set by the losses. Raises Infeasible."""
    try:
        return within_loading(cut, practice, plan, liquor or Liquor.of(cut, practice))
    except Infeasible as why:
        try:
            return size_by_losses(cut, practice, prices, plan, liquor)
        except Infeasible as error:
            raise error from why


def within_loading(cut: Cut, practice: Practice, plan: Plan, liquor: Liquor) -> Sized:
    """The cascade sized by charge, run so that the extractant is nowhere loaded beyond its limit.

    See `loading`. Raises Infeasible.
    """
    sized = size(cut, practice, plan, liquor)
    relief = Relief()
    for _ in range(RELIEFS):
        practice, profile = sized.practice, sized.profile
        if not overloaded(practice, profile):
            return sized
        practice = relief.changed(practice, profile, liquor.flow, sized.plan.organic_flow)
        liquor = liquor.with_acid(practice.feed_acid)
        sized = size(cut, practice, sized.plan, liquor, stages=sized.stages)
    raise beyond_limit(cut, sized.practice, sized.profile)


def classical(cut: Cut, practice: Practice, prices: Prices) -> Classical | None:
    """What the square-root rule makes of a cut; None where that lies beyond the pinch."""
    lumps = cut.lumps
    operation = Operation(lumps.lumped, "aqueous", square_root_organic(cut))
    factor = lumps.effective_factor
    try:
        exact = exact_stages(operation, factor).total
        short = undercount(operation, factor)
        return Classical(
            operation,
            exact * (1 - short),
            exact,
            short,
            plan(cut, practice, prices, operation.organic),
        )
    except (Pinched, ValueError):
        return None


def locked_up(sized: Sized) -> dict[str, float]:
    """Rare earths held in mixers and settlers [kg of oxide]: concentration times phase flow times
    residence, summed over the stages."""
    profile, cut = sized.profile, sized.cut
    places = cut.chemistry.index(cut.series)
    aqueous = profile.volumes[:3].sum(0) @ profile.aqueous[:, places]
    organic = profile.volumes[3:].sum(0) @ profile.organic[:, places]
    held = (aqueous + organic) * sized.practice.residence
    return {e: float(n) * kg_oxide(e) for e, n in zip(cut.series, held, strict=True)}


def monitor_stage(sized: Sized) -> Monitor:
    """Where the heavies' share of the aqueous changes most with the organic flow.

    By difference between the steady state and that at a slightly larger organic flow, the other
    flows held.
    """
    cut, cascade = sized.cut, sized.cascade
    flow = cascade.organic.flow
    assert flow is not None
    moved = replace(cascade, organic=replace(cascade.organic, flow=flow * (1 + FLOW_CHANGE)))
    after = moved.solve(sized.profile)
    top = sized.stages.extraction + sized.stages.scrubbing
    before = _heavy_share(cut, sized.profile)[:top]
    change = (_heavy_share(cut, after)[:top] - before) / FLOW_CHANGE
    stage = int(np.argmax(np.abs(change)))
    return Monitor(stage + 1, cut.heavies[0], float(before[stage]), float(change[stage]))


def _heavy_share(cut: Cut, profile: Profile) -> Array:
    """Share of the extracted elements among the rare earths in the aqueous [-], shape (stage,)."""
    index = cut.chemistry.index
    everything = profile.aqueous[:, index(cut.series)].sum(1)
    return profile.aqueous[:, index(cut.heavies)].sum(1) / everything
