"""Filtration: liquor from cake, with moisture left in the cake and a displacement wash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Stream
from ytterby.chemistry import equilibrate
from ytterby.facts import Fact
from ytterby.units.fields import FactTable, choice, inlet, setting, sourced, sourced_table
from ytterby.units.unit import Derivative, Inlet, Outcome, Unit, in_equilibrium, with_reagent

CAKES = ("iron-oxide-residue", "hydroxide", "oxalate")


@dataclass(frozen=True, kw_only=True)
class Filter(Unit):
    """Parts a slurry into filtrate and cake, and washes the cake.

    The cake keeps liquor up to its sourced moisture. A wash of n cake-liquor masses displaces it:
    (1 - E)^n of the mother liquor stays, with E the wash efficiency. Washings leave on their own.

    Source of the wash equation: Dahlstrom and Silverblatt, as in Perry's Chemical Engineers'
    Handbook, solid-liquid separation. Fails where: a cake cracks or the solids are very fine.
    """

    kind: ClassVar[str] = "filter"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "filtrate": "the liquor [aqueous, organic]",
        "washings": "the spent wash [aqueous, organic]",
        "cake": "the solids with their moisture [solid, aqueous, organic]",
    }

    slurry: Any = inlet("What is filtered.")
    wash: Any = inlet("Wash water.", drawable=True, required=False)
    cake: str = choice("Which kind of cake; it sets the moisture", CAKES)
    wash_ratio: float = setting(
        "-", "Mass of wash per mass of liquor in the cake", default=0, minimum=0, maximum=50
    )
    cake_moisture: FactTable = sourced_table(
        "filtration.cake-moisture", "Liquor per mass of wet cake, by kind of cake", maximum=0.95
    )
    wash_efficiency: Fact = sourced(
        "filtration.wash-efficiency",
        "Share of the mother liquor displaced by a wash of one cake-liquor mass",
        maximum=1.0,
    )
    solids_loss: Fact = sourced(
        "filtration.solids-loss", "Share of the solids that goes into the filtrate", maximum=1.0
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        slurry = inlets["slurry"].stream
        basis = slurry.basis
        solids, liquor = slurry.only("solid"), slurry.only("aqueous", "organic", "gas")
        lost = self.solids_loss.value * solids
        caked = (1 - self.solids_loss.value) * solids
        held = min(self._held_per_solid * solids.mass, liquor.mass)
        share = held / liquor.mass if liquor.mass > 0 else 0.0
        wash, drawn = self._wash(inlets.get("wash"), held, slurry)
        kept = (1 - self.wash_efficiency.value) ** (wash.mass / held) if held > 0 else 1.0
        stays = min(1.0, (1 - kept) * held / wash.mass) if wash.mass > 0 else 0.0
        mother = share * liquor
        inside = equilibrate(kept * mother.amounts + stays * wash.amounts, basis.solution)
        outside = equilibrate(
            (1 - kept) * mother.amounts + (1 - stays) * wash.amounts, basis.solution
        )
        return Outcome(
            outlets={
                "filtrate": _stream(slurry, (1 - share) * liquor.amounts + lost.amounts),
                "washings": _stream(slurry, outside),
                "cake": _stream(slurry, caked.amounts + inside),
            },
            drawn={"wash": drawn},
        )

    def derivative(self, inlets: Mapping[str, Inlet], outcome: Outcome) -> Derivative | None:
        slurry, wash = inlets["slurry"].stream, inlets.get("wash")
        if wash is not None and wash.stream.amounts.any():
            # How wash of other units is shared bends with it.
            return None
        ratio = self.wash_ratio if wash is not None and wash.reagent is not None else 0.0
        moved = self._moved(slurry)
        if moved is None:
            return None
        by_held, by_mother = moved
        kept = (1 - self.wash_efficiency.value) ** ratio
        stays = min(1.0, (1 - kept) / ratio) if ratio else 0.0
        washed = np.zeros_like(by_mother)
        if ratio and wash is not None and wash.reagent is not None:
            washed = np.outer(ratio * wash.reagent.amounts, by_held)
        solid = np.diag(np.where(slurry.basis.masks["solid"], 1.0, 0.0))
        lost, liquor = self.solids_loss.value, np.eye(solid.shape[0]) - solid
        cake, washings = outcome.outlets["cake"], outcome.outlets["washings"]
        return Derivative(
            outlets={
                ("slurry", "filtrate"): liquor - by_mother + lost * solid,
                ("slurry", "washings"): in_equilibrium(
                    washings, (1 - kept) * by_mother + (1 - stays) * washed
                ),
                ("slurry", "cake"): (1 - lost) * solid
                + in_equilibrium(cake, kept * by_mother + stays * washed),
            },
            drawn={("slurry", "wash"): ratio * by_held},
        )

    def _moved(self, slurry: Stream) -> tuple[np.ndarray, np.ndarray] | None:
        """Derivatives of the liquor in the cake [kg/s], shape (species,), and of the mother liquor
        in it [mol/s], shape (species, species), by the slurry; None without liquor."""
        mass, solid = slurry.basis.molar_mass, slurry.basis.masks["solid"]
        liquor = np.where(solid, 0.0, slurry.amounts)
        by_wet = np.where(solid, 0.0, mass)
        wet = float(by_wet @ slurry.amounts)
        if not wet:
            return None
        by_held = self._held_per_solid * np.where(solid, mass, 0.0)
        held = float(by_held @ slurry.amounts)
        if held >= wet:
            held, by_held = wet, by_wet
        by_share = by_held / wet - held / wet**2 * by_wet
        return by_held, np.outer(liquor, by_share) + held / wet * np.diag(np.where(solid, 0.0, 1.0))

    @property
    def _held_per_solid(self) -> float:
        """Liquor that the cake can hold, per mass of solids before losses [-]."""
        moisture = self.cake_moisture[self.cake].value
        return moisture / (1 - moisture) * (1 - self.solids_loss.value)

    def _wash(self, wash: Inlet | None, held: float, slurry: Stream) -> tuple[Stream, float]:
        """(all wash, kg/s drawn of it)."""
        if wash is None:
            return 0 * slurry, 0.0
        short = max(self.wash_ratio * held - wash.stream.mass, 0.0)
        drawn = short if wash.reagent is not None else 0.0
        return _stream(slurry, with_reagent(wash, drawn)), drawn


def _stream(like: Stream, amounts: np.ndarray) -> Stream:
    return Stream(like.basis, amounts, like.temperature)
