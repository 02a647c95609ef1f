"""One pass through a plant: every unit run once, in order, on what the streams bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ytterby.balance import Basis, Stream, empty, mix
from ytterby.chemistry import NoEquilibrium
from ytterby.plant.errors import NotConverged
from ytterby.plant.wiring import Wiring, drawn
from ytterby.units import Inlet, Outcome, Unit

if TYPE_CHECKING:
    from ytterby.plant.plant import Plant

_NO_EQUILIBRIUM = (
    "move its dose or pH by a thousandth, or leave out a trace of the feed that decides nothing"
)


@dataclass(frozen=True, eq=False)
class Pass:
    """What one pass found: streams by name, and the outcome of each unit."""

    streams: Mapping[str, Stream]
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, eq=False)
class Flowsheet:
    """A plant ready to be run: its basis, its wiring and its feeds as streams."""

    plant: Plant
    basis: Basis
    wiring: Wiring
    feeds: Mapping[str, Stream]
    reagents: Mapping[str, Stream]
    memory: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(plant: Plant) -> Flowsheet:
        basis = plant.basis()
        on_demand = drawn(plant)
        return Flowsheet(
            plant=plant,
            basis=basis,
            wiring=Wiring.of(plant),
            feeds={n: f.stream(basis) for n, f in plant.feeds.items() if n not in on_demand},
            reagents={n: plant.feeds[n].unit_stream(basis) for n in on_demand},
        )

    @cached_property
    def ports(self) -> dict[str, dict[str, tuple[tuple[str, ...], str | None]]]:
        """(determined streams, drawn feed) of each inlet port of each unit."""
        return {
            name: {
                port: (
                    tuple(s for s in names if s not in self.reagents),
                    next((s for s in names if s in self.reagents), None),
                )
                for port, names in unit.inlets.items()
                if names
            }
            for name, unit in self.plant.units.items()
        }

    def inlets(self, name: str, streams: Mapping[str, Stream]) -> dict[str, Inlet]:
        """What each port of the unit `name` is offered."""
        offered = {}
        for port, (names, reagent) in self.ports[name].items():
            taken = [streams[stream] for stream in names]
            together = taken[0] if len(taken) == 1 else mix(taken) if taken else empty(self.basis)
            offered[port] = Inlet(together, self.reagents[reagent] if reagent else None)
        return offered

    def run(self, torn: Mapping[str, Stream], tick: Callable[[str], None]) -> Pass:
        """Run every unit once, with `torn` for the streams at which loops are cut."""
        streams = dict(self.feeds) | dict(torn)
        outcomes = {}
        for name in self.wiring.order:
            tick(name)
            outcome = self.run_unit(self.plant.units[name], name, self.inlets(name, streams))
            self.memory[name] = outcome.memory
            outcomes[name] = outcome
            for port, stream in outcome.outlets.items():
                if f"{name}.{port}" not in torn:
                    streams[f"{name}.{port}"] = stream
        return Pass(streams, outcomes)

    def run_unit(
        self, unit: Unit, name: str, inlets: Mapping[str, Inlet], memory: Any = None
    ) -> Outcome:
        """What `unit` does at the place `name`; `memory` in place of what the last pass left.

        Raises NotConverged where no equilibrium of a liquor with its solids is found.
        """
        try:
            return unit.run(name, inlets, self.memory.get(name) if memory is None else memory)
        except NoEquilibrium as error:
            wettest = max(inlets.values(), key=lambda inlet: inlet.stream.mass_of("aqueous")).stream
            came = f", p[H] {wettest.pH:.2f} of what comes in" if np.isfinite(wettest.pH) else ""
            raise NotConverged(name, f"{error}{came}", _NO_EQUILIBRIUM) from None

    def returned(self, done: Pass) -> dict[str, np.ndarray]:
        """What the units make of the torn streams [mol/s]."""
        found = {}
        for stream in self.wiring.torn:
            unit, _, port = stream.rpartition(".")
            found[stream] = done.outcomes[unit].outlets[port].amounts
        return found
