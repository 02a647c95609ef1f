"""Vapour over water: saturation, boiling-point elevation, compression, and ammonia in it."""

from __future__ import annotations

import math

from scipy.constants import gas_constant

from ytterby.chemistry import Species
from ytterby.facts import Fact, fact

_PASCALS = 1000
_REFERENCE = 298.15
"""Standard pressure [Pa]."""


def saturation_pressure(temperature: float) -> float:
    """[Pa] of water vapour over water at `temperature` [K], by the Antoine equation."""
    a, b, c = (fact(f"steam.antoine.{x}").value for x in "abc")
    return _PASCALS * 10.0 ** (a - b / (temperature - c))


def latent_heat(temperature: float) -> float:
    """[J/kg] of water that evaporates at `temperature` [K], by Clausius and Clapeyron.

    L = R T^2 / M d ln p / dT with the Antoine equation; vapour as an ideal gas makes it some 1 %
    too large at 60 degC and 2 % at 100 degC.
    """
    b, c = (fact(f"steam.antoine.{x}").value for x in "bc")
    slope = math.log(10.0) * b / (temperature - c) ** 2
    return gas_constant * temperature**2 * slope / Species.of("H2O").molar_mass


def boiling_point_elevation(temperature: float, molality: float, osmotic: float) -> float:
    """[K] by which a brine boils above water at `temperature` [K].

    Where the vapour pressure of water falls by its activity: ln a = -osmotic x molality x M(H2O),
    and dT = -R T^2 ln a / latent heat. molality: of all ions [mol/kg]. osmotic: coefficient [-].
    """
    water = Species.of("H2O").molar_mass
    latent = latent_heat(temperature) * water
    return osmotic * molality * water * gas_constant * temperature**2 / latent


def compression_work(temperature: float, lift: float, efficiency: float) -> float:
    """[J/kg] that lifts the saturation temperature of steam from `temperature` by `lift` [K].

    Isentropic work of an ideal gas over the efficiency:
    w = k/(k-1) R T/M ((p2/p1)^((k-1)/k) - 1) / efficiency.
    """
    k = fact("steam.heat-capacity-ratio").value
    ratio = saturation_pressure(temperature + lift) / saturation_pressure(temperature)
    exponent = (k - 1) / k
    specific = gas_constant * temperature / Species.of("H2O").molar_mass
    return specific / exponent * (ratio**exponent - 1) / efficiency


def ammonia_solubility(temperature: float, henry: Fact, slope: Fact) -> float:
    """[mol/m3/Pa] of ammonia in water at `temperature` [K]: H25 exp(slope (1/T - 1/T25))."""
    colder = 1 / temperature - 1 / _REFERENCE
    return henry.si("mol/m3/Pa") * math.exp(slope.si("K") * colder)
