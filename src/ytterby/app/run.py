"""`ytterby run` and `ytterby check`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE
from ytterby.app.options import Site
from ytterby.app.progress import announce_compilation, progress
from ytterby.balance import Balance
from ytterby.plant import Infeasible, NotConverged, Plant, PlantError
from ytterby.plant.file import at_unit
from ytterby.quantity import check as check_range
from ytterby.quantity import parse

_LONGEST_PERIOD = 3.2e9
"""A century [s]."""


def run(
    path: Path,
    *,
    changes: tuple[str, ...],
    as_json: bool,
    report: Path | None,
    pdf: Path | None,
    period: str,
    site: Site,
) -> int:
    """Solve the plant in `path`; see `ytterby run --help`. period: with its unit of time."""
    plant = changed(Plant.read(path), changes)
    seconds = _period(period)
    refuse_folder("--report", report)
    refuse_folder("--pdf", pdf)
    if pdf is not None:
        from ytterby.app.report_pdf import require_typst

        require_typst()
    reported = report is not None or pdf is not None
    if reported:
        from ytterby.app.books import refuse_site

        refuse_site(site, plant)
    elif site != Site():
        text = "found options of a report, such as --place or --law, and no report"
        raise PlantError((), f"{text}, expected --report page.html, or `ytterby accounts`")
    announce_compilation()
    try:
        with progress() as tick:
            balance = plant.solve(period=seconds, sensitivity=reported, progress=tick)
    except NotConverged as error:
        if as_json:
            print(json.dumps({"plant": plant.name, "converged": False, **vars(error)}, indent=2))
        print(at_unit(path, plant, error.unit, str(error)), file=sys.stderr)
        return BAD_INPUT if isinstance(error, Infeasible) else RESULT_IS_NONE
    if as_json:
        print(json.dumps(machine_readable(balance), indent=2))
    else:
        from ytterby.app.summary import summary
        from ytterby.app.terminal import console

        console().print(summary(balance))
    if reported:
        _report(plant, balance, site, report, pdf, sys.stderr if as_json else sys.stdout)
    return 0


def _report(
    plant: Plant,
    balance: Balance,
    site: Site,
    page: Path | None,
    pdf: Path | None,
    told: TextIO,
) -> None:
    """Write the report as a page, as PDF, or as both."""
    from ytterby.app.books import books_of

    books = books_of(plant, balance, site, weighed=True)
    if page is not None:
        from ytterby.app.report import write

        write(books, plant, page)
        print(f"Report: {page}", file=told)
    if pdf is not None:
        from ytterby.app.report_pdf import write as write_pdf

        write_pdf(books, plant, pdf)
        print(f"Report: {pdf}", file=told)


def changed(plant: Plant, changes: tuple[str, ...]) -> Plant:
    """The plant with every `unit.field=value` of `changes`; raises PlantError naming the change."""
    from ytterby.plant.file import load

    for change in changes:
        field, equals, value = change.partition("=")
        try:
            if not equals or not field.strip() or not value.strip():
                raise PlantError((), f"found {change!r}, expected unit.field=value")
            plant = plant.with_(**{field.strip(): load(value.strip(), change)})
        except PlantError as error:
            raise PlantError((), f"--set {change}: {error}") from None
    return plant


def machine_readable(balance: Balance) -> dict[str, Any]:
    """The balance, its recoveries and purities as plain data."""
    from ytterby.accounts import recovery_and_purity

    lines = recovery_and_purity(balance).lines
    return {
        "converged": True,
        **balance.to_dict(),
        "purity": _nested(lines, "purity"),
        "recovery": _nested(lines, "recovery"),
        "destination": _nested(lines, "destination"),
        "facts": {
            key: {
                "value": fact.value,
                "unit": fact.unit,
                "class": fact.evidence,
                "source": fact.source,
            }
            for key, fact in balance.facts.items()
        },
    }


def _nested(lines: Any, quantity: str) -> dict[str, dict[str, float]]:
    """{stream: {element: value}} of the lines of one quantity."""
    found: dict[str, dict[str, float]] = {}
    for line in lines:
        if line.key[0] == quantity:
            found.setdefault(line.key[1], {})[line.key[2]] = line.value
    return found


def check(path: Path) -> int:
    """Print what the plant in `path` consists of; see `ytterby check --help`."""
    from ytterby.app.summary import wiring
    from ytterby.app.terminal import console

    console().print(wiring(Plant.read(path)))
    return 0


def _period(text: str) -> float:
    try:
        seconds = parse(text, "s")
        check_range(seconds, 1, _LONGEST_PERIOD, "s")
    except ValueError as error:
        raise PlantError((), f"--period {text!r}: {error}") from None
    return seconds


def refuse_folder(option: str, path: Path | None) -> None:
    """Raise before anything is solved when the file of an option could not be written."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        found = "a folder" if path.is_dir() else f"no folder {str(path.parent)!r}"
        raise PlantError((), f"{option} {path}: found {found}, expected a file to write")
