"""Measurements: what an instrument read of a stream, a stock-take of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import check_element
from ytterby.ledger.mass import check_mass
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name
from ytterby.ledger.revision import Status, revision
from ytterby.ledger.uncertain import Uncertain

Quantity = Literal["mass", "share", "content"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


@dataclass(frozen=True)
class Measurement:
    """A reading of a stream over a period, or of what stands in an account at its end.

    name: of the reading, such as "FT-101 2026-01"; the books take each once. stream: what was
    measured, a stream of the plant or an account such as `sx/wip`. start, time: of the period.
    quantity: mass (of all that passed or stands there [kg]), share (of the element in it [-]) or
    content (of the element that passed or stands there [kg]). element: of a share or a content.
    status: provisional until the final one comes. replaces: name of the reading that this one
    corrects.
    """

    name: str
    stream: str
    quantity: Quantity
    reading: Uncertain
    start: datetime
    time: datetime
    element: str | None = None
    status: Status = "final"
    replaces: str = ""
    note: str = ""
    kind: ClassVar[str] = "measurement"

    @property
    def reference(self) -> str:
        """By which the books know it."""
        return self.name

    def body(self) -> dict[str, Any]:
        """The reading as the books hold it; raises LedgerError on what no reading can be."""
        if self.quantity not in QUANTITIES:
            raise LedgerError(
                repr(self.quantity), f"one of {', '.join(QUANTITIES)}", field="quantity"
            )
        if (self.quantity == "mass") != (self.element is None):
            raise LedgerError(
                f"a {self.quantity} of {self.element or 'no element'}",
                "the element of a share or a content, and none of a mass",
                field="element",
            )
        if self.element is not None:
            check_element(self.element)
        self._check_value()
        return {
            "time": written(self.time),
            "start": written(self.start, "start"),
            "name": check_name(self.name, "name"),
            "stream": check_name(self.stream, "stream"),
            "quantity": self.quantity,
            "element": self.element,
            "reading": self.reading.body("reading"),
            **revision(self.status, self.replaces, self.note),
        }

    def _check_value(self) -> None:
        if written(self.start, "start") > written(self.time):
            raise LedgerError("a period that ends before it starts", "time after start")
        value = self.reading.value
        if self.quantity == "share" and not 0 <= value <= 1:
            raise LedgerError(f"{value:.4g}", "a share of 0 to 100 %", field="reading")
        if check_mass(value, "reading") < 0:
            raise LedgerError(f"{value:g} kg", "zero or more", field="reading")

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Measurement:
        """The reading that the books hold."""
        rest = {k: v for k, v in body.items() if k not in ("time", "start", "reading")}
        return Measurement(
            time=moment(body["time"]),
            start=moment(body["start"]),
            reading=Uncertain.of_body(body["reading"]),
            **rest,
        )
