"""Coating: magnets pickled and plated against corrosion."""

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
class Coating(Unit):
    """Pickles magnets and coats them with nickel, zinc or another metal.

    Metal is drawn for the share of coating over a sourced efficiency; what misses the magnets
    and what pickling dissolves of them ends in the sludge of the rinse water. A share is
    rejected at the last inspection: it has to be given.

    Fails where: the form of metals in the sludge matters (they stand as metals, the acid and
    alkali that dissolve and precipitate them are left out), or the coating is organic.
    """

    kind: ClassVar[str] = "coating"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "magnet": "coated magnets [solid]",
        "rejects": "magnets refused at the last inspection [solid]",
        "sludge": "metal of pickling and rinsing, dry [solid]",
    }

    part: Any = inlet("Machined magnets.")
    metal: Any = inlet("Metal of the coating.", drawable=True)
    coating_share: float = setting(
        "-", "Coating per mass of coated magnet, such as 1.5 %", minimum=0, maximum=0.2
    )
    rejects: float = setting("-", "Share that is refused", minimum=0, maximum=1)
    efficiency: Fact = sourced(
        "coating.efficiency", "Share of the metal that ends on magnets", minimum=0.05, maximum=1
    )
    pickled: Fact = sourced("coating.pickled", "Share of the magnet that is dissolved", maximum=1)
    energy: Fact = sourced("coating.energy", "Electricity per mass of coating", unit="J/kg")

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        part = inlets["part"].stream
        clean = (1 - self.pickled.value) * part
        coat = clean.mass * self.coating_share / (1 - self.coating_share)
        efficiency = self.efficiency.value
        metal, drawn, finding = top_up(
            name, inlets["metal"], coat / efficiency, lambda stream: stream.mass, "coating metal"
        )
        coated = Stream(part.basis, clean.amounts + efficiency * metal)
        sludge = Stream(part.basis, part.amounts - clean.amounts + (1 - efficiency) * metal)
        return Outcome(
            outlets={
                "magnet": (1 - self.rejects) * coated,
                "rejects": self.rejects * coated,
                "sludge": sludge,
            },
            drawn={"metal": drawn},
            duties={"electricity": coat * self.energy.si("J/kg")},
            findings=(finding,) if finding else (),
        )
