"""Rules of law as dated data: what they say, since when, how they were read, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from ytterby.facts.fact import EVIDENCE, Evidence, Fact
from ytterby.quantity import require_unit

RULES = Path(__file__).with_name("data") / "rules"
Standing = Literal["in force", "suspended", "draft", "repealed", "announced"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
_KEYS = {"kind", "instrument", "says", "status", "read", "text", "class", "source"}
_MORE = {"jurisdiction", "value", "unit", "labels", "note"}


@dataclass(frozen=True)
class Span:
    """From when until when a rule had a standing; ISO dates, "" where no end was read."""

    standing: Standing
    start: str
    end: str = ""


@dataclass(frozen=True)
class Status:
    """What is known of a rule on a day. text: in words. applies: whether it binds, None unknown."""

    text: str
    applies: bool | None


@dataclass(frozen=True)
class Rule:
    """One rule, as somebody read it on a day.

    name: dotted. kind: what it is for, such as `purity gate`. jurisdiction: such as US. instrument:
    law and article. says: in our words. spans: its standing in time. read: ISO date on which the
    law was last looked up. text: how: primary (the law or an official mirror), press or memory.
    evidence, source: as of a Fact. value, unit: its number, where it has one. labels: what it is
    filed under, such as element and form. note: what else a reader should know.
    """

    name: str
    kind: str
    jurisdiction: str
    instrument: str
    says: str
    spans: tuple[Span, ...]
    read: str
    text: str
    evidence: Evidence
    source: str
    value: float | None = None
    unit: str = "-"
    labels: dict[str, str] = field(default_factory=dict, hash=False)
    note: str = ""

    def label(self, name: str) -> str:
        """What it is filed under as `name`, or nothing."""
        return self.labels.get(name, "")

    @property
    def fact(self) -> Fact:
        """Its number as a fact; raises ValueError where it has none."""
        if self.value is None:
            raise ValueError(f"rule {self.name} has no number")
        return Fact(self.name, self.value, self.unit, self.evidence, self.source, note=self.says)

    def on(self, day: str) -> Status:
        """What is known of the rule on `day` [ISO date].

        A span that ended with nothing read of what came after leaves the rule unknown from then
        on. One without an end binds, and on days after the last reading the answer says so.
        """
        for span in self.spans:
            if span.start <= day and (not span.end or day <= span.end):
                applies = span.standing == "in force"
                if not span.end and day > self.read:
                    return Status(f"{span.standing} when last read on {self.read}", applies)
                return Status(span.standing, applies)
        earlier = [span for span in self.spans if span.end and span.end < day]
        if not earlier:
            return Status(f"not before {min(span.start for span in self.spans)}", False)
        last = max(earlier, key=lambda span: span.end)
        return Status(f"status unknown after {last.end} ({last.standing} until then)", None)

    @property
    def verified(self) -> bool:
        """Whether the text of the law itself was read."""
        return self.text == "primary"

    def __str__(self) -> str:
        return f"{self.instrument}: {self.says} [{self.evidence}, {self.text}]"


Law = Sequence[Rule] | None
"""The rules that count; the shipped ones when None."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every shipped rule, by name; raises ValueError that names the one that is malformed."""
    found = [rule for path in sorted(RULES.glob("*.yaml")) for rule in read(path)]
    for one, other in pairwise(found):
        if one.name == other.name:
            raise ValueError(f"rule {one.name!r} stands twice")
    return tuple(found)


def rules(kind: str, law: Law = None, **labels: str) -> tuple[Rule, ...]:
    """The rules of a `kind` that carry these labels: rules("purity gate", element="Nd").

    law: the rules to look in; the shipped ones when None.
    """
    return tuple(
        rule
        for rule in (all_rules() if law is None else law)
        if rule.kind == kind
        and all(
            wanted == (rule.jurisdiction if name == "jurisdiction" else rule.label(name))
            for name, wanted in labels.items()
        )
    )


def the_rule(kind: str, law: Law = None, **labels: str) -> Rule:
    """The one rule of a `kind` with these labels; raises ValueError where there is none or two."""
    found = rules(kind, law, **labels)
    if len(found) != 1:
        names = ", ".join(rule.name for rule in found) or "none"
        told = " ".join(f"{name} {value}" for name, value in labels.items())
        raise ValueError(
            f"found {names} of kind {kind!r} {told}".rstrip()
            + ", expected one: a rule of your own takes the name of the one it replaces"
        )
    return found[0]


def with_own(own: Iterable[Rule]) -> tuple[Rule, ...]:
    """The shipped rules with those of the user beside them, or in place where the name is the
    same."""
    found = {rule.name: rule for rule in (*all_rules(), *own)}
    return tuple(found.values())


def read(path: Path) -> Iterator[Rule]:
    """The rules of one YAML file; raises ValueError naming the rule that is malformed."""
    from ruamel.yaml import YAML

    tree = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(tree, dict):
        raise ValueError(f"{path.name}: found no mapping, expected rules by name")
    for name in sorted(key for key in tree if not key.startswith("_")):
        try:
            yield _rule(name, tree[name])
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise ValueError(f"{path.name}: {name}: {error}") from None


def _rule(name: str, row: dict[str, Any]) -> Rule:
    for key in _KEYS - set(row):
        raise ValueError(f"found no {key!r}; a rule needs {', '.join(sorted(_KEYS))}")
    for key in set(row) - _KEYS - _MORE:
        raise ValueError(f"found {key!r}; expected {', '.join(sorted(_KEYS | _MORE))}")
    if row["class"] not in EVIDENCE:
        raise ValueError(f"found class {row['class']!r}; expected one of {', '.join(EVIDENCE)}")
    if row["text"] not in ("primary", "press", "memory"):
        raise ValueError(f"found text {row['text']!r}; expected primary, press or memory")
    if row["text"] == "memory" and row["class"] != "assumed":
        raise ValueError("what was read from memory is assumed")
    spans = tuple(_span(span) for span in row["status"])
    if not spans or list(spans) != sorted(spans, key=lambda span: span.start):
        raise ValueError("expected the spans of its status in order of time")
    require_unit(row.get("unit", "-"))
    return Rule(
        name,
        row["kind"],
        row.get("jurisdiction") or name.split(".")[0].upper(),
        row["instrument"],
        row["says"],
        spans,
        str(row["read"]),
        row["text"],
        row["class"],
        row["source"],
        None if row.get("value") is None else float(row["value"]),
        row.get("unit", "-"),
        {str(key): str(value) for key, value in (row.get("labels") or {}).items()},
        row.get("note", ""),
    )


def _span(row: dict[str, Any]) -> Span:
    if row.get("is") not in STANDINGS:
        raise ValueError(f"found status {row.get('is')!r}; expected one of {', '.join(STANDINGS)}")
    return Span(row["is"], str(row["from"]), str(row.get("until") or ""))
