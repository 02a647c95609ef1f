"""Nitritation and anammox: bacteria turn ammonium into nitrogen gas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import Guess, OutOfReach, Reaction, Solution, dose_to_p_h, equilibrate
from ytterby.facts import Fact
from ytterby.quantity import show
from ytterby.units.ammonia_stripping import ammonia_nitrogen
from ytterby.units.card import Card, kilowatt_hours, ratio
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent

_OXYGEN, _BIOMASS = "O2(g)", "C5H7O2N(s)"
_AMMONIUM = ("NH4+", "NH3")
_CARBONATE = ("CO3-2", "HCO3-", "H2CO3")
_TO_NITROGEN = Reaction.of("2 NH4+ + 3/2 O2(g) = N2(g) + 3 H2O + 2 H+")
_TO_NITRATE = Reaction.of("11 NH4+ + 15 O2(g) + 5 HCO3- = C5H7O2N(s) + 10 NO3- + 16 H+ + 13 H2O")
_NITRATE, _NITROGEN, _CARBON, _BREATHED = 10, 11, 5, 15
"""mol of nitrate made, and of ammonium, carbonate and oxygen used, per biomass."""


@dataclass(frozen=True, kw_only=True)
class NitrificationAnammox(Unit):
    """Removes ammonium by partial nitritation and anammox in one tank.

    2 NH4+ + 3/2 O2 = N2 + 3 H2O + 2 H+ overall, while the growth of anammox bacteria, which fix
    carbonate with electrons of nitrite, leaves a sourced share as nitrate:
    11 NH4+ + 15 O2 + 5 HCO3- = C5H7O2N + 10 NO3- + 16 H+ + 13 H2O. Alkali holds p[H]; soda brings
    the carbonate as well. The sludge leaves with the water: settle it out.

    Fails where: salt, free ammonia or metals inhibit, it is colder than some 15 degC, or organic
    matter feeds others. How much ammonium is removed depends on that and has to be given.
    """

    kind: ClassVar[str] = "nitrification-anammox"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "water": "the water with nitrate and sludge [solid, aqueous]",
        "offgas": "nitrogen, carbon dioxide and what is left of the air [gas]",
    }

    liquor: Any = inlet("Water with ammonium.")
    alkali: Any = inlet("What holds p[H]: soda or caustic.", drawable=True)
    air: Any = inlet("Air.", drawable=True)
    removed: float = setting("-", "Share of the ammonium removed", minimum=0.01, maximum=0.99)
    to_pH: float = setting("-", "p[H] that is held", default=7.5, minimum=6, maximum=9)
    nitrate_share: Fact = sourced(
        "anammox.nitrate-share", "Nitrate per ammonium nitrogen removed", maximum=0.5
    )
    aeration_efficiency: Fact = sourced(
        "anammox.aeration-efficiency", "Oxygen per electricity", unit="kg/J", minimum=1e-9
    )
    oxygen_transfer: Fact = sourced(
        "anammox.oxygen-transfer", "Share of the oxygen taken up", minimum=0.01, maximum=1.0
    )
    salinity_limit: Fact = sourced(
        "anammox.salinity-limit", "Dissolved salt that the bacteria bear", unit="kg/m3"
    )

    coldest: Fact = sourced(
        "anammox.coldest", "Temperature below which the bacteria hardly grow", unit="K"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        if not set(_AMMONIUM) & names:
            return set()
        return set(_TO_NITROGEN.species | _TO_NITRATE.species) | {"CO2(g)"}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, alkali, air = inlets["liquor"].stream, inlets["alkali"], inlets["air"]
        basis = liquor.basis
        guess = memory or Guess.none()
        nitrogen = self.removed * sum(liquor[form] for form in _AMMONIUM)
        start = liquor.amounts + alkali.stream.amounts
        growth, short = self._growth(basis, start, alkali, nitrogen)
        extents = {
            _TO_NITRATE: growth,
            _TO_NITROGEN: (nitrogen - _NITROGEN * growth) / 2,
        }
        oxygen = _BREATHED * growth + 3 / 2 * extents[_TO_NITROGEN]
        gas, blown = self._blown(basis, air, oxygen)
        reacted = react(basis, start + gas, extents) if nitrogen else start + gas
        after, drawn, findings = self._held(name, basis, reacted, alkali, growth, guess)
        if short:
            findings += (Finding(name, "too little carbonate for the bacteria; dose soda"),)
        masks = basis.masks
        water = Stream(basis, after * ~masks["gas"], liquor.temperature)
        used = oxygen * 2 * _mass(basis, "O")
        power = used / self.aeration_efficiency.si("kg/J")
        return Outcome(
            outlets={"water": water, "offgas": Stream(basis, after * masks["gas"])},
            drawn={"alkali": drawn, "air": blown},
            duties={"electricity": power},
            findings=(*findings, *self._bearable(name, liquor)),
            trouble=self._starved(name, water, after),
            memory=guess,
            detail=_card(liquor, water, power, used, nitrogen * _mass(basis, "N")),
        )

    def _growth(
        self, basis: Basis, start: np.ndarray, alkali: Inlet, nitrogen: float
    ) -> tuple[float, bool]:
        """(extent of growth [mol/s], whether carbonate runs short)."""
        growth = self.nitrate_share.value * nitrogen / _NITRATE
        carbon = _carbonate(basis, start)
        if alkali.reagent is not None and _carbonate(basis, alkali.reagent.amounts) > 0:
            return growth, False
        return min(growth, carbon / _CARBON), growth > carbon / _CARBON

    def _blown(self, basis: Basis, air: Inlet, oxygen: float) -> tuple[np.ndarray, float]:
        """(gas [mol/s], air drawn [kg/s])."""
        if not oxygen:
            return with_reagent(air, 0.0), 0.0
        wanted = oxygen / self.oxygen_transfer.value - air.stream[_OXYGEN]
        fresh = air.reagent[_OXYGEN] if air.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / fresh if fresh > 0 else 0.0
        return with_reagent(air, drawn), drawn

    def _held(
        self,
        name: str,
        basis: Basis,
        reacted: np.ndarray,
        alkali: Inlet,
        growth: float,
        guess: Guess,
    ) -> tuple[np.ndarray, float, tuple[Finding, ...]]:
        """(amounts [mol/s], alkali drawn [kg/s], findings) at the p[H] that is held."""
        solution, reagent = _solution(basis), alkali.reagent
        if reagent is None:
            return equilibrate(reacted, solution, guess), 0.0, ()
        carbon = _carbonate(basis, reagent.amounts)
        # What the bacteria eat of carbonate still to be dosed comes first, and as much to be left.
        first = max(_CARBON * growth - _carbonate(basis, reacted), 0.0) / carbon if carbon else 0.0
        begun = reacted + first * reagent.amounts
        try:
            more = dose_to_p_h(begun, reagent.amounts, self.to_pH, solution, guess)
        except OutOfReach as error:
            note = Finding(name, f"{error}; no alkali is dosed", "note")
            return equilibrate(begun, solution, guess), first, (note,)
        after = equilibrate(begun + more * reagent.amounts, solution, guess, dosed_to=self.to_pH)
        return after, first + more, ()

    def _bearable(self, name: str, liquor: Stream) -> tuple[Finding, ...]:
        water = liquor["H2O"] * _molar_mass(liquor.basis, "H2O")
        salt = ratio(liquor.mass_of("aqueous") - water, liquor.volume("aqueous"))
        limit, coldest = self.salinity_limit.si("kg/m3"), self.coldest.si("K")
        texts = []
        if salt > limit:
            texts.append(f"{salt:.3g} g/L of salt is more than the {limit:.3g} g/L they bear")
        if liquor.temperature < coldest:
            texts.append(f"at {show(liquor.temperature, 'K')} the bacteria hardly grow")
        return tuple(Finding(name, text) for text in texts)

    def _starved(self, name: str, water: Stream, after: np.ndarray) -> Finding | None:
        place = water.basis.index.get(_OXYGEN)
        if place is None or after[place] >= 0:
            return None
        return Finding(name, "too little oxygen; let air name a feed without a flow", "error")


def _carbonate(basis: Basis, amounts: np.ndarray) -> float:
    return sum(float(amounts[basis.index[form]]) for form in _CARBONATE if form in basis.index)


def _mass(basis: Basis, element: str) -> float:
    return (
        float(basis.atomic_mass[basis.elements.index(element)])
        if element in basis.elements
        else 0.0
    )


def _molar_mass(basis: Basis, name: str) -> float:
    return float(basis.molar_mass[basis.index[name]])


def _card(liquor: Stream, water: Stream, power: float, oxygen: float, nitrogen: float) -> Card:
    volume = liquor.volume("aqueous")
    return Card(
        (
            ("electricity", kilowatt_hours(ratio(power, volume)), "kWh/m3"),
            ("electricity per nitrogen", kilowatt_hours(ratio(power, nitrogen)), "kWh/kg N"),
            ("oxygen per nitrogen", ratio(oxygen, nitrogen), "kg/kg N"),
            ("ammonia nitrogen left", ammonia_nitrogen(water), "mg/L"),
        )
    )


@cache
def _solution(basis: Basis) -> Solution:
    gases = ("CO2(g)",) if "CO2(g)" in basis.index else ()
    return Solution.of(basis.names, gases)
