"""Greenhouse gases: scopes 1, 2 and upstream 3, and the footprint of each product.

Terms are those of the GHG Protocol (scopes; location- and market-based electricity) and of
ISO 14067 (partial footprint, cradle to gate, per declared unit of product).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ytterby.accounts.allocation import RULES, WORTH, Allocation, Burden
from ytterby.accounts.energy import ELECTRICITY, HEAT, Use, energy
from ytterby.accounts.flows import Flows
from ytterby.accounts.purchases import FREE, Purchase, purchases
from ytterby.accounts.statement import Line, Statement
from ytterby.accounts.tracing import Trace
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS, Species, atomic_mass, oxide_factor
from ytterby.facts import Fact, UnknownFact, fact, table

TITLE = "Greenhouse gases"
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class CarbonBasis:
    """What the balance does not say.

    region: of the grid, such as CN-JX or EE. gwp: ar5 or ar6. fuel: that gives the heat.
    factors: kg CO2e per kg bought, by substance or feed, in place of and beside the shipped ones.
    contract: emission factor of the electricity bought under contract, or None. kinds: kind of
    each unit (see `kinds_of`). declared: see `purchases`. prices: see `Allocation`. worth: the
    elements that are sold.
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

    @cached_property
    def upstream(self) -> dict[str, Fact]:
        """Factors of what is bought, by substance."""
        return {**table("carbon.upstream"), **self.factors}

    @cached_property
    def grid(self) -> Fact:
        """The location-based factor; raises UnknownFact that names the regions."""
        try:
            return table("carbon.grid")[self.region]
        except KeyError:
            known = ", ".join(table("carbon.grid"))
            raise UnknownFact(
                f"no grid factor of region {self.region!r} is known; expected one of {known}, or "
                "give your own as a contract"
            ) from None


def carbon(balance: Balance, basis: CarbonBasis) -> Statement:
    """Emissions of the plant and of what it buys, and the footprint of its products.

    Lines [kg/h of CO2e]: `scope 1` by stack and by fuel; `of it from` the feed that brought the
    carbon; `scope 2` by location and market; `scope 3` by substance; `total`. `completeness` [-],
    the share of what is bought, by mass without water and air, that has a factor: a missing
    factor lowers it and stands as a line of its own, it never counts as zero. `footprint`
    [kg/kg], CO2e per product, by allocation rule, and `footprint of oxide` per rare earth oxide,
    where a product is mostly that; `subdivided` [-], the share that needed no rule.
    """
    books = _Books(balance, basis)
    lines = [
        *_direct(books),
        *_origins(books),
        *_fuels(books),
        *_electricity(books),
        *_upstream(books),
        *_totals(books),
        *_footprints(books),
    ]
    return Statement(TITLE, tuple(lines))


@dataclass(frozen=True, eq=False)
class _Books:
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
        return energy(self.balance, self.basis.kinds)

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
            stream = self.balance.streams[edge.name]
            potentials = table(f"gwp.{self.basis.gwp}")
            kilograms = (
                stream[f"{gas}(g)"] * Species.of(f"{gas}(g)").molar_mass * potential.value
                for gas, potential in potentials.items()
            )
            return sum(kilograms) * self.balance.period, "", ""
        carbon = self.balance.mass(edge.name, "C")
        missing = f"carbon is not known of {edge.name}" if math.isnan(carbon) else ""
        remark = "all carbon taken as CO2" if carbon > 0 else ""
        return carbon * _carbon_dioxide(), missing, remark

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
            factor = self.basis.grid if use.carrier == ELECTRICITY else _fuel(self, use.carrier)
            if factor is not None:
                kilograms = use.joules * _per_joule(factor)
                found.append(Burden(f"{use.carrier} of {use.unit}", use.unit, kilograms))
        for one in self.bought:
            factor = self.basis.upstream.get(one.substance)
            if factor is not None and one.mass > 0:
                found.append(Burden(one.substance, one.unit, one.mass * factor.si("kg/kg")))
        return tuple(found)


def _carbon_dioxide() -> float:
    """kg CO2 per kg C."""
    return Species.of("CO2(g)").molar_mass / atomic_mass("C")


def _per_joule(factor: Fact) -> float:
    return factor.si("kg/J")


def _fuel(books: _Books, carrier: str) -> Fact | None:
    name = books.basis.fuel if carrier == HEAT else carrier
    return table("carbon.fuel").get(name)


def _direct(books: _Books) -> Iterator[Line]:
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
        books.hourly(carbon * _carbon_dioxide()),
        "kg/h",
        tuple(books.balance.edges[row].name for row in left),
        "carbon is not known of every effluent and residue",
    )


def _origins(books: _Books) -> Iterator[Line]:
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


def _fuels(books: _Books) -> Iterator[Line]:
    for carrier in dict.fromkeys(u.carrier for u in books.energy[0] if u.carrier != ELECTRICITY):
        factor = _fuel(books, carrier)
        fuel = books.basis.fuel if carrier == HEAT else carrier
        key, label = ("scope 1", fuel), f"combustion of {fuel}"
        if factor is None:
            yield Line(key, label, None, "kg/h", missing=f"no emission factor of {fuel} is known")
        else:
            emitted = books.hourly(books.used(carrier)) * _per_joule(factor)
            yield Line.of(key, label, emitted, "kg/h", remark=_estimate(books, carrier))
    for unit, reason in books.energy[1].items():
        yield Line(("energy", unit), f"energy of {unit}", None, "kg/h", missing=reason)


def _estimate(books: _Books, carrier: str) -> str:
    estimated = any(use.estimated for use in books.energy[0] if use.carrier == carrier)
    return "energy sized by rule, not stated" if estimated else ""


def _electricity(books: _Books) -> Iterator[Line]:
    joules = books.hourly(books.used(ELECTRICITY))
    remark = _estimate(books, ELECTRICITY)
    location = joules * _per_joule(books.basis.grid)
    label = f"electricity, location-based ({books.basis.region})"
    yield Line.of(("scope 2", "location"), label, location, "kg/h", remark=remark)
    contract = books.basis.contract
    factor = contract if contract is not None else books.basis.grid
    text = "; ".join(
        part
        for part in (remark, "" if contract else "no contract is given: as by location")
        if part
    )
    label = "electricity, market-based"
    yield Line.of(("scope 2", "market"), label, joules * _per_joule(factor), "kg/h", remark=text)


def _upstream(books: _Books) -> Iterator[Line]:
    masses: dict[str, float] = {}
    edges: dict[str, list[str]] = {}
    for one in books.bought:
        masses[one.substance] = masses.get(one.substance, 0.0) + one.mass
        edges.setdefault(one.substance, []).append(one.edge)
    covered = 0.0
    counted = {name: mass for name, mass in masses.items() if name not in FREE}
    for substance, mass in masses.items():
        factor = books.basis.upstream.get(substance)
        key, label = ("scope 3", substance), f"making of {substance}"
        streams = tuple(edges[substance])
        if factor is None:
            if substance not in FREE:
                reason = f"no emission factor of {substance} is known; give one in `factors`"
                yield Line(key, label, None, "kg/h", streams, reason)
            continue
        covered += mass if substance in counted else 0.0
        emitted = books.hourly(mass) * factor.si("kg/kg")
        status = factor.labels.get("status", "")
        yield Line.of(key, label, emitted, "kg/h", streams, f"{substance} is not known", status)
    total = sum(counted.values())
    share = covered / total if total else math.nan
    absent = ", ".join(name for name in counted if name not in books.basis.upstream)
    yield Line.of(
        ("completeness",),
        "share of what is bought, by mass, that has an emission factor",
        share,
        "-",
        missing="nothing is bought" if not total else "a purchase is not known",
        remark=f"without a factor: {absent}" if absent else "",
    )


def _totals(books: _Books) -> Iterator[Line]:
    total = books.hourly(sum(burden.amount for burden in books.burdens))
    yield Line.of(
        ("total",), "scopes 1, 2 (location) and upstream 3, as far as known", total, "kg/h"
    )


def _footprints(books: _Books) -> Iterator[Line]:
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


def _footprint(books: _Books, name: str, rule: str, amount: float) -> Iterator[Line]:
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


def grid_regions() -> tuple[str, ...]:
    """Regions whose grid factor is known."""
    return tuple(table("carbon.grid"))


def gwp(gas: str, report: str = "ar6") -> Fact:
    """Global warming potential over 100 years of a gas, by IPCC assessment report."""
    return fact(f"gwp.{report}.{gas}")
