"""The tables of the report: plain rows of text, made from a balance and its statement."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ytterby.accounts import Statement
from ytterby.app.figures.flowsheet import composition
from ytterby.app.figures.layers import feed_of
from ytterby.app.report_headline import parts, rare_earth_products, with_spread
from ytterby.app.show import LEAST, hourly, percent, significant
from ytterby.balance import Balance, Edge
from ytterby.chemistry import INERT, PHASES, RARE_EARTHS
from ytterby.plant import Feed, Plant

_AIR_AND_WATER = ("H", "O", "N", "Ar", "C")
_MOST_ELEMENTS = 9
_SHADES = (0.005, 0.05, 0.2, 0.5)
"""Shares from which a cell of the table of destinations is shaded darker [-]."""
_FREEZING = 273.15
_TRACE = 1e-6
_ROLES = ("product", "residue", "effluent", "emission", "unassigned")
_WATTS_PER_KILOWATT = 1000
_LABEL_OF_PHASE = {"solid": "S", "aqueous": "A", "organic": "O", "gas": "G"}


def elements_of_worth(balance: Balance) -> list[str]:
    """The elements of the feeds that somebody set, but air, water and inert; most massive first.

    Where every feed is drawn on demand, the elements of all feeds.
    """
    fed = {edge.name: edge for edge in balance.edges if edge.source is None}
    given = [name for name in fed if " > " not in name] or list(fed)
    masses = {
        e: float(np.nansum([balance.mass(name, e) for name in given])) for e in balance.elements
    }
    chosen = [e for e in balance.elements if masses[e] > 0 and e not in (*_AIR_AND_WATER, INERT)]
    return sorted(chosen, key=lambda e: (e not in RARE_EARTHS, -masses[e]))


def feeds(balance: Balance, plant: Plant | None, statement: Statement) -> list[dict[str, str]]:
    """What the plant takes in: flow, per mass of rare earth oxides made, and who takes it."""
    oxide = sum(
        statement.line("oxide", name).value or 0.0 for name in rare_earth_products(statement)
    )
    names = dict.fromkeys(feed_of(edge) for edge in balance.edges if edge.source is None)
    rows = []
    for name in names:
        flow = balance.flow(name)
        takers = [e.target for e in balance.edges if e.source is None and feed_of(e) == name]
        known = plant.feeds.get(name) if plant is not None else None
        rows.append(
            {
                "name": name,
                "what": _described(known) if known else "",
                "source": known.source if known else "",
                "flow": hourly(flow),
                "per_oxide": significant(flow / oxide) if oxide else "",
                "takers": ", ".join(dict.fromkeys(taker for taker in takers if taker)),
            }
        )
    return rows


def _described(feed: Feed) -> str:
    tree = feed.tree
    if feed.form == "extractant":
        return f"{tree['extractant']} {tree['molarity']} in {tree.get('diluent', 'kerosene')}"
    told = tree[feed.form]
    if isinstance(told, str):
        return told
    return ", ".join(f"{key} {value}" for key, value in told.items())


def purities(balance: Balance, statement: Statement) -> dict[str, Any]:
    """Purity of each rare earth and its recovery, one column for each rare earth product."""
    products = rare_earth_products(statement)
    rows = []
    for element in [e for e in RARE_EARTHS if e in balance.elements]:
        cells = [_purity_cells(balance, statement, product, element) for product in products]
        if any(cell["purity"] not in ("0 %", "–") for cell in cells):
            rows.append({"element": element, "cells": cells})
    return {"products": products, "rows": rows}


def _purity_cells(
    balance: Balance, statement: Statement, product: str, element: str
) -> dict[str, str]:
    recovered = statement.about("recovery", product, element)
    recovery, recovery_spread = with_spread(recovered[0], balance) if recovered else ("–", "")
    purity, purity_spread = with_spread(statement.line("purity", product, element), balance)
    return {
        "purity": purity,
        "purity_spread": purity_spread,
        "recovery": recovery,
        "recovery_spread": recovery_spread,
    }


def impurities(balance: Balance, statement: Statement) -> dict[str, Any]:
    """Other elements by mass of each rare earth product."""
    products = rare_earth_products(statement)
    rows = []
    for element in balance.elements:
        lines = [statement.about("impurity", product, element) for product in products]
        shares = [line[0].value if line else None for line in lines]
        if any(share is None or share > 0 for share in shares) and any(lines):
            cells = ["–" if share is None else parts(share) for share in shares]
            rows.append({"element": element, "cells": cells})
    return {"products": products, "rows": rows}


def destinations(balance: Balance, statement: Statement, elements: list[str]) -> dict[str, Any]:
    """Share of each fed element by way out, products first, with the sum of all ways out."""
    shares: dict[str, dict[str, float]] = {}
    for line in (*statement.about("recovery"), *statement.about("destination")):
        value = math.nan if line.value is None else line.value
        shares.setdefault(line.key[1], {})[line.key[2]] = value
    fed = [e for e in elements if any(e in row for row in shares.values())][: _MOST_ELEMENTS + 2]
    role = {edge.name: edge.role for edge in balance.edges}
    rows = [
        {
            "name": name,
            "role": role.get(name, "stock"),
            "cells": [_shaded(row.get(e, 0.0)) for e in fed],
        }
        for name, row in shares.items()
        if any(not row.get(e, 0.0) < LEAST for e in fed)
    ]
    rows.sort(key=lambda row: (*_ROLES, "stock").index(row["role"]))
    sums = [_total(sum(row.get(e, 0.0) for row in shares.values())) for e in fed]
    return {"elements": fed, "rows": rows, "sums": sums}


def _total(share: float) -> str:
    """A sum of shares that ought to be everything: "100 %" as far as balances close."""
    return "100 %" if abs(share - 1) < LEAST else percent(share)


def _shaded(share: float) -> dict[str, str]:
    shade = sum(share >= least for least in _SHADES)
    return {"text": "" if share == 0 else percent(share), "shade": str(shade)}


def streams(balance: Balance, elements: list[str]) -> dict[str, Any]:
    """Every stream that flows: way, flow, phases, temperature, pH, and main elements [kg/h]."""
    shown = elements[:_MOST_ELEMENTS]
    rows = [_stream(balance, edge, shown) for edge in balance.edges]
    return {"elements": shown, "rows": rows}


def _stream(balance: Balance, edge: Edge, elements: list[str]) -> dict[str, Any]:
    masses = [balance.mass(edge.name, e) / balance.period for e in elements]
    row: dict[str, Any] = {
        "name": edge.name,
        "source": edge.source or "",
        "target": edge.target or "",
        "role": edge.role,
        "flow": hourly(balance.flow(edge.name)),
        "phases": "",
        "temperature": "",
        "pH": "",
        "cells": ["" if mass == 0 else hourly(mass) for mass in masses],
        "composition": composition(balance, edge),
    }
    stream = balance.streams.get(edge.name)
    if stream is None or stream.mass <= 0:
        return row
    held = {phase: stream.mass_of(phase) for phase in PHASES}
    shown = {_LABEL_OF_PHASE[p]: m for p, m in held.items() if m > _TRACE * stream.mass}
    row["phases"] = (
        " ".join(f"{p} {hourly(m)}" for p, m in shown.items()) if len(shown) > 1 else "".join(shown)
    )
    row["temperature"] = f"{stream.temperature - _FREEZING:.0f}"
    if "A" in shown and not math.isnan(stream.pH):
        row["pH"] = f"{stream.pH:.1f}"
    return row


def closure_by_element(balance: Balance) -> list[dict[str, str]]:
    """In, out and what is missing over the whole plant, for each element."""
    into = np.array([edge.source is None for edge in balance.edges])
    out = np.array([edge.target is None for edge in balance.edges])
    masses = np.where(balance.known, balance.masses, np.nan) / balance.period
    entering, leaving = masses[into].sum(axis=0), masses[out].sum(axis=0)
    gaps = balance.closure()
    return [
        {
            "element": element,
            "in": hourly(float(entering[i])),
            "out": hourly(float(leaving[i])),
            "gap": _gap(gaps.get(element, math.nan)),
        }
        for i, element in enumerate(balance.elements)
        if entering[i] != 0 or leaving[i] != 0
    ]


def closure_by_unit(balance: Balance) -> list[dict[str, str]]:
    """The element that closes worst over each unit."""
    rows = []
    for unit in balance.units:
        gaps = balance.closure(unit)
        worst = max(gaps, key=lambda element: abs(gaps[element]), default="")
        rows.append({"unit": unit, "element": worst, "gap": _gap(gaps.get(worst, math.nan))})
    return rows


def _gap(relative: float) -> str:
    """A relative closure [-]: "2e-16"; "0" where it is exact."""
    if math.isnan(relative):
        return "not known"
    return f"{abs(relative):.0e}" if relative else "0"


def duties(balance: Balance) -> list[dict[str, str]]:
    """Mean power of each duty of each unit."""
    return [
        {
            "unit": unit,
            "kind": kind,
            "power": significant(energy / balance.period / _WATTS_PER_KILOWATT),
        }
        for (unit, kind), energy in balance.duties.items()
    ]
