"""Constants of a solution at its own temperature and ionic strength."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from scipy.constants import gas_constant

from ytterby.chemistry.reaction import Reaction
from ytterby.chemistry.solids import FAMILIES, dissolution_of
from ytterby.chemistry.solution import FORMATION, PROTON, Solution
from ytterby.chemistry.species import Species
from ytterby.facts import UnknownFact, fact

_REFERENCE = 298.15
_LITRES_PER_CUBIC_METRE = 1000
_LN_10 = math.log(10.0)


def ionic_strength(amounts: np.ndarray, solution: Solution) -> float:
    """I = 1/2 sum of c z^2 over the ions [mol/L]; 0 without water."""
    litres = float(solution.volume @ amounts) * _LITRES_PER_CUBIC_METRE
    return float(_squares(solution.names) @ amounts) / (2 * litres) if litres > 0 else 0.0


def conditional(
    solution: Solution,
    *,
    temperature: float = _REFERENCE,
    ionic_strength: float = 0.0,
    log_k: Mapping[str, float] | None = None,
) -> Solution:
    """The solution with its constants as they are at a temperature and an ionic strength.

    With temperature by van 't Hoff, ln K = ln K25 + dH/R (1/T25 - 1/T), where the enthalpy of
    a reaction has a source; other constants stay at 25 degC. With ionic strength I by the
    Debye-Hueckel term of the theory of specific interaction (Guggenheim and Scatchard),
    log10 gamma = -A z^2 sqrt(I) / (1 + B sqrt(I)), without interaction coefficients: good to some
    0.5 mol/L, beyond which it stays far below 1 where a strong brine turns back towards it. Soluble
    salts keep their constant, which is that of their saturated solution.

    temperature: [K]. ionic_strength: [mol/L]. log_k: log10 K of solids at 25 degC and infinite
    dilution [-] that stand in for the shipped ones.
    """
    if temperature == _REFERENCE and ionic_strength == 0 and not log_k:
        return solution
    warming = (1 / _REFERENCE - 1 / temperature) / gas_constant
    root = math.sqrt(max(ionic_strength, 0.0))
    screening = fact("debye-hueckel.a").value * root / (1 + fact("debye-hueckel.b").value * root)
    shift = _Shifts.of(solution)
    members = shift.members @ (warming, screening * _LN_10)
    water = float(shift.water @ (warming, screening * _LN_10))
    family, ln_beta, protons, ln_Kw = solution.model
    model = (family, ln_beta + members, protons, ln_Kw + water)
    phases = solution.phases
    if phases is not None:
        formed = np.zeros(phases.model.ln_beta.size)
        formed[1] = water
        formed[formed.size - members.size :] = members
        ln_K = phases.model.ln_K + shift.solids @ (warming, screening * _LN_10)
        for position, solid in enumerate(solution.solids):
            if log_k and solid in log_k:
                shipped = fact(f"aqueous.solubility.log-k.{solid.removesuffix('(s)')}").value
                ln_K[position] += (log_k[solid] - shipped) * _LN_10
        changed = phases.model._replace(ln_beta=phases.model.ln_beta + formed, ln_K=ln_K)
        phases = dataclasses.replace(phases, model=changed)
    return dataclasses.replace(solution, model=model, phases=phases)


@dataclasses.dataclass(frozen=True, eq=False)
class _Shifts:
    """(enthalpy [J/mol], sum of nu z^2 [-]) of each member and solid, and of water."""

    members: np.ndarray
    solids: np.ndarray
    water: np.ndarray

    @staticmethod
    def of(solution: Solution) -> _Shifts:
        return _shifts(solution.names, solution.solids)


@cache
def _shifts(names: tuple[str, ...], solids: tuple[str, ...]) -> _Shifts:
    members = [
        (_enthalpy(name), _square_change(FORMATION[name])) for name in names if name in FORMATION
    ]
    dissolving = [
        (
            _enthalpy(solid.removesuffix("(s)")),
            0.0 if solid in FAMILIES["salt"] else _square_change(dissolution_of(solid).equation),
        )
        for solid in solids
    ]
    water = (_enthalpy("water"), _square_change(f"H2O = {PROTON} + OH-"))
    return _Shifts(
        np.array(members).reshape(-1, 2), np.array(dissolving).reshape(-1, 2), np.array(water)
    )


def _enthalpy(name: str) -> float:
    """[J/mol] of the reaction whose constant is filed under `name`; 0 where nobody sourced it."""
    try:
        return fact(f"aqueous.enthalpy.{name}").si("J/mol")
    except UnknownFact:
        return 0.0


def _square_change(equation: str) -> float:
    """Sum of nu z^2 over a reaction [-]."""
    parts = Reaction.of(equation).stoichiometry
    return sum(count * Species.of(name).charge ** 2 for name, count in parts)


@cache
def _squares(names: tuple[str, ...]) -> np.ndarray:
    species = [Species.of(name) for name in names]
    return np.array([float(s.charge**2) if s.phase == "aqueous" else 0.0 for s in species])
