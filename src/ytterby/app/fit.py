"""`ytterby fit`: constants of an extractant from a table of measurements."""

from __future__ import annotations

import csv
import math
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ytterby.app.files import refuse_folder, write_text
from ytterby.app.options_separation import FitOptions
from ytterby.app.terminal import console
from ytterby.chemistry import EXTRACTANTS, OTHER_NAMES
from ytterby.facts import UnknownFact
from ytterby.plant import PlantError
from ytterby.plant.errors import nearest
from ytterby.separation import Cascade, Chemistry
from ytterby.separation.constants import prefix_of
from ytterby.separation.fit import Combination, Fit, fit
from ytterby.separation.measured import Isotherm, Reading, Sample, StageProfile

_ISOTHERM = ("sample", "component", "aqueous", "organic", "extractant")
_PROFILE = ("stage", "phase", "component", "concentration", "uncertainty")
_COLUMNS = f"{', '.join(_ISOTHERM)} (and pH), or {', '.join(_PROFILE)}"
_FEWEST = 2
"""Rows of an element from which on its constant is fitted unasked."""


def fit_table(path: Path, options: FitOptions) -> int:
    """Fit constants to the table in `path`; see `ytterby fit --help`."""
    facts, source, uncertainty = options.facts, options.source, options.uncertainty
    if facts is not None and not source:
        raise PlantError((), "--facts without --source: say where the measurements come from")
    refuse_folder("--facts", facts)
    if uncertainty is not None and not 0 < uncertainty < 1:
        raise PlantError((), f"--uncertainty {uncertainty:g}: expected a share such as 0.05")
    columns, rows = read_rows(path)
    if set(_PROFILE) <= columns:
        if options.plant is None or options.unit is None:
            raise PlantError((), f"{path} is a stage profile: say --plant and --unit it is of")
        cascade = _running(options.plant, options.unit)
        model: Isotherm | StageProfile = profile_model(path, rows, cascade, options.free)
        windows: dict[str, dict[str, tuple[float, float]]] = {}
    elif set(_ISOTHERM) <= columns:
        model = isotherm_model(path, rows, options)
        windows = _windows(model.samples)
    else:
        raise PlantError(
            (), f"{path}:1: found the columns {', '.join(sorted(columns))}, expected {_COLUMNS}"
        )
    try:
        found = fit(model)
    except ValueError as error:
        raise PlantError((), f"{path}: {error}") from None
    console().print(shown(found))
    if facts is not None and source:
        prefix = prefix_of(options.extractant)
        write_text(as_facts(found, prefix, source, options.conditions, windows), facts)
        print(f"Facts: {facts}")
    return 0


def read_rows(path: Path) -> tuple[set[str], list[tuple[int, dict[str, str]]]]:
    """The columns of a table and its rows with their lines; empty lines are left out."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = {(name or "").strip() for name in reader.fieldnames or ()}
        rows = [
            (reader.line_num, {(k or "").strip(): (v or "").strip() for k, v in row.items()})
            for row in reader
            if any(isinstance(v, str) and v.strip() for v in row.values())
        ]
    if not rows:
        raise PlantError((), f"{path}: found no rows, expected the columns {_COLUMNS}")
    return columns, rows


def _number(path: Path, line: int, row: dict[str, str], column: str) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (column != "pH" and value < 0):
        raise PlantError(
            (),
            f"{path}:{line}: found {row[column]!r} as {column}, expected a number, none negative",
        )
    return value


def isotherm_model(
    path: Path, rows: list[tuple[int, dict[str, str]]], options: FitOptions
) -> Isotherm:
    """Equilibria from a table.

    Without `free`, the constant of every element that is measured more than once is fitted.
    """
    _refuse_extractant(options.extractant)
    samples = _samples(path, rows)
    counts = Counter(name for sample in samples for name in sample.aqueous)
    chosen = options.free or tuple(f"log_K.{name}" for name, n in counts.items() if n >= _FEWEST)
    try:
        chemistry = Chemistry.of(options.extractant, tuple(counts), medium=options.medium)
        return Isotherm(chemistry, samples, chosen, options.uncertainty)
    except UnknownFact:
        raise
    except (KeyError, ValueError) as error:
        raise PlantError((), f"{path}: {error.args[0]}") from None


def _samples(path: Path, rows: list[tuple[int, dict[str, str]]]) -> tuple[Sample, ...]:
    """The rows by sample; those of one sample share its extractant and p[H]."""
    samples: dict[str, Sample] = {}
    for line, row in rows:
        values = {c: _number(path, line, row, c) for c in ("aqueous", "organic", "extractant")}
        pH = _number(path, line, row, "pH") if row.get("pH") else None
        new = Sample(row["sample"], {}, {}, values["extractant"], pH)
        known = samples.setdefault(new.name, new)
        if (known.extractant, known.pH) != (new.extractant, new.pH):
            raise PlantError(
                (),
                f"{path}:{line}: sample {new.name!r} has another extractant or pH than before; "
                "expected one of each for a sample",
            )
        if row["component"] in known.aqueous:
            raise PlantError((), f"{path}:{line}: {row['component']} of {new.name!r} stands twice")
        known.aqueous[row["component"]] = values["aqueous"]
        known.organic[row["component"]] = values["organic"]
    return tuple(samples.values())


def _refuse_extractant(name: str) -> None:
    known = (*EXTRACTANTS, *OTHER_NAMES)
    if name not in known:
        expected = f"expected one of {', '.join(EXTRACTANTS)}"
        raise PlantError((), f"--extractant {name}: {expected}{nearest(name, known)}")


def profile_model(
    path: Path, rows: list[tuple[int, dict[str, str]]], cascade: Cascade, free: tuple[str, ...]
) -> StageProfile:
    """Readings by stage from a table, of a cascade at its flows."""
    readings = [
        Reading(
            int(_number(path, line, row, "stage")),
            row["phase"],
            row["component"],
            _number(path, line, row, "concentration"),
            _number(path, line, row, "uncertainty"),
        )
        for line, row in rows
    ]
    named = dict.fromkeys(reading.component for reading in readings)
    try:
        return StageProfile(
            cascade, tuple(readings), free or tuple(f"log_K.{name}" for name in named)
        )
    except (ValueError, KeyError) as error:
        raise PlantError((), f"{path}: {error.args[0]}") from None


def _running(plant: Path, unit: str) -> Cascade:
    """The cascade of a plant at its flows."""
    from ytterby.app.progress import announce_compilation, progress
    from ytterby.app.run import require_unit
    from ytterby.plant import Plant
    from ytterby.separation.dynamics import fixed
    from ytterby.units import CascadeUnit

    read = Plant.read(plant)
    require_unit(read, unit, CascadeUnit)
    announce_compilation()
    with progress() as tick:
        detail = read.solve(progress=tick).details[unit]
    return fixed(detail.cascade, detail.profile.flows)


def _windows(samples: tuple[Sample, ...]) -> dict[str, dict[str, tuple[float, float]]]:
    """The p[H] between which each element was measured."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for sample in samples:
        for name in sample.aqueous if sample.pH is not None else ():
            low, high = found.get(name, {}).get("pH", (math.inf, -math.inf))
            found[name] = {"pH": (min(low, sample.pH or 0.0), max(high, sample.pH or 0.0))}
    return found


def shown(found: Fit) -> RenderableType:
    """The constants with their intervals, and what the reader should know of them."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Constant")
    for title in ("Value", "Uncertainty", "95 % interval"):
        table.add_column(title, justify="right")
    for name, value, spread in zip(found.names, found.values, found.uncertainty, strict=True):
        if math.isinf(spread):
            table.add_row(name, f"{value:.4f}", "not determined", "–")
            continue
        low, high = found.interval(name)
        table.add_row(name, f"{value:.4f}", f"{spread:.2g}", f"{low:.4f} to {high:.4f}")
    return Group(table, *(Text(line) for line in remarks(found)))


def remarks(found: Fit) -> list[str]:
    """In words: the scatter, what cannot be told apart, and the rows set aside."""
    used = len(found.rows) - len(found.outliers)
    lines = [f"{used} of {len(found.rows)} measurements used"]
    if found.exact:
        lines[0] += f"; uncertainties widened {found.scale:.2f} times to agree with the scatter."
    else:
        lines[0] += f"; relative scatter {found.scale:.2g}, from which the intervals come."
    lines += [f"Not determined by these data: {_told(one)}." for one in found.unseen]
    lines += [f"Hard to tell apart: {_told(one)}." for one in found.weak]
    log_K = [n.removeprefix("log_K.") for n in found.names if n.startswith("log_K.")]
    if found.unseen:
        for first, second in zip(log_K[1:], log_K, strict=False):
            factor, low, high = found.separation_factor(first, second)
            if math.isfinite(high):
                lines.append(f"K {first}/{second} {factor:.4g}, 95 % {low:.4g} to {high:.4g}.")
    for place in found.outliers:
        off = found.residuals[place] / found.scale
        lines.append(f"Set aside: {found.rows[place]}, {off:+.1f} standard uncertainties off.")
    return lines


def _told(one: Combination) -> str:
    return f"{one} (seen {one.visibility:.1g} as well as the rest)"


def as_facts(
    found: Fit,
    prefix: str,
    source: str,
    conditions: str,
    windows: dict[str, dict[str, tuple[float, float]]],
) -> str:
    """What is determined, in the form of a facts file, class measured."""
    from io import StringIO

    from ruamel.yaml import YAML

    tree: dict[str, Any] = {}
    kinds = {"curvature": "alstad-a", "exponent": "dimer-order"}
    for name, value, spread in zip(found.names, found.values, found.uncertainty, strict=True):
        element = name.removeprefix("log_K.")
        if math.isinf(spread) or (element == name and name not in kinds):
            continue
        fact: dict[str, Any] = {
            "value": round(float(value), 6),
            "unit": "-",
            "uncertainty": float(f"{spread:.2g}"),
            "conditions": conditions or "as in the source",
        }
        if element in windows and element != name:
            fact["window"] = {k: list(pair) for k, pair in windows[element].items()}
        fact |= {"class": "measured", "source": source}
        if element == name:
            tree.setdefault(prefix, {})[kinds[name]] = fact
        else:
            tree.setdefault(f"{prefix}.log-k", {})[element] = fact
    text = StringIO()
    YAML().dump(tree, text)
    return text.getvalue()
