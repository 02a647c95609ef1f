"""Acid-free dissolution of magnet metal in copper nitrate, which plates out as copper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction, equilibrate
from ytterby.facts import Fact
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.thermal import OXYGEN
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react, with_reagent

COPPER = "Cu+2"
_CHARGE = dict.fromkeys(RARE_EARTHS, 3) | {"Al": 3} | dict.fromkeys(("Fe", "Co", "Ni", "Mn"), 2)
_OVERGROWN = Reaction.of("2 Cu(s) + 1/2 O2(g) = Cu2O(s)")


@dataclass(frozen=True, kw_only=True)
class CopperDissolution(Unit):
    """Dissolves magnet metal by exchange with copper(II), under air, without acid.

    Each metal goes into solution for its equivalent of copper, RE + 3/2 Cu+2 = RE+3 + 3/2 Cu;
    boron and air bind some of that as borate, B + 3/2 Cu + 3/2 O2 = 1/2 Cu3(BO3)2, and air turns
    most of the rest into Cu2O. Sourced shares say how much of each metal dissolves and how much
    copper is oxidised. Where all dissolves and 30/31 is oxidised this is the stoichiometry of the
    Critical Materials Innovation Hub,
    2 Nd2Fe14B + 34 Cu+2 + 21/2 O2 = 4 Nd+3 + 28 Fe+2 + Cu3(BO3)2 + 15 Cu2O + Cu.
    The dose is relative to the copper that all of the metal takes up.

    Fails where: iron(II) is oxidised and hydrolyses in the same vessel, which real liquors do in
    part: an `iron-oxidation` and a `neutralisation` behind it take the iron out.
    """

    kind: ClassVar[str] = "copper-dissolution"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "nitrates in solution with copper, its oxide and borate [solid, aqueous]",
        "offgas": "what is left of the air [gas]",
    }

    solid: Any = inlet("Magnet metal, milled.")
    copper: Any = inlet("Recycled copper nitrate first, fresh tops it up.", drawable=True)
    gas: Any = inlet("Air.", drawable=True)
    dose: float = setting(
        "-", "mol of copper per mol that all of the metal takes up", minimum=0.1, maximum=10
    )
    temperature: float = setting("K", "Temperature", minimum=290, maximum=373)
    extent: FactTable = sourced_table(
        "copper-dissolution.extent", "Share of each metal that dissolves", maximum=1.0
    )
    copper_oxidised: Fact = sourced(
        "copper-dissolution.copper-oxidised", "Share of the copper that ends as Cu2O", maximum=1.0
    )
    excess_air: Fact = sourced(
        "copper-dissolution.excess-air", "Oxygen offered beyond that taken up, relative"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        metals = [e for e in (*_CHARGE, "B") if f"{e}(s)" in names]
        made = set().union(*(_exchange(e).species for e in metals))
        return made | {"Cu2O(s)", "Cu(s)", OXYGEN, COPPER}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        metals = [e for e in (*_CHARGE, "B") if solid[f"{e}(s)"] > 0]
        need = {e: -dict(_exchange(e).stoichiometry).get(COPPER, 0.0) for e in metals}
        wanted = self.dose * sum(need[e] * solid[f"{e}(s)"] for e in metals)
        reagent, drawn, finding = top_up(
            name, inlets["copper"], wanted, lambda stream: stream[COPPER], "copper nitrate"
        )
        there = float(reagent[basis.index[COPPER]])
        asked = {e: self._share(e) * solid[f"{e}(s)"] for e in metals}
        taken = sum(need[e] * amount for e, amount in asked.items())
        share = min(1.0, there / taken) if taken > 0 else 0.0
        extents = {_exchange(e): share * amount for e, amount in asked.items()}
        plated = sum(share * amount * _plated(e) for e, amount in asked.items())
        extents[_OVERGROWN] = self.copper_oxidised.value * max(plated, 0.0) / 2
        findings = [finding] if finding else []
        if share < 1 and metals:
            findings.append(Finding(name, f"copper goes round for {share:.0%} of the metal only"))
        findings += outside_windows(name, self.extent.values(), temperature=self.temperature)
        after, offgas, air, trouble = self._aired(
            name, basis, react(basis, solid.amounts + reagent, extents), inlets["gas"]
        )
        wet = equilibrate(after, basis.solution)
        return Outcome(
            outlets={
                "slurry": Stream(basis, wet, self.temperature),
                "offgas": Stream(basis, offgas, self.temperature),
            },
            drawn={"copper": drawn, "gas": air},
            findings=tuple(findings),
            trouble=trouble,
        )

    def _share(self, element: str) -> float:
        key = "rare-earth" if element in RARE_EARTHS else element
        return self.extent[key].value if key in self.extent else 0.0

    def _aired(
        self, name: str, basis: Basis, amounts: np.ndarray, gas: Inlet
    ) -> tuple[np.ndarray, np.ndarray, float, Finding | None]:
        """(wet amounts, off-gas [mol/s], kg/s of air drawn, trouble) with the oxygen paid for."""
        place = basis.index[OXYGEN]
        used = -float(amounts[place])
        wanted = max(used, 0.0) * (1 + self.excess_air.value) - gas.stream[OXYGEN]
        richness = gas.reagent[OXYGEN] if gas.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / richness if richness > 0 else 0.0
        around = with_reagent(gas, drawn)
        mask = basis.masks["gas"]
        offgas = (amounts + around) * mask
        trouble = None
        if offgas[place] < 0:
            trouble = Finding(name, "the gas brings too little oxygen; name a feed of air", "error")
        return (amounts + around) * ~mask, offgas, drawn, trouble


def _plated(element: str) -> float:
    """mol of metallic copper per mol of `element` dissolved, negative where it is bound [-]."""
    return dict(_exchange(element).stoichiometry).get("Cu(s)", 0.0)


@cache
def _exchange(element: str) -> Reaction:
    if element == "B":
        return Reaction.of("B(s) + 3/2 Cu(s) + 3/2 O2(g) = 1/2 Cu3(BO3)2(s)")
    charge = _CHARGE[element]
    exchanged = f"{charge}/2"
    return Reaction.of(f"{element}(s) + {exchanged} Cu+2 = {element}+{charge} + {exchanged} Cu(s)")
