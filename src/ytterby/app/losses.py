"""`ytterby losses`: where each lost kilogram of an element goes, and what would win it back."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table

from ytterby.accounts.losses import Lever, levers, losses
from ytterby.app.changes import changed
from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.show import hourly, percent
from ytterby.app.terminal import console
from ytterby.balance import Balance
from ytterby.plant import Infeasible, NotConverged, Plant
from ytterby.plant.errors import nearest
from ytterby.plant.file import at_unit

MOST_LEVERS = 12
"""Levers shown."""
LEAST_WON = 1e-6
"""Least share of what is fed that counts as won back [-]."""


def run(path: Path, element: str, *, changes: tuple[str, ...], confirm: int) -> int:
    """Print the losses of `element` in the plant at `path`; see `ytterby losses --help`."""
    plant = changed(Plant.read(path), changes)
    announce_compilation()
    try:
        with progress() as tick:
            balance = plant.solve(progress=tick)
            if element not in balance.elements:
                known = balance.elements
                print(
                    f"{path}: found the element {element!r}, expected one of {', '.join(known)}."
                    f"{nearest(element, known)}",
                    file=sys.stderr,
                )
                return BAD_INPUT
            found = levers(element, plant, balance, confirm=confirm)
    except NotConverged as error:
        print(at_unit(path, plant, error.unit, str(error)), file=sys.stderr)
        return BAD_INPUT if isinstance(error, Infeasible) else RESULT_IS_NONE
    console().print(loss_table(balance, element))
    console().print(lever_table(found, element, balance))
    return 0


def loss_rows(balance: Balance, element: str) -> list[tuple[str, str, str]]:
    """(stream, kg/h, share of what is fed) of every loss, the largest first, and their sum."""
    statement = losses(element)(balance)
    rows = []
    for line in statement.about("loss"):
        share = statement.line("share", line.key[1], element).value
        if line.value is None or share is None:
            rows.append((line.key[1], "not known", ""))
        elif share > LEAST_WON:
            rows.append((line.key[1], hourly(line.value), percent(share)))
    total = statement.line("lost", element).value
    return [*rows, ("all losses", "", "not known" if total is None else percent(total))]


def loss_table(balance: Balance, element: str) -> Table:
    table = Table(title=f"Losses of {element}", box=None, title_justify="left")
    for name in ("leaves with", "kg/h", "of what is fed"):
        table.add_column(name, justify="left" if name == "leaves with" else "right")
    for row in loss_rows(balance, element):
        table.add_row(*row)
    return table


def lever_table(found: tuple[Lever, ...], element: str, balance: Balance) -> Table:
    """What each setting, moved by a tenth, wins back, those that win anything."""
    fed = sum(balance.mass(e.name, element) for e in balance.edges if e.source is None)
    table = Table(title="What would win it back", box=None, title_justify="left")
    for name in ("setting", "from", "to", "kg/h won", "of what is fed", ""):
        left = name in ("setting", "")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for lever in found[:MOST_LEVERS]:
        share = lever.won * balance.period / fed if fed else 0.0
        if lever.trouble or share < LEAST_WON:
            continue
        how = "solved" if lever.solved else "to first order"
        before, after = _shown(lever.before), _shown(lever.after)
        table.add_row(lever.path, before, after, hourly(lever.won), percent(share), how)
    return table


def _shown(value: str | float) -> str:
    """A setting to four digits, with its unit where it has one."""
    number, _, unit = str(value).partition(" ")
    return f"{float(number):.4g} {unit}".strip()
