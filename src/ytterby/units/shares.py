"""A field that takes a share for each of some elements: {Ni: 90 %, Cu: 50 %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ytterby.chemistry import UnknownFormula, atomic_mass
from ytterby.quantity import parse
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import FieldError, group

SCHEMA = {"type": "object", "additionalProperties": {"type": ["number", "string"]}}


def shares(doc: str, *, required: bool = True) -> Any:
    """A mapping from element to a share between 0 and 1 [-]."""
    return group(doc, read, dict, SCHEMA, required=required)


def read(raw: Any) -> Frozen:
    if raw is None:
        return Frozen()
    if not isinstance(raw, Mapping):
        raise FieldError((), repr(raw), "a mapping from element to share, {Ni: 90 %}")
    found = {}
    for element, value in raw.items():
        try:
            atomic_mass(str(element))
        except UnknownFormula:
            expected = "the symbol of an element"
            raise FieldError((str(element),), f"unknown key {element!r}", expected) from None
        share = parse(value, "-")
        if not 0 <= share <= 1:
            raise FieldError((str(element),), f"the share {value!r}", "a share from 0 to 100 %")
        found[str(element)] = share
    return Frozen(found)
