"""Numbers with units at the edges of the house; plain SI floats inside."""

from ytterby.quantity.number import (
    QuantityError,
    check,
    describe,
    parse,
    parse_any,
    pattern,
    require_unit,
    show,
)

__all__ = [
    "QuantityError",
    "check",
    "describe",
    "parse",
    "parse_any",
    "pattern",
    "require_unit",
    "show",
]
