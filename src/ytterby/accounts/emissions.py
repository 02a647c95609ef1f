"""What a plant emits: the basis of the account, and kilograms of CO2e by where they arise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ytterby.accounts.allocation import WORTH, Burden
from ytterby.accounts.energy import ELECTRICITY, HEAT, Use, energy
from ytterby.accounts.flows import Flows
from ytterby.accounts.purchases import Purchase, good_of, purchases
from ytterby.balance import Balance
from ytterby.chemistry import Species, atomic_mass, atoms_of
from ytterby.facts import Fact, UnknownFact, table

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class CarbonBasis:
    """What the balance does not say.

    region: of the grid, such as CN-JX or EE. gwp: ar5 or ar6. fuel: that gives the heat.
    factors: kg CO2e per kg bought, by substance or feed, in place of and beside the shipped ones.
    contract: emission factor of the electricity bought under contract, or None. kinds: kind of
    each unit (see `kinds_of`). declared: see `purchases`. prices: see `Allocation`. worth: the
    elements that are sold. own: facts in place of shipped ones by name. cut_off: feeds and
    substances taken as waste of somebody else, which bring no burden along (recycled-content or
    cut-off method): a choice that the account states.
    """

    region: str
    gwp: str = "ar6"
    fuel: str = "natural-gas"
    factors: Mapping[str, Fact] = field(default_factory=dict)
    contract: Fact | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)
    worth: tuple[str, ...] = WORTH
    own: Mapping[str, Fact] = field(default_factory=dict)
    cut_off: tuple[str, ...] = ()

    @cached_property
    def upstream(self) -> dict[str, Fact]:
        """Factors of what is bought, by substance."""
        shipped = table("carbon.upstream") | dict(self.factors)
        return {good: self.own.get(fact.name, fact) for good, fact in shipped.items()}

    @cached_property
    def told(self) -> frozenset[str]:
        """Feeds and substances of which a factor is known, or that are cut off."""
        return frozenset((*self.upstream, *self.cut_off))

    def factor_of(self, good: str) -> Fact | None:
        """The factor of what is bought; None for what has none, or is cut off."""
        return None if good in self.cut_off else self.upstream.get(good)

    def fuel_of(self, carrier: str) -> str:
        """What burns to give a carrier of energy: the fuel itself, or that which gives the heat."""
        return self.fuel if carrier == HEAT else carrier

    def combustion(self, carrier: str) -> Fact | None:
        """kg CO2 per energy of what burns to give the carrier; None where none is known."""
        return self._own("carbon.fuel", self.fuel_of(carrier))

    def supply(self, carrier: str) -> Fact | None:
        """kg CO2e per energy of extracting and bringing that fuel; None where none is known."""
        return self._own("carbon.fuel-supply", self.fuel_of(carrier))

    def energy_factors(self, carrier: str) -> tuple[Fact, ...]:
        """What a carrier of energy gives off: the grid, or a fuel burnt and brought."""
        if carrier == ELECTRICITY:
            return (self.grid,)
        found = (self.combustion(carrier), self.supply(carrier))
        return tuple(factor for factor in found if factor is not None)

    def _own(self, prefix: str, name: str) -> Fact | None:
        shipped = table(prefix).get(name)
        return None if shipped is None else self.own.get(shipped.name, shipped)

    @cached_property
    def potentials(self) -> dict[str, float]:
        """kg CO2e per kg of each greenhouse gas."""
        return {gas: fact.value for gas, fact in table(f"gwp.{self.gwp}").items()}

    @cached_property
    def grid(self) -> Fact:
        """The location-based factor; raises UnknownFact that names the regions."""
        try:
            shipped = table("carbon.grid")[self.region]
            return self.own.get(shipped.name, shipped)
        except KeyError:
            known = ", ".join(table("carbon.grid"))
            raise UnknownFact(
                f"no grid factor of region {self.region!r} is known; expected one of {known}, or "
                "give your own as a contract"
            ) from None


@dataclass(frozen=True, eq=False)
class Emissions:
    """A balance with its basis: what it emits, buys and burns, over the period."""

    balance: Balance
    basis: CarbonBasis

    @cached_property
    def view(self) -> Flows:
        return Flows(self.balance)

    @cached_property
    def bought(self) -> tuple[Purchase, ...]:
        return purchases(self.balance, self.basis.declared)

    @cached_property
    def energy(self) -> tuple[tuple[Use, ...], dict[str, str]]:
        return energy(self.balance, self.basis.kinds, self.basis.own)

    @cached_property
    def emitting(self) -> list[int]:
        return self.view.with_role("emission")

    def hourly(self, over_period: float) -> float:
        return over_period / self.balance.period * _SECONDS_PER_HOUR

    def used(self, carrier: str) -> float:
        """[J] of one carrier over the period."""
        return sum(use.joules for use in self.energy[0] if use.carrier == carrier)

    def stack(self, row: int) -> tuple[float, str, str]:
        """(kg CO2e over the period, why it is not known, remark) of one emission."""
        edge = self.balance.edges[row]
        if edge.name in self.balance.streams:
            potentials = self.basis.potentials
            return sum(kg * potentials[gas] for gas, kg in self.gases(row).items()), "", ""
        carbon = self.balance.mass(edge.name, "C")
        missing = f"carbon is not known of {edge.name}" if math.isnan(carbon) else ""
        remark = "all carbon taken as CO2" if carbon > 0 else ""
        return carbon * carbon_dioxide(), missing, remark

    def gases(self, row: int) -> dict[str, float]:
        """[kg] of each greenhouse gas in one stack over the period; NaN where it is not known.

        Without species all carbon counts as carbon dioxide.
        """
        name = self.balance.edges[row].name
        if name not in self.balance.streams:
            return {"CO2": self.balance.mass(name, "C") * carbon_dioxide()}
        found = {gas: self._held(name, gas) for gas in self.basis.potentials}
        return {gas: kilograms for gas, kilograms in found.items() if kilograms}

    def _held(self, name: str, gas: str) -> float:
        """[kg] of a gas over the period: the species say as what its element is there, the mass
        of that element how much of it."""
        stream = self.balance.streams[name]
        amount = stream[f"{gas}(g)"]
        element = next(iter(atoms_of(gas)))
        if not amount or element not in self.balance.elements:
            return 0.0
        told = stream.amount(element) * atomic_mass(element) * self.balance.period
        scale = self.balance.mass(name, element) / told
        return amount * Species.of(f"{gas}(g)").molar_mass * self.balance.period * scale

    @cached_property
    def burdens(self) -> tuple[Burden, ...]:
        """All that is known, by the unit where it arises; electricity by location."""
        found = []
        for row in self.emitting:
            amount, missing, _ = self.stack(row)
            if not missing and amount:
                edge = self.balance.edges[row]
                found.append(Burden(f"emission {edge.name}", edge.source, amount))
        for use in self.energy[0]:
            kilograms = use.joules * sum(map(per_joule, self.basis.energy_factors(use.carrier)))
            if kilograms:
                found.append(Burden(f"{use.carrier} of {use.unit}", use.unit, kilograms))
        for one in self.bought:
            name = good_of(one, self.basis.told)
            factor = self.basis.factor_of(name)
            if factor is not None and one.mass > 0:
                found.append(Burden(name, one.unit, one.mass * factor.si("kg/kg")))
        return tuple(found)


def carbon_dioxide() -> float:
    """kg CO2 per kg C."""
    return Species.of("CO2(g)").molar_mass / atomic_mass("C")


def per_joule(factor: Fact) -> float:
    """kg CO2e per J."""
    return factor.si("kg/J")
