"""Evaporation and crystallisation: water off a brine, salt out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import AMBIENT, Basis, Finding, Stream
from ytterby.chemistry import (
    Guess,
    Solution,
    conditional,
    equilibrate,
    hydroxides,
    solids_of,
)
from ytterby.facts import Fact, fact
from ytterby.units.card import Card, kilowatt_hours, ratio
from ytterby.units.fields import choice, inlet, setting, sourced
from ytterby.units.ions import charges
from ytterby.units.steam import (
    ammonia_solubility,
    boiling_point_elevation,
    compression_work,
    latent_heat,
    saturation_pressure,
)
from ytterby.units.unit import Inlet, Outcome, Unit

DRIVES = ("vapour-recompression", "steam")
_WATER, _AMMONIA = "H2O", "NH3"
_FAMILIES = ("salt", "sulfate", "fluoride", "carbonate")
_THICK = 0.6
"""Crystals per mass of slurry that no crystalliser stirs [-]."""
_SOUR = 1.0
"""p[H] of the last brine below which hydrochloric acid boils off in quantity."""


@dataclass(frozen=True, kw_only=True)
class Evaporation(Unit):
    """Evaporates water from a brine, by vapour recompression or steam, and spins the crystals off.

    Of the water the share `evaporated` leaves as condensate. NaCl, NH4Cl, Na2SO4 and (NH4)2SO4
    crystallise along their solubility at the boiling temperature, scales by theirs at 25 degC.
    Free ammonia boils off with the vapour as far as Rayleigh's law says, droplets carry brine over,
    and the crystals keep mother liquor.

    Recompression lifts the vapour by the boiling-point elevation and the approach,
    w = k/(k-1) R T/M ((p2/p1)^((k-1)/k) - 1) / efficiency per mass of vapour; heat is wanted as far
    as feed and products do not bring it. With steam in n effects, heat is the latent heat of the
    vapour over n times the economy of one effect.

    Fails where: the brine is acid (HCl or HF boil off) or holds calcium or magnesium chloride in
    quantity, or two salts with one ion meet (both come out too soluble by a tenth and more).
    """

    kind: ClassVar[str] = "evaporation"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {
        "condensate": "the water with ammonia and droplets [aqueous]",
        "crystals": "salt with mother liquor [solid, aqueous]",
        "mother_liquor": "the brine that is left [aqueous]",
    }

    brine: Any = inlet("The brine.")
    evaporated: float = setting(
        "-", "Share of the water that evaporates", minimum=0.01, maximum=0.999
    )
    temperature: float = setting(
        "K", "Saturation temperature of the vapour", minimum=313.15, maximum=393.15
    )
    drive: str = choice("What drives it", DRIVES, default="vapour-recompression")
    effects: int = setting(
        "-",
        "Effects that use the steam one after the other",
        default=1,
        minimum=1,
        maximum=6,
        whole=True,
    )
    approach: Fact = sourced("evaporation.approach", "Steam above boiling brine", unit="K")
    compressor: Fact = sourced(
        "evaporation.compressor-efficiency", "Isentropic efficiency", minimum=0.2, maximum=1.0
    )
    osmotic_coefficient: Fact = sourced(
        "evaporation.osmotic-coefficient", "Osmotic coefficient of the brine as it boils"
    )
    steam_economy: Fact = sourced(
        "evaporation.steam-economy", "Water evaporated per steam in one effect", minimum=0.1
    )
    carry_over: Fact = sourced(
        "evaporation.carry-over", "Brine carried per mass of condensate", maximum=0.1
    )
    moisture: Fact = sourced(
        "evaporation.moisture", "Mother liquor per mass of wet crystals", maximum=0.5
    )
    henry: Fact = sourced("ammonia.henry", "Henry's constant of NH3 at 25 degC", unit="mol/m3/Pa")
    henry_temperature: Fact = sourced(
        "ammonia.henry-temperature", "How it falls with temperature", unit="K"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return set(_solids(names))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        brine = inlets["brine"].stream
        basis = brine.basis
        guess = memory or Guess.none()
        solution = conditional(_solution(basis), temperature=self.temperature)
        vapour = self._vapour(basis, brine.amounts)
        slurry = equilibrate(brine.amounts - vapour, solution, guess)
        liquor = Stream(basis, slurry * ~basis.masks["solid"], self.temperature)
        crystals = Stream(basis, slurry * basis.masks["solid"], self.temperature)
        boiled = Stream(basis, vapour, self.temperature).mass
        drops = min(self.carry_over.value * boiled / liquor.mass, 1.0) if liquor.mass > 0 else 0.0
        moisture = self.moisture.value
        wet = moisture / (1 - moisture) * crystals.mass
        kept = min(ratio(wet, liquor.mass), 1 - drops) if wet > 0 else 0.0
        settled = equilibrate(liquor.amounts, basis.solution)
        outlets = {
            "condensate": _stream(brine, vapour + drops * settled),
            "crystals": Stream(basis, crystals.amounts + kept * settled, self.temperature),
            "mother_liquor": Stream(basis, (1 - drops - kept) * settled, self.temperature),
        }
        elevation = self._elevation(liquor)
        duties = self._duties(brine, outlets["condensate"], boiled, elevation)
        return Outcome(
            outlets=outlets,
            duties=duties,
            findings=self._findings(name, crystals, liquor),
            memory=guess,
            detail=self._card(outlets, crystals, duties, elevation),
        )

    def _vapour(self, basis: Basis, amounts: np.ndarray) -> np.ndarray:
        """Water and ammonia that leave as vapour [mol/s], shape (species,).

        Rayleigh: 1 - (1 - evaporated)^a of the free ammonia, with the relative volatility
        a = c(H2O) / (H p(H2O)).
        """
        vapour = basis.zeros()
        water = basis.index[_WATER]
        vapour[water] = self.evaporated * amounts[water]
        if _AMMONIA in basis.index:
            place = basis.index[_AMMONIA]
            hot = conditional(basis.solution, temperature=self.temperature)
            free = equilibrate(amounts, hot)[place]
            solubility = ammonia_solubility(self.temperature, self.henry, self.henry_temperature)
            pressure = saturation_pressure(self.temperature)
            volatility = 1 / (basis.molar_volume[water] * solubility * pressure)
            vapour[place] = free * (1 - (1 - self.evaporated) ** volatility)
        return vapour

    def _elevation(self, liquor: Stream) -> float:
        """Boiling-point elevation [K]."""
        basis = liquor.basis
        water = liquor[_WATER] * basis.molar_mass[basis.index[_WATER]]
        ions = float(liquor.amounts[charges(basis) != 0].sum())
        if water <= 0:
            return 0.0
        return boiling_point_elevation(
            self.temperature, ions / water, self.osmotic_coefficient.value
        )

    def _duties(
        self, brine: Stream, condensate: Stream, boiled: float, elevation: float
    ) -> dict[str, float]:
        """[W] by kind; the condensate warms the feed to within the approach."""
        capacity = fact("steam.heat-capacity").si("J/kg/K")
        approach = self.approach.si("K")
        boiling = self.temperature + elevation
        warmed = brine.mass * capacity * max(boiling - brine.temperature, 0.0)
        spare = max(self.temperature - brine.temperature - approach, 0.0)
        warmed -= condensate.mass * capacity * spare
        if self.drive == "steam":
            latent = boiled * latent_heat(self.temperature)
            heat = latent / (self.effects * self.steam_economy.value)
            return {"heat": heat + max(warmed, 0.0)}
        work = boiled * compression_work(
            self.temperature, elevation + approach, self.compressor.value
        )
        return {"electricity": work, "heat": max(warmed - work, 0.0)}

    def _findings(self, name: str, crystals: Stream, liquor: Stream) -> tuple[Finding, ...]:
        texts = []
        slurry = crystals.mass + liquor.mass
        if slurry and crystals.mass > _THICK * slurry:
            texts.append(
                f"{crystals.mass / slurry:.0%} of the slurry is crystals, which no crystalliser "
                "stirs; evaporate less and return the mother liquor"
            )
        if liquor.pH < _SOUR:
            texts.append(
                f"the brine ends at p[H] {liquor.pH:.1f}: acid boils off with the vapour, which is "
                "not reckoned with; neutralise before"
            )
        return tuple(Finding(name, text) for text in texts)

    def _card(
        self,
        outlets: Mapping[str, Stream],
        crystals: Stream,
        duties: Mapping[str, float],
        elevation: float,
    ) -> Card:
        water = outlets["condensate"].volume("aqueous")
        basis = crystals.basis
        salts = [(n, crystals[n] * m) for n, m in zip(basis.names, basis.molar_mass, strict=True)]
        made = [
            (f"{n.removesuffix('(s)')} of the crystals", mass / crystals.mass, "-")
            for n, mass in salts
            if crystals.mass > 0 and mass > crystals.mass / 1000
        ]
        electricity, heat = duties.get("electricity", 0.0), duties["heat"]
        return Card(
            (
                ("electricity", kilowatt_hours(ratio(electricity, water)), "kWh/m3 of condensate"),
                ("heat", kilowatt_hours(ratio(heat, water)), "kWh/m3 of condensate"),
                ("boiling-point elevation", elevation, "K"),
                *made,
            )
        )


def _stream(like: Stream, amounts: np.ndarray) -> Stream:
    """Condensate, cooled by the feed that it warms."""
    return Stream(like.basis, equilibrate(amounts, like.basis.solution), AMBIENT)


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    made = [solid for family in _FAMILIES for solid in solids_of(family, names)]
    return (*hydroxides(sorted(names)), *made)


@cache
def _solution(basis: Basis) -> Solution:
    possible = set(_solids(frozenset(basis.names)))
    return Solution.of(basis.names, tuple(name for name in basis.names if name in possible))
