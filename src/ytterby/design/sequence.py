"""In which order to cut a series: dynamic programming over its stretches.

A cut parts a stretch of neighbouring products into two stretches; what a stretch costs is what its
best first cut costs and what the two parts cost then. With m products there are m (m + 1)/2
stretches and m (m^2 - 1)/6 cuts, each planned once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ytterby.chemistry import kg_oxide
from ytterby.design.cut import Cut
from ytterby.design.economy import Plan, economic
from ytterby.design.practice import Practice, Prices, order
from ytterby.design.stagewise import Pinched
from ytterby.separation import Chemistry

BUDGET = 0.9
"""Share of a product's impurity, and of what may be lost of it, that its two neighbouring cuts may
use up together [-]; the rest is for what comes from farther away, and goes there."""


@dataclass(frozen=True)
class Product:
    """What is wanted: neighbouring elements, and their share in its oxides by weight [-]."""

    elements: tuple[str, ...]
    purity: float

    @property
    def name(self) -> str:
        """Its elements, such as `PrNd`."""
        return "".join(self.elements)


@dataclass(frozen=True)
class Task:
    """The separation of a feed into products.

    chemistry: of all elements and sodium. feed: [mol/s] by element.
    products: by rising extraction, every fed element in one of them.
    recovery: least share of a product's elements that must come into it [-].
    ways: how many cascades bring the same impurity into a product: two after an unsharp cut [-].
    others: another chemistry for the cut after some products, by their place.
    """

    chemistry: Chemistry
    feed: Mapping[str, float]
    products: tuple[Product, ...]
    recovery: float
    ways: int = 1
    others: Mapping[int, Chemistry] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        chemistry: Chemistry,
        feed: Mapping[str, float],
        products: Sequence[Product],
        *,
        recovery: float,
        remainder: float,
    ) -> Task:
        """The task for some wanted products; the elements between them are products as well.

        remainder: purity of those [-]. Raises ValueError where a product is no stretch of the
        series or two products share an element.
        """
        series = order(chemistry, [e for e, amount in feed.items() if amount > 0])
        owner: dict[str, Product] = {}
        for product in products:
            for element in product.elements:
                if element in owner:
                    raise ValueError(f"train: {element} stands in two products")
                owner[element] = product
        unknown = [e for e in owner if e not in series]
        if unknown:
            raise ValueError(f"train: the feed holds no {', '.join(unknown)}")
        found: list[list[str]] = []
        for element in series:
            mine = owner.get(element)
            if found and owner.get(found[-1][0]) is mine:
                found[-1].append(element)
            else:
                found.append([element])
        for product in products:
            if not any(set(part) == set(product.elements) for part in found):
                raise ValueError(
                    f"train: {product.name} is no stretch of the series {' < '.join(series)}; "
                    "only neighbours can stay together"
                )
        made = [
            Product(tuple(part), owner[part[0]].purity if part[0] in owner else remainder)
            for part in found
        ]
        return cls(chemistry, dict(feed), tuple(made), recovery)

    def cut_with(self, light: str, heavy: str, chemistry: Chemistry) -> Task:
        """The task with the cut between two neighbours made by another extractant.

        Raises ValueError where no cut can lie between them.
        """
        for place, (below, above) in enumerate(pairwise(self.products)):
            if below.elements[-1] == light and above.elements[0] == heavy:
                return replace(self, others={**self.others, place: chemistry})
        cuts = [f"{a.elements[-1]}|{b.elements[0]}" for a, b in pairwise(self.products)]
        raise ValueError(f"train: no cut {light}|{heavy}; expected one of {', '.join(cuts)}")

    def amount(self, place: int) -> float:
        """Moles of a product's own elements fed [mol/s]."""
        return sum(self.feed[e] for e in self.products[place].elements)

    def allowance(self, place: int, other: int, neighbour: str) -> float:
        """Metal of product `other` that may come into product `place`, as a neighbour [mol/s].

        The smaller of what the purity of the one and the recovery of the other allow, each shared
        between the two sides that a product of the middle has.
        """
        product = self.products[place]
        mass = sum(self.feed[e] * kg_oxide(e) for e in product.elements)
        impurity = (1 - product.purity) / product.purity * mass / kg_oxide(neighbour)
        pure = BUDGET * impurity / self._sides(place)
        lost = BUDGET * (1 - self.recovery) * self.amount(other) / self._sides(other)
        return min(pure, lost) / self.ways

    def _sides(self, place: int) -> int:
        return (place > 0) + (place < len(self.products) - 1)

    def losses(self, place: int) -> tuple[float, float]:
        """What may cross the cut after a product: heavies down, lights up [mol/s]."""
        light, heavy = self.products[place].elements[-1], self.products[place + 1].elements[0]
        return self.allowance(place, place + 1, heavy), self.allowance(place + 1, place, light)

    def cut(self, feed: Mapping[str, float], place: int, *, middle: int = 0) -> Cut:
        """The cut of a feed after product `place`; middle: so many products before it may leave by
        either outlet."""
        inside = [e for product in self.products[: place + 1] for e in product.elements]
        chemistry = self.others.get(place, self.chemistry)
        series = order(chemistry, [e for e, amount in feed.items() if amount > 0])
        spread = [e for p in self.products[place + 1 - middle : place + 1] for e in p.elements]
        heavy_lost = self.losses(place)[0]
        light_lost = self.losses(place - middle)[1]
        return Cut(
            chemistry,
            dict(feed),
            tuple(e for e in series if e in inside),
            heavy_lost,
            light_lost,
            tuple(e for e in series if e in spread),
        )


@dataclass(frozen=True)
class Node:
    """A cut in a train and what follows on either side.

    first, last: products it parts. after: the product after which it cuts. middle: as in
    `Task.cut`. light, heavy: the next cut of raffinate and extract, None for a product.
    """

    first: int
    last: int
    after: int
    plan: Plan
    light: Node | None
    heavy: Node | None
    middle: int = 0

    @property
    def cost(self) -> float:
        """Of this cut and all that follow [currency/s]."""
        return self.plan.cost + sum(part.cost for part in (self.light, self.heavy) if part)

    def walk(self) -> list[Node]:
        """This cut and all that follow, each before its parts."""
        parts = [part.walk() for part in (self.light, self.heavy) if part]
        return [self, *(node for part in parts for node in part)]


def best_order(task: Task, practice: Practice, prices: Prices, *, unsharp: bool = False) -> Node:
    """The order of cuts of least cost, planned with clean feeds.

    unsharp: also try a first cut that lets one product leave by both outlets, which then needs a
        cut more but parts neighbours but one.
    Raises ValueError for fewer than two products.
    """
    if len(task.products) < 2:
        raise ValueError("train: one product only, nothing to part; name at least two")
    sharp = _sequence(task, task.feed, practice, prices)(0, len(task.products) - 1)
    if sharp is None:
        raise Pinched("train: no sequence of cuts was found; loosen the purities")
    best = sharp
    if unsharp:
        for place in range(1, len(task.products) - 1):
            found = unsharp_order(task, place, practice, prices)
            if found is not None and found.cost < best.cost:
                best = found
    return best


def unsharp_order(task: Task, place: int, practice: Practice, prices: Prices) -> Node | None:
    """The best train whose first cut lets product `place` leave by both outlets, None if none.

    A product that two branches make is collected from both.
    """
    task = replace(task, ways=2)
    cut = task.cut(task.feed, place, middle=1)
    plan = _planned(cut, practice, prices)
    if plan is None:
        return None
    there = cut.series
    upper = dict(zip(there, (cut.lumps.distributed() * cut.total).tolist(), strict=True))
    last = len(task.products) - 1
    lower = {e: task.feed[e] - upper[e] for e in there}
    light = _sequence(task, lower, practice, prices)(0, place)
    heavy = _sequence(task, upper, practice, prices)(place, last)
    if light is None or heavy is None:
        return None
    return Node(0, last, place, plan, light, heavy, middle=1)


def _sequence(
    task: Task, feed: Mapping[str, float], practice: Practice, prices: Prices
) -> Callable[[int, int], Node | None]:
    """The best train of any stretch of products, remembered; None for one product."""
    known: dict[tuple[int, int], Node | None] = {}

    def best(first: int, last: int) -> Node | None:
        if first == last:
            return None
        if (first, last) not in known:
            part = {
                e: feed[e]
                for p in task.products[first : last + 1]
                for e in p.elements
                if feed[e] > 0
            }
            found = None
            for after in range(first, last):
                plan = _planned(task.cut(part, after), practice, prices)
                if plan is None:
                    continue
                node = Node(first, last, after, plan, best(first, after), best(after + 1, last))
                if found is None or node.cost < found.cost:
                    found = node
            known[first, last] = found
        return known[first, last]

    return best


def _planned(cut: Cut, practice: Practice, prices: Prices) -> Plan | None:
    try:
        return economic(cut, practice.on(cut.chemistry.extractant), prices)
    except (Pinched, ValueError):
        return None
