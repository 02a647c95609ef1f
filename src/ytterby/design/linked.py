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
STEEPEST = 50.0
"""Steepest and flattest secant that is believed, over the slope of the charge balance [-]."""


Leaving = Mapping[tuple[int, str], Outflow]
"""What leaves linked cascades, by id of the node and outlet."""


@dataclass(frozen=True)
class Linked:
    """A train with two cascades linked.

    train: as it was before. steps: X, whose loaded organic goes on, and Y, which takes it, as they
    were. light, heavy: X and Y at their steady state. alkali: for saponification of both [mol/s].
    made: the products of the train with the link. others: all cascades but these two, those that
    the pair feeds simulated again. leaving: by all links of the train.
    """

    train: Train
    steps: tuple[Step, Step]
    light: Profile
    heavy: Profile
    alkali: float
    made: tuple[Made, ...]
    others: tuple[Step, ...]
    leaving: Leaving

    @classmethod
    def of(
        cls,
        train: Train,
        pair: tuple[Step, Step],
        profiles: tuple[Profile, Profile],
        alkali: float,
        leaving: Leaving,
        before: Leaving,
    ) -> Linked:
        """From what leaves the pair; before: what leaves the links that the train has already."""
        made, others = _collected(train, leaving, before)
        return cls(train, pair, *profiles, alkali, made, others, {**before, **leaving})

    @property
    def name(self) -> str:
        """Both cuts."""
        return " and ".join(step.name for step in self.steps)

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

    @property
    def worth(self) -> float:
        """Price of what is saved [currency per kg of oxide fed]."""
        prices = self.train.prices
        return self.acid_saved * prices.acid + self.alkali_saved * prices.alkali

    @property
    def spoilt(self) -> tuple[str, ...]:
        """Products that are pure in the train and not with the link."""
        pairs = zip(self.train.made, self.made, strict=True)
        return tuple(now.product.name for old, now in pairs if old.met and not now.met)

    @property
    def after(self) -> Train:
        """The train with what the pair feeds as it is now, the pair itself as it was unlinked."""
        again = {id(step.node): step for step in (*self.others, *self.steps)}
        steps = tuple(again[id(step.node)] for step in self.train.steps)
        return replace(self.train, steps=steps, made=self.made)

    def closure(self) -> dict[str, float]:
        """(made - fed)/fed of each rare earth [-]."""
        return self.after.metal_closure()


def _collected(
    train: Train, leaving: Leaving, before: Leaving
) -> tuple[tuple[Made, ...], tuple[Step, ...]]:
    """The products, and the cascades that are not linked now, with what leaves some outlets changed
    and all that follows from it."""
    made: dict[int, Outflow] = {}

    def add(place: int, liquor: Outflow) -> None:
        made[place] = made[place] + liquor if place in made else liquor

    linked = {node for node, _ in leaving}
    everything = {**before, **leaving}
    no_longer_strip = {node for node, _ in everything}
    others: list[Step] = []
    skipped: set[int] = set()
    for step in train.steps:
        node = step.node
        if id(node) in skipped:
            continue
        if id(node) not in linked:
            others.append(step)
        for outlet, part, place in (
            ("raffinate", node.light, node.after),
            ("extract", node.heavy, node.after + 1 - node.middle),
        ):
            key = id(node), outlet
            if part is not None and key in leaving:
                skipped |= {id(one) for one in part.walk()}
                found, again = train.branch(part, leaving[key])
                others.extend(again)
                for product, liquor in found.items():
                    add(product, liquor)
            elif part is None and key in everything:
                add(place, everything[key])
            elif part is None and not (outlet == "extract" and id(node) in no_longer_strip):
                add(place, Outflow.of(step.cut, step.sized.profile, outlet))
    products = tuple(replace(one, liquor=made[place]) for place, one in enumerate(train.made))
    return products, tuple(others)


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
        if guess is not None and not profile.converged:
            profile = cascade.solve(sensitivity=False)
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
