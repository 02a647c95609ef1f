"""What an analyst would find in a stream: the parameters that limits are written for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from ytterby.balance import Balance, Stream
from ytterby.chemistry import Complex, atomic_mass, is_element
from ytterby.chemistry.species import Phase

Found = tuple[float, str]
"""(mass over the period [kg], or NaN; why it is not known)."""


def found(balance: Balance, row: int, parameter: str) -> Found:
    """Mass [kg] of `parameter` on edge `row` over the period of the balance.

    parameter: elements joined by + (`Th+U`); `NH3-N`, `suspended solids`, `oil` or `COD`, which
    need species. An element of which the balance has no column was not analysed: not known.
    """
    name = balance.edges[row].name
    if parameter in _SPECIES:
        if name not in balance.streams:
            return math.nan, f"{parameter} needs the species of {name}, which are not known"
        return _SPECIES[parameter](balance.streams[name]) * balance.period, ""
    total = 0.0
    for element in parameter.split("+"):
        if not is_element(element):
            return math.nan, f"{parameter} is not followed by the balance; measure it"
        if element not in balance.elements:
            return math.nan, f"the balance does not follow {element}: no feed names it"
        mass = balance.mass(name, element)
        if math.isnan(mass):
            return math.nan, f"{element} is not known of {name}"
        total += mass
    return total, ""


def volume(balance: Balance, row: int, given: Mapping[str, float]) -> Found:
    """Water [m3] on edge `row` over the period, as `given` by name or from its species."""
    name = balance.edges[row].name
    if name in given:
        return given[name], ""
    if name not in balance.streams:
        return math.nan, f"the volume of {name} is not known: no species, and none is given"
    return balance.streams[name].volume("aqueous") * balance.period, ""


def _ammonia_nitrogen(stream: Stream) -> float:
    amount = sum(stream[species] for species in ("NH4+", "NH3", "NH4OH"))
    return amount * atomic_mass("N")


def _oxygen_demand(stream: Stream) -> float:
    """Oxygen [kg/s] that burns all dissolved and organic carbon compounds to CO2 and water.

    n(O2) = C + (H + m - z)/4 - O/2 + 5 P/4 per molecule, with z its charge and m the charge of the
    metal bound in it. Dichromate finds less where it attacks a compound only in part.
    """
    basis = stream.basis
    count = {element: basis.atoms[row] for row, element in enumerate(basis.elements)}
    if "C" not in count:
        return 0.0
    nothing = basis.zeros()
    hydrogen = count["H"] + _charge_of_metals(stream) - basis.charge
    demand = count["C"] + hydrogen / 4 - count["O"] / 2 + 5 / 4 * count.get("P", nothing)
    there = (count["C"] > 0) & (basis.masks["aqueous"] | basis.masks["organic"])
    moles = float(np.maximum(demand[there], 0.0) @ stream.amounts[there])
    return 2 * atomic_mass("O") * moles


def _charge_of_metals(stream: Stream) -> np.ndarray:
    """Protons that a metal in an organic complex stands for, per molecule, shape (species,)."""
    charges = stream.basis.zeros()
    for place, name in enumerate(stream.basis.names):
        if ":" in name:
            charges[place] = Complex.of(name).protons
    return charges


def _mass_of(phase: Phase) -> Callable[[Stream], float]:
    return lambda stream: stream.mass_of(phase)


_SPECIES: dict[str, Callable[[Stream], float]] = {
    "NH3-N": _ammonia_nitrogen,
    "suspended solids": _mass_of("solid"),
    "oil": _mass_of("organic"),
    "COD": _oxygen_demand,
}
