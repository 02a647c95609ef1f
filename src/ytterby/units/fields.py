"""What a unit is made of: fields that carry their own unit, meaning, limits and source.

Help, schema, documentation and error messages are all read off these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

from ytterby.facts import Fact, fact, table

INFINITE = float("inf")
ALL = "process"
"""Word that asks for the whole of a table that otherwise stands empty."""
Kind = Literal["inlet", "setting", "fact", "facts", "group"]


class FieldError(ValueError):
    """A field that was given what it cannot take.

    path: where in the tree, such as ("stages", "extraction"). found, expected, hint: see STYLE.
    """

    def __init__(self, path: tuple[str, ...], found: str, expected: str, hint: str = ""):
        self.path, self.found, self.expected, self.hint = path, found, expected, hint
        text = f"{'.'.join(path)}: found {found}, expected {expected}"
        super().__init__(text + (f". {hint}" if hint else ""))


@dataclass(frozen=True)
class Declaration:
    """What a field takes. kind: inlet, setting, fact, facts (by key) or group (of settings).

    unit: pint spelling, "-" dimensionless. minimum, maximum: limits in `unit`.
    drawable: whether an inlet may name a feed without a flow.
    aliases: other words for the choices.
    source: name of the fact, or of the table of facts, that stands in when nothing is given.
    chosen: the source by the other fields of a unit, where they choose it; `source` is then that of
        a unit which chooses nothing.
    asked: a table that stands empty; the word `process` takes the whole of the source.
    read, write: for kinds of their own: raw tree -> value, value -> raw tree.
    """

    kind: Kind
    doc: str
    unit: str = "-"
    minimum: float = -INFINITE
    maximum: float = INFINITE
    drawable: bool = False
    source: str = ""
    whole: bool = False
    choices: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    chosen: Callable[[Any], str] | None = None
    asked: bool = False
    read: Callable[[Any], Any] | None = None
    write: Callable[[Any], Any] | None = None
    schema: Mapping[str, Any] | None = None


def inlet(doc: str, *, drawable: bool = False, required: bool = True) -> Any:
    """An inlet: the name of one stream, or a list of names that are mixed."""
    told = Declaration("inlet", doc, drawable=drawable)
    return _declare(told) if required else _declare(told, default=())


def setting(
    unit: str,
    doc: str,
    *,
    default: float | None = None,
    minimum: float = -INFINITE,
    maximum: float = INFINITE,
    whole: bool = False,
) -> Any:
    """A number somebody chose: a temperature, a dose, a count of stages [unit]."""
    told = Declaration("setting", doc, unit, minimum, maximum, whole=whole)
    return _declare(told) if default is None else _declare(told, default=default)


def choice(
    doc: str,
    choices: Iterable[str],
    *,
    default: str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Any:
    """One word out of a few; `aliases` are other words for them."""
    told = Declaration("setting", doc, choices=tuple(choices), aliases=aliases or {})
    return _declare(told) if default is None else _declare(told, default=default)


def sourced(
    name: str,
    doc: str,
    *,
    unit: str = "-",
    minimum: float = 0.0,
    maximum: float = INFINITE,
    chosen: Callable[[Any], str] | None = None,
) -> Any:
    """A number that nature or practice gives: the fact `name` unless the plant file overrides.

    chosen: the name of the fact by the unit, where its other fields decide on it.
    """
    told = Declaration("fact", doc, unit, minimum, maximum, source=name, chosen=chosen)
    return _declare(told, default_factory=lambda: None if chosen else fact(name))


def sourced_table(
    prefix: str,
    doc: str,
    *,
    unit: str = "-",
    minimum: float = 0.0,
    maximum: float = INFINITE,
    chosen: Callable[[Any], str] | None = None,
    asked: bool = False,
) -> Any:
    """Numbers by key (an element, a solid): the table of facts `prefix` with overrides.

    chosen: the name of the table by the unit, where its other fields decide on it. asked: empty,
    unless the file gives some or asks for the whole with the word `process`.
    """
    told = Declaration(
        "facts", doc, unit, minimum, maximum, source=prefix, chosen=chosen, asked=asked
    )
    empty = chosen is not None or asked
    return _declare(told, default_factory=lambda: None if empty else FactTable(table(prefix)))


def group(
    doc: str,
    read: Callable[[Any], Any],
    write: Callable[[Any], Any],
    schema: Mapping[str, Any],
    *,
    required: bool = True,
) -> Any:
    """A field with an inner form of its own; `read` raises FieldError, `schema` is JSON Schema."""
    told = Declaration("group", doc, read=read, write=write, schema=schema)
    return _declare(told) if required else _declare(told, default_factory=lambda: read(None))


def _declare(told: Declaration, **default: Any) -> Any:
    return field(metadata={"declaration": told}, kw_only=True, **default)


class SI(float):
    """A number already in the SI unit of its field, which therefore needs no unit text."""


class FactTable(dict[str, Fact]):
    """Facts by key, hashable by content, never changed after it was made."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def declarations(unit: type) -> dict[str, Declaration]:
    """The declared fields of a unit class, by name, in order."""
    return {f.name: f.metadata["declaration"] for f in dataclasses.fields(unit) if f.metadata}


def settled(unit: type, values: Mapping[str, Any]) -> dict[str, Declaration]:
    """The declared fields of a unit class with the sources that some of its `values` choose."""
    given = {f.name: values.get(f.name, f.default) for f in dataclasses.fields(unit)}
    return {
        name: dataclasses.replace(told, source=told.chosen(SimpleNamespace(**given)))
        if told.chosen
        else told
        for name, told in declarations(unit).items()
    }


def required(unit: type) -> tuple[str, ...]:
    """Names of the fields that have to be given."""
    missing = dataclasses.MISSING
    return tuple(
        f.name
        for f in dataclasses.fields(unit)
        if f.metadata and f.default is missing and f.default_factory is missing
    )
