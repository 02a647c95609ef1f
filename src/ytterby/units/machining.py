"""Machining: blocks to magnets of their size, and what is taken off as swarf."""

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
class Machining(Unit):
    """Saws, grinds and checks magnets.

    A share of the block becomes swarf, wet with coolant, and a share of the rest is rejected.
    Both depend on shape (swarf 6 to 73 % over products, doi:10.1021/acssuschemeng.1c05965) and
    have to be given. Elements are not parted.

    Fails where: swarf rusts in the coolant before it is roasted (it stays metal here).
    """

    kind: ClassVar[str] = "machining"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "magnet": "machined magnets [solid]",
        "swarf": "sludge of sawing and grinding [solid, aqueous]",
        "rejects": "magnets off size, chipped [solid]",
    }

    block: Any = inlet("Sintered blocks.")
    coolant: Any = inlet("Coolant, water as a rule.", drawable=True)
    swarf: float = setting("-", "Share of the block that is taken off", minimum=0, maximum=0.9)
    rejects: float = setting("-", "Share of the rest that is rejected", minimum=0, maximum=1)
    moisture: float = setting("-", "Coolant per mass of wet swarf", minimum=0, maximum=0.9)
    energy: Fact = sourced("machining.energy", "Electricity per mass taken off", unit="J/kg")

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        block = inlets["block"].stream
        off, rest = self.swarf * block, (1 - self.swarf) * block
        coolant, drawn, finding = top_up(
            name,
            inlets["coolant"],
            off.mass * self.moisture / (1 - self.moisture),
            lambda stream: stream.mass,
            "coolant",
        )
        return Outcome(
            outlets={
                "magnet": (1 - self.rejects) * rest,
                "swarf": Stream(block.basis, off.amounts + coolant),
                "rejects": self.rejects * rest,
            },
            drawn={"coolant": drawn},
            duties={"electricity": off.mass * self.energy.si("J/kg")},
            findings=(finding,) if finding else (),
        )
