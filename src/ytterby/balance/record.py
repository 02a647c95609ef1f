"""A balance as plain data, and back: what `ytterby run --json` writes and `compare` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

import numpy as np

from ytterby.balance.balance import Balance, Edge, Role
from ytterby.balance.basis import Basis
from ytterby.balance.finding import Finding
from ytterby.balance.stream import Stream
from ytterby.facts import EVIDENCE, Fact

_SECONDS_PER_HOUR = 3600
_REQUIRED = ("plant", "period_s", "units", "elements", "streams")
_LEVELS = ("note", "warning", "error")


class RecordError(ValueError):
    """Plain data that are no balance; the message says what was found and what was expected."""


def record(balance: Balance) -> dict[str, Any]:
    """The balance as plain data: JSON types only.

    Flows of every element by stream [kg/h], what of them is not known, species [mol/s],
    temperatures [K], changes of stock [kg/h], power [W], facts, findings and closure. What a unit
    tells of its inside, responses to facts and covariance are left out.
    """
    hourly = _SECONDS_PER_HOUR / balance.period
    species = next(iter(balance.streams.values())).basis.names if balance.streams else ()
    return {
        "plant": balance.plant,
        "period_s": balance.period,
        "units": list(balance.units),
        "elements": list(balance.elements),
        "species": list(species),
        "streams": {
            edge.name: _edge(balance, row, hourly) for row, edge in enumerate(balance.edges)
        },
        "stock_change_kg_per_h": {
            unit: _nonzero(balance.elements, balance.stock_change[row] * hourly)
            for row, unit in enumerate(balance.units)
            if balance.stock_change[row].any()
        },
        "power_W": _by_unit(balance),
        "facts": {key: _of_fact(fact) for key, fact in balance.facts.items()},
        "worst_closure": dict(
            zip(("where", "element", "relative"), balance.worst_closure(), strict=True)
        ),
        "findings": [str(finding) for finding in balance.findings],
    }


def _edge(balance: Balance, row: int, hourly: float) -> dict[str, Any]:
    edge, known = balance.edges[row], balance.known[row]
    masses = np.where(known, balance.masses[row], 0.0) * hourly
    found: dict[str, Any] = {"source": edge.source, "target": edge.target, "role": edge.role}
    found["kg_per_h"] = _nonzero(balance.elements, masses)
    if not known.all():
        found["unknown"] = [e for e, told in zip(balance.elements, known, strict=True) if not told]
    if edge.name in balance.streams:
        stream = balance.streams[edge.name]
        found["temperature_K"] = stream.temperature
        found["mol_per_s"] = _nonzero(stream.basis.names, stream.amounts)
    return found


def _nonzero(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return {name: value for name, value in zip(names, values.tolist(), strict=True) if value}


def _by_unit(balance: Balance) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for (unit, carrier), joules in balance.duties.items():
        found.setdefault(unit, {})[carrier] = joules / balance.period
    return found


def _of_fact(fact: Fact) -> dict[str, Any]:
    told = {one.name: getattr(fact, one.name) for one in fields(fact)}
    told["class"] = told.pop("evidence")
    told["window"] = {name: list(ends) for name, ends in fact.window.items()}
    return {key: value for key, value in told.items() if value not in (None, "", {})}


def balance_of(tree: Any) -> Balance:
    """The balance that `record` wrote; raises RecordError."""
    if not isinstance(tree, Mapping):
        raise RecordError(f"found {type(tree).__name__}, expected a mapping with {_named()}")
    absent = [key for key in _REQUIRED if key not in tree]
    if absent:
        raise RecordError(f"found no {' and no '.join(absent)}, expected {_named()}")
    try:
        return _balance(tree)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        text = f"found data of another form ({type(error).__name__}: {error})"
        raise RecordError(f"{text}, expected what `ytterby run --json` writes") from None


def _named() -> str:
    return f"{', '.join(_REQUIRED)}, as `ytterby run --json` writes them"


def _balance(tree: Mapping[str, Any]) -> Balance:
    period, elements = float(tree["period_s"]), tuple(tree["elements"])
    units, streams = tuple(tree["units"]), tree["streams"]
    per_period = period / _SECONDS_PER_HOUR
    edges = tuple(_read_edge(name, row, units) for name, row in streams.items())
    flows = [_dense(name, elements, row["kg_per_h"]) for name, row in streams.items()]
    stock = tree.get("stock_change_kg_per_h", {})
    gathered = [_dense(unit, elements, stock.get(unit, {})) for unit in units]
    power = tree.get("power_W", {})
    return Balance(
        plant=str(tree["plant"]),
        period=period,
        units=units,
        edges=edges,
        elements=elements,
        masses=np.array(flows).reshape(len(edges), len(elements)) * per_period,
        known=np.array(
            [[e not in row.get("unknown", ()) for e in elements] for row in streams.values()]
        ).reshape(len(edges), len(elements)),
        stock_change=np.array(gathered).reshape(len(units), len(elements)) * per_period,
        duties={(u, c): watts * period for u, told in power.items() for c, watts in told.items()},
        streams=_read_streams(tree),
        facts={key: _read_fact(key, row) for key, row in tree.get("facts", {}).items()},
        findings=tuple(_read_finding(text) for text in tree.get("findings", ())),
    )


def _read_edge(name: str, row: Mapping[str, Any], units: tuple[str, ...]) -> Edge:
    if row["role"] not in get_args(Role):
        expected = ", ".join(get_args(Role))
        raise RecordError(
            f"stream {name!r}: found role {row['role']!r}, expected one of {expected}"
        )
    for end in (row["source"], row["target"]):
        if end is not None and end not in units:
            raise RecordError(f"stream {name!r}: found unit {end!r}, which units does not name")
    return Edge(name, row["source"], row["target"], row["role"])


def _dense(name: str, elements: tuple[str, ...], masses: Mapping[str, float]) -> list[float]:
    strange = [element for element in masses if element not in elements]
    if strange:
        raise RecordError(f"{name!r}: found {strange[0]!r}, which elements does not name")
    return [float(masses.get(element, 0.0)) for element in elements]


def _read_streams(tree: Mapping[str, Any]) -> dict[str, Stream]:
    told = {name: row for name, row in tree["streams"].items() if "mol_per_s" in row}
    if not told:
        return {}
    basis = Basis.of(set(tree["species"]))
    return {
        name: Stream(basis, basis.amounts(row["mol_per_s"]), float(row["temperature_K"]))
        for name, row in told.items()
    }


def _read_fact(key: str, row: Mapping[str, Any]) -> Fact:
    told = dict(row)
    evidence = told.pop("class")
    if evidence not in EVIDENCE:
        expected = ", ".join(EVIDENCE)
        raise RecordError(f"fact {key!r}: found class {evidence!r}, expected one of {expected}")
    window = {name: (low, high) for name, (low, high) in told.pop("window", {}).items()}
    return Fact(**{"name": key, "window": window, "evidence": evidence, **told})


def _read_finding(text: str) -> Finding:
    level, where, said = text.split(": ", 2)
    if level not in _LEVELS:
        raise RecordError(f"finding {text!r}: expected it to start with {', '.join(_LEVELS)}")
    return Finding(where, said, level)
