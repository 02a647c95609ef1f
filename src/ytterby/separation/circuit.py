"""The circuit: sections, feeds and draws as the arrays that the kernel balances.

Organic enters stage 1 and leaves stage N; aqueous enters stage N and leaves stage 1:

    stage         1 .. extraction | .. scrubbing .. | .. stripping .. N
    organic   ->  saponified                                           -> stripped organic
    aqueous   <-  raffinate   feed^   separate scrub^ |extract^        <- strip acid

At the first stripping stage all strip liquor leaves; the share `reflux` of it goes on as scrub.
Further feeds and draws of either phase may stand at any stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import ACID, Chemistry
from ytterby.separation.compiled import compiled
from ytterby.separation.mass_action import ROUNDING

Array = NDArray[np.float64]
NEUTRAL = 1e-5
"""Charge that a feed may miss, over its charges [-]: far below what an analysis tells."""
Phase = Literal["aqueous", "organic"]


@dataclass(frozen=True)
class Stages:
    """Number of stages [-] in each section."""

    extraction: int
    scrubbing: int = 0
    stripping: int = 0

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
    """An aqueous feed; the counter-ion follows from electroneutrality.

    flow: volume [L/s]; for a feed whose flow a target sets, a first guess or None.
    concentrations: of components [mol/L].
    acid: H+ minus OH- [mol/L]; negative for an alkaline feed.
    """

    flow: float | None
    concentrations: Mapping[str, float] = field(default_factory=dict)
    acid: float = 0.0


@dataclass(frozen=True)
class Organic:
    """An organic feed.

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
class SideFeed:
    """A further feed: `name`, the stage it enters, counted from 1, and what enters."""

    name: str
    stage: int
    feed: Aqueous | Organic


@dataclass(frozen=True)
class SideDraw:
    """A further draw: the share of the phase leaving `stage` (from 1) that leaves the cascade [-].

    It is an outlet of the profile called `name`.
    """

    name: str
    stage: int
    phase: Phase
    share: float


@dataclass(frozen=True)
class Flows:
    """The flows that targets may set: organic, strip and scrub [L/s], reflux, the share of the
    strip liquor that goes on as scrub [-], and those of side feeds, by name [L/s]."""

    organic: float
    strip: float = 0.0
    scrub: float = 0.0
    reflux: float = 0.0
    side: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """The flow of that name [L/s, reflux: -]."""
        return self.side[name] if name in self.side else getattr(self, name)

    def with_(self, **changes: float) -> Flows:
        """The same with some flows changed."""
        side = {name: changes.pop(name, flow) for name, flow in self.side.items()}
        return replace(self, side=side, **changes)


@dataclass(frozen=True)
class Draw:
    """An outlet: the stage it is drawn from, counted from zero, and the phase."""

    name: str
    stage: int
    phase: Phase


class NoCircuit(ValueError):
    """Flows at which no cascade can stand: a stage is left without one of the phases."""


@dataclass(frozen=True)
class Circuit:
    """Feeds and draws of every stage, the general form of a cascade.

    aqueous_feed, organic_feed: volume [L/s], shape (stage,).
    aqueous_in, organic_in: amounts [mol/s], shape (stage, chain): components, then the
        counter-ion, then extractant (as dimer).
    aqueous_draw, organic_draw: share of the phase leaving a stage that leaves the cascade [-],
        shape (stage,); stage 1 draws all aqueous, stage N all organic.
    efficiency: Murphree efficiency of the organic [-], shape (stage,).
    entrainment: volume of aqueous per volume of organic, and of organic per volume of aqueous,
        that a settler lets through [-].
    draws: the outlets by name.
    """

    aqueous_feed: Array
    organic_feed: Array
    aqueous_in: Array
    organic_in: Array
    aqueous_draw: Array
    organic_draw: Array
    efficiency: Array
    entrainment: tuple[float, float]
    draws: tuple[Draw, ...] = ()

    @property
    def special(self) -> NDArray[np.bool_]:
        """Stages at which something enters, leaves or differs from the next, shape (stage,)."""
        marked = (self.aqueous_feed > 0) | (self.organic_feed > 0)
        marked |= (self.aqueous_draw > 0) | (self.organic_draw > 0)
        marked |= self.aqueous_in.any(axis=1) | self.organic_in.any(axis=1)
        marked[[0, -1]] = True
        return marked

    def at(self, stages: NDArray[np.int_]) -> Circuit:
        """The circuit with only some of its stages; all at which something happens are kept."""
        names = "aqueous_feed organic_feed aqueous_in organic_in aqueous_draw organic_draw".split()
        return replace(
            self,
            efficiency=self.efficiency[stages],
            draws=(),
            **{name: getattr(self, name)[stages] for name in names},
        )

    def __contains__(self, name: str) -> bool:
        return any(draw.name == name for draw in self.draws)

    def draw(self, name: str) -> Draw:
        """The outlet of that name; raises KeyError naming those there are."""
        for draw in self.draws:
            if draw.name == name:
                return draw
        raise KeyError(f"no outlet {name!r}, only {', '.join(d.name for d in self.draws)}")

    @cached_property
    def settled(self) -> tuple[Array, Array]:
        """Aqueous and organic volume that each settler passes on [L/s], shape (stage,) each."""
        aqueous, organic = settled(
            self.aqueous_feed,
            self.organic_feed,
            self.aqueous_draw,
            self.organic_draw,
            *self.entrainment,
        )
        if not ((aqueous >= 0).all() and (organic > 0).all()):
            raise NoCircuit(
                "a stage without organic, or without liquor; ask for more organic, or less acid"
            )
        return aqueous, organic

    def volumes(self) -> Array:
        """Where each phase of each stage goes [L/s], shape (6, stage); rows as in `walk`."""
        aqueous, organic = self.settled
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

    def drawn(self, draw: Draw) -> tuple[float, float]:
        """Volumes of aqueous and organic that leave with a draw, droplets included [L/s]."""
        aqueous, organic = self.settled
        in_organic, in_aqueous = self.entrainment
        j = draw.stage
        if draw.phase == "aqueous":
            volume = float(aqueous[j] * self.aqueous_draw[j])
            return volume, in_aqueous * volume
        volume = float(organic[j] * self.organic_draw[j])
        return in_organic * volume, volume


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
    """A three-section cascade without its flows: `circuit(flows)` completes it.

    organic_at: see `Cascade`.
    """

    chemistry: Chemistry
    stages: Stages
    feed: Aqueous | Organic
    organic: Organic
    strip: Aqueous | None
    scrub: Aqueous | None
    efficiency: float | Array
    entrainment: tuple[float, float]
    side_feeds: tuple[SideFeed, ...] = ()
    side_draws: tuple[SideDraw, ...] = ()
    organic_at: Callable[[float], Organic] | None = None

    @cached_property
    def _entering(self) -> list[tuple[str, Aqueous | Organic, int, Array]]:
        """(name of the flow, feed, stage from zero, its concentrations [mol/L]) of every feed."""
        last = self.stages.total - 1
        last_scrub = self.stages.extraction + self.stages.scrubbing - 1
        found = [
            ("organic", self.organic, 0),
            ("feed", self.feed, self.stages.extraction - 1),
            ("scrub", self.scrub, last_scrub),
            ("strip", self.strip, last),
            *((side.name, side.feed, side.stage - 1) for side in self.side_feeds),
        ]
        return [
            (name, feed, stage, contents(self.chemistry, feed))
            for name, feed, stage in found
            if feed is not None
        ]

    def circuit(self, flows: Flows) -> Circuit:
        """The circuit at given flows."""
        stages = self.stages
        N, chain = stages.total, len(self.chemistry.components) + 2
        volume = {"aqueous": np.zeros(N), "organic": np.zeros(N)}
        amount = {"aqueous": np.zeros((N, chain)), "organic": np.zeros((N, chain))}
        share = {"aqueous": np.zeros(N), "organic": np.zeros(N)}
        last_scrub = stages.extraction + stages.scrubbing - 1
        for name, feed, stage, concentrations in self._entering:
            flow = self.feed.flow if name == "feed" else flows[name]
            if flow is None:
                continue
            if name == "organic" and self.organic_at is not None:
                feed = self.organic_at(flow)
                concentrations = contents(self.chemistry, feed)
            phase = "organic" if isinstance(feed, Organic) else "aqueous"
            volume[phase][stage] += flow
            amount[phase][stage] += flow * concentrations
            if isinstance(feed, Organic):
                volume["aqueous"][stage] += flow * feed.water
        draws = [Draw("raffinate", 0, "aqueous"), Draw("organic", N - 1, "organic")]
        if stages.stripping:
            share["aqueous"][last_scrub + 1] = 1 - flows.reflux
            draws.insert(1, Draw("extract", last_scrub + 1, "aqueous"))
        for side in self.side_draws:
            share[side.phase][side.stage - 1] = side.share
            draws.append(Draw(side.name, side.stage - 1, side.phase))
        share["aqueous"][0], share["organic"][N - 1] = 1.0, 1.0
        return Circuit(
            volume["aqueous"],
            volume["organic"],
            amount["aqueous"],
            amount["organic"],
            share["aqueous"],
            share["organic"],
            np.full(N, self.efficiency, dtype=float),
            self.entrainment,
            tuple(draws),
        )


def contents(chemistry: Chemistry, feed: Aqueous | Organic) -> Array:
    """Concentrations of a feed [mol/L], shape (chain,); the counter-ion closes the charge."""
    x = chemistry.vector(feed.concentrations)
    if isinstance(feed, Organic):
        return np.append(x, [0.0, feed.extractant])
    acid = feed.acid
    if chemistry.needs_acid:
        x[chemistry.index([ACID])[0]] += max(acid, 0.0)
        acid = min(acid, 0.0)
    counter_ion = float(chemistry.protons @ x) + acid
    # In a sulfate liquor there is none: rounding, or a derivative by differences, may miss it.
    if counter_ion < -NEUTRAL * float(np.abs(chemistry.protons) @ x):
        raise ValueError(
            f"feed: {-counter_ion:.3g} mol/L of positive charge missing; expected acid [mol/L] or "
            "cations that balance the anions and the alkali"
        )
    return np.append(x, [counter_ion, 0.0])
