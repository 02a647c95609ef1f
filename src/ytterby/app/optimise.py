"""`ytterby optimise`: the best settings of a plant, and what stands in the way of better ones."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ytterby.app.options import OptimiseOptions
from ytterby.app.progress import announce_compilation
from ytterby.app.run import changed
from ytterby.app.sweep import between, figures_of, unit_of
from ytterby.plant import Plant, PlantError
from ytterby.study import Aim, Held, Optimum, Study, pareto
from ytterby.study import optimise as search

_HELD = re.compile(r"^(?P<name>.+?)\s*(?P<sense>>=|<=)\s*(?P<value>[-+0-9.eE]+)\s*(?P<percent>%?)$")
_SENSES = ("maximise", "minimise")
_PERCENT = 100
_OF_MONEY = ("revenue", "operating", "margin", "net present value")


def optimise(path: Path, options: OptimiseOptions) -> int:
    """Search from the plant in `path` and print what was found."""
    plant = changed(Plant.read(path), options.set_)
    if not options.vary:
        raise PlantError((), "found no --vary, expected a field and its range to search over")
    aim = _aim(options)
    held = tuple(_held(text) for text in options.hold)
    variables = tuple(between(text, plant) for text in options.vary)
    study = Study(plant, variables, figures_of(options))
    announce_compilation()
    how: dict[str, Any] = {
        "most": options.most,
        "method": options.method,
        "progress": _progress(),
    }
    try:
        if options.against is None:
            found = (search(study, aim, held, **how),)
        else:
            found = pareto(study, aim, _against(options), held, points=options.points, **how)
    except ValueError as error:
        wanted = {aim.name, *(one.name for one in held)}
        hint = "" if options.place or not wanted & set(_OF_MONEY) else ". Money needs --place EE"
        raise PlantError((), f"{error}{hint}") from None
    if options.json:
        print(json.dumps([_plain(one) for one in found], indent=2))
    else:
        from ytterby.app.terminal import console

        units = {variable.name: variable.unit for variable in variables}
        console().print(_front(found, options) if options.against else _told(found[0], units))
    if options.write is not None and found and found[0].plant is not None:
        found[0].plant.write(options.write)
        print(f"Plant: {options.write}", file=sys.stderr if options.json else sys.stdout)
    return 0


def _aim(options: OptimiseOptions) -> Aim:
    wanted = [(name, getattr(options, name)) for name in _SENSES if getattr(options, name)]
    if len(wanted) != 1:
        found = "both" if wanted else "neither"
        raise PlantError((), f"found {found} of --maximise and --minimise, expected one of them")
    return Aim(wanted[0][1], wanted[0][0])  # type: ignore[arg-type]


def _against(options: OptimiseOptions) -> Aim:
    sense, _, name = str(options.against).strip().partition(" ")
    if sense not in _SENSES or not name:
        found = f"--against {options.against!r}"
        raise PlantError((), f"{found}: expected 'maximise <figure>' or 'minimise <figure>'")
    return Aim(name.strip(), sense)  # type: ignore[arg-type]


def _held(text: str) -> Held:
    match = _HELD.match(text.strip())
    try:
        value = float(match["value"]) if match else None
    except ValueError:
        value = None
    if match is None or value is None:
        example = "'recovery Dy, dy_kiln.product >= 98 %'"
        raise PlantError((), f"--hold {text!r}: expected a figure, >= or <=, a number: {example}")
    scale = _PERCENT if match["percent"] else 1
    return Held(match["name"], match["sense"], value / scale)  # type: ignore[arg-type]


def _progress() -> Any:
    if not sys.stderr.isatty():
        return None

    def tick(done: int, of: int) -> None:
        print(f"\rSolved {done} of at most {of}", end="", file=sys.stderr, flush=True)

    return tick


def _plain(one: Optimum) -> dict[str, Any]:
    return {
        "aim": {"figure": one.aim.name, "sense": one.aim.sense},
        "start": one.start,
        "best": one.best,
        "gain": one.gain,
        "feasible": one.feasible,
        "solved": one.solved,
        "binding": [{"what": b.what, "worth": b.worth} for b in one.binding],
        "before": dict(one.before),
        "after": dict(one.after),
    }


def _told(one: Optimum, units: Mapping[str, str]) -> Any:
    """Settings and figures at the start and at the best. units: of the settings."""
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("", "unit", "start", "best"):
        table.add_column(column, justify="right" if column in ("start", "best") else "left")
    for name, value in one.best.items():
        table.add_row(name, units[name], f"{one.start[name]:.5g}", f"{value:.5g}")
    table.add_row("")
    for name, value in one.after.items():
        before = one.before.get(name)
        if before is not None and (name == one.aim.name or value != before):
            table.add_row(name, unit_of(name), f"{before:.5g}", f"{value:.5g}")
    gain = f"{one.gain:+.4g} {unit_of(one.aim.name)}"
    lines = [f"{one.aim.name}: {gain} better than at the start, {one.solved} plants"]
    if not one.feasible:
        lines.append("What was to be held could not be held: these settings come closest")
    for limit in one.binding:
        lines.append(f"Binds: {limit.what}; easing it by one unit is worth {limit.worth:.4g}")
    if not one.binding:
        lines.append("No limit binds")
    return Group(table, *lines)


def _front(found: tuple[Optimum, ...], options: OptimiseOptions) -> Any:
    from rich.console import Group
    from rich.table import Table

    second = _against(options).name
    if not found:
        return Group("No point of the front holds what was to be held")
    table = Table(box=None, pad_edge=False)
    for column in (found[0].aim.name, second, *found[0].best):
        table.add_column(column, justify="right")
    for one in found:
        figures = (one.after[one.aim.name], one.after[second], *one.best.values())
        table.add_row(*(f"{value:.5g}" for value in figures))
    return Group(table, f"{found[-1].solved} plants solved")
