"""Species: what streams are made of, their atoms read off the formula."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

Phase = Literal["solid", "aqueous", "organic", "gas"]
PHASES: tuple[Phase, ...] = ("solid", "aqueous", "organic", "gas")
RARE_EARTHS = tuple("La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y Sc".split())
TRADE_OXIDE = {element: f"{element}2O3" for element in RARE_EARTHS} | {
    "Ce": "CeO2",
    "Pr": "Pr6O11",
    "Tb": "Tb4O7",
}
"""The oxide in which each rare earth is assayed and sold."""
INERT = "inert"
"""Matter followed by mass only; it counts as an element of its own, 1 mol of it weighs 1 kg."""
EXTRACTANTS = {
    "P507": "C16H35O3P",
    "D2EHPA": "C16H35O4P",
    "Cyanex272": "C16H35O2P",
    "naphthenic": "C17H32O2",
    "TBP": "C12H27O4P",
    "TODGA": "C36H72N2O3",
}
"""One molecule of each extractant. Naphthenic acid is a mixture; it is carried as an acid with one
ring that has about its mean molar mass, 270 g/mol."""
DIMERS = frozenset(("P507", "D2EHPA", "Cyanex272"))
"""Acids HA that stand in the organic as (HA)2."""
SOLVATING = frozenset(("TBP", "TODGA"))
"""Extractants that take up a salt whole and give no proton."""
OTHER_NAMES = {
    "PC88A": "P507",
    "PC-88A": "P507",
    "EHEHPA": "P507",
    "P204": "D2EHPA",
    "HDEHP": "D2EHPA",
    "Cyanex 272": "Cyanex272",
    "naphthenic acid": "naphthenic",
}
"""What else the extractants are called."""
DILUENTS = {"kerosene": "C12H26"}
"""Kerosene is carried as dodecane: right in mass and volume, near enough in carbon."""

_SUFFIX = re.compile(r"^(?P<formula>.+)\((?P<phase>s|g|org)\)$")
_CHARGE = re.compile(r"^(?P<formula>.*[A-Za-z0-9)\]])(?P<sign>[+-])(?P<size>\d*)$")
_UNITS = re.compile(r"^(?P<number>[0-9]*)(?P<extractant>[A-Za-z].*)$")
_COUNTED = re.compile(r"^(?P<number>[0-9]*)(?P<ion>[A-Z].*)$")
_PHASE_OF: dict[str | None, Phase] = {"s": "solid", "g": "gas", "org": "organic", None: "aqueous"}
_GRAMS_PER_KILOGRAM = 1000


class UnknownFormula(ValueError):
    """A text that is no chemical formula of known elements."""


@dataclass(frozen=True)
class Species:
    """A chemical individual in one phase.

    name: `Nd+3`, `H3BO3` (aqueous), `NdFeO3(s)`, `O2(g)`, `Nd+3:P507(org)` (see `Complex`),
        `P507(org)` (the free dimer), `inert(s)`.
    charge: [elementary charges]. atoms: (element, count) pairs. molar_mass: [kg/mol], of the
    atoms without regard to missing electrons, so that mass closes exactly with the elements.
    """

    name: str
    phase: Phase
    charge: int
    atoms: tuple[tuple[str, float], ...]
    molar_mass: float

    @staticmethod
    def of(name: str) -> Species:
        """The species of that name; raises UnknownFormula."""
        return _species(name)

    def count(self, element: str) -> float:
        """Atoms of `element` per molecule [-]."""
        return dict(self.atoms).get(element, 0.0)


@cache
def atomic_mass(element: str) -> float:
    """Standard atomic mass [kg/mol] (IUPAC, by molmass); raises UnknownFormula."""
    from molmass import ELEMENTS

    if element == INERT:
        return 1.0
    # molmass also knows elements by their names, which are no symbols.
    if element not in ELEMENTS or ELEMENTS[element].symbol != element:
        raise UnknownFormula(f"{element!r} is no chemical element")
    return ELEMENTS[element].mass / _GRAMS_PER_KILOGRAM


def is_element(symbol: object) -> bool:
    """Whether `symbol` is that of a chemical element, or stands for what is inert."""
    try:
        return isinstance(symbol, str) and atomic_mass(symbol) > 0
    except UnknownFormula:
        return False


@cache
def atoms_of(formula: str) -> dict[str, float]:
    """Atoms of an uncharged `formula`, hydrates as in Nd2(C2O4)3.10H2O; raises UnknownFormula."""
    from molmass import Formula, FormulaError

    if formula == INERT:
        return {INERT: 1.0}
    if not formula:
        raise UnknownFormula("an empty text is no chemical formula")
    try:
        composition = Formula(formula).composition()
    except (FormulaError, KeyError, ValueError):
        raise UnknownFormula(f"{formula!r} is no chemical formula") from None
    return {element: float(item.count) for element, item in composition.items()}


@cache
def _species(name: str) -> Species:
    match = _SUFFIX.match(name)
    formula, phase = (match["formula"], match["phase"]) if match else (name, None)
    if phase == "org":
        charge, atoms = 0, _organic_atoms(formula)
    else:
        charged = None if phase else _CHARGE.match(formula)
        charge = int(charged["sign"] + (charged["size"] or "1")) if charged else 0
        atoms = atoms_of(charged["formula"] if charged else formula)
    mass = sum(count * atomic_mass(element) for element, count in atoms.items())
    return Species(name, _PHASE_OF[phase], charge, tuple(sorted(atoms.items())), mass)


def _organic_atoms(name: str) -> dict[str, float]:
    if name in DILUENTS:
        return atoms_of(DILUENTS[name])
    held = Complex.of(name)
    per_unit = 2 if held.extractant in DIMERS else 1
    atoms = {
        element: held.units * per_unit * count
        for element, count in atoms_of(EXTRACTANTS[held.extractant]).items()
    }
    for ion, number in held.ions:
        for element, count in _species(ion).atoms:
            atoms[element] = atoms.get(element, 0.0) + number * count
    atoms["H"] -= held.protons
    return atoms


@dataclass(frozen=True)
class Complex:
    """What an organic species binds: ions to units of extractant.

    `Nd+3:P507(org)` is Nd+3 with three dimers, which gave three protons; what is no single ion and
    as many units as charges is written out: `Nd+3.3NO3-:3TBP(org)`, `Th+4.2Cl-:3P507(org)`,
    `H+.NO3-:TBP(org)`.

    ions: (ion, number). units: of extractant, dimers where it stands as such [-].
    """

    ions: tuple[tuple[str, int], ...]
    units: int
    extractant: str

    @staticmethod
    def of(name: str) -> Complex:
        """What the organic species `name` binds, nothing where it is free extractant."""
        return _complex(name.removesuffix("(org)"))

    @property
    def protons(self) -> int:
        """Protons that the extractant gave for the ions [-]."""
        return sum(number * _species(ion).charge for ion, number in self.ions)


@cache
def _complex(name: str) -> Complex:
    head, _, tail = name.rpartition(":")
    match = _UNITS.match(tail)
    extractant = match["extractant"] if match else tail
    if match is None or extractant not in EXTRACTANTS:
        known = ", ".join((*EXTRACTANTS, *DILUENTS))
        raise UnknownFormula(f"{extractant!r} is no known extractant or diluent ({known})")
    parts = (_COUNTED.match(part) for part in head.split(".")) if head else ()
    ions = tuple((part["ion"], int(part["number"] or 1)) for part in parts if part)
    charge = sum(number * _species(ion).charge for ion, number in ions)
    return Complex(ions, int(match["number"] or max(charge, 1)), extractant)


def complex_of(
    ion: str, extractant: str, *, units: int = 0, anion: str = "", anions: int = 0
) -> str:
    """The organic species in which `ion` (`Nd+3`) is bound.

    units: of extractant; none given: as many as the whole has charges, or one. anions: of `anion`
    that the ion takes along.
    """
    charge = _species(ion).charge
    if anions:
        ion = f"{ion}.{anions if anions > 1 else ''}{anion}"
        charge += anions * _species(anion).charge
    number = "" if units in (0, max(charge, 1)) else units
    return f"{ion}:{number}{extractant}(org)"


@cache
def oxide_factor(element: str) -> float:
    """kg of trade oxide per kg of rare earth `element`, 1.1664 for Nd as Nd2O3 [-]."""
    atoms = atoms_of(TRADE_OXIDE[element])
    mass = sum(count * atomic_mass(part) for part, count in atoms.items())
    return mass / (atoms[element] * atomic_mass(element))


@cache
def kg_oxide(element: str) -> float:
    """kg of trade oxide that holds one mol of a rare earth."""
    return atomic_mass(element) * oxide_factor(element)
