"""`ytterby explain`: what the declarations and the facts say of themselves."""

from __future__ import annotations

import dataclasses
import inspect
import math
from difflib import get_close_matches

from rich.console import Group, RenderableType
from rich.text import Text

from ytterby.app.fact_table import rows_of, table_of, told_of
from ytterby.app.terminal import console
from ytterby.facts import UnknownFact, all_facts, fact, table
from ytterby.quantity import show
from ytterby.units import KINDS, Declaration, Unit, declarations, required
from ytterby.units.conversion import show_default


def explain(name: str) -> int:
    """Print all about the unit operation, fact or table of facts `name`; raises UnknownFact."""
    console().print(_unit(KINDS[name]) if name in KINDS else _facts_called(name))
    return 0


def _facts_called(name: str) -> RenderableType:
    try:
        return told_of(fact(name))
    except UnknownFact:
        pass
    try:
        return table_of(list(table(name).values()))
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
        rows_of(("Inlet", "Takes"), ports),
        rows_of(("Outlet", "Gives"), list(unit.outlets.items())),
        rows_of(
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
