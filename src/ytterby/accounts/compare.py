"""Two statements side by side: a design and its books, this month and last, two routes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ytterby.accounts.statement import Line, Statement

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pair:
    """One line of two statements. first, second: None where a statement has no such line."""

    key: tuple[str, ...]
    label: str
    unit: str
    first: Line | None
    second: Line | None

    @property
    def change(self) -> float | None:
        """Second less first [unit], or None where one of them is not known."""
        if self.first is None or self.second is None:
            return None
        if self.first.value is None or self.second.value is None:
            return None
        return self.second.value - self.first.value

    @property
    def relative(self) -> float | None:
        """The change over the first value [-], or None."""
        if self.change is None or self.first is None or not self.first.value:
            return None
        return self.change / abs(self.first.value)


@dataclass(frozen=True)
class Comparison:
    """Lines of two statements by key. names: what the two are called."""

    title: str
    names: tuple[str, str]
    pairs: tuple[Pair, ...]

    def pair(self, *key: str) -> Pair:
        """The pair of that key; raises KeyError."""
        return next(pair for pair in self.pairs if pair.key == key)

    def table(self) -> pd.DataFrame:
        """One row per line: key, label, unit, both values, change, relative change."""
        import pandas as pd

        rows = [
            {
                "key": " | ".join(pair.key),
                "label": pair.label,
                "unit": pair.unit,
                self.names[0]: pair.first.value if pair.first else None,
                self.names[1]: pair.second.value if pair.second else None,
                "change": pair.change,
                "relative": pair.relative,
            }
            for pair in self.pairs
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        """The comparison as a notebook shows it."""
        head = "".join(f"<th>{escape(text)}</th>" for text in ("", *self.names, "change", ""))
        rows = "".join(_row(pair) for pair in self.pairs)
        return f"<table><caption>{escape(self.title)}</caption><tr>{head}</tr>{rows}</table>"


def compare(
    first: Statement, second: Statement, names: tuple[str, str] = ("first", "second")
) -> Comparison:
    """The lines of two statements of one account side by side, in the order of the first.

    A line whose unit differs between the two stands twice.
    """
    seconds = {(line.key, line.unit): line for line in second.lines}
    pairs = []
    for line in first.lines:
        other = seconds.pop((line.key, line.unit), None)
        pairs.append(Pair(line.key, line.label, line.unit, line, other))
    pairs += [Pair(line.key, line.label, line.unit, None, line) for line in seconds.values()]
    title = first.title if first.title == second.title else f"{first.title} / {second.title}"
    return Comparison(title, names, tuple(pairs))


def _row(pair: Pair) -> str:
    values = (pair.first.value if pair.first else None, pair.second.value if pair.second else None)
    cells = "".join(f"<td>{_figure(value)}</td>" for value in (*values, pair.change))
    unit = "" if pair.unit == "-" else escape(pair.unit)
    return f"<tr><td>{escape(pair.label)}</td>{cells}<td>{unit}</td></tr>"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
