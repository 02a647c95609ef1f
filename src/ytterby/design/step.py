"""The parts of a train: its cascades, and what they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.chemistry import kg_oxide
from ytterby.design.cut import Cut
from ytterby.design.liquor import Liquor, Outflow
from ytterby.design.sequence import Node, Product
from ytterby.design.sizing import Sized
from ytterby.separation import Aqueous


@dataclass(frozen=True)
class Step:
    """One cascade of a train.

    node: where it stands. sized: as built. arriving: what its feed was made of, None for the first.
    """

    node: Node
    sized: Sized
    arriving: Outflow | None = None

    @property
    def cut(self) -> Cut:
        """What it does."""
        return self.sized.cut

    @property
    def name(self) -> str:
        """Neighbours on both sides of the cut."""
        return self.cut.name

    @property
    def feed(self) -> Liquor:
        """The liquor it is fed with, and what that took."""
        aqueous, practice = self.sized.cascade.feed, self.sized.practice
        assert isinstance(aqueous, Aqueous)
        return Liquor.of(self.cut, practice, self.arriving).with_acid(aqueous.acid)

    @property
    def acidified(self) -> float:
        """Acid that comes with the feed of the train, or is added to a liquor [mol/s]."""
        feed = self.feed
        return feed.conditioning.acid if self.arriving else feed.flow * feed.acid

    @property
    def washed(self) -> Outflow:
        """Salt, acid and water that the stripped organic carries off; soda makes salt of them."""
        return Outflow.of(self.cut, self.sized.profile, "organic")

    @property
    def washing(self) -> float:
        """Soda for that [mol/s]."""
        return self.washed.chloride - self.washed.sodium


@dataclass(frozen=True)
class Made:
    """A product of a train. liquor: in which it leaves, of one or two cascades. fed: [mol/s]."""

    product: Product
    liquor: Outflow
    fed: Mapping[str, float]

    @property
    def amounts(self) -> Mapping[str, float]:
        """Of every element in it [mol/s]."""
        return self.liquor.metals

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
