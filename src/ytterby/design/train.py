"""A train: cascades that part a feed into products, sized and simulated together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ytterby.design.cut import Cut
from ytterby.design.designed import Designed, classical, locked_up, within_loading
from ytterby.design.economy import plan as plan_at
from ytterby.design.practice import (
    ACID_MASS,
    ALKALI_MASS,
    LITRES,
    Practice,
    Prices,
    kg_oxide,
)
from ytterby.design.sequence import Node, Product, Task, best_order
from ytterby.design.sizing import Sized, resolved
from ytterby.separation import Aqueous, Chemistry

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One cascade of a train.

    node: where it stands. sized: as built.
    """

    node: Node
    sized: Sized

    @property
    def cut(self) -> Cut:
        """What it does."""
        return self.sized.cut

    @property
    def name(self) -> str:
        """Neighbours on both sides of the cut."""
        return self.cut.name

    @property
    def neutralised(self) -> float:
        """Free acid of raffinate and extract, taken off by alkali [mol/s]."""
        outlets = self.sized.profile.outlets
        return sum(max(outlets[name].acid, 0.0) for name in ("raffinate", "extract"))

    @property
    def acidified(self) -> float:
        """Acid brought in with the feed [mol/s]."""
        feed = self.sized.cascade.feed
        return (feed.flow or 0.0) * feed.acid if isinstance(feed, Aqueous) else 0.0


@dataclass(frozen=True)
class Made:
    """A product of a train. amounts: of every element in it [mol/s]."""

    product: Product
    amounts: Mapping[str, float]
    fed: Mapping[str, float]

    @property
    def oxide(self) -> float:
        """Rare earth oxides [kg/s]."""
        return sum(n * kg_oxide(e) for e, n in self.amounts.items())

    @property
    def purity(self) -> float:
        """Its own elements in its oxides, by weight [-]."""
        own = sum(self.amounts.get(e, 0.0) * kg_oxide(e) for e in self.product.elements)
        return own / self.oxide

    @property
    def impurity(self) -> float:
        """Foreign elements in its oxides, by weight, without cancellation [-]."""
        own = set(self.product.elements)
        return sum(n * kg_oxide(e) for e, n in self.amounts.items() if e not in own) / self.oxide

    @property
    def met(self) -> bool:
        """Whether it is as pure as wanted."""
        return self.impurity <= 1 - self.product.purity

    def recovery(self, element: str) -> float:
        """Share of an element fed to the train that is in this product [-]."""
        return self.amounts.get(element, 0.0) / self.fed[element]


@dataclass(frozen=True)
class Train:
    """Cascades in series and what they make.

    steps: each before those that it feeds. made: products, by rising extraction.
    """

    task: Task
    practice: Practice
    prices: Prices
    steps: tuple[Step, ...]
    made: tuple[Made, ...] = field(default=())

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
        """kg of NaOH per kg of oxide fed, for saponification [-]."""
        used = sum(step.sized.profile.alkali_used for step in self.steps)
        return used * ALKALI_MASS / self.oxide_fed

    @property
    def alkali_for_acid(self) -> float:
        """kg of NaOH per kg of oxide fed that neutralises the free acid of the outlets [-]."""
        return sum(step.neutralised for step in self.steps) * ALKALI_MASS / self.oxide_fed

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

    def closure(self) -> dict[str, float]:
        """(made - fed)/fed of each element [-]; nothing is computed by difference."""
        return {
            e: sum(made.amounts.get(e, 0.0) for made in self.made) / fed - 1
            for e, fed in self.task.feed.items()
            if fed > 0
        }

    def branch(self, node: Node, feed: Mapping[str, float]) -> dict[int, dict[str, float]]:
        """What a part of the train makes of another feed [mol/s], by product and element.

        Stages and organic flows stay, each reflux is trimmed.
        """
        known = {id(step.node): step for step in self.steps}

        def again(cut: Cut, node: Node) -> Sized:
            return resolved(known[id(node)].sized, cut, trimmed=True)

        made: dict[int, dict[str, float]] = {}
        _run(self.task, node, feed, again, [], made)
        return made

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

        def again(cut: Cut, node: Node) -> Sized:
            other = cut.chemistry if chemistry is None else chemistry(cut)
            moved = other is not cut.chemistry
            return resolved(known[id(node)].sized, replace(cut, chemistry=other), trimmed=moved)

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

    Raffinate and extract of one cascade are the feed of the next, with all that is in them.
    Between cascades the liquor is brought to the concentration of practice, free acid is taken off
    by alkali, and salt and surplus water leave: rare earths are conserved, that step itself is not
    simulated. Raises Infeasible or Pinched naming the cut that cannot be made.
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

    def fresh(cut: Cut, node: Node) -> Sized:
        tell(f"cut {cut.name}")
        plan = plan_at(cut, practice, prices, node.plan.organic / node.plan.least * _least(cut))
        return within_loading(cut, practice, plan)

    return _built(task, practice, prices, root, fresh)


def _least(cut: Cut) -> float:
    return cut.lumps.least_organic()


def _built(
    task: Task,
    practice: Practice,
    prices: Prices,
    root: Node,
    make: Callable[[Cut, Node], Sized],
) -> Train:
    """Every cascade made in turn, and the products collected."""
    steps: list[Step] = []
    made: dict[int, dict[str, float]] = {}
    _run(task, root, dict(task.feed), make, steps, made)
    fed = dict(task.feed)
    products = tuple(Made(task.products[place], made[place], fed) for place in sorted(made))
    return Train(task, practice, prices, tuple(steps), products)


def _run(
    task: Task,
    node: Node,
    feed: Mapping[str, float],
    make: Callable[[Cut, Node], Sized],
    steps: list[Step],
    made: dict[int, dict[str, float]],
) -> None:
    """A cascade and all that it feeds; steps and products, by place, are added to."""
    step = Step(node, make(task.cut(feed, node.after, middle=node.middle), node))
    steps.append(step)
    for outlet, part, place in (
        ("raffinate", node.light, node.after),
        ("extract", node.heavy, node.after + 1 - node.middle),
    ):
        amounts = {e: n for e, n in step.sized.outlet(outlet).items() if n > 0}
        if part is not None:
            _run(task, part, amounts, make, steps, made)
            continue
        here = made.setdefault(place, {})
        for e, n in amounts.items():
            here[e] = here.get(e, 0.0) + n
