"""`ytterby simulate`: one cascade of a plant in time, from fill to specification."""

from __future__ import annotations

import csv as comma_separated
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ytterby.app.progress import announce_compilation, progress
from ytterby.app.show import percent
from ytterby.app.terminal import console
from ytterby.chemistry import RARE_EARTHS, atomic_mass, oxide_factor
from ytterby.plant import Plant, PlantError
from ytterby.quantity import QuantityError, parse
from ytterby.separation import Cascade, Profile
from ytterby.separation.dynamics import (
    Change,
    HoldUp,
    Trajectory,
    filled,
    fixed,
    running,
    simulate,
)
from ytterby.separation.start_up import standing, stopped, total_reflux
from ytterby.units import CascadeUnit

Start = Literal["fill", "steady", "total-reflux"]

_HOUR, _HOURS_PER_DAY, _DAYS_PER_MONTH = 3600.0, 24, 365.25 / 12
_LONGEST = 1_000_000
"""Most hours that are taken: a century."""
_NEAR = 1e-2
"""Share of the impurity allowed by which it may still exceed it [-]: a steady state that was set
to stand at its specification exactly is only ever approached."""
_LITRES = 1000
_FLOWS = ("feed", "organic", "strip", "scrub")
_SHARES = ("reflux", "efficiency")
_FIELDS = f"{', '.join(_FLOWS)}, {', '.join(_SHARES)}, feed.<element> or log_K.<element>"


@dataclass(frozen=True)
class Specification:
    """What an outlet is to reach: the share of `elements` in it, by mass of trade oxides [-]."""

    outlet: str
    elements: tuple[str, ...]
    purity: float | None
    weights: dict[str, float]

    @staticmethod
    def of(cascade: Cascade) -> Specification:
        """That of a purity target; without one, no purity is asked of the element fed most."""
        for target in cascade.targets:
            if target.quantity == "impurity":
                weights = dict(target.weights or {})
                return Specification(
                    target.of, target.components, 1 - target.allowed, weights or _weights(cascade)
                )
        weights = _weights(cascade)
        best = max(cascade.feed.concentrations, key=lambda n: weights.get(n, 0.0))
        return Specification("extract", (best,), None, weights)

    def over_time(self, run: Trajectory) -> np.ndarray:
        """The purity at every step [-]."""
        return run.purity(self.outlet, self.elements, self.weights)

    def time(self, run: Trajectory) -> float:
        """From when on it is kept to the end [s]; infinite where it is not."""
        assert self.purity is not None
        allowed = (1 - self.purity) * (1 + _NEAR)
        return run.time_to(self.outlet, self.elements, 1 - allowed, self.weights)


def _weights(cascade: Cascade) -> dict[str, float]:
    return {
        name: atomic_mass(name) * oxide_factor(name)
        for name in cascade.chemistry.components
        if name in RARE_EARTHS
    }


def simulate_unit(
    path: Path,
    unit: str,
    *,
    hours: float,
    start: Start,
    reflux_hours: float,
    changes: tuple[str, ...],
    accuracy: float,
    csv: Path | None,
    report: Path | None = None,
) -> int:
    """Simulate the cascade `unit` of the plant in `path`; see `ytterby simulate --help`."""
    if not 0 < hours <= _LONGEST:
        raise PlantError((), f"--hours {hours:g}: expected above 0 and at most {_LONGEST}")
    if not 0 < accuracy < 1:
        raise PlantError((), f"--accuracy {accuracy:g}: expected between 0 and 1, such as 0.001")
    for option, file in (("--csv", csv), ("--report", report)):
        if file is not None and not file.parent.is_dir():
            raise PlantError((), f"{option} {file}: found no folder {str(file.parent)!r}")
        if file is not None and file.is_dir():
            raise PlantError((), f"{option} {file}: found a folder, expected a file to write")
    for text in changes:
        _parsed(text, hours)
    plant = Plant.read(path)
    require_cascade(plant, unit)
    announce_compilation()
    with progress() as tick:
        detail = plant.solve(progress=tick).details[unit]
        told = None if tick is None else _share_of(hours, tick)
        cascade = fixed(detail.cascade, detail.profile.flows)
        profile = cascade.solve(detail.profile)
        wanted = read_changes(cascade, changes, hours)
        run = march(cascade, profile, hours, start, reflux_hours, wanted, accuracy, told)
    specification = Specification.of(detail.cascade)
    console().print(shown(unit, run, specification))
    if csv is not None:
        write_csv(run, specification, csv)
        print(f"Steps: {csv}")
    if report is not None:
        from ytterby.app.simulate_report import write

        events = story(start, reflux_hours, changes, hours)
        facts = tuple(plant.units[unit].facts.values())
        write(report, f"{plant.name}: {unit}", cascade, run, specification, events, facts)
        print(f"Report: {report}")
    return 0


_STARTS = {
    "fill": "filled with its feeds, pumps running",
    "steady": "at its steady state",
    "total-reflux": "filled with its feeds, run at total reflux",
}


def story(
    start: Start, reflux_hours: float, changes: tuple[str, ...], hours: float
) -> list[tuple[float, str]]:
    """(time [s], what happens) from the start on."""
    told = [(0.0, _STARTS[start])]
    if start == "total-reflux" and reflux_hours < hours:
        told.append((reflux_hours * _HOUR, "feed on, product drawn"))
    asked = (_parsed(text, hours) for text in changes)
    told += [(hour * _HOUR, f"{field} = {value}") for hour, field, value, _ in asked]
    return sorted(told)


def require_cascade(plant: Plant, unit: str) -> None:
    known = [name for name, one in plant.units.items() if isinstance(one, CascadeUnit)]
    if unit not in known:
        expected = f"expected one of {', '.join(known)}" if known else "the plant has none"
        raise PlantError((), f"found no cascade {unit!r}: {expected}")


def _share_of(hours: float, tick: Callable[[str], None]) -> Callable[[float], None]:
    return lambda share: tick(f"{share * hours:.4g} of {hours:g} h")


def march(
    cascade: Cascade,
    profile: Profile,
    hours: float,
    start: Start,
    reflux_hours: float,
    changes: list[Change],
    accuracy: float,
    told: Callable[[float], None] | None = None,
) -> Trajectory:
    """The cascade, which runs at `profile` in the end, from its start on."""
    first = cascade
    if start == "total-reflux":
        first = total_reflux(cascade)
        changes = [Change(reflux_hours * _HOUR, cascade), *changes]
    return simulate(
        first,
        hours * _HOUR,
        hold_up=HoldUp.of(profile),
        start=running(cascade, profile) if start == "steady" else filled(cascade),
        changes=changes,
        accuracy=accuracy,
        progress=told,
    )


def read_changes(cascade: Cascade, texts: tuple[str, ...], hours: float) -> list[Change]:
    """What `--set field=value@hour` asks for, in order of time; each adds to those before it."""
    parsed = sorted((_parsed(text, hours) for text in texts), key=lambda one: one[0])
    found, now = [], cascade
    for hour, field, value, text in parsed:
        try:
            now = changed(now, cascade, field, value)
            standing(now)
        except (QuantityError, KeyError, ValueError) as error:
            told = error.args[0] if isinstance(error, KeyError) else error
            raise PlantError((), f"--set {text}: {told}") from None
        found.append(Change(hour * _HOUR, now))
    return found


def _parsed(text: str, hours: float) -> tuple[float, str, str, str]:
    """(hour, field, value, the text itself) of "organic=110 %@200"."""
    field, equals, rest = text.partition("=")
    value, at, hour = rest.rpartition("@")
    try:
        when = float(hour)
    except ValueError:
        when = math.nan
    if not (equals and at and value.strip()) or not 0 <= when <= hours:
        raise PlantError(
            (),
            f"--set {text}: expected field=value@hour with an hour from 0 to {hours:g}, such as "
            "'organic=110 %@200'",
        )
    return when, field.strip(), value.strip(), text


def changed(now: Cascade, steady: Cascade, field: str, value: str) -> Cascade:
    """The cascade with one field changed; a flow in % counts from the steady one.

    Raises QuantityError, KeyError or ValueError saying what was found and expected.
    """
    head, _, element = field.partition(".")
    if head in _FLOWS and not element:
        given = getattr(now, head)
        if given is None:
            raise ValueError(f"the cascade has no {head}")
        if value == "stopped":
            return stopped(now, head)
        if value.endswith("%"):
            flow = parse(value, "-") * getattr(steady, head).flow
        else:
            flow = parse(value, "m3/s") * _LITRES
        if flow <= 0:
            raise ValueError("expected a flow above zero; say 'stopped' for a pump that stands")
        return replace(now, **{head: replace(given, flow=flow)})
    if field in _SHARES:
        share = parse(value, "-")
        if not 0 < share <= 1:
            raise ValueError("expected a share above 0 and at most 1")
        return replace(now, **{field: share})
    if head == "feed" and element:
        now.chemistry.index((element,))
        held = {**now.feed.concentrations, element: parse(value, "mol/m3") / _LITRES}
        return replace(now, feed=replace(now.feed, concentrations=held))
    if head == "log_K" and element:
        place = now.chemistry.index((element,))
        if not now.chemistry.exchanging[place].all():
            raise ValueError(f"{element} is not extracted and has no constant to change")
        log_K = np.array(now.chemistry.log_K)
        log_K[place] = parse(value, "-")
        return replace(now, chemistry=replace(now.chemistry, log_K=log_K))
    raise ValueError(f"found the field {field!r}, expected one of {_FIELDS}")


def duration(seconds: float) -> str:
    """A time as a person says it: hours up to two days, then days, from two months on months."""
    hours = seconds / _HOUR
    days = hours / _HOURS_PER_DAY
    if days < 2:
        return f"{hours:.3g} h"
    if days < 2 * _DAYS_PER_MONTH:
        return f"{days:.3g} days"
    return f"{days / _DAYS_PER_MONTH:.3g} months"


def shown(unit: str, run: Trajectory, specification: Specification) -> RenderableType:
    """Purity over time, and when it is to specification."""
    named = "+".join(specification.elements)
    purity = specification.over_time(run)
    table = Table(box=None, pad_edge=False)
    titles = ("Time", f"{named} in {specification.outlet}", f"{named} held", "Lowest p[H]")
    for title in titles:
        table.add_column(title, justify="right")
    held = run.inventory[:, [run.components.index(n) for n in specification.elements]].sum(1)
    for place in marked_steps(run.time):
        table.add_row(
            duration(float(run.time[place])),
            percent(float(purity[place])),
            f"{held[place]:.3g} mol",
            f"{run.pH[place].min():.2f}",
        )
    worst = max(run.closure, key=lambda name: abs(run.closure[name]))
    moving = max(abs(rate) for rate in run.rate.values())
    lines = [
        verdict(run, specification),
        f"At the end {moving:.1g} of what is fed still gathers in the stages; what came, went and "
        f"stayed closes to {abs(run.closure[worst]):.1g} ({worst}).",
    ]
    return Group(Text(unit, style="bold"), table, *(Text(line) for line in lines))


def verdict(run: Trajectory, specification: Specification) -> str:
    """Whether, and from when on, the specification is kept, in a sentence."""
    named = "+".join(specification.elements)
    if specification.purity is None:
        return "No specification: the cascade has no purity target."
    wanted = f"{named} {percent(specification.purity)} in the {specification.outlet}"
    reached = specification.time(run)
    if math.isinf(reached):
        best = percent(float(specification.over_time(run).max()))
        return f"Not to specification by {duration(float(run.time[-1]))}: {wanted}; best {best}."
    return f"To specification, and kept to the end, from {duration(reached)} on: {wanted}."


def marked_steps(time: np.ndarray) -> list[int]:
    """The steps to tell of: the first, the last, and those nearest to 1, 2 and 5 times powers of
    ten of hours between."""
    hours = time / _HOUR
    powers = range(-1, 1 + int(math.log10(max(hours[-1], 1))))
    marks = [lead * 10.0**power for power in powers for lead in (1, 2, 5)]
    inside = [int(np.abs(hours - mark).argmin()) for mark in marks if mark < hours[-1]]
    return sorted({0, *inside, time.size - 1})


def write_csv(run: Trajectory, specification: Specification, path: Path) -> None:
    """Every step as a row: hour, purity, and what leaves by each outlet [mol/s]."""
    purity = specification.over_time(run)
    title = f"{specification.outlet} purity of {'+'.join(specification.elements)} [-]"
    names = [f"{o}.{c} [mol/s]" for o in run.outlets for c in run.components]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = comma_separated.writer(file)
        writer.writerow(["time [h]", title, *names])
        for step, time in enumerate(run.time.tolist()):
            amounts = [f"{v:.9g}" for rows in run.outlets.values() for v in rows[step].tolist()]
            writer.writerow([f"{time / _HOUR:.9g}", f"{purity[step]:.9g}", *amounts])
