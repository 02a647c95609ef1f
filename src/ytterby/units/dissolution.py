"""How solids dissolve in acid: one reaction per solid, and the kind of matter each one is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from ytterby.balance import Basis
from ytterby.chemistry import RARE_EARTHS, Reaction, Solution, equilibrate, p_h
from ytterby.units.unit import react

_BISECTIONS = 60
_CHARGE = {"Fe": 2, "Co": 2, "Ni": 2, "Mn": 2, "Zn": 2, "Mg": 2, "Ca": 2, "Al": 3}
_OXIDES = {"Co": "cobalt", "Ni": "nickel", "Cu": "copper", "Zn": "zinc", "Mg": "magnesia"}


def _oxides() -> dict[str, tuple[str, str]]:
    made = {
        "CeO2(s)": ("ceria", "CeO2(s) + 4 H+ + Cl- = Ce+3 + 1/2 Cl2(g) + 2 H2O"),
        "Fe2O3(s)": ("hematite", "Fe2O3(s) + 6 H+ = 2 Fe+3 + 3 H2O"),
        "Fe3O4(s)": ("magnetite", "Fe3O4(s) + 8 H+ = Fe+2 + 2 Fe+3 + 4 H2O"),
        "Al2O3(s)": ("aluminium", "Al2O3(s) + 6 H+ = 2 Al+3 + 3 H2O"),
        "B2O3(s)": ("boron", "B2O3(s) + 3 H2O = 2 H3BO3"),
    }
    for element, key in _OXIDES.items():
        made[f"{element}O(s)"] = (key, f"{element}O(s) + 2 H+ = {element}+2 + H2O")
    for e in RARE_EARTHS:
        made[f"{e}2O3(s)"] = ("oxide", f"{e}2O3(s) + 6 H+ = 2 {e}+3 + 3 H2O")
        made[f"{e}FeO3(s)"] = ("ferrite", f"{e}FeO3(s) + 6 H+ = {e}+3 + Fe+3 + 3 H2O")
    return made


def _metals() -> dict[str, tuple[str, str]]:
    charges = _CHARGE | dict.fromkeys(RARE_EARTHS, 3)
    made = {"B(s)": ("metal", "B(s) + 3 H2O = H3BO3 + 3/2 H2(g)")}
    for element, charge in charges.items():
        equation = f"{element}(s) + {charge} H+ = {element}+{charge} + {charge}/2 H2(g)"
        made[f"{element}(s)"] = ("nickel-metal" if element == "Ni" else "metal", equation)
    return made


def _salts() -> dict[str, tuple[str, str]]:
    made = {
        "BaMgAl10O17(s)": ("aluminate", "BaMgAl10O17(s) + 34 H+ = Ba+2 + Mg+2 + 10 Al+3 + 17 H2O"),
        "EuMgAl10O17(s)": (
            "aluminate",
            "EuMgAl10O17(s) + 35 H+ = Eu+3 + Mg+2 + 10 Al+3 + 17 H2O + 1/2 H2(g)",
        ),
        "Ca5(PO4)3Cl(s)": ("halophosphate", "Ca5(PO4)3Cl(s) + 9 H+ = 5 Ca+2 + 3 H3PO4 + Cl-"),
        "BaO(s)": ("oxide", "BaO(s) + 2 H+ = Ba+2 + H2O"),
        "Na2CO3(s)": ("oxide", "Na2CO3(s) + 2 H+ = 2 Na+ + H2O + CO2(g)"),
    }
    for e in RARE_EARTHS:
        made[f"{e}PO4(s)"] = ("phosphate", f"{e}PO4(s) + 3 H+ = {e}+3 + H3PO4")
        made[f"{e}(OH)3(s)"] = ("hydroxide", f"{e}(OH)3(s) + 3 H+ = {e}+3 + 3 H2O")
        equation = f"{e}2(CO3)3(s) + 6 H+ = 2 {e}+3 + 3 H2O + 3 CO2(g)"
        made[f"{e}2(CO3)3(s)"] = ("hydroxide", equation)
    for element in ("Ni", "Co", "Mn", "Mg"):
        equation = f"{element}(OH)2(s) + 2 H+ = {element}+2 + 2 H2O"
        made[f"{element}(OH)2(s)"] = ("nickel" if element == "Ni" else "hydroxide", equation)
    for element in ("Fe", "Al"):
        equation = f"{element}(OH)3(s) + 3 H+ = {element}+3 + 3 H2O"
        made[f"{element}(OH)3(s)"] = ("hydroxide", equation)
    return made


OXIDES = _oxides()
"""Oxide -> (key of its extent, how it dissolves)."""
ANY = {**OXIDES, **_metals(), **_salts()}
"""Oxide, metal or salt -> (key of its extent, how it dissolves)."""


@cache
def reaction_of(solid: str) -> Reaction:
    return Reaction.of(ANY[solid][1])


def exposed(
    basis: Basis, start: np.ndarray, extents: Mapping[str, float], exposure: float, solids: Mapping
) -> np.ndarray:
    """`start` [mol/s] after each of the `solids` dissolved in parallel by 1 - (1 - X)^exposure."""
    changes = {}
    for solid, (key, _) in solids.items():
        if solid in basis.index and start[basis.index[solid]] > 0:
            share = 1 - (1 - extents[key]) ** exposure
            changes[reaction_of(solid)] = share * start[basis.index[solid]]
    return react(basis, start, changes)


def dissolve(
    basis: Basis,
    start: np.ndarray,
    extents: Mapping[str, float],
    solution: Solution,
    end_pH: float,
    exposure: float = 1.0,
    solids: Mapping = OXIDES,
) -> tuple[np.ndarray, float]:
    """(amounts at the end [mol/s], exposure [-]): to `exposure`, or until p[H] reaches `end_pH`."""
    full = exposed(basis, start, extents, exposure, solids)
    if p_h(full, solution) <= end_pH:
        return equilibrate(full, solution), exposure
    low, high = 0.0, exposure
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if p_h(exposed(basis, start, extents, middle, solids), solution) <= end_pH:
            low = middle
        else:
            high = middle
    return equilibrate(exposed(basis, start, extents, low, solids), solution), low


def acid_need(basis: Basis, amounts: np.ndarray, extents: Mapping[str, float]) -> float:
    """Protons that the solids take up where each dissolves to its extent [mol/s]."""
    need = 0.0
    for solid, (key, _) in ANY.items():
        if solid in basis.index:
            taken = -dict(reaction_of(solid).stoichiometry).get("H+", 0.0)
            need += taken * extents[key] * amounts[basis.index[solid]]
    return need


def made_from(names: frozenset[str], solids: Mapping) -> set[str]:
    """Species that dissolving the `solids` among `names` makes."""
    return set().union(*(reaction_of(solid).species for solid in names & set(solids)))
