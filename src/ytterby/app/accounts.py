"""`ytterby accounts`: recovery, cost, greenhouse gases and effluent of one plant."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ytterby.accounts import Line, Statement
from ytterby.accounts.allocation import WORTH
from ytterby.app.books import Books, books_of, refuse_site
from ytterby.app.changes import changed
from ytterby.app.options import AccountsOptions
from ytterby.app.own_files import require_files
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.saved import SAVED, saved
from ytterby.app.show import ALWAYS_IN_PERCENT, ELEMENT_AT, SHOWN_AS
from ytterby.app.tables import refuse_format, write
from ytterby.plant import Plant, PlantError

_DIGITS, _WHOLE = 5, 12
"""Digits that are told, and those up to which a number is written without an exponent."""
_LEAST_SHARE = 1e-3
"""Shares below this are left out of what is printed [-]."""
_MOST_NAMED = 2
"""Lines without a value that are named, of those that lack for the same reason."""
_OF_ALL = ("recovered", "recovery", "destination")
"""Accounts that tell of every element, of which those without worth are left out."""
_ACIDITY = "pH in "
_OF_A_LIMIT = ("used", "limits discharge")
"""Lines whose value is the share of a limit, which their label names."""


def accounts(path: Path, options: AccountsOptions) -> int:
    """Draw up the accounts of the plant or the saved balance in `path`; print or write them."""
    refuse_format(options.out)
    require_files(options)
    books = _of_saved(path, options) if path.suffix == SAVED else _of_plant(path, options)
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


def _of_plant(path: Path, options: AccountsOptions) -> Books:
    plant = changed(Plant.read(path), options.set_)
    refuse_site(options, plant)
    announce_compilation()
    with progress() as tick:
        balance = plant.solve(progress=tick)
    return books_of(plant, balance, options)


def _of_saved(path: Path, options: AccountsOptions) -> Books:
    """Of a month of the books, or of a plant that was solved before."""
    if options.set_:
        found = f"--set {options.set_[0]}: found a saved balance"
        raise PlantError((), f"{found}, expected a plant file, of which a field can be changed")
    one = saved(path)
    books = books_of(None, one.balance, options, kinds=one.kinds)
    if one.balance.streams:
        return books
    followed = f"of {', '.join(one.balance.elements)} alone, which the balance follows"
    return replace(books, absent=(("Masses of streams", followed), *books.absent))


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
            remark = line.missing or line.remark
            table.add_row(line.label, *_figure(line), line.evidence or "", remark)
    parts = [table] if table.rows else [f"{one.title}: nothing is known"]
    return Group(*parts, *([] if everything else unknown(one)))


def _figure(line: Line) -> tuple[str, str]:
    """(value, unit) as a person is told; of a limit, how much of it is used."""
    of_limit = line.key[0] in _OF_A_LIMIT and line.unit == "-"
    if of_limit and _ACIDITY in line.label:  # a pH is no share of another
        return "", ""
    scale, unit = SHOWN_AS.get(line.unit, (1, line.unit))
    if line.unit == "-" and not of_limit and line.key[0] not in (*ELEMENT_AT, *ALWAYS_IN_PERCENT):
        scale, unit = 1, ""  # a count, say
    if line.value is None:
        return "?", unit
    rounded = float(f"{scale * line.value:.{_DIGITS}g}")
    return f"{rounded:,.{_WHOLE}g}", "% of limit" if of_limit else unit


def matters(line: Line) -> bool:
    """Whether a line says more than nothing: known, no share next to nothing, and of an element
    for which a plant is built."""
    place = ELEMENT_AT.get(line.key[0])
    if place is not None and line.key[0] in _OF_ALL and line.key[place] not in WORTH:
        return False
    return line.value is not None and abs(line.value) > (_LEAST_SHARE if line.unit == "-" else 0)


def unknown(one: Statement) -> list[str]:
    """What a statement could not tell, gathered by the reason."""
    reasons: dict[str, list[str]] = {}
    for line in one.missing:
        reasons.setdefault(line.missing, []).append(line.label)
    return [f"Not known: {_some(labels)} ({reason})" for reason, labels in reasons.items()]


def _some(labels: list[str]) -> str:
    more = f" and {len(labels) - _MOST_NAMED} more" if len(labels) > _MOST_NAMED else ""
    return "; ".join(labels[:_MOST_NAMED]) + more
