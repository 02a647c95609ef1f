"""Hydrogen decrepitation: magnets fall to powder in hydrogen, all elements together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Stream
from ytterby.chemistry import Species
from ytterby.facts import Fact
from ytterby.units.alloy import HELD, fed, oxides_of, take_up_oxygen
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.magnet_preparation import part_by_element
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit

_GAS = "H2(g)"


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
        return oxides_of(names) | {HELD, _GAS}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        magnet = inlets["solid"].stream
        basis = magnet.basis
        solid = np.where(basis.masks["solid"], magnet.amounts, 0.0)
        oversize = part_by_element(basis, solid, self.coating, 1 - self.liberated)
        powder = solid - oversize
        mass = float(basis.molar_mass @ powder)
        held = self.uptake.value * mass / Species.of(_GAS).molar_mass
        hydrogen, hydrogen_drawn = fed(inlets["hydrogen"], _GAS, held)
        powder, air, air_drawn, findings = take_up_oxygen(
            name, basis, powder, self.oxygen_pickup, inlets["air"]
        )
        held = min(held, float(hydrogen[basis.index[_GAS]]))
        kept = held * (1 - self.degassed)
        powder[basis.index[HELD]] += 2 * kept
        offgas = hydrogen + air + magnet.amounts * ~basis.masks["solid"]
        offgas[basis.index[_GAS]] -= kept
        return Outcome(
            outlets={
                "powder": Stream(basis, powder, magnet.temperature),
                "oversize": Stream(basis, oversize, magnet.temperature),
                "offgas": Stream(basis, offgas, magnet.temperature),
            },
            drawn={"hydrogen": hydrogen_drawn, "air": air_drawn},
            findings=tuple(findings),
        )
