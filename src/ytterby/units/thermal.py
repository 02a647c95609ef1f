"""Matter in a hot, oxidising furnace: every element goes to the form in which it is stable."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import INERT, RARE_EARTHS, Reaction, Species, atoms_of
from ytterby.units.unit import Inlet, with_reagent

STABLE_SOLID = {
    "Fe": "Fe2O3",
    "Co": "CoO",
    "Ni": "NiO",
    "B": "B2O3",
    "Al": "Al2O3",
    "Cu": "CuO",
    "Nb": "Nb2O5",
    "Ga": "Ga2O3",
    "Zr": "ZrO2",
    "Si": "SiO2",
    "Ca": "CaO",
    "Mg": "MgO",
    "Zn": "ZnO",
    "P": "P2O5",
    "Mn": "Mn2O3",
    "Pb": "PbO",
    "Ba": "BaO",
    "Th": "ThO2",
    "U": "U3O8",
}
"""Oxide of each element above some 900 degC in air; CoO since Co3O4 gives off oxygen there."""
STABLE_GAS = {"C": "CO2", "H": "H2O", "Cl": "HCl", "S": "SO2", "F": "HF", "N": "N2"}
ALKALI_METALS = ("Na", "K")
SESQUIOXIDE = {element: f"{element}2O3" for element in RARE_EARTHS} | {"Ce": "CeO2"}
OXYGEN = "O2(g)"


class NoStableForm(ValueError):
    """An element of which this furnace does not know what becomes."""


def stable_species(elements: set[str], rare_earth_oxides: Mapping[str, str]) -> set[str]:
    """The species a furnace may make out of `elements`."""
    made = {f"{rare_earth_oxides[e]}(s)" for e in elements & set(RARE_EARTHS)}
    made |= {f"{STABLE_SOLID[e]}(s)" for e in elements & set(STABLE_SOLID)}
    made |= {f"{STABLE_GAS[e]}(g)" for e in elements & set(STABLE_GAS)}
    for alkali in elements & set(ALKALI_METALS):
        made |= {f"{alkali}Cl(s)"} if "Cl" in elements else set()
        made |= {f"{alkali}2SO4(s)"} if "S" in elements else set()
        made |= {f"{alkali}2O(s)"}
    return made | {OXYGEN}


def burn(charge: Stream, rare_earth_oxides: Mapping[str, str]) -> tuple[np.ndarray, float]:
    """(amounts [mol/s] of the stable species, oxygen O2 they take up [mol/s]).

    charge: solids and the liquor in them; gases do not take part. Sodium and potassium stay as
    chloride as far as there is chlorine, then as sulfate; the chlorine left over leaves as HCl,
    hydrogen as H2O, carbon as CO2, nitrogen as N2. Simplification: conversion is complete, and
    no NOx forms.
    Raises NoStableForm.
    """
    basis = charge.basis
    totals = dict(zip(basis.elements, charge.element_amounts.tolist(), strict=True))
    oxygen = totals.pop("O", 0.0)
    made = _salts(totals)
    for acid in ("Cl", "F"):
        if totals.get(acid):
            made[f"H{acid}(g)"] = totals.pop(acid)
            totals["H"] = totals.get("H", 0.0) - made[f"H{acid}(g)"]
    for element, amount in totals.items():
        if amount:
            made.update([_form(element, amount, rare_earth_oxides)])
    needed = sum(Species.of(name).count("O") * amount for name, amount in made.items())
    return basis.amounts({n: a for n, a in made.items() if a}), (needed - oxygen) / 2


def _salts(totals: dict[str, float]) -> dict[str, float]:
    """Alkali [mol/s] as chloride, then sulfate, then oxide, taken out of `totals` in place."""
    made = {}
    for alkali in ALKALI_METALS:
        there = totals.pop(alkali, 0.0)
        salt = min(there, totals.get("Cl", 0.0))
        sulfate = min((there - salt) / 2, totals.get("S", 0.0))
        for element, bound in (("Cl", salt), ("S", sulfate)):
            if bound:
                totals[element] -= bound
        left = (there - salt) / 2 - sulfate
        made |= {f"{alkali}Cl(s)": salt, f"{alkali}2SO4(s)": sulfate, f"{alkali}2O(s)": left}
    return made


def _form(element: str, amount: float, oxides: Mapping[str, str]) -> tuple[str, float]:
    if element == INERT:
        return f"{INERT}(s)", amount
    formula = oxides.get(element) or STABLE_SOLID.get(element)
    phase = "s"
    if formula is None:
        formula, phase = STABLE_GAS.get(element), "g"
    if formula is None:
        raise NoStableForm(f"no stable form of {element} in a furnace is known")
    return f"{formula}({phase})", amount / atoms_of(formula)[element]


def fire(
    name: str,
    charge: Stream,
    products: np.ndarray,
    oxygen: float,
    gas: Inlet,
    excess: float,
    temperature: float,
) -> tuple[Stream, Stream, float, Finding | None]:
    """(solid product, off-gas, kg/s of gas drawn, trouble) of the furnace `name`.

    products: stable species made of `charge` [mol/s]. oxygen: O2 they take up [mol/s]; what the
    gas inlet's determined streams do not bring of it, with `excess` relative, is drawn.
    """
    basis = charge.basis
    oxygen_place = basis.index[OXYGEN]
    wanted = max(oxygen, 0.0) * (1 + excess) - gas.stream[OXYGEN]
    richness = gas.reagent[OXYGEN] if gas.reagent is not None else 0.0
    drawn = max(wanted, 0.0) / richness if richness > 0 else 0.0
    around = with_reagent(gas, drawn) + charge.only("gas").amounts
    offgas = around + products * basis.masks["gas"]
    offgas[oxygen_place] -= oxygen
    trouble = None
    if offgas[oxygen_place] < 0:
        trouble = Finding(
            name, "the gas brings too little oxygen; let it name a feed of air", "error"
        )
    solid = Stream(basis, products * basis.masks["solid"], temperature)
    return solid, Stream(basis, offgas, temperature), drawn, trouble


def ferrite_formation(element: str) -> Reaction:
    return Reaction.of(f"{element}2O3(s) + Fe2O3(s) = 2 {element}FeO3(s)")
