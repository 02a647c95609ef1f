"""`ytterby run` and `ytterby check`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TextIO

from ytterby.app.changes import changed
from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE
from ytterby.app.files import refuse_folder
from ytterby.app.options import RunOptions, Site
from ytterby.app.progress import announce_compilation, progress
from ytterby.balance import Balance
from ytterby.plant import Infeasible, NotConverged, Plant, PlantError
from ytterby.plant.file import at_unit
from ytterby.quantity import check as check_range
from ytterby.quantity import parse
from ytterby.units import Unit

_LONGEST_PERIOD = 3.2e9
"""A century [s]."""


def run(path: Path, options: RunOptions) -> int:
    """Solve the plant in `path`; see `ytterby run --help`."""
    plant = changed(Plant.read(path), options.set_)
    seconds = _period(options.period)
    report, pdf = options.report, options.pdf
    refuse_folder("--report", report)
    refuse_folder("--pdf", pdf)
    if pdf is not None:
        from ytterby.app.report_pdf import require_typst

        require_typst()
    reported = report is not None or pdf is not None
    if reported:
        from ytterby.app.books import refuse_site
        from ytterby.app.own_files import require_files

        require_files(options)
        refuse_site(options, plant)
    elif any(getattr(options, one.name) != one.default for one in fields(Site)):
        text = "found options of a report, such as --place or --law, and no report"
        raise PlantError((), f"{text}, expected --report page.html, or `ytterby accounts`")
    announce_compilation()
    try:
        with progress() as tick:
            balance = plant.solve(period=seconds, sensitivity=reported, progress=tick)
    except NotConverged as error:
        if options.json:
            print(json.dumps({"plant": plant.name, "converged": False, **vars(error)}, indent=2))
        print(at_unit(path, plant, error.unit, str(error)), file=sys.stderr)
        return BAD_INPUT if isinstance(error, Infeasible) else RESULT_IS_NONE
    if options.json:
        from ytterby.accounts import kinds_of

        print(json.dumps(machine_readable(balance, kinds_of(plant)), indent=2))
    else:
        from ytterby.app.summary import summary
        from ytterby.app.terminal import console

        console().print(summary(balance))
    if reported:
        _report(plant, balance, options, sys.stderr if options.json else sys.stdout)
    return 0


def _report(plant: Plant, balance: Balance, options: RunOptions, told: TextIO) -> None:
    """Write the report as a page, as PDF, or as both."""
    page, pdf = options.report, options.pdf
    from ytterby.app.books import books_of

    books = books_of(plant, balance, options, weighed=True)
    if page is not None:
        from ytterby.app.report import write

        write(books, plant, page)
        print(f"Report: {page}", file=told)
    if pdf is not None:
        from ytterby.app.report_pdf import write as write_pdf

        write_pdf(books, plant, pdf)
        print(f"Report: {pdf}", file=told)


def require_unit(plant: Plant, name: str, kind: type[Unit]) -> None:
    """Raise where the plant has no unit `name` of that kind; the message tells which it has."""
    known = [one for one, unit in plant.units.items() if isinstance(unit, kind)]
    if name not in known:
        expected = f"expected one of {', '.join(known)}" if known else "the plant has none"
        raise PlantError((), f"found no {kind.kind} {name!r}: {expected}")


def machine_readable(balance: Balance, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The balance, the kinds of its units, recoveries and purities as plain data.

    `ytterby compare` reads it back; see `Balance.from_dict`.
    """
    from ytterby.accounts import recovery_and_purity

    lines = recovery_and_purity(balance).lines
    return {
        "converged": True,
        **balance.to_dict(),
        "kinds": dict(kinds),
        "purity": _nested(lines, "purity"),
        "recovery": _nested(lines, "recovery"),
        "destination": _nested(lines, "destination"),
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

    plant = Plant.read(path)
    findings = plant.check()
    console().print(wiring(plant, findings))
    return BAD_INPUT if any(one.level == "error" for one in findings) else 0


def _period(text: str) -> float:
    try:
        seconds = parse(text, "s")
        check_range(seconds, 1, _LONGEST_PERIOD, "s")
    except ValueError as error:
        raise PlantError((), f"--period {text!r}: {error}") from None
    return seconds
