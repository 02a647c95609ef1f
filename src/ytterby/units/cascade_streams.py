"""Between streams and the arrays of a cascade: nothing is lost on the way, in or out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ytterby.balance import Basis, Stream
from ytterby.chemistry import Species, complex_of, components, equilibrate
from ytterby.separation import Aqueous, Chemistry, Organic
from ytterby.separation.chemistry import CHARGES
from ytterby.separation.profile import Outlet
from ytterby.separation.response import numbers
from ytterby.units.unit import Inlet

_COUNTER_ION = "Cl-"
_WATER, _PROTON, _HYDROXIDE, _SODIUM = "H2O", "H+", "OH-", "Na+"
_LITRES = 1000


def ion_of(element: str) -> str:
    """The ion as which `element` is extracted: Nd+3, Fe+3, Na+."""
    charge = CHARGES[element]
    return f"{element}+{charge if charge > 1 else ''}"


def exchanging(names: Iterable[str], elements: Iterable[str]) -> dict[str, str]:
    """Ion of each of the `elements` with a constant that is among the species `names`."""
    there = set(names)
    return {e: ion_of(e) for e in elements if e in CHARGES and ion_of(e) in there}


@dataclass(frozen=True, eq=False)
class Components:
    """Which species each component of the cascade stands for.

    names: components, ions that exchange by element and passengers by species.
    species: aqueous species of each. bound: organic species of each that exchanges.
    """

    names: tuple[str, ...]
    species: tuple[str, ...]
    bound: tuple[str | None, ...]

    @staticmethod
    def of(basis: Basis, elements: tuple[str, ...], extractant: str) -> Components:
        return _components(basis, elements, extractant)

    def charges(self) -> np.ndarray:
        return np.array([Species.of(name).charge for name in self.species], dtype=float)


@cache
def _components(basis: Basis, elements: tuple[str, ...], extractant: str) -> Components:
    ions = exchanging(basis.names, elements)
    masters = [basis.names[i] for i in basis.solution.places[0]]
    passengers = [name for name in masters if name not in ions.values() and name != _COUNTER_ION]
    passengers.append(_WATER)
    return Components(
        names=(*ions, *passengers),
        species=(*ions.values(), *passengers),
        bound=(
            *(complex_of(ion, extractant) for ion in ions.values()),
            *(None for _ in passengers),
        ),
    )


def chemistry_of(
    known: Components,
    log_K: Mapping[str, float],
    extractant: str,
    activity: float,
    reference: float,
) -> Chemistry:
    """Distribution of the components; `reference` dimer [mol/L]."""
    constants = np.array(
        [
            log_K[name] if bound else -np.inf
            for name, bound in zip(known.names, known.bound, strict=True)
        ]
    )
    charges = known.charges()
    return Chemistry(
        components=known.names,
        charge=charges,
        slope=np.where(np.isfinite(constants), charges, 0.0),
        log_K=constants,
        extractant=extractant,
        curvature=activity,
        reference=reference,
    )


def aqueous_of(stream: Stream, known: Components, flow: float | None = None) -> Aqueous:
    """The aqueous phase of `stream` as a feed, at its own flow or at `flow` [L/s]."""
    volume = stream.volume("aqueous") * _LITRES
    amounts, protons = components(stream.amounts, stream.basis.solution)
    return Aqueous(
        flow=volume if flow is None else flow,
        concentrations={
            name: amounts[species] / volume if volume > 0 else 0.0
            for name, species in zip(known.names, known.species, strict=True)
        },
        acid=protons / volume if volume > 0 else 0.0,
    )


def supply(inlet: Inlet, phase: str, volume: float) -> tuple[np.ndarray, float, bool]:
    """(amounts [mol/s], kg/s drawn, surplus) of an inlet brought to `volume` [m3/s] of a phase.

    Determined streams come first, the reagent fills up; a surplus is scaled down and told of.
    """
    there = inlet.stream.volume(phase)  # type: ignore[arg-type]
    if there > volume:
        return inlet.stream.amounts * (volume / there), 0.0, True
    if inlet.reagent is None:
        scale = volume / there if there > 0 else 0.0
        return inlet.stream.amounts * scale, 0.0, scale > 1
    drawn = (volume - there) / inlet.reagent.volume(phase)  # type: ignore[arg-type]
    return inlet.stream.amounts + drawn * inlet.reagent.amounts, drawn, False


@dataclass(frozen=True, eq=False)
class Solvent:
    """The organic as it enters the cascade at one flow, saponified.

    amounts: organic species [mol/s]. aside: what goes past the cascade into the raffinate: the
    droplets of the returning organic and the water of saponification [mol/s].
    drawn: kg/s of fresh organic; alkali: kg/s of alkali. flow: [m3/s]. surplus: more organic
    returned than the flow.
    """

    amounts: np.ndarray
    aside: np.ndarray
    drawn: float
    alkali: float
    flow: float
    surplus: bool
    extractant: float

    @staticmethod
    def at(
        flow: float,
        organic: Inlet,
        saponify: Inlet | None,
        degree: float,
        extractant: str,
    ) -> Solvent:
        """The solvent at `flow` [m3/s], of which the share `degree` of monomer is neutralised."""
        basis = organic.stream.basis
        entering, drawn, surplus = supply(organic, "organic", flow)
        inside = np.where(basis.masks["organic"], entering, 0.0)
        aside = entering - inside
        dimer, salt = f"{extractant}(org)", complex_of(_SODIUM, extractant)
        total = extractant_in(basis, inside, extractant)
        alkali = 0.0
        if saponify is not None and saponify.reagent is not None and degree > 0:
            free, sodium = inside[basis.index[dimer]], inside[basis.index[salt]]
            wanted = min(max(2 * degree * total - sodium, 0.0), free)
            alkali = wanted / saponify.reagent[_HYDROXIDE]
            inside[basis.index[dimer]] -= wanted
            inside[basis.index[salt]] += wanted
            aside = aside + alkali * saponify.reagent.amounts
            for name, change in ((_SODIUM, -wanted), (_HYDROXIDE, -wanted), (_WATER, wanted)):
                aside[basis.index[name]] += change
        return Solvent(inside, aside, drawn, alkali, flow, surplus, total)

    def as_feed(self, known: Components, basis: Basis) -> Organic:
        """The solvent as the organic feed of a cascade."""
        litres = self.flow * _LITRES
        return Organic(
            flow=litres,
            extractant=self.extractant / litres,
            concentrations={
                name: float(self.amounts[basis.index[bound]]) / litres
                for name, bound in zip(known.names, known.bound, strict=True)
                if bound
            },
        )


def extractant_in(basis: Basis, amounts: np.ndarray, extractant: str) -> float:
    """Dimers of `extractant`, free and bound [mol/s]."""
    return float(dimers_of(basis, extractant) @ amounts)


@cache
def dimers_of(basis: Basis, extractant: str) -> np.ndarray:
    """Dimers of `extractant` in each species [-]."""
    counts = basis.zeros()
    for place, name in enumerate(basis.names):
        ion, _, liquid = name.removesuffix("(org)").rpartition(":")
        if name.endswith("(org)") and liquid == extractant:
            counts[place] = Species.of(ion).charge if ion else 1
    return counts


@cache
def amounts_of(basis: Basis, known: Components, extractant: str) -> np.ndarray:
    """Species that the numbers of an outlet stand for, all but its volume of organic, the aqueous
    phase not in equilibrium: aqueous and organic components, chloride, acid, extractant."""
    n, at = len(known.names), basis.index
    matrix = np.zeros((len(basis.names), 2 * n + 3))
    matrix[[at[name] for name in known.species], range(n)] = 1.0
    for column, bound in enumerate(known.bound, n):
        if bound:
            matrix[at[bound], column] = 1.0
    matrix[at[_COUNTER_ION], 2 * n] += 1.0
    matrix[at[_PROTON], 2 * n + 1] = 1.0
    dimer = at[f"{extractant}(org)"]
    matrix[dimer] = -dimers_of(basis, extractant) @ matrix
    matrix[dimer, 2 * n + 2] = 1.0
    return matrix


def outlet_stream(
    outlet: Outlet, known: Components, solvent: Solvent, like: Stream, extractant: str
) -> Stream:
    """An outlet of the cascade as a stream, its aqueous phase in equilibrium."""
    basis = like.basis
    amounts = amounts_of(basis, known, extractant) @ numbers(outlet)[:-1]
    # Alkali beyond the acid: OH- in place of H+ and water.
    alkali = max(-outlet.acid, 0.0)
    amounts[basis.index[_PROTON]] += alkali
    amounts[basis.index[_HYDROXIDE]] += alkali
    amounts[basis.index[_WATER]] -= alkali
    dimers = dimers_of(basis, extractant)
    diluent = np.where(basis.masks["organic"] & (dimers == 0), solvent.amounts, 0.0)
    amounts += diluent * (outlet.organic_flow / (solvent.flow * _LITRES))
    return Stream(basis, equilibrate(amounts, basis.solution), like.temperature)
