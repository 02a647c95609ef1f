"""The unit reference, generated from the declarations of the units: `docs/units.md`."""

from __future__ import annotations

import inspect

from ytterby.facts import UnknownFact, fact
from ytterby.units import KINDS, Declaration, Unit, declarations, required

_INTRODUCTION = """# Units

Every unit operation with its fields, generated from the code by `python -m ytterby.app.reference`.
A grade says how a unit knows what it does: *mechanistic* (equations), *fitted* (equations with
constants fitted to like plants) or *specified* (the user says what happens). A fact has a shipped
value with a source, which `ytterby facts` prints and which the plant file may override.
"""


def units_page() -> str:
    """The page as Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(kind, unit) for kind, unit in KINDS.items())])


def _section(kind: str, unit: type[Unit]) -> str:
    needed = required(unit)
    rows = [
        f"| `{name}` | {told.doc.rstrip('.')} | {_takes(told)} | {_stands(name, told, needed)} |"
        for name, told in declarations(unit).items()
    ]
    outlets = [f"| `{port}` | {doc} |" for port, doc in unit.outlets.items()]
    return "\n".join(
        [
            f"## {kind}",
            "",
            f"*{unit.grade}*. {inspect.getdoc(unit)}",
            "",
            "| field | meaning | takes | when left out |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "| outlet | holds |",
            "| --- | --- |",
            *outlets,
            "",
        ]
    )


def _takes(told: Declaration) -> str:
    if told.kind == "inlet":
        return "streams, one may be drawn" if told.drawable else "streams"
    if told.choices:
        return ", ".join(f"`{word}`" for word in told.choices)
    if told.kind == "group":
        return "a mapping"
    what = {"fact": "fact", "facts": "facts by name"}.get(told.kind, "number")
    return what if told.unit == "-" else f"{what} [{told.unit}]"


def _stands(name: str, told: Declaration, needed: tuple[str, ...]) -> str:
    if name in needed:
        return "required"
    if told.kind == "fact":
        try:
            shipped = fact(told.source)
        except UnknownFact:
            return f"`{told.source}`"
        return f"`{told.source}`: {shipped}{_chosen(told)}"
    if told.kind != "facts":
        return "nothing, or the default"
    return "nothing" if told.asked else f"`{told.source}.*`{_chosen(told)}"


def _chosen(told: Declaration) -> str:
    return ", or as the other fields choose" if told.chosen else ""


if __name__ == "__main__":
    print(units_page(), end="")
