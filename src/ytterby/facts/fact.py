"""A number that knows where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from ytterby.quantity import parse, show

Evidence = Literal["measured", "reference", "derived", "estimated", "assumed"]
EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)
"""Evidence classes, strongest first."""


@dataclass(frozen=True)
class Fact:
    """A sourced number.

    name: dotted name, such as `leach.hcl.extent.oxide`.
    value: the number, in `unit`.
    unit: pint spelling, "-" when dimensionless.
    uncertainty: one standard uncertainty in `unit`, or None where nobody stated one.
    conditions: under which the value holds.
    window: validity of named variables, (low, high) in SI units.
    evidence: measured (in this plant), reference (published), derived (computed from
        references), estimated (judged from related data), assumed (no source).
    source: who says so.
    note: what a reader should know besides.
    labels: what the number is filed under, such as the year and region of an emission factor or
        the instrument and status of a limit.
    """

    name: str
    value: float
    unit: str
    evidence: Evidence
    source: str
    uncertainty: float | None = None
    conditions: str = ""
    window: dict[str, tuple[float, float]] = field(default_factory=dict, hash=False)
    note: str = ""
    labels: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        spread = "" if self.uncertainty is None else f" ± {show(self.uncertainty, '-', 2)}"
        unit = "" if self.unit == "-" else f" {self.unit}"
        return f"{show(self.value, '-')}{spread}{unit} [{self.evidence}]"

    def __float__(self) -> float:
        return self.value

    def si(self, unit: str) -> float:
        """The value in `unit`; raises QuantityError when the dimensions differ."""
        return self.value if unit == self.unit else parse(f"{self.value!r} {self.unit}", unit)

    def override(self, value: float, source: str, evidence: Evidence = "assumed") -> Fact:
        """This fact with a value [its own unit] that a user gave; it carries the user as source."""
        return replace(
            self,
            value=value,
            source=source,
            evidence=evidence,
            uncertainty=None,
            window={},
            note=f"in place of {self}",
        )


def weakest(facts: list[Fact] | tuple[Fact, ...]) -> Evidence:
    """The weakest evidence class among `facts` ("measured" when there are none)."""
    return EVIDENCE[max((EVIDENCE.index(f.evidence) for f in facts), default=0)]
