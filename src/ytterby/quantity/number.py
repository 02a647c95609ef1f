"""Reading "12 m3/h" into SI floats and showing SI floats again."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from functools import cache
from typing import Any

DIMENSIONLESS = "-"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_BASIS_WORDS = re.compile(r"\s+(?:w/w|by mass|of REO)$")
_LONGEST = 80
_PERCENT = 100
CURRENCIES = ("USD", "EUR", "CNY")
"""Each a dimension of its own: an exchange rate is a fact with a date, not a conversion."""
_EXAMPLES = {
    "K": "700 degC",
    "kg/s": "100 kg/h",
    "m3/s": "12 m3/h",
    "mol/s": "3 mol/h",
    "mol/m3": "1.0 mol/L",
    "s": "1 h",
    "kg/m3": "1150 kg/m3",
}
_COMMON_UNITS = (
    "kg/h t/h t/d kg/d g/h kg/s m3/h L/h L/min m3/d mol/h kmol/h mol/L mmol/L mol/m3 g/L mg/L "
    "kg/m3 g/cm3 cm3/mol g/mol degC K h min s d kW kWh % ppm kg m3 L bar Pa"
).split()
# Only these are read: free prefixes would take the slip "kg/hh" for kilograms in a hectohour.
_ATOMS = frozenset(
    "kg g mg ug t m cm mm um nm L mL s min h d a week year K degC mol mmol umol kmol J kJ MJ GJ "
    "W kW MW Wh kWh MWh V A C Pa kPa MPa bar atm Bq kBq percent % ppm ppb -".split()
) | set(CURRENCIES)


class QuantityError(ValueError):
    """A text that is not the quantity asked for: what was found, what was expected."""

    def __init__(self, found: str, expected: str, hint: str = ""):
        self.found, self.expected, self.hint = found, expected, hint
        super().__init__(f"found {found}, expected {expected}" + (f". {hint}" if hint else ""))


@cache
def _registry() -> Any:
    from pint import UnitRegistry

    registry = UnitRegistry()
    for currency in CURRENCIES:
        registry.define(f"{currency} = [{currency}]")
    return registry


@cache
def _unit(text: str) -> Any:
    """The unit written as `text` ("m3/h", "%", "-"); raises QuantityError when unknown."""
    from pint.errors import PintError

    if text in ("", DIMENSIONLESS):
        return _registry().dimensionless
    plain = text.replace("°C", "degC").replace("µ", "u")
    atoms = re.split(r"[*/^ ]|(?<=[A-Za-z])-?[123](?![0-9A-Za-z])", plain.removeprefix("1/"))
    if all(atom in _ATOMS for atom in atoms if atom) and any(atoms):
        plain = re.sub(r"(?<=[A-Za-z])(-?[123])(?![0-9A-Za-z])", r"**\1", plain)
        try:
            return _registry().parse_units(plain.replace("%", "percent"))
        except (PintError, ValueError, TypeError, AttributeError, AssertionError):
            pass
    near = get_close_matches(text, _COMMON_UNITS, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else ""
    raise QuantityError(f"unknown unit {text!r}", "a unit such as kg/h or mol/L", hint)


def require_unit(text: str) -> None:
    """Raise QuantityError unless `text` is a unit."""
    _unit(text)


@cache
def _factor(written: str, unit: str) -> tuple[float, float]:
    """(scale, offset) such that value[unit] = scale * value[written] + offset."""
    source, target = _unit(written), _unit(unit)
    if source.dimensionality != target.dimensionality:
        raise QuantityError(f"unit {written!r}", expected_unit(unit))
    quantity = _registry().Quantity
    offset = float(quantity(0.0, source).to(target).magnitude)
    return float(quantity(1.0, source).to(target).magnitude) - offset, offset


def expected_unit(unit: str) -> str:
    """How an error names what `unit` [pint spelling] asks for."""
    if unit == DIMENSIONLESS:
        return "a bare number, % or ppm"
    example = _EXAMPLES.get(unit)
    return f"a quantity in {unit}" + (f", such as {example!r}" if example else "")


def split(text: str) -> tuple[float, str]:
    """The number and the unit text of "12.5 m3/h"; raises QuantityError."""
    text = _BASIS_WORDS.sub("", text.strip())
    match = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if match is None:
        raise QuantityError(describe(text), "a number with a unit")
    return float(match.group()), text[match.end() :].strip()


def parse(raw: object, unit: str) -> float:
    """The value of `raw` in `unit`: parse("12 m3/h", "m3/s").

    A number without a unit is taken only where `unit` is "-" (dimensionless). Raises
    QuantityError for other dimensions, unknown units, and numbers that are not finite.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise QuantityError(describe(raw), expected_unit(unit))
    if isinstance(raw, str):
        number, written = _split_for(raw, unit)
    else:
        number, written = float(raw), ""
    if not math.isfinite(number):
        raise QuantityError(f"{raw!r}", "a finite number")
    if not written and unit != DIMENSIONLESS:
        raise QuantityError(f"the bare number {raw}", expected_unit(unit))
    if written == unit:
        return number
    scale, offset = _factor(written, unit)
    value = scale * number + offset
    if not math.isfinite(value):
        raise QuantityError(f"{raw!r}", "a finite number")
    return value


def _split_for(raw: str, unit: str) -> tuple[float, str]:
    """As `split`, with an error that asks for no unit where `unit` is none."""
    try:
        return split(raw)
    except QuantityError as error:
        expected = expected_unit(unit) if unit == DIMENSIONLESS else error.expected
        raise QuantityError(error.found, expected) from None


def parse_any(raw: object, units: tuple[str, ...]) -> tuple[float, str]:
    """The value of `raw` and the one of `units` whose dimension it has."""
    written = split(raw)[1] if isinstance(raw, str) else ""
    for unit in units:
        if (written or unit == DIMENSIONLESS) and _unit(written).dimensionality == _unit(
            unit
        ).dimensionality:
            return parse(raw, unit), unit
    found = f"the bare number {raw}" if isinstance(raw, int | float) else describe(raw)
    raise QuantityError(found, " or ".join(expected_unit(unit) for unit in units))


def check(value: float, minimum: float, maximum: float, unit: str, raw: object = None) -> None:
    """Raise QuantityError unless `minimum` <= `value` <= `maximum` [unit].

    raw: what `value` was parsed from, so that the error speaks in its words and its unit.
    """
    if minimum <= value <= maximum:
        return
    written = split(raw)[1] if isinstance(raw, str) else ""
    low = _written_as(minimum, unit, written) if math.isfinite(minimum) else None
    high = _written_as(maximum, unit, written) if math.isfinite(maximum) else None
    expected = (
        f"a value from {low} to {high}"
        if low and high
        else (f"at least {low}" if low else f"at most {high}")
    )
    bare = unit == DIMENSIONLESS and not written
    percent = bare and maximum == 1 < value <= _PERCENT
    hint = f"Per cent carry their sign: '{show(value, unit)} %'" if percent else ""
    raise QuantityError(describe(raw) if written else show(value, unit), expected, hint)


def _written_as(value: float, unit: str, written: str) -> str:
    """`value` [unit] in the unit `written`, or in its own where nothing is written."""
    if not written:
        return show(value, unit)
    scale, offset = _factor(written, unit)
    return show((value - offset) / scale, written)


def show(value: float, unit: str, digits: int = 6) -> str:
    """`value` [unit] as a text that `parse` reads again to `digits` digits."""
    number = f"{value:.{digits}g}"
    return number if unit == DIMENSIONLESS else f"{number} {unit}"


def pattern(unit: str) -> str:
    """A regular expression that every text which `parse` takes in the unit `unit` matches."""
    written = r"\s*(?:%|ppm|ppb|percent)?.*" if unit == DIMENSIONLESS else r"\s*\S.*"
    return f"^\\s*{_NUMBER.pattern}{written}$"


def describe(raw: object) -> str:
    """How an error names what it found: the value itself while it is short."""
    if raw is None:
        return "nothing"
    if isinstance(raw, dict | list | tuple):
        return "a mapping" if isinstance(raw, dict) else "a list"
    if isinstance(raw, bool):
        return f"{raw!r} (yes or no)"
    text = str(raw)
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return repr(shown) if isinstance(raw, str) else shown
