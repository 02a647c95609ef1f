"""Cost and return: what the plant costs to run, what its products bring, what is left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ytterby.accounts.allocation import RULES, WORTH, Allocation, Burden
from ytterby.accounts.capital import CostBasis, capital
from ytterby.accounts.energy import ELECTRICITY, HEAT, Use, energy
from ytterby.accounts.equipment import sizing_facts
from ytterby.accounts.finance import (
    annuity,
    internal_rate,
    margin_needed,
    net_present_value,
    payback,
    venture,
)
from ytterby.accounts.flows import Flows
from ytterby.accounts.measures import volume
from ytterby.accounts.prices import Sale, as_mixed_oxide, sales, values
from ytterby.accounts.purchases import AIR, Purchase, good_of, goods, purchases
from ytterby.accounts.statement import Line, Statement, resting_on
from ytterby.balance import Balance
from ytterby.quantity import parse

TITLE = "Cost and return"
_YEARLY = "USD/year"
_HOURS_PER_YEAR = 8766
"""Of the Julian year, which the unit `year` means."""
_SECONDS_PER_YEAR = _HOURS_PER_YEAR * 3600


def cost(balance: Balance, basis: CostBasis) -> Statement:
    """What it costs and what it brings, per year of running and over the life of the plant.

    Lines [USD/year]: `buy` by substance, `energy` by carrier, `labour`, `maintenance`, `taxes and
    insurance`, `dispose`, `operating`; `sell` by product and element, `revenue`, `margin`.
    `capital` [USD]; `net present value` [USD], `internal rate of return` [-], `payback` [year],
    `minimum price` [-], the factor on all prices at which the plant is worth nothing; `unit cost`
    [USD/kg] of each product by allocation rule, capital charge included. `separation gain` is
    what the products bring beyond one mixed oxide of the same rare earths.

    In money of one year, before tax on profit. What has no price is a line that says so, and
    every total says what it leaves out.
    """
    books = _Books(balance, basis)
    lines = [
        *books.operating,
        *_sum_of(books.operating, ("operating",), "operating cost"),
        *books.selling,
        *_sum_of(books.selling, ("revenue",), "revenue"),
        *_mixed(books),
        *_returns(books),
        *_unit_costs(books),
    ]
    return Statement(TITLE, tuple(lines))


def periods_per_year(balance: Balance, basis: CostBasis) -> float:
    """Periods of the balance in a year of running [-]."""
    return basis.value("cost.capital.capacity-factor") * _SECONDS_PER_YEAR / balance.period


@dataclass(frozen=True, eq=False)
class _Books:
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


def _good(books: _Books, carrier: str) -> str:
    return books.basis.fuel if carrier == HEAT else carrier


def _bought(books: _Books) -> Iterator[Line]:
    paid = (one for one in books.bought if one.substance != AIR)
    for good in goods(paid, books.basis.prices):
        price = books.basis.prices.get(good.name)
        value = good.mass * books.per_year * price.si("USD/kg") if price else math.nan
        missing = f"no price of {good.name} is known" if price is None else f"{good.name}: mass"
        label = f"{good.name}, {good.mass * books.per_year / 1000:.4g} t/year"
        told = (price,) if price is not None else ()
        yield Line.of(("buy", good.name), label, value, _YEARLY, good.edges, missing, basis=told)


def _energy(books: _Books) -> Iterator[Line]:
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
        yield Line.of(("energy", good), label, value, _YEARLY, missing=missing, basis=told)
    for unit, reason in unknown.items():
        yield Line(("energy", unit), f"energy of {unit}", None, _YEARLY, missing=reason)


def _people(books: _Books) -> Iterator[Line]:
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
    yield Line.of(("labour",), label, labour, _YEARLY, basis=told)
    for share in ("administration", "quality-assurance"):
        cost = labour * basis.value(f"cost.operating.{share}")
        rate = basis.fact(f"cost.operating.{share}")
        yield Line.of((share,), share.replace("-", " "), cost, _YEARLY, basis=[*told, rate])


def _upkeep(books: _Books) -> Iterator[Line]:
    total = books.capital.line("total")
    for share in ("maintenance", "taxes-and-insurance"):
        value = books.fixed * books.basis.value(f"cost.operating.{share}")
        label = share.replace("-", " ")
        if total.value is None:
            yield Line((share,), label, None, _YEARLY, missing=f"capital: {total.missing}")
        else:
            told = books.basis.fact(f"cost.operating.{share}")
            line = Line.of((share,), label, value, _YEARLY, remark=total.remark, basis=[told])
            yield resting_on(line, (total,))


def _disposed(books: _Books) -> Iterator[Line]:
    view, balance = Flows(books.balance), books.balance
    for row in view.with_role("residue"):
        name = balance.edges[row].name
        value = balance.flow(name) * balance.period * books.per_year
        rate = books.basis.fact("cost.operating.residue-disposal")
        value *= rate.si("USD/kg")
        key, label = ("dispose", name), f"disposal of {name}"
        missing = f"the mass of {name} is not known"
        yield Line.of(key, label, value, _YEARLY, (name,), missing, basis=[rate])
    for row in view.with_role("effluent"):
        name = balance.edges[row].name
        water, missing = volume(balance, row, {})
        value = water * books.per_year
        rate = books.basis.fact("cost.operating.effluent-treatment")
        value *= rate.si("USD/m3")
        key, label = ("dispose", name), f"treatment of {name}"
        yield Line.of(key, label, value, _YEARLY, (name,), missing, basis=[rate])


def _sold(books: _Books) -> Iterator[Line]:
    for sale in books.sales:
        key = ("sell", sale.product, sale.element)
        label = f"{sale.element} in {sale.product}, as {sale.sold_as}"
        missing = f"no price of {sale.element} is known"
        value = sale.value * books.per_year
        told = [fact for fact in (sale.price, sale.payability) if fact is not None]
        yield Line.of(key, label, value, _YEARLY, (sale.product,), missing, basis=told)


def _sum_of(lines: tuple[Line, ...], key: tuple[str, ...], label: str) -> Iterator[Line]:
    known = [line.value for line in lines if line.value is not None]
    absent = "; ".join(" ".join(line.key) for line in lines if line.value is None)
    value = sum(known) if known else math.nan
    remark = f"without {absent}" if absent else ""
    line = Line.of(key, label, value, _YEARLY, missing="nothing is known", remark=remark)
    yield resting_on(line, lines)


def _mixed(books: _Books) -> Iterator[Line]:
    basis = books.basis
    mixed = as_mixed_oxide(books.balance, basis.prices, basis.own) * books.per_year
    sold = sum(sale.value for sale in books.sales if sale.sold_as != "liquor")
    label = "the same rare earths, sold as one mixed oxide"
    paid = [basis.fact("prices.payability.mixed-oxide")]
    line = Line.of(("mixed oxide",), label, mixed, _YEARLY, basis=paid)
    yield resting_on(line, books.selling)
    gain = sold * books.per_year - mixed
    label = "what the products bring beyond that"
    missing = "a product has no price"
    gained = Line.of(("separation gain",), label, gain, _YEARLY, missing=missing, basis=paid)
    yield resting_on(gained, books.selling)
    cascades = {u for u, d in books.balance.details.items() if hasattr(d, "profile")}
    spent = sum(b.amount for b in books.burdens if b.unit in cascades)
    label = "reagents and energy of the cascades"
    yield resting_on(Line.of(("separation cost",), label, spent, _YEARLY), books.operating)


def _known(lines: tuple[Line, ...]) -> float:
    return sum(line.value for line in lines if line.value is not None)


def _returns(books: _Books) -> Iterator[Line]:
    margin = _known(books.selling) - _known(books.operating)
    absent = [line for line in (*books.selling, *books.operating) if line.value is None]
    remark = "without " + "; ".join(" ".join(line.key) for line in absent) if absent else ""
    parts = (*books.selling, *books.operating)
    line = Line.of(("margin",), "revenue less operating cost", margin, _YEARLY, remark=remark)
    yield resting_on(line, parts)
    total = books.capital.line("total")
    yield replace(total, key=("capital",))
    keys = {
        "net present value": "USD",
        "internal rate of return": "-",
        "payback": "year",
        "minimum price": "-",
    }
    if total.value is None:
        for name, unit in keys.items():
            yield Line((name,), name, None, unit, missing=f"capital: {total.missing}")
        return
    life, rate = int(books.basis.value("cost.capital.life")), _rate(books)
    returned = books.capital.line("returned").value or 0.0
    cash = venture(total.value, margin, life, returned)
    needed = margin_needed(total.value, rate, life, returned) + _known(books.operating)
    revenue = _known(books.selling)
    found = {
        "net present value": (net_present_value(cash, rate), f"at {100 * rate:.3g} % a year"),
        "internal rate of return": (internal_rate(cash), "real, before tax"),
        "payback": (payback(cash), "undiscounted"),
        "minimum price": (
            needed / revenue if revenue else math.nan,
            "factor on all prices at which the net present value is nothing",
        ),
    }
    for name, (value, text) in found.items():
        both = "; ".join(part for part in (text, remark) if part)
        missing = "there is none: the plant never earns its capital back"
        line = Line.of((name,), name, value, keys[name], missing=missing, remark=both)
        yield resting_on(line, (*parts, total))


def _rate(books: _Books) -> float:
    return books.basis.value("cost.capital.discount-rate")


def _unit_costs(books: _Books) -> Iterator[Line]:
    """Cost per kg of product, a level charge on capital included, under every rule."""
    sharing = Allocation(books.balance, WORTH, values(books.basis.prices))
    burdens = list(books.burdens)
    total = books.capital.line("total").value
    if total is not None:
        years = int(books.basis.value("cost.capital.life"))
        burdens.append(Burden("capital", None, total / annuity(_rate(books), years)))
    for rule in RULES:
        for name, amount in sharing.split(burdens, rule).items():
            mass = books.balance.flow(name) * books.balance.period * books.per_year
            label = f"cost of {name}, {rule} allocation of what is shared"
            missing = f"the mass of {name} is not known"
            key = ("unit cost", name, rule)
            line = Line.of(key, label, amount / mass, "USD/kg", (name,), missing)
            yield resting_on(line, (*books.operating, books.capital.line("total")))
