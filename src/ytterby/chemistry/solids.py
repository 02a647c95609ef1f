"""Which solids and gases a solution can form, and the reactions their constants stand for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ytterby.chemistry.reaction import Reaction
from ytterby.chemistry.species import RARE_EARTHS, Species
from ytterby.facts import Fact, UnknownFact, fact

OXALATE_HYDRATE = "10H2O"
_BIVALENT = ("Fe", "Co", "Ni", "Cu", "Ca", "Mg", "Zn", "Mn", "Pb")
_OXO_CATIONS = {"U": "UO2+2"}
_WATERS = {"La": "8H2O", "Ce": "8H2O", "Eu": "3H2O"}
"""Crystal water of the carbonates whose constants are measured; the others are anhydrous."""


def oxalate_of(element: str) -> str:
    """The solid in which rare earth `element` precipitates with oxalic acid (decahydrate)."""
    return f"{element}2(C2O4)3.{OXALATE_HYDRATE}(s)"


def hydroxide_of(ion: str) -> str:
    """The hydroxide in which the cation `ion` (`Fe+3`) precipitates, `Fe(OH)3(s)`."""
    if ion in _OXO_CATIONS.values():
        return f"{ion.partition('+')[0]}(OH)2(s)"
    species = Species.of(ion)
    return f"{species.atoms[0][0]}(OH){species.charge}(s)"


def _oxalates() -> dict[str, str]:
    rare_earths = {
        oxalate_of(e): f"2 {e}+3 + 3 C2O4-2 + {OXALATE_HYDRATE.removesuffix('H2O')} H2O"
        for e in RARE_EARTHS
    }
    return rare_earths | {
        "CaC2O4.H2O(s)": "Ca+2 + C2O4-2 + H2O",
        "CoC2O4.2H2O(s)": "Co+2 + C2O4-2 + 2 H2O",
        "NiC2O4.2H2O(s)": "Ni+2 + C2O4-2 + 2 H2O",
        "FeC2O4.2H2O(s)": "Fe+2 + C2O4-2 + 2 H2O",
    }


def _carbonates() -> dict[str, str]:
    made = {f"{e}CO3(s)": f"{e}+2 + CO3-2" for e in _BIVALENT if e != "Cu"}
    made["Cu2CO3(OH)2(s)"] = "2 Cu+2 + CO3-2 + 2 H2O - 2 H+"
    for e in RARE_EARTHS:
        water = _WATERS.get(e)
        dot, tail = (f".{water}", f" + {water.removesuffix('H2O')} H2O") if water else ("", "")
        made[f"{e}2(CO3)3{dot}(s)"] = f"2 {e}+3 + 3 CO3-2{tail}"
    return made


def _fluorides() -> dict[str, str]:
    made = {f"{e}F3(s)": f"{e}+3 + 3 F-" for e in RARE_EARTHS}
    return made | {f"{e}F2(s)": f"{e}+2 + 2 F-" for e in ("Ca", "Mg")} | {"ThF4(s)": "Th+4 + 4 F-"}


def _sulfates() -> dict[str, str]:
    made = {f"Na{e}(SO4)2.H2O(s)": f"Na+ + {e}+3 + 2 SO4-2 + H2O" for e in RARE_EARTHS}
    return made | {
        "CaSO4.2H2O(s)": "Ca+2 + SO4-2 + 2 H2O",
        "PbSO4(s)": "Pb+2 + SO4-2",
        "BaSO4(s)": "Ba+2 + SO4-2",
    }


FAMILIES: dict[str, dict[str, str]] = {
    "oxalate": _oxalates(),
    "carbonate": _carbonates(),
    "fluoride": _fluorides(),
    "sulfate": _sulfates(),
    "phosphate": {f"{e}PO4(s)": f"{e}+3 + PO4-3" for e in RARE_EARTHS},
    "sulfide": {
        f"{e}S(s)": f"{e}+2 + HS- - H+" for e in ("Cu", "Pb", "Zn", "Ni", "Co", "Fe", "Mn")
    },
    "salt": {
        "NaCl(s)": "Na+ + Cl-",
        "NH4Cl(s)": "NH4+ + Cl-",
        "Na2SO4(s)": "2 Na+ + SO4-2",
        "(NH4)2SO4(s)": "2 NH4+ + SO4-2",
    },
    "gas": {"CO2(g)": "CO3-2 + 2 H+ - H2O", "H2S(g)": "HS- + H+"},
}
"""By family: solid or gas -> what one mole of it gives when it dissolves."""
_PARTS = {solid: parts for family in FAMILIES.values() for solid, parts in family.items()}


@cache
def dissolution_of(solid: str) -> Reaction:
    """The reaction whose constant the fact `aqueous.solubility.log-k.<solid>` gives."""
    if solid in _PARTS:
        made, *used = _PARTS[solid].split(" - ")
        return Reaction.of(f"{' + '.join([solid, *used])} = {made}")
    charge = int(Species.of(solid).count("H"))
    ion = next(
        (oxo for oxo in _OXO_CATIONS.values() if hydroxide_of(oxo) == solid),
        f"{solid.partition('(')[0]}+{charge}",
    )
    return Reaction.of(f"{solid} + {charge} H+ = {ion} + {charge} H2O")


def solubility(solid: str) -> Fact:
    """log10 K of `dissolution_of(solid)` [-]; raises UnknownFact where nobody measured it."""
    return fact(f"aqueous.solubility.log-k.{solid.removesuffix('(s)')}")


@cache
def ions_of(solid: str) -> frozenset[str]:
    """The dissolved masters that `solid` is made of, protons and water apart."""
    return dissolution_of(solid).species - {solid, "H+", "H2O", "OH-"}


@cache
def is_known(solid: str) -> bool:
    """Whether the solubility of `solid` has a source."""
    try:
        solubility(solid)
    except UnknownFact:
        return False
    return True


def hydroxides(names: Iterable[str]) -> tuple[str, ...]:
    """The hydroxides with a sourced solubility of the metal cations among `names`, in order."""
    return tuple(hydroxide_of(ion) for ion in names if is_cation(ion))


@cache
def is_cation(ion: str) -> bool:
    """Whether `ion` is a bare metal cation whose hydroxide has a sourced solubility."""
    species = Species.of(ion)
    if species.phase != "aqueous" or species.charge < 2:
        return False
    if len(species.atoms) > 1 and ion not in _OXO_CATIONS.values():
        return False
    return is_known(hydroxide_of(ion))


def solids_of(family: str, names: Iterable[str]) -> tuple[str, ...]:
    """Members of a family with a sourced solubility whose ions are all among `names`."""
    there = frozenset(names)
    return tuple(s for s in FAMILIES[family] if ions_of(s) <= there and is_known(s))
