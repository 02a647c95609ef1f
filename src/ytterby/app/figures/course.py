"""Quantities against time: a line for each, changes marked where they happen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ytterby.app.figures.chart import Chart, Scale, colours_of, linear, logarithmic, tick
from ytterby.app.figures.svg import FAINT, QUIET, drawing, number, tag, text

WIDTH = 980
_LEFT, _RIGHT, _TOP, _HEIGHT, _FOOT = 62, 110, 34, 190, 44
_DECADES = 6
_HOUR, _DAY = 3600.0, 24
_DAYS_FROM, _MARK = 96, "#7a5a00"


@dataclass(frozen=True)
class Mark:
    """Something that happens at `time` [s], or a level across that is called `name`."""

    name: str
    time: float


def course_svg(
    time: np.ndarray,
    rows: Mapping[str, np.ndarray],
    title: str,
    *,
    decades: bool,
    marks: Sequence[Mark] = (),
    level: tuple[str, float] | None = None,
) -> str:
    """Lines against time as SVG.

    time: [s], shape (step,). rows: values by name, shape (step,). title: what and in which unit.
    decades: logarithmic upright axis. marks: what happened when. level: (name, value) of a line
    across, such as what is allowed.
    """
    values = np.array([*rows.values()])
    around = np.append(values, [] if level is None else [level[1]])
    scale = logarithmic(around, _DECADES) if decades else linear(around, from_zero=True)
    chart = Chart(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, _HEIGHT, 1, scale)
    hours = time / _HOUR
    per_unit, unit = (_DAY, "days") if hours[-1] > _DAYS_FROM else (1, "hours")
    across = Scale(0.0, max(float(hours[-1]) / per_unit, 1e-9))

    def x(when: float) -> float:
        return _LEFT + chart.width * across.share(when / _HOUR / per_unit)

    colours = colours_of(list(rows))
    body = [chart.frame(title, name_stages=False), *_axis(chart, across, unit)]
    body += [_mark(x(mark.time), mark.name, place) for place, mark in enumerate(marks)]
    ends = []
    for name, line in rows.items():
        points = _points(line, time, x, chart)
        if points:
            body.append(_path(points, colours[name], 1.8))
            ends.append((points[-1][1], name))
    if level is not None and scale.low <= level[1] <= scale.high:
        y = chart.y(level[1])
        body.append(_path([(_LEFT, y), (_LEFT + chart.width, y)], QUIET, 1.2, "5 4"))
        ends.append((y, level[0]))
        colours = {**colours, level[0]: QUIET}
    body += chart.names(ends, colours)
    told = f"{', '.join(rows)} over {number(hours[-1])} hours"
    return drawing(WIDTH, _TOP + _HEIGHT + _FOOT, title, told, body)


def _points(line: np.ndarray, time: np.ndarray, x, chart: Chart) -> list[tuple[float, float]]:
    """Where the line runs [px]; what lies below a logarithmic axis runs along its foot."""
    scale = chart.scale
    held = np.clip(line, scale.low, scale.high)
    return [
        (x(when), chart.y(value))
        for when, value in zip(time.tolist(), held.tolist(), strict=True)
        if math.isfinite(value)
    ]


def _path(
    points: Sequence[tuple[float, float]], ink: str, width: float, dash: str | None = None
) -> str:
    data = "M" + "L".join(f"{number(a)},{number(b)}" for a, b in points)
    return tag(
        "path",
        d=data,
        fill="none",
        stroke=ink,
        stroke_width=width,
        stroke_linejoin="round",
        stroke_dasharray=dash,
    )


def _axis(chart: Chart, across: Scale, unit: str) -> list[str]:
    bottom = chart.top + chart.height
    parts = []
    for value in across.ticks():
        x = chart.left + chart.width * across.share(value)
        parts.append(tag("path", d=f"M{number(x)},{number(bottom)}v5", stroke=FAINT))
        label = tick(value, False)
        parts.append(text(x, bottom + 17, label, 10, text_anchor="middle", fill=QUIET))
    middle = chart.left + chart.width / 2
    parts.append(text(middle, bottom + 34, unit, 11, text_anchor="middle", font_weight=600))
    return parts


def _mark(x: float, name: str, place: int) -> str:
    line = _path([(x, _TOP), (x, _TOP + _HEIGHT)], _MARK, 1, "2 3")
    row = _TOP + 11 + 12 * (place % 4)
    return tag("g", line, text(x + 4, row, name, 9.5, fill=_MARK))
