"""Lime treatment, fluoride removal and softening: what calcium, alkali and soda bring down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    Guess,
    OutOfReach,
    Reaction,
    Solution,
    conditional,
    dose_to_p_h,
    equilibrate,
    hydroxides,
    ionic_strength,
    p_h,
    solids_of,
)
from ytterby.units.card import Card, ratio
from ytterby.units.fields import FactTable, choice, inlet, setting, sourced_table
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, react

DATABASES = ("llnl", "thermochimie", "thermoddem", "wateq4f", "minteq")
_SLAKING = {
    "Ca(OH)2(s)": "Ca(OH)2(s) = Ca+2 + 2 OH-",
    "CaO(s)": "CaO(s) + H2O = Ca+2 + 2 OH-",
    "CaCO3(s)": "CaCO3(s) = Ca+2 + CO3-2",
}
_FLUORITE, _FLUORIDE, _CALCIUM = "CaF2(s)", "F-", "Ca+2"
_CARBONATE = ("CO3-2", "HCO3-", "H2CO3")
_ROUNDS = 5
_FLATTEST, _STEEPEST = 0.2, 2.0
"""How p[H] told answers to p[H] dosed to, as far as a secant is believed [-]."""
_DILUTE = 1.0
"""Ionic strength up to which the activity coefficients are fair [mol/L]."""


@dataclass(frozen=True, kw_only=True)
class CalciumTreatment(Unit):
    """What treatments with calcium share: many solids at once, in the brine as it is."""

    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the water with the solids [solid, aqueous]",
        "offgas": "carbon dioxide beyond one atmosphere [gas]",
    }

    liquor: Any = inlet("The water.")
    database: str = choice("Whose solubility of calcium fluoride stands", DATABASES, default="llnl")
    fluorite: FactTable = sourced_table(
        "calcium-fluoride.log-k",
        "log10 of the solubility product of calcium fluoride by database",
        minimum=-20,
        maximum=0,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        slaked = {species for s in names & set(_SLAKING) for species in _slaking(s).species}
        return slaked | {_CALCIUM, "OH-"} | set(_solids(names | slaked | {_CALCIUM}))

    def solution(self, basis: Basis, strength: float) -> Solution:
        """The solids that may form, with constants at the ionic strength [mol/L]."""
        plain = Solution.of(basis.names, _ordered(basis))
        constants = {_FLUORITE: self.fluorite[self.database].value}
        return conditional(plain, ionic_strength=strength, log_k=constants)

    def settled(
        self,
        name: str,
        liquor: Stream,
        start: np.ndarray,
        drawn: float,
        finding: Finding | None,
        memory: Any,
    ) -> Outcome:
        """What comes of `start` [mol/s] in equilibrium with all solids."""
        basis = liquor.basis
        guesses = memory or tuple(Guess.none() for _ in range(_ROUNDS))
        slurry, strength = start, ionic_strength(start, basis.solution)
        for guess in guesses:
            slurry = equilibrate(start, self.solution(basis, strength), guess)
            strength = ionic_strength(slurry, basis.solution)
        findings = (finding,) if finding else ()
        return self.outcome(name, liquor, slurry, drawn, findings, guesses)

    def outcome(
        self,
        name: str,
        liquor: Stream,
        slurry: np.ndarray,
        drawn: float,
        findings: tuple[Finding, ...],
        memory: Any,
    ) -> Outcome:
        """The outlets that `slurry` [mol/s] makes, and the card; notes a brine that is strong."""
        basis = liquor.basis
        strength = ionic_strength(slurry, basis.solution)
        if strength > _DILUTE:
            text = f"ionic strength {strength:.2g} mol/L is beyond {_DILUTE:g}: extrapolated"
            findings = (*findings, Finding(name, text, "note"))
        slurry = equilibrate(slurry, basis.solution)
        gas = basis.masks["gas"]
        stream = Stream(basis, slurry * ~gas, liquor.temperature)
        return Outcome(
            outlets={
                "slurry": stream,
                "offgas": Stream(basis, slurry * gas, liquor.temperature),
            },
            drawn={"reagent": drawn},
            findings=findings,
            memory=memory,
            detail=_card(liquor, stream),
        )


@dataclass(frozen=True, kw_only=True)
class LimeTreatment(CalciumTreatment):
    """Neutralises and settles out with lime: hydroxides, gypsum, fluoride and carbonate.

    Lime is dosed to a p[H]; of it the share `used` dissolves, the rest stays as solid. All solids
    with a sourced solubility compete at once, with constants at the ionic strength of the water.
    The reagent may be quicklime, slaked lime or limestone as an assay, or an alkali solution.

    Fails where: gypsum stays supersaturated (it does for hours without seed), hydroxides drag
    others along, or the brine is stronger than some 1 mol/L.
    """

    kind: ClassVar[str] = "lime-treatment"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("Lime: an assay of Ca(OH)2, CaO or CaCO3.", drawable=True)
    to_pH: float = setting("-", "p[H] to reach", minimum=2, maximum=12.4)
    used: float = setting(
        "-", "Share of the lime that dissolves", default=0.95, minimum=0.1, maximum=1
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        basis = liquor.basis
        guesses = memory or tuple(Guess.none() for _ in range(_ROUNDS))
        fresh = reagent.reagent.amounts if reagent.reagent is not None else basis.zeros()
        idle = (1 - self.used) * fresh * _slakable(basis)
        active = slaked(basis, fresh - idle)
        start = liquor.amounts + slaked(basis, reagent.stream.amounts)
        slurry, drawn, findings = start, 0.0, ()
        strength, aim = ionic_strength(start, basis.solution), self.to_pH
        slope, last = 1.0, None
        for guess in guesses:
            solution = self.solution(basis, strength)
            reached, drawn, findings = None, 0.0, ()
            try:
                if active.any():
                    drawn = dose_to_p_h(start, active, aim, solution, guess)
                    reached = aim
            except OutOfReach:
                text = f"no amount of the reagent brings the water to p[H] {self.to_pH:g}"
                findings = (Finding(name, f"{text}; none is dosed"),)
                slurry = equilibrate(start, solution, guess)
                break
            slurry = equilibrate(start + drawn * active, solution, guess, dosed_to=reached)
            strength = ionic_strength(slurry, basis.solution)
            # p[H] is asked for as every stream tells it, with constants at infinite dilution.
            told = p_h(slurry, basis.solution)
            if last is not None and aim != last[0]:
                slope = min(max((told - last[1]) / (aim - last[0]), _FLATTEST), _STEEPEST)
            last, aim = (aim, told), aim + (self.to_pH - told) / slope
        return self.outcome(name, liquor, slurry + drawn * idle, drawn, findings, guesses)


@dataclass(frozen=True, kw_only=True)
class FluorideRemoval(CalciumTreatment):
    """Takes fluoride down with calcium, to what calcium fluoride leaves dissolved.

    The dose is relative to 1 Ca per 2 F and counts the calcium that the water brings. How much
    fluoride stays rests on the solubility product, over which databases differ by a factor of
    two in the fluoride left: choose one, or give your own.

    Fails where: aluminium, iron or boron hold fluoride as complexes, fine fluoride passes the
    clarifier, or phosphate and sulfate take the calcium.
    """

    kind: ClassVar[str] = "fluoride-removal"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("What brings the calcium: lime or calcium chloride.", drawable=True)
    dose: float = setting("-", "mol of calcium per mol that fluoride binds", minimum=0, maximum=100)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        basis = liquor.basis
        wanted = self.dose * (liquor[_FLUORIDE] + liquor["HF"]) / 2 - liquor[_CALCIUM]
        given, drawn, finding = top_up(
            name, reagent, max(wanted, 0.0), lambda stream: stream.amount("Ca"), "calcium"
        )
        start = liquor.amounts + slaked(basis, given)
        return self.settled(name, liquor, start, drawn, finding, memory)


@dataclass(frozen=True, kw_only=True)
class Softening(CalciumTreatment):
    """Takes calcium out with soda, before membranes and towers that it would scale.

    The dose is relative to 1 CO3 per Ca and counts the carbonate that the water brings. Calcium
    goes down as calcite; magnesium and what is left of metals as hydroxide where p[H] is high
    enough, so soften while the water is alkaline.

    Fails where: magnesium is many times the calcium, or phosphate keeps calcite from growing.
    """

    kind: ClassVar[str] = "softening"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("What brings carbonate: soda.", drawable=True)
    dose: float = setting("-", "mol of carbonate per mol of calcium", minimum=0, maximum=20)

    def reach(self, names: frozenset[str]) -> set[str]:
        return super().reach(names | set(_CARBONATE)) | set(_CARBONATE)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        wanted = max(self.dose * liquor[_CALCIUM] - _carbonate(liquor), 0.0)
        given, drawn, finding = top_up(name, reagent, wanted, _carbonate, "carbonate")
        return self.settled(name, liquor, liquor.amounts + given, drawn, finding, memory)


def _carbonate(stream: Stream) -> float:
    """Dissolved carbonate in whatever form [mol/s]."""
    return sum(stream[form] for form in _CARBONATE)


def slaked(basis: Basis, amounts: np.ndarray) -> np.ndarray:
    """`amounts` [mol/s] with all lime dissolved; quicklime may leave water wanting."""
    extents = {
        _slaking(solid): float(amounts[basis.index[solid]])
        for solid in _SLAKING
        if solid in basis.index
    }
    return react(basis, amounts, extents)


def _slakable(basis: Basis) -> np.ndarray:
    return np.array([name in _SLAKING for name in basis.names], dtype=float)


def _card(liquor: Stream, slurry: Stream) -> Card:
    litres = slurry.volume("aqueous")
    return Card(
        (
            ("p[H]", slurry.pH, "-"),
            ("fluoride left", _milligrams(slurry, "F", litres), "mg/L"),
            ("calcium left", _milligrams(slurry, "Ca", litres), "mg/L"),
            ("solids", ratio(slurry.mass_of("solid"), liquor.volume("aqueous")), "kg/m3"),
        )
    )


def _milligrams(stream: Stream, element: str, volume: float) -> float:
    dissolved = stream.only("aqueous").element_masses.get(element, 0.0)
    return ratio(1000 * dissolved, volume)


@cache
def _slaking(solid: str) -> Reaction:
    return Reaction.of(_SLAKING[solid])


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    found = (
        *hydroxides(sorted(names)),
        *(s for family in ("sulfate", "fluoride", "carbonate") for s in solids_of(family, names)),
    )
    return (*found, "CO2(g)") if "CO3-2" in names else found


@cache
def _ordered(basis: Basis) -> tuple[str, ...]:
    possible = set(_solids(frozenset(basis.names)))
    return tuple(name for name in basis.names if name in possible)
