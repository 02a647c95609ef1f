"""The few numbers that an engineer first asks of a unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

_DIGITS = 4
_JOULES_PER_KILOWATT_HOUR = 3.6e6


@dataclass(frozen=True)
class Card:
    """What a unit tells of itself besides its streams.

    figures: (label, value, unit) in the order to print; a value may be NaN where nothing flows.
    """

    figures: tuple[tuple[str, float, str], ...]

    def rows(self) -> list[tuple[str, str]]:
        """(label, value with its unit), as a reader wants them."""
        return [(label, _text(value, unit)) for label, value, unit in self.figures]

    def __getitem__(self, label: str) -> float:
        """The value under `label`; raises KeyError."""
        return {name: value for name, value, _ in self.figures}[label]


def _text(value: float, unit: str) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.{_DIGITS}g}" + ("" if unit == "-" else f" {unit}")


def kilowatt_hours(joules: float) -> float:
    """[kWh] of [J]; [kWh/m3] of [J/m3]."""
    return joules / _JOULES_PER_KILOWATT_HOUR


def ratio(above: float, below: float) -> float:
    """above / below, NaN where there is nothing below."""
    return above / below if below > 0 else math.nan
