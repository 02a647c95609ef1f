"""The cascade whose flows meet its targets, or the best reached and the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.border import along_border, newton_on_flows, settled
from ytterby.separation.circuit import Flows, Layout
from ytterby.separation.fallback import elsewhere, nested, standing, with_room
from ytterby.separation.search import LONGER, Border, Search
from ytterby.separation.solve import Point
from ytterby.separation.targets import SHARES, Target

Array = NDArray[np.float64]

GROWTHS = (0.7, 1.6, 3.0)
"""How far beyond the end of a search a missed target's own flow is tried, in ln of it [-]."""

WAYS = ((nested, 1.0), (elsewhere, 0.2), (with_room, 1.0))
"""What is tried after Newton, and the share of the usual patience for it [-]."""

NOT_SOUGHT = "the targets are not met nearby"
"""Reason where neither other ways nor the reason were sought."""


@dataclass
class Reached:
    """Where the search for the flows ended, and why."""

    point: Point
    flows: Flows
    converged: bool
    reason: str
    iterations: int
    figures: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, dict[str, float]] = field(default_factory=dict)
    border: Border | None = None


def reach(
    layout: Layout,
    targets: tuple[Target, ...],
    flows: Flows,
    start: Array | None,
    *,
    border: Border | None = None,
    sensitivity: bool = True,
    thorough: bool = True,
    most: int | None = None,
) -> Reached:
    """The cascade at flows that meet the targets, or the best reached and the reason.

    start, border: potentials and border of a neighbour; they only save time. thorough: try every
    way, and find out the reason if none leads there. most: Newton steps after which a way that
    stands behind Newton on the flows is given up [-]; the reason is then not sought. None: as
    many as a search is allowed.
    """
    search = Search(layout, targets, flows)
    search.potential, search.border = start, border
    if not targets:
        point, _ = search.solve(np.empty(0))
        reason = "" if point.converged else "the stage balances did not converge"
        return Reached(point, flows, point.converged, reason, search.iterations)
    explained = thorough and most is None
    guess = np.clip(search.unknowns(flows), search.low, search.high)
    first = standing(search, guess, thorough=explained)
    roomy = border is not None and border.roomy and border.names == search.names
    q, point, g, done = (with_room if roomy else along_border)(search, first)
    if not done:
        q, point, g, done = newton_on_flows(search, q if point.converged else first)
    for way, share in WAYS if thorough else ():
        if done:
            break
        search.grant(share)
        if most is not None:
            search.most = min(search.most, search.iterations + most)
        q, point, g, done = way(search, first)
        roomy = way is with_room
    if done and roomy:
        search.jacobian(point, q, g)
        assert search.border is not None
        search.border = replace(search.border, roomy=True)
    if not done:
        search.grant()
        if not point.converged:
            q, (point, g) = first, search.solve(first, longer=LONGER if explained else 1)
    return report(search, q, point, g, done, sensitivity, explained)


def report(
    search: Search,
    q: Array,
    point: Point,
    g: Array,
    done: bool,
    sensitivity: bool,
    thorough: bool = True,
) -> Reached:
    """The end of a search with figures, sensitivities and, if it failed, the reason."""
    targets, flows, layout = search.targets, search.flows(q), search.layout
    reason = ""
    if not point.converged:
        reason = "the stage balances did not converge"
    elif not done:
        reason = failure(search, q, g) if thorough else NOT_SOUGHT
    result = Reached(point, flows, done, reason, search.iterations, border=search.border)
    names = search.names
    result.figures = {n: t.measure(layout, point) for n, t in zip(names, targets, strict=True)}
    if point.converged and sensitivity:
        matrix, _ = search.jacobian(point, q, g)
        by_odds = [
            1 - result.figures[n] if t.quantity in SHARES else 1.0
            for n, t in zip(names, targets, strict=True)
        ]
        slopes = np.array(by_odds)[:, None] * (matrix @ search.by_flows(q))
        result.sensitivity = {
            name: {t.flow: float(slopes[i, k]) for k, t in enumerate(targets)}
            for i, name in enumerate(names)
        }
    return result


def beyond_reach(search: Search, q: Array, k: int) -> str | None:
    """Why a target is out of reach, where it is missed by ever more of its flow too.

    More scrub needs more organic to carry what it brings back: both grow together.
    """
    target = search.targets[k]
    reason = None
    for growth in GROWTHS:
        moved = q.copy()
        moved[k] += growth
        if target.flow in ("reflux", "scrub"):
            for other, one in enumerate(search.targets):
                moved[other] += growth if one.flow == "organic" else 0.0
        moved = np.clip(moved, search.low, search.high)
        point, g = search.solve(moved, longer=LONGER)
        if point.converged and g[k] <= 0:
            return None
        if point.converged:
            flows = search.flows(moved)
            reason = target.explain(flows[target.flow])
            if target.quantity == "residual":
                left = target.measure(search.layout, point)
                reason += f", which leaves {left:.3g}{acid_missing(search.layout, flows, point)}"
        if (moved == search.high)[k]:
            break
    return reason


def acid_missing(layout: Layout, flows: Flows, point: Point) -> str:
    """What the strip acid falls short of, "" where it does not.

    It gives a proton for every equivalent that it strips: where it brings fewer than come loaded,
    no stages help.
    """
    chemistry, stages = layout.chemistry, layout.stages
    if layout.strip is None or chemistry.mechanism != "cation exchange" or not stages.stripping:
        return ""
    last = stages.extraction + stages.scrubbing - 1
    bound = point.y[last, : len(chemistry.components)][chemistry.exchanging]
    bound = float(bound @ chemistry.protons[chemistry.exchanging])
    loaded, acid = float(point.volumes[4, last]) * bound, flows.strip * layout.strip.acid
    if acid >= loaded:
        return ""
    return f": it brings {acid:.3g} mol/s of acid for {loaded:.3g} mol/s of charge in the organic"


def failure(search: Search, q: Array, g: Array) -> str:
    """Which target is not reached, and what stands in the way."""
    unmet = ~settled(search, q, g)
    # A purity that no reflux reaches asks for ever more organic: it is named first.
    for k in sorted(range(q.size), key=lambda k: search.targets[k].flow != "reflux"):
        if unmet[k] and g[k] > 0 and (reason := beyond_reach(search, q, k)) is not None:
            return reason
    for k, target in enumerate(search.targets):
        if unmet[k] and g[k] < 0 and q[k] <= search.low[k]:
            return (
                f"{target.name} is {math.exp(g[k]):.3g} "
                f"times the wanted value at the lowest {target.flow}; make it a limit"
            )
    worst = int(np.argmax(np.where(unmet, np.abs(g), 0.0)))
    target = search.targets[worst]
    return (
        f"{target.name} stays {math.exp(g[worst]):.3g} "
        f"times the wanted value: the targets contradict each other or lie beyond the stages"
    )
