"""What happens at the electrodes of an oxide-fluoride cell: metal, anode gas, anode effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.constants import physical_constants

from ytterby.balance import Basis, Stream
from ytterby.chemistry import RARE_EARTHS, TRADE_OXIDE, Species, atoms_of
from ytterby.units.thermal import STABLE_SOLID

FARADAY: float = physical_constants["Faraday constant"][0]
"""Charge of a mol of electrons [C/mol]."""
CARBON, IRON = "C(s)", "Fe(s)"
GASES = ("CO2(g)", "CO(g)", "O2(g)", "CF4(g)", "C2F6(g)")
_NOBLER = ("Fe", "Co", "Ni", "Cu", "Al", "B", "Ga", "Nb", "Si", "Mn")
"""Metals whose oxides are less stable than those of rare earths."""
_REDUCED = {
    f"{oxide}(s)": element
    for element in RARE_EARTHS
    for oxide in dict.fromkeys((f"{element}2O3", TRADE_OXIDE[element]))
} | {f"{STABLE_SOLID[element]}(s)": element for element in _NOBLER}


def metals_of(names: frozenset[str]) -> set[str]:
    """What a cell can make out of `names`: metals of their oxides and fluorides."""
    made = {f"{element}(s)" for oxide, element in _REDUCED.items() if oxide in names}
    return made | {f"{e}(s)" for e in RARE_EARTHS if f"{e}F3(s)" in names}


def reduce_oxides(charge: Stream, recovery: float) -> tuple[np.ndarray, np.ndarray, float, float]:
    """(metal, what is kept [mol/s], oxygen at the anode [mol/s of O], electrons [mol/s]).

    recovery: share of the rare earth oxide that is reduced; nobler oxides are reduced whole.
    Metals of the charge join the metal. A trade oxide gives the oxygen beyond RE2O3 off as gas.
    """
    basis = charge.basis
    kind, metals, oxygens, electrons, surplus = _stoichiometry(basis)
    reduced = charge.amounts * np.array([0.0, 1.0, recovery])[kind]
    kept = charge.amounts - reduced
    metal = metals @ reduced
    alone = _elements(basis)
    metal += np.where(alone, kept, 0.0)
    kept = np.where(alone, 0.0, kept)
    kept[basis.index["O2(g)"]] += float(surplus @ reduced) / 2
    return metal, kept, float(oxygens @ reduced), float(electrons @ reduced)


@cache
def _stoichiometry(basis: Basis) -> tuple[np.ndarray, ...]:
    """Per species: kind (0 stays, 1 reduced whole, 2 by the recovery); metal made, shape (species,
    species); oxygen to the anode, electrons, oxygen given off before [mol/mol]."""
    size = len(basis.names)
    kind = np.zeros(size, dtype=int)
    oxygens, electrons, surplus = (np.zeros(size) for _ in range(3))
    metals = np.zeros((size, size))
    for oxide, element in _REDUCED.items():
        if oxide not in basis.index:
            continue
        place, atoms = basis.index[oxide], atoms_of(oxide.removesuffix("(s)"))
        rare_earth = element in RARE_EARTHS
        kind[place] = 2 if rare_earth else 1
        metals[basis.index[f"{element}(s)"], place] = atoms[element]
        oxygens[place] = 3 / 2 * atoms[element] if rare_earth else atoms["O"]
        electrons[place] = 2 * oxygens[place]
        surplus[place] = atoms["O"] - oxygens[place]
    return kind, metals, oxygens, electrons, surplus


@cache
def _elements(basis: Basis) -> np.ndarray:
    """Which species are solid elements, that dissolve in the metal."""
    alone = {f"{e}(s)" for e in basis.elements} - {"inert(s)", "H(s)"}
    return np.array([name in alone for name in basis.names])


@dataclass(frozen=True)
class Anode:
    """Carbon that leaves an anode and what becomes of it, all [mol/s].

    primary: with the oxygen of the oxide, `monoxide` of it as CO. burnt: of that CO, what burns
    above the melt. in_air: carbon that burns in air besides.
    """

    primary: float
    monoxide: float
    burnt: float
    in_air: float

    @staticmethod
    def of(oxygen: float, share: float, burnt: float, burn: float) -> Anode:
        """From `oxygen` [mol/s of O], shares of CO and of it burnt [-], and kg/s burnt in air.

        Each mol of carbon takes 1 O as CO and 2 O as CO2: n_C = n_O / (2 - share).
        """
        primary = oxygen / (2 - share)
        monoxide = share * primary
        return Anode(primary, monoxide, burnt * monoxide, burn / Species.of(CARBON).molar_mass)

    @property
    def carbon(self) -> float:
        """Anode carbon used."""
        return self.primary + self.in_air

    @property
    def from_air(self) -> float:
        """O2 taken from the air."""
        return self.burnt / 2 + self.in_air

    def gas(self, basis: Basis) -> np.ndarray:
        """Carbon oxides made."""
        monoxide = self.monoxide - self.burnt
        return basis.amounts(
            {
                "CO(g)": monoxide,
                "CO2(g)": self.carbon - monoxide,
            }
        )


@dataclass(frozen=True, eq=False)
class Fluorocarbons:
    """Gas of the anode effect [mol/s] and the carbon in it [mol/s]."""

    amounts: np.ndarray
    carbon: float


def fluorocarbons(
    basis: Basis, salt: np.ndarray, mass: float, wanted: Mapping[str, float]
) -> tuple[Fluorocarbons, np.ndarray, np.ndarray, bool]:
    """(gas, salt left [mol/s], metal set free [mol/s], whether the salt was short).

    4 REF3 + 3 C = 4 RE + 3 CF4 and 2 REF3 + 2 C = 2 RE + C2F6, each rare earth in proportion.
    wanted: kg of each gas per kg of the `mass` [kg/s] of metal.
    """
    amounts = {g: share * mass / Species.of(g).molar_mass for g, share in wanted.items()}
    fluorine = sum(n * Species.of(g).count("F") for g, n in amounts.items())
    places = [basis.index[f"{e}F3(s)"] for e in RARE_EARTHS if f"{e}F3(s)" in basis.index]
    there = 3 * float(salt[places].sum()) if places else 0.0
    share = min(1.0, there / fluorine) if fluorine > 0 else 0.0
    part = share * fluorine / there if there > 0 else 0.0
    left, metal = salt.copy(), basis.zeros()
    for place in places:
        taken = part * salt[place]
        left[place] -= taken
        metal[basis.index[basis.names[place].replace("F3", "")]] += taken
    made = {g: share * n for g, n in amounts.items()}
    carbon = sum(n * Species.of(g).count("C") for g, n in made.items())
    return Fluorocarbons(basis.amounts(made), carbon), left, metal, share < 1 and fluorine > 0
