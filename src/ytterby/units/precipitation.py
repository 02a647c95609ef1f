"""Precipitation of rare earths or impurities with carbonate, fluoride, sulfide or sulfate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import (
    RARE_EARTHS,
    Guess,
    Reaction,
    Solution,
    equilibrate,
    hydroxides,
    solids_of,
)
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit, react

_SULFIDES = ("Cu+2", "Pb+2", "Zn+2", "Ni+2", "Co+2")
_BIVALENT = (*_SULFIDES, "Mn+2", "Fe+2")
_FORMS = {
    "carbonate": ("CO3-2", "HCO3-", "H2CO3"),
    "fluoride": ("F-", "HF"),
    "sulfide": ("HS-", "H2S"),
    "sulfate": ("SO4-2", "HSO4-"),
}


def _rare_earths(count: float) -> dict[str, float]:
    return {f"{element}+3": count for element in RARE_EARTHS}


_GASES = {"carbonate": ("CO2(g)",), "sulfide": ("H2S(g)",)}


@dataclass(frozen=True, kw_only=True)
class Precipitation(Unit):
    """What precipitations by an anion share: a dose relative to the metals it is meant for.

    family: of solids. binds: mol of the anion per mol of each metal it is meant for.
    """

    family: ClassVar[str]
    binds: ClassVar[Mapping[str, float]]
    with_hydroxides: ClassVar[bool] = True
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the solids in their mother liquor [solid, aqueous]",
        "offgas": "carbon dioxide or hydrogen sulfide beyond one atmosphere [gas]",
    }

    liquor: Any = inlet("What is precipitated from.")
    reagent: Any = inlet("What brings the anion.", drawable=True)
    dose: float = setting(
        "-", "mol of the anion per mol that the metals meant bind", minimum=0.001, maximum=100
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        return set(_solids(self.family, self.with_hydroxides, names))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor = inlets["liquor"].stream
        basis = liquor.basis
        bound = sum(count * liquor[ion] for ion, count in self.binds.items())
        wanted = self.dose * bound - self._anion(liquor)
        reagent, drawn, finding = top_up(name, inlets["reagent"], wanted, self._anion, self.family)
        guess = memory or Guess.none()
        solution = _solution(basis, self.family, self.with_hydroxides)
        after = equilibrate(liquor.amounts + reagent, solution, guess)
        gas = basis.masks["gas"]
        return Outcome(
            outlets={
                "slurry": Stream(basis, after * ~gas, liquor.temperature),
                "offgas": Stream(basis, after * gas, liquor.temperature),
            },
            drawn={"reagent": drawn},
            findings=(finding,) if finding else (),
            memory=guess,
        )

    def _anion(self, stream: Stream) -> float:
        """The anion in whatever dissolved form [mol/s]."""
        return sum(stream[form] for form in _FORMS[self.family])


@dataclass(frozen=True, kw_only=True)
class CarbonatePrecipitation(Precipitation):
    """Precipitates rare earth carbonate with soda or ammonium bicarbonate.

    Carbonates and hydroxides form up to their solubility, weak acids in equilibrium; carbon
    dioxide leaves beyond one atmosphere. The dose is relative to 3 CO3 per 2 RE and
    1 CO3 per Co, Ni, Cu, Zn, Mn, Pb and Fe(II), which come down as well.

    Fails where: hydroxycarbonates or sodium double carbonates form, or the solid is fresh and
    amorphous (the constants are of aged solids), or the brine is strong.
    """

    kind: ClassVar[str] = "carbonate-precipitation"
    grade: ClassVar = "mechanistic"
    family: ClassVar[str] = "carbonate"
    binds: ClassVar[Mapping[str, float]] = _rare_earths(3 / 2) | dict.fromkeys(_BIVALENT, 1.0)


@dataclass(frozen=True, kw_only=True)
class FluoridePrecipitation(Precipitation):
    """Precipitates rare earth fluoride with hydrofluoric acid or sodium fluoride.

    Fluorides of rare earths, calcium, magnesium and thorium form up to their solubility, HF in
    equilibrium. The dose is relative to 3 F per RE.

    Fails where: aluminium, iron(III) or thorium hold fluoride in solution as complexes, which
    are not reckoned with: dose for them on top.
    """

    kind: ClassVar[str] = "fluoride-precipitation"
    grade: ClassVar = "mechanistic"
    family: ClassVar[str] = "fluoride"
    binds: ClassVar[Mapping[str, float]] = _rare_earths(3)
    with_hydroxides: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class SulfidePrecipitation(Precipitation):
    """Removes copper, lead, zinc, nickel and cobalt as sulfides.

    Sulfides form up to their solubility, hydrogen sulfide in equilibrium and leaving beyond one
    atmosphere; rare earths stay, unless the pH rises to their hydroxides. The dose is relative
    to 1 S per Cu, Pb, Zn, Ni and Co.

    Fails where: sulfides of nickel and cobalt are slow to form (fresh and aged solids lie four
    and more decades apart), or iron(III) oxidises sulfide.
    """

    kind: ClassVar[str] = "sulfide-precipitation"
    grade: ClassVar = "mechanistic"
    family: ClassVar[str] = "sulfide"
    binds: ClassVar[Mapping[str, float]] = dict.fromkeys(_SULFIDES, 1.0)


@dataclass(frozen=True, kw_only=True)
class DoubleSulfatePrecipitation(Precipitation):
    """Precipitates rare earths as sodium double sulfate, NaRE(SO4)2.H2O.

    A sourced yield of each rare earth comes down, as far as sodium and sulfate go; gypsum, lead
    and barium sulfate besides by their solubility. The dose counts sodium per RE (1 Na per RE).

    Fails where: light rare earths are few: heavy ones stay in solution, and how much of them is
    dragged along has no source. Solubility products were not found, hence yields.
    """

    kind: ClassVar[str] = "double-sulfate-precipitation"
    grade: ClassVar = "fitted"
    family: ClassVar[str] = "sulfate"
    binds: ClassVar[Mapping[str, float]] = _rare_earths(1)
    with_hydroxides: ClassVar[bool] = False
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "the solids in their mother liquor [solid, aqueous]"
    }

    recovered: FactTable = sourced_table(
        "double-sulfate.yield", "Share of each rare earth that comes down", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {_double(e) for e in RARE_EARTHS if f"{e}+3" in names}
        return super().reach(names) | made | {"Na+", "SO4-2"}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor = inlets["liquor"].stream
        basis = liquor.basis
        wanted = self.dose * sum(liquor[ion] for ion in self.binds)
        reagent, drawn, finding = top_up(
            name, inlets["reagent"], wanted, lambda stream: stream["Na+"], "sodium"
        )
        findings = [finding] if finding else []
        mixed = liquor.amounts + reagent
        stream = Stream(basis, mixed, liquor.temperature)
        asked = {
            e: self.recovered[e].value * stream[f"{e}+3"]
            for e in RARE_EARTHS
            if e in self.recovered and stream[f"{e}+3"] > 0
        }
        total = sum(asked.values())
        room = min(stream["Na+"], self._anion(stream) / 2)
        share = min(1.0, room / total) if total > 0 else 0.0
        if share < 1:
            findings.append(
                Finding(name, f"sodium and sulfate go round for {share:.0%} of the yield only")
            )
        made = {_formation(e): share * extent for e, extent in asked.items()}
        formed = basis.zeros()
        for reaction, extent in made.items():
            formed[basis.index[reaction.stoichiometry[0][0]]] = extent
        left = _as_sulfate(basis, mixed)
        left = react(basis, left, made) - formed
        solution = _solution(basis, self.family, self.with_hydroxides)
        guess = memory or Guess.none()
        slurry = equilibrate(left, solution, guess) + formed
        return Outcome(
            outlets={"slurry": Stream(basis, slurry, liquor.temperature)},
            drawn={"reagent": drawn},
            findings=tuple(findings),
            memory=guess,
        )


def _as_sulfate(basis: Basis, amounts: Any) -> Any:
    """`amounts` [mol/s] with bisulfate taken apart, so that its sulfate can be used up."""
    split = Reaction.of("HSO4- = SO4-2 + H+")
    return react(basis, amounts, {split: float(amounts[basis.index["HSO4-"]])})


def _double(element: str) -> str:
    return f"Na{element}(SO4)2.H2O(s)"


@cache
def _formation(element: str) -> Reaction:
    return Reaction.of(f"Na+ + {element}+3 + 2 SO4-2 + H2O = {_double(element)}")


@cache
def _solids(family: str, with_hydroxides: bool, names: frozenset[str]) -> tuple[str, ...]:
    """Solids and gases of the family that the dissolved species `names` can form."""
    gases = tuple(gas for gas in _GASES.get(family, ()) if _FORMS[family][0] in names)
    solids = solids_of(family, names)
    return (*(hydroxides(names) if with_hydroxides else ()), *solids, *gases)


@cache
def _solution(basis: Basis, family: str, with_hydroxides: bool) -> Solution:
    names = frozenset(basis.names)
    ordered = {*_solids(family, with_hydroxides, names)}
    return Solution.of(basis.names, tuple(name for name in basis.names if name in ordered))
