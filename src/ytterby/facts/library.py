"""The shipped facts: each YAML file beside this module is read once, when a fact of it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from ytterby.facts.fact import EVIDENCE, Fact
from ytterby.quantity import parse_any, require_unit

DATA = Path(__file__).with_name("data")
_KEYS = ("value", "unit", "uncertainty", "conditions", "window", "source", "note", "labels")
_KEY = re.compile(r"^[^\s#:][^:\n]*(?=:)", re.MULTILINE)
_WINDOW_UNITS = ("K", "mol/m3", "-", "s")


class UnknownFact(KeyError):
    """No fact has this name; where `asked` is told, the text ends with the nearest names.

    They are sought when the text is read, not before: most who ask for a fact can do without it.
    """

    def __init__(self, message: str, asked: str | None = None) -> None:
        super().__init__(message, asked)

    def __str__(self) -> str:
        message, asked = self.args
        near = get_close_matches(asked, _library(), n=3, cutoff=0.5) if asked else []
        return f"{message} Did you mean {' or '.join(near)}?" if near else message


def _library() -> dict[str, Fact]:
    """Every shipped fact."""
    return _joined(tuple(_keys()))


@cache
def _around(name: str) -> dict[str, Fact]:
    """The facts of those files that may hold `name`, or names below it."""
    return _joined(tuple(p for p, keys in _keys().items() if any(_akin(name, k) for k in keys)))


def _akin(name: str, key: str) -> bool:
    """Whether one of two dotted names lies below the other."""
    return f"{name}.".startswith(f"{key}.") or key.startswith(f"{name}.")


@cache
def _joined(paths: tuple[Path, ...]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for path in paths:
        for found in _of_file(path):
            if found.name in facts:
                raise ValueError(f"{path.name}: fact {found.name!r} stands twice")
            facts[found.name] = found
    return facts


@cache
def _of_file(path: Path) -> tuple[Fact, ...]:
    return tuple(read(path))


@cache
def _keys() -> dict[Path, tuple[str, ...]]:
    """The unindented keys of every file, such as leach.hcl, which need no YAML to be read."""
    paths = sorted(DATA.glob("*.yaml"))
    return {path: tuple(_KEY.findall(path.read_text(encoding="utf-8"))) for path in paths}


def read(path: Path) -> Iterator[Fact]:
    """The facts of one YAML file; raises ValueError naming the fact that is malformed."""
    from ruamel.yaml import YAML

    tree = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    yield from _walk(tree, (), path.name)


def _walk(tree: Any, name: tuple[str, ...], file: str) -> Iterator[Fact]:
    if not isinstance(tree, dict):
        raise ValueError(f"{file}: {'.'.join(name)}: expected a fact or a mapping of facts")
    if "value" in tree:
        yield _fact(".".join(name), dict(tree), file)
        return
    for key, branch in tree.items():
        yield from _walk(branch, (*name, str(key)), file)


def _fact(name: str, row: dict[str, Any], file: str) -> Fact:
    evidence = row.pop("class", None)
    if evidence not in EVIDENCE or not row.get("source") or "unit" not in row:
        raise ValueError(f"{file}: {name}: a fact needs value, unit, source and class {EVIDENCE}")
    strange = [key for key in row if key not in _KEYS]
    if strange:
        raise ValueError(
            f"{file}: {name}: found {strange[0]!r}, expected some of {', '.join(_KEYS)} and class"
        )
    window = {
        variable: (_bound(low), _bound(high))
        for variable, (low, high) in (row.pop("window", None) or {}).items()
    }
    labels = {str(key): str(text) for key, text in (row.pop("labels", None) or {}).items()}
    try:
        row["value"] = float(row["value"])
        require_unit(row["unit"])
        return Fact(name=name, evidence=evidence, window=window, labels=labels, **row)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{file}: {name}: {error}") from None


def _bound(raw: object) -> float:
    return float(raw) if isinstance(raw, int | float) else parse_any(raw, _WINDOW_UNITS)[0]


def fact(name: str) -> Fact:
    """The shipped fact of that name; raises UnknownFact with the nearest names."""
    try:
        return _around(name)[name]
    except KeyError:
        raise UnknownFact(f"no fact is called {name!r}.", asked=name) from None


def table(prefix: str) -> dict[str, Fact]:
    """The facts one step below `prefix`, by last part: table("p507.log-k")["Nd"]."""
    rows = _table(prefix)
    if not rows:
        raise UnknownFact(f"no table of facts is called {prefix!r}")
    return dict(rows)


@cache
def _table(prefix: str) -> dict[str, Fact]:
    return {
        last: found
        for name, found in _around(prefix).items()
        for head, _, last in [name.rpartition(".")]
        if head == prefix
    }


@cache
def below(prefix: str) -> tuple[Fact, ...]:
    """The facts below `prefix` at any depth, by name: below("limits.cn")."""
    found = _around(prefix).items()
    return tuple(one for name, one in sorted(found) if name.startswith(f"{prefix}."))


def known(names: Iterable[str]) -> dict[str, Fact]:
    """The shipped facts among these names, by name and in their order."""
    return {name: _around(name)[name] for name in names if name in _around(name)}


def all_facts() -> tuple[Fact, ...]:
    """Every shipped fact, by name."""
    return tuple(found for _, found in sorted(_library().items()))


def find(text: str) -> tuple[Fact, ...]:
    """The facts whose name, conditions, source or note hold every word of `text`."""
    words = text.lower().split()
    return tuple(
        found
        for found in all_facts()
        if all(
            word
            in f"{found.name} {found.conditions} {found.source} {found.note} "
            f"{found.evidence}".lower()
            for word in words
        )
    )
