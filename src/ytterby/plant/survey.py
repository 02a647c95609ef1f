"""What a plant file may not hold, found before anything is built from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 12
"""Levels of nesting; a plant needs five."""
LONGEST_NUMBER = 300
"""Digits of a whole number; a float holds no more."""
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9][0-9A-Fa-fxo_]*")
_HINTS = {
    "\\t": "Indent with spaces, not tabs",
    "mapping values are not allowed": "A text that holds ': ' needs quotes",
    "expected ',' or '}'": "A '{' is not closed, or a comma is missing",
    "expected ',' or ']'": "A '[' is not closed, or a comma is missing",
    "could not find expected ':'": "A key ends with a colon and a space",
    "cannot start any token": "Quote a text that starts with %, @, ` or &",
    "<block end>": "Keys of one mapping start in the same column",
}
"""What usually causes a complaint of the YAML parser, by a part of it."""


class Refused(ValueError):
    """A text that is no plant file: why, and at which line and column (from 0)."""

    def __init__(self, message: str, line: int, column: int):
        self.message, self.line, self.column = message, line, column
        super().__init__(message)


@dataclass
class _Level:
    """One open mapping or sequence: its keys so far with their lines."""

    mapping: bool
    at_key: bool = True
    keys: dict[str, int] = field(default_factory=dict)


def survey(text: str) -> None:
    """Raise Refused unless `text` is one plain YAML document.

    Plain means: no anchors, aliases, tags, directives, merge or duplicate keys, keys that are
    single words, no deep nesting. Events are read one by one, so that a hostile text costs
    no more than the part up to its first offence.
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    levels: list[_Level] = []
    try:
        for number, event in enumerate(_events(text)):
            _inspect(event, levels, number)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused(syntax(error), mark.line, mark.column) from None
    except YAMLError as error:
        raise Refused(f"found what is not YAML: {_first_line(error)}", 0, 0) from None


def syntax(error: Any) -> str:
    """How the reader is told of a MarkedYAMLError."""
    problem = str(error.problem or error.context or "unreadable")
    hint = next((text for part, text in _HINTS.items() if part in problem), "")
    return f"found what is not YAML: {problem}" + (f". {hint}" if hint else "")


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def _inspect(event: Any, levels: list[_Level], number: int) -> None:
    match type(event).__name__:
        case "DocumentStartEvent":
            _refuse_directives(event)
            if number > 1:
                raise _refused(event, "found a second document, expected one plant in a file")
        case "AliasEvent":
            raise _refused(event, f"found the alias '*{event.anchor}', expected it written out")
        case "MappingEndEvent" | "SequenceEndEvent":
            levels.pop()
        case "MappingStartEvent" | "SequenceStartEvent" | "ScalarEvent":
            _refuse_extras(event)
            _enter(event, levels)


def _enter(event: Any, levels: list[_Level]) -> None:
    """Note a node: as key or value of the mapping it stands in, and as a level of its own."""
    scalar = type(event).__name__ == "ScalarEvent"
    if levels and levels[-1].mapping:
        if levels[-1].at_key:
            _refuse_key(event, levels[-1], scalar)
        levels[-1].at_key = not levels[-1].at_key
    if scalar:
        if len(event.value) > LONGEST_NUMBER and _WHOLE_NUMBER.fullmatch(event.value):
            raise _refused(
                event, f"found a number of {len(event.value)} digits, expected a finite one"
            )
        return
    levels.append(_Level(mapping=type(event).__name__ == "MappingStartEvent"))
    if len(levels) > DEEPEST:
        raise _refused(event, f"found more than {DEEPEST} levels of nesting, expected a plant")


def _refuse_key(event: Any, level: _Level, scalar: bool) -> None:
    if not scalar:
        raise _refused(event, "found a list or mapping as a key, expected a name")
    if event.value == "<<":
        raise _refused(event, "found the merge key '<<', expected the fields written out")
    if event.value in level.keys:
        first = level.keys[event.value] + 1
        raise _refused(
            event,
            f"found the key {event.value!r} again, expected it once; it stands on line {first}",
        )
    level.keys[event.value] = event.start_mark.line


def _refuse_directives(event: Any) -> None:
    if event.version or event.tags:
        raise _refused(event, "found a % directive, expected a plain plant file")


def _refuse_extras(event: Any) -> None:
    if event.anchor:
        raise _refused(event, f"found the anchor '&{event.anchor}', expected plain values")
    if event.tag:
        raise _refused(event, f"found the tag {str(event.tag)!r}, expected plain values")


def _refused(event: Any, message: str) -> Refused:
    return Refused(message, event.start_mark.line, event.start_mark.column)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0]
