"""What an account says: lines with a value, where it comes from, and what moves it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from ytterby.facts import EVIDENCE, Evidence, Fact, weakest

if TYPE_CHECKING:
    import pandas as pd


class UnknownLine(KeyError):
    """No line of the statement has this key."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Line:
    """One statement about a plant.

    key: what it is about, such as ("recovery", "kiln.product", "Nd"). label: the same in words.
    value: in `unit` (pint spelling, "-" dimensionless), or None where it cannot be computed.
    missing: why it cannot be computed. remark: what to say beside the value, such as a verdict.
    streams: names of the streams it was computed from.
    facts: keys (`unit.field`) of the facts that it rests on. evidence: the weakest class among
    them. movers: (fact key, change of value [unit] for one step of that fact), largest first; a
    step is one standard uncertainty, or a tenth of the value where none is stated. bends: (fact
    key, mean of the changes for one step up and one step down [unit]): nothing where the value goes
    straight with the fact.

    An account fills in the facts of its own, such as prices; `attribute` adds those of the plant
    and what moves the line. A value that no fact moves has no evidence class of its own. Settings
    that somebody chose are not facts.
    """

    key: tuple[str, ...]
    label: str
    value: float | None
    unit: str
    streams: tuple[str, ...] = ()
    missing: str = ""
    facts: tuple[str, ...] = ()
    evidence: Evidence | None = None
    movers: tuple[tuple[str, float], ...] = ()
    remark: str = ""
    bends: tuple[tuple[str, float], ...] = ()

    @staticmethod
    def of(
        key: tuple[str, ...],
        label: str,
        value: float,
        unit: str,
        streams: tuple[str, ...] = (),
        missing: str = "",
        remark: str = "",
        basis: Sequence[Fact] = (),
    ) -> Line:
        """The line with `value` [unit]; a NaN becomes a line that says what is `missing`.

        basis: facts of the account itself that it rests on, such as a price.
        """
        if math.isnan(value):
            return Line(key, label, None, unit, streams, missing or "not known", remark=remark)
        names = tuple(dict.fromkeys(fact.name for fact in basis))
        evidence = weakest(tuple(basis)) if basis else None
        return Line(key, label, float(value), unit, streams, "", names, evidence, (), remark)


@dataclass(frozen=True)
class Statement:
    """An account of one balance. lines: in the order in which they should be read."""

    title: str
    lines: tuple[Line, ...]

    @cached_property
    def _by_key(self) -> dict[tuple[str, ...], Line]:
        return {line.key: line for line in self.lines}

    def line(self, *key: str) -> Line:
        """The line of that key; raises UnknownLine with the nearest one."""
        if key in self._by_key:
            return self._by_key[key]
        known = {" ".join(one): one for one in self._by_key}
        near = get_close_matches(" ".join(key), known, n=1, cutoff=0.5)
        hint = f" Did you mean {known[near[0]]}?" if near else ""
        raise UnknownLine(f"{self.title!r} has no line {key}.{hint}")

    def value(self, *key: str) -> float:
        """The value of the line of that key; NaN where it is not known or there is no such line."""
        line = self._by_key.get(key)
        return math.nan if line is None or line.value is None else line.value

    def about(self, *start: str) -> tuple[Line, ...]:
        """The lines whose key starts with `start`: about("purity", "kiln.product")."""
        return tuple(line for line in self.lines if line.key[: len(start)] == start)

    @property
    def missing(self) -> tuple[Line, ...]:
        """The lines that could not be computed."""
        return tuple(line for line in self.lines if line.value is None)

    def to_dict(self) -> dict[str, Any]:
        """The statement as plain data."""
        return {"title": self.title, "lines": [_plain(line) for line in self.lines]}

    def table(self) -> pd.DataFrame:
        """One row per line: key, label, value, unit, what is missing, remark, streams, evidence."""
        import pandas as pd

        rows = [{**_plain(line), "key": " | ".join(line.key)} for line in self.lines]
        rows = [{**row, "streams": ", ".join(row["streams"])} for row in rows]
        return pd.DataFrame(rows, columns=list(_plain(Line((), "", None, "-"))))

    def _repr_html_(self) -> str:
        """The statement as a notebook shows it."""
        rows = "".join(
            f"<tr><td>{escape(line.label)}</td><td style='text-align:right'>{_figure(line)}</td>"
            f"<td>{'' if line.unit == '-' else escape(line.unit)}</td>"
            f"<td>{escape(line.missing or line.remark)}</td></tr>"
            for line in self.lines
        )
        return f"<table><caption>{escape(self.title)}</caption>{rows}</table>"


def _plain(line: Line) -> dict[str, Any]:
    return {
        "key": list(line.key),
        "label": line.label,
        "value": line.value,
        "unit": line.unit,
        "missing": line.missing,
        "remark": line.remark,
        "streams": list(line.streams),
        "evidence": line.evidence,
    }


def _figure(line: Line) -> str:
    return "" if line.value is None else f"{line.value:.5g}"


def together(key: tuple[str, ...], label: str, lines: Sequence[Line]) -> Line:
    """The sum of `lines` of one unit, with what moves it: the purity of Nd and Pr as one."""
    if not lines or any(line.value is None for line in lines):
        missing = next((line.missing for line in lines if line.value is None), "no lines to add")
        return Line(key, label, None, lines[0].unit if lines else "-", missing=missing)
    changes: dict[str, float] = {}
    for line in lines:
        for fact, change in line.movers:
            changes[fact] = changes.get(fact, 0.0) + change
    movers = sorted(changes.items(), key=lambda mover: (-abs(mover[1]), mover[0]))
    classes = [line.evidence for line in lines if line.evidence is not None]
    return Line(
        key,
        label,
        sum(line.value for line in lines if line.value is not None),
        lines[0].unit,
        tuple(dict.fromkeys(stream for line in lines for stream in line.streams)),
        facts=tuple(dict.fromkeys(fact for line in lines for fact in line.facts)),
        evidence=EVIDENCE[max(map(EVIDENCE.index, classes))] if classes else None,
        movers=tuple(movers),
    )


def resting_on(line: Line, parts: Sequence[Line]) -> Line:
    """The line, also with the facts and the weakest evidence of the lines it was made from."""
    evidence = line.evidence
    for part in parts:
        evidence = weaker(evidence, part.evidence)
    names = (name for one in (line, *parts) for name in one.facts)
    return replace(line, facts=tuple(dict.fromkeys(names)), evidence=evidence)


def weaker(first: Evidence | None, second: Evidence | None) -> Evidence | None:
    """The weaker of two evidence classes; one that is not known does not count."""
    classes = [EVIDENCE.index(one) for one in (first, second) if one is not None]
    return EVIDENCE[max(classes)] if classes else None
