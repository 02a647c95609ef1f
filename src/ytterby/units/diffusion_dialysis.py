"""Diffusion dialysis: free acid crosses a membrane into water, metals stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Stream
from ytterby.chemistry import Species, equilibrate
from ytterby.facts import Fact
from ytterby.units.card import Card, ratio
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.ions import charges
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_PROTON = "H+"
_PER_LITRE = 1000


@dataclass(frozen=True, kw_only=True)
class DiffusionDialysis(Unit):
    """Recovers free acid from a spent liquor by diffusion dialysis.

    Of the free acid, and of each metal, a sourced share crosses an anion-exchange membrane into
    water that flows against it; anions go along, all in the same proportion, until charges balance.
    It takes no energy but that of pumping. The share grows with the water.

    Fails where: a metal crosses as chloride complex (zinc does; iron(III) from strong acid in
    part), or osmosis of water matters. Rare earths were not measured: give your own.
    """

    kind: ClassVar[str] = "diffusion-dialysis"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "acid": "the recovered acid [aqueous]",
        "liquor": "the liquor with the metals [solid, aqueous]",
    }

    liquor: Any = inlet("Spent acid with metals.")
    water: Any = inlet("Water that takes the acid up.", drawable=True)
    water_ratio: float = setting(
        "-", "Volume of water per volume of liquor", default=1, minimum=0.1, maximum=10
    )
    leakage: FactTable = sourced_table(
        "diffusion-dialysis.leakage", "Share of each metal that crosses", maximum=1.0
    )
    other_leakage: Fact = sourced(
        "diffusion-dialysis.other-leakage", "Share of every other metal that crosses", maximum=1.0
    )
    acid_recovered: Fact = sourced(
        "diffusion-dialysis.acid-recovered", "Share of the free acid that crosses", maximum=1.0
    )
    pumping: Fact = sourced(
        "sizing.pumping-energy", "Energy of pumping per volume of liquid", unit="J/m3"
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, water = inlets["liquor"].stream, inlets["water"]
        basis = liquor.basis
        wanted = self.water_ratio * liquor.volume("aqueous") - water.stream.volume("aqueous")
        fresh = water.reagent.volume("aqueous") if water.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / fresh if fresh > 0 else 0.0
        crossing = self._shares(basis, liquor.amounts) * liquor.amounts
        outlets = {
            "acid": _stream(liquor, with_reagent(water, drawn) + crossing),
            "liquor": _stream(liquor, liquor.amounts - crossing),
        }
        acid = outlets["acid"]
        crossed = ratio(float(crossing[basis.index[_PROTON]]), acid.volume("aqueous"))
        metals = (charges(basis) > 1) * acid.amounts * basis.molar_mass
        card = Card(
            (
                ("free acid recovered", crossed / _PER_LITRE, "mol/L"),
                ("metals in it", ratio(float(metals.sum()), acid.volume("aqueous")), "g/L"),
            )
        )
        pumped = sum(stream.volume("aqueous") for stream in outlets.values())
        return Outcome(
            outlets=outlets,
            drawn={"water": drawn},
            duties={"electricity": self.pumping.si("J/m3") * pumped},
            detail=card,
        )

    def _shares(self, basis: Basis, amounts: np.ndarray) -> np.ndarray:
        """Share of each species that crosses [-], shape (species,)."""
        charge = charges(basis)
        shares = np.array(
            [self._share(n) if z > 0 else 0.0 for n, z in zip(basis.names, charge, strict=True)]
        )
        carried = float((charge * amounts * shares).sum())
        anions = -float((charge * amounts)[charge < 0].sum())
        return np.where(charge < 0, carried / anions if anions > 0 else 0.0, shares)

    def _share(self, name: str) -> float:
        if name == _PROTON:
            return self.acid_recovered.value
        metal = next(element for element, _ in Species.of(name).atoms if element not in "OH")
        return self.leakage.get(metal, self.other_leakage).value


def _stream(like: Stream, amounts: np.ndarray) -> Stream:
    return Stream(like.basis, equilibrate(amounts, like.basis.solution), like.temperature)
