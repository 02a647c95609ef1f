"""Derivatives of a plant: each unit by differences, the plant as a whole by linear algebra.

A plant is a chain of units, and what a small change does anywhere follows from the Jacobians of
the units: they are propagated along the streams, and the loops are closed by one linear system.
The same system gives the Newton step of the solver and the response to any fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ytterby.balance import Stream
from ytterby.chemistry import Guess, equilibrate
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.units import Derivative, Inlet, Outcome

_STEP = 1e-6
"""Relative step of differences: near the square root of the rounding of a unit, 1e-13."""
_FLOOR = 1e-5
"""Smallest amount, relative to all that a unit receives, a step is measured by: traces act
linearly, and a step by their own size would drown in the rounding of the unit."""


def unit_jacobian(
    flowsheet: Flowsheet,
    name: str,
    done: Pass,
    side: float = 1.0,
    kept: Derivative | None = None,
) -> Derivative:
    """Derivatives of the unit `name` to the species that its inlets bring.

    side: 1 for differences upwards, -1 for downwards: at a kink, such as a liquor that is just
    saturated, the two are not the same [-]. kept: what stands in for differences.
    """
    unit, basis = flowsheet.plant.units[name], flowsheet.basis
    base, inlets = done.outcomes[name], flowsheet.inlets(name, done.streams)
    exact = unit.derivative(inlets, base) or kept
    if exact is not None:
        return exact
    size = len(basis.names)
    received = sum(inlet.stream.amounts.sum() for inlet in inlets.values())
    outlets: dict[tuple[str, str], np.ndarray] = {}
    drawn: dict[tuple[str, str], np.ndarray] = {}
    for port, inlet in inlets.items():
        amounts = inlet.stream.amounts
        columns = np.flatnonzero(amounts).tolist()
        for out in base.outlets:
            outlets[port, out] = np.zeros((size, size))
        for at in base.drawn:
            drawn[port, at] = np.zeros(size)
        for column in columns:
            step = side * _STEP * max(amounts[column], _FLOOR * received)
            # Of a trace there is not so much to take away.
            step = step if amounts[column] + 2 * step > 0 else -step
            memory = _held(flowsheet.memory.get(name))
            moved = flowsheet.run_unit(unit, name, _moved(inlets, port, column, step), memory)
            _difference(base, moved, step, port, column, outlets, drawn)
    return Derivative(outlets, drawn)


def _held(memory: Any) -> Any:
    """What a unit remembers, with the solids of its equilibria held as they are.

    Where a liquor is just saturated a difference would straddle the point at which a solid begins
    to form, and the derivative would be that of neither side.
    """
    if isinstance(memory, tuple):
        return tuple(_held(one) for one in memory)
    return memory.hold() if isinstance(memory, Guess) else memory


def _moved(inlets: Mapping[str, Inlet], port: str, column: int, step: float) -> dict[str, Inlet]:
    """The inlets with one species of one port raised by `step` [mol/s], in equilibrium again."""
    inlet = inlets[port]
    stream = inlet.stream
    amounts = stream.amounts.copy()
    amounts[column] += step
    if stream.basis.masks["aqueous"][column]:
        amounts = equilibrate(amounts, stream.basis.solution)
    moved = Inlet(Stream(stream.basis, amounts, stream.temperature), inlet.reagent)
    return {**inlets, port: moved}


def _difference(
    base: Outcome,
    moved: Outcome,
    step: float,
    port: str,
    column: int,
    outlets: dict[tuple[str, str], np.ndarray],
    drawn: dict[tuple[str, str], np.ndarray],
) -> None:
    for out, stream in base.outlets.items():
        change = moved.outlets[out].amounts - stream.amounts
        outlets[port, out][:, column] = change / step
    for at, kilograms in base.drawn.items():
        drawn[port, at][column] = (moved.drawn[at] - kilograms) / step


@dataclass(frozen=True, eq=False)
class Tangent:
    """The linear model of a plant around one pass.

    jacobians: of each unit. torn: active places of each torn stream in the loop system.
    loops: I - J of the torn streams, shape (active, active).
    """

    flowsheet: Flowsheet
    jacobians: Mapping[str, Derivative]
    active: Mapping[str, np.ndarray]
    loops: np.ndarray

    @staticmethod
    def around(
        flowsheet: Flowsheet,
        done: Pass,
        *,
        everywhere: bool = False,
        kept: Mapping[str, Derivative] | None = None,
        side: float = 1.0,
    ) -> Tangent:
        """The model around `done`; units that no loop passes are left out unless `everywhere`.

        kept: of units of a like plant, taken where a unit does not know its own. side: see
        `unit_jacobian`.
        A unit that is stuck counts as one that gives what it gives whatever it receives.
        """
        returned = flowsheet.returned(done)
        active = {
            stream: np.flatnonzero((amounts > 0) | (done.streams[stream].amounts > 0))
            for stream, amounts in returned.items()
        }
        reached = _within_loops(flowsheet) if not everywhere else set(flowsheet.wiring.order)
        jacobians = {
            name: unit_jacobian(flowsheet, name, done, side, (kept or {}).get(name))
            for name in flowsheet.wiring.order
            if name in reached and not done.outcomes[name].stuck
        }
        bare = Tangent(flowsheet, jacobians, active, np.zeros((0, 0)))
        size = sum(places.size for places in active.values())
        if not size:
            return bare
        seeds = bare._unpack(np.eye(size))
        echo = bare._pack(bare.propagate({}, seeds)[0])
        return Tangent(flowsheet, jacobians, active, np.eye(size) - echo)

    def propagate(
        self, sources: Mapping[str, np.ndarray], torn: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], dict[tuple[str, str], np.ndarray]]:
        """Changes of every stream (torn ones: as returned) and of every draw, one per column.

        sources: changes put onto unit outlets by name, shape (species, column). torn: changes of
        the torn streams where they enter their takers.
        """
        changes: dict[str, np.ndarray] = {}
        draws: dict[tuple[str, str], np.ndarray] = {}
        wiring = self.flowsheet.wiring
        for name in wiring.order:
            entering = self._entering(name, changes, torn)
            for out in self.flowsheet.plant.units[name].outlets:
                stream = f"{name}.{out}"
                parts = [sources[stream]] if stream in sources else []
                if name in self.jacobians:
                    matrices = self.jacobians[name].outlets
                    parts += [
                        matrices[p, out] @ d for p, d in entering.items() if (p, out) in matrices
                    ]
                if parts:
                    changes[stream] = np.sum(parts, axis=0)
            if name in self.jacobians:
                for (port, at), row in self.jacobians[name].drawn.items():
                    if port in entering:
                        draws[name, at] = draws.get((name, at), 0.0) + row @ entering[port]
        return changes, draws

    def _entering(
        self, name: str, changes: Mapping[str, np.ndarray], torn: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        entering: dict[str, np.ndarray] = {}
        for port, (streams, _) in self.flowsheet.ports[name].items():
            for stream in streams:
                change = torn.get(stream) if stream in self.active else changes.get(stream)
                if change is not None:
                    entering[port] = entering[port] + change if port in entering else change
        return entering

    def close(self, returned: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Changes of the torn streams that stay when those `returned` have gone round for ever.

        Raises numpy.linalg.LinAlgError when a loop keeps what enters it.
        """
        packed = self._pack(returned)
        if not packed.size:
            return {}
        return self._unpack(np.linalg.solve(self.loops, packed))

    def _pack(self, changes: Mapping[str, np.ndarray]) -> np.ndarray:
        columns = next((c.shape[1] for c in changes.values()), 1)
        parts = [
            changes[stream][places] if stream in changes else np.zeros((places.size, columns))
            for stream, places in self.active.items()
        ]
        return np.vstack(parts) if parts else np.zeros((0, columns))

    def _unpack(self, packed: np.ndarray) -> dict[str, np.ndarray]:
        changes, start = {}, 0
        for stream, places in self.active.items():
            changes[stream] = np.zeros((len(self.flowsheet.basis.names), packed.shape[1]))
            changes[stream][places] = packed[start : start + places.size]
            start += places.size
        return changes


def _within_loops(flowsheet: Flowsheet) -> set[str]:
    """Units on a way from a torn stream to a torn stream."""
    wiring = flowsheet.wiring
    onward = {name: {unit for _, unit in wiring.successors(name)} for name in wiring.order}
    back = {name: {unit for unit in onward if name in onward[unit]} for name in onward}
    after = _reached({wiring.taker[stream][0] for stream in wiring.torn}, onward)
    return after & _reached({stream.rpartition(".")[0] for stream in wiring.torn}, back)


def _reached(start: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    waiting, reached = list(start), set()
    while waiting:
        unit = waiting.pop()
        if unit not in reached:
            reached.add(unit)
            waiting += ways[unit]
    return reached
