"""Many plants that differ little from one another, solved from the solution of one of them.

A neighbour starts from the streams of the first plant, and from the derivatives of its units:
drawing them up by differences costs more than all the passes. Only units that know their own
derivatives, such as cascades, draw them anew. Where many neighbours move along the same variables,
the course of the solution along each of them tells where to start. The answer is held to the same
tolerances as that of `Plant.solve`, which also takes over where this does not get there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ytterby.balance import Balance
from ytterby.plant.course import Course, Position, position, stood
from ytterby.plant.errors import Infeasible, NotConverged
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.plant import HOUR, Plant
from ytterby.plant.solve import Start, balance_of, converge, refuse_trouble
from ytterby.plant.tangent import Tangent
from ytterby.units import Derivative


@dataclass(frozen=True, eq=False)
class Nearby:
    """A solved plant from which its neighbours are solved.

    plant: the plant itself. balance: its solution. flowsheet, done: its last pass.
    derivatives: of its units there. course: how the solution moves with what varies, if known.
    """

    plant: Plant
    balance: Balance
    flowsheet: Flowsheet
    done: Pass
    derivatives: Mapping[str, Derivative]
    course: Course | None = None

    @staticmethod
    def of(plant: Plant, *, period: float = HOUR) -> Nearby:
        """Solve `plant` and draw up its derivatives; raises what `Plant.solve` raises."""
        flowsheet = Flowsheet.of(plant)
        done = converge(flowsheet, Start.at(flowsheet, None), lambda line: None)
        refuse_trouble(done)
        balance = balance_of(flowsheet, done, period, {}).check()
        jacobians = Tangent.around(flowsheet, done).jacobians
        return Nearby(plant, balance, flowsheet, done, jacobians)

    def along(self, ways: Sequence[tuple[Plant | None, Plant | None]]) -> Nearby:
        """The same with the course along some variables, each given by the plants one step up it
        and one step down; None for one that cannot be, and those without a solution, are passed
        over."""
        ends = [(self._position(up), self._position(down)) for up, down in ways]
        return replace(self, course=Course.of(position(self.flowsheet, self.done), ends))

    def solve(self, plant: Plant, steps: np.ndarray | None = None) -> Balance:
        """The balance of `plant`, over the same period; raises what `Plant.solve` raises.

        steps: how far it lies along each variable of the course [-]; without them the search
        starts from the first plant itself.
        """
        flowsheet = Flowsheet.of(plant)
        if self._like(flowsheet):
            try:
                done = self._done(flowsheet, steps)
            except Infeasible:
                raise
            except NotConverged:
                pass
            else:
                return balance_of(flowsheet, done, self.balance.period, {}).check()
        return plant.solve(period=self.balance.period)

    def _like(self, flowsheet: Flowsheet) -> bool:
        """Whether a flowsheet has the species and the torn streams of this one."""
        same = flowsheet.basis.names == self.flowsheet.basis.names
        return same and flowsheet.wiring.torn == self.flowsheet.wiring.torn

    def _done(self, flowsheet: Flowsheet, steps: np.ndarray | None = None) -> Pass:
        """The last pass of a like flowsheet; raises NotConverged."""
        if self.course is not None and steps is not None:
            at = self.course.at(steps)
            torn, memory = stood(at, self.flowsheet, self.done)
        else:
            torn = {name: self.done.streams[name] for name in flowsheet.wiring.torn}
            memory = self.flowsheet.memory
        flowsheet.memory.update(memory)
        done = converge(flowsheet, Start(torn, derivatives=self.derivatives), lambda line: None)
        refuse_trouble(done)
        return done

    def _position(self, plant: Plant | None) -> Position | None:
        """Where the solution of a neighbour stands, or None where it has none."""
        if plant is None:
            return None
        flowsheet = Flowsheet.of(plant)
        try:
            done = self._done(flowsheet) if self._like(flowsheet) else None
        except NotConverged:
            return None
        return position(flowsheet, done) if done is not None else None
