"""The page of a comparison: what changes, in figures and tables, for any number of plants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from markupsafe import Markup

from ytterby.accounts import Comparison, Statement
from ytterby.accounts.compare import Row
from ytterby.app.accounts_figures import change_waterfall
from ytterby.app.books import Books
from ytterby.app.compare import differences, differs, matters, scale_of, values
from ytterby.app.files import write_text
from ytterby.app.page import page
from ytterby.app.show import significant

_TEMPLATE = "compare.html"


def write(cases: dict[str, Books], found: Sequence[Comparison], path: Path) -> None:
    """Write the comparison as a page to `path`, wholly or not at all."""
    write_text(render(cases, found), path)


def render(cases: dict[str, Books], found: Sequence[Comparison]) -> str:
    """The page as HTML that needs no network. cases: of `comparisons`, the first one first."""
    return page(_TEMPLATE, content(cases, found))


def content(cases: dict[str, Books], found: Sequence[Comparison]) -> dict[str, Any]:
    """What the page says: the figures that decide, waterfalls of change, tables of what differs."""
    return {
        "name": " / ".join(cases),
        "names": tuple(cases),
        "letters": ascii_uppercase[: len(cases)],
        "headline": [row for one in found for row in _headline(one)],
        "pictures": _pictures(cases),
        "sections": [
            {
                "title": one.title,
                "rows": [_row(row) for row in one.rows if matters(row)],
                "rest": [_row(row) for row in one.rows if differs(row) and not matters(row)],
            }
            for one in found
        ],
        "absent": next(iter(cases.values())).absent,
    }


_HEADLINE = ("revenue", "operating", "margin", "net present value", "total")


def _headline(one: Comparison) -> list[dict[str, Any]]:
    """Money and greenhouse gases in all, whether they differ or not."""
    return [_row(row) for row in one.rows if row.key[0] in _HEADLINE and len(row.key) == 1]


def _row(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "unit": scale_of(row)[1],
        "cells": values(row),
        "changes": differences(row),
        "shares": [_share(row, column) for column in range(1, len(row.lines))],
    }


def _share(row: Row, column: int) -> str:
    """A change over the first value: "+4.2 %"; nothing for what is a share itself."""
    relative = row.relative(column)
    if relative is None or abs(relative) > 1 or row.unit == "-":
        return ""
    return f"{'+' if relative > 0 else ''}{significant(100 * relative, 2)} %"


def _pictures(cases: dict[str, Books]) -> list[dict[str, Any]]:
    """How margin and greenhouse gases change from the first to each other."""
    (first, base), *others = cases.items()
    found = []
    for name, books in others:
        pairs = (
            ("Margin", base.cost, books.cost, "margin"),
            ("Greenhouse gases", base.carbon, books.carbon, "total"),
        )
        for title, one, other, total in pairs:
            if isinstance(one, Statement) and isinstance(other, Statement):
                told = f"{title}, from {first} to {name}"
                picture = change_waterfall(told, one, other, total, (first, name))
                unit = one.line(total).unit
                title = f"{told} [{unit}]; the axis does not begin at nothing"
                found.append({"title": title, "picture": Markup(picture)})
    return found
