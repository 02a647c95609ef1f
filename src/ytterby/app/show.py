"""How numbers are printed for people: no more digits than a plant could ever tell."""

from __future__ import annotations

import math

UNKNOWN = "–"
"""What stands where a number is not known."""
LEAST = 1e-5
"""Shares nearer to nothing, or to everything, than this are printed as a limit [-]."""
SMALL = 1e-2
"""Below this a share is printed to two significant digits [-]."""
LEAST_FLOW = 1e-3
"""Flows below this, a gram an hour, are printed as a limit [kg/h]."""
SHOWN_AS = {"-": (100, "%"), "kg/s": (3600, "kg/h")}
"""What a person is told by: factor and unit."""
ELEMENT_AT = {"recovered": 1, "recovery": 2, "purity": 2, "impurity": 2, "destination": 2} | {
    "content": 2
}
"""Where the element stands in the key of a line, by the first word of the key."""
ALWAYS_IN_PERCENT = ("internal rate of return", "minimum price")
"""Lines without a unit that may exceed one and are told in per cent all the same."""
_DIGITS = 3
_SECONDS_PER_HOUR, _HOURS_PER_DAY, _DAYS_PER_MONTH = 3600, 24, 365.25 / 12
_MILLION, _MOST_MILLIONS = 1e6, 1e9


def percent(share: float) -> str:
    """A share [-] in percent: "45.3 %", "99.97 %", ">99.999 %", "<0.001 %".

    What is nearly pure is told by its impurity: one significant digit of that.
    """
    if math.isnan(share):
        return UNKNOWN
    if share <= 0:
        return "0 %"
    if share < LEAST:
        return f"<{100 * LEAST:g} %"
    if share > 1 + LEAST:
        return f"{significant(100 * share)} %"
    if share < SMALL:
        return f"{100 * share:.2g} %"
    rest = 100 * (1 - share)
    if rest < 100 * LEAST:
        return f">{100 * (1 - LEAST):g} %"
    return f"{100 * share:.{max(1, math.ceil(-math.log10(rest)))}f} %"


def significant(value: float, digits: int = _DIGITS) -> str:
    """`value` to some significant digits and all before the point, never with an exponent."""
    if math.isnan(value):
        return UNKNOWN
    if value == 0:
        return "0"
    rounded = abs(float(f"{value:.{digits - 1}e}"))
    return f"{value:,.{max(digits - 1 - math.floor(math.log10(rounded)), 0)}f}"


def grand(value: float, digits: int = _DIGITS) -> str:
    """Three digits, millions as such: "4.14 M", "45,300", "0.0123"."""
    if _MILLION <= abs(value) < _MOST_MILLIONS:
        return f"{significant(value / _MILLION, digits)} M"
    return significant(value, digits)


def duration(seconds: float) -> str:
    """A time as a person says it: hours up to two days, then days, from two months on months."""
    hours = seconds / _SECONDS_PER_HOUR
    days = hours / _HOURS_PER_DAY
    if days < 2:
        return f"{hours:.3g} h"
    if days < 2 * _DAYS_PER_MONTH:
        return f"{days:.3g} days"
    return f"{days / _DAYS_PER_MONTH:.3g} months"


def hourly(kilograms: float) -> str:
    """A flow [kg/s] as a number of kg/h: "1,234", "0.0123", "<0.001"."""
    flow = kilograms * _SECONDS_PER_HOUR
    return f"<{LEAST_FLOW:g}" if 0 < flow < LEAST_FLOW else significant(flow)
