"""The exact number of stages of a binary cascade, with any number of draws.

Between two stages the net flow of A towards stage 1 is constant. With y = beta x/(1 + (beta - 1) x)
the balance L x_{k+1} = S y_k + delta is a Moebius map of x_k,

    x_{k+1} = [(beta S + delta (beta - 1)) x_k + delta] / {L [(beta - 1) x_k + 1]}

whose k-th power is known in closed form: with the fixed points x-, x+ and the multiplier lambda,
(x_k - x-)/(x_k - x+) grows by lambda from stage to stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ytterby.design.binary import (
    Count,
    Operation,
    Split,
    aqueous_fraction,
    classical_stages,
    feed_point,
    organic_fraction,
)

MOST_STAGES = 1_000_000
"""Steps after which a section that is stepped one by one is taken to end in a pinch."""


class Pinched(ValueError):
    """A section reaches a pinch before its end: no number of stages is enough."""


@dataclass(frozen=True)
class Section:
    """A stretch of cascade without feeds or draws.

    organic, aqueous: moles of A and B passing between two stages [mol per mol of feed].
    net: moles of A going towards stage 1, aqueous less organic, delta [mol per mol of feed].
    """

    beta: float
    organic: float
    aqueous: float
    net: float

    def next(self, x: float) -> float:
        """A in the aqueous of the next stage away from stage 1 [-]."""
        return (self.organic * organic_fraction(x, self.beta) + self.net) / self.aqueous

    def steps(self, start: float, end: float) -> float:
        """Stages from the aqueous fraction `start` to `end`, not rounded [-].

        Raises Pinched where a fixed point of the map lies between them.
        """
        beta, S, L, delta = self.beta, self.organic, self.aqueous, self.net
        linear = L - beta * S - delta * (beta - 1)
        root = math.sqrt(max(linear * linear + 4 * L * (beta - 1) * delta, 0.0))
        # The quadratic L (beta - 1) x^2 + linear x - delta, both roots without cancellation.
        half = -(linear + math.copysign(root, linear)) / 2
        low, high = sorted((half / (L * (beta - 1)), -delta / half if half else 0.0))
        if not _same_side(start, end, low) or not _same_side(start, end, high):
            raise Pinched(
                f"section with S {S:.6g} and L {L:.6g}: a pinch lies between the aqueous "
                f"fractions {start:.6g} and {end:.6g}; use more organic and scrub"
            )
        slope = beta * S + delta * (beta - 1)
        grown = math.log((slope - L * (beta - 1) * low) / (slope - L * (beta - 1) * high))
        gone = math.log((end - low) / (end - high) * ((start - high) / (start - low)))
        return gone / grown


def exact_stages(operation: Operation, beta: float) -> Count:
    """The exact number of stages, not rounded; rounded up it equals stepping stage by stage.

    Raises Pinched where S does not exceed what the products need.
    """
    below, above = sections(operation, beta)
    split = operation.split
    x, _ = feed_point(operation, beta)
    top = aqueous_fraction(split.extract_purity, beta)
    return Count(1 + below.steps(1 - split.raffinate_purity, x), above.steps(x, top))


def stepped_stages(operation: Operation, beta: float) -> tuple[int, int]:
    """The same counted one stage after the other, from each end to the feed."""
    below, above = sections(operation, beta)
    split = operation.split
    x, _ = feed_point(operation, beta)
    extraction = _march(below.next, 1 - split.raffinate_purity, x) + 1
    mirror = Section(beta, above.aqueous, above.organic, above.organic - above.aqueous + above.net)
    y = organic_fraction(x, beta)
    scrubbing = _march(mirror.next, 1 - split.extract_purity, 1 - y)
    return extraction, scrubbing


def sections(operation: Operation, beta: float) -> tuple[Section, Section]:
    """Extraction and scrubbing section of a cascade with two outlets."""
    split, S, W = operation.split, operation.organic, operation.scrub
    fed_aqueous = 1 if operation.feed == "aqueous" else 0
    below = Section(beta, S, W + fed_aqueous, split.raffinate * (1 - split.raffinate_purity))
    above = Section(beta, S + 1 - fed_aqueous, W, -split.extract * split.extract_purity)
    return below, above


def total_reflux_stages(split: Split, beta: float) -> float:
    """Stages with no product drawn, ln(a b)/ln(beta): no cascade has fewer [-].

    M. R. Fenske, Ind. Eng. Chem. 24 (1932) 482-485, doi:10.1021/ie50269a003.
    """
    return math.log(split.extract_factor * split.raffinate_factor) / math.log(beta)


def undercount(operation: Operation, beta: float, *, corrected: bool = False) -> float:
    """By how much the classical formulas fall short of the exact count, relative to it [-]."""
    exact = exact_stages(operation, beta).total
    return 1 - classical_stages(operation, beta, corrected=corrected).total / exact


def _march(step: Callable[[float], float], start: float, end: float) -> int:
    x, count = start, 0
    while x < end:
        nearer = step(x)
        if nearer <= x or count > MOST_STAGES:
            raise Pinched(f"stepping ends in a pinch at {x:.6g}, short of {end:.6g}")
        x, count = nearer, count + 1
    return count


def _same_side(start: float, end: float, point: float) -> bool:
    return (start - point) * (end - point) > 0
