"""Hydrogen decrepitation: magnets fall to powder in hydrogen, all elements together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction, Species
from ytterby.facts import Fact
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.magnet_preparation import part_by_element
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit, react, with_reagent

HELD = "H(s)"
"""Hydrogen held in the alloy."""
_GAS, _OXYGEN = "H2(g)", "O2(g)"


@dataclass(frozen=True, kw_only=True)
class HydrogenDecrepitation(Unit):
    """Breaks magnets up with hydrogen, sieves coating off and degasses the powder.

    The alloy takes up hydrogen to a sourced mass share; the share `degassed` of it is pumped off
    again. Elements are not parted. Oxygen picked up in handling binds rare earths as
    sesquioxide, each in proportion to its amount: it is lost to the alloy.

    Oxygen pick-up, liberation and how much coating is sieved off depend on handling and scrap
    and have no general source: they have to be given. Fails where: carbon of adhesives is taken
    up, or hydrogen is left in quantity for sintering.
    """

    kind: ClassVar[str] = "hydrogen-decrepitation"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "powder": "alloy powder with hydrogen and oxygen [solid]",
        "oversize": "coating, and magnet that was not liberated [solid]",
        "offgas": "hydrogen pumped off, and what is left of the air [gas]",
    }

    solid: Any = inlet("Magnets, demagnetised or not.")
    hydrogen: Any = inlet("Hydrogen; recovered first, fresh tops it up.", drawable=True)
    air: Any = inlet("Air, of which the powder picks up oxygen.", drawable=True)
    liberated: float = setting(
        "-", "Share of the magnet that becomes powder", minimum=0.01, maximum=1
    )
    coating: Frozen = shares("Share of each coating element sieved off, {Ni: 95 %}")
    oxygen_pickup: float = setting(
        "-", "Oxygen picked up per mass of powder, such as 1000 ppm", minimum=0, maximum=0.05
    )
    degassed: float = setting(
        "-", "Share of the hydrogen that is pumped off again", minimum=0, maximum=1
    )
    uptake: Fact = sourced("hydrogen.uptake", "Hydrogen taken up per mass of magnet", maximum=0.02)

    def reach(self, names: frozenset[str]) -> set[str]:
        oxides = {f"{e}2O3(s)" for e in RARE_EARTHS if f"{e}(s)" in names}
        return oxides | {HELD, _GAS, _OXYGEN}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        magnet = inlets["solid"].stream
        basis = magnet.basis
        solid = np.where(basis.masks["solid"], magnet.amounts, 0.0)
        oversize = part_by_element(basis, solid, self.coating, 1 - self.liberated)
        powder = solid - oversize
        mass = float(basis.molar_mass @ powder)
        held = self.uptake.value * mass / Species.of(_GAS).molar_mass
        hydrogen, hydrogen_drawn = _fed(inlets["hydrogen"], _GAS, held)
        oxygen, findings = self._oxygen(name, basis, powder, mass)
        air, air_drawn = _fed(inlets["air"], _OXYGEN, oxygen)
        oxygen = min(oxygen, float(air[basis.index[_OXYGEN]]))
        held = min(held, float(hydrogen[basis.index[_GAS]]))
        kept = held * (1 - self.degassed)
        powder[basis.index[HELD]] += 2 * kept
        powder = react(basis, powder, _oxidation(basis, powder, oxygen))
        powder[basis.index[_OXYGEN]] = 0.0
        offgas = hydrogen + air + magnet.amounts * ~basis.masks["solid"]
        offgas[basis.index[_GAS]] -= kept
        offgas[basis.index[_OXYGEN]] -= oxygen
        return Outcome(
            outlets={
                "powder": Stream(basis, powder, magnet.temperature),
                "oversize": Stream(basis, oversize, magnet.temperature),
                "offgas": Stream(basis, offgas, magnet.temperature),
            },
            drawn={"hydrogen": hydrogen_drawn, "air": air_drawn},
            findings=findings,
        )

    def _oxygen(
        self, name: str, basis: Basis, powder: np.ndarray, mass: float
    ) -> tuple[float, tuple[Finding, ...]]:
        """(O2 picked up [mol/s], findings): no more than the rare earths can bind."""
        wanted = self.oxygen_pickup * mass / Species.of(_OXYGEN).molar_mass
        most = _metal(basis, powder) * 3 / 4
        if wanted <= most:
            return wanted, ()
        return most, (Finding(name, "oxygen pick-up binds all rare earths; lower it"),)


def _fed(inlet: Inlet, gas: str, wanted: float) -> tuple[np.ndarray, float]:
    """(amounts [mol/s], kg/s drawn) such that `wanted` [mol/s] of `gas` is there."""
    richness = inlet.reagent[gas] if inlet.reagent is not None else 0.0
    drawn = max(wanted - inlet.stream[gas], 0.0) / richness if richness > 0 else 0.0
    return with_reagent(inlet, drawn).copy(), drawn


def _metal(basis: Basis, powder: np.ndarray) -> float:
    return float(sum(powder[place] for place in _places(basis).values()))


def _oxidation(basis: Basis, powder: np.ndarray, oxygen: float) -> dict[Reaction, float]:
    """Extents [mol/s] that bind `oxygen` [mol/s O2], each rare earth in proportion."""
    total = _metal(basis, powder)
    if total <= 0:
        return {}
    powder[basis.index[_OXYGEN]] = oxygen
    return {
        Reaction.of(f"2 {e}(s) + 3/2 O2(g) = {e}2O3(s)"): oxygen * 2 / 3 * powder[place] / total
        for e, place in _places(basis).items()
    }


@cache
def _places(basis: Basis) -> dict[str, int]:
    return {e: basis.index[f"{e}(s)"] for e in RARE_EARTHS if f"{e}(s)" in basis.index}
