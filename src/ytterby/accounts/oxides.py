"""Rare earths as invoices count them: oxide equivalent (REO) beside the mass of each element."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.accounts.statement import Line, Statement
from ytterby.chemistry import RARE_EARTHS, oxide_factor

Masses = Mapping[str, float]
"""Mass by element [kg]."""


def oxide_equivalent(masses: Masses) -> float:
    """Mass of the trade oxides (Pr6O11, Tb4O7, CeO2, else RE2O3) of all rare earths [kg]."""
    return sum(mass * oxide_factor(e) for e, mass in masses.items() if e in RARE_EARTHS)


def oxide_equivalents(of: Mapping[str, Masses]) -> Statement:
    """Element mass beside oxide equivalent, of each lot, stream or month in `of` [kg].

    Mixed carbonates and oxalates are measured and priced in China as oxide; a balance counts
    elements. Keys: ("element", name, Nd), ("oxide", name, Nd), ("oxide", name).
    """
    lines = []
    for name, masses in of.items():
        for element in RARE_EARTHS:
            if element in masses:
                mass = masses[element]
                oxide = mass * oxide_factor(element)
                lines += [
                    Line.of(("element", name, element), f"{element} in {name}", mass, "kg"),
                    Line.of(("oxide", name, element), f"the same as oxide in {name}", oxide, "kg"),
                ]
        total = oxide_equivalent(masses)
        lines.append(Line.of(("oxide", name), f"REO equivalent of {name}", total, "kg"))
    return Statement("Oxide equivalent", tuple(lines))
