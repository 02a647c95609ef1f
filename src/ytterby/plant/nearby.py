"""Many plants that differ little from one another: one tangent serves them all.

Drawing up the tangent of a plant costs a hundred passes, and a neighbour of the plant has nearly
the same one. Here it is drawn once; each neighbour starts from the solution of the first plant
and brings the tangent up to date with what its own passes tell (Broyden's rank-one updates). The
answer is held to the same tolerances as that of `Plant.solve`, which also takes over where this
does not get there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ytterby.balance import Balance, Stream
from ytterby.chemistry import equilibrate
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.plant import HOUR, Plant
from ytterby.plant.solve import (
    TEAR_TOLERANCE,
    _balance,
    _mismatch,
    _refuse_trouble,
    converge,
)
from ytterby.plant.tangent import Tangent

_MOST_PASSES = 25
_HOPELESS = 1e3
"""Mismatch beyond which a step has gone wrong [-]."""
_PATIENCE = 6
"""Passes within which the mismatch must halve for another pass to be worth while."""
_SMALLEST_SHARE = 0.05
"""Share of itself to which a falling amount is held in one step [-]."""
_FLOOR = 1e-14
"""Amounts, relative to the largest of their stream, below which changes are not told apart."""


@dataclass(frozen=True, eq=False)
class Nearby:
    """A solved plant from which its neighbours are solved.

    plant: the plant itself. balance: its solution. flowsheet, done: its last pass. active: places
    of the torn streams that are not empty. inverse: of the loop system, shape (active, active).
    """

    plant: Plant
    balance: Balance
    flowsheet: Flowsheet
    done: Pass
    active: Mapping[str, np.ndarray]
    inverse: np.ndarray

    @staticmethod
    def of(plant: Plant, *, period: float = HOUR) -> Nearby:
        """Solve `plant` and draw up its tangent; raises what `Plant.solve` raises."""
        flowsheet = Flowsheet.of(plant)
        done, _ = converge(flowsheet, None, lambda line: None)
        _refuse_trouble(done)
        tangent = Tangent.around(flowsheet, done)
        size = len(tangent.loops)
        return Nearby(
            plant,
            _balance(flowsheet, done, period, {}).check(),
            flowsheet,
            done,
            tangent.active,
            np.linalg.solve(tangent.loops, np.eye(size)),
        )

    def solve(self, plant: Plant) -> Balance:
        """The balance of `plant`, over the same period; raises what `Plant.solve` raises."""
        flowsheet = Flowsheet.of(plant)
        same = flowsheet.basis.names == self.flowsheet.basis.names
        like = same and tuple(flowsheet.wiring.torn) == tuple(self.flowsheet.wiring.torn)
        if like:
            flowsheet.memory.update(self.flowsheet.memory)
            done = self._settle(flowsheet)
            if done is not None:
                _refuse_trouble(done)
                return _balance(flowsheet, done, self.balance.period, {}).check()
        return plant.solve(period=self.balance.period, near=self.balance)

    def _settle(self, flowsheet: Flowsheet) -> Pass | None:
        """The pass at which every torn stream returns as it went; None where it is not found."""
        torn = {s: self.done.streams[s] for s in flowsheet.wiring.torn}
        done = flowsheet.run(torn, lambda name: None)
        inverse, seen = self.inverse.copy(), []
        for _ in range(_MOST_PASSES):
            seen.append(_mismatch(flowsheet, torn, done))
            if seen[-1] <= TEAR_TOLERANCE:
                return done
            if not seen[-1] < _HOPELESS or _stalled(seen):
                return None
            gap, went = self._gap(flowsheet, torn, done), self._pack(torn)
            torn = self._moved(flowsheet, torn, inverse @ gap)
            done = flowsheet.run(torn, lambda name: None)
            _update(inverse, self._pack(torn) - went, gap - self._gap(flowsheet, torn, done), went)
        return None

    def _pack(self, torn: Mapping[str, Stream]) -> np.ndarray:
        return np.concatenate([torn[s].amounts[places] for s, places in self.active.items()])

    def _gap(self, flowsheet: Flowsheet, torn: Mapping[str, Stream], done: Pass) -> np.ndarray:
        returned = flowsheet.returned(done)
        parts = [(returned[s] - torn[s].amounts)[p] for s, p in self.active.items()]
        return np.concatenate(parts)

    def _moved(
        self, flowsheet: Flowsheet, torn: Mapping[str, Stream], step: np.ndarray
    ) -> dict[str, Stream]:
        """The torn streams after a step, none of their amounts below a share of itself."""
        moved, start = {}, 0
        for name, places in self.active.items():
            old = torn[name]
            amounts = old.amounts.copy()
            wanted = amounts[places] + step[start : start + places.size]
            amounts[places] = np.maximum(wanted, _SMALLEST_SHARE * amounts[places])
            start += places.size
            settled = equilibrate(amounts, flowsheet.basis.solution)
            moved[name] = Stream(flowsheet.basis, settled, old.temperature)
        return moved


def _stalled(seen: list[float]) -> bool:
    """Whether the mismatch has not halved within the last few passes."""
    return len(seen) > _PATIENCE and min(seen[-_PATIENCE:]) > min(seen[:-_PATIENCE]) / 2


def _update(inverse: np.ndarray, step: np.ndarray, change: np.ndarray, size: np.ndarray) -> None:
    """Make `inverse` take `change` to `step`, and leave it alone across that (Broyden 1965).

    Amounts are weighed by their own size, so that traces count as much as the bulk.
    """
    weights = 1 / np.maximum(size, _FLOOR * size.max()) ** 2
    predicted = inverse @ change
    along = (weights * step) @ inverse
    size_of_it = (weights * step) @ predicted
    if size_of_it:
        inverse += np.outer((step - predicted) / size_of_it, along)
