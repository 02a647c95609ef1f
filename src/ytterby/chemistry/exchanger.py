"""Cations held by clay, as solids with closed atoms.

A site of the clay that holds a cation stands as HSiO3-, a silanol group of its edge: the ion of
charge z is held as M(HSiO3)z. Exchange between them is a reaction in which sites stay sites,

    Dy(HSiO3)3(s) + 3 NH4+ = Dy+3 + 3 NH4HSiO3(s)

Simplification: permanent charge of the lattice is written the same way. It puts 77 g of the clay
down as HSiO3 for each mole of charge held and touches no balance.
"""

from __future__ import annotations

from ytterby.chemistry.species import RARE_EARTHS, TRADE_OXIDE, Species

SITE = "HSiO3"
AMMONIUM, PROTON = "NH4+", "H+"
_MONOVALENT = {PROTON: "H2SiO3(s)", AMMONIUM: f"NH4{SITE}(s)"}
EXCHANGEABLE = (
    *(f"{e}+3" for e in RARE_EARTHS),
    "Al+3",
    "Ca+2",
    "Mg+2",
    "K+",
    "Na+",
    AMMONIUM,
    PROTON,
)
"""The cations that clay may hold."""
MINERAL = {e: f"{o}(s)" if o == "CeO2" else f"{e}2O3(s)" for e, o in TRADE_OXIDE.items()}
"""What stands for a rare earth that no lixiviant exchanges: its mineral is not known."""


def held(ion: str) -> str:
    """The solid in which clay holds `ion`: held("Dy+3") is Dy(HSiO3)3(s)."""
    if ion in _MONOVALENT:
        return _MONOVALENT[ion]
    species = Species.of(ion)
    element, charge = species.atoms[0][0], species.charge
    return f"{element}{SITE}(s)" if charge == 1 else f"{element}({SITE}){charge}(s)"


HELD = {ion: held(ion) for ion in EXCHANGEABLE}
"""Ion -> the solid in which clay holds it."""
