"""Purity from stage to stage, and the staircase of McCabe and Thiele."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ytterby.app.figures.chart import Chart, linear, logarithmic, tick
from ytterby.app.figures.svg import FAINT, INK, QUIET, drawing, number, tag, text

WIDTH = 980
_LEFT, _RIGHT, _TOP, _HEIGHT, _FOOT = 56, 190, 30, 220, 40
_DECADES = 8
_INKS = {"heavies in the aqueous": "#0f62a8", "lights in the organic": "#d1610c"}
_SIDE, _MARGIN = 380, 56


def purity_svg(
    heavies_in_aqueous: np.ndarray,
    lights_in_organic: np.ndarray,
    sections: Mapping[str, int],
    name: str,
) -> str:
    """What does not belong there, stage by stage, on a logarithmic axis.

    heavies_in_aqueous, lights_in_organic: share of the rare earths [-], shape (stage,).
    sections: stages of each section, in order.
    """
    rows = {
        "heavies in the aqueous": heavies_in_aqueous,
        "lights in the organic": lights_in_organic,
    }
    scale = logarithmic(np.array([heavies_in_aqueous, lights_in_organic]), _DECADES)
    stages = heavies_in_aqueous.size
    marks, first = [], 1
    for section, length in sections.items():
        if length:
            marks.append((section, first, first + length - 1))
            first += length
    chart = Chart(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, _HEIGHT, stages, scale, marks)
    body = [
        chart.frame("share of the rare earths that does not belong there", name_stages=True),
        chart.lines(rows, _INKS),
    ]
    return drawing(
        WIDTH,
        _TOP + _HEIGHT + _FOOT,
        f"Purity by stage of {name}",
        f"impurity of both phases over {stages} stages",
        body,
    )


def mccabe_thiele_svg(aqueous: np.ndarray, organic: np.ndarray, feed: int, name: str) -> str:
    """The staircase of a cascade between equilibrium and operating line.

    aqueous, organic: share of the extracted elements among the rare earths leaving each stage of
        extraction and scrubbing [-], shape (stage,). feed: the feed stage, counted from 1.
    """
    scale = linear(np.array([0.0, 1.0]), from_zero=True)

    def x(share: float) -> float:
        return _MARGIN + _SIDE * share

    def y(share: float) -> float:
        return _TOP + _SIDE * (1 - share)

    def path(points: list[tuple[float, float]], ink: str, width: float, dash: str | None = None):
        data = "M" + "L".join(f"{number(x(a))},{number(y(b))}" for a, b in points)
        return tag(
            "path", d=data, fill="none", stroke=ink, stroke_width=width, stroke_dasharray=dash
        )

    grid = []
    for value in scale.ticks():
        label = tick(value, False)
        grid += [
            path([(value, 0), (value, 1)], FAINT, 1),
            path([(0, value), (1, value)], FAINT, 1),
            text(x(value), y(0) + 16, label, 10, text_anchor="middle", fill=QUIET),
            text(x(0) - 6, y(value) + 3.5, label, 10, text_anchor="end", fill=QUIET),
        ]
    equilibrium = list(zip(aqueous.tolist(), organic.tolist(), strict=True))
    operating = list(zip(aqueous[1:].tolist(), organic[:-1].tolist(), strict=True))
    stairs = [equilibrium[0]]
    for (_, before), (here, after) in pairwise(equilibrium):
        stairs += [(here, before), (here, after)]
    at = aqueous[feed - 1]
    body = [
        *grid,
        path([(0, 0), (1, 1)], QUIET, 1, "4 4"),
        path([(at, 0), (at, 1)], QUIET, 1, "2 3"),
        path(operating, "#d1610c", 1.6),
        path(equilibrium, "#0f62a8", 1.6),
        path(stairs, INK, 0.8),
        text(x(0), _TOP - 10, "extracted share of the rare earths, organic", 11, font_weight=600),
        text(x(1), y(0) + 32, "aqueous", 11, font_weight=600, text_anchor="end"),
        text(x(1) + 14, y(0.95), "stages", 11, fill="#0f62a8"),
        text(x(1) + 14, y(0.88), "operating line", 11, fill="#d1610c"),
        text(x(1) + 14, y(0.81), f"feed at stage {feed}", 11, fill=QUIET),
    ]
    return drawing(
        _MARGIN + _SIDE + 130,
        _TOP + _SIDE + _FOOT,
        f"McCabe-Thiele diagram of {name}",
        f"{aqueous.size} stages of extraction and scrubbing",
        body,
    )
