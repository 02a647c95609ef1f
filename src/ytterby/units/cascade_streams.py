"""Between streams and the arrays of a cascade: nothing is lost on the way, in or out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ytterby.balance import Basis, Stream, empty
from ytterby.chemistry import Complex, complex_of, components, equilibrate
from ytterby.separation import Aqueous, Organic
from ytterby.separation.chemistry import ACID
from ytterby.separation.profile import Outlet
from ytterby.separation.response import numbers
from ytterby.units.extraction import Components, System
from ytterby.units.unit import Inlet

_WATER, _PROTON, _HYDROXIDE = "H2O", "H+", "OH-"
_AMMONIA, _AMMONIUM, _SODIUM = "NH3", "NH4+", "Na+"
_LITRES = 1000
_ROUNDING = 1e-13
_SAME = 1e-9
"""Relative difference up to which a determined stream is what was asked for [-]."""


def aqueous_of(stream: Stream, known: Components, flow: float | None = None) -> Aqueous:
    """The aqueous phase of `stream` as a feed, at its own flow or at `flow` [L/s]."""
    volume = stream.volume("aqueous") * _LITRES
    amounts, protons = components(stream.amounts, stream.basis.solution)
    pairs = zip(known.names, known.species, known.per_mole.tolist(), strict=True)
    return Aqueous(
        flow=volume if flow is None else flow,
        concentrations={
            name: scale * amounts[species] / volume if volume > 0 else 0.0
            for name, species, scale in pairs
            if name != ACID
        },
        acid=protons / volume if volume > 0 else 0.0,
    )


def supply(inlet: Inlet, phase: str, volume: float) -> tuple[np.ndarray, float, float]:
    """(amounts [mol/s], kg/s drawn, surplus) of an inlet brought to `volume` [m3/s] of a phase.

    Determined streams come first, the reagent fills up. A surplus [-], relative to the volume and
    negative where something lacks, is scaled away and must be told of.
    """
    there = inlet.stream.volume(phase)  # type: ignore[arg-type]
    if inlet.reagent is not None and there <= volume:
        drawn = (volume - there) / inlet.reagent.volume(phase)  # type: ignore[arg-type]
        return inlet.stream.amounts + drawn * inlet.reagent.amounts, drawn, 0.0
    if abs(there - volume) <= _SAME * volume:
        return inlet.stream.amounts, 0.0, 0.0
    scale = volume / there if there > 0 else 0.0
    return inlet.stream.amounts * scale, 0.0, there / volume - 1 if volume > 0 else math.inf


@dataclass(frozen=True, eq=False)
class Solvent:
    """The organic as it enters the cascade at one flow, saponified.

    amounts: organic species [mol/s]. aside: what goes past the cascade into the raffinate: the
    droplets of the returning organic and the water of saponification [mol/s].
    drawn: kg/s of fresh organic; alkali: kg/s of alkali. flow: [m3/s]. surplus: of returning
    organic over the flow, relative, negative where some lacks [-]. extractant: units of it, free
    and bound [mol/s]. bases: what neutralised it, by cation [mol/s]. spare: alkali of determined
    streams that was not taken, per monomer, negative where some lacks [-].
    """

    amounts: np.ndarray
    aside: np.ndarray
    drawn: float
    alkali: float
    flow: float
    surplus: float
    extractant: float
    bases: Mapping[str, float]
    spare: float

    @staticmethod
    def at(
        flow: float, organic: Inlet, saponify: Inlet | None, degree: float, system: System
    ) -> Solvent:
        """The solvent at `flow` [m3/s], of which the share `degree` of monomer is neutralised."""
        basis = organic.stream.basis
        entering, drawn, surplus = supply(organic, "organic", flow)
        inside = np.where(basis.masks["organic"], entering, 0.0)
        aside = entering - inside
        total = extractant_in(basis, inside, system.extractant)
        alkali, bases, spare = 0.0, {}, 0.0
        if saponify is not None or degree > 0:
            offered = saponify or Inlet(empty(basis))
            wanted = degree * system.monomers * total
            alkali, bases, spare = _saponified(inside, aside, offered, wanted, system.extractant)
            spare /= system.monomers * total
        return Solvent(inside, aside, drawn, alkali, flow, surplus, total, bases, spare)

    def as_feed(self, known: Components, basis: Basis) -> Organic:
        """The solvent as the organic feed of a cascade."""
        litres = self.flow * _LITRES
        pairs = zip(known.names, known.bound, known.per_mole.tolist(), strict=True)
        held = {
            name: scale * float(self.amounts[basis.index[bound]]) / litres
            for name, bound, scale in pairs
            if bound
        }
        extractant = self.extractant / litres
        if known.system.exchanges:
            # There the protons of the free acid exchange as well.
            held[ACID] = max(extractant - sum(held.values()), 0.0)
        return Organic(flow=litres, extractant=extractant, concentrations=held)


def _saponified(
    inside: np.ndarray, aside: np.ndarray, alkali: Inlet, wanted: float, extractant: str
) -> tuple[float, dict[str, float], float]:
    """Neutralise extractant until `wanted` mol/s are a salt of the alkali: (kg/s drawn, mol/s
    taken by cation, mol/s offered by determined streams beyond that, negative where some lacks).

    Determined streams come first and join whole, the reagent fills up. Salt and free extractant
    change in `inside`, what else the alkali brings joins `aside`.
    """
    at, free = alkali.stream.basis.index, f"{extractant}(org)"
    cation, there = cation_of(alkali.stream)
    filler, per_mass = cation_of(alkali.reagent) if alkali.reagent is not None else (cation, 0.0)
    salts = [salt for ion in (_SODIUM, _AMMONIUM) if (salt := complex_of(ion, extractant)) in at]
    wanted = min(wanted - sum(float(inside[at[salt]]) for salt in salts), float(inside[at[free]]))
    wanted = max(wanted, 0.0)
    aside += alkali.stream.amounts
    taken = min(there, wanted)
    rest = wanted - taken if per_mass > 0 else 0.0
    drawn = rest / per_mass if alkali.reagent is not None and rest else 0.0
    if alkali.reagent is not None:
        aside += drawn * alkali.reagent.amounts
    bases: dict[str, float] = {}
    for ion, base in ((cation, taken), (filler, rest)):
        if base > 0:
            _bind(inside, aside, alkali.stream.basis, ion, base, extractant)
            bases[ion] = bases.get(ion, 0.0) + base
    spare = there - taken - (wanted - taken - rest)
    return drawn, bases, spare if abs(spare) > _SAME * wanted else 0.0


def _bind(
    inside: np.ndarray, aside: np.ndarray, basis: Basis, cation: str, base: float, extractant: str
) -> None:
    """Let `base` mol/s of the hydroxide of `cation` neutralise extractant."""
    inside[basis.index[f"{extractant}(org)"]] -= base
    inside[basis.index[complex_of(cation, extractant)]] += base
    for name, change in ((cation, -base), (_HYDROXIDE, -base), (_WATER, base)):
        aside[basis.index[name]] += change


def cation_of(alkali: Stream) -> tuple[str, float]:
    """The cation that an alkali leaves on the extractant, and mol/s of base in it.

    Ammonia counts whole: what is taken of its few OH- is made up from NH3. Of salts that come
    along neither the cation nor the anion counts, and what water holds of OH- is none.
    """
    hydroxide = alkali[_HYDROXIDE] - alkali[_PROTON]
    ammonia, sodium = alkali[_AMMONIA] + alkali[_AMMONIUM], alkali[_SODIUM]
    if ammonia > sodium:
        cation, base = _AMMONIUM, min(alkali[_AMMONIA] + hydroxide, ammonia)
    else:
        cation, base = _SODIUM, min(hydroxide, sodium)
    return cation, base if base > _SAME * float(alkali.amounts.sum()) else 0.0


def extractant_in(basis: Basis, amounts: np.ndarray, extractant: str) -> float:
    """Units of `extractant`, free and bound: dimers where it stands as such [mol/s]."""
    return float(units_of(basis, extractant) @ amounts)


@cache
def units_of(basis: Basis, extractant: str) -> np.ndarray:
    """Units of `extractant` in each species: dimers where it stands as such [-]."""
    counts = basis.zeros()
    for place, name in enumerate(basis.names):
        if name.endswith(f"{extractant}(org)"):
            counts[place] = Complex.of(name).units
    return counts


@cache
def amounts_of(basis: Basis, known: Components) -> np.ndarray:
    """Species that the numbers of an outlet stand for, all but its volume of organic, the aqueous
    phase not in equilibrium: aqueous and organic components, counter-ion, acid, extractant."""
    n, at, system = len(known.names), basis.index, known.system
    matrix = np.zeros((len(basis.names), 2 * n + 3))
    matrix[[at[name] for name in known.species], range(n)] = 1 / known.per_mole
    for column, bound in enumerate(known.bound, n):
        if bound:
            matrix[at[bound], column] = 1 / known.per_mole[column - n]
    matrix[at[system.counter_ion], n : 2 * n] -= known.anions / known.per_mole
    matrix[at[system.counter_ion], 2 * n] += 1.0
    matrix[at[_PROTON], 2 * n + 1] += 1.0
    free = at[f"{system.extractant}(org)"]
    matrix[free] = -units_of(basis, system.extractant) @ matrix
    matrix[free, 2 * n + 2] = 1.0
    return matrix


def outlet_stream(outlet: Outlet, known: Components, solvent: Solvent, like: Stream) -> Stream:
    """An outlet of the cascade as a stream, its aqueous phase in equilibrium."""
    basis, system = like.basis, known.system
    amounts = amounts_of(basis, known) @ numbers(outlet)[:-1]
    # Of sulfate liquors the charges leave a rounding, which is no chloride.
    counter_ion = basis.index[system.counter_ion]
    if abs(amounts[counter_ion]) <= _ROUNDING * float(np.abs(known.charge) @ outlet.aqueous):
        amounts[counter_ion] = 0.0
    # Alkali beyond the acid: OH- in place of H+ and water.
    alkali = max(-outlet.acid, 0.0)
    amounts[basis.index[_PROTON]] += alkali
    amounts[basis.index[_HYDROXIDE]] += alkali
    amounts[basis.index[_WATER]] -= alkali
    units = units_of(basis, system.extractant)
    diluent = np.where(basis.masks["organic"] & (units == 0), solvent.amounts, 0.0)
    amounts += diluent * (outlet.organic_flow / (solvent.flow * _LITRES))
    return Stream(basis, equilibrate(amounts, basis.solution), like.temperature)
