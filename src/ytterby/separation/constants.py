"""The shipped constants of distribution, read from the facts into what a Chemistry is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ytterby.chemistry import Species
from ytterby.facts import Fact, UnknownFact, fact, table

CHARGES: Mapping[str, int] = {
    **dict.fromkeys("Sc Y La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Fe Al Cr Ga In".split(), 3),
    **dict.fromkeys("Mg Ca Sr Ba Mn Co Ni Cu Zn Cd Pb U".split(), 2),
    **dict.fromkeys("Li Na K NH4 H".split(), 1),
    **dict.fromkeys("Th Zr Hf".split(), 4),
    **dict.fromkeys("B Si".split(), 0),
    **dict.fromkeys("NO3 Br F".split(), -1),
    **dict.fromkeys("SO4".split(), -2),
}
"""Charge of each component as it stands in a liquor [-]: Fe is iron(III), U is uranyl, B and Si
are the neutral acids."""

RARE_EARTHS = frozenset("Sc Y La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu".split())
MEDIUM_STRENGTH = 1.0
"""Concentration of the anion in which the constants of acidic extractants were measured, and whose
complexes they hold already [mol/L]."""
LIGAND_CHARGE = {"Cl": 1, "NO3": 1, "SO4": 2}
"""Negative charges of the ligands with shipped complexes [-]."""
_PERCENT = 100
_GRAMS_PER_KILOGRAM = 1000


@dataclass(frozen=True)
class Constants:
    """Constants of one extractant, by component; what is not there is a passenger.

    log_K: log10 K [-]. order: exponent of the extractant [-]. bound: extractant per ion [-].
    anions: anions of the medium that go with the ion into the organic [-].
    curvature, reference: see `Chemistry`. windows: by component and variable.
    coupling, protons: of a correlation; protons is the slope of log10 D in p[H].
    """

    log_K: Mapping[str, float]
    order: Mapping[str, float] = field(default_factory=dict)
    bound: Mapping[str, float] = field(default_factory=dict)
    anions: Mapping[str, float] = field(default_factory=dict)
    curvature: float = 0.0
    reference: float = 1.0
    windows: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    coupling: Mapping[str, float] = field(default_factory=dict)
    slope: Mapping[str, float] = field(default_factory=dict)


def prefix_of(extractant: str) -> str:
    """How the facts call an extractant: "Cyanex 272" is cyanex272."""
    return extractant.lower().replace(" ", "")


def optional(name: str) -> dict[str, Fact]:
    """The table of facts of that name, empty where there is none."""
    try:
        return table(name)
    except UnknownFact:
        return {}


def scalar(names: Sequence[str], default: float) -> float:
    """The first of the facts that is there, or the default."""
    for name in names:
        try:
            return fact(name).value
        except UnknownFact:
            continue
    return default


def acidic(extractant: str, medium: str | None) -> Constants:
    """Constants of an acidic extractant; raises UnknownFact naming what is asked for.

    medium: takes the constants measured in that medium where there are any, such as "chloride".
    """
    x = prefix_of(extractant)
    found = dict(table(f"{x}.log-k"))
    if medium is not None:
        found |= table(f"{x}.{medium}.log-k")
    order = scalar((f"{x}.dimer-order", f"{x}.monomer-order"), 0.0)
    bound = scalar((f"{x}.dimers-per-rare-earth", f"{x}.monomers-per-rare-earth"), 0.0)
    orders, protons = optional(f"{x}.order"), optional(f"{x}.protons")
    taken = {n: f.value for n, f in optional(f"{x}.anions").items()}
    own = {n: order for n in found if n in RARE_EARTHS and order}
    return Constants(
        log_K={name: one.value for name, one in found.items()},
        order=own | {name: one.value for name, one in orders.items()},
        bound={n: bound for n in found if n in RARE_EARTHS and bound},
        anions={n: CHARGES[n] - f.value for n, f in protons.items()} | taken,
        curvature=scalar((f"{x}.alstad-a",), 0.0),
        reference=scalar((f"{x}.reference-dimer", f"{x}.reference-monomer"), 1.0),
        windows={n: f.window for n, f in found.items() if f.window},
    )


def solvating(extractant: str, medium: str) -> Constants:
    """Constants of a solvating extractant in a medium; the acid is the component H."""
    x = f"{prefix_of(extractant)}.{medium}"
    found = dict(table(f"{x}.log-k"))
    acid = found.pop("HNO3", None)
    order = fact(f"{x}.extractant-order").value
    orders = {name: order for name in found} | {
        name: one.value for name, one in optional(f"{x}.order").items()
    }
    log_K = {name: one.value for name, one in found.items()}
    if acid is not None:
        log_K["H"], orders["H"] = acid.value, 1.0
    windows = {n: f.window for n, f in found.items() if f.window}
    return Constants(log_K=log_K, order=orders, bound=orders, windows=windows)


def correlated(extractant: str, name: str) -> Constants:
    """A correlation log10 D = (m0 + m1 d) p[H] + B0 + B1 log10 d, d the dosage in % by volume.

    The extractant counts as monomer [mol/L]; every proton released takes one.
    """
    x = f"{prefix_of(extractant)}.correlation.{name}"
    scalars = table(x)
    density = scalars["dosage-density"].si("kg/m3") / _GRAMS_PER_KILOGRAM
    molar = table(prefix_of(extractant))["molar-mass"].si("kg/mol")
    per_molar = _PERCENT * molar / density
    components = [one for one in CHARGES if optional(f"{x}.{one}")]
    log_K, order, slope, coupling = {}, {}, {}, {}
    for one in components:
        row = {key: item.value for key, item in table(f"{x}.{one}").items()}
        if "distribution-ratio" in row:
            row = {"B0": float(np.log10(row["distribution-ratio"]))}
        order[one] = row.get("B1", 0.0)
        log_K[one] = row["B0"] + order[one] * float(np.log10(per_molar))
        slope[one] = row.get("m0", 0.0)
        coupling[one] = -row.get("m1", 0.0) * per_molar
    window = {
        "pH": (scalars["pH-least"].value, scalars["pH-most"].value),
        "extractant": (
            scalars["dosage-least"].value / per_molar,
            scalars["dosage-most"].value / per_molar,
        ),
    }
    return Constants(
        log_K=log_K,
        order=order,
        bound={one: float(CHARGES[one]) for one in components},
        windows=dict.fromkeys(components, window),
        coupling=coupling,
        slope=slope,
    )


def complexes(ligand: str, strength: str | None) -> dict[str, tuple[float, ...]]:
    """log10 of the cumulative constants of every ion with `ligand` (Cl, SO4, NO3), mol/L.

    strength: "1M" or "3M" for effective constants at that ionic strength, None for zero. What has
    no effective constant is left out there.
    """
    marker = {"Cl": "Cl", "SO4": "S", "NO3": "N"}[ligand]
    found: dict[str, dict[int, float]] = {}
    for name, one in table(
        "aqueous.complex.log-beta" + (f"-{strength}" if strength else "")
    ).items():
        species = Species.of(name)
        count = int(species.count(marker))
        for element in CHARGES:
            charge = CHARGES[element] - LIGAND_CHARGE[ligand] * count
            if count and element != "H" and species.count(element) and species.charge == charge:
                found.setdefault(element, {})[count] = one.value
    return {
        element: tuple(rows.get(k, -np.inf) for k in range(1, max(rows) + 1))
        for element, rows in found.items()
    }


def process_factors(extractant: str) -> dict[tuple[str, str], float]:
    """Separation factors of practice: D of the first over D of the second [-], by pair."""
    found = table(f"{prefix_of(extractant)}.process.separation-factor")
    pairs = {}
    for name, one in found.items():
        first, _, second = name.partition("/")
        if first in CHARGES and second in CHARGES:
            pairs[first, second] = one.value
    return pairs
