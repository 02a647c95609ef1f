"""`ytterby leach-column`: the clay of a plant in time, from first drop to last rinse."""

from __future__ import annotations

import csv as comma_separated
import math
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ytterby.app.changes import changed
from ytterby.app.files import refuse_folder
from ytterby.app.fit import shown as shown_fit
from ytterby.app.options_separation import LeachColumnOptions
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.run import require_unit
from ytterby.app.show import duration, percent, significant
from ytterby.app.terminal import console
from ytterby.chemistry import RARE_EARTHS, Species, oxide_factor
from ytterby.plant import Plant, PlantError
from ytterby.separation.column_fit import ColumnTest, Sampled
from ytterby.separation.fit import Fit, fit
from ytterby.separation.leaching import Leaching
from ytterby.units import ClayDetail, ClayLeach

_COLUMNS = ("time", "ion", "concentration", "uncertainty")
_HOUR = 3600.0
_ROWS = 12
_GRAMS = 1000.0
_MILLION = 1_000_000


def leach_column(path: Path, unit: str, options: LeachColumnOptions) -> int:
    """Follow the clay of `unit` in time; see `ytterby leach-column --help`."""
    refuse_folder("--csv", options.csv)
    refuse_folder("--plot", options.plot)
    if options.free and options.measured is None:
        raise PlantError((), "--free without --measured: say which table to fit it to")
    plant = changed(Plant.read(path), options.set_)
    require_unit(plant, unit, ClayLeach)
    announce_compilation()
    with progress() as tick:
        detail = plant.solve(progress=tick).details[unit]
    run = detail.leaching
    tested = options.measured
    if tested is not None:
        found, run = fitted(run, tested, options.free)
        console().print(shown_fit(found), Text(_pasted(found)))
    else:
        console().print(shown(unit, detail))
    if options.csv is not None:
        write_csv(run, options.csv)
        print(f"Steps: {options.csv}")
    if options.plot is not None:
        from ytterby.app.figures.column import write

        write(run, unit, options.plot, samples(tested) if tested is not None else ())
        print(f"Picture: {options.plot}")
    return 0


def rare_earths(run: Leaching) -> list[str]:
    """The rare earth ions that the clay held at first."""
    ions = (f"{element}+3" for element in RARE_EARTHS)
    return [ion for ion in ions if ion in run.ions and run.start[run.place(ion)] > 0]


def oxides(run: Leaching) -> np.ndarray:
    """Rare earths in the outflow as their trade oxides [kg/m3], shape (step,)."""
    total = np.zeros(run.time.size)
    for ion in rare_earths(run):
        mass = Species.of(ion).molar_mass * oxide_factor(ion.partition("+")[0])
        total += run.effluent[:, run.place(ion)] * mass
    return total


def shown(unit: str, detail: ClayDetail) -> RenderableType:
    """The outflow over time, and what a mine engineer asks."""
    run = detail.leaching
    table = Table(box=None, pad_edge=False)
    for title in ("Time", "Pore volumes", "REO g/L", "Al g/L", "NH4 g/L", "REO out"):
        table.add_column(title, justify="right")
    ions = rare_earths(run)
    grams, out = oxides(run), run.recovery(*ions) if ions else np.zeros(run.time.size)
    for place in np.unique(np.linspace(0, run.time.size - 1, _ROWS).astype(int)).tolist():
        table.add_row(
            duration(float(run.time[place])),
            f"{run.pore_volumes[place]:.2f}",
            f"{grams[place]:.3f}",
            f"{_mass(run, 'Al+3', place):.3f}",
            f"{_mass(run, 'NH4+', place):.3f}",
            percent(float(out[place])),
        )
    worst = max(run.closure, key=lambda ion: abs(run.closure[ion]))
    lines = [
        f"Rare earths break through after {detail.breakthrough:.3g} days, "
        f"{detail.breakthrough_volumes:.2f} pore volumes; the campaign lasts {detail.days:.3g} "
        f"days, {detail.pore_volumes:.2f} pore volumes.",
        f"Peak {detail.peak:.3g} g/L of oxides; {detail.aluminium:.2g} mol of aluminium per mol of "
        "rare earth.",
        f"{significant(detail.lixiviant)} kg of salt fed per kg of oxides, recycle included; "
        f"ammonium left {significant(detail.residual * _MILLION)} mg per kg of dry clay.",
        f"The column closes to {abs(run.closure[worst]):.1g} ({worst}).",
    ]
    return Group(Text(unit, style="bold"), table, *(Text(line) for line in lines))


def _mass(run: Leaching, ion: str, place: int) -> float:
    """Concentration in the outflow [kg/m3]."""
    if ion not in run.ions:
        return 0.0
    return float(run.effluent[place, run.place(ion)]) * Species.of(ion).molar_mass


def write_csv(run: Leaching, path: Path) -> None:
    """Every step as a row: hour, pore volumes, liquid per solid and the outflow [mol/m3]."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = comma_separated.writer(file)
        heads = ["time [h]", "pore volumes [-]", "liquid to solid [L/kg]"]
        writer.writerow([*heads, *(f"{ion} [mol/m3]" for ion in run.ions)])
        for step, time in enumerate(run.time.tolist()):
            place = (time / _HOUR, run.pore_volumes[step], run.liquid_to_solid[step] * _GRAMS)
            writer.writerow([f"{v:.9g}" for v in (*place, *run.effluent[step].tolist())])


def samples(path: Path) -> tuple[Sampled, ...]:
    """Analyses of the outflow from a table: time [h], ion, concentration, uncertainty [mol/m3]."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = comma_separated.DictReader(file)
        there = {(name or "").strip() for name in reader.fieldnames or ()}
        if not set(_COLUMNS) <= there:
            found = f"found the columns {', '.join(sorted(there))}, expected {', '.join(_COLUMNS)}"
            raise PlantError((), f"{path}:1: {found}")
        rows = [
            Sampled(
                _number(path, reader.line_num, row, "time") * _HOUR,
                (row["ion"] or "").strip(),
                _number(path, reader.line_num, row, "concentration"),
                _number(path, reader.line_num, row, "uncertainty"),
            )
            for row in reader
        ]
    if not rows:
        raise PlantError((), f"{path}: found no rows, expected {', '.join(_COLUMNS)}")
    return tuple(rows)


def _number(path: Path, line: int, row: dict[str, str], column: str) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = math.nan
    if not 0 <= value < math.inf:
        raise PlantError(
            (), f"{path}:{line}: found {row[column]!r} as {column}, expected a number, 0 or more"
        )
    return value


def fitted(run: Leaching, path: Path, free: tuple[str, ...]) -> tuple[Fit, Leaching]:
    """(fit, the column with it) to the table in `path`; without `free`, log_K of all ions in it."""
    found = samples(path)
    names = free or tuple(dict.fromkeys(f"log_K.{one.ion}" for one in found if one.ion != "NH4+"))
    try:
        test = ColumnTest(run.column, run.washes, found, names)
        result = fit(test)
    except ValueError as error:
        raise PlantError((), f"{path}: {error}") from None
    return result, test.at(result.values).leach(run.washes)


def _pasted(found: Fit) -> str:
    """The constants as they go into the plant file."""
    constants = {
        name.removeprefix("log_K.").partition("+")[0]: value
        for name, value in zip(found.names, found.values, strict=True)
        if name.startswith("log_K.")
    }
    if not constants:
        return ""
    told = ", ".join(f"{element}: {value:.4f}" for element, value in constants.items())
    return f"In the plant file: log_K: {{{told}}}"
