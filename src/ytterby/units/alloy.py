"""What alloy, powder and magnet have in common: metal in them, oxygen taken up, limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Reaction, Species
from ytterby.units.unit import Inlet, with_reagent

HEAVY = ("Gd", "Tb", "Dy", "Ho")
"""Rare earths that are alloyed, or diffused in, for coercivity."""
HELD = "H(s)"
"""Hydrogen held in the alloy."""
OXYGEN = "O2(g)"
_ROUNDING = 1e-9


def metal_mass(stream: Stream, elements: Iterable[str]) -> float:
    """Mass of the `elements` as metal or hydride [kg/s]; what is bound as oxide does not count."""
    basis = stream.basis
    weights = dict(zip(basis.elements, basis.atomic_mass.tolist(), strict=True))
    return sum(
        weights[e] * stream[form]
        for e in elements
        if e in weights
        for form in (f"{e}(s)", f"{e}H2(s)")
    )


def above_limits(name: str, stream: Stream, limits: Mapping[str, float]) -> list[Finding]:
    """A finding for each element of which `stream` holds a larger mass share than its limit."""
    if not stream.mass > 0:
        return []
    masses, found = stream.element_masses, []
    for element, limit in limits.items():
        share = masses.get(element, 0.0) / stream.mass
        if share > limit:
            found.append(Finding(name, f"{element} is {share:.3%}, above the limit {limit:.3%}"))
    return found


def fed(inlet: Inlet, species: str, wanted: float) -> tuple[np.ndarray, float]:
    """(amounts [mol/s], kg/s drawn) such that `wanted` [mol/s] of `species` is there."""
    richness = inlet.reagent[species] if inlet.reagent is not None else 0.0
    drawn = max(wanted - inlet.stream[species], 0.0) / richness if richness > 0 else 0.0
    return with_reagent(inlet, drawn).copy(), drawn


def spend(amounts: np.ndarray, place: int, wanted: float) -> bool:
    """Take `wanted` [mol/s] off `amounts` in place, none below zero; whether there was enough."""
    left = float(amounts[place]) - wanted
    amounts[place] = max(left, 0.0)
    return left >= -_ROUNDING * wanted


def take_up_oxygen(
    name: str, basis: Basis, solid: np.ndarray, share: float, air: Inlet
) -> tuple[np.ndarray, np.ndarray, float, list[Finding]]:
    """(solid after, air left [mol/s], kg/s of air drawn, findings) of oxygen of `share` of the
    solid's mass, as far as the air brings it."""
    wanted, findings = oxygen_for(name, basis, solid, share)
    brought, drawn = fed(air, OXYGEN, wanted)
    oxygen = min(wanted, float(brought[basis.index[OXYGEN]]))
    brought[basis.index[OXYGEN]] -= oxygen
    return bind_oxygen(basis, solid, oxygen), brought, drawn, findings


def oxygen_for(
    name: str, basis: Basis, solid: np.ndarray, share: float
) -> tuple[float, list[Finding]]:
    """(O2 [mol/s] of `share` of the solid's mass, findings): no more than rare earths can bind."""
    wanted = share * float(basis.molar_mass @ solid) / Species.of(OXYGEN).molar_mass
    most = sum(float(solid[place]) for place in _places(basis).values()) * 3 / 4
    if wanted <= most:
        return wanted, []
    return most, [Finding(name, "oxygen pick-up binds all rare earths; lower it")]


def bind_oxygen(basis: Basis, solid: np.ndarray, oxygen: float) -> np.ndarray:
    """`solid` [mol/s] with `oxygen` [mol/s of O2] bound as sesquioxide by its rare earths, each
    in proportion to its amount."""
    after = solid.copy()
    total = sum(float(solid[place]) for place in _places(basis).values())
    if total <= 0:
        return after
    for element, place in _places(basis).items():
        extent = oxygen * 2 / 3 * solid[place] / total
        if extent:
            after += extent * oxidation_of(element).vector(basis.names)
    after[basis.index[OXYGEN]] = solid[basis.index[OXYGEN]]
    return after


def oxides_of(names: frozenset[str]) -> set[str]:
    """The sesquioxides that the rare earth metals among `names` can form, and oxygen."""
    return {f"{e}2O3(s)" for e in RARE_EARTHS if f"{e}(s)" in names} | {OXYGEN}


@cache
def oxidation_of(element: str) -> Reaction:
    return Reaction.of(f"2 {element}(s) + 3/2 O2(g) = {element}2O3(s)")


@cache
def _places(basis: Basis) -> dict[str, int]:
    return {e: basis.index[f"{e}(s)"] for e in RARE_EARTHS if f"{e}(s)" in basis.index}
