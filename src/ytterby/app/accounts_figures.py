"""Figures of the accounts: waterfalls of money and carbon, and tornadoes; tables for a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.accounts import Statement
from ytterby.app.figures.svg import FAINT, INK, QUIET, drawing, hover, number, shortened, tag, text
from ytterby.study import Bar

_WIDTH, _LABEL, _FIGURE = 760.0, 240.0, 90.0
_ROW, _BAR, _SIZE = 24.0, 15.0, 11.0
_UP, _DOWN, _SUM = "#17733f", "#b81f44", "#46535f"
_SMALLEST = 0.005
"""Steps below this share of the largest sum are put together as "other" [-]."""


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall. value: [unit of the figure]; a total starts from nothing."""

    label: str
    value: float
    total: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table. figure: as shown, "?" where it is not known."""

    label: str
    figure: str
    unit: str
    remark: str


def rows(statement: Statement, *starts: str) -> tuple[Row, ...]:
    """Lines of a statement as a table shows them; only those whose key starts so, if any is given.

    rows(cost(balance, basis), "operating", "revenue", "margin")
    """
    lines = [line for line in statement.lines if not starts or line.key[0] in starts]
    return tuple(
        Row(
            line.label,
            "?" if line.value is None else f"{line.value:.4g}",
            "" if line.unit == "-" else line.unit,
            line.missing or line.remark,
        )
        for line in lines
    )


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
    return waterfall_svg("Greenhouse gases", steps, "kg CO2e/h")


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


def waterfall_svg(title: str, steps: Sequence[Step], unit: str) -> str:
    """Bars that each begin where the one before ended; totals begin at nothing."""
    steps = _gathered(steps)
    spans, level = [], 0.0
    for step in steps:
        start = 0.0 if step.total else level
        level = step.value if step.total else level + step.value
        spans.append((start, level))
    low = min(0.0, *(min(span) for span in spans)) if spans else 0.0
    high = max(0.0, *(max(span) for span in spans)) if spans else 0.0
    axis = _Axis(low, high)
    body = [axis.zero(len(steps))]
    for row, (step, span) in enumerate(zip(steps, spans, strict=True)):
        colour = _SUM if step.total else (_UP if step.value >= 0 else _DOWN)
        body.append(axis.bar(row, step.label, span, f"{step.value:.4g}", colour))
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


def _gathered(steps: Sequence[Step]) -> list[Step]:
    """The steps, with small ones between two totals put together."""
    largest = max((abs(step.value) for step in steps), default=0.0)
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


def _value(statement: Statement, key: str) -> float:
    return statement.line(key).value or 0.0
