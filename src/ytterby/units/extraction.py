"""What extracts in a cascade, and as which species: between components and the species list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ytterby.balance import Basis
from ytterby.chemistry import DIMERS, RARE_EARTHS, SOLVATING, Complex, Species, complex_of
from ytterby.facts import UnknownFact, fact
from ytterby.separation import Chemistry
from ytterby.separation.chemistry import ACID, CHARGES, COMPLETE, shifted
from ytterby.separation.constants import Constants, acidic, prefix_of, solvating

ANIONS = {"chloride": "Cl-", "nitrate": "NO3-", "sulfate": "Cl-"}
"""Anion of a liquor -> the counter-ion of the cascade; sulfate is a component of its own beside it,
and there may be none of the counter-ion."""
ACID_OF = {"chloride": "HCl", "nitrate": "HNO3", "sulfate": "H2SO4"}
MODELS = ("mass-action", "exchange")
_PROTON, _WATER, _SULFATE, _NITRIC = "H+", "H2O", "SO4-2", "HNO3"
_OXO_CATIONS = {"U": "UO2+2"}
_STRENGTH = "1M"
"""Ionic strength at which the complexes of sulfate are taken."""
ALKALIS = ("Na", "NH4")
WATCHED = (*RARE_EARTHS, "Th", "U")
"""Elements that are never taken to stay in the liquor for want of a constant."""


def ion_of(element: str) -> str:
    """The ion as which `element` is extracted: Nd+3, Fe+3, UO2+2, Na+."""
    charge = CHARGES[element]
    return _OXO_CATIONS.get(element) or f"{element}+{charge if charge > 1 else ''}"


@dataclass(frozen=True)
class System:
    """An extractant in a medium, and how its distribution is reckoned.

    extractant: a key of EXTRACTANTS. anion: a key of ANIONS. model: one of MODELS.
    """

    extractant: str
    anion: str
    model: str

    @property
    def solvates(self) -> bool:
        """Whether metals come with their anions, and protons stay out of it."""
        return self.extractant in SOLVATING

    @property
    def exchanges(self) -> bool:
        """Whether constant separation factors part the elements, counted in equivalents."""
        return self.model == "exchange"

    @property
    def counter_ion(self) -> str:
        """The monovalent anion that keeps the aqueous neutral."""
        return ANIONS[self.anion]

    @property
    def facts(self) -> str:
        """How the facts on its constants begin: `p507`, `tbp.nitrate`."""
        prefix = prefix_of(self.extractant)
        return f"{prefix}.{self.anion}" if self.solvates else prefix

    def fact(self, *names: str, otherwise: str) -> str:
        """The first of the facts on the extractant that there is, or another."""
        return _first(tuple(f"{self.facts}.{name}" for name in names), otherwise)

    @cached_property
    def constants(self) -> Constants:
        """The shipped constants; raises UnknownFact where there are none for the medium."""
        if self.solvates:
            return solvating(self.extractant, self.anion)
        return acidic(self.extractant, None)

    def bound(self, component: str) -> str:
        """The organic species of a component: Nd+3:P507(org), UO2+2.2NO3-:2TBP(org)."""
        ion = _PROTON if component == ACID else ion_of(component)
        charge = Species.of(ion).charge
        anions = self.constants.anions.get(component, charge if self.solvates else 0)
        # The exponent counts the extractant of a solvate, and of an ion that takes anions along.
        counted = self.solvates or component in self.constants.anions
        units = round(self.constants.order.get(component, charge)) if counted else 0
        return complex_of(
            ion, self.extractant, units=units, anion=self.counter_ion, anions=round(anions)
        )

    @property
    def monomers(self) -> int:
        """Molecules in a unit of extractant [-]."""
        return 2 if self.extractant in DIMERS else 1


@cache
def _first(names: tuple[str, ...], otherwise: str) -> str:
    for name in names:
        try:
            return fact(name).name
        except UnknownFact:
            continue
    return otherwise


@dataclass(frozen=True, eq=False)
class Components:
    """Which species each component of the cascade stands for.

    names: components, ions that exchange by element and passengers by species.
    species: aqueous species of each. bound: organic species of each that exchanges, None else.
    charge: of the aqueous species [-]. units: extractant in the bound species, anions: counter-ions
    that came with it [-]. per_mole: what the cascade counts per mole, one or equivalents [-].
    """

    system: System
    names: tuple[str, ...]
    species: tuple[str, ...]
    bound: tuple[str | None, ...]
    charge: np.ndarray
    units: np.ndarray
    anions: np.ndarray
    per_mole: np.ndarray

    @staticmethod
    def of(basis: Basis, system: System, elements: tuple[str, ...]) -> Components:
        """Those among the species of a plant; `elements` that have a constant are extracted."""
        return _components(basis, system, elements)


def extracted(system: System, names: Iterable[str], elements: Iterable[str]) -> dict[str, str]:
    """The ion of each of the `elements` with a constant that is among the species `names`."""
    there = set(names)
    found = {e: ion_of(e) for e in elements if e in CHARGES and ion_of(e) in there}
    if system.solvates and _NITRIC in elements:
        found[ACID] = _PROTON
    return found


@cache
def _components(basis: Basis, system: System, elements: tuple[str, ...]) -> Components:
    ions = extracted(system, basis.names, elements)
    masters = [basis.names[i] for i in basis.solution.places[0]]
    taken = {*ions.values(), system.counter_ion}
    passengers = [name for name in masters if name not in taken] + [_WATER]
    ligand = _SULFATE if system.anion == "sulfate" else None
    names = ["SO4" if name == ligand else name for name in passengers]
    if (system.solvates or system.exchanges) and ACID not in ions:
        names.append(ACID)
        passengers.append(_PROTON)
    species = (*ions.values(), *passengers)
    bound = (*map(system.bound, ions), *(None for _ in passengers))
    charge = np.array([Species.of(name).charge for name in species], dtype=float)
    held = [Complex.of(name) if name else None for name in bound]
    exchanging = np.array([one is not None for one in held])
    return Components(
        system=system,
        names=(*ions, *names),
        species=species,
        bound=bound,
        charge=charge,
        units=np.array([one.units if one else 0 for one in held], dtype=float),
        anions=np.array(
            [dict(one.ions).get(system.counter_ion, 0) if one else 0 for one in held], dtype=float
        ),
        per_mole=np.where(exchanging & system.exchanges, charge, 1.0),
    )


def by_mass_action(
    known: Components,
    log_K: Mapping[str, float],
    factors: Mapping[tuple[str, str], float],
    order: float,
    activity: float,
    reference: float,
) -> Chemistry:
    """Distribution by the law of mass action.

    log_K: log10 of the constant of each element, mol/L [-]. factors: separation factors that move
    them, see `Chemistry.of`. order: exponent of the extractant for rare earths [-]. activity: its
    Alstad coefficient [L^0.5 mol^-0.5]. reference: extractant at which that is nothing [mol/L].
    """
    system, shipped = known.system, known.system.constants
    ions = {name for name, bound in zip(known.names, known.bound, strict=True) if bound}
    there = np.array([name in ions for name in known.names])
    moved = shifted(log_K, {pair: b for pair, b in factors.items() if set(pair) <= set(log_K)})
    if _NITRIC in moved:
        moved[ACID] = moved[_NITRIC]

    def exponent(name: str, charge: float) -> float:
        return order if name in RARE_EARTHS else shipped.order.get(name, charge)

    pairs = list(zip(known.names, known.charge.tolist(), strict=True))
    anions = np.zeros(there.size) if system.solvates else known.anions
    chemistry = Chemistry(
        components=known.names,
        charge=known.charge,
        slope=np.where(there, known.charge - anions, 0.0),
        log_K=np.array([moved[n] if n in ions else -np.inf for n in known.names]),
        extractant=system.extractant,
        curvature=activity,
        reference=reference,
        mechanism="solvation" if system.solvates else "cation exchange",
        exponent=np.array([exponent(name, charge) for name, charge in pairs]),
        bound=known.units,
        anions=anions,
        protonation=("SO4", fact("aqueous.log-k.HSO4-").value) if "SO4" in known.names else None,
    )
    return chemistry.with_complexes("SO4", _STRENGTH) if "SO4" in known.names else chemistry


def by_exchange(known: Components, factors: Mapping[tuple[str, str], float]) -> Chemistry:
    """Distribution by constant separation factors, in equivalents: see `Chemistry.exchange`."""
    log_D = parted(factors)
    low, high = min(log_D.values()), max(log_D.values())
    ends = {ACID: high + COMPLETE, **dict.fromkeys(ALKALIS, low - COMPLETE)}
    log_K = np.array([{**log_D, **ends}.get(name, -np.inf) for name in known.names])
    there = np.isfinite(log_K)
    return Chemistry(
        components=known.names,
        charge=np.where(there, 1.0, known.charge),
        slope=np.where(there, 1.0, 0.0),
        log_K=log_K,
        extractant=f"{known.system.extractant}, exchange model",
        mechanism="homovalent exchange",
    )


def parted(factors: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """log10 of the distribution ratio of every element that separation factors lead to from the
    first of them, relative to it [-]."""
    first = next(iter(factors))[0]
    return shifted({first: 0.0}, factors)
