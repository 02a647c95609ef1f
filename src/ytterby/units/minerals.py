"""Minerals of rare earth ores and by-products as solids with closed atoms, and their reactions."""

from __future__ import annotations

from functools import cache

from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.units.dissolution import ANY

ANY_RARE_EARTH = "RE"
"""Stands in a formula for every rare earth: REFCO3, RE(OH)3."""


def of_every_rare_earth(formula: str) -> tuple[str, ...]:
    """The formulas that one with `RE` in it stands for; any other stands for itself."""
    if ANY_RARE_EARTH not in formula:
        return (formula,)
    return tuple(formula.replace(ANY_RARE_EARTH, element) for element in RARE_EARTHS)


def bastnaesite(element: str) -> str:
    return f"{element}FCO3(s)"


def phosphate(element: str) -> str:
    """Monazite of the light rare earths, xenotime of the heavy ones and yttrium."""
    return f"{element}PO4(s)"


def oxyfluoride(element: str) -> str:
    return f"{element}OF(s)"


THORIUM_PHOSPHATE, URANIUM_OXIDE = "Th3(PO4)4(s)", "UO3(s)"
APATITE, FLUORITE, CALCITE = "Ca5(PO4)3F(s)", "CaF2(s)", "CaCO3(s)"


def _in_acid() -> dict[str, str]:
    made = {
        "CaO(s)": "CaO(s) + 2 H+ = Ca+2 + H2O",
        CALCITE: f"{CALCITE} + 2 H+ = Ca+2 + CO2(g) + H2O",
        APATITE: f"{APATITE} + 10 H+ = 5 Ca+2 + 3 H3PO4 + HF",
        "MnO2(s)": "MnO2(s) + 4 H+ + 2 Cl- = Mn+2 + Cl2(g) + 2 H2O",
        "FeO(s)": "FeO(s) + 2 H+ = Fe+2 + H2O",
        "FeCO3(s)": "FeCO3(s) + 2 H+ = Fe+2 + CO2(g) + H2O",
        "ThO2(s)": "ThO2(s) + 4 H+ = Th+4 + 2 H2O",
        "Th(OH)4(s)": "Th(OH)4(s) + 4 H+ = Th+4 + 4 H2O",
        THORIUM_PHOSPHATE: f"{THORIUM_PHOSPHATE} + 12 H+ = 3 Th+4 + 4 H3PO4",
        URANIUM_OXIDE: f"{URANIUM_OXIDE} + 2 H+ = UO2+2 + H2O",
        "UO2(OH)2(s)": "UO2(OH)2(s) + 2 H+ = UO2+2 + 2 H2O",
        "RaO(s)": "RaO(s) + 2 H+ = Ra+2 + H2O",
    }
    for e in RARE_EARTHS:
        made[bastnaesite(e)] = f"{bastnaesite(e)} + 2 H+ = {e}+3 + F- + CO2(g) + H2O"
        made[oxyfluoride(e)] = f"{oxyfluoride(e)} + 2 H+ = {e}+3 + F- + H2O"
    return made


IN_ACID = {**{solid: equation for solid, (_, equation) in ANY.items()}, **_in_acid()}
"""Solid -> how it dissolves in acid."""


@cache
def in_acid(solid: str) -> Reaction:
    """How `solid` dissolves in acid; raises KeyError for one that does not."""
    return Reaction.of(IN_ACID[solid])


def acid_taken(solid: str) -> float:
    """mol of protons that one mol of the solid takes up [-]."""
    return -dict(in_acid(solid).stoichiometry).get("H+", 0.0)
