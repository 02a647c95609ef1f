"""Full acid leach: metals and oxides alike go into solution, for whatever acid is fed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from scipy.constants import gas_constant

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Solution, ions_of, oxalate_of, solids_of
from ytterby.facts import Fact
from ytterby.units.dissolution import ANY, acid_need, dissolve, made_from
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.topping import top_up_leach
from ytterby.units.unit import Inlet, Outcome, Unit, outside_windows

_FERRIC_HYDROXIDE = "Fe(OH)3(s)"


@dataclass(frozen=True, kw_only=True)
class FullLeach(Unit):
    """Dissolves metal, oxide, hydroxide and phosphor in an excess of acid, for a time.

    Each solid j dissolves by X_j(t) = 1 - (1 - X_j)^e with the exposure
    e = (time / reference time) exp(-Ea/R (1/T - 1/T0)), where X_j is its sourced extent at the
    reference. Metals set hydrogen free. The dose is relative to the acid that the solid takes up
    at its sourced extents; when p[H] rises to `end_pH` dissolution rests. Iron(III) hydrolyses
    where the acid cannot hold it, and sulfate brings down gypsum, barium and lead.

    Fails where: the grind differs from that of the sourced extents, phosphate comes down again
    as rare earth phosphate, or iron(II) is oxidised by air.
    """

    kind: ClassVar[str] = "full-leach"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "pregnant liquor with the residue [solid, aqueous]",
        "offgas": "hydrogen from metal, chlorine from ceria, carbon dioxide [gas]",
    }

    solid: Any = inlet("What is leached.")
    acid: Any = inlet("Recycled acid first, fresh acid tops it up to the dose.", drawable=True)
    water: Any = inlet("Water, tops the liquid up to the ratio.", drawable=True, required=False)
    acid_dose: float = setting(
        "-", "mol of acid per mol that what dissolves takes up", minimum=0.05, maximum=20
    )
    liquid_to_solid: float = setting(
        "m3/kg", "Liquid per mass of solid, such as 10 L/kg", minimum=0.0005, maximum=0.1
    )
    temperature: float = setting("K", "Temperature of the leach", minimum=273.15, maximum=420)
    time: float = setting("s", "Time of the leach", minimum=60, maximum=360000)
    end_pH: float = setting("-", "p[H] at which dissolution comes to rest", default=2.5)
    extent: FactTable = sourced_table(
        "leach.full.extent", "Share of each kind of solid that dissolves", maximum=1.0
    )
    reference_time: Fact = sourced("leach.full.time", "Time of the sourced extents", unit="s")
    reference_temperature: Fact = sourced(
        "leach.full.temperature", "Temperature of the sourced extents", unit="K"
    )
    activation_energy: Fact = sourced(
        "leach.full.activation-energy", "Apparent activation energy", unit="J/mol"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        made = {"H+", "H2O"} | made_from(names, ANY)
        made |= {_FERRIC_HYDROXIDE, "Fe+3"} if "Fe+3" in names | made else set()
        return made | set(_solids(frozenset(names | made)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        extents = {key: fact.value for key, fact in self.extent.items()}
        wanted = self.acid_dose * acid_need(basis, solid.amounts, extents)
        liquid, drawn, findings = top_up_leach(name, inlets, wanted, self.liquid_to_solid)
        start = solid.amounts + liquid
        asked = self.exposure()
        end, exposure = dissolve(basis, start, extents, _solution(basis), self.end_pH, asked, ANY)
        findings += outside_windows(
            name, self.extent.values(), temperature=self.temperature, time=self.time
        )
        if exposure < asked:
            text = f"acid is spent at {exposure / asked:.0%} of the full exposure; dose more acid"
            findings.append(Finding(name, text))
        gas = basis.masks["gas"]
        slurry = Stream(basis, end * ~gas, self.temperature)
        return Outcome(
            outlets={"slurry": slurry, "offgas": Stream(basis, end * gas, self.temperature)},
            drawn=drawn,
            findings=tuple(findings),
            detail={"exposure": exposure, "pH": slurry.pH},
        )

    def exposure(self) -> float:
        """Time and temperature together, 1 at the reference [-]."""
        colder = 1 / self.temperature - 1 / self.reference_temperature.si("K")
        rate = math.exp(-self.activation_energy.si("J/mol") / gas_constant * colder)
        return self.time / self.reference_time.si("s") * rate


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    iron = [_FERRIC_HYDROXIDE] if "Fe+3" in names else []
    oxalates = [oxalate_of(e) for e in RARE_EARTHS if ions_of(oxalate_of(e)) <= names]
    return (*iron, *oxalates, *solids_of("sulfate", names))


@cache
def _solution(basis: Basis) -> Solution:
    return Solution.of(basis.names, _solids(frozenset(basis.names)))
