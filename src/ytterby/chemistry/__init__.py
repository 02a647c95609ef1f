"""Species, reactions, and the equilibrium of aqueous solutions."""

from ytterby.chemistry.equilibrium import (
    OutOfReach,
    acidity,
    dose_to_p_h,
    equilibrate,
    p_h,
    supersaturation,
)
from ytterby.chemistry.reaction import Reaction, UnbalancedReaction
from ytterby.chemistry.solution import (
    FORMATION,
    Solution,
    dissolution_of,
    hydroxide_of,
    molar_volume,
    oxalate_of,
    solubility,
)
from ytterby.chemistry.species import (
    DILUENTS,
    EXTRACTANTS,
    INERT,
    PHASES,
    RARE_EARTHS,
    TRADE_OXIDE,
    Species,
    UnknownFormula,
    atomic_mass,
    atoms_of,
    complex_of,
    oxide_factor,
)

__all__ = [
    "DILUENTS",
    "EXTRACTANTS",
    "FORMATION",
    "INERT",
    "PHASES",
    "RARE_EARTHS",
    "TRADE_OXIDE",
    "OutOfReach",
    "Reaction",
    "Solution",
    "Species",
    "UnbalancedReaction",
    "UnknownFormula",
    "acidity",
    "atomic_mass",
    "atoms_of",
    "complex_of",
    "dissolution_of",
    "dose_to_p_h",
    "equilibrate",
    "hydroxide_of",
    "molar_volume",
    "oxalate_of",
    "oxide_factor",
    "p_h",
    "solubility",
    "supersaturation",
]
