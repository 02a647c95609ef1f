"""A feed of ion-adsorption clay: what it holds by exchange, apart from what it holds in all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ytterby.chemistry import (
    INERT,
    RARE_EARTHS,
    Species,
    atomic_mass,
    oxide_factor,
)
from ytterby.chemistry.exchanger import EXCHANGEABLE, HELD, MINERAL
from ytterby.facts import UnknownFact, table
from ytterby.plant.errors import nearest
from ytterby.quantity import QuantityError, check, describe, parse
from ytterby.units import FieldError

KEYS = ("desorbable", "partition", "total", "exchangeable", "moisture")
_EXAMPLE = "{desorbable: 500 ppm, partition: longnan, exchangeable: {Al: 8 mmol/kg}}"
_ION_OF = {ion.partition("+")[0]: ion for ion in EXCHANGEABLE}


def clay_amounts(raw: Any) -> dict[str, float]:
    """mol per kilogram as delivered of each species of a clay; raises FieldError.

    desorbable, total: rare earth oxides per dry mass, held by exchange and in all. partition:
    how the oxides are shared out, the name of a shipped one or shares by element.
    exchangeable: other cations held [mol/kg dry]. moisture: water per mass as delivered.
    """
    if not isinstance(raw, Mapping) or "desorbable" not in raw or "partition" not in raw:
        raise FieldError((), describe(raw), f"a mapping such as {_EXAMPLE}")
    for key in raw:
        if key not in KEYS:
            expected = f"one of {', '.join(KEYS)}"
            raise FieldError(
                (str(key),), f"unknown key {key!r}", expected, nearest(key, KEYS).strip()
            )
    desorbable = _share(raw, "desorbable")
    total = _share(raw, "total") if "total" in raw else desorbable
    if total < desorbable:
        raise FieldError(("total",), describe(raw["total"]), "no less than is desorbable")
    dry = 1 - (_share(raw, "moisture") if "moisture" in raw else 0.0)
    amounts: dict[str, float] = {}
    for element, share in _partition(raw["partition"]).items():
        moles = dry * share / oxide_factor(element) / atomic_mass(element)
        amounts[HELD[f"{element}+3"]] = desorbable * moles
        mineral = MINERAL[element]
        amounts[mineral] = (total - desorbable) * moles / Species.of(mineral).count(element)
    for ion, held in _exchangeable(raw.get("exchangeable") or {}).items():
        amounts[HELD[ion]] = amounts.get(HELD[ion], 0.0) + dry * held
    solid = sum(amount * Species.of(name).molar_mass for name, amount in amounts.items())
    if solid > dry:
        raise FieldError((), "more held than the clay weighs", "less")
    amounts[f"{INERT}(s)"] = dry - solid
    amounts["H2O"] = (1 - dry) / Species.of("H2O").molar_mass
    return {name: amount for name, amount in amounts.items() if amount > 0}


def _share(raw: Mapping[str, Any], key: str) -> float:
    try:
        value = parse(raw[key], "-")
        check(value, 0, 1, "-", raw[key])
    except QuantityError as error:
        raise FieldError((key,), error.found, error.expected, error.hint) from None
    return value


def _partition(raw: Any) -> dict[str, float]:
    """Share of each rare earth in the oxides by mass [-]; they sum to one."""
    if isinstance(raw, str):
        try:
            shares = {key: fact.value for key, fact in table(f"partition.{raw}").items()}
        except UnknownFact:
            expected = "a shipped partition such as longnan, or shares by element"
            raise FieldError(("partition",), describe(raw), expected) from None
        shares = {key: share for key, share in shares.items() if key in RARE_EARTHS}
    elif isinstance(raw, Mapping):
        for key in raw:
            if key not in RARE_EARTHS:
                expected = f"one of {', '.join(RARE_EARTHS)}"
                raise FieldError(("partition", str(key)), f"unknown key {key!r}", expected)
        try:
            shares = {str(key): parse(value, "-") for key, value in raw.items()}
        except QuantityError as error:
            raise FieldError(("partition",), error.found, error.expected, error.hint) from None
    else:
        raise FieldError(("partition",), describe(raw), "a name, or shares by element")
    total = sum(shares.values())
    if total <= 0 or min(shares.values(), default=0) < 0:
        raise FieldError(("partition",), describe(raw), "shares above zero")
    return {key: share / total for key, share in shares.items()}


def _exchangeable(raw: Any) -> dict[str, float]:
    """Cations held besides rare earths [mol/kg], by ion."""
    if not isinstance(raw, Mapping):
        raise FieldError(("exchangeable",), describe(raw), "a mapping such as {Al: 8 mmol/kg}")
    found = {}
    for key, value in raw.items():
        if key not in _ION_OF or key in RARE_EARTHS:
            known = [name for name in _ION_OF if name not in RARE_EARTHS]
            expected = f"one of {', '.join(known)}"
            raise FieldError(("exchangeable", str(key)), f"unknown key {key!r}", expected)
        try:
            found[_ION_OF[key]] = parse(value, "mol/kg")
            check(found[_ION_OF[key]], 0, 10, "mol/kg", value)
        except QuantityError as error:
            path = ("exchangeable", str(key))
            raise FieldError(path, error.found, error.expected, error.hint) from None
    return found
