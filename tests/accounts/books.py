"""Balances made by hand for the tests of the accounts: element masses only, no species."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ytterby.balance import Balance, Edge


def books(
    edges: dict[str, tuple[str | None, str | None, str, dict[str, float]]],
    *,
    period: float = 86400.0,
    **changes: object,
) -> Balance:
    """A balance of `edges`: name -> (source, target, role, kg of each element)."""
    elements = tuple(sorted({e for _, _, _, masses in edges.values() for e in masses}))
    units = tuple(
        dict.fromkeys(
            unit for source, target, *_ in edges.values() for unit in (source, target) if unit
        )
    )
    masses = np.array([[m.get(e, 0.0) for e in elements] for _, _, _, m in edges.values()])
    balance = Balance(
        plant="by hand",
        period=period,
        units=units,
        edges=tuple(Edge(name, s, t, role) for name, (s, t, role, _) in edges.items()),  # type: ignore[arg-type]
        elements=elements,
        masses=masses,
        known=np.ones(masses.shape, dtype=bool),
        stock_change=np.zeros((len(units), len(elements))),
    )
    return replace(balance, **changes)  # type: ignore[arg-type]


def separation() -> Balance:
    """One day: ore and acid through a leach and a separation to two oxides, a residue, a water."""
    return books(
        {
            "ore": (None, "leach", "feed", {"Nd": 100, "Dy": 10, "Fe": 50, "Th": 0.5, "O": 40}),
            "acid": (None, "leach", "feed", {"Cl": 90, "H": 30, "O": 220}),
            "precipitant": (None, "split", "feed", {"C": 30, "H": 3, "O": 80}),
            "leach.liquor": (
                "leach",
                "split",
                "internal",
                {"Nd": 95, "Dy": 9, "Fe": 1, "Cl": 90, "H": 30, "O": 220},
            ),
            "leach.residue": (
                "leach",
                None,
                "residue",
                {"Nd": 5, "Dy": 1, "Fe": 49, "Th": 0.5, "O": 40},
            ),
            "split.light": ("split", None, "product", {"Nd": 90, "Dy": 1, "O": 15}),
            "split.heavy": ("split", None, "product", {"Dy": 7, "Nd": 1, "O": 1}),
            "split.water": (
                "split",
                None,
                "effluent",
                {"Nd": 4, "Dy": 1, "Fe": 1, "Cl": 90, "H": 33, "O": 204},
            ),
            "split.gas": ("split", None, "emission", {"C": 30, "O": 80}),
        }
    )
