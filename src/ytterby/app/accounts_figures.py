"""Figures of the accounts: waterfalls of money and carbon, and tornadoes; tables for a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.accounts import Statement
from ytterby.app.figures.svg import FAINT, INK, QUIET, drawing, hover, number, shortened, tag, text
from ytterby.app.show import grand
from ytterby.study import Bar

_WIDTH, _LABEL, _FIGURE = 760.0, 240.0, 90.0
_ROW, _BAR, _SIZE = 24.0, 15.0, 11.0
_UP, _DOWN, _SUM = "#17733f", "#b81f44", "#46535f"
_FOOT = 0.2
"""Room below the lowest bar of a waterfall that does not begin at nothing, over its height [-]."""
_SMALLEST = 0.005
"""Steps below this share of the largest sum are put together as "other" [-]."""


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall. value: [unit of the figure]; a total starts from nothing."""

    label: str
    value: float
    total: bool = False


def cost_waterfall(statement: Statement) -> str:
    """From revenue to margin, per year (SVG). statement: of `cost`."""
    sold: dict[str, float] = {}
    for line in statement.about("sell"):
        sold[line.key[1]] = sold.get(line.key[1], 0.0) + (line.value or 0.0)
    steps = [Step(name, value) for name, value in sold.items()]
    steps.append(Step("revenue", _value(statement, "revenue"), total=True))
    spent = ("buy", "energy", "labour", "administration", "quality-assurance", "maintenance")
    for line in statement.lines:
        if line.key[0] in (*spent, "taxes-and-insurance", "dispose") and line.value is not None:
            name = line.key[1] if len(line.key) > 1 else line.label
            steps.append(Step(name, -line.value))
    steps.append(Step("margin", _value(statement, "margin"), total=True))
    return waterfall_svg("From revenue to margin", steps, "USD/year")


def carbon_waterfall(statement: Statement) -> str:
    """Scopes 1, 2 and upstream 3 to their total, per hour (SVG). statement: of `carbon`."""
    steps = [
        Step(line.label, line.value)
        for line in statement.lines
        if line.key[0] in ("scope 1", "scope 2", "scope 3")
        and line.key[1] not in ("process", "market")
        and line.value is not None
    ]
    steps.append(Step("total", _value(statement, "total"), total=True))
    return waterfall_svg("Greenhouse gases", steps, "kg CO2e/h", rising=_DOWN)


def bid_waterfall(statement: Statement) -> str:
    """From what a lot contains to its net value, per kg (SVG). statement: of a `Bid`."""
    keys = ("contained", "not recovered", "not paid", "other metals", "running")
    steps = [
        Step(line.label, line.value)
        for line in statement.lines
        if line.key[0] in keys and line.value is not None
    ]
    steps.append(Step("net value", _value(statement, "net"), total=True))
    return waterfall_svg(statement.title, steps, "USD/kg")


def waterfall_svg(
    title: str, steps: Sequence[Step], unit: str, *, whole: bool = True, rising: str = _UP
) -> str:
    """Bars that each begin where the one before ended; totals begin at nothing.

    whole: whether the axis begins at nothing; else near the lowest bar, so that small steps
    between large totals can be seen. rising: colour of steps upwards, green where up is good.
    """
    falling = _UP if rising == _DOWN else _DOWN
    steps = _gathered(steps, whole)
    levels, level = [0.0] if whole else [], 0.0
    for step in steps:
        level = step.value if step.total else level + step.value
        levels.append(level)
    low, high = min(levels, default=0.0), max(levels, default=0.0)
    foot = 0.0 if whole else low - _FOOT * (high - low)
    axis = _Axis(min(low, foot), high, at=foot)
    spans, level = [], foot
    for step in steps:
        start = foot if step.total else level
        level = step.value if step.total else level + step.value
        spans.append((start, level))
    body = [axis.zero(len(steps))]
    for row, (step, span) in enumerate(zip(steps, spans, strict=True)):
        colour = _SUM if step.total else (rising if step.value >= 0 else falling)
        body.append(axis.bar(row, step.label, span, grand(step.value), colour))
    told = f"{len(steps)} bars, in {unit}"
    return drawing(_WIDTH, _ROW * (len(steps) + 1), f"{title} [{unit}]", told, body)


def tornado_svg(title: str, bars: Sequence[Bar], middle: float) -> str:
    """Each variable's reach of a figure around its value `middle`, the widest on top."""
    ends = [end for bar in bars for end in (bar.low, bar.high) if end == end]
    axis = _Axis(min([middle, *ends]), max([middle, *ends]), at=middle)
    body = [axis.zero(len(bars))]
    for row, bar in enumerate(bars):
        if bar.low == bar.low and bar.high == bar.high:
            figure = f"{bar.low:.4g} to {bar.high:.4g}"
            body.append(axis.bar(row, bar.variable.name, (bar.low, bar.high), figure, _SUM))
    return drawing(_WIDTH, _ROW * (len(bars) + 1), title, f"around {middle:.4g}", body)


def movers_svg(title: str, moved: Sequence[tuple[str, float]]) -> str:
    """How far each fact moves a figure when it rises by one step; the widest on top."""
    values = [change for _, change in moved]
    axis = _Axis(min([0.0, *values]), max([0.0, *values]))
    body = [axis.zero(len(moved))]
    for row, (name, change) in enumerate(moved):
        colour = _UP if change >= 0 else _DOWN
        span = (min(change, 0.0), max(change, 0.0))
        figure = f"{'+' if change > 0 else ''}{grand(change)}"
        body.append(axis.bar(row, name, span, figure, colour))
    told = "when each fact rises by one standard uncertainty"
    return drawing(_WIDTH, _ROW * (len(moved) + 1), title, told, body)


def change_waterfall(
    title: str, first: Statement, second: Statement, total: str, names: tuple[str, str]
) -> str:
    """From one value of the line `total` to the other, by the lines between (SVG)."""
    steps = [Step(names[0], _value(first, total), total=True)]
    spent = ("buy", "energy", "labour", "administration", "quality-assurance", "maintenance")
    signs = {"sell": 1, "scope 1": 1, "scope 2": 1, "scope 3": 1}
    signs |= dict.fromkeys((*spent, "taxes-and-insurance", "dispose"), -1)
    keys = dict.fromkeys(line.key for line in (*first.lines, *second.lines))
    for key in keys:
        if key[0] in signs and key[1:] not in (("process",), ("market",)):
            change = _known(second, key) - _known(first, key)
            label = " ".join(key[1:]) or key[0]
            if change:
                steps.append(Step(label, signs[key[0]] * change))
    steps.append(Step(names[1], _value(second, total), total=True))
    unit, money = second.line(total).unit, bool(second.about("sell"))
    return waterfall_svg(title, steps, unit, whole=False, rising=_UP if money else _DOWN)


@dataclass(frozen=True)
class _Axis:
    """Where values stand. low, high: ends [unit of the figure]. at: where its upright line is."""

    low: float
    high: float
    at: float = 0.0

    def x(self, value: float) -> float:
        room = _WIDTH - _LABEL - _FIGURE
        return _LABEL + room * (value - self.low) / ((self.high - self.low) or 1.0)

    def zero(self, count: int) -> str:
        line = f"M{number(self.x(self.at))},0v{number(_ROW * count)}"
        return tag("path", d=line, stroke=FAINT, stroke_width=2)

    def bar(self, row: int, label: str, span: tuple[float, float], figure: str, colour: str) -> str:
        top = row * _ROW + (_ROW - _BAR) / 2
        left, right = self.x(min(span)), self.x(max(span))
        base = top + _BAR - 4
        return tag(
            "g",
            hover(f"{label}: {figure}"),
            text(0, base, shortened(label, _LABEL - _SIZE, _SIZE), _SIZE, fill=INK),
            tag("rect", x=left, y=top, width=max(right - left, 1), height=_BAR, fill=colour),
            text(right + 6, base, figure, _SIZE, fill=QUIET),
        )


def _gathered(steps: Sequence[Step], whole: bool) -> list[Step]:
    """The steps, with small ones between two totals put together."""
    measured = (abs(step.value) for step in steps if whole or not step.total)
    largest = max(measured, default=0.0)
    found: list[Step] = []
    other = 0.0
    for step in steps:
        if step.total and other:
            found.append(Step("other", other))
            other = 0.0
        if step.total or abs(step.value) >= _SMALLEST * largest:
            found.append(step)
        else:
            other += step.value
    return found


def _known(statement: Statement, key: tuple[str, ...]) -> float:
    """What a line adds to its total: nothing where it is absent or not known."""
    return sum(line.value or 0.0 for line in statement.about(*key) if line.key == key)


def _value(statement: Statement, key: str) -> float:
    return statement.line(key).value or 0.0
