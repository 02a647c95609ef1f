"""Bipolar electrodialysis: a salt brine parted into its acid and its base by current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import Species, equilibrate
from ytterby.facts import Fact
from ytterby.units.card import Card, kilowatt_hours, ratio
from ytterby.units.electrolytic import FARADAY
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.ions import charges
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_PROTON, _HYDROXIDE, _WATER = "H+", "OH-", "H2O"
_MIGHTY = 0.999
"""Share of a salt that can be moved at all [-]."""


@dataclass(frozen=True, kw_only=True)
class BipolarElectrodialysis(Unit):
    """Parts a brine of NaCl, NH4Cl or Na2SO4 into acid and base with bipolar membranes.

    Of the singly charged cations the share `converted` goes into the base with hydroxide, as much
    charge of anions into the acid with protons; the water that splits comes half from each. A
    sourced share of salt leaks into both. Water is drawn until each product has its strength.
    Electricity: E = U F n / efficiency for n equivalents, with voltage U of one triplet and current
    efficiency both between sourced points over the current density.

    Fails where: cations of two charges and more come in (they scale: take them out before),
    ammonia is made (it diffuses back: give the efficiency of your stack), or products above the
    sourced strength are asked for.
    """

    kind: ClassVar[str] = "bipolar-electrodialysis"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "acid": "the acid [aqueous]",
        "base": "the base [aqueous]",
        "diluate": "the brine that is left [solid, aqueous]",
    }

    brine: Any = inlet("Salt brine, without hardness.")
    acid_water: Any = inlet("Water, or weak acid, that becomes the acid.", drawable=True)
    base_water: Any = inlet("Water, or weak base, that becomes the base.", drawable=True)
    converted: float = setting("-", "Share of the salt that is parted", minimum=0.01, maximum=0.99)
    acid_strength: float = setting("mol/m3", "Strength of the acid", minimum=10, maximum=3000)
    base_strength: float = setting("mol/m3", "Strength of the base", minimum=10, maximum=3000)
    current_density: float = setting("A/m2", "Current density", minimum=50, maximum=1000)
    current_efficiency: FactTable = sourced_table(
        "bipolar-electrodialysis.current-efficiency",
        "Equivalents made per charge, by current density [A/m2]",
        minimum=0.05,
        maximum=1.0,
    )
    cell_voltage: FactTable = sourced_table(
        "bipolar-electrodialysis.cell-voltage",
        "Voltage of one triplet, by current density [A/m2]",
        unit="V",
        minimum=0.83,
        maximum=20.0,
    )
    salt_leakage: Fact = sourced(
        "bipolar-electrodialysis.salt-leakage", "Salt in each product per mol made", maximum=0.5
    )
    scaling_metals: Fact = sourced(
        "bipolar-electrodialysis.scaling-metals", "Multivalent cations, at most", unit="kg/m3"
    )
    strongest: Fact = sourced(
        "bipolar-electrodialysis.strongest-product", "Strength that was reached", unit="mol/m3"
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        brine = inlets["brine"].stream
        basis = brine.basis
        cations, anions = _movable(basis)
        moved = self.converted * min(_charge(brine, cations), _charge(brine, anions))
        to_base = _part(brine, cations, moved)
        to_acid = _part(brine, anions, moved)
        rest = brine.amounts - to_base - to_acid
        leak = self._leak(brine, rest, moved, cations, anions)
        sides = {
            "acid": self._made(inlets["acid_water"], basis, to_acid + leak, _PROTON, moved),
            "base": self._made(inlets["base_water"], basis, to_base + leak, _HYDROXIDE, moved),
        }
        outlets = {side: _stream(brine, made) for side, (made, _) in sides.items()}
        outlets["diluate"] = _stream(brine, rest - 2 * leak)
        at = self._at(self.current_density)
        power = at[1] * FARADAY * moved / at[0]
        area = FARADAY * moved / at[0] / self.current_density
        return Outcome(
            outlets=outlets,
            drawn={f"{side}_water": drawn for side, (_, drawn) in sides.items()},
            duties={"electricity": power},
            findings=self._findings(name, brine, to_base),
            detail=_card(brine, outlets, power, area, moved),
        )

    def _at(self, density: float) -> tuple[float, float]:
        """(current efficiency [-], voltage of a triplet [V]) at a current density [A/m2]."""
        found = []
        for facts in (self.current_efficiency, self.cell_voltage):
            points = sorted((_density(key), one.value) for key, one in facts.items())
            places, values = zip(*points, strict=True)
            found.append(float(np.interp(density, places, values)))
        return found[0], found[1]

    def _leak(
        self,
        brine: Stream,
        rest: np.ndarray,
        moved: float,
        cations: np.ndarray,
        anions: np.ndarray,
    ) -> np.ndarray:
        """Salt [mol/s] that leaks into each of the two products, no more than there is."""
        left = Stream(brine.basis, rest)
        there = min(_charge(left, cations), _charge(left, anions))
        leaking = min(self.salt_leakage.value * moved, _MIGHTY * there / 2)
        return _part(left, cations, leaking) + _part(left, anions, leaking)

    def _made(
        self, water: Inlet, basis: Basis, ions: np.ndarray, carrier: str, moved: float
    ) -> tuple[np.ndarray, float]:
        """(product [mol/s], water drawn [kg/s]) at the strength asked for."""
        amounts = ions.copy()
        amounts[basis.index[carrier]] += moved
        amounts[basis.index[_WATER]] -= moved / 2
        strength = self.acid_strength if carrier == _PROTON else self.base_strength
        there = Stream(basis, amounts + water.stream.amounts).volume("aqueous")
        wanted = moved / strength - there
        fresh = water.reagent.volume("aqueous") if water.reagent is not None else 0.0
        drawn = max(wanted, 0.0) / fresh if fresh > 0 else 0.0
        return amounts + with_reagent(water, drawn), drawn

    def _findings(self, name: str, brine: Stream, to_base: np.ndarray) -> tuple[Finding, ...]:
        findings = []
        basis = brine.basis
        hard = (charges(basis) > 1) * brine.amounts * basis.molar_mass
        hardness = ratio(float(hard.sum()), brine.volume("aqueous"))
        limit = self.scaling_metals.si("kg/m3")
        if hardness > limit:
            worst = basis.names[int(np.argmax(hard))]
            text = (
                f"the brine brings {1000 * hardness:.3g} mg/L of multivalent cations, most of it "
                f"{worst}, above {1000 * limit:.3g}: they scale; take them out before"
            )
            findings.append(Finding(name, text))
        for side, strength in (("acid", self.acid_strength), ("base", self.base_strength)):
            if strength > self.strongest.si("mol/m3"):
                text = f"{strength / 1000:.2g} mol/L {side} is stronger than {self.strongest}"
                findings.append(Finding(name, f"{text}: extrapolated", "note"))
        densities = sorted(map(_density, self.current_efficiency))
        if not densities[0] <= self.current_density <= densities[-1]:
            text = (
                f"{self.current_density:g} A/m2 lies outside {densities[0]:g} to {densities[-1]:g}"
            )
            findings.append(Finding(name, f"{text}, where data stand: the nearest are taken"))
        ammonium = to_base[basis.index["NH4+"]] if "NH4+" in basis.index else 0.0
        if 2 * ammonium > to_base.sum() > 0:
            text = "ammonia diffuses back: the efficiency shipped is that of sodium chloride"
            findings.append(Finding(name, f"{text}; give that of your stack"))
        return tuple(findings)


def _density(key: str) -> float:
    """[A/m2] of the key `at-200` of a table."""
    return float(key.removeprefix("at-"))


def _movable(basis: Basis) -> tuple[np.ndarray, np.ndarray]:
    """Which species move: singly charged cations, and anions; protons and hydroxide do not."""
    charge = charges(basis)
    own = np.array([name in (_PROTON, _HYDROXIDE) for name in basis.names])
    return (charge == 1) & ~own, (charge < 0) & ~own


def _charge(stream: Stream, which: np.ndarray) -> float:
    """Equivalents [mol/s] of the species `which`."""
    return float((np.abs(charges(stream.basis)) * stream.amounts)[which].sum())


def _part(stream: Stream, which: np.ndarray, equivalents: float) -> np.ndarray:
    """As much of the species `which`, each in proportion, as carries `equivalents` [mol/s]."""
    there = _charge(stream, which)
    share = equivalents / there if there > 0 else 0.0
    return np.where(which, share * stream.amounts, 0.0)


def _stream(like: Stream, amounts: np.ndarray) -> Stream:
    return Stream(like.basis, equilibrate(amounts, like.basis.solution), like.temperature)


def _card(
    brine: Stream, outlets: Mapping[str, Stream], power: float, area: float, moved: float
) -> Card:
    energy = kilowatt_hours(power)
    acid, base = outlets["acid"], outlets["base"]
    return Card(
        (
            ("electricity", ratio(energy, brine.volume("aqueous")), "kWh/m3 of brine"),
            ("as NaOH", ratio(energy, moved * Species.of("NaOH").molar_mass), "kWh/kg"),
            ("acid", ratio(moved, acid.volume("aqueous")) / 1000, "mol/L"),
            ("base", ratio(moved, base.volume("aqueous")) / 1000, "mol/L"),
            ("triplets of membrane", area, "m2"),
        )
    )
