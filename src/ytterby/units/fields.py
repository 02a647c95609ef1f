"""What a unit is made of: fields that carry their own unit, meaning, limits and source.

Help, schema, documentation and error messages are all read off these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ytterby.chemistry import UnknownFormula, atomic_mass
from ytterby.facts import UnknownFact, fact, table
from ytterby.facts.fact import EVIDENCE, Fact
from ytterby.quantity import QuantityError, check, describe, parse, show

INFINITE = float("inf")
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
    source: name of the fact, or of the table of facts, that stands in when nothing is given.
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


def choice(doc: str, choices: Iterable[str], *, default: str | None = None) -> Any:
    """One word out of a few."""
    told = Declaration("setting", doc, choices=tuple(choices))
    return _declare(told) if default is None else _declare(told, default=default)


def sourced(
    name: str, doc: str, *, unit: str = "-", minimum: float = 0.0, maximum: float = INFINITE
) -> Any:
    """A number that nature or practice gives: the fact `name` unless the plant file overrides."""
    told = Declaration("fact", doc, unit, minimum, maximum, source=name)
    return _declare(told, default_factory=lambda: fact(name))


def sourced_table(
    prefix: str, doc: str, *, unit: str = "-", minimum: float = 0.0, maximum: float = INFINITE
) -> Any:
    """Numbers by key (an element, a solid): the table of facts `prefix` with overrides."""
    told = Declaration("facts", doc, unit, minimum, maximum, source=prefix)
    return _declare(told, default_factory=lambda: FactTable(table(prefix)))


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


class FactTable(dict[str, Fact]):
    """Facts by key, hashable by content, never changed after it was made."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def declarations(unit: type) -> dict[str, Declaration]:
    """The declared fields of a unit class, by name, in order."""
    return {f.name: f.metadata["declaration"] for f in dataclasses.fields(unit) if f.metadata}


def required(unit: type) -> tuple[str, ...]:
    """Names of the fields that have to be given."""
    missing = dataclasses.MISSING
    return tuple(
        f.name
        for f in dataclasses.fields(unit)
        if f.metadata and f.default is missing and f.default_factory is missing
    )


def convert(name: str, told: Declaration, raw: Any, where: str) -> Any:
    """The value of field `name` from what a file or a caller gave; raises FieldError.

    where: what overridden facts name as their source.
    """
    try:
        match told.kind:
            case "inlet":
                return _names(raw)
            case "setting":
                return _choice(raw, told) if told.choices else _number(raw, told)
            case "fact":
                return (
                    raw if isinstance(raw, Fact) else _override(fact(told.source), raw, told, where)
                )
            case "facts":
                return _table(told, raw, where)
            case "group":
                assert told.read is not None
                return told.read(raw)
    except FieldError as error:
        raise FieldError((name, *error.path), error.found, error.expected, error.hint) from None
    except QuantityError as error:
        raise FieldError((name,), error.found, error.expected, error.hint) from None


def _names(raw: Any) -> str | tuple[str, ...]:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, list | tuple) and all(isinstance(name, str) for name in raw):
        if len(set(raw)) < len(raw):
            raise FieldError((), "the same stream twice", "each stream once")
        return tuple(raw)
    raise FieldError((), describe(raw), "the name of a stream or a list of names")


def _number(raw: Any, told: Declaration) -> float:
    value = raw if isinstance(raw, SI) else parse(raw, told.unit)
    check(value, told.minimum, told.maximum, told.unit, raw)
    if told.whole and value != int(value):
        raise QuantityError(describe(raw), "a whole number")
    return int(value) if told.whole else SI(value)


class SI(float):
    """A number already in the SI unit of its field, which therefore needs no unit text."""


def _choice(raw: Any, told: Declaration) -> str:
    if raw not in told.choices:
        raise FieldError((), describe(raw), " or ".join(told.choices))
    return raw


def _override(shipped: Fact, raw: Any, told: Declaration, where: str) -> Fact:
    source, evidence = where, "assumed"
    if isinstance(raw, Mapping):
        unknown = set(raw) - {"value", "source", "class"}
        if unknown or "value" not in raw:
            raise FieldError(
                (), f"a mapping with {', '.join(map(str, raw))}", "value, source, class"
            )
        source, evidence = raw.get("source", where), raw.get("class", "assumed")
        if evidence not in EVIDENCE:
            raise FieldError(("class",), describe(evidence), f"one of {', '.join(EVIDENCE)}")
        raw = raw["value"]
    value = parse(raw, shipped.unit)
    given = shipped.override(value, str(source), evidence)
    check(given.si(told.unit), told.minimum, told.maximum, told.unit, raw)
    return given


def _table(told: Declaration, raw: Any, where: str) -> FactTable:
    if isinstance(raw, FactTable):
        return raw
    if not isinstance(raw, Mapping):
        raise FieldError((), describe(raw), "a mapping from name to value")
    facts = table(told.source)
    blank = next(iter(facts.values()))
    by_element = all(_is_element(key) for key in facts)
    for key, value in raw.items():
        if key not in facts and not (by_element and _is_element(key)):
            expected = "the symbol of an element" if by_element else f"one of {', '.join(facts)}"
            raise FieldError((str(key),), f"unknown key {str(key)!r}", expected)
        known = facts.get(key) or Fact(
            f"{told.source}.{key}", 0.0, blank.unit, "assumed", where, note="not shipped"
        )
        try:
            facts[key] = _override(known, value, told, where)
        except QuantityError as error:
            raise FieldError((str(key),), error.found, error.expected, error.hint) from None
        except FieldError as error:
            path = (str(key), *error.path)
            raise FieldError(path, error.found, error.expected, error.hint) from None
    return FactTable(facts)


def _is_element(key: object) -> bool:
    try:
        return isinstance(key, str) and atomic_mass(key) > 0
    except UnknownFormula:
        return False


def to_tree(value: Any, told: Declaration) -> Any:
    """The raw tree from which `convert` makes `value` again."""
    match told.kind:
        case "inlet":
            return list(value) if isinstance(value, tuple) else value
        case "setting":
            return value if told.unit == "-" or told.choices else f"{value!r} {told.unit}"
        case "fact":
            return None if value == fact(told.source) else _fact_tree(value)
        case "facts":
            try:
                shipped = table(told.source)
            except UnknownFact:
                shipped = {}
            return {key: _fact_tree(f) for key, f in value.items() if shipped.get(key) != f}
        case "group":
            assert told.write is not None
            return told.write(value)


def _fact_tree(given: Fact) -> dict[str, Any]:
    value = given.value if given.unit == "-" else f"{given.value!r} {given.unit}"
    return {"value": value, "source": given.source, "class": given.evidence}


def show_default(told: Declaration, value: Any) -> str:
    """How documentation prints a default."""
    return show(value, told.unit) if isinstance(value, float | int) else str(value)
