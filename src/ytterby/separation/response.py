"""How a solved cascade answers to what enters it, its flows following their targets.

The potentials answer to a change by the linear system of `newton`; from them and from the answers
to the flows it follows how far each flow has to move for its target to stay met:

    dq = -(dg/dq)^-1 dg,  g = ln(quantity/allowed), q the unknown flows
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Circuit, Flows, Phase
from ytterby.separation.neighbour import DIFFERENCE, neighbours
from ytterby.separation.newton import evaluate
from ytterby.separation.profile import Outlet, outlet
from ytterby.separation.search import Search
from ytterby.separation.solve import Point, Posed

Array = NDArray[np.float64]

RESTING = 1e-6
"""|ln(quantity/allowed)| beyond which a limit is more than met and its flow at rest [-]."""


@dataclass(frozen=True)
class Change:
    """What enters a stage besides: of a phase, volume [L/s] and amounts [mol/s], shape (chain,).

    stage: counted from zero.
    """

    stage: int
    phase: Phase
    volume: float
    amounts: Array

    def on(self, circuit: Circuit, share: float) -> Circuit:
        """The circuit with that share of the change."""
        feed, entering = f"{self.phase}_feed", f"{self.phase}_in"
        volumes, amounts = getattr(circuit, feed).copy(), getattr(circuit, entering).copy()
        volumes[self.stage] += share * self.volume
        amounts[self.stage] += share * self.amounts
        return replace(circuit, **{feed: volumes, entering: amounts})


@dataclass(frozen=True)
class Response:
    """The answers to several changes, to first order.

    outlets: of the numbers of each outlet, see `numbers`, shape (number, change). flows: of the
    organic and the strip acid [L/s], shape (change,) each.
    """

    outlets: dict[str, Array]
    flows: dict[str, Array]


def numbers(out: Outlet) -> Array:
    """An outlet as numbers: aqueous and organic amounts (component, component), chloride, acid,
    extractant [mol/s] and the volume of organic [L/s]."""
    rest = [out.chloride, out.acid, out.extractant, out.organic_flow]
    return np.concatenate([out.aqueous, out.organic, rest])


def respond(search: Search, potential: Array, flows: Flows, changes: Sequence[Change]) -> Response:
    """What the changes do to a cascade that was solved to `potential` at `flows`."""
    chemistry, q = search.layout.chemistry, search.unknowns(flows)
    circuit = search.layout.circuit(flows)
    posed = Posed.of(chemistry, circuit)
    x, y = evaluate(potential, posed.case)[:2]
    point = posed.point(chemistry, circuit, (potential, x, y, 0.0, 0, True))
    g, there = search.excess(point), _numbers(search, point)
    ways = [search.way(q, one) for one in np.eye(q.size)]
    ways += [partial(change.on, circuit) for change in changes]
    misses, outlets = _answers(search, point, ways, g, there)
    free = np.abs(g) <= RESTING
    along = np.zeros((q.size, len(changes)))
    along[free] = -np.linalg.solve(misses[:, : q.size][np.ix_(free, free)], misses[free, q.size :])
    outlets = outlets[:, q.size :] + outlets[:, : q.size] @ along
    size = there.size // len(circuit.draws)
    moved = [search.flows(one) for one in q + DIFFERENCE * np.eye(q.size)]
    return Response(
        {d.name: outlets[k * size : (k + 1) * size] for k, d in enumerate(circuit.draws)},
        {
            name: np.array([one[name] - flows[name] for one in moved]) / DIFFERENCE @ along
            for name in ("organic", "strip")
        },
    )


def _answers(
    search: Search, point: Point, ways: Sequence[Callable[[float], Circuit]], g: Array, there: Array
) -> tuple[Array, Array]:
    """Of the misses (target, way) and of the outlets (number, way), at given flows."""
    near = neighbours(search.layout.chemistry, point, ways)
    misses, outlets = np.empty((g.size, len(ways))), np.empty((there.size, len(ways)))
    for k, (step, _, moved) in enumerate(near):
        misses[:, k] = (search.excess(moved) - g) / step
        outlets[:, k] = (_numbers(search, moved) - there) / step
    return misses, outlets


def _numbers(search: Search, point: Point) -> Array:
    chemistry, circuit = search.layout.chemistry, point.circuit
    found = [outlet(chemistry, circuit, point.x, point.y, d.name) for d in circuit.draws]
    return np.concatenate([numbers(one) for one in found])
