"""A train: cascades that part a feed into products, sized and simulated together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ytterby.chemistry import kg_oxide
from ytterby.design.cut import Cut
from ytterby.design.designed import Designed, classical, locked_up, sized_cut
from ytterby.design.economy import plan as plan_at
from ytterby.design.liquor import Liquor, Outflow, strength
from ytterby.design.loading import overloaded
from ytterby.design.practice import (
    ACID_MASS,
    ALKALI_MASS,
    CHARGE,
    LITRES,
    SALT_MASS,
    SODIUM,
    WATER_MASS,
    Practice,
    Prices,
)
from ytterby.design.sequence import Node, Task, best_order
from ytterby.design.sizing import Sized, resolved
from ytterby.design.step import Made, Step
from ytterby.separation import Chemistry

Progress = Callable[[str], None]
Maker = Callable[[Cut, Node, Outflow | None], Sized]
"""Makes the cascade of a cut, at its place, from what arrives there."""


@dataclass(frozen=True)
class Train:
    """Cascades in series and what they make.

    steps: each before those that it feeds. made: products, by rising extraction.
    """

    task: Task
    practice: Practice
    prices: Prices
    steps: tuple[Step, ...]
    made: tuple[Made, ...] = ()

    @property
    def stages(self) -> int:
        """All stages [-]."""
        return sum(step.sized.stages.total for step in self.steps)

    @cached_property
    def oxide_fed(self) -> float:
        """Rare earth oxides fed [kg/s]."""
        return sum(n * kg_oxide(e) for e, n in self.task.feed.items())

    @property
    def acid(self) -> float:
        """kg of HCl per kg of oxide fed, for stripping and for the feeds of cascades [-]."""
        used = sum(step.sized.profile.acid_used + step.acidified for step in self.steps)
        return used * ACID_MASS / self.oxide_fed

    @property
    def alkali(self) -> float:
        """kg of NaOH per kg of oxide fed, for saponification and what that washes out [-]."""
        used = sum(step.sized.profile.alkali_used + step.washing for step in self.steps)
        return used * ALKALI_MASS / self.oxide_fed

    @property
    def alkali_for_acid(self) -> float:
        """kg of NaOH per kg of oxide fed that neutralises liquors between cascades [-]."""
        used = sum(step.feed.conditioning.alkali for step in self.steps)
        return used * ALKALI_MASS / self.oxide_fed

    @property
    def evaporated(self) -> float:
        """kg of water per kg of oxide fed that is boiled off between cascades [-]."""
        litres = sum(step.feed.conditioning.evaporated for step in self.steps)
        return litres * WATER_MASS / self.oxide_fed

    @property
    def salt(self) -> float:
        """kg of NaCl per kg of oxide fed that crystallises between cascades [-]."""
        crystals = sum(step.feed.conditioning.salt for step in self.steps)
        return crystals * SALT_MASS / self.oxide_fed

    @cached_property
    def locked(self) -> dict[str, float]:
        """Rare earths held in the stages [kg of oxide], by element."""
        held: dict[str, float] = {}
        for step in self.steps:
            for e, mass in locked_up(step.sized).items():
                held[e] = held.get(e, 0.0) + mass
        return held

    @property
    def locked_value(self) -> float:
        """Price of what is held [currency]."""
        return sum(mass * self.prices.oxide.get(e, 0.0) for e, mass in self.locked.items())

    @property
    def organic_inventory(self) -> float:
        """Organic held in the stages [m3]."""
        return sum(
            float(step.sized.profile.volumes[3:].sum()) * step.sized.practice.residence / LITRES
            for step in self.steps
        )

    @property
    def overloaded(self) -> tuple[Step, ...]:
        """Cascades loaded beyond the limit of their extractant, as no way of sizing kept them."""
        return tuple(s for s in self.steps if overloaded(s.sized.practice, s.sized.profile))

    def closure(self) -> dict[str, float]:
        """(out - in)/in of each element fed, of sodium, chloride and the aqueous volume [-].

        Nothing is computed by difference: reagents come in, products, salt and vapour go out.
        """
        return self.metal_closure() | {
            name: out / into - 1 for name, (into, out) in self.passing().items()
        }

    def metal_closure(self) -> dict[str, float]:
        """(made - fed)/fed of each rare earth [-]."""
        return {
            e: sum(made.amounts.get(e, 0.0) for made in self.made) / fed - 1
            for e, fed in self.task.feed.items()
            if fed > 0
        }

    def passing(self) -> dict[str, tuple[float, float]]:
        """(in, out) of sodium and chloride [mol/s] and of the aqueous volume [L/s]."""
        steps, made = self.steps, [one.liquor for one in self.made]
        how = [step.feed.conditioning for step in steps]
        washed = [step.washed for step in steps]
        strips = [step.sized.profile.flows.strip for step in steps]
        first = steps[0].feed.aqueous()
        fed = CHARGE * sum(self.task.feed.values()) + (first.flow or 0.0) * first.acid
        salt = sum(one.salt for one in how) + sum(one.chloride for one in washed)
        soda = sum(
            s.sized.profile.alkali_used + s.washing + s.feed.conditioning.alkali for s in steps
        )
        acid = sum(step.sized.profile.acid_used for step in steps) + sum(one.acid for one in how)
        reagents = sum(one.alkali / strength("alkali") + one.acid / strength("acid") for one in how)
        added = sum(max(one.water, 0.0) for one in how)
        vapour = sum(one.evaporated for one in how)
        return {
            SODIUM: (soda, salt + sum(one.sodium for one in made)),
            "Cl": (fed + acid, salt + sum(one.chloride for one in made)),
            "aqueous": (
                (first.flow or 0.0) + sum(strips) + reagents + added,
                vapour + sum(one.flow for one in (*made, *washed)),
            ),
        }

    def branch(self, node: Node, arriving: Outflow) -> tuple[dict[int, Outflow], tuple[Step, ...]]:
        """What a part of the train makes of another liquor, by product, and its cascades then.

        Stages and organic flows stay, each reflux is trimmed.
        """
        known = {id(step.node): step for step in self.steps}

        def again(cut: Cut, node: Node, arriving: Outflow | None) -> Sized:
            return resolved(known[id(node)].sized, cut, arriving, trimmed=True)

        steps: list[Step] = []
        made: dict[int, Outflow] = {}
        _run(self.task, node, arriving.metals, arriving, again, steps, made)
        return made, tuple(steps)

    def designed(self, step: Step) -> Designed:
        """A cascade of the train with all that a single designed cut tells."""
        rule = classical(step.cut, step.sized.practice, self.prices)
        return Designed(step.sized, step.node.plan, rule, self.prices)

    def product(self, name: str) -> Made:
        """The product of that name; raises KeyError with the names there are."""
        for made in self.made:
            if made.product.name == name:
                return made
        known = ", ".join(made.product.name for made in self.made)
        raise KeyError(f"train: no product {name!r}; expected one of {known}")

    def solve(self, chemistry: Callable[[Cut], Chemistry] | None = None) -> Train:
        """The train simulated anew at its stages and flows, each cascade fed by those before it.

        chemistry: another one for some cuts, such as with a separation factor changed. There the
            reflux follows, as an operator would set it, so that the extract stays what is wanted.
        """
        known = {id(step.node): step for step in self.steps}

        def again(cut: Cut, node: Node, arriving: Outflow | None) -> Sized:
            other = cut.chemistry if chemistry is None else chemistry(cut)
            moved = other is not cut.chemistry
            cut = replace(cut, chemistry=other)
            return resolved(known[id(node)].sized, cut, arriving, trimmed=moved)

        return _built(self.task, self.practice, self.prices, self.steps[0].node, again)


def design_train(
    task: Task,
    practice: Practice,
    prices: Prices,
    *,
    unsharp: bool = False,
    progress: Progress | None = None,
) -> Train:
    """Order the cuts of a train by cost, then size and simulate every cascade.

    Raffinate and extract of one cascade are the feed of the next, with all that is in them, made
    ready as `liquor` says: free acid neutralised, water boiled off, salt crystallised.
    Raises Infeasible or Pinched naming the cut that cannot be made.
    """
    tell = progress or (lambda text: None)
    tell("order of cuts")
    root = best_order(task, practice, prices, unsharp=unsharp)
    return train_of(task, practice, prices, root, tell)


def train_of(
    task: Task,
    practice: Practice,
    prices: Prices,
    root: Node,
    tell: Progress = lambda text: None,
) -> Train:
    """The train of a given order of cuts, sized and simulated."""
    if root.middle:
        task = replace(task, ways=2)

    def fresh(cut: Cut, node: Node, arriving: Outflow | None) -> Sized:
        tell(f"cut {cut.name}")
        own = practice.on(cut.chemistry.extractant)
        plan = plan_at(cut, own, prices, node.plan.organic / node.plan.least * _least(cut))
        return sized_cut(cut, own, prices, plan, Liquor.of(cut, own, arriving))

    return _built(task, practice, prices, root, fresh)


def _least(cut: Cut) -> float:
    return cut.lumps.least_organic()


def _built(task: Task, practice: Practice, prices: Prices, root: Node, make: Maker) -> Train:
    """Every cascade made in turn, and the products collected."""
    steps: list[Step] = []
    made: dict[int, Outflow] = {}
    _run(task, root, task.feed, None, make, steps, made)
    fed = dict(task.feed)
    products = tuple(Made(task.products[place], made[place], fed) for place in sorted(made))
    return Train(task, practice, prices, tuple(steps), products)


def _run(
    task: Task,
    node: Node,
    feed: Mapping[str, float],
    arriving: Outflow | None,
    make: Maker,
    steps: list[Step],
    made: dict[int, Outflow],
) -> None:
    """A cascade and all that it feeds; steps and products, by place, are added to."""
    cut = task.cut(feed, node.after, middle=node.middle)
    step = Step(node, make(cut, node, arriving), arriving)
    steps.append(step)
    for outlet, part, place in (
        ("raffinate", node.light, node.after),
        ("extract", node.heavy, node.after + 1 - node.middle),
    ):
        leaving = Outflow.of(step.cut, step.sized.profile, outlet)
        if part is not None:
            _run(task, part, leaving.metals, leaving, make, steps, made)
        else:
            made[place] = made[place] + leaving if place in made else leaving
