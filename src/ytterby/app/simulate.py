"""`ytterby simulate`: one cascade of a plant in time, from fill to specification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ytterby.app.files import refuse_folder
from ytterby.app.options_separation import SimulateOptions
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.run import require_unit
from ytterby.app.simulate_changes import Wish, read_changes
from ytterby.app.simulate_course import Specification, in_moles, shown, write_csv
from ytterby.app.terminal import console
from ytterby.plant import Plant, PlantError
from ytterby.separation.dynamics import Change, HoldUp, Trajectory, filled, fixed, running, simulate
from ytterby.separation.start_up import total_reflux
from ytterby.units import CascadeDetail, CascadeUnit

_HOUR = 3600.0
_LONGEST = 1_000_000
"""Most hours that are taken: a century."""
_STARTS = {
    "fill": "filled with its feeds, pumps running",
    "steady": "at its steady state",
    "total-reflux": "filled with its feeds, run at total reflux",
}


def simulate_unit(path: Path, unit: str, options: SimulateOptions) -> int:
    """Simulate the cascade `unit` of the plant in `path`; see `ytterby simulate --help`."""
    wishes = _wishes(options)
    plant = Plant.read(path)
    require_unit(plant, unit, CascadeUnit)
    announce_compilation()
    with progress() as tick:
        detail = plant.solve(progress=tick).details[unit]
        told = None if tick is None else _share_of(options.hours, tick)
        run = march(detail, options, wishes, told)
    specification = Specification.of(detail.cascade, run)
    console().print(shown(unit, run, specification))
    if options.csv is not None:
        write_csv(run, specification, options.csv)
        print(f"Steps: {options.csv}")
    if options.report is not None:
        from ytterby.app.simulate_report import write

        facts = tuple(plant.units[unit].facts.values())
        events = story(options, wishes)
        write(options.report, f"{plant.name}: {unit}", detail, run, specification, events, facts)
        print(f"Report: {options.report}")
    return 0


def _wishes(options: SimulateOptions) -> list[Wish]:
    """What is to change in time; raises PlantError on options that cannot be, unsolved as yet."""
    hours, accuracy = options.hours, options.accuracy
    if not 0 < hours <= _LONGEST:
        raise PlantError((), f"--hours {hours:g}: expected above 0 and at most {_LONGEST}")
    if not 0 < accuracy < 1:
        raise PlantError((), f"--accuracy {accuracy:g}: expected between 0 and 1, such as 0.001")
    if not options.reflux_hours > 0:
        raise PlantError((), f"--reflux-hours {options.reflux_hours:g}: expected above 0")
    refuse_folder("--csv", options.csv)
    refuse_folder("--report", options.report)
    return [Wish.of(text, hours) for text in options.set_]


def story(options: SimulateOptions, wishes: Sequence[Wish]) -> list[tuple[float, str]]:
    """(time [s], what happens) from the start on."""
    told = [(0.0, _STARTS[options.start])]
    if options.start == "total-reflux" and options.reflux_hours < options.hours:
        told.append((options.reflux_hours * _HOUR, "feed on, product drawn"))
    told += [(wish.hour * _HOUR, f"{wish.field} = {wish.value}") for wish in wishes]
    return sorted(told)


def _share_of(hours: float, tick: Callable[[str], None]) -> Callable[[float], None]:
    return lambda share: tick(f"{share * hours:.4g} of {hours:g} h")


def march(
    detail: CascadeDetail,
    options: SimulateOptions,
    wishes: Sequence[Wish],
    told: Callable[[float], None] | None = None,
) -> Trajectory:
    """The cascade of a solved plant from its start on, in moles."""
    per_mole = detail.case.known.per_mole
    cascade = fixed(detail.cascade, detail.solved.flows)
    profile = cascade.solve(detail.solved)
    first, changes = cascade, read_changes(cascade, wishes, per_mole)
    if options.start == "total-reflux":
        first = total_reflux(cascade)
        changes = [Change(options.reflux_hours * _HOUR, cascade), *changes]
    run = simulate(
        first,
        options.hours * _HOUR,
        hold_up=HoldUp.of(profile),
        start=running(cascade, profile) if options.start == "steady" else filled(cascade),
        changes=changes,
        accuracy=options.accuracy,
        progress=told,
    )
    return in_moles(run, per_mole)
