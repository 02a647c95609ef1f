"""Preparation of magnet scrap: demagnetised, crushed, and freed of its coating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import AMBIENT, Basis, Stream
from ytterby.chemistry import DILUENTS
from ytterby.facts import Fact
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit

_VAPOURS = {"H2O": "H2O(g)"} | {f"{d}(org)": f"{formula}(g)" for d, formula in DILUENTS.items()}


@dataclass(frozen=True, kw_only=True)
class MagnetPreparation(Unit):
    """Heats scrap above its Curie point, crushes it, and takes coating off.

    Oil and moisture leave as vapour. Of each coating element the share that is named goes with
    the coating, together with a share of the magnet that is torn off; the rest goes on. Heat is
    that which warms the scrap over the efficiency, work the sourced energy of comminution.

    How much coating comes off, and how much magnet with it, depends on scrap and machine and has
    no general source: both have to be given. Fails where: magnet oxidises on the way.
    """

    kind: ClassVar[str] = "magnet-preparation"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "powder": "the crushed magnet [solid]",
        "coating": "coating with the magnet torn off [solid]",
        "vapour": "oil and moisture [gas]",
    }

    solid: Any = inlet("Scrap.")
    temperature: float = setting("K", "Temperature of demagnetising", minimum=500, maximum=1000)
    coating: Frozen = shares("Share of each coating element that comes off, {Ni: 90 %}")
    magnet_loss: float = setting(
        "-", "Share of the magnet that goes with the coating", minimum=0, maximum=1
    )
    heat_capacity: Fact = sourced(
        "magnet.heat-capacity", "Heat capacity of the scrap", unit="J/kg/K"
    )
    heat_efficiency: Fact = sourced(
        "magnet.heat-efficiency", "Heat in the scrap over heat fed", minimum=0.05, maximum=1.0
    )
    crushing: Fact = sourced("magnet.crushing-energy", "Work of comminution", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        return {vapour for liquid, vapour in _VAPOURS.items() if liquid in names}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        scrap = inlets["solid"].stream
        basis = scrap.basis
        solid = np.where(basis.masks["solid"], scrap.amounts, 0.0)
        off = part_by_element(basis, solid, self.coating, self.magnet_loss)
        vapour = np.where(basis.masks["gas"], scrap.amounts, 0.0)
        for liquid, gas in _VAPOURS.items():
            if liquid in basis.index:
                vapour[basis.index[gas]] += scrap[liquid]
        rest = scrap.amounts * ~(basis.masks["solid"] | basis.masks["gas"])
        for liquid in _VAPOURS:
            if liquid in basis.index:
                rest[basis.index[liquid]] = 0.0
        warmed = scrap.mass * self.heat_capacity.si("J/kg/K")
        heat = warmed * (self.temperature - AMBIENT) / self.heat_efficiency.value
        return Outcome(
            outlets={
                "powder": Stream(basis, solid - off + rest, AMBIENT),
                "coating": Stream(basis, off, AMBIENT),
                "vapour": Stream(basis, vapour, self.temperature),
            },
            duties={
                "heat": heat,
                "electricity": scrap.mass_of("solid") * self.crushing.si("J/kg"),
            },
        )


def part_by_element(
    basis: Basis, solid: np.ndarray, named: Mapping[str, float], others: float
) -> np.ndarray:
    """What goes off [mol/s]: elements by the share `named`, every other solid by `others`."""
    share = np.where(basis.masks["solid"], others, 0.0)
    for element, taken in named.items():
        if f"{element}(s)" in basis.index:
            share[basis.index[f"{element}(s)"]] = taken
    return share * solid
