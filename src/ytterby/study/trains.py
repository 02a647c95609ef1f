"""How a built train is run: the flows of its cascades, as a search varies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ytterby.design import Train
from ytterby.design.train import Step
from ytterby.study.aim import Held
from ytterby.study.search import Search
from ytterby.study.variables import Variable


def running(train: Train, cuts: Sequence[str], low: float, high: float) -> Search:
    """A search over organic and strip acid of some cascades of a train, over what they are now.

    Stages stay as they are built, and every reflux follows so that each extract stays what is
    wanted, as an operator would set it. cuts: names of cascades, such as "Ho | Y". low, high:
    ends of every factor on a flow [-]. Figures are those of `figures`; slopes are taken by
    differences. Raises ValueError for a cut that is not in the train.
    """
    known = {step.name for step in train.steps}
    for cut in cuts:
        if cut not in known:
            raise ValueError(f"found no cut {cut!r}, expected some of {', '.join(sorted(known))}")
    names = [f"{flow} of {cut}" for cut in cuts for flow in ("organic", "strip acid")]
    middle = (low + high) / 2
    variables = tuple(
        Variable(name, (name,), "-", "uniform", middle, 0.0, low, high) for name in names
    )

    def solve(factors: Sequence[float]) -> Mapping[str, float]:
        pairs = dict(zip(cuts, zip(factors[::2], factors[1::2], strict=True), strict=True))
        return figures(run_at(train, pairs))

    start = np.full(len(names), (1.0 - low) / (high - low))
    return Search(variables, start, solve)


def run_at(train: Train, factors: Mapping[str, tuple[float, float]]) -> Train:
    """The train with organic and strip acid of some cuts times these factors, refluxes trimmed.

    Raises what `Train.solve` raises.
    """
    steps = tuple(_moved(step, *factors.get(step.name, (1.0, 1.0))) for step in train.steps)
    # A copy of the chemistry tells the train that something changed, so that refluxes follow.
    return replace(train, steps=steps).solve(lambda cut: replace(cut.chemistry))


def _moved(step: Step, organic: float, strip: float) -> Step:
    plan = step.sized.plan
    plan = replace(
        plan, organic_flow=organic * plan.organic_flow, strip_flow=strip * plan.strip_flow
    )
    return replace(step, sized=replace(step.sized, plan=plan))


def figures(train: Train) -> dict[str, float]:
    """`reagents` [currency per kg of oxide fed], `acid` and `alkali` [kg/kg of oxide fed], and of
    each product its `impurity` [-] and of each cascade its `loading` [-]."""
    alkali = train.alkali + train.alkali_for_acid
    found = {
        "reagents": train.acid * train.prices.acid + alkali * train.prices.alkali,
        "acid": train.acid,
        "alkali": alkali,
    }
    found |= {f"impurity {made.product.name}": made.impurity for made in train.made}
    loadings = {step.name: float(step.sized.profile.loading.max()) for step in train.steps}
    return found | {f"loading {cut}": loading for cut, loading in loadings.items()}


def wanted(train: Train, cuts: Sequence[str]) -> tuple[Held, ...]:
    """That every product stays as pure as wanted, and no extractant of `cuts` is overloaded."""
    pure = [
        Held(f"impurity {made.product.name}", "<=", 1 - made.product.purity) for made in train.made
    ]
    full = [
        Held(f"loading {step.name}", "<=", step.sized.practice.loading_limit)
        for step in train.steps
        if step.name in cuts
    ]
    return (*pure, *full)
