"""Cost and return: what the plant costs to run, what its products bring, what is left."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from ytterby.accounts.allocation import RULES, WORTH, Allocation, Burden
from ytterby.accounts.capital import CostBasis
from ytterby.accounts.finance import (
    annuity,
    internal_rate,
    margin_needed,
    net_present_value,
    payback,
    venture,
)
from ytterby.accounts.prices import as_mixed_oxide, values
from ytterby.accounts.running import YEARLY, Running
from ytterby.accounts.statement import Line, Statement, resting_on
from ytterby.balance import Balance

TITLE = "Cost and return"


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
    books = Running(balance, basis)
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


def _sum_of(lines: tuple[Line, ...], key: tuple[str, ...], label: str) -> Iterator[Line]:
    known = [line.value for line in lines if line.value is not None]
    absent = "; ".join(" ".join(line.key) for line in lines if line.value is None)
    value = sum(known) if known else math.nan
    remark = f"without {absent}" if absent else ""
    line = Line.of(key, label, value, YEARLY, missing="nothing is known", remark=remark)
    yield resting_on(line, lines)


def _mixed(books: Running) -> Iterator[Line]:
    basis = books.basis
    mixed = as_mixed_oxide(books.balance, basis.prices, basis.own) * books.per_year
    sold = sum(sale.value for sale in books.sales if sale.sold_as != "liquor")
    label = "the same rare earths, sold as one mixed oxide"
    paid = [basis.fact("prices.payability.mixed-oxide")]
    line = Line.of(("mixed oxide",), label, mixed, YEARLY, basis=paid)
    yield resting_on(line, books.selling)
    gain = sold * books.per_year - mixed
    label = "what the products bring beyond that"
    missing = "a product has no price"
    gained = Line.of(("separation gain",), label, gain, YEARLY, missing=missing, basis=paid)
    yield resting_on(gained, books.selling)
    cascades = {u for u, d in books.balance.details.items() if hasattr(d, "profile")}
    spent = sum(b.amount for b in books.burdens if b.unit in cascades)
    label = "reagents and energy of the cascades"
    yield resting_on(Line.of(("separation cost",), label, spent, YEARLY), books.operating)


def _known(lines: tuple[Line, ...]) -> float:
    return sum(line.value for line in lines if line.value is not None)


def _returns(books: Running) -> Iterator[Line]:
    margin = _known(books.selling) - _known(books.operating)
    absent = [line for line in (*books.selling, *books.operating) if line.value is None]
    remark = "without " + "; ".join(" ".join(line.key) for line in absent) if absent else ""
    parts = (*books.selling, *books.operating)
    line = Line.of(("margin",), "revenue less operating cost", margin, YEARLY, remark=remark)
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


def _rate(books: Running) -> float:
    return books.basis.value("cost.capital.discount-rate")


def _unit_costs(books: Running) -> Iterator[Line]:
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
