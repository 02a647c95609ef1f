"""What a plant buys: feeds read as trade substances, 100 % basis, from their elements alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ytterby.accounts.flows import Flows
from ytterby.balance import Balance, Edge
from ytterby.chemistry import DILUENTS, EXTRACTANTS, atomic_mass, atoms_of

SOLUTES = (
    "HCl",
    "NaOH",
    "H2C2O4",
    "H2O2",
    "H2SO4",
    "HNO3",
    "NH3",
    "NH4HCO3",
    "Na2CO3",
    "NaCl",
    "NH4Cl",
    "(NH4)2SO4",
    "MgSO4",
    "MgO",
    "CaO",
    "CaCO3",
    "Na2S",
    "NaHS",
    "Na2SO4",
    "Cu(NO3)2",
    "NaF",
    "HF",
    "O2",
    "N2",
    "CO2",
    "H2",
)
"""Reagents that are recognised, alone or in water."""
METALS = ("Fe", "Ni", "Co", "Cu", "Al", "Ca")
"""Metals that are recognised where they make up nearly all of a feed."""
WATER, AIR = "water", "air"
FREE = (WATER, AIR)
"""Bought in large amounts for next to nothing; they do not count towards completeness."""
SUBSTANCES = frozenset((*SOLUTES, *METALS, *DILUENTS, *EXTRACTANTS, *FREE))
"""All that is recognised."""
_AIR = {"N", "O", "Ar"}
_NEARLY_ALL = 0.99
"""Share of a feed from which it counts as a metal, its impurities with it [-]."""
_EXACT, _CLOSE = 1e-6, 0.01
"""Misfit of an element, relative to the largest, of a computed and of a measured balance [-]."""
_FEED_OF = " > "


@dataclass(frozen=True)
class Purchase:
    """One substance that enters by one edge.

    edge: its name. feed: the feed it belongs to. unit: where it enters. substance: formula of a
    reagent, `water`, `air`, an extractant or diluent, or the name of the feed where its elements
    fit none of them. mass: over the period, pure [kg]; NaN where the elements are not known.
    """

    edge: str
    feed: str
    unit: str | None
    substance: str
    mass: float


@dataclass(frozen=True)
class Good:
    """All that is bought of one good over the period.

    name: of the substance, or of the feed where a price or factor of the user is for that feed.
    mass: pure substance, or the feed as it is [kg]. edges: by which it enters.
    """

    name: str
    mass: float
    edges: tuple[str, ...]


def good_of(bought: Purchase, known: Collection[str]) -> str:
    """The name by which an account knows a purchase: its feed where `known` holds that, else its
    substance.

    A feed that is called like a substance counts as what its elements say.
    """
    named = bought.feed in known and bought.feed not in SUBSTANCES
    return bought.feed if named else bought.substance


def goods(bought: Iterable[Purchase], known: Collection[str] = ()) -> tuple[Good, ...]:
    """Purchases of one name together. known: names of prices or factors, see `good_of`."""
    found: dict[str, list[Purchase]] = {}
    for one in bought:
        found.setdefault(good_of(one, known), []).append(one)
    return tuple(
        Good(name, sum(one.mass for one in same), tuple(dict.fromkeys(one.edge for one in same)))
        for name, same in found.items()
    )


def purchases(
    balance: Balance, declared: Mapping[str, Mapping[str, float]] | None = None
) -> tuple[Purchase, ...]:
    """Every substance that enters the plant.

    declared: share of the mass of a feed by substance [-], for feeds that their elements do not
    tell: {"extractant": {"P507": 0.4, "kerosene": 0.6}}.
    """
    view = Flows(balance)
    found: list[Purchase] = []
    for row in view.feeds:
        edge = balance.edges[row]
        feed = edge.name.partition(_FEED_OF)[0]
        mass = float(view.flows[row].sum() * balance.period)
        if declared and feed in declared:
            parts = {name: share * mass for name, share in declared[feed].items()}
        else:
            parts = _recognised(balance, row, feed, mass)
        found += [_purchase(edge, feed, name, part) for name, part in parts.items()]
    return tuple(found)


def _purchase(edge: Edge, feed: str, substance: str, mass: float) -> Purchase:
    return Purchase(edge.name, feed, edge.target, substance, mass)


def _recognised(balance: Balance, row: int, feed: str, mass: float) -> dict[str, float]:
    """Mass [kg] by substance; all of it under the name of the feed where nothing fits."""
    if not mass > 0:
        return {feed: mass} if math.isnan(mass) else {}
    moles = {
        element: balance.masses[row, column] / atomic_mass(element)
        for column, element in enumerate(balance.elements)
        if balance.masses[row, column] > 0
    }
    if "Ar" in moles and set(moles) <= _AIR:
        return {AIR: mass}
    for metal in METALS:
        if moles.get(metal, 0.0) * atomic_mass(metal) > _NEARLY_ALL * mass:
            return {metal: mass}
    fits = [_fit(moles, substances) for substances in _candidates(set(moles))]
    exact = [parts for misfit, parts in fits if misfit <= _EXACT]
    misfit, parts = min(fits, key=lambda fit: fit[0], default=(math.inf, {}))
    if exact or misfit <= _CLOSE:
        parts = exact[0] if exact else parts
        total = sum(parts.values())
        return {name: part * mass / total for name, part in parts.items()}
    return {feed: mass}


def _candidates(elements: set[str]) -> list[tuple[str, ...]]:
    """Mixtures that hold just these elements, the simplest first."""
    if elements <= {"H", "O"}:
        return [(WATER,), (WATER, "H2O2")]
    alone = [(name,) for name in SOLUTES if set(_atoms(name)) == elements]
    in_water = [(WATER, name) for name in SOLUTES if {*_atoms(name), "H", "O"} == elements]
    organics = [
        (diluent, extractant)
        for diluent in DILUENTS
        for extractant in EXTRACTANTS
        if set(_atoms(extractant)) | set(_atoms(diluent)) == elements
    ]
    diluents = [(name,) for name in DILUENTS if set(_atoms(name)) == elements]
    return alone + in_water + organics + diluents


def _fit(moles: dict[str, float], substances: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    """(largest misfit, relative to the most abundant element; mass [kg] of each substance)."""
    elements = sorted(moles)
    columns = np.array([[_atoms(s).get(e, 0.0) for s in substances] for e in elements])
    wanted = np.array([moles[e] for e in elements])
    amounts = np.maximum(np.linalg.lstsq(columns, wanted)[0], 0.0)
    misfit = float(np.abs(columns @ amounts - wanted).max() / wanted.max())
    parts = zip(substances, amounts.tolist(), strict=True)
    return misfit, {s: n * _molar_mass(s) for s, n in parts if n > 0}


def _atoms(substance: str) -> dict[str, float]:
    formula = EXTRACTANTS.get(substance) or DILUENTS.get(substance) or substance
    return atoms_of("H2O" if formula == WATER else formula)


def _molar_mass(substance: str) -> float:
    return sum(count * atomic_mass(element) for element, count in _atoms(substance).items())
