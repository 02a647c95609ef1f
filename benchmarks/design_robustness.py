"""Trains designed for random feeds and wishes: how many are made, refused, or fail.

python benchmarks/design_robustness.py [cases] [seed]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

from ytterby.design import (
    Practice,
    Prices,
    Product,
    Task,
    Train,
    design_train,
    order,
    plant_of,
    series,
)
from ytterby.plant import NotConverged

CASES = 16
"""Lots drawn unless told, some two minutes' worth."""
SERIES = "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Y Er Tm Yb Lu".split()
ELEMENTS = (2, 8)
"""Fewest and most elements of a feed."""
FED = 0.03
"""Rare earths fed [mol/s]."""
IMPURITY = (1e-5, 1e-2)
"""Least and largest share of foreign oxides in a product, spread evenly in their logarithm [-]."""
LOST = (1e-3, 5e-2)
"""Least and largest share of a product that may go elsewhere, spread likewise [-]."""
CLOSED = 1e-9
"""Largest gap of an element over a train, over what is fed [-]."""
EXTRACTANTS = ("P507", "P507", "D2EHPA", "Cyanex272")
"""Drawn from, P507 twice as often."""


@dataclass(frozen=True)
class Case:
    """One random task.

    feed: [mol/s]. products: neighbouring elements and their purity [-]. recovery: [-].
    """

    extractant: str
    feed: dict[str, float]
    products: tuple[Product, ...]
    recovery: float


def drawn(chance: np.random.Generator) -> Case:
    """A feed with shares spread by Dirichlet, cut at random into wanted products."""
    extractant = str(chance.choice(EXTRACTANTS))
    count = int(chance.integers(ELEMENTS[0], ELEMENTS[1] + 1))
    elements = chance.choice(SERIES, count, replace=False).tolist()
    shares = np.maximum(chance.dirichlet(np.ones(count)), 1e-4)
    feed = dict(zip(elements, (FED * shares / shares.sum()).tolist(), strict=True))
    ranked = order(series(extractant, feed), feed)
    cuts = int(chance.integers(1, count))
    places = np.sort(chance.choice(np.arange(1, count), cuts, replace=False)).tolist()
    groups = [ranked[a:b] for a, b in zip([0, *places], [*places, count], strict=True)]
    products = tuple(Product(group, 1 - spread(chance, IMPURITY)) for group in groups)
    return Case(extractant, feed, products, 1 - spread(chance, LOST))


def spread(chance: np.random.Generator, bounds: tuple[float, float]) -> float:
    """A number between bounds, its logarithm spread evenly."""
    return float(np.exp(chance.uniform(*np.log(bounds))))


def judged(case: Case) -> tuple[str, str]:
    """What came of a case, made, refused or failed, and in which words."""
    try:
        train = made(case)
    except ValueError as error:
        return "refused", str(error)
    short = [one.product.name for one in train.made if not one.met]
    if short:
        return "failed", f"{', '.join(short)} not pure"
    for one in train.made:
        own = one.product.elements
        got = sum(one.amounts.get(e, 0.0) for e in own) / sum(case.feed[e] for e in own)
        if got < case.recovery:
            return "failed", f"{one.product.name} recovered to {got:.4%} of {case.recovery:.4%}"
    gap = max(train.metal_closure().values(), key=abs)
    if abs(gap) > CLOSED:
        return "failed", f"an element does not close, by {gap:.1e}"
    wrong = run_again(train)
    if wrong:
        return "failed", wrong
    loading = max(float(step.sized.profile.loading.max()) for step in train.steps)
    return "made", f"{len(train.steps)} cascades, {train.stages} stages, loaded to {loading:.0%}"


def run_again(train: Train) -> str:
    """What goes wrong when the train, and the plant of each of its cuts, is run; or nothing."""
    try:
        again = train.solve()
    except ValueError as error:
        return f"does not run again: {error}"
    short = [one.product.name for one in again.made if not one.met]
    if short:
        return f"{', '.join(short)} not pure when run again"
    for step in train.steps:
        try:
            plant_of(train.designed(step)).solve()
        except (NotConverged, ValueError) as error:
            return f"the plant of {step.name} does not run: {error}"
    return ""


def made(case: Case) -> Train:
    chemistry = series(case.extractant, case.feed)
    task = Task.of(
        chemistry, case.feed, case.products, recovery=case.recovery, remainder=1 - IMPURITY[1]
    )
    return design_train(task, Practice.usual(case.extractant), Prices.shipped())


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2026
    came, times = Counter[str](), []
    for number in range(cases):
        case = drawn(np.random.default_rng([seed, number]))
        began = time.process_time()
        verdict, words = judged(case)
        times.append(time.process_time() - began)
        came[verdict] += 1
        wanted = " ".join(f"{p.name}:{p.purity:.4%}" for p in case.products)
        print(
            f"{number:4d} {verdict:8}{times[-1]:6.1f} s  {case.extractant} {wanted}: {words}",
            flush=True,
        )
    print(
        f"{cases} trains, seed {seed}: "
        + ", ".join(f"{count} {verdict}" for verdict, count in came.most_common())
        + f"; median {np.median(times):.2f} s, 95 % below {np.quantile(times, 0.95):.1f} s"
    )


if __name__ == "__main__":
    main()
