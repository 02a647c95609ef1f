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

from ytterby.chemistry.balances import Model
from ytterby.chemistry.reaction import Reaction
from ytterby.chemistry.solids import dissolution_of, solubility
from ytterby.chemistry.species import Species
from ytterby.facts import Fact, UnknownFact, fact

WATER, PROTON, HYDROXIDE = "H2O", "H+", "OH-"
FORMATION = {
    "HC2O4-": "C2O4-2 + H+ = HC2O4-",
    "H2C2O4": "C2O4-2 + 2 H+ = H2C2O4",
    "FeOH+2": "Fe+3 + H2O = FeOH+2 + H+",
    "Fe(OH)2+": "Fe+3 + 2 H2O = Fe(OH)2+ + 2 H+",
    "AlOH+2": "Al+3 + H2O = AlOH+2 + H+",
    "Al(OH)4-": "Al+3 + 4 H2O = Al(OH)4- + 4 H+",
    "B(OH)4-": "H3BO3 + H2O = B(OH)4- + H+",
    "HSO4-": "SO4-2 + H+ = HSO4-",
    "HCO3-": "CO3-2 + H+ = HCO3-",
    "H2CO3": "CO3-2 + 2 H+ = H2CO3",
    "HF": "F- + H+ = HF",
    "H2S": "HS- + H+ = H2S",
    "NH3": "NH4+ = NH3 + H+",
    "HPO4-2": "PO4-3 + H+ = HPO4-2",
    "H2PO4-": "PO4-3 + 2 H+ = H2PO4-",
    "H3PO4": "PO4-3 + 3 H+ = H3PO4",
}
"""How each member forms from its master; its constant is the fact `aqueous.log-k.<member>`."""
_LITRES_PER_CUBIC_METRE = 1000


@dataclass(frozen=True, eq=False)
class Solution:
    """What the equilibrium kernels need to know of one species list.

    names: every species, the non-aqueous ones too. solids: those that may form or dissolve, gases
    at one atmosphere among them. places: indices of masters, members, H2O, H+ and OH-.
    model: family, ln beta and protons of each member; ln Kw.
    volumes: [L/mol] of masters and members, waters of members, volumes of H2O and OH-.
    volume: partial molar volume of every species, 0 where not aqueous [m3/mol].
    phases: what equilibrium with solids needs besides, or None where none may form.
    facts: what the model rests on.
    """

    names: tuple[str, ...]
    solids: tuple[str, ...]
    places: tuple
    model: tuple
    volumes: tuple
    volume: np.ndarray
    phases: Phases | None
    facts: tuple[Fact, ...]

    @staticmethod
    def of(names: tuple[str, ...], solids: tuple[str, ...] = ()) -> Solution:
        """The solution model of the species `names`, in which `solids` may form or dissolve."""
        return _solution(names, solids)


@dataclass(frozen=True, eq=False)
class Phases:
    """Arrays of equilibrium with pure phases; masters are H+ first, then `Solution.places[0]`.

    solids, species: index of each solid, and of each dissolved species. model: what they obey.
    """

    solids: np.ndarray
    species: np.ndarray
    model: Model


def _log_k(name: str) -> Fact:
    return fact(f"aqueous.log-k.{name}")


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
    rows = np.array([_member_row(name, family) for name in members]).reshape(-1, 4)
    places = (
        *(np.array([where[n] for n in group], dtype=np.int64) for group in (masters, members)),
        *(where[name] for name in (WATER, PROTON, HYDROXIDE)),
    )
    litres = {name: molar_volume(name) * _LITRES_PER_CUBIC_METRE for name in aqueous}
    water_constant = _log_k("water")
    return Solution(
        names=names,
        solids=solids,
        places=places,
        model=(
            rows[:, 0].astype(np.int64),
            rows[:, 1].copy(),
            rows[:, 2].copy(),
            water_constant.value * math.log(10.0),
        ),
        volumes=(
            np.array([litres[name] for name in masters]),
            np.array([litres[name] for name in members]),
            rows[:, 3].copy(),
            litres[WATER],
            litres[HYDROXIDE],
        ),
        volume=np.array([molar_volume(name) if name in litres else 0.0 for name in names]),
        phases=_phases(where, masters, members, solids, litres) if solids else None,
        facts=(
            water_constant,
            *map(_log_k, members),
            *map(solubility, solids),
        ),
    )


def _member_row(name: str, family: dict[str, int]) -> tuple[float, ...]:
    reaction = dict(Reaction.of(FORMATION[name]).stoichiometry)
    master = next(part for part in reaction if part not in (name, WATER, PROTON))
    ln_beta = _log_k(name).value * math.log(10.0)
    return (family[master], ln_beta, -reaction.get(PROTON, 0.0), -reaction.get(WATER, 0.0))


def _phases(
    where: dict[str, int],
    masters: list[str],
    members: list[str],
    solids: tuple[str, ...],
    litres: dict[str, float],
) -> Phases:
    places = {PROTON: 0, **{name: index + 1 for index, name in enumerate(masters)}}
    formed = {name: Reaction.of(FORMATION[name]) for name in members}
    species = [PROTON, HYDROXIDE, *masters, *formed]
    A, ln_beta, waters = _formed(species, places, formed)
    S, ln_K, bound = _dissolving(solids, places)
    volumes = np.array([litres.get(name, 0.0) for name in species]) - waters * litres[WATER]
    return Phases(
        solids=np.array([where[solid] for solid in solids], dtype=np.int64),
        species=np.array([where[name] for name in species], dtype=np.int64),
        model=Model(A, ln_beta, S, ln_K, waters, bound, volumes, litres[WATER]),
    )


def _formed(
    species: list[str], places: dict[str, int], formed: dict[str, Reaction]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(masters in each species, ln beta, waters in it), as `Model` has them."""
    A = np.zeros((len(places), len(species)))
    ln_beta, waters = np.zeros((2, len(species)))
    A[0, 0], A[0, 1] = 1.0, -1.0
    ln_beta[1], waters[1] = _log_k("water").value * math.log(10.0), 1.0
    for column, name in enumerate(species):
        if name in places:
            A[places[name], column] = 1.0
        if name in formed:
            ln_beta[column] = _log_k(name).value * math.log(10.0)
            for part, count in formed[name].stoichiometry:
                if part == WATER:
                    waters[column] = -count
                elif part != name:
                    A[places[part], column] = -count
    return A, ln_beta, waters


def _dissolving(
    solids: tuple[str, ...], places: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(masters that each solid gives, ln K, waters in it), as `Model` has them."""
    S = np.zeros((len(places), len(solids)))
    ln_K, bound = np.zeros((2, len(solids)))
    for column, solid in enumerate(solids):
        reaction = dict(dissolution_of(solid).stoichiometry)
        ln_K[column] = solubility(solid).value * math.log(10.0)
        bound[column] = reaction.get(WATER, 0.0)
        for part, count in reaction.items():
            if part not in (solid, WATER):
                S[places[part], column] = count
    return S, ln_K, bound
