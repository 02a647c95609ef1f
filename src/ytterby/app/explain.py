"""`ytterby explain` and `ytterby facts`: what the declarations and the facts say of themselves."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from difflib import get_close_matches
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ytterby.app.terminal import console
from ytterby.facts import EVIDENCE, Fact, UnknownFact, all_facts, fact, find, table
from ytterby.quantity import QuantityError, show
from ytterby.units import KINDS, Declaration, Unit, declarations, required
from ytterby.units.conversion import show_default


def explain(name: str) -> int:
    """Print all about the unit operation, fact or table of facts `name`; raises UnknownFact."""
    console().print(_unit(KINDS[name]) if name in KINDS else _facts_called(name))
    return 0


def facts(words: tuple[str, ...], *, evidence: str | None, as_json: bool) -> int:
    """Print the facts that hold all `words` and have that class of evidence."""
    if evidence is not None and evidence not in EVIDENCE:
        raise QuantityError(f"the class {evidence!r}", f"one of {', '.join(EVIDENCE)}")
    found = [one for one in find(" ".join(words)) if evidence in (None, one.evidence)]
    if not found and not as_json:
        raise UnknownFact(f"no fact holds all of {' '.join(words)!r}; ask with fewer words")
    if as_json:
        print(json.dumps([_plain(one) for one in found], indent=2, ensure_ascii=False))
    else:
        console().print(_table_of(found), Text(f"{len(found)} of {len(all_facts())} facts"))
    return 0


def _facts_called(name: str) -> RenderableType:
    try:
        return _fact(fact(name))
    except UnknownFact:
        pass
    try:
        return _table_of(list(table(name).values()))
    except UnknownFact:
        known = [*KINDS, *(one.name for one in all_facts())]
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else f" Unit operations: {', '.join(KINDS)}"
        raise UnknownFact(f"no unit operation or fact is called {name!r}.{hint}") from None


def _unit(unit: type[Unit]) -> RenderableType:
    told = declarations(unit)
    ports = [
        (name, one.doc + (" May be drawn on demand." if one.drawable else ""))
        for name, one in told.items()
        if one.kind == "inlet"
    ]
    return Group(
        Text.assemble((unit.kind, "bold"), f", {unit.grade}"),
        Text(inspect.getdoc(unit) or ""),
        Text(""),
        _rows(("Inlet", "Takes"), ports),
        _rows(("Outlet", "Gives"), list(unit.outlets.items())),
        _rows(
            ("Field", "Unit", "Limits", "Default", "Meaning"),
            [
                (name, one.unit, _limits(one), _default(unit, name, one), one.doc)
                for name, one in told.items()
                if one.kind != "inlet"
            ],
        ),
    )


def _limits(told: Declaration) -> str:
    if told.choices:
        return ", ".join(told.choices)
    low, high = (show(x, "-", 4) if math.isfinite(x) else "" for x in (told.minimum, told.maximum))
    return (
        f"{low} to {high}" if low and high else f">= {low}" if low else f"<= {high}" if high else ""
    )


def _default(unit: type[Unit], name: str, told: Declaration) -> str:
    """What stands in for a field that is not given: a value, or a fact with its evidence."""
    if name in required(unit):
        return "(required)"
    if told.kind == "fact":
        return f"{told.source}: {fact(told.source)}"
    if told.kind == "facts":
        return f"table {told.source}"
    default = next(f.default for f in dataclasses.fields(unit) if f.name == name)
    return "" if default is dataclasses.MISSING else show_default(told, default)


def _fact(one: Fact) -> RenderableType:
    rows = [
        (key, _text(value)) for key, value in _plain(one).items() if value not in (None, "", {})
    ]
    return _rows(("Fact", one.name), rows[1:])


def _plain(one: Fact) -> dict[str, Any]:
    """The fact as plain data, in the words of the data files."""
    return {
        "name": one.name,
        "value": one.value,
        "unit": one.unit,
        "uncertainty": one.uncertainty,
        "class": one.evidence,
        "conditions": one.conditions,
        "window": {key: list(limits) for key, limits in one.window.items()},
        "source": one.source,
        "note": one.note,
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {low:g} to {high:g} (SI)" for key, (low, high) in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _table_of(found: list[Fact]) -> Table:
    return _rows(
        ("Fact", "Value", "Class", "Source"),
        [(one.name, str(one).rpartition(" [")[0], one.evidence, one.source) for one in found],
    )


def _rows(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        made.add_column(escape(title), overflow="fold")
    for row in rows:
        made.add_row(*map(escape, row))
    return made
