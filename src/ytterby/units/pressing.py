"""Pressing: powder aligned in a field and pressed to green compacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class Pressing(Unit):
    """Mixes powder with lubricant, aligns it in a field and presses it to compacts.

    The lubricant is drawn to a mass share of the powder. A share of the compacts breaks or
    spills: it depends on shape and press and has to be given. Elements are not parted.

    Fails where: spilt powder oxidises before it goes back.
    """

    kind: ClassVar[str] = "pressing"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "compact": "green compacts with lubricant [solid]",
        "rejects": "broken compacts and spilt powder [solid]",
    }

    powder: Any = inlet("Powder.")
    lubricant: Any = inlet(
        "Lubricant: an assay of a solid organic, such as stearic acid C18H36O2.", drawable=True
    )
    lubricant_share: float = setting("-", "Lubricant per mass of powder", minimum=0, maximum=0.05)
    rejects: float = setting("-", "Share that breaks or spills", minimum=0, maximum=1)
    energy: Fact = sourced("pressing.energy", "Electricity per mass of compacts", unit="J/kg")

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        powder = inlets["powder"].stream
        lubricant, drawn, finding = top_up(
            name,
            inlets["lubricant"],
            self.lubricant_share * powder.mass,
            lambda stream: stream.mass,
            "lubricant",
        )
        pressed = Stream(powder.basis, powder.amounts + lubricant)
        compact = (1 - self.rejects) * pressed
        return Outcome(
            outlets={"compact": compact, "rejects": self.rejects * pressed},
            drawn={"lubricant": drawn},
            duties={"electricity": compact.mass * self.energy.si("J/kg")},
            findings=(finding,) if finding else (),
        )
