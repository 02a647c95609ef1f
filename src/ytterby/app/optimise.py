"""`ytterby optimise`: the best settings of a plant, and what stands in the way of better ones."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ytterby.app.changes import changed
from ytterby.app.options import OptimiseOptions
from ytterby.app.progress import announce_compilation
from ytterby.app.sweep import WORTH_SHOWING, between, figures_of, unit_of
from ytterby.plant import Plant, PlantError
from ytterby.study import Aim, Binding, Held, Optimum, Study, pareto, worth_of_targets
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
    own: tuple[Binding, ...] = ()
    if options.against is None:
        own = worth_of_targets(study, list(found[0].best.values()), aim, found[0].binding)
    if options.json:
        print(json.dumps([_plain(one, own) for one in found], indent=2))
    else:
        from ytterby.app.terminal import console

        units = {variable.name: variable.unit for variable in variables}
        if options.against:
            console().print(_front(found, options))
        else:
            console().print(_told(found[0], held, units, own))
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


def _plain(one: Optimum, own: Sequence[Binding]) -> dict[str, Any]:
    return {
        "aim": {"figure": one.aim.name, "sense": one.aim.sense},
        "start": one.start,
        "best": one.best,
        "gain": one.gain,
        "feasible": one.feasible,
        "solved": one.solved,
        "binding": [{"what": b.what, "worth": b.worth} for b in one.binding],
        "fixed": [held.name for held in one.stand.fixed],
        "own": [{"what": b.what, "worth": b.worth} for b in own],
        "settled": one.settled,
        "unsolved": one.unsolved,
        "before": dict(one.before),
        "after": dict(one.after),
    }


def _told(
    one: Optimum, held: Sequence[Held], units: Mapping[str, str], own: Sequence[Binding]
) -> Any:
    """Settings and figures at the start and at the best, and what stands in the way of better.

    units: of the settings. own: targets of the plant itself, with what easing them is worth.
    """
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("", "unit", "start", "best", "held"):
        table.add_column(column, justify="right" if column in ("start", "best") else "left")
    for name, value in one.best.items():
        table.add_row(name, units[name], f"{one.start[name]:.5g}", f"{value:.5g}")
    table.add_row("")
    limits = {limit.name: f"{limit.sense} {_number(limit.name, limit.value)}" for limit in held}
    for name in _worth_showing(one, limits):
        figures = (_number(name, found[name]) for found in (one.before, one.after))
        table.add_row(name, _shown_unit(name), *figures, limits.get(name, ""))
    gain = f"{one.gain:+.4g} {unit_of(one.aim.name)}".removesuffix(" -")
    lines = [f"{one.aim.name}: {gain} better than at the start, {one.solved} plants"]
    if not one.feasible:
        lines.append("What was to be held could not be held: these settings come closest")
    lines += [
        f"At its limit, and nothing that varies moves it: {limit.name} {limit.sense} "
        f"{_number(limit.name, limit.value)} {_shown_unit(limit.name)}"
        for limit in one.stand.fixed
    ]
    if not one.binding:
        lines.append("No limit binds")
    return Group(table, *lines, *_unsettled(one), *_limits(one, own))


def _limits(one: Optimum, own: Sequence[Binding]) -> list[Any]:
    """What binds and what the plant holds by itself, with what easing each is worth."""
    from rich.table import Table

    told = [("binds", limit) for limit in one.binding]
    told += [("held by the plant", limit) for limit in own]
    if not told:
        return []
    table = Table(box=None, pad_edge=False)
    for column in ("", "limit", "changed", f"worth {_shown_unit(one.aim.name)}"):
        table.add_column(column, justify="right" if column.startswith("worth") else "left")
    for how, limit in told:
        table.add_row(how, *_eased(limit, one.aim))
    return ["", table]


def _worth_showing(one: Optimum, limits: Mapping[str, str]) -> list[str]:
    """The aim, what is held, and the figures that changed and are no trace; money of both."""
    first = [one.aim.name, *(name for name in limits if name != one.aim.name)]
    return first + [
        name
        for name, value in one.after.items()
        if name not in first
        and name in one.before
        and value != one.before[name]
        and max(abs(value), abs(one.before[name])) > WORTH_SHOWING
    ]


def _number(figure: str, value: float) -> str:
    return f"{value * (_PERCENT if unit_of(figure) == '-' else 1):.5g}"


def _shown_unit(figure: str) -> str:
    return "%" if unit_of(figure) == "-" else unit_of(figure)


def _eased(limit: Binding, aim: Aim) -> tuple[str, str, str]:
    """A limit, a small step that eases or tightens it, and what the aim gains by that."""
    scale, unit = 1.0, limit.unit
    if not unit:  # a figure, or a target of the plant
        unit = _shown_unit(limit.name)
        scale = _PERCENT if unit == "%" else 1
    unit = f" {unit}".removesuffix(" -")
    worth = limit.worth * limit.step * (_PERCENT if unit_of(aim.name) == "-" else 1)
    how = "eased" if worth >= 0 else "tightened"
    return (
        f"{limit.name} {limit.sense} {limit.value * scale:.6g}{unit}",
        f"{how} by {limit.step * scale:g}{unit}",
        f"{float(f'{abs(worth):.3g}'):,.10g}",
    )


def _unsettled(one: Optimum) -> list[str]:
    """What a reader should know where the search ended short of an optimum."""
    if one.settled:
        return []
    rest = f"{one.stand.rest:.3g} {unit_of(one.aim.name)}".removesuffix(" -")
    lines = [f"No optimum yet: the slope left tells of {rest} more per hundredth of the ranges"]
    if one.unsolved:
        lines.append(f"The nearest plant without a steady state: {one.unsolved}")
    return lines


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
