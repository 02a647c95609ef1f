"""Settling: a clarifier that parts clear water from thickened sludge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Finding, Stream
from ytterby.facts import Fact
from ytterby.units.card import Card
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.unit import Inlet, Outcome, Unit

_PER_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Settling(Unit):
    """Settles solids out of water: a clear overflow and an underflow of chosen thickness.

    The overflow carries the sourced suspended solids, the underflow the rest. How thick a sludge
    gets depends on what it is and has no general source: hydroxides 2 to 5 %, gypsum 20 to 40 %.

    Fails where: solids float or are too fine to settle without flocculant.
    """

    kind: ClassVar[str] = "settling"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "overflow": "the clear water with what did not settle [solid, aqueous]",
        "underflow": "the thickened sludge [solid, aqueous]",
    }

    slurry: Any = inlet("What is settled.")
    solids: float = setting("-", "Mass of solids per mass of underflow", minimum=0.005, maximum=0.7)
    suspended: Fact = sourced(
        "settling.overflow-solids", "Solids in the overflow", unit="kg/m3", maximum=10.0
    )
    rise_rate: Fact = sourced(
        "settling.rise-rate", "Overflow per area", unit="m/s", minimum=1e-6, maximum=0.1
    )
    pumping: Fact = sourced(
        "sizing.pumping-energy", "Energy of pumping per volume of liquid", unit="J/m3"
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        slurry = inlets["slurry"].stream
        solid, rest = slurry.only("solid"), slurry.only("aqueous", "organic", "gas")
        lost, held = self._shares(solid.mass, rest.mass, rest.volume("aqueous"))
        overflow = _joined(lost * solid, (1 - held) * rest)
        underflow = _joined((1 - lost) * solid, held * rest)
        findings = ()
        if solid.mass > 0 and held >= 1:
            text = f"the slurry is thicker than {self.solids:.0%} solids already: nothing overflows"
            findings = (Finding(name, text),)
        area = overflow.volume("aqueous") / self.rise_rate.si("m/s")
        card = Card(
            (
                ("overflow", overflow.volume("aqueous") * _PER_HOUR, "m3/h"),
                ("underflow", underflow.mass * _PER_HOUR, "kg/h"),
                ("area", area, "m2"),
            )
        )
        return Outcome(
            outlets={"overflow": overflow, "underflow": underflow},
            duties={"electricity": self.pumping.si("J/m3") * slurry.volume("aqueous")},
            findings=findings,
            detail=card,
        )

    def _shares(self, solid: float, liquor: float, volume: float) -> tuple[float, float]:
        """Share of the solids lost to the overflow, and of the liquor held in the underflow [-]."""
        if solid <= 0 or liquor <= 0:
            return 0.0, 0.0
        wet = (1 - self.solids) / self.solids
        haze = self.suspended.si("kg/m3") * volume
        lost = haze * (1 - solid * wet / liquor) / (1 - haze * wet / liquor)
        lost = min(max(lost, 0.0), solid)
        return lost / solid, min((solid - lost) * wet / liquor, 1.0)


def _joined(one: Stream, other: Stream) -> Stream:
    return Stream(one.basis, one.amounts + other.amounts, one.temperature)
