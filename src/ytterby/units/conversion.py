"""From what a plant file says in a field to the value of that field, and back."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from ytterby.chemistry import is_element
from ytterby.facts import UnknownFact, fact, table
from ytterby.facts.fact import EVIDENCE, Fact
from ytterby.quantity import QuantityError, check, describe, parse, show
from ytterby.units.fields import ALL, SI, Declaration, FactTable, FieldError


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
        return len(parts) == 2 and all(map(is_element, parts))
    return any(map(is_element, shipped)) and is_element(key)


def _new_keys(shipped: Mapping[str, Fact]) -> str:
    if any("/" in known for known in shipped):
        return "a pair of elements such as Dy/Tb"
    named = any(map(is_element, shipped))
    return "the symbol of an element" if named else f"one of {', '.join(shipped)}"


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
