"""What a lot is worth to a plant: by element, after deductions, and at a stated confidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ytterby.accounts import CostBasis, Line, Statement, cost, kinds_of, sales
from ytterby.accounts.running import periods_per_year
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS, oxide_factor
from ytterby.plant import Plant
from ytterby.study.evaluate import Study, run
from ytterby.study.lot import IMPURE, Lot
from ytterby.study.sampling import draw
from ytterby.study.variables import Variable

_UNIT = "USD/kg"
_NET = "net"
_CENTRAL = 0.5
_TENTH = 0.1
_DIGITS = 9
"""Of a count of samples: a tenth of ten is one, whatever the rounding."""


@dataclass(frozen=True)
class Terms:
    """What a buyer asks of a purchase.

    margin: to be kept [USD per kg of lot]. confidence: that it is kept [-]. samples: assays that
    are solved. seed: the same one gives the same price.
    """

    margin: float
    confidence: float
    samples: int = 64
    seed: int = 1


@dataclass(frozen=True)
class Bid:
    """What one lot is worth to one plant.

    statement: the way from what the lot contains to what may be paid, per kg of lot as weighed.
    highest: price that keeps the margin at the confidence [USD/kg]. values: net value of every
    sample [USD/kg], NaN where the plant has no steady state.
    """

    lot: Lot
    plant: str
    statement: Statement
    highest: float
    values: np.ndarray


def bid(lot: Lot, plant: Plant, feed: str, basis: CostBasis, terms: Terms, **how: Any) -> Bid:
    """The worth of `lot` as the feed `feed` of `plant`.

    Lines [USD per kg of lot as weighed]: `contained` value of each rare earth as pure oxide;
    `not recovered`, what of it does not reach a product; `not paid`, what buyers do not pay of
    the rest; `other metals` sold; `running`, the operating cost without the lot itself;
    `penalty` of each thing that is weighed and is no material; `net`; `prices`, what a tenth off
    them would take from it. Assay, moisture, oil and coating vary within their uncertainty; all
    else stands as it is in the plant and the prices.
    how: as `evaluate` takes it. Raises what `Plant.solve` raises at the assay itself.
    """
    fed = lot.fed_to(plant, feed)
    prices = {good: price for good, price in basis.prices.items() if good != feed}
    own = replace(basis, prices=prices, kinds=kinds_of(fed))
    middle = fed.solve()
    lines = list(_way(lot, middle, feed, own))
    values = _values(lot, fed, feed, own, terms, how)
    sure, likely = _kept(values, terms.confidence), _kept(values, _CENTRAL)
    failed = int(np.isnan(values).sum())
    remark = f"{failed} of {len(values)} assays have no steady state" if failed else ""
    highest = sure - terms.margin
    label = f"highest price that keeps {terms.margin:g} {_UNIT} with {100 * terms.confidence:g} %"
    missing = "too few assays have a steady state"
    told = f"net value, with {100 * terms.confidence:g} %"
    lines += [
        Line.of(("net", "median"), "net value, median", likely, _UNIT, (), missing, remark),
        Line.of(("net", "sure"), told, sure, _UNIT, (), missing, remark),
        Line.of(("highest price",), label, highest, _UNIT, (), missing, remark),
    ]
    return Bid(lot, plant.name, Statement(f"Bid for {lot.name}", tuple(lines)), highest, values)


def _kept(values: np.ndarray, confidence: float) -> float:
    """The value that is reached with a confidence; an assay without a steady state reaches none.

    NaN where too many have none.
    """
    known = np.sort(values[~np.isnan(values)])
    if known.size == values.size:
        return float(np.quantile(known, 1 - confidence))
    below = math.floor(round((1 - confidence) * values.size, _DIGITS))
    rank = below - (values.size - known.size)
    return float(known[rank]) if rank >= 0 else math.nan


def choose(
    lot: Lot, routes: Mapping[str, tuple[Plant, str]], basis: CostBasis, terms: Terms, **how: Any
) -> tuple[tuple[str, Bid], ...]:
    """The bid of each route (plant and its feed) by name, the one that can pay most first."""
    found = [(name, bid(lot, *route, basis, terms, **how)) for name, route in routes.items()]
    return tuple(sorted(found, key=lambda pair: -np.nan_to_num(pair[1].highest, nan=-np.inf)))


def _way(lot: Lot, balance: Balance, feed: str, basis: CostBasis) -> Iterator[Line]:
    """From what the lot contains to what is left of it, at the assay itself."""
    clean = lot.clean
    fed = balance.flow(feed) * balance.period
    contained: dict[str, float] = {}
    for element in RARE_EARTHS:
        if element in balance.elements and balance.mass(feed, element) > 0:
            key, label = ("contained", element), f"{element} contained, as pure oxide"
            price = basis.prices.get(element)
            if price is None:
                missing = f"no price of {element} is known"
                yield Line(key, label, None, _UNIT, (feed,), missing)
                continue
            mass = balance.mass(feed, element) * oxide_factor(element)
            contained[element] = clean * mass * price.value / fed
            yield Line.of(key, label, contained[element], _UNIT, (feed,))
    recovered = paid = others = 0.0
    for sale in sales(balance, basis.prices, basis.own):
        if sale.price is None:
            continue
        if sale.element in RARE_EARTHS:
            recovered += sale.mass * sale.price.value
            paid += sale.value
        else:
            others += sale.value
    scale = clean / fed
    total = sum(contained.values())
    yield Line.of(("not recovered",), "not recovered", scale * recovered - total, _UNIT)
    yield Line.of(("not paid",), "not paid by buyers", scale * (paid - recovered), _UNIT)
    yield Line.of(("other metals",), "cobalt, nickel and copper sold", scale * others, _UNIT)
    running, remark = _running(balance, basis, feed)
    yield Line.of(("running",), "cost of running", -scale * running, _UNIT, remark=remark)
    whole = (paid + others - running) / fed
    for name in IMPURE:
        share = getattr(lot, name).value
        if share:
            label = f"{name}, {100 * share:.3g} % of what is weighed"
            remark = "already left out above: no value is in it"
            yield Line.of(("penalty", name), label, -share * whole, _UNIT, remark=remark)
    yield Line.of(("net",), "net value at the assay", scale * (paid + others - running), _UNIT)
    label, remark = "a tenth off the prices of what is sold", "prices stand still in what follows"
    fallen = -_TENTH * scale * (paid + others)
    yield Line.of(("prices",), label, fallen, _UNIT, remark=remark)


def _running(balance: Balance, basis: CostBasis, feed: str) -> tuple[float, str]:
    """(operating cost over the period of the balance [USD], what it leaves out but the lot)."""
    lines = cost(balance, basis)
    operating = lines.line("operating")
    per_year = periods_per_year(balance, basis)
    left_out = operating.remark.removeprefix("without ").split("; ")
    others = [name for name in left_out if name and name != f"buy {feed}"]
    return (operating.value or 0.0) / per_year, f"without {', '.join(others)}" if others else ""


@dataclass(frozen=True)
class _Worth:
    """Net value of a kilogram of dry, clean feed; a class, so that other processes know it."""

    feed: str
    basis: CostBasis

    def __call__(self, plant: Plant, balance: Balance) -> dict[str, float]:
        sold = sum(
            sale.value for sale in sales(balance, self.basis.prices, self.basis.own) if sale.price
        )
        running, _ = _running(balance, self.basis, self.feed)
        return {_NET: (sold - running) / (balance.flow(self.feed) * balance.period)}


def _values(
    lot: Lot, fed: Plant, feed: str, basis: CostBasis, terms: Terms, how: dict[str, Any]
) -> np.ndarray:
    """Net value of every sample [USD per kg of lot], shape (sample,)."""
    elements = tuple(
        replace(one.variable(element), paths=(f"{feed}.assay.{element}",))
        for element, one in lot.assay.items()
        if one.spread > 0
    )
    impure = tuple(
        getattr(lot, name).variable(name) for name in IMPURE if getattr(lot, name).spread > 0
    )
    variables: tuple[Variable, ...] = (*elements, *impure)
    if not variables:
        balance = fed.solve()
        return np.array([lot.clean * _Worth(feed, basis)(fed, balance)[_NET]])
    samples = draw(variables, terms.samples, seed=terms.seed)
    count = len(elements)
    study = Study(fed, elements, _Worth(feed, basis))
    if count:
        results = run(study, samples[:, :count], **how)
        net = results.outcomes.get(_NET, np.full(terms.samples, np.nan))
    else:
        net = np.full(terms.samples, _Worth(feed, basis)(fed, fed.solve())[_NET])
    dirt = sum(one.value for one in (lot.moisture, lot.oil, lot.coating) if not one.spread)
    return np.maximum(1 - dirt - samples[:, count:].sum(axis=1), 0.0) * net
