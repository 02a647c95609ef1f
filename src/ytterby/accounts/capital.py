"""Capital: equipment by its size, installation, and what stands in the plant at work."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ytterby.accounts.equipment import (
    correlation_facts,
    equipment,
    equipment_cost,
    sizing_facts,
)
from ytterby.accounts.prices import PriceSet, price_set
from ytterby.accounts.sizing import Item, Sizing
from ytterby.accounts.statement import Line, Statement, resting_on
from ytterby.balance import Balance, Stream
from ytterby.chemistry import (
    DILUENTS,
    RARE_EARTHS,
    Complex,
    Species,
    atomic_mass,
    oxide_factor,
)
from ytterby.facts import Fact, UnknownFact, fact, table

TITLE = "Capital"
_CURRENCY = "USD"
_LITRES = 1000


@dataclass(frozen=True)
class CostBasis:
    """What the balance does not say of money.

    place: where the plant stands, a key of `cost.location`. year: of the money, a key of
    `cost.index`. prices: by good, see `PriceSet`. kinds: kind of each unit (see `kinds_of`).
    declared: what feeds consist of (see `purchases`). operators: on shift, or None for the rule
    by number of units. fuel: that gives the heat. own: facts in place of shipped ones by name,
    such as {"cost.operating.wage": ...}.
    """

    place: str = "US"
    year: int = 2022
    prices: PriceSet = field(default_factory=price_set)
    kinds: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    operators: float | None = None
    fuel: str = "natural-gas"
    own: Mapping[str, Fact] = field(default_factory=dict)

    def fact(self, name: str) -> Fact:
        """The user's own fact of that name, or the shipped one."""
        return self.own.get(name) or fact(name)

    def value(self, name: str) -> float:
        return self.fact(name).value

    def check(self) -> None:
        """Raises UnknownFact where no index of the year or no factor of the place is known."""
        index = table("cost.index")
        if str(self.year) not in index:
            raise UnknownFact(
                f"no plant cost index of {self.year} is known; expected one of {', '.join(index)}"
            )
        places = table("cost.location")
        if self.place not in places and f"cost.location.{self.place}" not in self.own:
            raise UnknownFact(
                f"no location factor of {self.place!r} is known; expected one of "
                f"{', '.join(places)}"
            )

    def cost_factor(self, year: str) -> float:
        """Money of the basis at its place per dollar of `year` in the United States [-]."""
        escalation = self.value(f"cost.index.{self.year}") / self.value(f"cost.index.{year}")
        return escalation * self.value(f"cost.location.{self.place}")


def capital(balance: Balance, basis: CostBasis) -> Statement:
    """What the plant costs to build and to fill.

    Lines [USD]: `equipment` by unit and piece, installed `equipment` and `installation` in all,
    `working capital`, `solvent` (first fill of organic), `metal in process`, `total`. `returned`
    is what comes back at the end: all but equipment and installation. A unit that could not be
    sized stands as a line of its own, and the total then says what it lacks.
    """
    basis.check()
    lines = list(_equipment(balance, basis))
    missing = "; ".join(line.missing for line in lines if line.value is None)
    bare = sum(line.value for line in lines if line.value is not None)
    shares = [basis.fact(f.name) for f in table("cost.installation").values()]
    installation = bare * sum(share.value for share in shares)
    fixed = bare + installation
    working = basis.value("cost.capital.working-capital") * fixed
    held = list(_held(balance, basis))
    returned = working + sum(line.value or 0.0 for line in held)
    lacking = ", ".join(line.key[1] for line in lines if line.value is None)
    remark = f"lacks equipment of {lacking}, see there" if lacking else ""
    stock = [basis.fact("cost.capital.working-capital")]
    sums = [
        Line.of(("equipment", "all"), "equipment, erected", bare, _CURRENCY, remark=remark),
        Line.of(
            ("installation",), "installation", installation, _CURRENCY, remark=remark, basis=shares
        ),
        Line.of(("working capital",), "working capital", working, _CURRENCY, basis=stock),
        *held,
        Line.of(("returned",), "comes back at the end", returned, _CURRENCY),
        Line.of(("total",), "capital", fixed + returned, _CURRENCY, remark=remark),
    ]
    lines += [resting_on(line, lines) for line in sums]
    if not any(line.value for line in lines if line.key[0] == "equipment"):
        lines[-1] = Line(("total",), "capital", None, _CURRENCY, missing=missing or "no equipment")
    return Statement(TITLE, tuple(lines))


def _equipment(balance: Balance, basis: CostBasis) -> Iterator[Line]:
    told = [
        *sizing_facts(basis.kinds, basis.own).values(),
        basis.fact(f"cost.location.{basis.place}"),
        basis.fact(f"cost.index.{basis.year}"),
    ]
    for unit, (items, missing) in equipment(balance, basis.kinds, basis.own).items():
        if missing:
            yield Line(("equipment", unit), f"equipment of {unit}", None, _CURRENCY, (), missing)
        for item in items:
            cost, inside = 0.0, True
            if item.size > 0:
                cost, inside = equipment_cost(item.kind, item.size, basis.own)
            standing = correlation_facts(item.kind, basis.own)
            cost *= basis.cost_factor(standing["cost"].labels["year"])
            streams = tuple(e.name for e in balance.edges if e.source == unit)
            yield Line.of(
                ("equipment", unit, item.kind, item.part),
                _piece(item),
                item.count * cost,
                _CURRENCY,
                streams,
                remark="" if inside else "smaller or larger than what the correlation stands on",
                basis=[*told, standing["cost"], standing["exponent"]],
            )


def _piece(item: Item) -> str:
    unit = fact(f"cost.equipment.{item.kind}.size").unit
    part = f" ({item.part})" if item.part else ""
    return f"{item.unit}{part}: {item.count} {item.kind} of {item.size:.3g} {unit}"


def _held(balance: Balance, basis: CostBasis) -> Iterator[Line]:
    """First fill of organic, and rare earths on their way through cascades and tanks."""
    metal, streams = 0.0, []
    for unit, detail in balance.details.items():
        if hasattr(detail, "profile"):
            yield _solvent(balance, basis, unit, detail)
            metal += _metal_in_cascade(balance, detail, basis)
            streams.append(f"{unit}.stripped")
    for unit, kind in basis.kinds.items():
        entering = [e.name for e in balance.edges if e.target == unit]
        held = Sizing(balance, basis.own)
        if held.has_residence(kind) and all(n in balance.streams for n in entering):
            seconds = held.si(f"sizing.residence.{kind}", "s")
            worth = sum(_oxide_value(balance.streams[n], basis.prices) for n in entering)
            metal, streams = metal + seconds * worth, [*streams, *entering]
    label = "rare earths in process, at the price of their oxides"
    missing = "" if streams else "no cascade or tank whose species are known"
    value = metal if streams else math.nan
    key = ("metal in process",)
    yield Line.of(key, label, value, _CURRENCY, tuple(dict.fromkeys(streams)), missing)


def _solvent(balance: Balance, basis: CostBasis, unit: str, detail: Any) -> Line:
    """Organic in mixer-settlers and solvent tank, at the price of extractant and diluent."""
    stream = balance.streams[f"{unit}.stripped"].only("organic")
    flow = detail.profile.flows.organic / _LITRES
    sizing = Sizing(balance, basis.own)
    volume = sum(one.stages * one.organic for one in sizing.sections(detail))
    volume += flow * sizing.si("sizing.residence.solvent-tank", "s")
    per_volume, missing = 0.0, ""
    for substance, mass in _organic_masses(stream).items():
        price = basis.prices.get(substance)
        if price is None:
            missing = missing or f"no price of {substance} is known"
        else:
            per_volume += mass / flow * price.value
    value = math.nan if missing else per_volume * volume
    label = f"first fill of {unit}: {volume:.3g} m3 of organic"
    return Line.of(("solvent", unit), label, value, _CURRENCY, (f"{unit}.stripped",), missing)


def _organic_masses(stream: Stream) -> dict[str, float]:
    """[kg/s] of each extractant, free and bound, and of each diluent."""
    found: dict[str, float] = {}
    for name, amount in zip(stream.basis.names, stream.amounts.tolist(), strict=True):
        if not name.endswith("(org)") or amount <= 0:
            continue
        liquid, units = name.removesuffix("(org)"), 1
        if liquid not in DILUENTS:
            held = Complex.of(name)
            liquid, units = held.extractant, held.units
        mass = units * amount * Species.of(f"{liquid}(org)").molar_mass
        found[liquid] = found.get(liquid, 0.0) + mass
    return found


def _metal_in_cascade(balance: Balance, detail: Any, basis: CostBasis) -> float:
    """Value of the rare earths that stand in the stages, both phases."""
    prices = basis.prices
    profile, first, total = detail.profile, 0, 0.0
    for section in Sizing(balance, basis.own).sections(detail):
        stages = slice(first, first + section.stages)
        first += section.stages
        for column, element in enumerate(profile.components):
            if element in RARE_EARTHS and element in prices:
                moles = _LITRES * (
                    profile.aqueous[stages, column].sum() * section.aqueous
                    + profile.organic[stages, column].sum() * section.organic
                )
                kilograms = moles * atomic_mass(element) * oxide_factor(element)
                total += float(kilograms) * prices[element].value
    return total


def _oxide_value(stream: Stream, prices: PriceSet) -> float:
    """[USD/s] of the rare earths in a stream, as oxides."""
    masses = stream.oxide_masses
    return sum(
        mass * prices[element].value for element, mass in masses.items() if element in prices
    )
