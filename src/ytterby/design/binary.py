"""Cascade theory of two components with a constant separation factor (Xu Guangxian).

A is the component that is extracted more easily, B the other one. One mole of feed enters at stage
n; the organic holds S moles of A and B everywhere (S + 1 above an organic feed), the scrub brings W
moles of aqueous A and B. Stage 1 gives the raffinate, rich in B, stage n + m the extract, rich in
A. Letters are those of Xu, Solvent Extraction of Rare Earths (in Chinese); the balances are
re-derived here, and every stage count stands beside the exact one, see `ytterby.design.stagewise`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

FeedPhase = Literal["aqueous", "organic"]
Control = Literal["extraction", "scrubbing"]


@dataclass(frozen=True)
class Split:
    """What a cut of two components is to achieve, and what follows for its outlets.

    fraction: A in the feed, by moles [-].
    extract_purity, raffinate_purity: A in the extract, B in the raffinate, by moles [-].

        a = [P_A/(1 - P_A)] / [f_A/f_B],   b = [P_B/(1 - P_B)] / [f_B/f_A]
        Y_B = b (a - 1)/(a b - 1),         Y_A = a (b - 1)/(a b - 1)

    Raises ValueError where a purity does not exceed that of the feed.
    """

    fraction: float
    extract_purity: float
    raffinate_purity: float

    def __post_init__(self) -> None:
        for name, value, least in (
            ("fraction", self.fraction, 0.0),
            ("extract_purity", self.extract_purity, self.fraction),
            ("raffinate_purity", self.raffinate_purity, 1 - self.fraction),
        ):
            if not least < value < 1:
                raise ValueError(
                    f"split: {name} is {value}, expected between {least:.6g} and 1: "
                    "a product must be purer than the feed"
                )

    @classmethod
    def of_yields(cls, fraction: float, extract_yield: float, raffinate_yield: float) -> Split:
        """The split that brings the share Y_A of A into the extract and Y_B of B into the
        raffinate [-]."""
        a_out = fraction * extract_yield
        b_out = (1 - fraction) * raffinate_yield
        extract = a_out + (1 - fraction) * (1 - raffinate_yield)
        return cls(fraction, a_out / extract, b_out / (1 - extract))

    @classmethod
    def of_raffinate(cls, fraction: float, purity: float, raffinate_yield: float) -> Split:
        """The split given by purity P_B and yield Y_B of the raffinate [-]:
        a = (b - Y_B)/[b (1 - Y_B)]."""
        b = _odds(purity) / _odds(1 - fraction)
        a = (b - raffinate_yield) / (b * (1 - raffinate_yield))
        return cls(fraction, _share(a * _odds(fraction)), purity)

    @classmethod
    def of_extract(cls, fraction: float, purity: float, extract_yield: float) -> Split:
        """The split given by purity P_A and yield Y_A of the extract [-]:
        b = (a - Y_A)/[a (1 - Y_A)]."""
        a = _odds(purity) / _odds(fraction)
        b = (a - extract_yield) / (a * (1 - extract_yield))
        return cls(fraction, purity, _share(b * _odds(1 - fraction)))

    @property
    def extract_factor(self) -> float:
        """a, how much richer in A the extract is than the feed [-]."""
        return _odds(self.extract_purity) / _odds(self.fraction)

    @property
    def raffinate_factor(self) -> float:
        """b, how much richer in B the raffinate is than the feed [-]."""
        return _odds(self.raffinate_purity) / _odds(1 - self.fraction)

    @property
    def extract(self) -> float:
        """f_A', moles leaving with the extract per mole of feed [-]."""
        left = self.fraction - (1 - self.raffinate_purity)
        return left / (self.extract_purity - (1 - self.raffinate_purity))

    @property
    def raffinate(self) -> float:
        """f_B', moles leaving with the raffinate per mole of feed [-]."""
        return 1 - self.extract

    @property
    def extract_yield(self) -> float:
        """Y_A, share of the fed A that leaves with the extract [-]."""
        return self.extract * self.extract_purity / self.fraction

    @property
    def raffinate_yield(self) -> float:
        """Y_B, share of the fed B that leaves with the raffinate [-]."""
        return self.raffinate * self.raffinate_purity / (1 - self.fraction)

    def mirrored(self) -> Split:
        """The same cut with A and B, extract and raffinate exchanged."""
        return Split(1 - self.fraction, self.raffinate_purity, self.extract_purity)


@dataclass(frozen=True)
class Operation:
    """How much organic and scrub a split is run with.

    organic: S, moles of A and B in the organic of the extraction section per mole of feed [-].
    scrub: W, moles of A and B in the aqueous of the scrubbing section per mole of feed [-].
    """

    split: Split
    feed: FeedPhase
    organic: float

    @property
    def scrub(self) -> float:
        """W = S - f_A' with an aqueous feed, S + f_B' with an organic one [-]."""
        if self.feed == "aqueous":
            return self.organic - self.split.extract
        return self.organic + self.split.raffinate

    @property
    def extraction_ratio(self) -> float:
        """E_M, A and B in the organic over those in the aqueous of the extraction section [-]."""
        return self.organic / (self.scrub + (1 if self.feed == "aqueous" else 0))

    @property
    def scrub_ratio(self) -> float:
        """E_M', A and B in the organic over those in the aqueous of the scrubbing section [-]."""
        return (self.organic + (0 if self.feed == "aqueous" else 1)) / self.scrub

    @classmethod
    def at_extraction_ratio(cls, split: Split, feed: FeedPhase, ratio: float) -> Operation:
        """S = E_M f_B'/(1 - E_M), for either feed."""
        if not 0 < ratio < 1:
            raise ValueError(f"operation: E_M is {ratio}, expected between 0 and 1")
        return cls(split, feed, ratio * split.raffinate / (1 - ratio))

    @classmethod
    def at_scrub_ratio(cls, split: Split, feed: FeedPhase, ratio: float) -> Operation:
        """S = E_M' f_A'/(E_M' - 1), less one mole where the feed is organic."""
        if ratio <= 1:
            raise ValueError(f"operation: E_M' is {ratio}, expected above 1")
        organic = ratio * split.extract / (ratio - 1)
        return cls(split, feed, organic if feed == "aqueous" else organic - 1)


def least_organic(fraction: float, beta: float, feed: FeedPhase) -> float:
    """S_min, the organic below which no number of stages parts A from B [-].

    f_A + 1/(beta - 1) for an aqueous feed, 1/(beta - 1) for an organic one, both products pure:
    operating line and equilibrium meet at the feed.
    """
    _require_factor(beta)
    return (fraction if feed == "aqueous" else 0.0) + 1 / (beta - 1)


def least_scrub(fraction: float, beta: float, feed: FeedPhase) -> float:
    """W_min [-]: 1/(beta - 1) for an aqueous feed, f_B + 1/(beta - 1) for an organic one."""
    _require_factor(beta)
    return (0.0 if feed == "aqueous" else 1 - fraction) + 1 / (beta - 1)


def least_extraction_ratio(fraction: float, beta: float, feed: FeedPhase) -> float:
    """(E_M)min [-]: (beta f_A + f_B)/beta, aqueous; 1/(f_A + beta f_B), organic."""
    other = 1 - fraction
    if feed == "aqueous":
        return (beta * fraction + other) / beta
    return 1 / (fraction + beta * other)


def largest_scrub_ratio(fraction: float, beta: float, feed: FeedPhase) -> float:
    """(E_M')max [-]: beta f_A + f_B, aqueous; beta/(f_A + beta f_B), organic."""
    other = 1 - fraction
    if feed == "aqueous":
        return beta * fraction + other
    return beta / (fraction + beta * other)


def square_root_rule(split: Split, beta: float, feed: FeedPhase = "aqueous") -> Operation:
    """Xu's optimum: the controlling section runs at E_M = 1/sqrt(beta) or E_M' = sqrt(beta).

    Aqueous feed: extraction controls where f_B' > sqrt(beta)/(1 + sqrt(beta)), organic feed: where
    f_B' > 1/(1 + sqrt(beta)). It weighs no costs; near f_A = 1/2 it leaves only a few per cent
    above S_min, see `ytterby.design.economy` for the optimum by cost.
    """
    _require_factor(beta)
    root = math.sqrt(beta)
    if controlling(split, beta, feed) == "extraction":
        return Operation.at_extraction_ratio(split, feed, 1 / root)
    return Operation.at_scrub_ratio(split, feed, root)


def controlling(split: Split, beta: float, feed: FeedPhase = "aqueous") -> Control:
    """Which section sets the flows under the square-root rule."""
    root = math.sqrt(beta)
    threshold = (root if feed == "aqueous" else 1) / (1 + root)
    return "extraction" if split.raffinate > threshold else "scrubbing"


@dataclass(frozen=True)
class Count:
    """Stages of the extraction and of the scrubbing section, not rounded [-]."""

    extraction: float
    scrubbing: float

    @property
    def total(self) -> float:
        """Both sections [-]."""
        return self.extraction + self.scrubbing

    @property
    def whole(self) -> tuple[int, int]:
        """Rounded up, as built."""
        return math.ceil(self.extraction), math.ceil(self.scrubbing)


def classical_stages(operation: Operation, beta: float, *, corrected: bool = False) -> Count:
    """Xu's logarithmic stage formulas.

        n = ln b / ln(beta E_M),   m + 1 = ln a / ln(beta / E_M')

    corrected: add the terms ln[(P* - P_1)/(P* - P_n)] for the approach to the pinch P*, with
    P* = (beta E_M - 1)/(beta - 1) of A in the aqueous and P* = (beta/E_M' - 1)/(beta - 1) of B in
    the organic. Both take the composition to change by a constant factor from stage to stage; the
    exact count, `stagewise.exact_stages`, shows what that costs.
    Raises ValueError where S does not exceed S_min.
    """
    split = operation.split
    up, down = beta * operation.extraction_ratio, beta / operation.scrub_ratio
    _require_above_least(operation, beta)
    extraction = math.log(split.raffinate_factor) / math.log(up)
    scrubbing = math.log(split.extract_factor) / math.log(down) - 1
    if corrected:
        x, y = feed_point(operation, beta)
        extraction += _approach((up - 1) / (beta - 1), 1 - split.raffinate_purity, x)
        scrubbing += _approach((down - 1) / (beta - 1), 1 - split.extract_purity, 1 - y)
    return Count(extraction, scrubbing)


def feed_point(operation: Operation, beta: float) -> tuple[float, float]:
    """A in the aqueous and in the organic that leave the feed stage [-]: the phase that is fed
    has the composition of the feed."""
    fraction = operation.split.fraction
    if operation.feed == "aqueous":
        return fraction, organic_fraction(fraction, beta)
    return aqueous_fraction(fraction, beta), fraction


def organic_fraction(x: float, beta: float) -> float:
    """A in the organic in equilibrium with x in the aqueous: beta x/(1 + (beta - 1) x) [-]."""
    return beta * x / (1 + (beta - 1) * x)


def aqueous_fraction(y: float, beta: float) -> float:
    """A in the aqueous in equilibrium with y in the organic: y/(beta - (beta - 1) y) [-]."""
    return y / (beta - (beta - 1) * y)


def _approach(pinch: float, end: float, feed: float) -> float:
    return math.log((pinch - end) / (pinch - feed)) if pinch > feed else math.inf


def _require_factor(beta: float) -> None:
    if not beta > 1:
        raise ValueError(f"separation factor is {beta}, expected above 1: A over B")


def _require_above_least(operation: Operation, beta: float) -> None:
    _require_factor(beta)
    least = least_organic(operation.split.fraction, beta, operation.feed)
    if not operation.organic > least:
        raise ValueError(
            f"operation: S is {operation.organic:.6g}, expected above S_min {least:.6g}; "
            "use more organic or a larger separation factor"
        )


def _odds(share: float) -> float:
    return share / (1 - share)


def _share(odds: float) -> float:
    return odds / (1 + odds)
