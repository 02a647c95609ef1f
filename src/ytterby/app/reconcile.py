"""`ytterby reconcile`: readings on a network, balanced, and told."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ytterby.app.cli import RESULT_IS_NONE
from ytterby.app.files import draft_of
from ytterby.app.reconcile_files import network_of, readings_in_books, readings_of
from ytterby.plant.errors import PlantError, nearest
from ytterby.reconcile import Overlay, Reading, Reconciled, ReconcileError, reconcile

_DIGITS = 5


def run(
    network: Path,
    readings: str,
    *,
    month: str | None,
    set_aside: tuple[str, ...],
    level: float,
    power: float,
    out: Path | None,
    as_json: bool,
) -> int:
    """Balance the readings and print what they come to; 1 where chance does not explain them."""
    if not (0 < level < 1 and 0 < power < 1):
        raise PlantError(
            (), f"found level {level:g} and power {power:g}, expected above 0, below 1"
        )
    wanted = network_of(network)
    if month is None:
        read = readings_of(Path(readings), wanted)
    else:
        wanted, read = readings_in_books(readings, month, wanted)
    given = _without(read, set_aside)
    try:
        found = reconcile(wanted, given, level=level, power=power)
    except ReconcileError as error:
        raise PlantError((), f"{readings}: {error}") from None
    if out is not None:
        _write(found, out)
    if as_json:
        print(json.dumps(plain(found), indent=2))
    else:
        _tell(found)
    clean = found.test.passed and not found.suspects and not found.leaks_found
    return 0 if clean else RESULT_IS_NONE


def _without(readings: tuple[Reading, ...], names: tuple[str, ...]) -> tuple[Reading, ...]:
    known = [reading.name for reading in readings]
    for name in names:
        if name not in known:
            raise PlantError(
                (), f"--set-aside {name}: no reading of that name.{nearest(name, known)}"
            )
    return tuple(reading for reading in readings if reading.name not in names)


def plain(found: Reconciled) -> dict[str, Any]:
    """The reconciled readings as plain data: SI, None for what is not known.

    `balance` is what `ytterby compare` reads: the books beside the design.
    """
    network = found.model.network
    return {
        "network": network.plant,
        "period_s": network.period,
        "test": {
            "statistic": found.test.statistic,
            "freedom": found.test.freedom,
            "limit": found.test.limit,
            "passed": found.test.passed,
        },
        "readings": [_reading(one) for one in found.readings],
        "streams": {
            way.name: {
                element or "mass": _value(found, way.name, element)
                for element in (None, *network.elements)
            }
            for way in network.ways
        },
        "leaks": [vars(leak) for leak in found.leaks_found],
        "findings": [str(finding) for finding in found.findings],
        "balance": found.balance.to_dict(),
    }


def _value(found: Reconciled, stream: str, element: str | None) -> dict[str, Any]:
    value, spread = found.mass(stream) if element is None else found.content(stream, element)
    if math.isnan(value):
        return {"kg": None, "unknown": found.why_unknown(stream, element)}
    return {"kg": value, "uncertainty_kg": spread}


def _reading(one: Overlay) -> dict[str, Any]:
    rest = {key: value for key, value in vars(one).items() if key != "reading"}
    return {"reading": one.reading.name, "read": one.reading.value, **rest}


def _write(found: Reconciled, path: Path) -> None:
    """Write the overlay as CSV, wholly or not at all."""
    import pandas as pd

    with draft_of(path) as draft:
        pd.DataFrame([_reading(one) for one in found.readings]).to_csv(draft, index=False)


def _tell(found: Reconciled) -> None:
    from rich.table import Table

    from ytterby.app.terminal import console

    table = Table(title="Readings", title_justify="left", box=None, pad_edge=False)
    for column in ("reading", "unit", "read", "reconciled", "±", "off by", "redundancy", "finds"):
        table.add_column(column, justify="left" if column in ("reading", "unit") else "right")
    for one in found.readings:
        unit, scale = ("%", 100) if one.reading.quantity == "share" else ("kg", 1)
        table.add_row(
            one.reading.name,
            unit,
            _figure(one.reading.value * scale),
            _figure(one.reconciled * scale),
            _figure(one.uncertainty * scale, 2),
            "" if one.statistic is None else f"{one.statistic:+.1f}{' !' if one.suspect else ''}",
            f"{one.redundancy:.2f}",
            "nothing" if one.smallest_bias is None else _figure(one.smallest_bias * scale, 2),
        )
    console().print(table)
    console().print(_streams(found))
    for finding in found.findings:
        console().print(str(finding), markup=False)


def _streams(found: Reconciled) -> Any:
    from rich.table import Table

    table = Table(title="Streams [kg]", title_justify="left", box=None, pad_edge=False)
    elements = (None, *found.model.network.elements)
    for name in ("stream", *(element or "mass" for element in elements)):
        table.add_column(name, justify="left" if name == "stream" else "right")
    for way in found.model.network.ways:
        cells = []
        for element in elements:
            value = _value(found, way.name, element)
            known = value["kg"] is not None
            cells.append(
                f"{value['kg']:.{_DIGITS}g} ± {value['uncertainty_kg']:.2g}" if known else "?"
            )
        table.add_row(way.name, *cells)
    return table


def _figure(value: float, digits: int = _DIGITS) -> str:
    return f"{value:.{digits}g}"
