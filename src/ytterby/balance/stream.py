"""A stream: amounts of species in motion, and everything one may ask of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.constants import atmosphere, gas_constant

from ytterby.balance.basis import Basis
from ytterby.chemistry import PHASES, RARE_EARTHS, Species, acidity, equilibrate, oxide_factor, p_h
from ytterby.chemistry.species import Phase

AMBIENT = 298.15
_TRACE = 1e-12


@dataclass(frozen=True, eq=False)
class Stream:
    """Amounts [mol/s] on a basis, shape (species,), and a temperature [K]."""

    basis: Basis
    amounts: np.ndarray
    temperature: float = AMBIENT

    def __getitem__(self, name: str) -> float:
        """Amount of the species `name` [mol/s]; 0 for one the plant does not know."""
        position = self.basis.index.get(name)
        return 0.0 if position is None else float(self.amounts[position])

    @property
    def mass(self) -> float:
        """[kg/s], all phases."""
        return float(self.basis.molar_mass @ self.amounts)

    def mass_of(self, phase: Phase) -> float:
        """[kg/s] of one phase."""
        mask = self.basis.masks[phase]
        return float(self.basis.molar_mass[mask] @ self.amounts[mask])

    def only(self, *phases: Phase) -> Stream:
        """The stream with all other phases taken away."""
        keep = np.logical_or.reduce([self.basis.masks[phase] for phase in phases])
        return Stream(self.basis, np.where(keep, self.amounts, 0.0), self.temperature)

    def __mul__(self, factor: float) -> Stream:
        return Stream(self.basis, self.amounts * factor, self.temperature)

    __rmul__ = __mul__

    @property
    def element_amounts(self) -> np.ndarray:
        """[mol/s], shape (element,)."""
        return self.basis.atoms @ self.amounts

    @property
    def element_masses(self) -> dict[str, float]:
        """[kg/s] of each chemical element."""
        masses = self.element_amounts * self.basis.atomic_mass
        return dict(zip(self.basis.elements, masses.tolist(), strict=True))

    def amount(self, element: str) -> float:
        """[mol/s] of atoms of `element` in whatever species."""
        if element not in self.basis.elements:
            return 0.0
        return float(self.basis.atoms[self.basis.elements.index(element)] @ self.amounts)

    @property
    def oxide_masses(self) -> dict[str, float]:
        """[kg/s] of each rare earth reckoned as its trade oxide."""
        masses = self.element_masses
        return {e: masses[e] * oxide_factor(e) for e in RARE_EARTHS if masses.get(e, 0.0) > 0}

    @property
    def reo_mass(self) -> float:
        """[kg/s] of rare earth oxides (trade oxides), REO."""
        return sum(self.oxide_masses.values())

    def volume(self, phase: Phase) -> float:
        """[m3/s]; condensed species by their molar volumes, gases as ideal; NaN if unknown."""
        mask = self.basis.masks[phase]
        if phase == "gas":
            kelvin_volume = gas_constant / atmosphere
            return float(self.amounts[mask].sum() * kelvin_volume * self.temperature)
        there = mask & (self.amounts != 0)
        return float(self.basis.molar_volume[there] @ self.amounts[there])

    def concentration(self, name: str) -> float:
        """[mol/m3] of the species `name` in the volume of its own phase; 0 in an empty one."""
        volume = self.volume(Species.of(name).phase)
        return self[name] / volume if volume > 0 else 0.0

    @property
    def pH(self) -> float:
        """p[H] = -log10 of the concentration of H+ [mol/L] of the aqueous phase; NaN if none."""
        return p_h(self.amounts, self.basis.solution)

    @property
    def acidity(self) -> float:
        """Protons the stream can give [mol/s], those of weak acids down to the anion too."""
        return acidity(self.amounts, self.basis.solution)

    @property
    def charge(self) -> dict[str, float]:
        """Net charge of each phase relative to the charges in it [-]; all zero in nature."""
        net = {}
        for phase, mask in self.basis.masks.items():
            charges = self.basis.charge[mask] * self.amounts[mask]
            size = np.abs(charges).sum()
            net[phase] = float(charges.sum() / size) if size > 0 else 0.0
        return net

    def __str__(self) -> str:
        return card(self)


def empty(basis: Basis, temperature: float = AMBIENT) -> Stream:
    """A stream in which nothing flows."""
    return Stream(basis, basis.zeros(), temperature)


def mix(streams: Iterable[Stream]) -> Stream:
    """The streams together, their aqueous phase in equilibrium: acid and alkali neutralise.

    Temperatures are weighted by mass, as if all heat capacities were alike. No solid forms.
    """
    streams = list(streams)
    basis = streams[0].basis
    masses = np.array([stream.mass for stream in streams])
    temperatures = np.array([stream.temperature for stream in streams])
    total = masses.sum()
    temperature = float(masses @ temperatures / total) if total > 0 else float(temperatures[0])
    amounts = np.sum([stream.amounts for stream in streams], axis=0)
    return Stream(basis, equilibrate(amounts, basis.solution), temperature)


def card(stream: Stream) -> str:
    """A few lines on what flows: per phase the mass flow and its main species."""
    lines = [f"{_hourly(stream.mass)} at {stream.temperature - 273.15:.0f} degC"]
    for phase in PHASES:
        mask = stream.basis.masks[phase]
        mass = stream.mass_of(phase)
        if mass <= _TRACE * max(stream.mass, _TRACE):
            continue
        species = np.where(mask, stream.amounts * stream.basis.molar_mass, 0.0)
        main = [i for i in np.argsort(-species)[:6] if species[i] > _TRACE * mass]
        parts = ", ".join(f"{stream.basis.names[i]} {_hourly(float(species[i]))}" for i in main)
        acidity = (
            f", pH {stream.pH:.2f}" if phase == "aqueous" and not math.isnan(stream.pH) else ""
        )
        lines.append(f"  {phase} {_hourly(mass)}{acidity}: {parts}")
    return "\n".join(lines)


def _hourly(mass: float) -> str:
    return f"{mass * 3600:.4g} kg/h"
