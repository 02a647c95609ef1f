"""Many plants that differ little from one another, solved from the solution of one of them.

A neighbour starts from the streams of the first plant, and from the derivatives of its units:
drawing them up by differences costs more than all the passes. Only units that know their own
derivatives, such as cascades, draw them anew. The answer is held to the same tolerances as that of
`Plant.solve`, which also takes over where this does not get there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.balance import Balance
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
    derivatives: of its units there.
    """

    plant: Plant
    balance: Balance
    flowsheet: Flowsheet
    done: Pass
    derivatives: Mapping[str, Derivative]

    @staticmethod
    def of(plant: Plant, *, period: float = HOUR) -> Nearby:
        """Solve `plant` and draw up its derivatives; raises what `Plant.solve` raises."""
        flowsheet = Flowsheet.of(plant)
        done = converge(flowsheet, Start.at(flowsheet, None), lambda line: None)
        refuse_trouble(done)
        balance = balance_of(flowsheet, done, period, {}).check()
        jacobians = Tangent.around(flowsheet, done).jacobians
        return Nearby(plant, balance, flowsheet, done, jacobians)

    def solve(self, plant: Plant) -> Balance:
        """The balance of `plant`, over the same period; raises what `Plant.solve` raises."""
        flowsheet = Flowsheet.of(plant)
        same = flowsheet.basis.names == self.flowsheet.basis.names
        if same and flowsheet.wiring.torn == self.flowsheet.wiring.torn:
            flowsheet.memory.update(self.flowsheet.memory)
            torn = {name: self.done.streams[name] for name in flowsheet.wiring.torn}
            start = Start(torn, derivatives=self.derivatives)
            try:
                done = converge(flowsheet, start, lambda line: None)
                refuse_trouble(done)
            except Infeasible:
                raise
            except NotConverged:
                pass
            else:
                return balance_of(flowsheet, done, self.balance.period, {}).check()
        return plant.solve(period=self.balance.period)
