"""What two linked cascades come to, whichever way they are linked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ytterby.design.liquor import Outflow
from ytterby.design.practice import ACID_MASS, ALKALI_MASS
from ytterby.design.step import Made, Step
from ytterby.design.train import Train
from ytterby.design.trial import Infeasible
from ytterby.separation import Cascade, NoCircuit, Profile

MOST_TURNS = 300
"""Most times round the two cascades."""
CLOSED = 1e-12
"""Change of what passes between the cascades, over the most, at which the link has closed [-]."""
STEEPEST = 5.0
"""Steepest and flattest secant that is believed, over the slope of the charge balance [-]."""


@dataclass(frozen=True)
class Linked:
    """A train with two cascades linked.

    train: as it was designed, unlinked. steps: X, whose loaded organic goes on, and Y, which takes
    it. light, heavy: X and Y at their steady state. alkali: for saponification of both [mol/s].
    made: the products of the train with the link.
    """

    train: Train
    steps: tuple[Step, Step]
    light: Profile
    heavy: Profile
    alkali: float
    made: tuple[Made, ...]

    @classmethod
    def of(
        cls,
        train: Train,
        x: Step,
        y: Step,
        light: Profile,
        heavy: Profile,
        alkali: float,
        leaving: Mapping[tuple[int, str], Outflow],
    ) -> Linked:
        """From what leaves the pair: by id of the step and outlet."""
        made = _collected(train, leaving)
        return cls(train, (x, y), light, heavy, alkali, made)

    @property
    def acid_saved(self) -> float:
        """kg of HCl for stripping per kg of oxide fed that the link saves [-]."""
        unlinked = sum(step.sized.profile.acid_used for step in self.steps)
        strip = self.heavy.acid_used
        return (unlinked - strip) * ACID_MASS / self.train.oxide_fed

    @property
    def alkali_saved(self) -> float:
        """kg of NaOH for saponification per kg of oxide fed that the link saves [-]."""
        unlinked = sum(step.sized.profile.alkali_used for step in self.steps)
        return (unlinked - self.alkali) * ALKALI_MASS / self.train.oxide_fed

    def closure(self) -> dict[str, float]:
        """(made - fed)/fed of each rare earth [-]."""
        return replace(self.train, made=self.made).metal_closure()


def _collected(train: Train, leaving: Mapping[tuple[int, str], Outflow]) -> tuple[Made, ...]:
    """The products, with what leaves some outlets changed and all that follows from it."""
    made: dict[int, Outflow] = {}

    def add(place: int, liquor: Outflow) -> None:
        made[place] = made[place] + liquor if place in made else liquor

    skipped: set[int] = set()
    for step in train.steps:
        if id(step.node) in skipped:
            continue
        node = step.node
        for outlet, part, place in (
            ("raffinate", node.light, node.after),
            ("extract", node.heavy, node.after + 1 - node.middle),
        ):
            liquor = leaving.get((id(step), outlet))
            if liquor is None:
                if part is None and not _replaced(step, outlet, leaving):
                    add(place, Outflow.of(step.cut, step.sized.profile, outlet))
                continue
            if part is None:
                add(place, liquor)
                continue
            skipped |= {id(one) for one in part.walk()}
            for product, found in train.branch(part, liquor).items():
                add(product, found)
    return tuple(replace(one, liquor=made[place]) for place, one in enumerate(train.made))


def _replaced(step: Step, outlet: str, leaving: Mapping[tuple[int, str], Outflow]) -> bool:
    """Whether an outlet is no longer there: that of a cascade which no longer strips."""
    return outlet == "extract" and any(key[0] == id(step) for key in leaving)


@dataclass
class Trimmed:
    """A flow that is set so that something comes out as wanted, by secant steps."""

    last: tuple[float, float] | None = field(default=None)

    def step(self, value: float, miss: float, nominal: float) -> float:
        """The next value; nominal: slope of the miss by the charge balance."""
        slope = nominal
        if self.last is not None and value != self.last[0]:
            secant = (miss - self.last[1]) / (value - self.last[0])
            if math.isfinite(secant) and 1 / STEEPEST < secant / nominal < STEEPEST:
                slope = secant
        self.last = value, miss
        return max(value - miss / slope, value / 2)


def solved(cascade: Cascade, guess: Profile | None, name: str) -> Profile:
    """The steady state; raises Infeasible naming the cut."""
    try:
        profile = cascade.solve(guess, sensitivity=False)
    except NoCircuit as error:
        raise Infeasible(f"link, cut {name}: {error}") from None
    if not profile.converged:
        raise Infeasible(f"link, cut {name}: {profile.reason}")
    return profile


def carried(profile: Profile, flow: float) -> dict[str, float]:
    """What the organic takes along per litre of its `flow` [mol/L].

    The metal of its aqueous droplets counts as loaded, and lost organic as made up.
    """
    amounts = zip(profile.components, profile.outlets["organic"].amounts.tolist(), strict=True)
    return {e: max(n, 0.0) / flow for e, n in amounts}
