"""The JSON Schema of plant files, generated from the declarations of units and feeds."""

from __future__ import annotations

import inspect
import math
import re
from typing import Any

from ytterby.chemistry import DILUENTS, EXTRACTANTS, OTHER_NAMES
from ytterby.facts import EVIDENCE
from ytterby.plant.feed import COMMON_KEYS, FORMS, GASES, KEYS
from ytterby.plant.liquid_feed import MEDIA, SOLUTES
from ytterby.plant.plant import TERMINAL_ROLES
from ytterby.plant.solid_feed import SCRAP
from ytterby.quantity import pattern
from ytterby.units import KINDS, Declaration, Unit, declarations, required
from ytterby.units.fields import ALL

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = r"^[A-Za-z0-9._-]+$"
_STREAMS = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
_TEXT = {"type": "string"}


def schema() -> dict[str, Any]:
    """What an editor needs to complete and check a plant file, as a JSON Schema (2020-12)."""
    return {
        "$schema": DIALECT,
        "title": "Ytterby plant",
        "type": "object",
        "required": ["plant", "feeds", "units"],
        "additionalProperties": False,
        "properties": {
            "plant": {"type": "string", "description": "Name of the plant", "minLength": 1},
            "note": _TEXT,
            "feeds": _by_name({"$ref": "#/$defs/feed"}, "What enters; without a flow: on demand"),
            "units": _by_name({"$ref": "#/$defs/unit"}, "Unit operations, wired by name"),
            "outlets": _by_name({"enum": list(TERMINAL_ROLES)}, "Role of each way out"),
        },
        "$defs": {
            "feed": _feed(),
            "unit": _any_unit(),
            **{kind: _unit(unit) for kind, unit in KINDS.items()},
        },
    }


def _by_name(item: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": item,
    }


def _any_unit() -> dict[str, Any]:
    """The field `is` decides which fields there are."""
    return {
        "type": "object",
        "required": ["is"],
        "properties": {"is": {"enum": list(KINDS)}},
        "allOf": [
            {
                "if": {"properties": {"is": {"const": kind}}},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in KINDS
        ],
    }


def _unit(unit: type[Unit]) -> dict[str, Any]:
    told = declarations(unit)
    return {
        "type": "object",
        "description": (inspect.getdoc(unit) or "").splitlines()[0],
        "required": list(required(unit)),
        "additionalProperties": False,
        "properties": {
            "is": {"const": unit.kind},
            **{name: _field(one) | {"description": one.doc} for name, one in told.items()},
        },
    }


def _field(told: Declaration) -> dict[str, Any]:
    match told.kind:
        case "inlet":
            return {"anyOf": [_TEXT, _STREAMS]}
        case "setting" if told.choices:
            return {"enum": [*told.choices, *told.aliases]}
        case "setting":
            return _quantity(told)
        case "fact":
            return _override(told)
        case "facts":
            named = {"type": "object", "additionalProperties": _override(told)}
            return {"anyOf": [{"const": ALL}, named]} if told.asked else named
        case _:
            return dict(told.schema or {})


def _quantity(told: Declaration) -> dict[str, Any]:
    """A text with a unit; where it is dimensionless, also a bare number within its limits."""
    text = {"type": "string", "pattern": pattern(told.unit)}
    if told.unit != "-":
        return text
    number: dict[str, Any] = {"type": "integer" if told.whole else "number"}
    number |= {"minimum": told.minimum} if math.isfinite(told.minimum) else {}
    number |= {"maximum": told.maximum} if math.isfinite(told.maximum) else {}
    return {"anyOf": [number, text]}


def _override(told: Declaration) -> dict[str, Any]:
    """A number in place of a fact, bare or with the source that the reader has for it."""
    number = _quantity(told)
    sourced = {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {"value": number, "source": _TEXT, "class": {"enum": list(EVIDENCE)}},
    }
    return {"anyOf": [number, sourced]}


def _feed() -> dict[str, Any]:
    share = {"type": ["string", "number"]}
    solutes = "|".join(map(re.escape, SOLUTES))
    forms: dict[str, dict[str, Any]] = {
        "assay": {"type": "object", "minProperties": 1, "additionalProperties": share},
        "clay": {
            "type": "object",
            "required": ["desorbable", "partition"],
            "properties": {
                **{key: share for key in ("desorbable", "total", "moisture")},
                "partition": {"type": ["string", "object"]},
                "exchangeable": {"type": "object", "additionalProperties": _TEXT},
            },
            "additionalProperties": False,
        },
        "scrap": {"enum": list(SCRAP)},
        **{key: {"type": ["string", "number"]} for key in ("oil", "moisture", "coating")},
        "liquid": {"type": "string", "pattern": f"^(water|({solutes})\\s+.+)$"},
        "liquor": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
        "pH": {"type": ["number", "string"]},
        "anion": {"enum": list(MEDIA)},
        "gas": {"enum": list(GASES)},
        "extractant": {"enum": [*EXTRACTANTS, *OTHER_NAMES]},
        "molarity": {"type": "string", "pattern": pattern("mol/m3")},
        "diluent": {"enum": list(DILUENTS)},
        "flow": {"type": "string", "pattern": pattern("kg/s")},
        "temperature": {"type": "string", "pattern": pattern("K")},
        "source": _TEXT,
        "note": _TEXT,
    }
    return {
        "type": "object",
        "oneOf": [
            {
                "required": [form],
                "properties": {key: forms[key] for key in (*KEYS[form], *COMMON_KEYS)},
                "additionalProperties": False,
            }
            for form in FORMS
        ],
    }
