"""Figures of a plant by name: what studies, bids and searches ask of every neighbour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ytterby.accounts import (
    CarbonBasis,
    CostBasis,
    Statement,
    UnknownLine,
    carbon,
    consumption,
    cost,
    kinds_of,
    priced_by_content,
    recovery_and_purity,
)
from ytterby.accounts.allocation import WORTH
from ytterby.accounts.prices import paid_for_scrap
from ytterby.accounts.purchases import AIR, WATER, purchases
from ytterby.balance import Balance
from ytterby.facts import Fact, known
from ytterby.plant import Plant

_SECONDS_PER_HOUR = 3600
_MONEY = ("revenue", "operating", "margin", "net present value")


@dataclass(frozen=True)
class Figures:
    """Recovery, purity, reagents and water of a plant, and on demand its money and its carbon.

    money: how cost is reckoned, or None. climate: how greenhouse gases are, or None. scrap: the
    feeds that are bought by their content where they have no price of their own. lines: further
    lines of the accounts, by the words of their keys: "buy HCl", "scope 3 H2C2O4".
    """

    money: CostBasis | None = None
    climate: CarbonBasis | None = None
    scrap: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def __call__(self, plant: Plant, balance: Balance) -> dict[str, float]:
        """By name: `recovery Nd, kiln.product` [-], `purity Nd, kiln.product` [-], `reagents`
        [kg/h, without water and air], `water` [kg/h], `margin` and `net present value`
        [USD/year, USD], `emissions` [kg/h], `footprint, kiln.product` [kg/kg, by mass], and every
        one of `lines` in the unit of its line."""
        statements = self.statements(plant, balance)
        found = {
            f"{line.key[0]} {line.key[2]}, {line.key[1]}": line.value
            for line in statements[0].lines
            if line.key[0] in ("recovery", "purity")
            and line.key[2] in WORTH
            and line.value is not None
        }
        found |= _consumed(balance)
        for statement in statements[1:]:
            found |= _headline(statement)
        for text in self.lines:
            value = _value(statements, text)
            if value is not None:
                found[text] = value
        return found

    def statements(self, plant: Plant, balance: Balance) -> tuple[Statement, ...]:
        """The accounts that the figures are read off, recovery and purity first."""
        kinds = kinds_of(plant)
        found = [recovery_and_purity(balance)]
        if self.lines:
            found.append(consumption(balance, kinds))
        if self.money is not None:
            basis = replace(self.money, prices=self._prices(balance), kinds=kinds)
            found.append(cost(balance, basis))
        if self.climate is not None:
            found.append(carbon(balance, replace(self.climate, kinds=kinds)))
        return tuple(found)

    def _prices(self, balance: Balance) -> Mapping[str, Fact]:
        assert self.money is not None
        prices = self.money.prices
        for scrap in self.scrap:
            if scrap not in prices:
                prices = priced_by_content(balance, scrap, prices, self.money.own)
        return prices

    def check(self, plant: Plant, balance: Balance) -> None:
        """Raises UnknownLine, with the nearest one, where an account has no line of `lines`."""
        statements = self.statements(plant, balance)
        for text in self.lines:
            if not any(" ".join(line.key) == text for one in statements for line in one.lines):
                raise UnknownLine(_unknown(statements, text))

    def facts(self, plant: Plant, balance: Balance) -> tuple[Fact, ...]:
        """The prices, factors, sizes and shares that money and carbon rest on.

        Scrap that is priced by its content rests on the share of it that is paid.
        """
        lines = (line for one in self.statements(plant, balance)[1:] for line in one.lines)
        names = dict.fromkeys(name for line in lines for name in line.facts)
        found = known(names)
        if self.money is not None:
            if any(f"price.{scrap}" in names for scrap in self.scrap):
                names[paid_for_scrap().name] = None
                found[paid_for_scrap().name] = paid_for_scrap()
            found |= {fact.name: fact for fact in self.money.prices.values()}
            found |= dict(self.money.own)
        if self.climate is not None:
            found |= {fact.name: fact for fact in self.climate.upstream.values()}
        return tuple(found[name] for name in names if name in found)

    def moved(self, own: Mapping[str, Fact]) -> Figures:
        """The same figures with other facts of the accounts, by name."""
        money, climate = self.money, self.climate
        if money is not None:
            prices = {good: own.get(fact.name, fact) for good, fact in money.prices.items()}
            money = replace(money, prices=prices, own={**money.own, **own})
        if climate is not None:
            climate = replace(climate, own={**climate.own, **own})
        return replace(self, money=money, climate=climate)


def _headline(statement: Statement) -> dict[str, float]:
    """Sums of money and of greenhouse gases, and footprints by mass."""
    found = {name: statement.value(name) for name in _MONEY if statement.about(name)}
    if statement.about("completeness"):
        found["emissions"] = statement.value("total")
        for line in statement.about("footprint"):
            if line.key[2] == "mass" and line.value is not None:
                found[f"footprint, {line.key[1]}"] = line.value
    return {name: value for name, value in found.items() if value == value}


def _value(statements: tuple[Statement, ...], text: str) -> float | None:
    """Of the line whose key has these words; None where it is not known."""
    lines = (line for one in statements for line in one.lines if " ".join(line.key) == text)
    return next((line.value for line in lines), None)


def _unknown(statements: tuple[Statement, ...], text: str) -> str:
    from difflib import get_close_matches

    known = [" ".join(line.key) for one in statements for line in one.lines]
    near = get_close_matches(text, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    titles = ", ".join(one.title for one in statements)
    return f"no line {text!r} in {titles}.{hint}"


def _consumed(balance: Balance) -> dict[str, float]:
    """Mass of what is drawn on demand [kg/h]: water by itself, air left out."""
    found = {"reagents": 0.0, WATER: 0.0}
    for one in purchases(balance):
        drawn = " > " in one.edge
        if one.substance == WATER:
            found[WATER] += one.mass
        elif drawn and one.substance != AIR:
            found["reagents"] += one.mass
    return {name: mass / balance.period * _SECONDS_PER_HOUR for name, mass in found.items()}
