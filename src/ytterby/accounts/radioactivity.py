"""Radioactivity of solids: activity of thorium and uranium, and the sum over their limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

from scipy.constants import Avogadro

from ytterby.accounts.flows import Flows
from ytterby.accounts.limits import Limit, judge
from ytterby.accounts.statement import Line, Statement
from ytterby.balance import Balance
from ytterby.chemistry import atomic_mass
from ytterby.facts import fact, table
from ytterby.quantity import parse

TITLE = "Radioactivity"
_EARLY = 0.8
_GRAMS = 1000


@cache
def specific_activity(nuclide: str) -> float:
    """Bq per gram of the element of `nuclide` ("Th-232"), the head of its chain: ln 2 N_A / (T M).

    The element is taken as that nuclide alone: natural uranium is 99.3 % U-238. In secular
    equilibrium every member of the chain has the activity of its head.
    """
    element = nuclide.partition("-")[0]
    half_life = fact(f"radioactivity.half-life.{nuclide}").si("s")
    return math.log(2) * Avogadro / (half_life * atomic_mass(element)) / _GRAMS


def radioactivity(
    balance: Balance, limits: Sequence[Limit], *, warn_from: float = _EARLY
) -> Statement:
    """Activity of every solid that leaves, and what of its limits it uses.

    Lines: `activity` [Bq/g] by stream and nuclide; `sum of fractions` [-] by stream and
    instrument, sum(activity / limit), whose verdict stands as its remark; `used` [-] of limits on
    mass fraction. Simplification: chains are in secular equilibrium, which leaching and
    precipitation disturb (radium and lead go other ways than thorium and uranium).
    """
    view = Flows(balance)
    lines: list[Line] = []
    for row in view.with_role("product", "residue"):
        lines += _activities(view, row)
        lines += _fractions(view, row, limits, warn_from)
        lines += _mass_fractions(view, row, limits, warn_from)
    return Statement(TITLE, tuple(lines))


def nuclides() -> tuple[str, ...]:
    """The heads of chains that are followed."""
    return tuple(table("radioactivity.half-life"))


def _share(view: Flows, row: int, elements: str) -> tuple[float, str]:
    """Mass of the elements per mass of the stream [-], or NaN with the reason."""
    name = view.edge(row).name
    absent = [e for e in elements.split("+") if e not in view.balance.elements]
    if absent:
        return math.nan, f"the balance does not follow {', '.join(absent)}: no feed names it"
    total = view.flows[row].sum()
    mass = sum(view.balance.mass(name, element) for element in elements.split("+"))
    share = mass / view.balance.period / total if total else math.nan
    missing = "" if share == share else f"{elements} or the mass of {name} is not known"
    return share, missing


def _activity(view: Flows, row: int, nuclide: str) -> tuple[float, str]:
    share, missing = _share(view, row, nuclide.partition("-")[0])
    return share * specific_activity(nuclide), missing


def _activities(view: Flows, row: int) -> Iterator[Line]:
    name = view.edge(row).name
    for nuclide in nuclides():
        value, missing = _activity(view, row, nuclide)
        key, label = ("activity", name, nuclide), f"{nuclide} in {name}"
        yield Line.of(key, label, value, "Bq/g", (name,), missing)


def _fractions(view: Flows, row: int, limits: Sequence[Limit], warn_from: float) -> Iterator[Line]:
    name = view.edge(row).name
    rules: dict[str, list[Limit]] = {}
    for limit in limits:
        if limit.kind == "activity":
            rules.setdefault(limit.label("instrument"), []).append(limit)
    for instrument, parts in rules.items():
        total, missing = 0.0, ""
        for limit in parts:
            allowed = parse(f"{limit.fact.value!r} {limit.fact.unit}", "Bq/g")
            for nuclide in limit.parameter.split("+"):
                value, reason = _activity(view, row, nuclide)
                total, missing = total + value / allowed, missing or reason
        key = ("sum of fractions", name, instrument)
        label = f"activity of {name} over the limits of {instrument}, added up"
        weakest = min(parts, key=lambda limit: limit.verified)
        remark = "" if missing else judge(total, total, weakest, warn_from)
        yield Line.of(key, label, total, "-", (name,), missing, remark)


def _mass_fractions(
    view: Flows, row: int, limits: Sequence[Limit], warn_from: float
) -> Iterator[Line]:
    name = view.edge(row).name
    for limit in limits:
        if limit.kind == "mass fraction":
            share, missing = _share(view, row, limit.parameter)
            used = share / parse(f"{limit.fact.value!r} {limit.fact.unit}", "-")
            key = ("used", limit.fact.name, name)
            label = f"{limit.parameter} in {name}, over {limit.fact.value:g} {limit.fact.unit}"
            remark = "" if missing else judge(used, used, limit, warn_from)
            yield Line.of(key, label, used, "-", (name,), missing, remark)
