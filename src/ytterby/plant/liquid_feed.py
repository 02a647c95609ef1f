"""Feeds of liquids: water, a solution of one reagent, or a liquor by its ions and p[H]."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from ytterby.chemistry import RARE_EARTHS, Species, UnknownFormula, molar_volume
from ytterby.facts import UnknownFact, fact
from ytterby.plant.errors import nearest, placed
from ytterby.quantity import check, describe, parse, parse_any
from ytterby.units import FieldError

SOLUTES = {
    "HCl": ("H+", "Cl-"),
    "NaOH": ("Na+", "OH-"),
    "NaCl": ("Na+", "Cl-"),
    "H2C2O4": ("H2C2O4",),
    "H2O2": ("H2O2",),
    "H2SO4": ("H+", "H+", "SO4-2"),
    "HNO3": ("H+", "NO3-"),
    "HF": ("HF",),
    "NaF": ("Na+", "F-"),
    "Na2SO4": ("Na+", "Na+", "SO4-2"),
    "Na2CO3": ("Na+", "Na+", "CO3-2"),
    "NaHS": ("Na+", "HS-"),
    "Na2S": ("Na+", "Na+", "HS-", "OH-"),
    "NaNO3": ("Na+", "NO3-"),
    "NH3": ("NH4+", "OH-"),
    "NH4HCO3": ("NH4+", "HCO3-"),
    "Cu(NO3)2": ("Cu+2", "NO3-", "NO3-"),
    "(NH4)2SO4": ("NH4+", "NH4+", "SO4-2"),
    "MgSO4": ("Mg+2", "SO4-2"),
    "Mg(OH)2": ("Mg+2", "OH-", "OH-"),
}
"""What each solute gives; NH3 is weighed as NH4OH and Na2S as NaHS with NaOH. Mg(OH)2 is magnesia
slaked to a milk, all of which counts as dissolved."""
MEDIA = {"chloride": "Cl-", "nitrate": "NO3-", "sulfate": "SO4-2"}
"""Anion that makes up the charge of a liquor."""
ION_OF = {element: f"{element}+3" for element in RARE_EARTHS} | {
    "Na": "Na+",
    "Al": "Al+3",
    "Co": "Co+2",
    "Ni": "Ni+2",
    "Cu": "Cu+2",
    "Ca": "Ca+2",
    "Mg": "Mg+2",
    "B": "H3BO3",
}
_SOLUTION = re.compile(r"^(?P<solute>[A-Za-z0-9()]+)\s+(?P<strength>.+)$")
_WATER = "H2O"
_PER_LITRE = 1000
_PH = (-2.0, 14.0)
"""p[H] that a liquor may be given [-]; anything else is a slip of the pen."""


Per = Literal["kilogram", "cubic metre"]


def liquid_amounts(raw: Any) -> tuple[dict[str, float], Per]:
    """Water, or water with one solute: mol per kilogram, or per m3 where a molarity is given."""
    if raw == "water":
        return {_WATER: 1 / Species.of(_WATER).molar_mass}, "kilogram"
    match = _SOLUTION.match(raw) if isinstance(raw, str) else None
    if match is None or match["solute"] not in SOLUTES:
        known = ", ".join(SOLUTES)
        hint = nearest(match["solute"], SOLUTES).strip() if match else ""
        raise FieldError(
            ("liquid",),
            describe(raw),
            f"water or a solution such as 'HCl 31 % w/w' (of {known})",
            hint,
        )
    ions = Counter(SOLUTES[match["solute"]])
    strength, unit = placed(
        "liquid", lambda: _strength(match["strength"], ("-", "mol/m3", "kg/m3"))
    )
    molar_mass = sum(n * Species.of(ion).molar_mass for ion, n in ions.items())
    if unit == "-":
        placed("liquid", lambda: check(strength, 0, 1, "-", match["strength"]))
        water = (1 - strength) / Species.of(_WATER).molar_mass
        found = {ion: n * strength / molar_mass for ion, n in ions.items()}
        return found | {_WATER: water}, "kilogram"
    amount = strength if unit == "mol/m3" else strength / molar_mass
    return _filled_with_water({i: n * amount for i, n in ions.items()}, "liquid"), "cubic metre"


def liquor_amounts(tree: Mapping[str, Any]) -> dict[str, float]:
    """mol per m3 of a liquor given by ions [kg/m3] or [mol/m3] and a p[H].

    Its anion makes up the charge, chloride unless it says otherwise.
    """
    raw, anion = tree["liquor"], tree.get("anion", "chloride")
    if anion not in MEDIA:
        raise FieldError(
            ("anion",), describe(anion), f"one of {', '.join(MEDIA)}", nearest(anion, MEDIA).strip()
        )
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError(("liquor",), describe(raw), "a mapping such as {Nd: 60 g/L, Fe+3: 1 g/L}")
    amounts: dict[str, float] = {}
    for key, value in raw.items():
        ion = ION_OF.get(str(key), str(key))
        try:
            species = Species.of(ion)
        except UnknownFormula:
            species = None
        if species is None or species.phase != "aqueous" or (not species.charge and ion != "H3BO3"):
            raise FieldError(
                ("liquor", str(key)),
                f"unknown ion {str(key)!r}",
                "an ion such as Nd, Fe+3, Fe+2 or Cl-",
            )
        strength, unit = placed(
            "liquor",
            lambda k=key, v=value: placed(str(k), lambda: _strength(v, ("kg/m3", "mol/m3"))),
        )
        # Boric acid is told as boron, every other ion as itself.
        mass = (Species.of("B(s)") if ion == "H3BO3" else species).molar_mass
        amounts[ion] = strength if unit == "mol/m3" else strength / mass
    pH = placed("pH", lambda: _pH(tree.get("pH", 2)))
    proton = 10.0**-pH * _PER_LITRE
    amounts["H+"] = amounts.get("H+", 0.0) + proton
    surplus = sum(Species.of(ion).charge * amount for ion, amount in amounts.items())
    if surplus < 0:
        raise FieldError(("liquor",), "more anions than cations", "a liquor without net charge")
    closing = MEDIA[anion]
    if anion == "sulfate":
        # Hydrogen sulfate holds protons besides: at this p[H] so many per sulfate.
        ratio = proton / _PER_LITRE * 10.0 ** fact("aqueous.log-k.HSO4-").value
        held = ratio / (1 + ratio)
        surplus /= 2 - held
        amounts["H+"] += held * surplus
    amounts[closing] = amounts.get(closing, 0.0) + surplus
    return _filled_with_water(amounts, "liquor")


def _strength(raw: Any, units: tuple[str, ...]) -> tuple[float, str]:
    """A concentration and the one of `units` in which it is told; raises QuantityError."""
    strength, unit = parse_any(raw, units)
    check(strength, 0, math.inf, unit, raw)
    return strength, unit


def _pH(raw: Any) -> float:
    value = parse(raw, "-")
    check(value, *_PH, "-", raw)
    return value


def _filled_with_water(amounts: dict[str, float], key: str) -> dict[str, float]:
    """The solutes of one m3 and the water that fills it up."""
    try:
        room = 1 - sum(amount * molar_volume(ion) for ion, amount in amounts.items())
    except UnknownFact as error:
        raise FieldError((key,), str(error), "species with a sourced molar volume") from None
    if room <= 0:
        raise FieldError((key,), "more solute than fits", "a solution that has room for water")
    return amounts | {_WATER: amounts.get(_WATER, 0.0) + room / molar_volume(_WATER)}
