"""A third outlet for an intermediate product: drawn from the aqueous or from the organic."""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.design.binary import FeedPhase, Split, aqueous_fraction, organic_fraction
from ytterby.design.stagewise import Pinched, Section


@dataclass(frozen=True)
class ThreeOutlets:
    """A cut of two components with an intermediate product between raffinate and extract.

    split: feed, and purities of extract and raffinate; its outlet fractions are those without the
        draw.
    draw_phase: "aqueous" draws from the extraction section, "organic" from the scrubbing section.
    draw: moles drawn per mole of feed [-].
    draw_fraction: A in what is drawn [-]: between raffinate and feed (aqueous), or feed and
        extract (organic).

        f_A' + f_B' + draw = 1,   f_A' P_A + f_B' (1 - P_B) + draw z = f_A

    Raises ValueError for a composition outside its section or a draw that leaves no product.
    """

    split: Split
    draw_phase: FeedPhase
    draw: float
    draw_fraction: float

    def __post_init__(self) -> None:
        split, z = self.split, self.draw_fraction
        low, high = 1 - split.raffinate_purity, split.fraction
        if self.draw_phase == "organic":
            low, high = split.fraction, split.extract_purity
        if not low < z < high:
            raise ValueError(
                f"three outlets: the {self.draw_phase} draw holds {z:.6g} of A, expected between "
                f"{low:.6g} and {high:.6g}"
            )
        if not (self.draw >= 0 and self.extract > 0 and self.raffinate > 0):
            raise ValueError(
                f"three outlets: a draw of {self.draw:.6g} leaves {self.extract:.6g} of extract "
                f"and {self.raffinate:.6g} of raffinate per mole of feed; draw less"
            )

    @property
    def extract(self) -> float:
        """f_A' [-]."""
        split, low = self.split, 1 - self.split.raffinate_purity
        left = split.fraction - self.draw * self.draw_fraction - (1 - self.draw) * low
        return left / (split.extract_purity - low)

    @property
    def raffinate(self) -> float:
        """f_B' [-]."""
        return 1 - self.draw - self.extract

    def scrub(self, organic: float) -> float:
        """W at the organic S of the extraction section, with an aqueous feed [-]."""
        return organic - self._leaving_loaded

    def least_organic(self, beta: float) -> float:
        """S below which a pinch at the feed or at the draw stands in the way, or no scrub is left
        [-], aqueous feed.

        At a pinch at x the net flow of A is carried by equilibrium: S (y* - x) = G x - delta,
        with G the net flow of A and B towards stage 1.
        """
        below, between, above = self._net_flows()
        feed = self.split.fraction
        if self.draw_phase == "aqueous":
            pinches = [
                _least(beta, self.draw_fraction, *below),
                _least(beta, feed, *between),
            ]
        else:
            # Above the draw the organic is S less what is drawn.
            at_draw = aqueous_fraction(self.draw_fraction, beta)
            pinches = [_least(beta, feed, *below), self.draw + _least(beta, at_draw, *above)]
        return max(*pinches, self._leaving_loaded)

    @property
    def _leaving_loaded(self) -> float:
        """What leaves on the organic, in the extract and in a draw of organic [-]."""
        return self.extract + (self.draw if self.draw_phase == "organic" else 0.0)

    def stages(self, organic: float, beta: float) -> tuple[float, float, float, float]:
        """Exact stages, not rounded [-]: raffinate to draw, draw to feed, feed to draw, draw to
        extract; the pair of the section without a draw holds zero and all of it.

        Aqueous feed at organic S. Raises Pinched below `least_organic`.
        """
        split, S, W = self.split, organic, self.scrub(organic)
        if W <= 0:
            raise Pinched(f"S {S:.6g} leaves no scrub, and a pinch at the feed; use more organic")
        bottom = 1 - split.raffinate_purity
        top = aqueous_fraction(split.extract_purity, beta)
        feed, z, U = split.fraction, self.draw_fraction, self.draw
        (low_total, low), (mid_total, mid), (_, high) = self._net_flows()
        if self.draw_phase == "aqueous":
            first = 1 + Section(beta, S, S + low_total, low).steps(bottom, z)
            second = Section(beta, S, S + mid_total, mid).steps(z, feed)
            return first, second, 0.0, Section(beta, S, W, high).steps(feed, top)
        drawn = aqueous_fraction(z, beta)
        if drawn < feed:
            raise ValueError(
                f"three outlets: the organic draw holds {z:.6g} of A, less than the organic of the "
                f"feed stage, {organic_fraction(feed, beta):.6g}; draw aqueous, or a richer organic"
            )
        first = 1 + Section(beta, S, S + low_total, low).steps(bottom, feed)
        third = Section(beta, S, W, mid).steps(feed, drawn)
        return 0.0, first, third, Section(beta, S - U, W, high).steps(drawn, top)

    def _net_flows(self) -> tuple[tuple[float, float], ...]:
        """Net flow towards stage 1 of A and B, and of A, in the three stretches of the cascade."""
        split = self.split
        low = (self.raffinate, self.raffinate * (1 - split.raffinate_purity))
        high = (-self.extract, -self.extract * split.extract_purity)
        drawn = (self.draw, self.draw * self.draw_fraction)
        if self.draw_phase == "aqueous":
            return low, (low[0] + drawn[0], low[1] + drawn[1]), high
        return low, (high[0] - drawn[0], high[1] - drawn[1]), high


def _least(beta: float, x: float, total: float, net: float) -> float:
    return (total * x - net) / (organic_fraction(x, beta) - x)
