"""Sintering: compacts to dense magnets, freed of hydrogen and lubricant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Species
from ytterby.facts import Fact
from ytterby.units.alloy import HELD, above_limits, metal_mass, oxides_of, take_up_oxygen
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit

_CARBON, _HYDROGEN, _MONOXIDE = "C(s)", "H2(g)", "CO(g)"
_ORGANIC = {"C", "H", "O"}


@dataclass(frozen=True, kw_only=True)
class Sintering(Unit):
    """Sinters compacts in vacuum to magnets, aged, and holds them against their specification.

    Hydrogen leaves; a lubricant CcHhOo leaves as vapour but for the sourced share that cracks,
    CcHhOo = (c - o) C + o CO + h/2 H2, whose carbon stays. Oxygen picked up binds rare earths.
    What the magnet holds beyond `limits`, or short of metallic rare earths, is told of.

    A share is rejected for cracks and size: it depends on the shop and has to be given. Fails
    where: rare earths evaporate from thin parts, or nitrogen is taken up.
    """

    kind: ClassVar[str] = "sintering"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "magnet": "sintered blocks [solid]",
        "rejects": "cracked and odd blocks [solid]",
        "offgas": "hydrogen, vapour of the lubricant, carbon monoxide, the air left [gas]",
    }

    compact: Any = inlet("Green compacts.")
    air: Any = inlet("Air, of which compacts pick up oxygen.", drawable=True)
    temperature: float = setting("K", "Temperature of sintering", minimum=1173, maximum=1473)
    oxygen_pickup: float = setting(
        "-", "Oxygen picked up per mass of magnet, such as 300 ppm", minimum=0, maximum=0.05
    )
    rejects: float = setting("-", "Share that is rejected", minimum=0, maximum=1)
    metallic: float = setting(
        "-", "Metallic rare earths per mass of magnet, at least", default=0, minimum=0, maximum=0.5
    )
    limits: Frozen = shares("Highest mass share of unwanted elements, {O: 0.2 %}", required=False)
    carbon_left: Fact = sourced(
        "sintering.carbon-left", "Share of the lubricant that leaves its carbon", maximum=1
    )
    energy: Fact = sourced("sintering.energy", "Electricity per mass of magnet", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        vapours = {f"{name.removesuffix('(s)')}(g)" for name in names if _is_organic(name)}
        return oxides_of(names) | {_CARBON, _HYDROGEN, _MONOXIDE} | vapours

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        compact = inlets["compact"].stream
        basis = compact.basis
        gas = np.where(basis.masks["gas"], compact.amounts, 0.0)
        solid = compact.amounts - gas
        solid, gas = self._freed(basis, solid, gas)
        solid, air, drawn, findings = take_up_oxygen(
            name, basis, solid, self.oxygen_pickup, inlets["air"]
        )
        magnet = Stream(basis, (1 - self.rejects) * solid)
        return Outcome(
            outlets={
                "magnet": magnet,
                "rejects": Stream(basis, self.rejects * solid),
                "offgas": Stream(basis, gas + air, self.temperature),
            },
            drawn={"air": drawn},
            duties={"electricity": float(basis.molar_mass @ solid) * self.energy.si("J/kg")},
            findings=(*findings, *self._findings(name, magnet)),
        )

    def _freed(
        self, basis: Basis, solid: np.ndarray, gas: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Solid and gas [mol/s] after hydrogen and lubricant have left."""
        solid, gas = solid.copy(), gas.copy()
        if HELD in basis.index:
            gas[basis.index[_HYDROGEN]] += solid[basis.index[HELD]] / 2
            solid[basis.index[HELD]] = 0.0
        for place, vapour in _organics(basis).items():
            there = float(solid[place])
            if not there:
                continue
            species, cracked = Species.of(basis.names[place]), self.carbon_left.value * there
            oxygen = species.count("O")
            solid[place] = 0.0
            solid[basis.index[_CARBON]] += cracked * (species.count("C") - oxygen)
            gas[vapour] += there - cracked
            gas[basis.index[_MONOXIDE]] += cracked * oxygen
            gas[basis.index[_HYDROGEN]] += cracked * species.count("H") / 2
        return solid, gas

    def _findings(self, name: str, magnet: Stream) -> list[Finding]:
        found = above_limits(name, magnet, self.limits)
        share = metal_mass(magnet, RARE_EARTHS) / magnet.mass if magnet.mass > 0 else 1.0
        if share < self.metallic:
            text = f"metallic rare earths are {share:.2%}, wanted {self.metallic:.2%}: oxygen binds"
            found.append(Finding(name, f"{text} the rest; charge more, or keep air off"))
        return found


@cache
def _is_organic(name: str) -> bool:
    species = Species.of(name)
    held = {element for element, _ in species.atoms}
    whole = species.count("C") >= max(species.count("O"), 1)
    return species.phase == "solid" and {"C", "H"} <= held <= _ORGANIC and whole


@cache
def _organics(basis: Basis) -> dict[int, int]:
    """Place of each solid organic -> place of its vapour."""
    return {
        place: basis.index[f"{name.removesuffix('(s)')}(g)"]
        for place, name in enumerate(basis.names)
        if _is_organic(name) and f"{name.removesuffix('(s)')}(g)" in basis.index
    }
