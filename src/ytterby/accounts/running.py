"""A year of running: what the plant buys, takes and sells, line by line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ytterby.accounts.allocation import Burden
from ytterby.accounts.capital import CostBasis, capital
from ytterby.accounts.energy import ELECTRICITY, HEAT, Use, energy
from ytterby.accounts.equipment import sizing_facts
from ytterby.accounts.flows import Flows
from ytterby.accounts.measures import volume
from ytterby.accounts.prices import Sale, sales
from ytterby.accounts.purchases import AIR, Purchase, good_of, goods, purchases
from ytterby.accounts.statement import Line, Statement, resting_on
from ytterby.balance import Balance
from ytterby.quantity import parse

YEARLY = "USD/year"
_HOURS_PER_YEAR = 8766
"""Of the Julian year, which the unit `year` means."""
_SECONDS_PER_YEAR = _HOURS_PER_YEAR * 3600


def periods_per_year(balance: Balance, basis: CostBasis) -> float:
    """Periods of the balance in a year of running [-]."""
    return basis.value("cost.capital.capacity-factor") * _SECONDS_PER_YEAR / balance.period


@dataclass(frozen=True, eq=False)
class Running:
    """A balance with its basis of cost: what a year of running buys, takes and sells."""

    balance: Balance
    basis: CostBasis

    @cached_property
    def per_year(self) -> float:
        """Periods of the balance in a year of running."""
        return periods_per_year(self.balance, self.basis)

    @cached_property
    def bought(self) -> tuple[Purchase, ...]:
        return purchases(self.balance, self.basis.declared)

    @cached_property
    def energy(self) -> tuple[tuple[Use, ...], dict[str, str]]:
        return energy(self.balance, self.basis.kinds, self.basis.own)

    @cached_property
    def sales(self) -> tuple[Sale, ...]:
        return sales(self.balance, self.basis.prices, self.basis.own)

    @cached_property
    def capital(self) -> Statement:
        return capital(self.balance, self.basis)

    @cached_property
    def fixed(self) -> float:
        """Equipment and installation [USD]."""
        lines = (self.capital.line("equipment", "all"), self.capital.line("installation"))
        return sum(line.value or 0.0 for line in lines)

    @cached_property
    def operating(self) -> tuple[Line, ...]:
        return (*_bought(self), *_energy(self), *_people(self), *_upkeep(self), *_disposed(self))

    @cached_property
    def selling(self) -> tuple[Line, ...]:
        return tuple(_sold(self))

    @cached_property
    def burdens(self) -> tuple[Burden, ...]:
        """Yearly cost by the unit where it arises [USD/year]."""
        found = []
        for one in self.bought:
            name = good_of(one, self.basis.prices)
            price = self.basis.prices.get(name)
            if price is not None and one.mass > 0:
                amount = one.mass * self.per_year * price.si("USD/kg")
                found.append(Burden(name, one.unit, amount))
        for use in self.energy[0]:
            price = self.basis.prices.get(_good(self, use.carrier))
            if price is not None:
                amount = use.joules * self.per_year * price.si("USD/J")
                found.append(Burden(use.carrier, use.unit, amount))
        named = {line.key[0] for line in self.operating} - {"buy", "energy"}
        for line in self.operating:
            if line.key[0] in named and line.value:
                found.append(Burden(line.key[0], None, line.value))
        return tuple(found)


def _good(books: Running, carrier: str) -> str:
    return books.basis.fuel if carrier == HEAT else carrier


def _bought(books: Running) -> Iterator[Line]:
    paid = (one for one in books.bought if one.substance != AIR)
    for good in goods(paid, books.basis.prices):
        price = books.basis.prices.get(good.name)
        value = good.mass * books.per_year * price.si("USD/kg") if price else math.nan
        missing = f"no price of {good.name} is known" if price is None else f"{good.name}: mass"
        label = f"{good.name}, {good.mass * books.per_year / 1000:.4g} t/year"
        told = (price,) if price is not None else ()
        yield Line.of(("buy", good.name), label, value, YEARLY, good.edges, missing, basis=told)


def _energy(books: Running) -> Iterator[Line]:
    uses, unknown = books.energy
    for carrier in dict.fromkeys(use.carrier for use in uses):
        joules = sum(use.joules for use in uses if use.carrier == carrier) * books.per_year
        good = _good(books, carrier)
        price = books.basis.prices.get(good)
        value = joules * price.si("USD/J") if price else math.nan
        unit = "MWh" if carrier == ELECTRICITY else "GJ"
        label = f"{good}, {joules * parse('1 J', unit):.4g} {unit}/year"
        told = [price] if price is not None else []
        if any(use.estimated for use in uses):
            told += sizing_facts(books.basis.kinds, books.basis.own).values()
        missing = f"no price of {good} is known"
        yield Line.of(("energy", good), label, value, YEARLY, missing=missing, basis=told)
    for unit, reason in unknown.items():
        yield Line(("energy", unit), f"energy of {unit}", None, YEARLY, missing=reason)


def _people(books: Running) -> Iterator[Line]:
    basis = books.basis
    operators = basis.operators
    if operators is None:
        operators = basis.value("cost.operating.operators-per-unit") * len(books.balance.units)
    wage = basis.value("cost.operating.wage") * (1 + basis.value("cost.operating.labour-burden"))
    labour = operators * wage * _HOURS_PER_YEAR
    told = [basis.fact(f"cost.operating.{name}") for name in ("wage", "labour-burden")]
    if basis.operators is None:
        told.append(basis.fact("cost.operating.operators-per-unit"))
    label = f"operators, {operators:.3g} on shift"
    yield Line.of(("labour",), label, labour, YEARLY, basis=told)
    for share in ("administration", "quality-assurance"):
        cost = labour * basis.value(f"cost.operating.{share}")
        rate = basis.fact(f"cost.operating.{share}")
        yield Line.of((share,), share.replace("-", " "), cost, YEARLY, basis=[*told, rate])


def _upkeep(books: Running) -> Iterator[Line]:
    total = books.capital.line("total")
    for share in ("maintenance", "taxes-and-insurance"):
        value = books.fixed * books.basis.value(f"cost.operating.{share}")
        label = share.replace("-", " ")
        if total.value is None:
            yield Line((share,), label, None, YEARLY, missing=f"capital: {total.missing}")
        else:
            told = books.basis.fact(f"cost.operating.{share}")
            line = Line.of((share,), label, value, YEARLY, remark=total.remark, basis=[told])
            yield resting_on(line, (total,))


def _disposed(books: Running) -> Iterator[Line]:
    view, balance = Flows(books.balance), books.balance
    for row in view.with_role("residue"):
        name = balance.edges[row].name
        value = balance.flow(name) * balance.period * books.per_year
        rate = books.basis.fact("cost.operating.residue-disposal")
        value *= rate.si("USD/kg")
        key, label = ("dispose", name), f"disposal of {name}"
        missing = f"the mass of {name} is not known"
        yield Line.of(key, label, value, YEARLY, (name,), missing, basis=[rate])
    for row in view.with_role("effluent"):
        name = balance.edges[row].name
        water, missing = volume(balance, row, {})
        value = water * books.per_year
        rate = books.basis.fact("cost.operating.effluent-treatment")
        value *= rate.si("USD/m3")
        key, label = ("dispose", name), f"treatment of {name}"
        yield Line.of(key, label, value, YEARLY, (name,), missing, basis=[rate])


def _sold(books: Running) -> Iterator[Line]:
    for sale in books.sales:
        key = ("sell", sale.product, sale.element)
        label = f"{sale.element} in {sale.product}, as {sale.sold_as}"
        missing = f"no price of {sale.element} is known"
        value = sale.value * books.per_year
        told = [fact for fact in (sale.price, sale.payability) if fact is not None]
        yield Line.of(key, label, value, YEARLY, (sale.product,), missing, basis=told)
