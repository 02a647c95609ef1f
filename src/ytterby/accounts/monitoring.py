"""Readings of an effluent: daily and monthly averages, with what lies below detection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ytterby.accounts.limits import Limit, Verdict, judge


@dataclass(frozen=True)
class Reading:
    """One sample. day: ISO date. value: found, or the limit of detection where `below` [any unit].

    volume: water that the sample stands for; equal ones when none is given [any unit].
    """

    day: str
    value: float
    below: bool = False
    volume: float = 1.0


@dataclass(frozen=True)
class Average:
    """What a mean may be. low: with nothing for what lies below detection; high: with the limit."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """With half the limit of detection for what lies below it."""
        return (self.low + self.high) / 2


def daily(readings: Iterable[Reading]) -> dict[str, Average]:
    """The average of each day, weighted by volume, by ISO date."""
    days: dict[str, list[Reading]] = {}
    for reading in readings:
        days.setdefault(reading.day, []).append(reading)
    return {day: _mean(days[day]) for day in sorted(days)}


def monthly(readings: Iterable[Reading]) -> dict[str, Average]:
    """The mean of the daily averages of each month, by `2026-03`."""
    months: dict[str, list[Average]] = {}
    for day, average in daily(readings).items():
        months.setdefault(day[: len("2026-03")], []).append(average)
    return {
        month: Average(
            sum(a.low for a in averages) / len(averages),
            sum(a.high for a in averages) / len(averages),
        )
        for month, averages in months.items()
    }


def verdicts(
    readings: Iterable[Reading], limit: Limit, *, warn_from: float
) -> dict[str, tuple[Average, Verdict]]:
    """What each day or month, as the limit asks, comes to. Readings are in the unit of the limit.

    A mean that lies on both sides of the limit, because of what is below detection, is undecided.
    """
    readings = list(readings)
    means = monthly(readings) if limit.label("averaging") == "month" else daily(readings)
    allowed = limit.fact.value
    return {
        when: (mean, judge(mean.low / allowed, mean.high / allowed, limit, warn_from))
        for when, mean in means.items()
    }


def _mean(readings: list[Reading]) -> Average:
    water = sum(reading.volume for reading in readings)
    high = sum(reading.value * reading.volume for reading in readings) / water
    low = sum(reading.value * reading.volume for reading in readings if not reading.below) / water
    return Average(low, high)
