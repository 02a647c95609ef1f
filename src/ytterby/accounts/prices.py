"""Prices, in sets that name their basis, and what a product is sold as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS, TRADE_OXIDE, oxide_factor
from ytterby.facts import Fact, fact, table

PriceSet = Mapping[str, Fact]
"""Price by good: element (of its trade oxide, or of itself), substance, electricity, fuel."""
DEFAULT_SETS = ("remembered", "adamas-2025", "usgs-2025", "metals", "reagents", "energy")
SOLD_TOGETHER = (("Nd", "Pr"),)
"""Rare earths whose oxides are sold as one, didymium."""
PURE = 0.99
"""Share of the rare earth oxides from which an oxide is sold as that oxide [-]."""
TRACE = 1e-5
"""Share of the rare earth oxides below which nothing is paid: what the purest trade grade,
99.999 %, may hold besides [-]."""
_MAGNET = ".magnet"
"""End of the name of a stream that is a magnet: the outlet of the units that make one."""


def price_set(*names: str) -> dict[str, Fact]:
    """Shipped sets of prices together, later ones in front: price_set("usgs-2024", "metals")."""
    found: dict[str, Fact] = {}
    for name in names or DEFAULT_SETS:
        found.update(table(f"prices.{name}"))
    return found


def of_facts(facts: Iterable[Fact]) -> dict[str, Fact]:
    """A set of prices of your own: the last part of each fact's name is the good."""
    return {one.name.rpartition(".")[2]: one for one in facts}


def values(prices: PriceSet) -> dict[str, float]:
    """Prices of elements as numbers, in the currency they are given in [per kg]."""
    return {good: one.value for good, one in prices.items() if good in _ELEMENTS}


_ELEMENTS = {*RARE_EARTHS, "Co", "Ni", "Cu", "Fe", "Al"}


@dataclass(frozen=True)
class Sale:
    """One element of a product as it is sold.

    mass: paid for, over the period of the balance: trade oxide of a rare earth, else the element
    [kg]. price: [currency per kg], or None where none is known. payability: share of it that is
    paid [-], or None where all is.
    """

    product: str
    element: str
    mass: float
    price: Fact | None
    payability: Fact | None
    sold_as: str

    @property
    def paid(self) -> float:
        """Share of the price that is paid [-]."""
        return 1.0 if self.payability is None else self.payability.value

    @property
    def value(self) -> float:
        """In the currency of the price; NaN without one."""
        return self.mass * self.paid * self.price.value if self.price else float("nan")


def sales(
    balance: Balance, prices: PriceSet, own: Mapping[str, Fact] | None = None
) -> tuple[Sale, ...]:
    """What each product brings, by element.

    A product of which one oxide (or neodymium and praseodymium together) makes up 99 % of the
    rare earth oxides is sold as that oxide, and nothing is paid for the rest; any other oxide as
    mixed oxide at its payability. What holds less than half the oxygen of its oxides is a metal: it
    brings more than the oxides it takes, and more again as a magnet (the outlet `magnet` of a
    unit). Any other product is paid for its cobalt, nickel and copper.

    own: payabilities in place of shipped ones, by name: {"prices.payability.magnet": ...}.
    """
    found: list[Sale] = []
    for edge in balance.edges:
        if edge.role == "product" and edge.target is None:
            found += _sales_of(balance, edge.name, prices, own or {})
    return tuple(found)


def _payability(own: Mapping[str, Fact] | None, sold_as: str) -> Fact:
    name = f"prices.payability.{sold_as}"
    return (own or {}).get(name) or fact(name)


def _sales_of(balance: Balance, name: str, prices: PriceSet, own: Mapping[str, Fact]) -> list[Sale]:
    oxides = {
        e: balance.mass(name, e) * oxide_factor(e)
        for e in RARE_EARTHS
        if e in balance.elements and balance.mass(name, e) > 0
    }
    total = sum(oxides.values())
    oxides = {e: mass for e, mass in oxides.items() if mass > TRACE * total}
    if _is_metal(balance, name, oxides):
        sold_as = "magnet" if name.endswith(_MAGNET) else "metal"
        paid = _payability(own, sold_as)
        return [Sale(name, e, m, prices.get(e), paid, sold_as) for e, m in oxides.items()]
    if 2 * total <= balance.flow(name) * balance.period:
        paid = _payability(own, "liquor-metals")
        return [
            Sale(name, metal, balance.mass(name, metal), prices.get(metal), paid, "liquor")
            for metal in ("Co", "Ni", "Cu")
            if balance.mass(name, metal) > 0
        ]
    main = max(oxides, key=lambda e: oxides[e])
    group = next((g for g in SOLD_TOGETHER if main in g), (main,))
    if sum(oxides.get(e, 0.0) for e in group) >= PURE * total:
        return [
            Sale(name, e, oxides[e], prices.get(e), None, TRADE_OXIDE[e])
            for e in group
            if e in oxides
        ]
    paid = _payability(own, "mixed-oxide")
    return [Sale(name, e, m, prices.get(e), paid, "mixed oxide") for e, m in oxides.items()]


def _is_metal(balance: Balance, name: str, oxides: Mapping[str, float]) -> bool:
    """Whether rare earths are there as metal. oxides: mass of each trade oxide [kg]."""
    if not oxides or "O" not in balance.elements:
        return False
    needed = sum(mass * (1 - 1 / oxide_factor(e)) for e, mass in oxides.items())
    return 2 * balance.mass(name, "O") < needed


def contained_value(balance: Balance, feed: str, prices: PriceSet) -> float:
    """What the rare earths of a feed would bring as pure oxides, over the period.

    Elements without a price count nothing.
    """
    return sum(
        balance.mass(feed, e) * oxide_factor(e) * prices[e].value
        for e in RARE_EARTHS
        if e in prices and e in balance.elements
    )


def paid_for_scrap(own: Mapping[str, Fact] | None = None) -> Fact:
    """The share of the value that scrap contains which is usually paid for it [-]."""
    return _payability(own, "scrap")


def priced_by_content(
    balance: Balance, feed: str, prices: PriceSet, own: Mapping[str, Fact] | None = None
) -> dict[str, Fact]:
    """The prices, with `feed` at its usual share of the value that it contains.

    The share is the fact `prices.payability.scrap`, or the one of that name in `own`, and what
    rests on it is no better founded.
    """
    paid = paid_for_scrap(own)
    mass = balance.flow(feed) * balance.period
    price = paid.value * contained_value(balance, feed, prices) / mass
    source = f"{paid.value:g} of the oxides it contains; {paid.source}"
    return {**prices, feed: Fact(f"price.{feed}", price, "USD/kg", paid.evidence, source)}


def as_mixed_oxide(
    balance: Balance, prices: PriceSet, own: Mapping[str, Fact] | None = None
) -> float:
    """What all rare earths in the oxide products would bring as one mixed oxide, over the period.

    Elements without a price count nothing. own: see `sales`.
    """
    paid = _payability(own, "mixed-oxide").value
    total = 0.0
    for sale in _oxides(balance):
        if sale[0] in prices:
            total += sale[1] * prices[sale[0]].value * paid
    return total


def _oxides(balance: Balance) -> Iterable[tuple[str, float]]:
    for edge in balance.edges:
        if edge.role == "product" and edge.target is None:
            for element in RARE_EARTHS:
                mass = balance.mass(edge.name, element)
                if mass > 0:
                    yield element, mass * oxide_factor(element)
