"""Targets: what is wanted of a cascade, and which flow each of them sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Aqueous, Circuit, Flows, Layout, Organic
from ytterby.separation.constants import RARE_EARTHS
from ytterby.separation.solve import Point

Array = NDArray[np.float64]
Quantity = Literal["loss", "content", "impurity", "residual", "loading", "acidity"]
Kind = Literal["limit", "equality"]

SMALLEST = 1e-290
"""Stands for an amount of exactly zero where its logarithm is taken."""

SHARES = ("loss", "impurity")
"""Quantities that are a share of a whole: their odds are what is aimed at, since these go on
changing with the flow where the share itself is nearly one."""

WITH_ACID = ("strip", "scrub")
"""Flows that bring acid: more of them lowers p[H]."""


@dataclass(frozen=True)
class Target:
    """One wanted figure and the flow that is set so as to reach it.

    Every quantity is a share or concentration of what is *not* wanted, so that its logarithm is
    smooth over all orders of magnitude, and falls as the flow grows:

    loss: amount of `components` in the raffinate per amount fed [-];
    content: concentration of `components` in the raffinate [mol/L];
    impurity: share of all others in the outlet `of` by weight [-];
    residual: amount of `components` in the organic leaving stage N per amount in the organic
        leaving the scrubbing section [-];
    loading: largest share of the extractant bound to ions of more than one charge [-];
    acidity: h of `stage` [mol/L]; 1/h [L/mol] where the flow is one that brings acid.

    flow: the flow it sets: organic, strip, scrub, reflux, or a side feed by its name.
    allowed: largest value of the quantity, in its unit.
    kind: "limit": the flow stays at its lower bound where that already does; "equality": not.
    weights: kg (or any measure) per mol of component, for impurity; zero where a component does
        not count; one for every component when None.
    lowest, highest: bounds of the flow, [L/s], or [-] for reflux; None: left to the solver.
    of: the outlet an impurity is measured in.
    stage: counted from 1, for acidity.
    """

    flow: str
    quantity: Quantity
    components: tuple[str, ...]
    allowed: float
    kind: Kind = "limit"
    weights: Mapping[str, float] | None = None
    lowest: float | None = None
    highest: float | None = None
    of: str = "extract"
    stage: int | None = None

    def __post_init__(self) -> None:
        top = 1.0 if self.quantity in SHARES else np.inf
        if not 0 < self.allowed < top:
            raise ValueError(
                f"target {self.quantity}: allowed is {self.allowed}, expected above 0"
                + (" and below 1" if top == 1 else "")
            )

    @classmethod
    def recovery(
        cls, flow: str, components: tuple[str, ...], least: float, kind: Kind = "limit"
    ) -> Target:
        """At least this share of the fed components [-] must not leave with the raffinate."""
        return cls(flow, "loss", components, 1 - least, kind)

    @classmethod
    def content(
        cls, flow: str, components: tuple[str, ...], most: float, kind: Kind = "limit"
    ) -> Target:
        """At most this concentration [mol/L] of the components may stay in the raffinate."""
        return cls(flow, "content", components, most, kind)

    @classmethod
    def purity(
        cls,
        flow: str,
        components: tuple[str, ...],
        least: float,
        weights: Mapping[str, float] | None = None,
        kind: Kind = "limit",
        of: str = "extract",
    ) -> Target:
        """At least this share by weight [-] of the outlet `of` must be these components."""
        return cls(flow, "impurity", components, 1 - least, kind, weights, of=of)

    @classmethod
    def residual(
        cls, flow: str, components: tuple[str, ...], most: float, kind: Kind = "limit"
    ) -> Target:
        """At most this share [-] of the components loaded may stay in the stripped organic."""
        return cls(flow, "residual", components, most, kind)

    @classmethod
    def loading(cls, flow: str, most: float, kind: Kind = "limit") -> Target:
        """At most this share of the extractant [-] may be bound to metal in any stage."""
        return cls(flow, "loading", (), most, kind)

    @classmethod
    def acidity(cls, flow: str, stage: int, pH: float) -> Target:
        """p[H] of a stage, counted from 1, is this [-]."""
        allowed = 10.0**pH if flow in WITH_ACID else 10.0**-pH
        return cls(flow, "acidity", (), allowed, "equality", stage=stage)

    def parts(self, layout: Layout, point: Point) -> tuple[float, float]:
        """What is not wanted and what it is measured against, at a profile; see the quantities."""
        chemistry, stages, circuit = layout.chemistry, layout.stages, point.circuit
        n = len(chemistry.components)
        x, y = point.x, point.y
        match self.quantity:
            case "loss":
                chosen = chemistry.index(self.components)
                amounts = {
                    draw.name: float(leaving(circuit, x, y, draw.name)[chosen].sum())
                    for draw in circuit.draws
                }
                lost = amounts.pop(RAFFINATE)
                return lost, sum(amounts.values())
            case "content":
                volume, _ = circuit.drawn(circuit.draw(RAFFINATE))
                chosen = chemistry.index(self.components)
                return float(leaving(circuit, x, y, RAFFINATE)[chosen].sum() / volume), 1.0
            case "impurity":
                amounts = leaving(circuit, x, y, self.of if self.of in circuit else "organic")[:n]
                if self.weights is not None:
                    amounts = amounts * chemistry.vector(self.weights)
                wanted = np.zeros(n, dtype=bool)
                wanted[chemistry.index(self.components)] = True
                return float(amounts[~wanted].sum()), float(amounts[wanted].sum())
            case "residual":
                chosen = chemistry.index(self.components)
                loaded = stages.extraction + stages.scrubbing - 1
                left = float(leaving(circuit, x, y, "organic")[chosen].sum())
                return left, float(point.volumes[4, loaded] * y[loaded, chosen].sum())
            case "loading":
                metals = np.where(chemistry.charge > 1, chemistry.bound, 0.0)
                return float(((y[:, :n] @ metals) / y[:, n + 1]).max()), 1.0
        assert self.stage is not None
        there = slice(self.stage - 1, self.stage)
        h = float(chemistry.acidity(x[there], point.potential[there])[0])
        return (1.0 / h if self.flow in WITH_ACID else h), 1.0

    def measure(self, layout: Layout, point: Point) -> float:
        """The quantity at a profile, in its unit."""
        bad, good = self.parts(layout, point)
        return bad / (bad + good + SMALLEST) if self.quantity in SHARES else bad / (good + SMALLEST)

    def excess(self, layout: Layout, point: Point) -> float:
        """ln of the measured over the allowed, or of their odds [-]: met where not positive."""
        bad, good = self.parts(layout, point)
        allowed = self.allowed / (1 - self.allowed) if self.quantity in SHARES else self.allowed
        return float(np.log(bad + SMALLEST) - np.log(good + SMALLEST) - np.log(allowed))

    @property
    def name(self) -> str:
        """How figures and reasons call it, `loss of Dy`."""
        if self.quantity == "acidity":
            return f"p[H] of stage {self.stage}"
        named = f"{self.quantity} of {', '.join(self.components)}"
        return named if self.components else self.quantity

    def explain(self, flow: float) -> str:
        """Why the flow at its upper bound is not enough."""
        why = {
            "reflux": "beyond total reflux",
            "scrub": "more scrub does not purify",
            "strip": "too little acid to strip",
        }.get(self.flow, f"no {self.flow} flow reaches it")
        tried = "by any reflux" if self.flow == "reflux" else f"at {self.flow} {flow:.4g} L/s"
        return f"{why}: {self.name} {self.allowed:.3g} is not reached {tried}"


RAFFINATE = "raffinate"


def leaving(circuit: Circuit, x: Array, y: Array, name: str) -> Array:
    """Amounts that leave with a draw, droplets included [mol/s], shape (chain,)."""
    draw = circuit.draw(name)
    aqueous, organic = circuit.drawn(draw)
    return aqueous * x[draw.stage] + organic * y[draw.stage]


def estimate(layout: Layout, targets: tuple[Target, ...]) -> Flows:
    """First guess of the flows, from equivalents and the least extraction amount.

    What is named by the targets, and what is extracted better, goes into the organic; the scrub
    returns what parting it from the next rare earth takes, S/S_min = ABOVE_LEAST with
    S_min = f + 1/(beta - 1) (Xu's least extraction for an aqueous feed, f the share extracted).
    """
    chemistry = layout.chemistry
    x = chemistry.vector(layout.feed.concentrations)
    named = tuple(dict.fromkeys(name for t in targets for name in t.components))
    weights = np.where(chemistry.charge > 1, chemistry.bound, 0.0) * x
    if chemistry.mechanism == "homovalent exchange":
        weights = x
    least = chemistry.log_K[chemistry.index(named)].min() if named else -np.inf
    wanted = (chemistry.log_K >= least) & (weights > 0)
    total = max(float(weights.sum()), SMALLEST)
    share = max(float(weights[wanted].sum()), SMALLEST) / total
    parted = np.array([name in RARE_EARTHS for name in chemistry.components])
    parted |= not parted.any()
    below = chemistry.log_K[parted & ~wanted & (weights > RELEVANT * total)]
    returned = 0.0
    if any(t.flow in ("reflux", "scrub") for t in targets) and below.size:
        factor = max(10.0 ** float(least - below.max()), 1 + SMALLEST_GAIN)
        returned = ABOVE_LEAST * (share + 1 / (factor - 1)) - share
    flow = flow_of(layout) * total
    loaded = flow * (share + returned)
    strip, scrub, organic = layout.strip, layout.scrub, layout.organic
    strip_acid = strip.acid if strip is not None and strip.acid > 0 else 1.0
    scrub_acid = scrub.acid if scrub is not None and scrub.acid > 0 else 1.0
    wanted_organic = max(loaded / capacity(chemistry, organic), LEAST_RATIO * flow_of(layout))

    def given(feed: Aqueous | Organic | None, guess: float) -> float:
        if feed is None:
            return 0.0
        return guess if feed.flow is None else feed.flow

    return Flows(
        organic=given(organic, wanted_organic),
        strip=given(strip, ACID_EXCESS * loaded / strip_acid),
        scrub=given(scrub, returned * flow / scrub_acid),
        reflux=min(returned / (share + returned), HIGHEST_GUESS),
        side={s.name: given(s.feed, flow) for s in layout.side_feeds},
    )


def flow_of(layout: Layout) -> float:
    """Volume fed [L/s]."""
    return layout.feed.flow or 0.0


def capacity(chemistry: Chemistry, organic: Organic) -> float:
    """Equivalents of metal that a litre of organic takes up [mol/L]: as many as it brings alkali,
    or a guessed share of its extractant where it brings little."""
    y = chemistry.vector(organic.concentrations)
    alkali = float(y[(chemistry.charge == 1) & chemistry.exchanging].sum())
    return max(alkali, GUESSED_LOADING * organic.extractant)


GUESSED_LOADING, ACID_EXCESS, ABOVE_LEAST, HIGHEST_GUESS = 0.3, 1.3, 1.2, 0.8
"""First guesses: loaded share of the extractant, strip acid per equivalent, extraction over the
least that parts the neighbours, and the highest reflux [-]."""

LEAST_RATIO = 0.01
"""Least organic per aqueous feed that is guessed, by volume [-]."""

RELEVANT, SMALLEST_GAIN = 1e-3, 0.02
"""Share of the feed from which a neighbour counts, and the least beta - 1 that is believed [-]."""
