"""Stages of least cost for a cut whose flows are found from its losses."""

from __future__ import annotations

import math
from dataclasses import replace

from ytterby.design.cut import Cut
from ytterby.design.economy import Plan, costs, least_acid
from ytterby.design.flows_by_losses import ByLosses
from ytterby.design.liquor import Liquor
from ytterby.design.practice import Practice, Prices
from ytterby.design.sizing import Sized
from ytterby.design.trial import Infeasible
from ytterby.facts import fact

AMPLE, FIRST, MOST_TRIALS = 1.4, 1.5, 4
"""Ideal stages that are tried first, over the least at total reflux; factor on them where no flows
keep the losses [-]; most trials before that is given up."""

STEPS, GAIN = (1.25, 1.08), 1e-3
"""Factors on the stages of a section that are tried for less cost, one after the other; relative
saving for which another number is taken [-]."""

MOST_WORK = 1_000_000
"""Newton steps times stages after which no other number of stages is tried for less cost [-]."""


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
            trial = best.other()
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
    spare = trial.other()
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
