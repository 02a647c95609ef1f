"""The species list of one plant, with the arrays that streams are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ytterby.chemistry import (
    DILUENTS,
    FORMATION,
    PHASES,
    Complex,
    Reaction,
    Solution,
    Species,
    atomic_mass,
    molar_volume,
)
from ytterby.chemistry.species import Phase
from ytterby.facts import UnknownFact, fact

_WATER_TRIO = ("H2O", "H+", "OH-")


@dataclass(frozen=True, eq=False)
class Basis:
    """An interned, ordered species list; every stream of a plant stands on the same one.

    names: shape (species,). elements: chemical elements present, shape (element,).
    atoms: atoms per molecule [-], shape (element, species). charge: [elementary charges].
    molar_mass: [kg/mol]. phase: index into `PHASES`.
    """

    names: tuple[str, ...]
    elements: tuple[str, ...]
    atoms: np.ndarray
    charge: np.ndarray
    molar_mass: np.ndarray
    phase: np.ndarray

    @staticmethod
    def of(names: frozenset[str] | set[str]) -> Basis:
        """The basis that holds `names`, water, and what stands in equilibrium with them there."""
        return _basis(frozenset(names))

    @cached_property
    def index(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def atomic_mass(self) -> np.ndarray:
        """Atomic masses [kg/mol], shape (element,)."""
        return np.array([atomic_mass(element) for element in self.elements])

    @property
    def solution(self) -> Solution:
        """The aqueous equilibria among the species, no solid forming."""
        return Solution.of(self.names)

    @cached_property
    def masks(self) -> dict[str, np.ndarray]:
        """One boolean mask over species per phase."""
        return {phase: self.phase == code for code, phase in enumerate(PHASES)}

    @cached_property
    def molar_volume(self) -> np.ndarray:
        """Molar volumes of the condensed species [m3/mol], NaN where nobody sourced a density."""
        return np.array([_molar_volume(name) for name in self.names])

    def zeros(self) -> np.ndarray:
        return np.zeros(len(self.names))

    def amounts(self, amounts: dict[str, float]) -> np.ndarray:
        """The dense array [mol/s] of the `amounts` given by name."""
        dense = self.zeros()
        for name, amount in amounts.items():
            dense[self.index[name]] = amount
        return dense

    def with_phase(self, phase: Phase) -> tuple[str, ...]:
        return tuple(np.array(self.names, dtype=object)[self.masks[phase]])


def _molar_volume(name: str) -> float:
    species = Species.of(name)
    if species.phase == "aqueous":
        return molar_volume(name)
    formula = name.rpartition("(")[0]
    try:
        if species.phase == "organic":
            return _organic_volume(formula)
        density = fact(f"solids.density.{formula}").si("kg/m3")
    except UnknownFact:
        return np.nan
    return species.molar_mass / density


def _organic_volume(formula: str) -> float:
    """[m3/mol]; a complex takes the room of the extractant in it."""
    if formula in DILUENTS:
        liquid, units = formula, 1
    else:
        held = Complex.of(formula)
        liquid, units = held.extractant, held.units
    density = fact(f"{liquid.lower()}.density").si("kg/m3")
    return units * Species.of(f"{liquid}(org)").molar_mass / density


@cache
def _basis(asked: frozenset[str]) -> Basis:
    names = {*asked, *_WATER_TRIO}
    for equation in FORMATION.values():
        family = Reaction.of(equation).species - set(_WATER_TRIO)
        if family & names:
            names |= family
    species = sorted(
        (Species.of(name) for name in names), key=lambda s: (PHASES.index(s.phase), s.name)
    )
    elements = tuple(sorted({element for one in species for element, _ in one.atoms}))
    atoms = np.array([[one.count(element) for one in species] for element in elements])
    return Basis(
        names=tuple(one.name for one in species),
        elements=elements,
        atoms=atoms.reshape(len(elements), len(species)),
        charge=np.array([one.charge for one in species], dtype=float),
        molar_mass=np.array([one.molar_mass for one in species]),
        phase=np.array([PHASES.index(one.phase) for one in species]),
    )
