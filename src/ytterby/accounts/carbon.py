"""Greenhouse gases: scopes 1, 2 and upstream 3, and the footprint of each product.

Terms are those of the GHG Protocol (scopes; location- and market-based electricity) and of
ISO 14067 (partial footprint, cradle to gate, per declared unit of product).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ytterby.accounts.allocation import RULES, Allocation
from ytterby.accounts.emissions import (
    CarbonBasis,
    Emissions,
    carbon_dioxide,
    per_joule,
)
from ytterby.accounts.energy import ELECTRICITY
from ytterby.accounts.equipment import sizing_facts
from ytterby.accounts.purchases import FREE, Good, goods
from ytterby.accounts.statement import Line, Statement, resting_on
from ytterby.accounts.tracing import Trace
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS, oxide_factor
from ytterby.facts import Fact

TITLE = "Greenhouse gases"
_CUT_OFF = "taken as waste, free of burden by choice (cut-off)"
_INGREDIENTS = "ingredients only"
_LEAST = "a lower bound, of its ingredients only"


def carbon(balance: Balance, basis: CarbonBasis) -> Statement:
    """Emissions of the plant and of what it buys, and the footprint of its products.

    Lines [kg/h of CO2e]: `scope 1` by stack and by fuel; `of it from` the feed that brought the
    carbon; `scope 2` by location and market; `scope 3` by what is bought, and by the supply of
    fuels; `total`. `completeness` [-], the share of what is bought, by mass without water and
    air, that has a factor: a missing factor lowers it and stands as a line of its own, it never
    counts as zero. `footprint` [kg/kg], CO2e per product, by allocation rule, and `footprint of
    oxide` per rare earth oxide, where a product is mostly that; `subdivided` [-], the share that
    needed no rule.
    """
    books = Emissions(balance, basis)
    parts = (
        *_direct(books),
        *_fuels(books),
        *_electricity(books),
        *_upstream(books),
        *_supply(books),
    )
    sums = (*_totals(books), *_footprints(books))
    lines = (*parts, *_origins(books), *(resting_on(line, parts) for line in sums))
    return Statement(TITLE, lines)


def _direct(books: Emissions) -> Iterator[Line]:
    total, missing = 0.0, ""
    for row in books.emitting:
        amount, reason, remark = books.stack(row)
        name = books.balance.edges[row].name
        if reason or amount:
            key, label = ("scope 1", name), f"process emission by {name}"
            yield Line.of(key, label, books.hourly(amount), "kg/h", (name,), reason, remark)
        total, missing = total + amount, missing or reason
    names = tuple(books.balance.edges[row].name for row in books.emitting)
    key, label = ("scope 1", "process"), "process emissions"
    yield Line.of(key, label, books.hourly(total), "kg/h", names, missing)
    left = books.view.with_role("effluent", "residue")
    carbon = sum(books.balance.mass(books.balance.edges[row].name, "C") for row in left)
    yield Line.of(
        ("not emitted",),
        "CO2 that carbon in water and residues would give if it were burnt",
        books.hourly(carbon * carbon_dioxide()),
        "kg/h",
        tuple(books.balance.edges[row].name for row in left),
        "carbon is not known of every effluent and residue",
    )


def _origins(books: Emissions) -> Iterator[Line]:
    """Which feed the carbon in the stacks came in with: oxalate, carbonate, organic."""
    trace = Trace(books.balance, "C")
    if not trace.known:
        return
    by_feed: dict[str, float] = {}
    for row in books.emitting:
        amount, missing, _ = books.stack(row)
        if not missing and amount:
            for feed, share in trace.origin_of(row).items():
                by_feed[feed] = by_feed.get(feed, 0.0) + share * amount
    for feed, amount in by_feed.items():
        key, label = ("of it from", feed), f"process emissions whose carbon came with {feed}"
        yield Line.of(key, label, books.hourly(amount), "kg/h", (feed,))


def _fuels(books: Emissions) -> Iterator[Line]:
    for carrier in _fuel_carriers(books):
        factor, fuel = books.basis.combustion(carrier), books.basis.fuel_of(carrier)
        key, label = ("scope 1", fuel), f"combustion of {fuel}"
        if factor is None:
            yield Line(key, label, None, "kg/h", missing=f"no emission factor of {fuel} is known")
        else:
            emitted = books.hourly(books.used(carrier)) * per_joule(factor)
            told = [factor, *_sizing(books, carrier)]
            yield Line.of(key, label, emitted, "kg/h", remark=_estimate(books, carrier), basis=told)
    for unit, reason in books.energy[1].items():
        yield Line(("energy", unit), f"energy of {unit}", None, "kg/h", missing=reason)


def _supply(books: Emissions) -> Iterator[Line]:
    """Extraction and supply of fuels: category 3 of scope 3."""
    for carrier in _fuel_carriers(books):
        factor, fuel = books.basis.supply(carrier), books.basis.fuel_of(carrier)
        if factor is not None:
            emitted = books.hourly(books.used(carrier)) * per_joule(factor)
            key, label = ("scope 3", f"supply of {fuel}"), f"extraction and supply of {fuel}"
            told = [factor, *_sizing(books, carrier)]
            yield Line.of(key, label, emitted, "kg/h", remark=_estimate(books, carrier), basis=told)


def _fuel_carriers(books: Emissions) -> list[str]:
    carriers = (use.carrier for use in books.energy[0] if use.carrier != ELECTRICITY)
    return list(dict.fromkeys(carriers))


def _sizing(books: Emissions, carrier: str) -> list[Fact]:
    """What energy sized by rule rests on; nothing where the balance states it."""
    if not _estimate(books, carrier):
        return []
    return list(sizing_facts(books.basis.kinds, books.basis.own).values())


def _estimate(books: Emissions, carrier: str) -> str:
    estimated = any(use.estimated for use in books.energy[0] if use.carrier == carrier)
    return "energy sized by rule, not stated" if estimated else ""


def _electricity(books: Emissions) -> Iterator[Line]:
    joules = books.hourly(books.used(ELECTRICITY))
    remark = _estimate(books, ELECTRICITY)
    location = joules * per_joule(books.basis.grid)
    label = f"electricity, location-based ({books.basis.region})"
    told = [books.basis.grid, *_sizing(books, ELECTRICITY)]
    yield Line.of(("scope 2", "location"), label, location, "kg/h", remark=remark, basis=told)
    contract = books.basis.contract
    factor = contract if contract is not None else books.basis.grid
    text = "; ".join(
        part
        for part in (remark, "" if contract else "no contract is given: as by location")
        if part
    )
    label = "electricity, market-based"
    market, told = joules * per_joule(factor), [factor, *_sizing(books, ELECTRICITY)]
    yield Line.of(("scope 2", "market"), label, market, "kg/h", remark=text, basis=told)


def _upstream(books: Emissions) -> Iterator[Line]:
    basis = books.basis
    bought = goods(books.bought, basis.told)
    yield from (_made(books, good) for good in bought if _told_of(basis, good))
    counted = sorted((g for g in bought if g.name not in FREE), key=lambda good: -good.mass)
    total = sum(good.mass for good in counted)
    absent = [good for good in counted if good.name not in basis.told]
    covered = sum(good.mass for good in counted if good.name in basis.told)
    yield Line.of(
        ("completeness",),
        "share of what is bought, by mass, that has an emission factor",
        covered / total if total else math.nan,
        "-",
        missing="nothing is bought" if not total else "a purchase is not known",
        remark="; ".join(part for part in (_gap(absent, total), _least(basis, counted)) if part),
    )


def _told_of(basis: CarbonBasis, good: Good) -> bool:
    """Whether a purchase has a line: water and air only where they have a factor."""
    return good.name not in FREE or good.name in basis.told


def _made(books: Emissions, good: Good) -> Line:
    """What the making of a purchase gave off."""
    key, label = ("scope 3", good.name), f"making of {good.name}"
    if good.name in books.basis.cut_off:
        return Line.of(key, label, 0.0, "kg/h", good.edges, remark=_CUT_OFF)
    factor = books.basis.factor_of(good.name)
    if factor is None:
        return Line(key, label, None, "kg/h", good.edges, _lacking(good, books))
    emitted = books.hourly(good.mass) * factor.si("kg/kg")
    status, missing = factor.labels.get("status", ""), f"{good.name} is not known"
    remark = f"{status}; {_LEAST}" if _is_least(factor) else status
    return Line.of(key, label, emitted, "kg/h", good.edges, missing, remark, [factor])


def _is_least(factor: Fact | None) -> bool:
    return factor is not None and factor.labels.get("boundary") == _INGREDIENTS


def _gap(absent: Sequence[Good], total: float) -> str:
    """What has no factor, the most of it first, with its share of what is bought."""
    if not absent:
        return ""
    known = total > 0
    shares = [f" ({100 * good.mass / total:.2g} %)" if known else "" for good in absent]
    told = (f"{good.name}{share}" for good, share in zip(absent, shares, strict=True))
    return f"without a factor: {', '.join(told)}"


def _least(basis: CarbonBasis, counted: Sequence[Good]) -> str:
    names = [good.name for good in counted if _is_least(basis.factor_of(good.name))]
    return f"by its ingredients only: {', '.join(names)}" if names else ""


def _lacking(good: Good, books: Emissions) -> str:
    """Why a purchase has no emissions, what a factor would add, and how to give one."""
    hourly = books.hourly(good.mass)
    adds = "" if math.isnan(hourly) else f": each kg CO2e per kg of it adds {hourly:.3g} kg/h"
    advice = f"give one, or cut {good.name} off as waste"
    return f"no open emission factor of {good.name} is known{adds}; {advice}"


def _totals(books: Emissions) -> Iterator[Line]:
    total = books.hourly(sum(burden.amount for burden in books.burdens))
    yield Line.of(
        ("total",), "scopes 1, 2 (location) and upstream 3, as far as known", total, "kg/h"
    )


def _footprints(books: Emissions) -> Iterator[Line]:
    sharing = Allocation(books.balance, books.basis.worth, books.basis.prices)
    if not sharing.products:
        return
    total = sum(burden.amount for burden in books.burdens)
    charged = sum(b.amount * sharing.subdivided(b) for b in books.burdens)
    share = charged / total if total else math.nan
    yield Line.of(
        ("subdivided",),
        "share of the emissions charged to the elements that they moved, without a rule",
        share,
        "-",
        missing="nothing is emitted",
        remark="" if books.balance.streams else "subdivision needs species: all goes by rule",
    )
    for rule in RULES:
        if rule == "economic" and not books.basis.prices:
            key, label = ("footprint", "all", rule), "footprint by economic allocation"
            yield Line(key, label, None, "kg/kg", missing="no prices are given")
            continue
        for name, amount in sharing.split(books.burdens, rule).items():
            yield from _footprint(books, name, rule, amount)


def _footprint(books: Emissions, name: str, rule: str, amount: float) -> Iterator[Line]:
    mass = books.balance.flow(name) * books.balance.period
    label = f"{name}, cradle to gate, {rule} allocation of what is shared"
    missing = f"the mass of {name} is not known"
    yield Line.of(("footprint", name, rule), label, amount / mass, "kg/kg", (name,), missing)
    oxide = sum(
        books.balance.mass(name, element) * oxide_factor(element)
        for element in RARE_EARTHS
        if element in books.balance.elements
    )
    if 2 * oxide > mass:
        key, label = ("footprint of oxide", name, rule), f"{label}, per rare earth oxide"
        yield Line.of(key, label, amount / oxide, "kg/kg", (name,))
