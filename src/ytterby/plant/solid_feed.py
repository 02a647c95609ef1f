"""Feeds of solids: an assay, or scrap by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ytterby.chemistry import INERT, Species, UnknownFormula
from ytterby.facts import Fact, table
from ytterby.plant.errors import nearest, placed
from ytterby.plant.liquid_feed import ION_OF
from ytterby.quantity import check, describe, parse
from ytterby.units import FieldError

SCRAP = {
    "hard-disk": "feeds.magnet-hdd",
    "motor": "feeds.magnet-generic",
    "wind": "feeds.magnet-generic",
    "e-bike": "feeds.magnet-e-bike",
    "swarf": "feeds.swarf",
    "lamp-phosphor": "feeds.lamp-phosphor",
    "nimh": "feeds.nimh",
}
"""Kind of scrap -> table of the facts that assay it; oil, moisture and coating: `scrap.<kind>`."""
OIL = "kerosene(org)"
_ASSAY_ROUNDING = 1e-9
_WATER = "H2O"


def assay_amounts(raw: Any) -> dict[str, float]:
    """mol per kilogram of each species of a solid of which mass fractions are given."""
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError(
            ("assay",), describe(raw), "a mapping from element or compound to mass share"
        )
    shares: dict[str, float] = {}
    for key, value in raw.items():
        if key != "remainder":
            shares[str(key)] = placed(
                "assay", lambda k=key, v=value: placed(str(k), lambda: _share(k, v))
            )
    total = sum(shares.values())
    if total > 1 + _ASSAY_ROUNDING:
        raise FieldError(("assay",), f"shares that add up to {100 * total:.7g} %", "100 % at most")
    rest = max(1 - total, 0.0)
    if "remainder" in raw:
        name = str(raw["remainder"])
        placed("assay", lambda: placed("remainder", lambda: _solid(name)))
        shares[name] = shares.get(name, 0.0) + rest
    elif rest > _ASSAY_ROUNDING:
        raise FieldError(
            ("assay",),
            f"shares that add up to {100 * total:.7g} %",
            "100 %, or what the rest is",
            f"Say it, such as 'remainder: {INERT}'",
        )
    return {
        _solid(name): share / Species.of(_solid(name)).molar_mass
        for name, share in shares.items()
        if share > 0
    }


def scrap_amounts(tree: Mapping[str, Any]) -> dict[str, float]:
    """mol per kilogram as delivered: a sourced assay with what sticks to it.

    The shipped oil, moisture and coating stand unless the tree gives others; what the assay does
    not account for is inert.
    """
    kind = tree["scrap"]
    if not isinstance(kind, str) or kind not in SCRAP:
        hint = nearest(kind, SCRAP).strip() if isinstance(kind, str) else ""
        raise FieldError(("scrap",), describe(kind), f"one of {', '.join(SCRAP)}", hint)
    rows, extras = table(SCRAP[kind]), table(f"scrap.{kind}")
    wet = {
        key: placed(key, lambda k=key: _fraction(tree[k])) if key in tree else extras[key].value
        for key in ("oil", "moisture")
    }
    assay = {key: fact.value for key, fact in rows.items() if key != "unaccounted"}
    coating = _coating(tree.get("coating"), extras.get("coating"))
    metal = 1 - sum(coating.values())
    solid = {key: metal * share for key, share in assay.items()}
    for key, share in coating.items():
        solid[key] = solid.get(key, 0.0) + share
    solid[INERT] = solid.get(INERT, 0.0) + max(1 - sum(solid.values()), 0.0)
    dry = 1 - sum(wet.values())
    if dry <= 0 or metal <= 0 or sum(assay.values()) > 1 + _ASSAY_ROUNDING:
        raise FieldError(("scrap",), "oil, moisture and coating of 100 % or more", "less")
    amounts = {
        _solid(key): dry * share / Species.of(_solid(key)).molar_mass
        for key, share in solid.items()
        if share > 0
    }
    for name, key in ((OIL, "oil"), (_WATER, "moisture")):
        if wet[key] > 0:
            amounts[name] = wet[key] / Species.of(name).molar_mass
    return amounts


def _fraction(raw: Any) -> float:
    value = parse(raw, "-")
    check(value, 0, 1, "-")
    return value


def _coating(raw: Any, shipped: Fact | None) -> dict[str, float]:
    """Share of the dry scrap that is coating, by element."""
    if raw is None:
        if shipped is None:
            return {}
        return {shipped.conditions.partition(",")[0]: shipped.value}
    if not isinstance(raw, Mapping):
        raise FieldError(("coating",), describe(raw), "a mapping such as {Ni: 1.5 %}")
    return {
        str(key): placed("coating", lambda k=key, v=value: placed(str(k), lambda: _share(k, v)))
        for key, value in raw.items()
    }


def _share(key: object, raw: Any) -> float:
    _solid(str(key))
    value = parse(raw, "-")
    check(value, 0, 1, "-", raw)
    return value


def _solid(name: str) -> str:
    try:
        return Species.of(f"{name}(s)").name
    except UnknownFormula:
        known = [*ION_OF, "Fe", INERT]
        raise FieldError(
            (),
            f"unknown substance {name!r}",
            f"an element, a compound or {INERT}",
            nearest(name, known).strip(),
        ) from None
