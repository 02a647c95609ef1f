"""Where the solution of a plant is likely to stand once what varies in it has moved.

The solution is followed one variable at a time, a step up and a step down; along each of them it is
taken as a parabola, and what several variables do together as the sum. This is a guess to start
from, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ytterby.balance import Stream
from ytterby.plant.flowsheet import Flowsheet, Pass

_STEEPEST = 3.0
"""Largest change per step, and in all, of a logarithm that is still believed [-]."""

Position = Mapping[str, np.ndarray]
"""ln of the amounts of each torn stream [-], and what each unit remembers, as numbers [-]."""
Way = tuple[Position | None, Position | None]
"""The positions a step up and a step down one variable; None where there is no solution."""


def position(flowsheet: Flowsheet, done: Pass) -> Position:
    """Where a solution stands."""
    with np.errstate(divide="ignore"):
        found = {name: np.log(done.streams[name].amounts) for name in flowsheet.wiring.torn}
    for unit, memory in flowsheet.memory.items():
        if hasattr(memory, "numbers"):
            found |= {f"{unit} {name}": part for name, part in memory.numbers.items()}
    return found


@dataclass(frozen=True, eq=False)
class Course:
    """How a solution moves with each of some variables.

    base: where it stands. slopes, bends: its first and second derivative by the step of each
    variable [-], by the keys of a position, shape (variable, ...).
    """

    base: Position
    slopes: Mapping[str, np.ndarray]
    bends: Mapping[str, np.ndarray]

    @staticmethod
    def of(base: Position, ways: Sequence[Way]) -> Course:
        """The course through the positions a step up and down each variable."""
        slopes, bends = {}, {}
        for key, here in base.items():
            ends = [[end.get(key) if end else None for end in way] for way in ways]
            parts = [_parabola(up, down, here) for up, down in ends]
            slopes[key] = np.array([slope for slope, _ in parts])
            bends[key] = np.array([bend for _, bend in parts])
        return Course(base, slopes, bends)

    def at(self, steps: np.ndarray) -> Position:
        """The position so many steps along each variable [-], shape (variable,)."""
        found = {}
        for key, here in self.base.items():
            moved = np.tensordot(steps, self.slopes[key], 1)
            moved += np.tensordot(steps**2, self.bends[key], 1) / 2
            found[key] = here + np.clip(moved, -_STEEPEST, _STEEPEST)
        return found


def _parabola(
    up: np.ndarray | None, down: np.ndarray | None, here: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(slope, bend) per step of a parabola through what stands up, here and down of a variable.

    A line for what is gone at one end, or where an end is missing; neither for what moves steeply.
    """
    missing = np.full_like(here, np.nan)
    with np.errstate(invalid="ignore"):
        rise, fall = (missing if end is None else end - here for end in (up, down))
        rise, fall = (
            np.where(np.isfinite(rise), rise, -fall),
            np.where(np.isfinite(fall), fall, -rise),
        )
        slope, bend = (rise - fall) / 2, rise + fall
        sound = (np.abs(slope) < _STEEPEST) & (np.abs(bend) < _STEEPEST)
    return np.where(sound, slope, 0.0), np.where(sound, bend, 0.0)


def stood(
    at: Position, flowsheet: Flowsheet, done: Pass
) -> tuple[dict[str, Stream], dict[str, object]]:
    """The torn streams and the memories at a position, by those of a solution beside it."""
    torn, memory = {}, dict(flowsheet.memory)
    for name in flowsheet.wiring.torn:
        stream = done.streams[name]
        torn[name] = Stream(stream.basis, np.exp(at[name]), stream.temperature)
    for unit, remembered in flowsheet.memory.items():
        if hasattr(remembered, "numbers"):
            memory[unit] = remembered.at({key: at[f"{unit} {key}"] for key in remembered.numbers})
    return torn, memory
