"""Numbers with units at the edges of the house; plain SI floats inside."""

from ytterby.quantity.number import QuantityError, check, parse, parse_any, show

__all__ = ["QuantityError", "check", "parse", "parse_any", "show"]
