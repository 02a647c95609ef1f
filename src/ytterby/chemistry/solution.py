"""Aqueous solutions: which species stand in equilibrium, and with which constants.

Every dissolved substance is a *family*: a master species and the members it turns into by
taking up or giving off protons and water (C2O4-2, HC2O4-, H2C2O4; Fe+3, FeOH+2, Fe(OH)2+).
Constants are concentration constants at 25 degC and are used as they stand at any ionic strength
and temperature. That is a simplification: it misplaces p[H] of a weak acid or of a hydroxide by
some tenths of a unit in strong brines, and it never touches a balance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from ytterby.chemistry.reaction import Reaction
from ytterby.chemistry.species import Species
from ytterby.facts import Fact, UnknownFact, fact

WATER, PROTON, HYDROXIDE = "H2O", "H+", "OH-"
FORMATION = {
    "HC2O4-": "C2O4-2 + H+ = HC2O4-",
    "H2C2O4": "C2O4-2 + 2 H+ = H2C2O4",
    "FeOH+2": "Fe+3 + H2O = FeOH+2 + H+",
    "Fe(OH)2+": "Fe+3 + 2 H2O = Fe(OH)2+ + 2 H+",
    "B(OH)4-": "H3BO3 + H2O = B(OH)4- + H+",
}
"""How each member forms from its master; its constant is the fact `aqueous.log-k.<member>`."""
OXALATE_HYDRATE = "10H2O"
_LITRES_PER_CUBIC_METRE = 1000


def oxalate_of(element: str) -> str:
    """The solid in which rare earth `element` precipitates with oxalic acid (decahydrate)."""
    return f"{element}2(C2O4)3.{OXALATE_HYDRATE}(s)"


def hydroxide_of(ion: str) -> str:
    """The hydroxide in which the cation `ion` (`Fe+3`) precipitates, `Fe(OH)3(s)`."""
    species = Species.of(ion)
    return f"{species.atoms[0][0]}(OH){species.charge}(s)"


def dissolution_of(solid: str) -> Reaction:
    """The reaction whose constant the fact `aqueous.solubility.log-k.<solid>` gives."""
    species = Species.of(solid)
    metal = next(element for element, _ in species.atoms if element not in ("C", "H", "O"))
    if species.count("C"):
        water = solid.removesuffix("H2O(s)").rpartition(".")[2]
        ions = f"{metal}+2 + C2O4-2" if species.count("C") == 2 else f"2 {metal}+3 + 3 C2O4-2"
        return Reaction.of(f"{solid} = {ions} + {water} H2O")
    charge = int(species.count("H"))
    return Reaction.of(f"{solid} + {charge} H+ = {metal}+{charge} + {charge} H2O")


@dataclass(frozen=True, eq=False)
class Solution:
    """What the equilibrium kernel needs to know of one species list.

    names: every species, the non-aqueous ones too. solids: those that may form or dissolve.
    places: indices of masters, members, solids, H2O, H+ and OH-.
    model: family, ln beta and protons of each member; the table of solids with columns metal,
        metals, ligand (-1: none), ligands, waters, protons; their ln K; ln Kw.
    volumes: [L/mol] of masters and members, waters of members, volumes of H2O and OH-.
    volume: partial molar volume of every species, 0 where not aqueous [m3/mol].
    facts: what the model rests on.
    """

    names: tuple[str, ...]
    solids: tuple[str, ...]
    places: tuple
    model: tuple
    volumes: tuple
    volume: np.ndarray
    facts: tuple[Fact, ...]

    @staticmethod
    def of(names: tuple[str, ...], solids: tuple[str, ...] = ()) -> Solution:
        """The solution model of the species `names`, in which `solids` may form or dissolve."""
        return _solution(names, solids)


def _log_k(name: str) -> Fact:
    return fact(f"aqueous.log-k.{name}")


def solubility(solid: str) -> Fact:
    """log10 K of `dissolution_of(solid)` [-]; raises UnknownFact where nobody measured it."""
    return fact(f"aqueous.solubility.log-k.{solid.removesuffix('(s)')}")


@cache
def molar_volume(name: str) -> float:
    """Partial molar volume of the aqueous species [m3/mol]; raises UnknownFact.

    A member without a volume of its own gets its master's and that of the water it took up.
    """
    try:
        return fact(f"aqueous.molar-volume.{name}").si("m3/mol")
    except UnknownFact:
        if name not in FORMATION:
            raise
        reaction = dict(Reaction.of(FORMATION[name]).stoichiometry)
        return sum(-count * molar_volume(part) for part, count in reaction.items() if part != name)


@cache
def _solution(names: tuple[str, ...], solids: tuple[str, ...]) -> Solution:
    where = {name: index for index, name in enumerate(names)}
    aqueous = [name for name in names if Species.of(name).phase == "aqueous"]
    members = [name for name in aqueous if name in FORMATION]
    masters = [name for name in aqueous if name not in (*FORMATION, WATER, PROTON, HYDROXIDE)]
    family = {name: index for index, name in enumerate(masters)}
    member_rows = np.array([_member_row(name, family) for name in members]).reshape(-1, 4)
    solid_rows = np.array([_solid_row(name, family) for name in solids]).reshape(-1, 7)
    places = (
        *(
            np.array([where[n] for n in group], dtype=np.int64)
            for group in (masters, members, solids)
        ),
        *(where[name] for name in (WATER, PROTON, HYDROXIDE)),
    )
    litres = {name: molar_volume(name) * _LITRES_PER_CUBIC_METRE for name in aqueous}
    water_constant = _log_k("water")
    return Solution(
        names=names,
        solids=solids,
        places=places,
        model=(
            member_rows[:, 0].astype(np.int64),
            member_rows[:, 1].copy(),
            member_rows[:, 2].copy(),
            solid_rows[:, :6].copy(),
            solid_rows[:, 6].copy(),
            water_constant.value * math.log(10.0),
        ),
        volumes=(
            np.array([litres[name] for name in masters]),
            np.array([litres[name] for name in members]),
            member_rows[:, 3].copy(),
            litres[WATER],
            litres[HYDROXIDE],
        ),
        volume=np.array([molar_volume(name) if name in litres else 0.0 for name in names]),
        facts=(water_constant, *map(_log_k, members), *map(solubility, solids)),
    )


def _member_row(name: str, family: dict[str, int]) -> tuple[float, ...]:
    reaction = dict(Reaction.of(FORMATION[name]).stoichiometry)
    master = next(part for part in reaction if part not in (name, WATER, PROTON))
    ln_beta = _log_k(name).value * math.log(10.0)
    return (family[master], ln_beta, -reaction.get(PROTON, 0.0), -reaction.get(WATER, 0.0))


def _solid_row(name: str, family: dict[str, int]) -> tuple[float, ...]:
    reaction = dict(dissolution_of(name).stoichiometry)
    ions = [part for part in reaction if part not in (name, WATER, PROTON)]
    metal = next(part for part in ions if Species.of(part).charge > 0)
    ligand = next((part for part in ions if Species.of(part).charge < 0), None)
    return (
        family[metal],
        reaction[metal],
        family[ligand] if ligand else -1,
        reaction[ligand] if ligand else 0.0,
        reaction[WATER],
        -reaction.get(PROTON, 0.0),
        solubility(name).value * math.log(10.0),
    )
