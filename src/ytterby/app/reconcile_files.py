"""Networks as YAML and readings as CSV, with errors that point at the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ytterby.balance import Edge
from ytterby.chemistry import is_element
from ytterby.plant.errors import PlantError, nearest
from ytterby.plant.file import PlantFileError, load, locate
from ytterby.quantity import QuantityError, describe, parse, parse_any
from ytterby.reconcile import Network, Reading, ReconcileError

_NETWORK = ("network", "period", "elements", "units", "stock", "streams")
_STREAM = ("from", "to", "role", "none")
COLUMNS = ("reading", "stream", "quantity", "element", "value", "unit", "uncertainty")
_MORE = ("systematic", "group")
_ROLES = ("product", "residue", "effluent", "emission")


def network_of(path: Path) -> Network:
    """The network in a YAML file; raises PlantFileError with line and column."""
    text = path.read_text(encoding="utf-8")
    document = load(text, str(path))
    try:
        return _network(document)
    except (PlantError, ReconcileError, QuantityError) as error:
        place = error.path if isinstance(error, PlantError) else ()
        line, column = locate(document, place, False) if place else (-1, -1)
        raise PlantFileError(str(path), str(error), line + 1, column + 1, text) from None


def _network(tree: Any) -> Network:
    _known(tree, _NETWORK, ())
    for key in ("network", "period", "elements", "units", "streams"):
        if key not in tree:
            raise PlantError((), f"found no {key!r}, expected {', '.join(_NETWORK)}")
    for key in ("elements", "units", "stock"):
        if not isinstance(tree.get(key) or [], list):
            raise PlantError((key,), f"found {describe(tree[key])}, expected a list: [{tree[key]}]")
    for element in tree["elements"]:
        if not is_element(element):
            raise PlantError(("elements",), f"found {element!r}, expected symbols such as Nd")
    if not isinstance(tree["streams"], Mapping):
        raise PlantError(
            ("streams",), f"found {describe(tree['streams'])}, expected streams by name"
        )
    units = tuple(str(unit) for unit in tree["units"])
    edges, absent = [], {}
    for name, branch in tree["streams"].items():
        _known(branch, _STREAM, ("streams", name))
        source, target = branch.get("from"), branch.get("to")
        for key, end in (("from", source), ("to", target)):
            if end is not None and end not in units:
                hint = nearest(end, units)
                raise PlantError(("streams", name, key), f"found unit {end!r}.{hint}".rstrip("."))
        edges.append(Edge(str(name), source, target, _role(name, branch, source, target)))
        if branch.get("none"):
            absent[str(name)] = frozenset(str(element) for element in branch["none"])
    return Network(
        plant=str(tree["network"]),
        period=parse(tree["period"], "s"),
        units=units,
        edges=tuple(edges),
        elements=tuple(str(element) for element in tree["elements"]),
        holding=tuple(str(unit) for unit in tree.get("stock") or ()),
        absent=absent,
    )


def _role(name: str, branch: Mapping[str, Any], source: Any, target: Any) -> Any:
    if source is None:
        return "feed"
    if target is not None:
        return "internal"
    role = branch.get("role", "unassigned")
    if role != "unassigned" and role not in _ROLES:
        expected = f"expected one of {', '.join(_ROLES)}.{nearest(role, _ROLES)}"
        raise PlantError(("streams", name, "role"), f"found {role!r}, {expected}")
    return role


def _known(tree: Any, keys: tuple[str, ...], path: tuple[str, ...]) -> None:
    if not isinstance(tree, Mapping):
        raise PlantError(path, f"found {describe(tree)}, expected {', '.join(keys)}")
    for key in tree:
        if key not in keys:
            expected = f"expected one of {', '.join(keys)}.{nearest(key, keys)}"
            raise PlantError((*path, str(key)), f"found {key!r}, {expected}", at_key=True)


def readings_of(path: Path, network: Network) -> tuple[Reading, ...]:
    """The readings in a CSV file; raises PlantError that names the line.

    Columns: see COLUMNS; systematic and group may follow. A mass may be a flow, such as kg/h.
    """
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    header = rows.fieldnames or []
    for column in COLUMNS:
        if column not in header:
            raise PlantError(
                (), f"{path}:1: found no column {column!r}, expected {', '.join(COLUMNS)}"
            )
    for column in header:
        if column not in COLUMNS + _MORE:
            expected = f"expected one of {', '.join(COLUMNS + _MORE)}"
            raise PlantError((), f"{path}:1: found column {column!r}, {expected}")
    found = []
    for row in rows:
        try:
            found.append(_reading(row, network))
        except (QuantityError, ReconcileError) as error:
            raise PlantError((), f"{path}:{rows.line_num}: {error}") from None
    return tuple(found)


def readings_in_books(
    address: str, text: str, network: Network
) -> tuple[Network, tuple[Reading, ...]]:
    """(the network over a month, the measurements of its streams that books hold of that month).

    Those of accounts, such as a stock-take, are no flows and left out. Raises PlantError where
    none is left, or one has no random uncertainty.
    """
    from ytterby.app.statement import after, book_of, month

    start = month(text, "--month")
    end = after(start)
    ways = {way.name for way in network.ways}
    found = [
        Reading(
            one.name,
            one.stream,
            one.quantity,
            one.reading.value,
            one.reading.random,
            one.element,
            one.reading.systematic,
            one.reading.group,
        )
        for one in book_of(address).measurements(start=start, until=end)
        if one.stream in ways
    ]
    if not found:
        streams = f"expected some of {', '.join(sorted(ways))}"
        raise PlantError((), f"{address}: found no measurement of {text}, {streams}")
    return replace(network, period=(end - start).total_seconds()), tuple(found)


def _reading(row: Mapping[str, Any], network: Network) -> Reading:
    given = {key: (value or "").strip() for key, value in row.items() if key is not None}
    quantity: Any = given["quantity"]
    if quantity not in ("mass", "share", "content"):
        hint = nearest(quantity, ("mass", "share", "content"))
        raise ReconcileError(f"found quantity {quantity!r}, expected mass, share or content.{hint}")
    network.way(given["stream"], f"reading {given['reading']!r}")

    def number(column: str) -> float:
        text = f"{given.get(column) or 0} {given['unit']}".strip()
        if quantity == "share":
            return parse(text, "-")
        value, unit = parse_any(text, ("kg", "kg/s"))
        return value * network.period if unit == "kg/s" else value

    if not given["value"] or not given["uncertainty"]:
        raise ReconcileError("found no value or no uncertainty, expected both in the unit given")
    return Reading(
        given["reading"],
        given["stream"],
        quantity,
        number("value"),
        number("uncertainty"),
        given["element"] or None,
        number("systematic"),
        given.get("group", ""),
    )
