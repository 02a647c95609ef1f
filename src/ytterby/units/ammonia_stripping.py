"""Ammonia stripping: air takes ammonia out of alkaline water, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from scipy.constants import atmosphere
from scipy.optimize import root_scalar

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import Solution, conditional, equilibrate, p_h
from ytterby.facts import Fact, fact
from ytterby.units.card import Card, kilowatt_hours, ratio
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.steam import ammonia_solubility, latent_heat, saturation_pressure
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_FORMS, _GAS, _WATER, _VAPOUR = ("NH3", "NH4+"), "NH3(g)", "H2O", "H2O(g)"
_TIGHT = 4 * np.finfo(float).eps


@dataclass(frozen=True, kw_only=True)
class AmmoniaStripping(Unit):
    """Strips ammonia from alkaline water with air in a counter-current tower.

    In each of n equilibrium stages p(NH3) = c(NH3) / H, with Henry's constant H and the share
    of ammonia that is NH3 both at the temperature of the tower; p[H] falls as ammonia leaves, where
    no alkali holds it. Air leaves saturated with water. Heat: that which evaporates the water and
    warms the liquor, less what an exchanger gives back. A tower of height Z has Z / HETP stages:
    how many depends on packing and wetting, and the pressure drop too, so both have to be given.

    Fails where: scale grows on the packing (lime), much carbon dioxide comes with the air, or
    ammonia is so strong (above some 5 g/L) that it makes up a main part of the gas.
    """

    kind: ClassVar[str] = "ammonia-stripping"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {
        "liquor": "the stripped water [aqueous]",
        "gas": "air with ammonia, saturated with water [gas]",
    }

    liquor: Any = inlet("Alkaline water; bring it to p[H] 11 before.")
    air: Any = inlet("Air; returned air first, fresh air tops it up.", drawable=True)
    air_to_liquor: float = setting(
        "-", "Volume of air at 25 degC per volume of water", minimum=1, maximum=20000
    )
    stages: int = setting("-", "Equilibrium stages", minimum=1, maximum=30, whole=True)
    temperature: float = setting("K", "Temperature of the tower", minimum=278.15, maximum=363.15)
    pressure_drop: float = setting("Pa", "Pressure drop of the air", minimum=0, maximum=20000)
    henry: Fact = sourced("ammonia.henry", "Henry's constant at 25 degC", unit="mol/m3/Pa")
    henry_temperature: Fact = sourced(
        "ammonia.henry-temperature", "How Henry's constant falls with temperature", unit="K"
    )
    fan_efficiency: Fact = sourced(
        "stripping.fan-efficiency", "Efficiency of the fan", minimum=0.05, maximum=1.0
    )
    heat_recovered: float = setting(
        "-",
        "Share of the sensible heat that an exchanger brings back",
        default=0,
        minimum=0,
        maximum=0.95,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {_GAS, _VAPOUR} if set(_FORMS) & names else {_VAPOUR}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, air = inlets["liquor"].stream, inlets["air"]
        basis = liquor.basis
        wanted = self.air_to_liquor * liquor.volume("aqueous") - _at_ambient(air.stream)
        fresh = _at_ambient(air.reagent) if air.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / fresh if fresh > 0 else 0.0
        gas = with_reagent(air, drawn)
        stripped = self._stripped(liquor, gas)
        evaporated = self._evaporated(basis, gas, liquor[_WATER])
        water, vapour = basis.index[_WATER], basis.index[_VAPOUR]
        bottoms, off = liquor.amounts.copy(), gas.copy()
        if _GAS in basis.index:
            bottoms[basis.index["NH3"]] -= stripped
            off[basis.index[_GAS]] += stripped
        bottoms[water] -= evaporated
        off[vapour] += evaporated
        off += bottoms * basis.masks["gas"]
        bottoms = np.where(basis.masks["gas"], 0.0, bottoms)
        outlets = {
            "liquor": Stream(basis, equilibrate(bottoms, basis.solution), self.temperature),
            "gas": Stream(basis, off, self.temperature),
        }
        duties = self._duties(liquor, Stream(basis, gas), evaporated)
        card = self._card(liquor, outlets["liquor"], duties, stripped)
        return Outcome(
            outlets=outlets,
            drawn={"air": drawn},
            duties=duties,
            findings=self._findings(name, liquor, outlets["liquor"]),
            detail=card,
        )

    def _stripped(self, liquor: Stream, gas: np.ndarray) -> float:
        """Ammonia that goes into the air [mol/s]; negative where the air brings more."""
        basis = liquor.basis
        entering = sum(liquor[form] for form in _FORMS)
        carrier = float(gas[basis.masks["gas"]].sum())
        brought = 0.0
        if _GAS in basis.index:
            brought = float(gas[basis.index[_GAS]])
            carrier -= brought
        volume = liquor.volume("aqueous")
        if carrier <= 0 or volume <= 0 or entering + brought <= 0:
            return 0.0
        tower = _Tower(
            liquor.amounts,
            basis,
            conditional(_aqueous(basis), temperature=self.temperature),
            entering,
            carrier,
            brought / carrier,
            self.stages,
            self._ratio_per_concentration() / volume,
        )
        most = entering + brought
        if tower.at_top(most) <= entering:
            return entering - most
        found = root_scalar(
            lambda left: tower.at_top(left) - entering,
            bracket=(0.0, most),
            method="brentq",
            xtol=_TIGHT * most,
            rtol=_TIGHT,
        )
        return entering - float(found.root)

    def _ratio_per_concentration(self) -> float:
        """mol NH3 per mol of dry gas over each mol/m3 of NH3 in the water [m3/mol]."""
        solubility = ammonia_solubility(self.temperature, self.henry, self.henry_temperature)
        return 1 / (solubility * (atmosphere - saturation_pressure(self.temperature)))

    def _evaporated(self, basis: Basis, gas: np.ndarray, water: float) -> float:
        """Water that the gas takes up until it is saturated [mol/s]."""
        there = float(gas[basis.index[_VAPOUR]])
        dry = float(gas[basis.masks["gas"]].sum()) - there
        pressure = saturation_pressure(self.temperature)
        return min(max(dry * pressure / (atmosphere - pressure) - there, 0.0), water)

    def _duties(self, liquor: Stream, gas: Stream, evaporated: float) -> dict[str, float]:
        blown = gas.volume("gas")
        warmed = max(self.temperature - liquor.temperature, 0.0)
        sensible = liquor.mass * fact("steam.heat-capacity").si("J/kg/K") * warmed
        molar_mass = liquor.basis.molar_mass[liquor.basis.index[_WATER]]
        latent = evaporated * float(molar_mass) * latent_heat(self.temperature)
        return {
            "electricity": blown * self.pressure_drop / self.fan_efficiency.value,
            "heat": latent + (1 - self.heat_recovered) * sensible,
        }

    def _card(
        self, liquor: Stream, stripped: Stream, duties: Mapping[str, float], taken: float
    ) -> Card:
        volume = liquor.volume("aqueous")
        entering = sum(liquor[form] for form in _FORMS)
        nitrogen = (
            taken * stripped.basis.atomic_mass[stripped.basis.elements.index("N")]
            if "N" in stripped.basis.elements
            else 0.0
        )
        return Card(
            (
                ("ammonia stripped", ratio(taken, entering), "-"),
                ("ammonia nitrogen left", ammonia_nitrogen(stripped), "mg/L"),
                ("p[H] at the end", stripped.pH, "-"),
                ("electricity", kilowatt_hours(ratio(duties["electricity"], volume)), "kWh/m3"),
                ("heat", kilowatt_hours(ratio(duties["heat"], volume)), "kWh/m3"),
                ("heat per nitrogen", kilowatt_hours(ratio(duties["heat"], nitrogen)), "kWh/kg N"),
            )
        )

    def _findings(self, name: str, liquor: Stream, stripped: Stream) -> tuple[Finding, ...]:
        total = sum(stripped[form] for form in _FORMS)
        if total <= 0:
            return ()
        warm = conditional(_aqueous(liquor.basis), temperature=self.temperature)
        bound = equilibrate(stripped.amounts, warm)[liquor.basis.index["NH4+"]]
        if 2 * bound < total:
            return ()
        acidity = p_h(stripped.amounts, warm)
        text = (
            f"p[H] falls to {acidity:.1f} and {bound / total:.0%} of the ammonia that is left is "
            "ammonium, which air does not take; add alkali before"
        )
        return (Finding(name, text),)


@dataclass(frozen=True, eq=False)
class _Tower:
    """The stages of a tower, walked from the bottom up.

    slope: mol NH3 per mol of dry gas over each mol/s of NH3 in the water.
    """

    amounts: np.ndarray
    basis: Basis
    solution: Solution
    entering: float
    carrier: float
    brought: float
    stages: int
    slope: float

    def at_top(self, left: float) -> float:
        """Ammonia in the water that enters [mol/s] if `left` stays in what leaves [mol/s]."""
        below, water = self.brought, left
        for _ in range(self.stages):
            above = self.slope * self._free(water)
            water += self.carrier * (above - below)
            below = above
        return water

    def _free(self, total: float) -> float:
        """NH3 [mol/s] where the water holds `total` of ammonia and ammonium [mol/s]."""
        amounts = self.amounts.copy()
        amounts[self.basis.index["NH3"]] += total - self.entering
        return float(equilibrate(amounts, self.solution)[self.basis.index["NH3"]])


def ammonia_nitrogen(stream: Stream) -> float:
    """Nitrogen of ammonia and ammonium in the water [mg/L]; NaN without water."""
    amount = sum(stream[form] for form in _FORMS)
    if not amount:
        return 0.0
    mass = amount * stream.basis.atomic_mass[stream.basis.elements.index("N")]
    return ratio(1000 * mass, stream.volume("aqueous"))


def _at_ambient(stream: Stream) -> float:
    """Volume of the gas at 25 degC [m3/s]."""
    return Stream(stream.basis, stream.amounts).volume("gas")


@cache
def _aqueous(basis: Basis) -> Solution:
    return Solution.of(basis.names)
