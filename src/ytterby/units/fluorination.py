"""Fluorination: rare earth oxide to fluoride with hydrogen fluoride or ammonium bifluoride."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, TRADE_OXIDE, Reaction, atoms_of
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows, react

_GASES = {"F": "HF(g)", "N": "NH3(g)", "O": "H2O(g)"}
_OXYGEN = "O2(g)"
_CLOSE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Fluorination(Unit):
    """Turns rare earth oxide into fluoride with hydrogen fluoride or ammonium bifluoride.

    RE2O3 + 6 HF = 2 REF3 + 3 H2O; a trade oxide (Pr6O11, Tb4O7, CeO2) gives its excess oxygen
    off. A sourced share is converted; bifluoride falls apart to HF and NH3, and what of it is
    left over leaves with the gas. The dose is relative to 3 F per RE.

    Fails where: oxides of other metals take up fluoride too (they pass as they are), or oxygen
    left as oxyfluoride matters for the metal (it stands as oxide).
    """

    kind: ClassVar[str] = "fluorination"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "fluoride": "rare earth fluoride with oxide that did not react [solid]",
        "offgas": "water, the excess of HF, ammonia [gas]",
    }

    solid: Any = inlet("Rare earth oxide.")
    fluorine: Any = inlet("HF, anhydrous or in water, or solid NH4HF2.", drawable=True)
    dose: float = setting("-", "mol of F per 3 mol of rare earth", minimum=0.1, maximum=10)
    temperature: float = setting("K", "Highest temperature", minimum=400, maximum=1200)
    conversion: Fact = sourced(
        "fluorination.conversion", "Share of the oxide that becomes fluoride", maximum=1.0
    )
    energy: Fact = sourced(
        "fluorination.energy", "Electricity per mass of solid product", unit="J/kg"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return {f"{e}F3(s)" for oxide, e in _OXIDES.items() if oxide in names} | {
            *_GASES.values(),
            _OXYGEN,
        }

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        charge = inlets["solid"].stream
        basis = charge.basis
        fluorides = _fluorides(basis)
        need = 3 * sum(
            charge[oxide] * _reaction(oxide).vector(basis.names)[place]
            for oxide, place in fluorides.items()
        )
        reagent, drawn, finding = top_up(
            name, inlets["fluorine"], self.dose * need, lambda s: s.amount("F"), "fluoride"
        )
        gas, trouble = _gas(name, Stream(basis, reagent))
        there = float(gas[basis.index["HF(g)"]])
        share = min(self.conversion.value, there / need) if need > 0 else 0.0
        extents = {_reaction(oxide): share * charge[oxide] for oxide in fluorides}
        after = react(basis, charge.amounts + gas, extents)
        findings = [finding] if finding else []
        if 0 < share < self.conversion.value:
            findings.append(Finding(name, f"fluoride goes round for {share:.0%} only; dose more"))
        findings += outside_windows(name, (self.conversion,), temperature=self.temperature)
        product = np.where(basis.masks["gas"], 0.0, after)
        made = Stream(basis, product, self.temperature)
        return Outcome(
            outlets={
                "fluoride": made,
                "offgas": Stream(basis, after - product, self.temperature),
            },
            drawn={"fluorine": drawn},
            duties={"electricity": made.mass_of("solid") * self.energy.si("J/kg")},
            findings=tuple(findings),
            trouble=trouble,
        )


def _gas(name: str, reagent: Stream) -> tuple[np.ndarray, Finding | None]:
    """(the reagent as HF, NH3 and H2O [mol/s], trouble where it holds anything else)."""
    basis = reagent.basis
    counts = {element: reagent.amount(element) for element in basis.elements}
    made = basis.amounts({gas: counts.get(e, 0.0) for e, gas in _GASES.items()})
    left = reagent.element_amounts - basis.atoms @ made
    if np.abs(left).max(initial=0.0) <= _CLOSE * max(sum(counts.values()), 1e-300):
        return made, None
    text = "the source of fluoride holds more than H, F, N and O; name HF or NH4HF2"
    return reagent.amounts, Finding(name, text, "error")


_OXIDES = {
    f"{oxide}(s)": element
    for element in RARE_EARTHS
    for oxide in dict.fromkeys((f"{element}2O3", TRADE_OXIDE[element]))
}


@cache
def _fluorides(basis: Basis) -> dict[str, int]:
    """Oxide -> place of its fluoride, of those that the basis holds."""
    return {o: basis.index[f"{e}F3(s)"] for o, e in _OXIDES.items() if o in basis.index}


@cache
def _reaction(oxide: str) -> Reaction:
    """Such as Pr6O11(s) + 18 HF(g) = 6 PrF3(s) + 18/2 H2O(g) + 4/4 O2(g)."""
    element, atoms = _OXIDES[oxide], atoms_of(oxide.removesuffix("(s)"))
    metal, surplus = int(atoms[element]), int(2 * atoms["O"] - 3 * atoms[element])
    line = f"{oxide} + {3 * metal} HF(g) = {metal} {element}F3(s) + {3 * metal}/2 H2O(g)"
    return Reaction.of(line + (f" + {surplus}/4 O2(g)" if surplus else ""))
