"""Slopes of figures at a solved plant, for any number of fields, from one tangent.

The unit whose setting changes is run anew; all that follows from it, recycles included, comes from
the Jacobians of the units (see `ytterby.plant.tangent`). A slope is one-sided: at a kink, such as
a target that begins to bind, it is that of the side it was taken on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ytterby.balance import Balance, Stream
from ytterby.balance.balance import of_streams
from ytterby.plant import Plant
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.solve import Start, converge, edges
from ytterby.plant.tangent import Tangent
from ytterby.study.evaluate import Study
from ytterby.units import Outcome

Figures = Mapping[str, float]
Step = tuple[Plant, float]
"""(the plant with one field moved, by how much [share of its range])."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """A solved plant with its tangent. base: its balance."""

    flowsheet: Flowsheet
    done: Pass
    base: Balance
    tangent: Tangent

    @staticmethod
    def of(plant: Plant, near: Balance) -> Neighbourhood:
        """The plant solved from `near`, its balance, which is found again. Raises NotConverged."""
        flowsheet = Flowsheet.of(plant)
        done = converge(flowsheet, Start.at(flowsheet, near), lambda line: None)
        tangent = Tangent.around(flowsheet, done, everywhere=True)
        return Neighbourhood(flowsheet, done, near, tangent)

    def balances(self, steps: Sequence[Plant]) -> list[Balance]:
        """What the balance would be after each step, to first order but in the unit that changed.

        steps: plants that differ from this one by settings of their units.
        """
        moved = [self._rerun(plant) for plant in steps]
        size, count = len(self.flowsheet.basis.names), len(steps)
        sources: dict[str, np.ndarray] = {}
        draws: dict[tuple[str, str], np.ndarray] = {}
        for column, outcomes in enumerate(moved):
            for unit, outcome in outcomes.items():
                base = self.done.outcomes[unit]
                for port, stream in outcome.outlets.items():
                    change = stream.amounts - base.outlets[port].amounts
                    rows = sources.setdefault(f"{unit}.{port}", np.zeros((size, count)))
                    rows[:, column] += change
                for port, drawn in outcome.drawn.items():
                    row = draws.setdefault((unit, port), np.zeros(count))
                    row[column] += drawn - base.drawn.get(port, 0.0)
        returned, _ = self.tangent.propagate(sources, {})
        torn = self.tangent.close({s: returned[s] for s in self.tangent.active if s in returned})
        streams, drawn = self.tangent.propagate(sources, torn)
        for key, change in drawn.items():
            draws[key] = draws.get(key, np.zeros(count)) + change
        return [
            self._balance(column, streams, draws, moved[column], plant)
            for column, plant in enumerate(steps)
        ]

    def _rerun(self, plant: Plant) -> dict[str, Outcome]:
        """Outcomes of the units of `plant` that differ, on what they receive here."""
        found = {}
        for name, unit in plant.units.items():
            if unit != self.flowsheet.plant.units[name]:
                inlets = self.flowsheet.inlets(name, self.done.streams)
                found[name] = self.flowsheet.run_unit(unit, name, inlets)
        return found

    def _balance(
        self,
        column: int,
        streams: Mapping[str, np.ndarray],
        draws: Mapping[tuple[str, str], np.ndarray],
        rerun: Mapping[str, Outcome],
        plant: Plant,
    ) -> Balance:
        outcomes = {}
        for name, outcome in self.done.outcomes.items():
            outlets = {
                port: _displaced(stream, streams.get(f"{name}.{port}"), column)
                for port, stream in outcome.outlets.items()
            }
            taken = {
                port: amount + draws[name, port][column] if (name, port) in draws else amount
                for port, amount in outcome.drawn.items()
            }
            outcomes[name] = replace(outcome, outlets=outlets, drawn=taken)
        moved = Pass(self.done.streams, outcomes)
        details = {n: o.detail for n, o in rerun.items() if o.detail is not None}
        return of_streams(
            plant.name,
            edges(self.flowsheet, moved),
            self.flowsheet.wiring.order,
            period=self.base.period,
            duties=self.base.duties,
            facts=self.base.facts,
            details={**self.base.details, **details},
        )


def _displaced(stream: Stream, change: np.ndarray | None, column: int) -> Stream:
    if change is None:
        return stream
    amounts = np.maximum(stream.amounts + change[:, column], 0.0)
    return Stream(stream.basis, amounts, stream.temperature)


def slopes(
    study: Study, plant: Plant, balance: Balance, steps: Sequence[Step]
) -> list[dict[str, float]]:
    """d figure / d share of each step, by figure. plant, balance: where the slopes are taken.

    Raises NotConverged, or ArithmeticError where a step cannot be run.
    """
    here = Neighbourhood.of(plant, balance)
    before = study.outcome(plant, balance)
    found = []
    for (moved, share), after in zip(
        steps, here.balances([moved for moved, _ in steps]), strict=True
    ):
        figures = study.outcome(moved, after)
        found.append({n: (v - before[n]) / share for n, v in figures.items() if n in before})
    return found
