"""`ytterby accounts`: recovery, cost, greenhouse gases and effluent of one plant."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ytterby.accounts import Line, Statement
from ytterby.app.books import Books, books_of, refuse_site
from ytterby.app.changes import changed
from ytterby.app.options import AccountsOptions
from ytterby.app.own_files import require_files
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.tables import refuse_format, write
from ytterby.plant import Plant, PlantError

_DIGITS = 5
_LEAST_SHARE = 1e-3
"""Shares below this are left out of what is printed [-]."""


def accounts(path: Path, options: AccountsOptions) -> int:
    """Draw up the accounts of the plant in `path` and print or write them."""
    refuse_format(options.out)
    require_files(options)
    plant = changed(Plant.read(path), options.set_)
    refuse_site(options, plant)
    announce_compilation()
    with progress() as tick:
        balance = plant.solve(progress=tick)
    books = books_of(plant, balance, options)
    _export(books, options)
    tree = [one.to_dict() for one in books.statements]
    if options.json:
        print(json.dumps(tree, indent=2))
    elif options.out is None:
        from ytterby.app.terminal import console

        for one in books.statements:
            console().print(told(one, everything=options.all))
        for title, hint in books.absent:
            console().print(f"{title}: {hint}")
    if options.out is not None:
        write({one.title: one.table() for one in books.statements}, tree, options.out)
        print(f"Accounts: {options.out}", file=sys.stderr if options.json else sys.stdout)
    return 0


def _export(books: Books, options: AccountsOptions) -> None:
    """Write the inventory for the LCA programs that were named."""
    from importlib import import_module

    for name, path in (("openlca", options.openlca), ("brightway", options.brightway)):
        if path is None:
            continue
        if books.climate is None:
            found = f"--{name}: found no --grid"
            raise PlantError((), f"{found}, expected the region of the plant as well")
        program = import_module(f"ytterby.app.accounts_{name}")
        program.write(books.balance, books.climate, path)
        print(f"Inventory: {path}", file=sys.stderr)


def told(one: Statement, *, everything: bool) -> Any:
    """A statement as a table, without what is nothing; what is not known by its reason."""
    from rich.console import Group
    from rich.table import Table

    table = Table(title=one.title, title_justify="left", box=None, pad_edge=False)
    for column in ("", "", "unit", "rests on", ""):
        table.add_column(column, justify="left")
    table.columns[1].justify = "right"
    for line in one.lines:
        if everything or matters(line):
            figure = "?" if line.value is None else f"{line.value:.{_DIGITS}g}"
            unit = "" if line.unit == "-" else line.unit
            remark = line.missing or line.remark
            table.add_row(line.label, figure, unit, line.evidence or "", remark)
    parts = [table] if table.rows else [f"{one.title}: nothing is known"]
    return Group(*parts, *([] if everything else unknown(one)))


def matters(line: Line) -> bool:
    """Whether a line says more than nothing: known, and not a share next to nothing."""
    return line.value is not None and abs(line.value) > (_LEAST_SHARE if line.unit == "-" else 0)


def unknown(one: Statement) -> list[str]:
    """What a statement could not tell, gathered by the reason."""
    reasons: dict[str, list[str]] = {}
    for line in one.missing:
        reasons.setdefault(line.missing, []).append(line.label)
    return [f"Not known: {'; '.join(labels)} ({reason})" for reason, labels in reasons.items()]
