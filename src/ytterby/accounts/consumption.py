"""What a plant takes in to make what it makes: reagents, water and energy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ytterby.accounts.energy import energy
from ytterby.accounts.equipment import sizing_facts
from ytterby.accounts.flows import Flows
from ytterby.accounts.purchases import AIR, goods, purchases
from ytterby.accounts.statement import Line, Statement
from ytterby.balance import Balance
from ytterby.chemistry import oxide_factor
from ytterby.facts import Fact

TITLE = "Reagents, water and energy"
_SECONDS_PER_HOUR = 3600


def consumption(
    balance: Balance,
    kinds: Mapping[str, str] | None = None,
    *,
    declared: Mapping[str, Mapping[str, float]] | None = None,
    own: Mapping[str, Fact] | None = None,
) -> Statement:
    """Reagents, water and energy, by hour and per mass of rare earth oxide made.

    Lines: `taken` [kg/h] by substance, pure, air left out; `used` [kW] by carrier of energy; the
    same `per oxide` [kg/kg, MJ/kg]. kinds, own: see `equipment`; without kinds only the energy
    that units state themselves is known. declared: see `purchases`.
    """
    oxide = _oxide_made(balance)
    lines = [*_substances(balance, declared, oxide), *_carriers(balance, kinds or {}, own, oxide)]
    return Statement(TITLE, tuple(lines))


def _oxide_made(balance: Balance) -> float:
    """Rare earth oxides in the products, over the period [kg]."""
    view = Flows(balance)
    names = [balance.edges[row].name for row in view.products]
    elements = [element for _, element in view.rare_earths]
    return sum(balance.mass(name, e) * oxide_factor(e) for name in names for e in elements)


def _substances(
    balance: Balance, declared: Mapping[str, Mapping[str, float]] | None, oxide: float
) -> Iterator[Line]:
    hourly = _SECONDS_PER_HOUR / balance.period
    for good in goods(one for one in purchases(balance, declared) if one.substance != AIR):
        name, mass, streams = good.name, good.mass, good.edges
        missing = f"the mass of {name} is not known"
        yield Line.of(("taken", name), name, mass * hourly, "kg/h", streams, missing)
        label = f"{name} per rare earth oxide made"
        share = mass / oxide if oxide else math.nan
        missing = missing if math.isnan(mass) else "no rare earth oxide is made, or not known"
        yield Line.of(("per oxide", name), label, share, "kg/kg", streams, missing)


def _carriers(
    balance: Balance, kinds: Mapping[str, str], own: Mapping[str, Fact] | None, oxide: float
) -> Iterator[Line]:
    uses, unknown = energy(balance, kinds, own)
    for carrier in dict.fromkeys(use.carrier for use in uses):
        mine = [use for use in uses if use.carrier == carrier]
        joules = sum(use.joules for use in mine)
        by_rule = any(use.estimated for use in mine)
        told = list(sizing_facts(kinds, own).values()) if by_rule else []
        remark = "sized by rule, not stated" if by_rule else ""
        power = joules / balance.period / 1000
        yield Line.of(("used", carrier), carrier, power, "kW", remark=remark, basis=told)
        label, each = f"{carrier} per rare earth oxide made", joules / oxide if oxide else math.nan
        missing = "no rare earth oxide is made, or not known"
        key, unit = ("per oxide", carrier), "MJ/kg"
        yield Line.of(key, label, each / 1e6, unit, (), missing, remark, told)
    for unit, reason in unknown.items():
        yield Line(("used", unit), f"energy of {unit}", None, "kW", missing=reason)
