"""What a train owes to each separation factor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ytterby.design.cut import Cut
from ytterby.design.multicomponent import Lumps
from ytterby.design.step import Step
from ytterby.design.train import Train
from ytterby.design.trial import Infeasible
from ytterby.separation import Chemistry

SMALL = 0.01
"""Relative change of a separation factor for derivatives [-]."""
LOWER = 0.05
"""By how much a separation factor is lowered to see which products fail [-]."""


@dataclass(frozen=True)
class Sensitivity:
    """What the separation factor of one neighbouring pair does.

    light, heavy: the pair. factor: its separation factor [-].
    stages: d ln(stages of the train)/d ln(factor), each cascade at its distance from S_min [-].
    organic: d ln(S_min, summed)/d ln(factor) [-].
    failing: products out of specification when the factor is lower by `LOWER` in the cascades that
        part the pair, stages and organic flows stay and the reflux is trimmed, with their impurity
        over the allowed one [-].
    reason: why the train could not be simulated then, or empty.
    """

    light: str
    heavy: str
    factor: float
    stages: float
    organic: float
    failing: tuple[tuple[str, float], ...]
    reason: str = ""


def sensitivities(train: Train) -> tuple[Sensitivity, ...]:
    """One for each pair of neighbours of the series."""
    series = [e for product in train.task.products for e in product.elements]
    return tuple(_of(train, light, heavy) for light, heavy in pairwise(series))


def moved(chemistry: Chemistry, light: str, change: float) -> Chemistry:
    """The chemistry with the factor above `light` times (1 + change): it and all below shift."""
    constants = chemistry.log_K.copy()
    limit = constants[chemistry.index((light,))[0]]
    below = (constants <= limit) & (chemistry.charge > 1)
    constants[below] -= np.log10(1 + change)
    return replace(chemistry, log_K=constants)


def _of(train: Train, light: str, heavy: str) -> Sensitivity:
    parting = (s for s in train.steps if light in s.cut.lights and heavy in s.cut.heavies)
    chemistry = next((s.cut.chemistry for s in parting), train.task.chemistry)
    places = chemistry.index((light, heavy))
    factor = float(10.0 ** (chemistry.log_K[places[1]] - chemistry.log_K[places[0]]))
    before = [_paper(step, step.cut.chemistry) for step in train.steps]
    after = [_paper(step, moved(step.cut.chemistry, light, SMALL)) for step in train.steps]
    stages, organic = (
        float(np.log(sum(a[k] for a in after) / sum(b[k] for b in before)) / np.log1p(SMALL))
        for k in (0, 1)
    )

    def weakened(cut: Cut) -> Chemistry:
        # Elsewhere the two go the same way, and only the level of extraction would shift.
        parted = light in cut.lights and heavy in cut.heavies
        return moved(cut.chemistry, light, -LOWER) if parted else cut.chemistry

    try:
        worse = train.solve(weakened)
    except Infeasible as error:
        return Sensitivity(light, heavy, factor, stages, organic, (), str(error))
    failing = tuple(
        (made.product.name, made.impurity / (1 - made.product.purity))
        for made in worse.made
        if not made.met
    )
    return Sensitivity(light, heavy, factor, stages, organic, failing)


def _paper(step: Step, chemistry: Chemistry) -> tuple[float, float]:
    """Stages at the step's S/S_min, and S_min [mol/s], by theory."""
    cut = replace(step.cut, chemistry=chemistry)
    lumps: Lumps = cut.lumps
    least = lumps.least_organic()
    ratio = step.node.plan.organic / step.node.plan.least
    return sum(lumps.stages(ratio * least)), least * cut.total
