"""Statements as tables, plain data and notebook pages, and two of them side by side."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.accounts.books import separation

from ytterby.accounts import Line, Statement, compare, recovery_and_purity


def test_plain_data_survives_json():
    statement = recovery_and_purity(separation())
    tree = json.loads(json.dumps(statement.to_dict()))
    assert tree["title"] == "Recovery and purity"
    (flow,) = [line for line in tree["lines"] if line["key"] == ["flow", "split.light"]]
    assert flow == {
        "key": ["flow", "split.light"],
        "label": "flow of split.light",
        "value": pytest.approx(106 / 86400),
        "unit": "kg/s",
        "missing": "",
        "remark": "of the elements that the balance follows, not of all",
        "streams": ["split.light"],
        "evidence": None,
    }


def test_the_table_has_a_row_for_every_line():
    statement = recovery_and_purity(separation())
    table = statement.table()
    assert list(table["label"]) == [line.label for line in statement.lines]
    assert "flow | split.light" in set(table["key"])
    assert Statement("empty", ()).table().empty


def test_a_notebook_shows_what_is_missing_and_no_markup_of_names():
    lines = (
        Line(("a",), "a < b", 1.23456789, "kg/h"),
        Line(("b",), "b", None, "-", missing="not <known>"),
    )
    page = Statement("T & T", lines)._repr_html_()
    assert "a &lt; b" in page and "1.2346" in page and "not &lt;known&gt;" in page
    assert "T &amp; T" in page


def test_two_balances_side_by_side():
    better = separation()
    masses = np.array(better.masses)
    row, column = better.edge("split.light"), better.elements.index("Nd")
    masses[row, column] += 2.0
    masses[better.edge("split.water"), column] -= 2.0
    statements = [
        recovery_and_purity(separation()),
        recovery_and_purity(replace(better, masses=masses)),
    ]
    both = compare(statements, ("plan", "books"))
    row = both.row("recovery", "split.light", "Nd")
    assert row.change() == pytest.approx(0.02) and row.relative() == pytest.approx(0.02 / 0.9)
    table = both.table()
    assert list(table.columns)[3:5] == ["plan", "books"]
    assert "books" in both._repr_html_()


def test_lines_that_only_one_statement_has_are_kept():
    first = Statement("A", (Line(("x",), "x", 1.0, "-"), Line(("y",), "y", None, "-")))
    second = Statement("B", (Line(("x",), "x", 2.0, "kg"), Line(("z",), "z", 3.0, "-")))
    both = compare((first, second), ("a", "b"))
    assert [(row.key, row.unit, row.change()) for row in both.rows] == [
        (("x",), "-", None),
        (("y",), "-", None),
        (("x",), "kg", None),
        (("z",), "-", None),
    ]
    assert both.title == "A / B"


def test_any_number_of_statements_is_compared_with_the_first():
    statements = [Statement("A", (Line(("x",), "x", value, "-"),)) for value in (4.0, 5.0, 2.0)]
    (row,) = compare(statements, ("a", "b", "c")).rows
    assert (row.change(1), row.change(2), row.relative(2)) == (1.0, -2.0, -0.5)
    with pytest.raises(ValueError, match="no two alike"):
        compare(statements, ("a", "b", "b"))


def test_a_notebook_shows_a_balance_with_its_streams():
    balance = replace(separation(), plant="<b>")
    page = balance._repr_html_()
    assert "&lt;b&gt;" in page and "<b>" not in page
    for edge in balance.edges:
        assert f"<td>{edge.name}</td><td>{edge.role}</td>" in page
