"""Grain-boundary diffusion: terbium or dysprosium into finished magnets from their faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.facts import Fact
from ytterby.units.alloy import HEAVY
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit

_LIGHT = ("La", "Ce", "Pr", "Nd")
_HYDROGEN = "H2(g)"


@dataclass(frozen=True, kw_only=True)
class GrainBoundaryDiffusion(Unit):
    """Diffuses heavy rare earth into magnets, and says what alloying would have taken.

    Source is drawn for `uptake` over a sourced utilisation. Of fluoride, REF3 + Nd = RE + NdF3,
    where each light rare earth of the magnet gives way in proportion; hydride sets H2 free;
    metal goes in as it is. What did not diffuse and the light fluoride are brushed off.

    The gain in coercivity is k x, with k sourced for each element by diffusion and by alloying;
    their ratio says which share of it an alloy of the same coercivity would hold. Fails where:
    the magnet is thicker than the sourced depth, or x lies beyond some 1 %, where gains level off.
    """

    kind: ClassVar[str] = "grain-boundary-diffusion"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "magnet": "magnets with the heavy rare earth [solid]",
        "residue": "source that did not diffuse, light fluoride [solid]",
        "offgas": "hydrogen of a hydride [gas]",
    }

    magnet: Any = inlet("Machined magnets, clean.")
    source: Any = inlet(
        "Fluoride, hydride or metal of Tb or Dy; recovered first, fresh tops it up.", drawable=True
    )
    uptake: float = setting(
        "-", "Heavy rare earth taken up per mass of magnet, such as 0.4 %", minimum=0, maximum=0.02
    )
    thickness: float = setting("m", "Thickness of the magnets", minimum=0.0001, maximum=0.1)
    temperature: float = setting("K", "Temperature of diffusion", minimum=973, maximum=1323)
    utilisation: Fact = sourced(
        "diffusion.utilisation", "Share of the source that diffuses in", minimum=0.01, maximum=1
    )
    depth: Fact = sourced("diffusion.depth", "Thickness through which it works", unit="m")
    by_diffusion: FactTable = sourced_table(
        "diffusion.coercivity", "Coercivity gained per mass share diffused in", unit="A/m"
    )
    by_alloying: FactTable = sourced_table(
        "alloying.coercivity", "Coercivity gained per mass share alloyed", unit="A/m"
    )
    energy: Fact = sourced("diffusion.energy", "Electricity per mass of magnet", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        sources = {e for e in HEAVY if f"{e}F3(s)" in names or f"{e}H2(s)" in names}
        fluorides = any(f"{e}F3(s)" in names for e in HEAVY)
        made = {f"{e}F3(s)" for e in _LIGHT if fluorides and f"{e}(s)" in names}
        return made | {f"{e}(s)" for e in sources} | {_HYDROGEN}

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        magnet = inlets["magnet"].stream
        basis = magnet.basis
        utilisation = self.utilisation.value
        source, drawn, finding = top_up(
            name,
            inlets["source"],
            self.uptake * magnet.mass / utilisation,
            _heavy,
            "source",
        )
        diffusing = utilisation * source * _usable(basis)
        diffusing *= _limited(basis, magnet, diffusing)
        gained, residue, gas = _exchange(basis, magnet.amounts, diffusing)
        after = Stream(basis, magnet.amounts + gained)
        return Outcome(
            outlets={
                "magnet": after,
                "residue": Stream(basis, source - diffusing + residue),
                "offgas": Stream(basis, gas, self.temperature),
            },
            drawn={"source": drawn},
            duties={"electricity": after.mass * self.energy.si("J/kg") * (self.uptake > 0)},
            findings=(
                *((finding,) if finding else ()),
                *self._findings(name, after, Stream(basis, diffusing)),
            ),
        )

    def alloyed_instead(self, magnet: Stream, taken: Stream) -> dict[str, float]:
        """Mass share [-] of each heavy rare earth that alloying would have to add for what
        `taken` adds to the coercivity of `magnet`."""
        masses = taken.element_masses
        return {
            e: masses[e] / magnet.mass * self.by_diffusion[e].value / self.by_alloying[e].value
            for e in HEAVY
            if masses.get(e, 0.0) > 0 and e in self.by_diffusion and e in self.by_alloying
        }

    def _findings(self, name: str, magnet: Stream, taken: Stream) -> list[Finding]:
        found = []
        if self.uptake and self.thickness > self.depth.si("m"):
            text = f"magnets of {self.thickness * 1000:.3g} mm are thicker than diffusion reaches, "
            found.append(Finding(name, text + f"{self.depth.si('m') * 1000:.3g} mm"))
        instead = self.alloyed_instead(magnet, taken)
        if instead:
            masses = taken.element_masses
            told = ", ".join(
                f"{masses[e] / magnet.mass:.2%} {e} diffused in does what {share:.2%} alloyed would"
                for e, share in instead.items()
            )
            found.append(Finding(name, told, "note"))
        return found


def _heavy(source: Stream) -> float:
    """Mass of the heavy rare earth that can diffuse in [kg/s]."""
    usable = Stream(source.basis, source.amounts * _usable(source.basis))
    return sum(usable.element_masses.get(e, 0.0) for e in HEAVY)


@cache
def _usable(basis: Basis) -> np.ndarray:
    """1 for each species of the source that can diffuse in."""
    forms = {f"{e}{form}(s)" for e in HEAVY for form in ("", "H2", "F3")}
    return np.array([float(name in forms) for name in basis.names])


def _limited(basis: Basis, magnet: Stream, diffusing: np.ndarray) -> float:
    """Share of the fluoride for which the magnet has light rare earth to give, 1 as a rule."""
    fluoride = sum(diffusing[basis.index[f"{e}F3(s)"]] for e in HEAVY if f"{e}F3(s)" in basis.index)
    light = sum(magnet[f"{e}(s)"] for e in _LIGHT)
    return min(1.0, light / fluoride) if fluoride > 0 else 1.0


def _exchange(
    basis: Basis, magnet: np.ndarray, diffusing: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(change of the magnet, light fluoride, hydrogen) [mol/s]."""
    gained, residue, gas = basis.zeros(), basis.zeros(), basis.zeros()
    fluoride = 0.0
    for element in HEAVY:
        amounts = {
            form: float(diffusing[basis.index[f"{element}{form}(s)"]])
            for form in ("", "H2", "F3")
            if f"{element}{form}(s)" in basis.index
        }
        if not any(amounts.values()):
            continue
        gained[basis.index[f"{element}(s)"]] += sum(amounts.values())
        gas[basis.index[_HYDROGEN]] += amounts.get("H2", 0.0)
        fluoride += amounts.get("F3", 0.0)
    there = {e: basis.index[f"{e}(s)"] for e in _LIGHT if f"{e}(s)" in basis.index}
    light = sum(float(magnet[place]) for place in there.values())
    for element, place in there.items():
        if fluoride and light:
            given = fluoride * float(magnet[place]) / light
            gained[place] -= given
            residue[basis.index[f"{element}F3(s)"]] += given
    return gained, residue, gas
