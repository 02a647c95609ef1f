"""Jet milling: coarse alloy powder to some micrometres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Stream
from ytterby.facts import Fact
from ytterby.units.alloy import oxides_of, take_up_oxygen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.unit import Inlet, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class JetMilling(Unit):
    """Mills decrepitated alloy to powder of some micrometres in a jet of gas.

    A sourced share is too fine and leaves as dust; dust and powder take up oxygen alike, which
    binds rare earths. Elements are not parted.

    Fails where: the fines are richer in rare earths than the powder (they are, by some per cent
    of their content), or nitrogen of the jet is taken up.
    """

    kind: ClassVar[str] = "jet-milling"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "powder": "the powder [solid]",
        "dust": "ultrafine powder, caught [solid]",
        "offgas": "what is left of the air, hydrogen that came loose [gas]",
    }

    solid: Any = inlet("Decrepitated alloy.")
    air: Any = inlet("Air, of which the powder picks up oxygen.", drawable=True)
    oxygen_pickup: float = setting(
        "-", "Oxygen picked up per mass of powder, such as 500 ppm", minimum=0, maximum=0.05
    )
    fines: Fact = sourced("milling.fines", "Share that leaves as dust", maximum=1)
    energy: Fact = sourced("milling.energy", "Electricity per mass of powder", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        return oxides_of(names)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        coarse = inlets["solid"].stream
        basis = coarse.basis
        solid = np.where(basis.masks["gas"], 0.0, coarse.amounts)
        after, air, drawn, findings = take_up_oxygen(
            name, basis, solid, self.oxygen_pickup, inlets["air"]
        )
        dust = self.fines.value * after
        powder = Stream(basis, after - dust)
        return Outcome(
            outlets={
                "powder": powder,
                "dust": Stream(basis, dust),
                "offgas": Stream(basis, air + coarse.amounts - solid),
            },
            drawn={"air": drawn},
            duties={"electricity": powder.mass * self.energy.si("J/kg")},
            findings=tuple(findings),
        )
