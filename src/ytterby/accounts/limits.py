"""Limits as dated law: which apply, what they allow, and how sure one may be of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ytterby.facts import Fact, below

Verdict = Literal[
    "compliant",
    "close to the limit",
    "exceeded",
    "undecided",
    "indicative: within",
    "indicative: close",
    "indicative: beyond",
    "indicative: undecided",
]
_LIMITS, _BASELINE = "limits", "baseline water"


@dataclass(frozen=True)
class Limit:
    """A limit of the law, read off a fact and its labels.

    fact: the number. parameter: what is measured, such as `Th+U`. kind: concentration, mass per
    product, mass per day, activity or mass fraction. sense: max or min. point: outfall (all water
    together) or unit (every stream).
    """

    fact: Fact
    parameter: str
    kind: str
    sense: str
    point: str

    @staticmethod
    def of(fact: Fact) -> Limit:
        """The limit in `fact`; raises ValueError that names the label it lacks."""
        for label in ("parameter", "kind", "instrument", "status", "text"):
            if label not in fact.labels:
                raise ValueError(
                    f"{fact.name}: found no label {label!r}, which a limit needs; expected "
                    "parameter, kind, instrument, status and text"
                )
        labels = fact.labels
        return Limit(
            fact,
            labels["parameter"],
            labels["kind"],
            labels.get("sense", "max"),
            labels.get("point", "outfall"),
        )

    def label(self, name: str) -> str:
        """What the law says of `name` (averaging, route, block, product), or nothing."""
        return self.fact.labels.get(name, "")

    @property
    def verified(self) -> bool:
        """Whether the text of the law was read, and is in force."""
        return self.label("text") == "primary" and self.label("status") == "in force"

    def holds_on(self, day: str) -> bool:
        """Whether the limit is law on `day` [ISO date]."""
        if self.label("status") == "draft":
            return False
        return (self.label("from") or day) <= day <= (self.label("until") or day)

    def __str__(self) -> str:
        kind = "at most" if self.sense == "max" else "at least"
        return f"{self.label('instrument')}: {self.parameter} {kind} {self.fact}"


def limits(*, on: str, facts: Iterable[Fact] | None = None, **labels: str) -> tuple[Limit, ...]:
    """The limits that hold on the day `on` [ISO date] and carry these `labels`.

    A label that a limit does not carry does not exclude it, and the law of a country holds in
    its states: that of US in US-LA. facts: the law to look in; the shipped limits when None.
    limits(on="2026-01-01", jurisdiction="CN", route="direct").
    """
    found = [
        Limit.of(fact)
        for fact in (_shipped() if facts is None else facts)
        if fact.labels.get("kind") != _BASELINE
    ]
    return tuple(
        limit
        for limit in found
        if limit.holds_on(on)
        and all(_carries(limit, name, wanted) for name, wanted in labels.items())
    )


def jurisdictions() -> tuple[str, ...]:
    """Those of which limits are shipped."""
    return tuple(sorted({fact.labels["jurisdiction"] for fact in _shipped()}))


def _shipped() -> Sequence[Fact]:
    return below(_LIMITS)


def _carries(limit: Limit, name: str, wanted: str) -> bool:
    label = limit.label(name)
    if name == "jurisdiction" and wanted.startswith(f"{label}-"):
        return True
    return label in ("", wanted)


def judge(low: float, high: float, limit: Limit, margin: float) -> Verdict:
    """The verdict on a value that lies between `low` and `high`, each over the limit [-].

    margin: share of a maximum from which a value counts as close to it [-]. Only a limit whose
    text was read and is in force gives a verdict; all others give an indication.
    """
    if limit.sense == "min":
        low, high = (1 / high if high > 0 else float("inf")), (1 / low if low > 0 else float("inf"))
    if low > 1:
        place = 3
    elif high > 1:
        place = 2
    elif high > margin:
        place = 1
    else:
        place = 0
    return (_FIRM if limit.verified else _INDICATIVE)[place]


_FIRM: tuple[Verdict, ...] = ("compliant", "close to the limit", "undecided", "exceeded")
_INDICATIVE: tuple[Verdict, ...] = (
    "indicative: within",
    "indicative: close",
    "indicative: undecided",
    "indicative: beyond",
)
