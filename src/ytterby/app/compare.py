"""`ytterby compare`: plants side by side, and what changes from the first to each other."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from ytterby.accounts import Comparison, Line
from ytterby.accounts import compare as side_by_side
from ytterby.accounts.allocation import WORTH
from ytterby.accounts.compare import Row
from ytterby.app.books import Books, books_of
from ytterby.app.changes import changed
from ytterby.app.files import refuse_folder
from ytterby.app.options import CompareOptions
from ytterby.app.own_files import require_files
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.saved import SAVED, Saved, saved
from ytterby.app.show import ELEMENT_AT, SHOWN_AS, UNKNOWN, grand, significant
from ytterby.app.tables import refuse_format, write
from ytterby.plant import Plant, PlantError

LEAST_CHANGE = 1e-4
"""Changes below this share of the value, or of one where the value is a share, are none [-]."""
_ABSENT_IS_NONE = ("taken", "per oxide", "used", "buy", "energy", "scope 1", "scope 3")
"""Lines of which a plant has none where it takes or emits nothing of the kind."""
_LEAST_SHARE, _ROUNDING = 1e-3, 1e-9
_NOTHING = 1e-7
"""Shares below this are none: a tenth of a part per million [-]."""
_UNSEEN = 1e-6
"""Changes below this share of the largest value are what solving leaves over [-]."""
_GRAND, _DIGITS = 1e5, 4
_TOGETHER = "rare earths"


def compare(paths: Sequence[Path], options: CompareOptions) -> int:
    """Put what is in `paths`, and the first with changes, side by side, and print what differs.

    paths: plant files, which are solved, and balances as `ytterby run --json` and `ytterby
    reconcile --json` write them.
    """
    refuse_format(options.out)
    refuse_folder("--report", options.report)
    require_files(options)
    found = named(paths, options.with_)
    if len(found) == 1:
        expected = 'expected another plant file or balance, or --with "unit.field=value"'
        raise PlantError((), f"found one plant to compare, {expected}")
    announce_compilation()
    cases = {name: _books(one, options) for name, one in found.items()}
    _tell(cases, comparisons(cases), options)
    return 0


def _tell(cases: dict[str, Books], found: list[Comparison], options: CompareOptions) -> None:
    """Print the comparison, or write it where it is wanted."""
    tables = {one.title: one.table() for one in found}
    tree = {title: json.loads(one.to_json(orient="records")) for title, one in tables.items()}
    if options.json:
        print(json.dumps(tree, indent=2))
    elif options.out is None and options.report is None:
        from ytterby.app.terminal import console

        console().print(_legend(tuple(cases)))
        for one in found:
            console().print(_told(one, everything=options.all))
    told = sys.stderr if options.json else sys.stdout
    if options.out is not None:
        write(tables, tree, options.out)
        print(f"Comparison: {options.out}", file=told)
    if options.report is not None:
        from ytterby.app.compare_report import write as write_page

        write_page(cases, found, options.report)
        print(f"Report: {options.report}", file=told)


def named(paths: Sequence[Path], variants: Sequence[str]) -> dict[str, Plant | Saved]:
    """Plants and balances by their names, or by their files where those are alike, and the first
    one with changes by these. Raises PlantError where two are the same."""
    read = [saved(path) if path.suffix == SAVED else Plant.read(path) for path in paths]
    alike = Counter(one.name for one in read)
    names = [
        one.name if alike[one.name] == 1 else str(path)
        for one, path in zip(read, paths, strict=True)
    ]
    if len(set(names)) < len(names):
        raise PlantError((), f"found {' and '.join(names)}, expected every file once")
    found, first = dict(zip(names, read, strict=True)), read[0]
    for text in variants:
        if isinstance(first, Saved):
            expected = "expected a plant file first, of which a field can be changed"
            raise PlantError((), f"--with {text!r}: found a saved balance, {expected}")
        changes = tuple(part.strip() for part in text.split(";") if part.strip())
        if text in found or not changes:
            raise PlantError((), f"--with {text!r}: expected changes, each set of them once")
        found[text] = changed(first, changes, "--with")
    return found


def _books(one: Plant | Saved, options: CompareOptions) -> Books:
    if isinstance(one, Saved):
        return books_of(None, one.balance, options, kinds=one.kinds)
    with progress() as tick:
        balance = one.solve(progress=tick)
    return books_of(one, balance, options)


def comparisons(cases: dict[str, Books]) -> list[Comparison]:
    """The statements of all, account by account."""
    each = [{one.title: one for one in books.statements} for books in cases.values()]
    shared = [title for title in each[0] if all(title in one for one in each)]
    return [side_by_side([one[title] for one in each], tuple(cases)) for title in shared]


def differs(row: Row) -> bool:
    """Whether anything differs from the first."""
    if len({value is None for value in row.values}) > 1:
        return True
    largest = max((abs(value) for value in row.values if value is not None), default=0.0)
    if row.unit == "-" and largest < _NOTHING:
        return False
    return any(_far(row, column) for column in range(1, len(row.lines)))


def _far(row: Row, column: int) -> bool:
    change = row.change(column)
    first = row.values[0] or 0.0
    return change is not None and abs(change) > LEAST_CHANGE * (abs(first) or 1.0)


def matters(row: Row) -> bool:
    """Whether a difference is one that a reader should see first."""
    place = ELEMENT_AT.get(row.key[0])
    if place is not None and row.key[place] not in (*WORTH, _TOGETHER):
        return False
    if None in row.lines and row.key[0] not in _ABSENT_IS_NONE:
        return False
    largest = max((abs(value) for value in row.values if value is not None), default=0.0)
    return differs(row) and largest > (_LEAST_SHARE if row.unit == "-" else 0.0)


def _told(one: Comparison, *, everything: bool) -> Any:
    """A table whose columns are the letters of `_legend`."""
    from rich.console import Group
    from rich.table import Table

    table = Table(title=one.title, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    letters = ascii_uppercase[: len(one.names)]
    for head in (*letters, "unit", *(f"{letter} less A" for letter in letters[1:])):
        table.add_column(head, justify="left" if head == "unit" else "right", no_wrap=True)
    rows = [row for row in one.rows if (differs(row) if everything else matters(row))]
    for row in rows:
        table.add_row(row.label, *values(row), scale_of(row)[1], *differences(row))
    return table if rows else Group(f"{one.title}: nothing differs")


def _legend(names: Sequence[str]) -> str:
    return "\n".join(
        f"{letter} {name}" for letter, name in zip(ascii_uppercase, names, strict=False)
    )


def values(row: Row) -> list[str]:
    """Every value to four digits, in the unit of `scale_of`."""
    scale, _ = scale_of(row)
    largest = max((abs(value) for value in row.values if value is not None), default=0.0)
    return [_shown(line, scale, _ROUNDING * largest) for line in row.lines]


def scale_of(row: Row) -> tuple[int, str]:
    """What values are multiplied by to be shown, and the unit they then have."""
    return SHOWN_AS.get(row.unit, (1, row.unit))


def _shown(line: Line | None, scale: int, nothing: float) -> str:
    """A value; "?" where it is not known, "–" where there is no such line."""
    if line is None or line.value is None:
        return "?" if line else UNKNOWN
    return "0" if abs(line.value) <= nothing else _four(scale * line.value)


def differences(row: Row) -> list[str]:
    """Every change from the first, in the unit of `scale_of`; "0" where four digits of the
    values do not tell them apart by far."""
    (scale, _), found = scale_of(row), []
    nothing = _UNSEEN * max((abs(value) for value in row.values if value is not None), default=0.0)
    for column in range(1, len(row.lines)):
        change = row.change(column)
        if change is None:
            found.append("")
        elif abs(change) <= nothing:
            found.append("0")
        else:
            found.append(f"{'+' if change > 0 else ''}{grand(scale * change)}")
    return found


def _four(value: float) -> str:
    return grand(value) if abs(value) >= _GRAND else significant(value, _DIGITS)
