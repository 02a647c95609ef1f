"""`ytterby facts`: what the facts say of themselves. It needs no unit operation, and is quick."""

from __future__ import annotations

import json
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ytterby.app.terminal import console
from ytterby.facts import EVIDENCE, Fact, UnknownFact, all_facts, find
from ytterby.quantity import QuantityError


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
        console().print(table_of(found), Text(f"{len(found)} of {len(all_facts())} facts"))
    return 0


def told_of(one: Fact) -> RenderableType:
    """All that is known of a fact."""
    rows = [
        (key, _text(value)) for key, value in _plain(one).items() if value not in (None, "", {})
    ]
    return rows_of(("Fact", one.name), rows[1:])


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


def table_of(found: list[Fact]) -> Table:
    """A row for each fact."""
    return rows_of(
        ("Fact", "Value", "Class", "Source"),
        [(one.name, str(one).rpartition(" [")[0], one.evidence, one.source) for one in found],
    )


def rows_of(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table without lines between its columns."""
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        made.add_column(escape(title), overflow="fold")
    for row in rows:
        made.add_row(*map(escape, row))
    return made
