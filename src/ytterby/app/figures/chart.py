"""A small line chart over stages: linear or logarithmic, with names at the ends of the lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ytterby.app.figures.svg import FAINT, PAPER, QUIET, number, tag, text

PALETTE = ("#0f62a8", "#d1610c", "#17733f", "#8a3ffc", "#b81f44", "#0b7180", "#7a5a00", "#5b6875")
_SIZE = 10.5
_NAME_PITCH = 12.5
_MOST_TICKS = 6
_PLAIN_FROM = 1e-2
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Scale:
    """The upright axis of a chart. low, high: its ends in the unit of the values."""

    low: float
    high: float
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """How far up `value` stands, 0 at the bottom and 1 at the top [-]."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        if self.logarithmic:
            low, high = round(math.log10(self.low)), round(math.log10(self.high))
            step = -(-(high - low) // _MOST_TICKS) or 1
            return [10.0**power for power in range(low, high + 1, step)]
        step = _round_step((self.high - self.low) / _MOST_TICKS)
        first = math.ceil(self.low / step - 1 / 2**20)
        last = math.floor(self.high / step + 1 / 2**20)
        return [step * count for count in range(first, last + 1)]


def logarithmic(values: np.ndarray, decades: int) -> Scale:
    """Whole decades around `values`, at most `decades` below the highest."""
    highest = values[values > 0].max(initial=0.0)
    if highest <= 0:
        return Scale(1 / 10, 1, True)
    top = math.ceil(math.log10(highest))
    lowest = values[values > 0].min()
    bottom = max(math.floor(math.log10(lowest)), top - decades)
    return Scale(10.0 ** min(bottom, top - 1), 10.0**top, True)


def linear(values: np.ndarray, *, from_zero: bool = False) -> Scale:
    """Round ends around `values`."""
    finite = values[np.isfinite(values)]
    low = 0.0 if from_zero or not finite.size else float(finite.min())
    high = float(finite.max()) if finite.size else 1.0
    step = _round_step(max(high - low, 1 / 10) / _MOST_TICKS)
    bottom, top = math.floor(low / step), math.ceil(high / step)
    return Scale(bottom * step, max(top, bottom + 1) * step)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1 / 2**20))


@dataclass(frozen=True)
class Chart:
    """Where a chart stands on its sheet [px], and what its axes are.

    stages: how many. sections: (name, first stage, last stage), counted from 1.
    """

    left: float
    top: float
    width: float
    height: float
    stages: int
    scale: Scale
    sections: Sequence[tuple[str, int, int]] = ()

    def x(self, stage: float) -> float:
        """[px] of a stage, counted from 1."""
        return self.left + self.width * (stage - 1 / 2) / self.stages

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - self.scale.share(value))

    def frame(self, title: str, *, name_stages: bool) -> str:
        """Background with sections, grid, ticks and `title`."""
        parts = [*self._bands(), *self._grid()]
        parts.append(
            tag(
                "rect",
                x=self.left,
                y=self.top,
                width=self.width,
                height=self.height,
                fill="none",
                stroke="#b8c2cb",
                stroke_width=1,
            )
        )
        parts.append(text(self.left, self.top - 7, title, 11.5, font_weight=600))
        if name_stages:
            parts.extend(self._stages())
        return tag("g", *parts)

    def _bands(self) -> list[str]:
        bands = []
        for place, (_, first, last) in enumerate(self.sections):
            left, right = self.x(first - 1 / 2), self.x(last + 1 / 2)
            fill = "#f3f6f9" if place % 2 else PAPER
            bands.append(
                tag("rect", x=left, y=self.top, width=right - left, height=self.height, fill=fill)
            )
        return bands

    def _grid(self) -> list[str]:
        parts = []
        for value in self.scale.ticks():
            y = self.y(value)
            parts.append(
                tag(
                    "path", d=f"M{number(self.left)},{number(y)}h{number(self.width)}", stroke=FAINT
                )
            )
            label = tick(value, self.scale.logarithmic)
            parts.append(text(self.left - 6, y + 3.5, label, 10, text_anchor="end", fill=QUIET))
        return parts

    def _stages(self) -> list[str]:
        step = max(1, round(self.stages / 24))
        bottom = self.top + self.height
        shown = [s for s in range(1, self.stages + 1) if s % step == 0 or s == 1]
        numbers = [
            text(self.x(s), bottom + 14, str(s), 10, text_anchor="middle", fill=QUIET)
            for s in shown
        ]
        names = [
            text(
                (self.x(first) + self.x(last)) / 2,
                bottom + 30,
                name,
                11,
                text_anchor="middle",
                font_weight=600,
            )
            for name, first, last in self.sections
        ]
        return numbers + names

    def lines(
        self, rows: Mapping[str, np.ndarray], colours: Mapping[str, str], *, named: bool = True
    ) -> str:
        """One line for each of `rows` (value at each stage), `named` at its right end."""
        drawn, ends = [], []
        for name, values in rows.items():
            points = [(self.x(i + 1), self.y(v)) for i, v in enumerate(values) if self._fits(v)]
            if not points:
                continue
            data = "M" + "L".join(f"{number(a)},{number(b)}" for a, b in points)
            drawn.append(
                tag(
                    "path",
                    d=data,
                    fill="none",
                    stroke=colours[name],
                    stroke_width=1.8,
                    stroke_linejoin="round",
                )
            )
            drawn += [tag("circle", cx=a, cy=b, r=2, fill=colours[name]) for a, b in points]
            ends.append((points[-1][1], name))
        return tag("g", *drawn, *(self.names(ends, colours) if named else ()))

    def _fits(self, value: float) -> bool:
        return bool(np.isfinite(value)) and self.scale.low <= value <= self.scale.high

    def names(self, ends: list[tuple[float, str]], colours: Mapping[str, str]) -> list[str]:
        """Names to the right of the chart, pushed apart where lines end close together."""
        x, names, y = self.left + self.width + 8, [], self.top - _NAME_PITCH
        for wanted, name in sorted(ends):
            y = max(wanted, y + _NAME_PITCH)
            names.append(text(x, y + 3.5, name, _SIZE, fill=colours[name], font_weight=600))
        return names


def tick(value: float, as_power: bool) -> str:
    """A number on an axis: a power of ten where it is very small or large, otherwise plain."""
    if as_power and not _PLAIN_FROM <= value <= 1 / _PLAIN_FROM:
        digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
        return "10" + str(round(math.log10(value))).translate(digits)
    return f"{value:.6g}"


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """A colour for each name, the same for the same list."""
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(names)}
