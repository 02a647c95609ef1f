"""Oxidation roast of bastnaesite: oxyfluorides, and cerium(IV) oxide that dilute acid leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.minerals import bastnaesite, oxyfluoride
from ytterby.units.thermal import OXYGEN, fire
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react

_OTHERS = tuple(e for e in RARE_EARTHS if e != "Ce")
_STEAM = "H2O(g)"


@dataclass(frozen=True, kw_only=True)
class BastnaesiteRoast(Unit):
    """Roasts bastnaesite in air: carbon dioxide leaves, cerium goes to CeO2.

    A sourced share of the fluorocarbonate becomes oxyfluoride, REOF. A sourced share of the
    cerium is then oxidised; its fluorine turns other oxyfluorides, each in proportion to its
    amount, into fluoride: 2 CeOF + REOF + 1/2 O2 = 2 CeO2 + REF3, and cerium itself where others
    do not suffice. Hydrochloric acid takes the oxyfluorides and leaves dioxide and fluoride.

    Fails where: steam is about and takes fluorine off as HF, or monazite is in the concentrate
    (it passes unchanged).
    """

    kind: ClassVar[str] = "bastnaesite-roast"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "calcine": "oxyfluorides, dioxide, fluorides, gangue and dried salts [solid, aqueous]",
        "offgas": "carbon dioxide, steam and what is left of the air [gas]",
    }

    solid: Any = inlet("Bastnaesite concentrate.")
    gas: Any = inlet("Air.", drawable=True)
    temperature: float = setting("K", "Temperature of the roast", minimum=600, maximum=1300)
    decomposed: Fact = sourced(
        "bastnaesite.decomposed", "Share of the fluorocarbonate that decomposes", maximum=1.0
    )
    oxidised: Fact = sourced(
        "bastnaesite.oxidised", "Share of the cerium that is oxidised", maximum=1.0
    )
    excess_air: Fact = sourced("roast.excess-air", "Oxygen offered beyond that taken up, relative")

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {OXYGEN, _STEAM, "CO2(g)"}
        there = [e for e in RARE_EARTHS if bastnaesite(e) in names]
        made |= {oxyfluoride(e) for e in there}
        if bastnaesite("Ce") in names:
            made |= {"CeO2(s)"} | {f"{e}F3(s)" for e in there}
        return made

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        charge = inlets["solid"].stream
        basis = charge.basis
        made = charge.only("solid", "aqueous").amounts.copy()
        made = react(basis, made, {Reaction.of("H2O = H2O(g)"): float(made[basis.index["H2O"]])})
        made = react(
            basis,
            made,
            {
                _calcination(e): self.decomposed.value * charge[bastnaesite(e)]
                for e in RARE_EARTHS
                if charge[bastnaesite(e)] > 0
            },
        )
        made = react(basis, made, self._oxidation(basis, made))
        place = basis.index[OXYGEN]
        oxygen = -float(made[place])
        made[place] = 0.0
        _, offgas, drawn, trouble = fire(
            name, charge, made, oxygen, inlets["gas"], self.excess_air.value, self.temperature
        )
        return Outcome(
            outlets={
                "calcine": Stream(basis, made * ~basis.masks["gas"], self.temperature),
                "offgas": offgas,
            },
            drawn={"gas": drawn},
            findings=outside_windows(
                name, (self.decomposed, self.oxidised), temperature=self.temperature
            ),
            trouble=trouble,
        )

    def _oxidation(self, basis: Basis, made: np.ndarray) -> dict[Reaction, float]:
        """Extents [mol/s] of cerium's oxidation, by the rare earth that takes its fluorine."""
        if oxyfluoride("Ce") not in basis.index:
            return {}
        cerium = float(made[basis.index[oxyfluoride("Ce")]])
        pairs = self.oxidised.value * cerium / 2
        others = {
            e: float(made[basis.index[oxyfluoride(e)]])
            for e in _OTHERS
            if oxyfluoride(e) in basis.index
        }
        room = sum(others.values())
        share = min(1.0, pairs / room) if room > 0 else 0.0
        extents = {_oxidation_by(e): share * amount for e, amount in others.items() if amount > 0}
        # Of three oxyfluorides of cerium alone two can be oxidised.
        left = pairs - share * room
        alone = min(left, (cerium - 2 * share * room) / (2 + 1))
        if alone > 0:
            extents[_oxidation_by("Ce")] = alone
        return extents


@cache
def _calcination(element: str) -> Reaction:
    return Reaction.of(f"{bastnaesite(element)} = {oxyfluoride(element)} + CO2(g)")


@cache
def _oxidation_by(element: str) -> Reaction:
    taker = oxyfluoride(element)
    left = f"3 {taker}" if element == "Ce" else f"2 CeOF(s) + {taker}"
    return Reaction.of(f"{left} + 1/2 O2(g) = 2 CeO2(s) + {element}F3(s)")
