"""Hydrochloric acid leach of a roasted feed: rare earths into solution, iron left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Solution, oxalate_of
from ytterby.units.dissolution import OXIDES, dissolve, made_from
from ytterby.units.fields import FactTable, inlet, setting, sourced_table
from ytterby.units.topping import top_up_leach
from ytterby.units.unit import (
    Inlet,
    Outcome,
    Unit,
    elements_in,
    outside_windows,
)

FERRIC_HYDROXIDE = "Fe(OH)3(s)"
_LITRES = 1000


@dataclass(frozen=True, kw_only=True)
class AcidLeach(Unit):
    """Dissolves oxides in hydrochloric acid of a chosen dose.

    Each solid j dissolves in parallel by X_j(t) = 1 - (1 - X_j)^t, where X_j is its sourced
    extent at the reference condition and t the exposure: 1 when acid suffices, less when p[H]
    would rise above `end_pH` first. Iron(III) that the acid left over cannot hold hydrolyses to
    hydroxide, and oxalate that a recycled acid brings precipitates rare earths; both by
    equilibrium. The dose counts the acid in recycled streams; fresh acid only tops it up.

    Fails where: temperature, time or grind differ from those of the sourced extents.
    """

    kind: ClassVar[str] = "acid-leach"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "pregnant liquor with the residue [solid, aqueous]",
        "offgas": "chlorine from cerium dioxide, where there is any [gas]",
    }

    solid: Any = inlet("What is leached.")
    acid: Any = inlet("Recycled acid first, fresh acid tops it up to the dose.", drawable=True)
    water: Any = inlet("Water, tops the liquid up to the ratio.", drawable=True, required=False)
    acid_dose: float = setting(
        "-", "mol of acid per 3 mol of rare earth in the solid", minimum=0.1, maximum=20
    )
    liquid_to_solid: float = setting(
        "m3/kg", "Liquid per mass of solid, such as 3 L/kg", minimum=0.0005, maximum=0.1
    )
    temperature: float = setting("K", "Temperature of the leach", minimum=273.15, maximum=420)
    end_pH: float = setting("-", "p[H] at which dissolution comes to rest", default=2.5)
    extent: FactTable = sourced_table(
        "leach.hcl.extent",
        "Share of each kind of solid that dissolves when acid suffices",
        maximum=1.0,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {"H+", "Cl-", "H2O"}
        made |= made_from(names, OXIDES)
        if "Fe" in elements_in(names):
            made |= {FERRIC_HYDROXIDE, "Fe+3"}
        if "C2O4-2" in names:
            made |= {oxalate_of(e) for e in RARE_EARTHS if f"{e}+3" in names | made}
        return made

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        wanted = self.acid_dose * 3 * sum(solid.amount(element) for element in RARE_EARTHS)
        liquid, drawn, findings = top_up_leach(name, inlets, wanted, self.liquid_to_solid)
        start = solid.amounts + liquid
        extents = {key: fact.value for key, fact in self.extent.items()}
        end, exposure = dissolve(basis, start, extents, _solution(basis), self.end_pH)
        findings += outside_windows(name, self.extent.values(), temperature=self.temperature)
        if exposure < 1:
            findings.append(
                Finding(
                    name, f"acid is spent at {exposure:.0%} of the full exposure; dose more acid"
                )
            )
        slurry = Stream(basis, end * ~basis.masks["gas"], self.temperature)
        return Outcome(
            outlets={
                "slurry": slurry,
                "offgas": Stream(basis, end * basis.masks["gas"], self.temperature),
            },
            drawn=drawn,
            findings=tuple(findings),
            detail={"exposure": exposure, "pH": slurry.pH},
        )


@cache
def _solution(basis: Basis) -> Solution:
    """The liquor with ferric hydroxide and rare earth oxalates free to form."""
    solids = [FERRIC_HYDROXIDE] if FERRIC_HYDROXIDE in basis.index else []
    solids += [oxalate_of(e) for e in RARE_EARTHS if oxalate_of(e) in basis.index]
    return Solution.of(basis.names, tuple(solids))
