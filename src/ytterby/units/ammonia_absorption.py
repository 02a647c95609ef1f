"""Ammonia absorption: acid takes ammonia out of air, and an ammonium salt is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.chemistry import equilibrate
from ytterby.facts import Fact
from ytterby.units.card import Card, ratio
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit

_GAS, _DISSOLVED = "NH3(g)", "NH3"


@dataclass(frozen=True, kw_only=True)
class AmmoniaAbsorption(Unit):
    """Scrubs ammonia out of air with hydrochloric or sulfuric acid, to an ammonium salt.

    Of the ammonia the share `absorbed` dissolves and takes up a proton; it depends on the packing
    and has to be given. The dose counts the acid that is recycled. Vapour passes through.

    Fails where: acid is short (a finding of the dose says so), or the water that condenses matters.
    """

    kind: ClassVar[str] = "ammonia-absorption"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "liquor": "the solution of the ammonium salt [aqueous]",
        "gas": "what is left of the air [gas]",
    }

    gas: Any = inlet("Air with ammonia.")
    acid: Any = inlet("Acid; recycled first, fresh tops it up to the dose.", drawable=True)
    absorbed: float = setting("-", "Share of the ammonia that is absorbed", minimum=0, maximum=1)
    dose: float = setting(
        "-", "mol of acid per mol of ammonia absorbed", default=1.02, minimum=0.5, maximum=10
    )
    pumping: Fact = sourced(
        "sizing.pumping-energy", "Energy of pumping per volume of liquid", unit="J/m3"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {_DISSOLVED, "NH4+"} if _GAS in names else set()

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        gas = inlets["gas"].stream
        basis = gas.basis
        taken = self.absorbed * gas[_GAS]
        acid, drawn, finding = top_up(
            name, inlets["acid"], self.dose * taken, lambda stream: stream.acidity, "acid"
        )
        left, liquor = gas.amounts.copy(), acid.copy()
        if taken:
            left[basis.index[_GAS]] -= taken
            liquor[basis.index[_DISSOLVED]] += taken
        wet = basis.masks["aqueous"]
        liquor += left * wet
        stream = Stream(basis, equilibrate(liquor, basis.solution))
        acid_mass = Stream(basis, acid).mass
        card = Card(
            (
                (
                    "acid solution per ammonia",
                    ratio(acid_mass, taken * _molar_mass(basis)),
                    "kg/kg",
                ),
                ("p[H]", stream.pH, "-"),
            )
        )
        return Outcome(
            outlets={"liquor": stream, "gas": Stream(basis, left * ~wet, gas.temperature)},
            drawn={"acid": drawn},
            duties={"electricity": self.pumping.si("J/m3") * stream.volume("aqueous")},
            findings=(finding,) if finding else (),
            detail=card,
        )


def _molar_mass(basis: Any) -> float:
    place = basis.index.get(_GAS)
    return 0.0 if place is None else float(basis.molar_mass[place])
