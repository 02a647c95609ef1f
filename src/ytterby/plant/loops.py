"""The steps by which torn streams close their loops: Newton, kept up to date by every pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ytterby.balance import Stream
from ytterby.chemistry import equilibrate
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.tangent import Tangent

_SMALLEST_SHARE = 0.05
"""Share of itself to which a falling amount is held in one step [-]."""
_GONE = 1e-6
"""What returns of a solid, relative to what went, counts as none below this [-]."""
_TRACE = 1e-30
_FLOOR = 1e-14
"""Amounts, relative to the largest of their stream, below which changes are not told apart."""


class Loops:
    """The linear model of the loops of a plant: which step of the torn streams closes them.

    A tangent is drawn at one pass. Every later pass tells how the loops really answered to a step,
    and the model takes that in by a change of rank one (Broyden 1965): units that bend, and kinks
    at which the tangent lies on the wrong side, cost some more passes instead of a new tangent.
    """

    def __init__(self, flowsheet: Flowsheet, tangent: Tangent) -> None:
        """Raises numpy.linalg.LinAlgError when a loop keeps what enters it."""
        self.flowsheet, self.active = flowsheet, tangent.active
        size = len(tangent.loops)
        self.inverse = np.linalg.inv(tangent.loops) if size else np.zeros((0, 0))

    def step(
        self, torn: Mapping[str, Stream], done: Pass, span: float = np.inf
    ) -> dict[str, Stream]:
        """The torn streams that close the loops, if the model holds.

        No amount falls below a share of itself, and none changes by more than a factor of `span`
        [-]: a loop with a small bleed could leap to and fro between forming a solid and dissolving
        it. A species that was not there when the tangent was drawn goes on as it returns.
        """
        returned = self.flowsheet.returned(done)
        steps, start, moved = self.inverse @ self._gap(torn, done), 0, {}
        for name, places in self.active.items():
            old, amounts = torn[name].amounts, returned[name].copy()
            change = steps[start : start + places.size]
            start += places.size
            base = np.where(old[places] > 0, old[places], amounts[places])
            new = np.maximum(base + change, _SMALLEST_SHARE * base)
            if np.isfinite(span):
                new = np.clip(new, base / span, base * span)
            # A solid that no longer forms is gone; a share of it would never end.
            new[(amounts[places] <= _GONE * old[places]) & (2 * change <= -old[places])] = 0.0
            amounts[places] = new
            moved[name] = amounts
        return as_streams(self.flowsheet, torn, moved)

    def learn(
        self, torn: Mapping[str, Stream], done: Pass, later: Mapping[str, Stream], found: Pass
    ) -> None:
        """Take in that the torn streams went from `torn` to `later`, and what came of both.

        Amounts are weighed by their own size, so that traces count as much as the bulk.
        """
        went = self._pack(torn)
        step = self._pack(later) - went
        change = self._gap(torn, done) - self._gap(later, found)
        weights = 1 / np.maximum(went, _FLOOR * went.max(initial=_TRACE)) ** 2
        predicted = self.inverse @ change
        size = float((weights * step) @ predicted)
        if size:
            along = (weights * step) @ self.inverse
            self.inverse += np.outer((step - predicted) / size, along)

    def _pack(self, torn: Mapping[str, Stream]) -> np.ndarray:
        return np.concatenate([torn[s].amounts[places] for s, places in self.active.items()])

    def _gap(self, torn: Mapping[str, Stream], done: Pass) -> np.ndarray:
        returned = self.flowsheet.returned(done)
        parts = [(returned[s] - torn[s].amounts)[p] for s, p in self.active.items()]
        return np.concatenate(parts)


def as_streams(
    flowsheet: Flowsheet, like: Mapping[str, Stream], amounts: Mapping[str, np.ndarray]
) -> dict[str, Stream]:
    """Torn streams of these amounts [mol/s], each in equilibrium."""
    solution = flowsheet.basis.solution
    return {
        name: Stream(flowsheet.basis, equilibrate(amounts[name], solution), stream.temperature)
        for name, stream in like.items()
    }
