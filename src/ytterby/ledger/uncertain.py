"""Measured values with what is not known of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ytterby.ledger.errors import LedgerError
from ytterby.ledger.names import check_name


@dataclass(frozen=True)
class Uncertain:
    """A measured value with its standard uncertainties, all in the same unit.

    random: that this value has alone. systematic: that it shares with all others of its `group`,
    such as the calibration of a scale or of a laboratory.
    """

    value: float
    random: float = 0.0
    systematic: float = 0.0
    group: str = ""

    @property
    def standard(self) -> float:
        """Its standard uncertainty, random and systematic together."""
        return math.hypot(self.random, self.systematic)

    def body(self, field: str) -> list[Any]:
        """The value as the books hold it; raises LedgerError."""
        for number in (self.value, self.random, self.systematic):
            if (
                isinstance(number, bool)
                or not isinstance(number, int | float)
                or not math.isfinite(number)
            ):
                raise LedgerError(repr(number), "a finite number", field=field)
        if self.random < 0 or self.systematic < 0:
            raise LedgerError("a negative uncertainty", "zero or more", field=field)
        if self.systematic and not self.group:
            raise LedgerError(
                "a systematic uncertainty alone",
                "also the group of readings that share it",
                "Name the instrument or laboratory.",
                field=field,
            )
        group = check_name(self.group, field) if self.group else ""
        return [float(self.value), float(self.random), float(self.systematic), group]

    @staticmethod
    def of_body(row: list[Any]) -> Uncertain:
        """The value that the books hold."""
        return Uncertain(*row)
