"""Molten-salt electrolysis: rare earth oxide to metal or iron alloy in a fluoride melt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.facts import Fact
from ytterby.units.alloy import OXYGEN, fed, spend
from ytterby.units.electrolytic import (
    CARBON,
    FARADAY,
    GASES,
    Anode,
    Fluorocarbons,
    fluorocarbons,
    metals_of,
    reduce_oxides,
)
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, with_reagent

"""Charge of a mol of electrons [C/mol], exact."""


@dataclass(frozen=True, kw_only=True)
class MoltenSaltElectrolysis(Unit):
    """Reduces rare earth oxide dissolved in a fluoride melt, at graphite anodes.

    Current I = F n / CE for n mol/s of electrons (three per rare earth) and power U I. Oxygen
    leaves with anode carbon as CO2 and CO, most CO burns above the melt, and the anode burns in
    air besides. Anode effects take fluorine of the melt away as CF4 and C2F6. Oxides of Fe, Co,
    Ni, Cu, Al, B, Ga, Nb, Si and Mn are reduced whole. An iron cathode dissolves to the share of
    iron asked for: 20 % for Dy-Fe.

    Salt is made up for what leaves with slag, fume and gas. Fails where: the oxide is fed so
    unevenly that anode effects last (give your own cf4 and c2f6), rare earths drop to divalent
    (Sm, Eu, Yb), or a metal dissolves in the melt more than its current efficiency says.
    """

    kind: ClassVar[str] = "molten-salt-electrolysis"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "metal": "the metal or alloy tapped [solid]",
        "slag": "salt and oxide scraped off, ash of the anode [solid]",
        "dust": "fume and dust, caught [solid]",
        "offgas": "CO2, CO, perfluorocarbons and what is left of the air [gas]",
    }

    oxide: Any = inlet("Rare earth oxide.")
    salt: Any = inlet("Fluoride melt: recovered first, fresh makes up.", drawable=True)
    anode: Any = inlet("Graphite.", drawable=True)
    air: Any = inlet("Air, in which CO and anode burn.", drawable=True)
    iron: Any = inlet("Iron of a consumable cathode.", drawable=True, required=False)
    iron_share: float = setting(
        "-",
        "Iron in the alloy by mass",
        default=0,
        minimum=0,
        maximum=0.5,
    )
    temperature: float = setting("K", "Temperature of the melt", minimum=1173, maximum=1473)
    current_efficiency: Fact = sourced(
        "electrolysis.current-efficiency",
        "Metal by charge that is tapped",
        minimum=0.05,
        maximum=1,
    )
    cell_voltage: Fact = sourced("electrolysis.cell-voltage", "Voltage of a cell", unit="V")
    recovery: Fact = sourced(
        "electrolysis.recovery", "Rare earth tapped over that of the oxide", maximum=1
    )
    carbon_monoxide: Fact = sourced(
        "electrolysis.carbon-monoxide",
        "Share of the anode carbon that forms CO",
        maximum=1,
    )
    burnt: Fact = sourced(
        "electrolysis.carbon-monoxide-burnt", "Share of the CO that burns above the melt", maximum=1
    )
    air_burn: Fact = sourced(
        "electrolysis.air-burn", "Anode that burns in air per mass of metal", maximum=1
    )
    cf4: Fact = sourced("electrolysis.cf4", "CF4 per mass of metal", maximum=0.1)
    c2f6: Fact = sourced("electrolysis.c2f6", "C2F6 per mass of metal", maximum=0.1)
    salt_loss: Fact = sourced(
        "electrolysis.salt-loss", "Salt that leaves the melt per mass of metal", maximum=1
    )
    dust_share: Fact = sourced(
        "electrolysis.dust-share", "Share of what leaves the melt that is dust, not slag", maximum=1
    )
    carbon_pickup: Fact = sourced(
        "electrolysis.carbon-pickup", "Carbon in the metal by mass", maximum=0.05
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return metals_of(names) | set(GASES)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        charge = inlets["oxide"].stream
        basis = charge.basis
        metal, kept, oxygen, electrons = reduce_oxides(charge, self.recovery.value)
        mass = float(basis.molar_mass @ metal)
        gas, salt, more, salt_drawn, findings = self._melt(name, inlets["salt"], mass)
        metal += more
        electrons += 3 * float(more.sum())
        mass = float(basis.molar_mass @ metal)
        anode = Anode.of(
            oxygen, self.carbon_monoxide.value, self.burnt.value, self.air_burn.value * mass
        )
        pickup = self.carbon_pickup.value * mass / basis.molar_mass[basis.index[CARBON]]
        carbon = anode.carbon + gas.carbon + pickup
        brought, anode_drawn = fed(inlets["anode"], CARBON, carbon)
        enough = {"graphite": spend(brought, basis.index[CARBON], carbon)}
        metal[basis.index[CARBON]] += pickup
        air, air_drawn = fed(inlets["air"], OXYGEN, anode.from_air)
        enough["air"] = spend(air, basis.index[OXYGEN], anode.from_air)
        air += anode.gas(basis) + gas.amounts + kept * basis.masks["gas"]
        left = np.where(basis.masks["gas"], 0.0, kept) + salt
        dust = self.dust_share.value * left
        iron_drawn, iron = self._iron(inlets.get("iron"), Stream(basis, metal))
        findings += outside_windows(name, (self.current_efficiency,), temperature=self.temperature)
        current = FARADAY * electrons / self.current_efficiency.value
        return Outcome(
            outlets={
                "metal": Stream(basis, metal + iron),
                "slag": Stream(basis, left - dust + brought),
                "dust": Stream(basis, dust),
                "offgas": Stream(basis, air, self.temperature),
            },
            drawn={
                "salt": salt_drawn,
                "anode": anode_drawn,
                "air": air_drawn,
                **({"iron": iron_drawn} if "iron" in inlets else {}),
            },
            duties={"electricity": self.cell_voltage.si("V") * current},
            findings=tuple(findings),
            trouble=_trouble(name, enough),
        )

    def _melt(
        self, name: str, inlet: Inlet, mass: float
    ) -> tuple[Fluorocarbons, np.ndarray, np.ndarray, float, list[Finding]]:
        """(gas of anode effects, salt that leaves, metal set free [mol/s], kg/s drawn, findings).

        mass: of the metal reduced from oxide [kg/s].
        """
        salt, drawn, surplus = top_up(
            name, inlet, self.salt_loss.value * mass, lambda stream: stream.mass, "salt"
        )
        wanted = {"CF4(g)": self.cf4.value, "C2F6(g)": self.c2f6.value}
        gas, left, metal, short = fluorocarbons(inlet.stream.basis, salt, mass, wanted)
        findings = [surplus] if surplus else []
        if short:
            text = "the salt brings too little rare earth fluoride for the CF4 told of"
            findings.append(Finding(name, text))
        return gas, np.maximum(left, 0.0), metal, drawn, findings

    def _iron(self, inlet: Inlet | None, metal: Stream) -> tuple[float, np.ndarray]:
        """(kg/s drawn, amounts [mol/s]) of cathode that bring the alloy to its share of iron."""
        if inlet is None:
            return 0.0, metal.basis.zeros()
        base = Stream(metal.basis, metal.amounts + inlet.stream.amounts)
        short = self.iron_share * base.mass - base.element_masses.get("Fe", 0.0)
        reagent = inlet.reagent
        gain = reagent.element_masses.get("Fe", 0.0) - self.iron_share if reagent else 0.0
        drawn = max(short, 0.0) / gain if gain > 0 else 0.0
        return drawn, with_reagent(inlet, drawn)


def _trouble(name: str, enough: Mapping[str, bool]) -> Finding | None:
    short = [what for what, there in enough.items() if not there]
    if not short:
        return None
    text = f"too little {' and '.join(short)} is offered; name a feed without a flow"
    return Finding(name, text, "error")
