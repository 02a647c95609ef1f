"""The circuit: sections, feeds and draws as the arrays that the kernel balances.

Organic enters stage 1 and leaves stage N; aqueous enters stage N and leaves stage 1:

    stage         1 .. extraction | .. scrubbing .. | .. stripping .. N
    organic   ->  saponified                                           -> stripped organic
    aqueous   <-  raffinate   feed^   separate scrub^ |extract^        <- strip acid

At the first stripping stage all strip liquor leaves; the share `reflux` of it goes on as scrub.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import Chemistry
from ytterby.separation.compiled import compiled
from ytterby.separation.kernel import ROUNDING

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stages:
    """Number of stages [-] in each section."""

    extraction: int
    scrubbing: int
    stripping: int

    def __post_init__(self) -> None:
        if self.extraction < 1 or self.scrubbing < 0 or self.stripping < 0:
            raise ValueError(f"{self}: expected at least one extraction stage and none negative")

    @property
    def total(self) -> int:
        """All stages [-]."""
        return self.extraction + self.scrubbing + self.stripping

    @property
    def sections(self) -> dict[str, slice]:
        """The stages of each section, counted from zero."""
        ends = np.cumsum([0, self.extraction, self.scrubbing, self.stripping])
        names = ("extraction", "scrubbing", "stripping")
        return {
            name: slice(int(a), int(b))
            for name, a, b in zip(names, ends[:-1], ends[1:], strict=True)
            if b > a
        }


@dataclass(frozen=True)
class Aqueous:
    """An aqueous feed; chloride follows from electroneutrality.

    flow: volume [L/s]; for a feed whose flow a target sets, a first guess or None.
    concentrations: of components [mol/L].
    acid: H+ minus OH- [mol/L]; negative for an alkaline feed.
    """

    flow: float | None
    concentrations: Mapping[str, float] = field(default_factory=dict)
    acid: float = 0.0


@dataclass(frozen=True)
class Organic:
    """The organic feed.

    flow: volume [L/s]; a first guess or None where a target sets it.
    extractant: all of it, free and bound, as dimer [mol/L].
    concentrations: of components in the organic [mol/L]; saponification is Na or NH4.
    water: saponification water carried along, volume per volume of organic [-].
    """

    flow: float | None
    extractant: float
    concentrations: Mapping[str, float] = field(default_factory=dict)
    water: float = 0.0


@dataclass(frozen=True)
class Flows:
    """The flows that targets may set: organic, strip and scrub [L/s], and reflux, the share of the
    strip liquor that goes on as scrub [-]."""

    organic: float
    strip: float = 0.0
    scrub: float = 0.0
    reflux: float = 0.0

    def with_(self, **changes: float) -> Flows:
        """The same with some flows changed."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Circuit:
    """Feeds and draws of every stage, the general form of a cascade.

    aqueous_feed, organic_feed: volume [L/s], shape (stage,).
    aqueous_in, organic_in: amounts [mol/s], shape (stage, chain): components, then chloride (the
        counter-ion), then extractant (as dimer).
    aqueous_draw, organic_draw: share of the phase leaving a stage that leaves the cascade [-],
        shape (stage,); stage 1 draws all aqueous, stage N all organic.
    efficiency: Murphree efficiency of the organic [-], shape (stage,).
    entrainment: volume of aqueous per volume of organic, and of organic per volume of aqueous,
        that a settler lets through [-].
    """

    aqueous_feed: Array
    organic_feed: Array
    aqueous_in: Array
    organic_in: Array
    aqueous_draw: Array
    organic_draw: Array
    efficiency: Array
    entrainment: tuple[float, float]

    def volumes(self) -> Array:
        """Where each phase of each stage goes [L/s], shape (6, stage); rows as in the kernel."""
        aqueous, organic = settled(
            self.aqueous_feed,
            self.organic_feed,
            self.aqueous_draw,
            self.organic_draw,
            *self.entrainment,
        )
        if not ((aqueous >= 0).all() and (organic > 0).all()):
            raise ValueError(
                "circuit: a stage without organic, or a negative flow: check the feeds"
            )
        in_organic, in_aqueous = self.entrainment
        draw, organic_draw = self.aqueous_draw, self.organic_draw
        return np.array(
            [
                aqueous * (1 - draw),
                in_organic * organic * (1 - organic_draw),
                aqueous * draw + in_organic * organic * organic_draw,
                in_aqueous * aqueous * (1 - draw),
                organic * (1 - organic_draw),
                organic * organic_draw + in_aqueous * aqueous * draw,
            ]
        )


@compiled
def settled(aqueous_feed, organic_feed, aqueous_draw, organic_draw, in_organic, in_aqueous):
    """Volume of aqueous and of organic that each settler passes on [L/s], shape (stage,) each.

    Water and organic are conserved, droplets included:
        L_j + e_a G_j = (1 - d_{j+1}) L_{j+1} + e_a (1 - o_{j-1}) G_{j-1} + feed
    and likewise for G; solved by alternating sweeps that contract by the product of both
    entrainments.
    """
    N = aqueous_feed.size
    L, G = np.zeros(N), np.zeros(N)
    for _ in range(N + 100):
        change = 0.0
        for j in range(N):
            value = organic_feed[j]
            if j > 0:
                value += (1.0 - organic_draw[j - 1]) * G[j - 1]
            if j + 1 < N:
                value += in_aqueous * (1.0 - aqueous_draw[j + 1]) * L[j + 1]
            value -= in_aqueous * L[j]
            change = max(change, abs(value - G[j]) / (abs(value) + 1e-300))
            G[j] = value
        for j in range(N - 1, -1, -1):
            value = aqueous_feed[j]
            if j + 1 < N:
                value += (1.0 - aqueous_draw[j + 1]) * L[j + 1]
            if j > 0:
                value += in_organic * (1.0 - organic_draw[j - 1]) * G[j - 1]
            value -= in_organic * G[j]
            change = max(change, abs(value - L[j]) / (abs(value) + 1e-300))
            L[j] = value
        if change <= 2.0 * ROUNDING:
            break
    return L, G


@dataclass(frozen=True)
class Layout:
    """A three-section cascade without its flows: `circuit(flows)` completes it."""

    chemistry: Chemistry
    stages: Stages
    feed: Aqueous
    organic: Organic
    strip: Aqueous | None
    scrub: Aqueous | None
    efficiency: float | Array
    entrainment: tuple[float, float]

    def circuit(self, flows: Flows) -> Circuit:
        """The circuit at given flows."""
        stages, chemistry = self.stages, self.chemistry
        N, n = stages.total, len(chemistry.components)
        aqueous_feed, organic_feed = np.zeros(N), np.zeros(N)
        aqueous_in, organic_in = np.zeros((N, n + 2)), np.zeros((N, n + 2))
        aqueous_draw, organic_draw = np.zeros(N), np.zeros(N)
        last_scrub = stages.extraction + stages.scrubbing - 1
        for feed, flow, stage in (
            (self.feed, self.feed.flow, stages.extraction - 1),
            (self.scrub, flows.scrub, last_scrub),
            (self.strip, flows.strip, N - 1),
        ):
            if feed is not None and flow is not None:
                aqueous_feed[stage] += flow
                aqueous_in[stage] += flow * contents(chemistry, feed)
        aqueous_feed[0] += flows.organic * self.organic.water
        organic_feed[0] = flows.organic
        organic_in[0, :n] = flows.organic * chemistry.vector(self.organic.concentrations)
        organic_in[0, n + 1] = flows.organic * self.organic.extractant
        if stages.stripping:
            aqueous_draw[last_scrub + 1] = 1 - flows.reflux
        aqueous_draw[0], organic_draw[N - 1] = 1.0, 1.0
        return Circuit(
            aqueous_feed,
            organic_feed,
            aqueous_in,
            organic_in,
            aqueous_draw,
            organic_draw,
            np.full(N, self.efficiency, dtype=float),
            self.entrainment,
        )


def contents(chemistry: Chemistry, feed: Aqueous) -> Array:
    """Concentrations of an aqueous feed [mol/L], shape (chain,); chloride closes the charge."""
    x = chemistry.vector(feed.concentrations)
    chloride = float(chemistry.charge @ x) + feed.acid
    if chloride < 0:
        raise ValueError(
            f"feed: {-chloride:.3g} mol/L of positive charge missing; expected acid [mol/L] or "
            "cations that balance the anions and the alkali"
        )
    return np.append(x, [chloride, 0.0])
