"""Statements side by side: a design and its books, this month and last, several routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ytterby.accounts.statement import Line, Statement

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """One line of several statements. lines: None where a statement has no such line."""

    key: tuple[str, ...]
    label: str
    unit: str
    lines: tuple[Line | None, ...]

    @property
    def values(self) -> tuple[float | None, ...]:
        """[unit] in each statement; None where it is not known."""
        return tuple(None if line is None else line.value for line in self.lines)

    def change(self, column: int = 1) -> float | None:
        """That statement less the first [unit], or None where one of them is not known."""
        first, other = self.values[0], self.values[column]
        return None if first is None or other is None else other - first

    def relative(self, column: int = 1) -> float | None:
        """The change over the first value [-], or None."""
        first, change = self.values[0], self.change(column)
        return None if change is None or not first else change / abs(first)


@dataclass(frozen=True)
class Comparison:
    """Lines of several statements by key; changes are from the first. names: of the statements."""

    title: str
    names: tuple[str, ...]
    rows: tuple[Row, ...]

    def row(self, *key: str) -> Row:
        """The row of that key; raises KeyError."""
        for row in self.rows:
            if row.key == key:
                return row
        raise KeyError(f"{self.title!r} has no line {key}")

    def table(self) -> pd.DataFrame:
        """One row per line: key, label, unit, every value, then every change and its share."""
        import pandas as pd

        return pd.DataFrame([self._record(row) for row in self.rows])

    def _record(self, row: Row) -> dict[str, object]:
        record: dict[str, object] = {
            "key": " | ".join(row.key),
            "label": row.label,
            "unit": row.unit,
        }
        record |= dict(zip(self.names, row.values, strict=True))
        for column, name in enumerate(self.names[1:], start=1):
            record[f"change, {name}"] = row.change(column)
            record[f"relative, {name}"] = row.relative(column)
        return record

    def _repr_html_(self) -> str:
        """The comparison as a notebook shows it."""
        titles = ("", *self.names, *(f"change, {name}" for name in self.names[1:]), "")
        head = "".join(f"<th>{escape(text)}</th>" for text in titles)
        rows = "".join(_html(row) for row in self.rows)
        return f"<table><caption>{escape(self.title)}</caption><tr>{head}</tr>{rows}</table>"


def compare(statements: Sequence[Statement], names: Sequence[str]) -> Comparison:
    """The lines of statements of one account side by side, in the order of the first.

    names: what each is called; raises ValueError where they are not as many, or two are alike.
    """
    if len(names) != len(statements) or len(set(names)) != len(names):
        raise ValueError(
            f"found {len(statements)} statements and the names {', '.join(names)}, expected as "
            "many names, no two alike"
        )
    by_key = [{(line.key, line.unit): line for line in one.lines} for one in statements]
    found = []
    for key, unit in dict.fromkeys(key for lines in by_key for key in lines):
        lines = tuple(one.get((key, unit)) for one in by_key)
        label = next(line.label for line in lines if line is not None)
        found.append(Row(key, label, unit, lines))
    title = " / ".join(dict.fromkeys(one.title for one in statements))
    return Comparison(title, tuple(names), tuple(found))


def _html(row: Row) -> str:
    cells = [_figure(value) for value in row.values]
    cells += [_figure(row.change(column), "+") for column in range(1, len(row.lines))]
    right = "".join(f"<td style='text-align:right'>{cell}</td>" for cell in cells)
    unit = "" if row.unit == "-" else escape(row.unit)
    return f"<tr><td>{escape(row.label)}</td>{right}<td>{unit}</td></tr>"


def _figure(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.5g}"
