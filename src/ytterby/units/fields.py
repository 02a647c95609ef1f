"""What a unit is made of: fields that carry their own unit, meaning, limits and source.

Help, schema, documentation and error messages are all read off these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any, Literal

from ytterby.chemistry import UnknownFormula, atomic_mass
from ytterby.facts import UnknownFact, fact, table
from ytterby.facts.fact import EVIDENCE, Fact
from ytterby.quantity import QuantityError, check, describe, parse, show

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
                return raw if isinstance(raw, Fact) else _one(told, raw, where)
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
    word = told.aliases.get(raw, raw) if isinstance(raw, str) else raw
    if word not in told.choices:
        near = get_close_matches(str(raw), (*told.choices, *told.aliases), n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near and told.aliases else ""
        raise FieldError((), describe(raw), " or ".join(told.choices), hint)
    return word


def _one(told: Declaration, raw: Any, where: str) -> Fact:
    shipped = fact(told.source)
    return shipped if raw is None else _override(shipped, raw, told, where)


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
    shipped = table(told.source)
    if raw is None or (told.asked and raw == ALL):
        return FactTable({} if told.asked and raw is None else shipped)
    if not isinstance(raw, Mapping):
        or_all = f", or {ALL!r}" if told.asked else ""
        raise FieldError((), describe(raw), f"a mapping from name to value{or_all}")
    facts = {} if told.asked else dict(shipped)
    blank = next(iter(shipped.values()))
    for key, value in raw.items():
        if key not in shipped and not _may_be_new(shipped, key):
            expected = _new_keys(shipped)
            raise FieldError((str(key),), f"unknown key {str(key)!r}", expected)
        known = shipped.get(key) or Fact(
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


def _may_be_new(shipped: Mapping[str, Fact], key: object) -> bool:
    """Whether a table that names elements, or pairs of them, may name this one too."""
    if any("/" in known for known in shipped):
        parts = str(key).split("/")
        return len(parts) == 2 and all(map(_is_element, parts))
    return any(map(_is_element, shipped)) and _is_element(key)


def _new_keys(shipped: Mapping[str, Fact]) -> str:
    if any("/" in known for known in shipped):
        return "a pair of elements such as Dy/Tb"
    named = any(map(_is_element, shipped))
    return "the symbol of an element" if named else f"one of {', '.join(shipped)}"


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
            if told.asked and value == shipped:
                return ALL
            same = {} if told.asked else shipped
            return {key: _fact_tree(f) for key, f in value.items() if same.get(key) != f}
        case "group":
            assert told.write is not None
            return told.write(value)


def _fact_tree(given: Fact) -> dict[str, Any]:
    value = given.value if given.unit == "-" else f"{given.value!r} {given.unit}"
    return {"value": value, "source": given.source, "class": given.evidence}


def show_default(told: Declaration, value: Any) -> str:
    """How documentation prints a default."""
    return show(value, told.unit) if isinstance(value, float | int) else str(value)
