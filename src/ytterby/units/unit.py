"""The protocol of a unit operation: frozen parameters and one pure method."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import Reaction, Species, by_totals, totals
from ytterby.facts import Fact
from ytterby.units.conversion import convert
from ytterby.units.fields import FactTable, declarations, settled

Grade = Literal["mechanistic", "fitted", "specified"]
SOURCE_IN_CODE = "given by the caller"


@dataclass(frozen=True, eq=False)
class Inlet:
    """What a port is offered.

    stream: the determined streams that name the port, mixed. reagent: 1 kg/s of the feed that may
    be drawn, or None where the port names none.
    """

    stream: Stream
    reagent: Stream | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a unit does with its inlets.

    outlets: streams by port. drawn: kg/s taken from the drawn feed of each port.
    duties: energy and work taken [W] by kind. findings: what the reader should know.
    trouble: why the result cannot stand (a target out of reach), or None.
    stuck: the trouble is such that the outlets do not follow the inlets.
    passing: the trouble is how much a loop returns, and may pass as the loops close.
    residual: largest relative residual of the equations inside the unit [-].
    memory: what helps to solve the same unit again nearby. detail: what a report may show.
    """

    outlets: Mapping[str, Stream]
    drawn: Mapping[str, float] = field(default_factory=dict)
    duties: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    trouble: Finding | None = None
    stuck: bool = False
    passing: bool = False
    residual: float = 0.0
    memory: Any = None
    detail: Any = None


@dataclass(frozen=True, eq=False)
class Derivative:
    """How a unit answers to small changes of what it receives.

    outlets: by (inlet port, outlet port), shape (species out, species in).
    drawn: kg/s drawn at a port per mol/s at an inlet port, shape (species in,), by (in, port).
    """

    outlets: Mapping[tuple[str, str], np.ndarray]
    drawn: Mapping[tuple[str, str], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit operation. Subclasses are frozen dataclasses of declared fields.

    kind: its name in plant files. grade: mechanistic (equations), fitted (equations with
    constants fitted to like plants) or specified (the user says what happens).
    outlets: meaning of each outlet port.
    """

    kind: ClassVar[str]
    grade: ClassVar[Grade]
    outlets: ClassVar[Mapping[str, str]]

    def __post_init__(self) -> None:
        told = declarations(type(self))
        chosen = [name for name, one in told.items() if one.chosen]
        for name, one in told.items():
            if name not in chosen:
                object.__setattr__(
                    self, name, convert(name, one, getattr(self, name), SOURCE_IN_CODE)
                )
        # Choices come first: these facts depend on them.
        told = settled(type(self), vars(self)) if chosen else told
        for name in chosen:
            value = convert(name, told[name], getattr(self, name), SOURCE_IN_CODE)
            object.__setattr__(self, name, value)

    def reach(self, names: frozenset[str]) -> set[str]:
        """Species that this unit may make out of the species `names`."""
        return set()

    def only_drawn(self, port: str) -> str:
        """Why the inlet `port` takes only a feed without a flow; '' where streams will do."""
        return ""

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        """What happens to `inlets` in the unit called `name`. Pure; `memory` only saves time."""
        raise NotImplementedError

    def derivative(self, inlets: Mapping[str, Inlet], outcome: Outcome) -> Derivative | None:
        """How `outcome` moves with the `inlets` it came of; None where only differences tell."""
        return None

    @property
    def inlets(self) -> dict[str, tuple[str, ...]]:
        """Names of the streams each inlet port takes."""
        ports = {}
        for port, told in declarations(type(self)).items():
            if told.kind == "inlet":
                taken = getattr(self, port)
                ports[port] = (taken,) if isinstance(taken, str) else tuple(taken)
        return ports

    @property
    def facts(self) -> dict[str, Fact]:
        """The facts the unit rests on, by field, tables as `field.key`."""
        found: dict[str, Fact] = {}
        for name, told in declarations(type(self)).items():
            value = getattr(self, name)
            if told.kind == "fact":
                found[name] = value
            elif told.kind == "facts":
                found.update({f"{name}.{key}": one for key, one in value.items()})
        return found

    def with_fact(self, path: str, changed: Fact) -> Unit:
        """The unit with the fact at `path` (a key of `facts`) replaced."""
        name, _, key = path.partition(".")
        value = FactTable({**getattr(self, name), key: changed}) if key else changed
        return dataclasses.replace(self, **{name: value})


def react(basis: Basis, amounts: np.ndarray, extents: Mapping[Reaction, float]) -> np.ndarray:
    """`amounts` [mol/s] after reactions have gone by `extents` [mol/s]."""
    after = amounts.copy()
    for reaction, extent in extents.items():
        if extent:
            after += extent * reaction.vector(basis.names)
    return after


def with_reagent(inlet: Inlet, drawn: float) -> np.ndarray:
    """Amounts [mol/s] of an inlet's own stream together with `drawn` kg/s of its reagent."""
    if inlet.reagent is None or drawn == 0:
        return inlet.stream.amounts
    return inlet.stream.amounts + drawn * inlet.reagent.amounts


def in_equilibrium(stream: Stream, moved: np.ndarray) -> np.ndarray:
    """Changes of a stream once its solution has come to equilibrium, from those before.

    stream: at equilibrium. moved: [mol/s] per anything, shape (species, columns).
    """
    solution, aqueous = stream.basis.solution, stream.basis.masks["aqueous"][:, None]
    dissolved = by_totals(stream.amounts, solution) @ (totals(solution) @ moved)
    return np.where(aqueous, dissolved, moved)


def elements_in(names: Iterable[str]) -> set[str]:
    """Chemical elements of the species `names`."""
    return {element for name in names for element, _ in Species.of(name).atoms}


def outside_windows(name: str, facts: Iterable[Fact], **values: float) -> tuple[Finding, ...]:
    """A note for each variable that lies outside the window of one of `facts`: extrapolated."""
    notes = {}
    for fact in facts:
        for variable, (low, high) in fact.window.items():
            value = values.get(variable)
            if value is not None and not low <= value <= high:
                notes[variable] = Finding(
                    name,
                    f"{variable} {value:.6g} lies outside {low:.6g} to {high:.6g}, where "
                    f"{fact.name} holds: extrapolated",
                )
    return tuple(notes.values())
