"""`ytterby sweep`: a plant at many settings, or under all that is not known for sure."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ytterby.accounts import UnknownLine
from ytterby.app.changes import changed
from ytterby.app.options import Place, SweepOptions
from ytterby.app.progress import announce_compilation
from ytterby.app.sweep_store import Store
from ytterby.plant import Plant, PlantError
from ytterby.quantity import check as check_range
from ytterby.quantity import parse
from ytterby.study import (
    Results,
    Study,
    Variable,
    assay,
    collect,
    draw,
    evaluate,
    field_between,
    grid,
    spreads,
    uncertain_account_facts,
    uncertain_facts,
)
from ytterby.study.evaluate import Row
from ytterby.study.figures import Figures

_RANGE = ".."
_SHOWN_DRIVERS = 3
WORTH_SHOWING = 0.01
"""Size of a figure from which on it is no trace, in its unit."""
_UNITS = {
    "reagents": "kg/h",
    "water": "kg/h",
    "revenue": "USD/year",
    "operating": "USD/year",
    "margin": "USD/year",
    "net present value": "USD",
    "emissions": "kg/h",
    "footprint": "kg/kg",
}
"""Of the figures of `Figures`; those that are not named are shares."""
_MOST_COLUMNS = 8
"""Samples that are shown one by one; of more, --json and --store tell all."""


def sweep(path: Path, options: SweepOptions) -> int:
    """Solve the neighbours of the plant in `path` and print what comes of it."""
    plant = changed(Plant.read(path), options.set_)
    figures = replace(figures_of(options), lines=options.line)
    varied = _variables(plant, options)
    announce_compilation()
    if options.line or options.account_facts:
        varied += _of_accounts(figures, plant, options)
    study = Study(plant, varied, figures)
    if not study.variables:
        text = "found nothing to vary, expected --vary, --facts, --account-facts or --assay"
        raise PlantError((), f"{text}, such as --vary leach.acid_dose=1.0..1.3")
    samples = _samples(study, options)
    results = _results(study, samples, options)
    if options.json:
        print(json.dumps(_plain(results), indent=2))
    else:
        from ytterby.app.terminal import console

        console().print(_told(results, by_row=options.points is not None))
    return 0


def figures_of(place: Place) -> Figures:
    """What is asked of every neighbour, with money and carbon where a place is named."""
    from ytterby.app.books import climate_of, grid_of, money_of

    grid = grid_of(place)
    return Figures(money_of(place), climate_of(grid, place) if grid else None, place.scrap)


def _of_accounts(figures: Figures, plant: Plant, options: SweepOptions) -> tuple[Variable, ...]:
    """The facts of the accounts that vary; raises PlantError for a line that there is not."""
    if options.account_facts and figures.money is None and figures.climate is None:
        expected = "expected the place of the plant, such as --place EE, or --grid EE"
        raise PlantError((), f"--account-facts: found no account that rests on any, {expected}")
    balance = plant.solve()
    try:
        figures.check(plant, balance)
    except UnknownLine as error:
        raise PlantError((), f"--line: {error}") from None
    if not options.account_facts:
        return ()
    unstated = _share(options.unstated)
    return uncertain_account_facts(figures.facts(plant, balance), unstated=unstated)


def _share(text: str | None) -> float | None:
    """The share [-] of --unstated; raises PlantError."""
    if text is None:
        return None
    try:
        share = parse(text, "-")
        check_range(share, 0, 1, "-")
    except ValueError as error:
        raise PlantError((), f"--unstated {text!r}: {error}") from None
    return share


def unit_of(figure: str) -> str:
    """The unit of a figure by its name: "kg/h" of reagents, "-" of a share."""
    return _UNITS.get(figure.partition(",")[0], "-")


def _variables(plant: Plant, options: SweepOptions) -> tuple[Variable, ...]:
    found = [between(text, plant) for text in options.vary]
    for text in options.assay:
        name, _, spread = text.partition("=")
        feed, _, element = name.strip().rpartition(".")
        if feed not in plant.feeds or not element or not spread:
            raise PlantError(
                (), f"--assay {text}: expected feed.element=uncertainty, such as scrap.Nd=0.5 %"
            )
        try:
            found += assay(feed, plant, {element: spread.strip()})
        except (ValueError, KeyError) as error:
            raise PlantError((), f"--assay {text}: {error}") from None
    if options.facts:
        found += uncertain_facts(plant, unstated=_share(options.unstated))
    return tuple(found)


def between(text: str, plant: Plant) -> Variable:
    """The variable of `field=low..high`; raises PlantError, also where the plant takes no such
    field or not both ends of the range."""
    path, equals, range_ = text.partition("=")
    low, dots, high = range_.partition(_RANGE)
    if not (equals and dots and path.strip() and low.strip() and high.strip()):
        raise PlantError((), f"{text!r}: expected field=low..high, such as leach.acid_dose=1..1.3")
    try:
        found = field_between(path.strip(), low.strip(), high.strip())
        for end in (found.low, found.high):
            plant.with_(**found.changes(end))
    except ValueError as error:
        raise PlantError((), f"--vary {text}: {error}") from None
    return found


def _samples(study: Study, options: SweepOptions) -> np.ndarray:
    if (options.samples if options.points is None else options.points) < 1:
        raise PlantError((), "--samples and --points: expected 1 or more")
    if options.points is None:
        return draw(study.variables, options.samples, seed=options.seed, method=options.method)  # type: ignore[arg-type]
    fixed = [v.name for v in study.variables if v.shape != "uniform"]
    if fixed:
        raise PlantError((), f"--points: found {', '.join(fixed)}, expected only --vary")
    return grid(study.variables, [options.points] * len(study.variables))


def _results(study: Study, samples: np.ndarray, options: SweepOptions) -> Results:
    store = Store.at(options.store, study, samples) if options.store else None
    kept = store.read() if store else []
    workers = os.cpu_count() or 1 if options.cores else 1
    parts = evaluate(
        study,
        samples,
        workers=workers,
        cluster=options.cluster,
        done=[i for i, _, _ in kept],
        progress=_progress if sys.stderr.isatty() else None,
    )
    return collect(study, samples, _kept(parts, store, kept))


def _kept(parts: Iterator[list[Row]], store: Store | None, kept: list[Row]) -> Iterator[list[Row]]:
    yield kept
    for rows in parts:
        if store:
            store.add(rows)
        yield rows


def _progress(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    print(f"\rSolved {done} of {of}", end=end, file=sys.stderr, flush=True)


def _plain(results: Results) -> dict[str, Any]:
    return {
        "samples": len(results.index),
        "failed": results.failed,
        "variables": [v.name for v in results.variables],
        "outcomes": {
            s.name: {"mean": s.mean, "deviation": s.deviation, "quantiles": s.quantiles}
            for s in spreads(results)
        },
        "rows": json.loads(results.table().to_json(orient="records")),
    }


def _told(results: Results, *, by_row: bool) -> Any:
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    names = [s.name for s in spreads(results) if abs(s.mean) > WORTH_SHOWING]
    if by_row and len(results.index) <= _MOST_COLUMNS:
        table.add_column("")
        table.add_column("unit")
        for _ in results.index:
            table.add_column(justify="right")
        for i, variable in enumerate(results.variables):
            values = (f"{v:.4g}" for v in results.samples[:, i])
            table.add_row(variable.name, variable.unit, *values)
        for name in names:
            table.add_row(name, unit_of(name), *(f"{v:.4g}" for v in results.outcomes[name]))
    else:
        for column in ("", "unit", "5 %", "50 %", "95 %", "moved most by"):
            numbers = column.endswith("%")
            table.add_column(column, justify="right" if numbers else "left")
        for spread in spreads(results):
            if spread.name in names:
                low, middle, high = (f"{q:.4g}" for q in spread.quantiles)
                table.add_row(
                    spread.name,
                    unit_of(spread.name),
                    low,
                    middle,
                    high,
                    _drivers(results, spread.name),
                )
    solved = len(results.index) - results.failed
    note = f"{solved} of {len(results.index)} samples have a steady state"
    reasons = dict.fromkeys(reason for reason in results.reasons if reason)
    return Group(table, note, *(f"  {reason}" for reason in list(reasons)[:_SHOWN_DRIVERS]))


def _drivers(results: Results, name: str) -> str:
    """The variables by whose rank the outcome goes most (Spearman)."""
    from scipy.stats import rankdata

    values = results.outcomes[name]
    good = ~np.isnan(values)
    if good.sum() <= 2 or np.ptp(values[good]) == 0:
        return ""
    ranks = rankdata(values[good])
    found = []
    for i, variable in enumerate(results.variables):
        column = rankdata(results.samples[good, i])
        if np.ptp(column) > 0:
            found.append((variable.name, float(np.corrcoef(column, ranks)[0, 1])))
    found.sort(key=lambda pair: -abs(pair[1]))
    return ", ".join(f"{name} {r:+.2f}" for name, r in found[:_SHOWN_DRIVERS])
