"""Water: what a plant takes, discharges and spends on it, per tonne of rare earth oxide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ytterby.accounts.effluent import Discharge, effluent
from ytterby.accounts.flows import Flows
from ytterby.accounts.limits import Limit
from ytterby.accounts.measures import found, volume
from ytterby.accounts.statement import Line, Statement
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS, oxide_factor

TITLE = "Water"
_KILOGRAMS = 1000
_JOULES_PER_KILOWATT_HOUR = 3.6e6
_MAIN = 0.05
"""Share of a product from which its rare earth oxide counts as made [-]."""


def water(
    balance: Balance, limits: Sequence[Limit] = (), discharge: Discharge | None = None
) -> Statement:
    """The numbers a water engineer asks for first.

    Lines: `oxide` made [t]; `water` fed and discharged, `nitrogen` fed and in effluents and
    residues, per tonne of oxide [m3/t, kg/t]; `energy` by unit, kWh per m3 of water that enters it;
    `limits discharge`, the limit of which most is used, with its verdict. Rare earth oxide counts
    where it is a main part of a product.
    """
    view = Flows(balance)
    return Statement(
        TITLE,
        (
            *_specific(view, _oxide(view) / _KILOGRAMS),
            *_energy(balance),
            *_limiting(balance, limits, discharge),
        ),
    )


def _oxide(view: Flows) -> float:
    """Rare earth oxide in the products that are made for it, over the period [kg]."""
    balance, total = view.balance, 0.0
    for row in view.products:
        name = balance.edges[row].name
        there = (e for e in RARE_EARTHS if e in balance.elements)
        oxide = sum(balance.mass(name, e) * oxide_factor(e) for e in there)
        if oxide > _MAIN * balance.flow(name) * balance.period:
            total += oxide
    return total


def _specific(view: Flows, tonnes: float) -> Iterator[Line]:
    """Water and nitrogen per tonne of oxide."""
    names = tuple(view.edge(row).name for row in view.products)
    absent = "" if tonnes > 0 else "no product is made of rare earths"
    yield Line.of(("oxide",), "rare earth oxide made", tonnes or math.nan, "t", names, absent)
    for key, rows in (("fed", view.feeds), ("discharged", view.with_role("effluent"))):
        volumes = [volume(view.balance, row, {}) for row in rows]
        missing = absent or next((reason for _, reason in volumes if reason), "")
        value = _per(sum(v for v, _ in volumes), tonnes)
        yield Line.of(("water", key), f"water {key}", value, "m3/t", missing=missing)
    for key, rows in (
        ("fed as ammonia", view.feeds),
        ("in effluents", view.with_role("effluent")),
        ("in residues", view.with_role("residue")),
    ):
        masses = [found(view.balance, row, "NH3-N") for row in rows]
        missing = absent or next((reason for _, reason in masses if reason), "")
        value = _per(sum(m for m, _ in masses), tonnes)
        label = f"ammonia nitrogen {key}"
        yield Line.of(("nitrogen", key), label, value, "kg/t", missing=missing)


def _per(amount: float, tonnes: float) -> float:
    return amount / tonnes if tonnes > 0 else math.nan


def _energy(balance: Balance) -> Iterator[Line]:
    """kWh per m3 of water that enters each unit that tells what it takes."""
    for (unit, carrier), joules in balance.duties.items():
        rows = [row for row, edge in enumerate(balance.edges) if edge.target == unit]
        entering = [volume(balance, row, {}) for row in rows]
        cubic_metres = sum(v for v, _ in entering)
        if not cubic_metres > 0:
            continue
        value = joules / _JOULES_PER_KILOWATT_HOUR / cubic_metres
        names = tuple(balance.edges[row].name for row in rows)
        key, label = ("energy", unit, carrier), f"{carrier} of {unit} per water entering"
        yield Line.of(key, label, value, "kWh/m3", names)


def _limiting(
    balance: Balance, limits: Sequence[Limit], discharge: Discharge | None
) -> Iterator[Line]:
    """The limit of which most is used."""
    if not limits:
        return
    used = [
        line
        for line in effluent(balance, limits, discharge).about("used")
        if line.value is not None
    ]
    if not used:
        reason = (
            "nothing is discharged" if not Flows(balance).with_role("effluent") else "not known"
        )
        yield Line(("limits discharge",), "what limits discharge", None, "-", missing=reason)
        return
    by_name = {limit.fact.name: limit for limit in limits}
    worst = max(used, key=lambda line: _weight(line, by_name.get(line.key[1])))
    label = f"limits discharge: {worst.label}"
    yield Line.of(
        ("limits discharge",), label, worst.value or 0.0, "-", worst.streams, remark=worst.remark
    )


def _weight(line: Line, limit: Limit | None) -> float:
    """How near a line is to its limit [-]; acidity counts only where it is beyond."""
    share = line.value or 0.0
    if limit is not None and limit.sense == "min":
        share = 1 / share if share > 0 else math.inf
    acidity = limit is not None and limit.parameter == "pH"
    return 0.0 if acidity and share <= 1 else share
