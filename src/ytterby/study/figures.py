"""Figures of a plant by name: what studies, bids and searches ask of every neighbour."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ytterby.accounts import (
    CarbonBasis,
    CostBasis,
    carbon,
    cost,
    kinds_of,
    priced_by_content,
    recovery_and_purity,
)
from ytterby.accounts.allocation import WORTH
from ytterby.accounts.purchases import AIR, WATER, purchases
from ytterby.balance import Balance
from ytterby.plant import Plant

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class Figures:
    """Recovery, purity, reagents and water of a plant, and on demand its money and its carbon.

    money: how cost is reckoned, or None. climate: how greenhouse gases are, or None. scrap: the
    feeds that are bought by their content where they have no price of their own.
    """

    money: CostBasis | None = None
    climate: CarbonBasis | None = None
    scrap: tuple[str, ...] = ()

    def __call__(self, plant: Plant, balance: Balance) -> dict[str, float]:
        """By name: `recovery Nd, kiln.product` [-], `purity Nd, kiln.product` [-], `reagents`
        [kg/h, without water and air], `water` [kg/h], `margin` and `net present value`
        [USD/year, USD], `emissions` [kg/h], `footprint, kiln.product` [kg/kg, by mass]."""
        found = {
            f"{line.key[0]} {line.key[2]}, {line.key[1]}": line.value
            for line in recovery_and_purity(balance).lines
            if line.key[0] in ("recovery", "purity")
            and line.key[2] in WORTH
            and line.value is not None
        }
        found |= _consumed(balance)
        if self.money is not None:
            found |= self._money(plant, balance)
        if self.climate is not None:
            found |= self._climate(plant, balance)
        return found

    def _money(self, plant: Plant, balance: Balance) -> dict[str, float]:
        assert self.money is not None
        prices = self.money.prices
        for scrap in self.scrap:
            if scrap not in prices:
                prices = priced_by_content(balance, scrap, prices)
        basis = replace(self.money, prices=prices, kinds=kinds_of(plant))
        statement = cost(balance, basis)
        names = ("revenue", "operating", "margin", "net present value")
        lines = {name: statement.line(name) for name in names}
        return {name: line.value for name, line in lines.items() if line.value is not None}

    def _climate(self, plant: Plant, balance: Balance) -> dict[str, float]:
        assert self.climate is not None
        statement = carbon(balance, replace(self.climate, kinds=kinds_of(plant)))
        found = {"emissions": statement.line("total").value}
        for line in statement.about("footprint"):
            if line.key[2] == "mass":
                found[f"footprint, {line.key[1]}"] = line.value
        return {name: value for name, value in found.items() if value is not None}


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
