"""Networks and readings for the tests: random ones with a known truth, and their readings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ytterby.balance import Edge
from ytterby.reconcile import Network, Reading

ELEMENTS = (
    "Nd",
    "Pr",
    "Dy",
    "Tb",
    "Fe",
    "B",
    "Co",
    "Ni",
    "La",
    "Ce",
    "Sm",
    "Gd",
    "Y",
    "Al",
    "Cu",
    "Ga",
)
DAY = 86400.0


def chain(
    units: int, ways: int, elements: int, seed: int
) -> tuple[Network, np.ndarray, np.ndarray]:
    """(network, masses [kg] (way,), contents [kg] (element, way)) that close exactly.

    A line of units with a feed and products, and ways that skip ahead or come back.
    """
    chance = np.random.default_rng(seed)
    names = [f"u{i}" for i in range(units)]
    routes: list[list[int | None]] = [[None, *range(units), None]]
    pairs: dict[tuple[int | None, int | None], int] = {}
    for route in routes:
        for a, b in pairwise(route):
            pairs.setdefault((a, b), len(pairs))
    edges = list(pairs)
    while len(edges) < ways:
        a, b = (int(x) for x in chance.integers(0, units, 2))
        kind = chance.integers(0, 4)
        edges.append((None, b) if kind == 0 else (a, None) if kind == 1 else (a, b))
        if edges[-1][0] == edges[-1][1]:
            edges.pop()
    network = Network(
        "random",
        DAY,
        tuple(names),
        tuple(
            Edge(
                f"s{i}",
                None if a is None else names[a],
                None if b is None else names[b],
                "feed" if a is None else "product" if b is None else "internal",
            )
            for i, (a, b) in enumerate(edges)
        ),
        ELEMENTS[:elements],
    )
    mass = _closed(network, chance, 1000.0)
    content = np.array([_closed(network, chance, 1.0) for _ in range(elements)])
    return network, mass, content / 40


def _closed(network: Network, chance: np.random.Generator, size: float) -> np.ndarray:
    """Flows above zero that close every unit: random splits of what enters."""
    count = len(network.units)
    transfer, feed = np.zeros((count, count)), np.zeros(count)
    split = chance.uniform(0.2, 1.0, len(network.edges))
    for unit, name in enumerate(network.units):
        out = [i for i, e in enumerate(network.edges) if e.source == name]
        split[out] /= split[out].sum()
        for i in out:
            if network.edges[i].target is not None:
                transfer[network.units.index(network.edges[i].target), unit] += split[i]
    for i, e in enumerate(network.edges):
        if e.source is None:
            split[i] *= size
            feed[network.units.index(e.target)] += split[i]
    through = np.linalg.solve(np.eye(count) - transfer, feed)
    return np.array(
        [
            split[i] if e.source is None else split[i] * through[network.units.index(e.source)]
            for i, e in enumerate(network.edges)
        ]
    )


def read(
    network: Network,
    mass: np.ndarray,
    content: np.ndarray,
    seed: int | None,
    *,
    share_read: float = 1.0,
    flow: float = 0.01,
    assay: float = 0.02,
) -> tuple[Reading, ...]:
    """Readings of a share of the masses and assays, exact where `seed` is None."""
    chance = np.random.default_rng(seed or 0)
    readings = []
    for way, edge in enumerate(network.edges):
        pairs = [(None, mass[way], flow)]
        pairs += [(e, content[i, way] / mass[way], assay) for i, e in enumerate(network.elements)]
        for element, true, relative in pairs:
            noise = chance.standard_normal() * true * relative if seed is not None else 0.0
            if chance.uniform() < share_read:
                readings.append(
                    Reading(
                        f"{edge.name} {element or 'mass'}",
                        edge.name,
                        "mass" if element is None else "share",
                        float(np.clip(true + noise, 0, None if element is None else 1)),
                        float(true * relative),
                        element,
                    )
                )
    return tuple(readings)
