"""From a balance to a graph in layers: what stands where along the way through the plant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ytterby.balance import Balance, Edge

_SWEEPS = 4
"""Passes to and fro of the barycentre ordering; drawings settle in two or three."""


@dataclass(frozen=True)
class Arc:
    """An edge of the drawing: nodes by name, and whether it leads back against the way."""

    edge: Edge
    source: str
    target: str
    back: bool = False


def feed_of(edge: Edge) -> str:
    """The feed that an edge comes from: `acid` of `acid > leach.acid`."""
    return edge.name.partition(" > ")[0]


def is_drawn(edge: Edge) -> bool:
    """Whether the edge is a share of a feed that units draw on demand."""
    return edge.source is None and " > " in edge.name


def port_of(edge: Edge) -> str:
    """The outlet that an edge leaves by: `slurry` of `leach.slurry`."""
    return edge.name.removeprefix(f"{edge.source}.")


def outside(edge: Edge) -> str:
    """The node that stands for the world outside at the end of a feed or terminal edge."""
    return f"outside: {edge.name}"


def is_back(balance: Balance, edge: Edge) -> bool:
    """Whether an edge between units leads to the same unit or an earlier one."""
    if edge.source is None or edge.target is None:
        return False
    return balance.units.index(edge.target) <= balance.units.index(edge.source)


def arcs_of(balance: Balance, edges: Iterable[Edge]) -> list[Arc]:
    """The arcs of `edges`, the world outside being one node for each edge that meets it."""
    return [
        Arc(
            edge, edge.source or outside(edge), edge.target or outside(edge), is_back(balance, edge)
        )
        for edge in edges
    ]


def layer_of(units: Sequence[str], arcs: Iterable[Arc]) -> dict[str, int]:
    """Layer of every node by the longest path along the forward arcs, counted from 0.

    units: in order of the way, so that forward arcs lead from earlier to later ones. A node
    outside stands one layer before the unit it feeds, or one after the unit it comes from.
    """
    forward = [arc for arc in arcs if not arc.back]
    layer = {unit: 0 for unit in units}
    for unit in units:
        before = [
            layer[arc.source] for arc in forward if arc.target == unit and arc.source in layer
        ]
        layer[unit] = max(before, default=-1) + 1
    for arc in forward:
        if arc.source not in layer:
            layer[arc.source] = layer[arc.target] - 1
        if arc.target not in layer:
            layer[arc.target] = layer[arc.source] + 1
    first = min(layer.values(), default=0)
    return {node: at - first for node, at in layer.items()}


def ordered(layer: Mapping[str, int], arcs: Iterable[Arc]) -> list[list[str]]:
    """The nodes of each layer, ordered by the mean place of their neighbours (barycentre)."""
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node, at in layer.items():
        rows[at].append(node)
    forward = [arc for arc in arcs if not arc.back]
    for sweep in range(_SWEEPS):
        rightward = sweep % 2 == 0
        for row in rows if rightward else reversed(rows):
            place = {node: (i + 1 / 2) / len(r) for r in rows for i, node in enumerate(r)}
            row.sort(key=lambda node, place=place: _barycentre(node, forward, place, rightward))
    return rows


def _barycentre(
    node: str, arcs: Sequence[Arc], place: Mapping[str, float], rightward: bool
) -> float:
    near = [
        place[arc.source if rightward else arc.target]
        for arc in arcs
        if (arc.target if rightward else arc.source) == node
    ]
    return sum(near) / len(near) if near else place[node]
