"""The report of a simulation in time: one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from ytterby.app.figures import profile_svg
from ytterby.app.figures.course import Mark, course_svg
from ytterby.app.files import write_text
from ytterby.app.page import page
from ytterby.app.show import duration, percent, significant
from ytterby.app.simulate_course import Specification, marked_steps, verdict
from ytterby.facts import Fact, table
from ytterby.separation.dynamics import Trajectory
from ytterby.units import CascadeDetail

_TEMPLATE = "simulation.html"
_HOUR = 3600.0
_MOST_SNAPSHOTS, _MOST_LINES = 4, 8
_CLOSED = 1e-9
"""Gap of the inventory from which on a run counts as closed, over what was fed [-]."""
_OUTLETS = {"raffinate": "raffinate", "extract": "extract", "organic": "stripped organic"}


@dataclass(frozen=True)
class Snapshot:
    """The stages at one moment, as `profile_svg` takes them."""

    components: tuple[str, ...]
    aqueous: np.ndarray
    organic: np.ndarray
    pH: np.ndarray
    loading: np.ndarray


def write(
    path: Path,
    name: str,
    detail: CascadeDetail,
    run: Trajectory,
    specification: Specification,
    events: Sequence[tuple[float, str]],
    facts: Sequence[Fact],
) -> None:
    """Write the report to the file `path`, wholly or not at all.

    detail: of the cascade at its steady state. run: in moles. events: (time [s], what happened),
    the start among them. facts: what the cascade rests on.
    """
    content = {
        "name": name,
        "verdict": verdict(run, specification),
        "badges": _badges(run, specification),
        "story": [(duration(time), text) for time, text in events],
        "courses": [Markup(picture) for picture in _courses(run, specification, events)],
        "snapshots": _snapshots(detail, run, name),
        "table": _table(run, specification),
        "facts": [*table("mixer-settler.residence-time").values(), *facts],
    }
    write_text(page(_TEMPLATE, content), path)


def _oxides(run: Trajectory, specification: Specification) -> tuple[list[str], np.ndarray]:
    """(rare earths, kg of oxide of each per unit of amount, over the components)."""
    scale = np.array([specification.weights.get(name, 0.0) for name in run.components])
    return [name for name, one in zip(run.components, scale, strict=True) if one > 0], scale


def _badges(run: Trajectory, specification: Specification) -> list[dict[str, str]]:
    named, purity = "+".join(specification.elements), specification.over_time(run)
    _, scale = _oxides(run, specification)
    worst = max(run.closure, key=lambda one: abs(run.closure[one]))
    told = [
        (f"{named} at the end", f"{percent(float(purity[-1]))} of the {specification.outlet}", ""),
        ("Simulated", f"{duration(float(run.time[-1]))} in {run.time.size - 1} steps", ""),
        (
            "Held in the stages",
            f"{significant(float(run.inventory[0] @ scale))} kg of oxides at first, "
            f"{significant(float(run.inventory[-1] @ scale))} at the end",
            "",
        ),
        (
            "Closure",
            f"what came, went and stayed, to {abs(run.closure[worst]):.0e} ({worst})",
            "good" if abs(run.closure[worst]) < _CLOSED else "bad",
        ),
    ]
    if specification.purity is not None:
        reached = specification.time(run)
        there = np.isfinite(reached)
        text = (
            f"from {duration(reached)} on" if there else f"not by {duration(float(run.time[-1]))}"
        )
        wanted = f"{percent(specification.purity)}, {text}"
        told.insert(0, ("To specification", wanted, "good" if there else "bad"))
    return [{"head": head, "text": text, "state": state} for head, text, state in told]


def _courses(
    run: Trajectory, specification: Specification, events: Sequence[tuple[float, str]]
) -> list[str]:
    marks = [Mark(text, time) for time, text in events if time > 0]
    named = "+".join(specification.elements)
    impurity = np.maximum(1 - specification.over_time(run), 0.0)
    allowed = None if specification.purity is None else ("allowed", 1 - specification.purity)
    pictures = [
        course_svg(
            run.time,
            {f"all but {named}": impurity},
            f"impurity of the {specification.outlet}: share of its oxides that is not {named}",
            decades=True,
            marks=marks,
            level=allowed,
        )
    ]
    _, scale = _oxides(run, specification)
    for outlet, amounts in run.outlets.items():
        rows = _lines(run.components, amounts * scale * _HOUR)
        if rows:
            title = f"{_OUTLETS.get(outlet, outlet)}, kg/h of each oxide"
            pictures.append(course_svg(run.time, rows, title, decades=True, marks=marks))
    held = _lines(run.components, run.inventory * scale)
    if held:
        title = "rare earths held in the stages, kg of each oxide"
        pictures.append(course_svg(run.time, held, title, decades=False, marks=marks))
    return pictures


def _lines(names: Sequence[str], values: np.ndarray) -> dict[str, np.ndarray]:
    """The largest of the columns by name, in the order of the components."""
    highest = values.max(axis=0)
    main = sorted(np.argsort(-highest, kind="stable")[:_MOST_LINES].tolist())
    return {str(names[i]): values[:, i] for i in main if highest[i] > 0}


def _snapshots(detail: CascadeDetail, run: Trajectory, name: str) -> list[dict[str, Any]]:
    known, cascade = detail.case.known, detail.cascade
    per_metal = cascade.chemistry.bound * known.per_mole
    share = np.where(known.charge > 1, per_metal, 0.0) / cascade.organic.extractant
    steps = marked_steps(run.time)
    places = np.unique(np.linspace(0, len(steps) - 1, _MOST_SNAPSHOTS).round().astype(int))
    told = []
    for step in (steps[place] for place in places):
        shown = Snapshot(
            run.components,
            run.aqueous[step],
            run.organic[step],
            run.pH[step],
            run.organic[step] @ share,
        )
        when = duration(float(run.time[step]))
        told.append(
            {"time": when, "picture": Markup(profile_svg(shown, detail.stages, f"{name}, {when}"))}
        )
    return told


def _table(run: Trajectory, specification: Specification) -> dict[str, Any]:
    named, purity = "+".join(specification.elements), specification.over_time(run)
    _, scale = _oxides(run, specification)
    rows = [
        (
            duration(float(run.time[step])),
            percent(float(purity[step])),
            *(significant(float(rows[step] @ scale) * _HOUR) for rows in run.outlets.values()),
            significant(float(run.inventory[step] @ scale)),
            f"{run.pH[step].min():.2f}",
        )
        for step in marked_steps(run.time)
    ]
    heads = [
        "Time",
        f"{named} in the {specification.outlet}",
        *(f"{_OUTLETS.get(name, name)}, kg/h of oxides" for name in run.outlets),
        "held, kg of oxides",
        "lowest p[H]",
    ]
    return {"heads": heads, "rows": rows}
