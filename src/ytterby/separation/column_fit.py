"""Constants of a clay from a column test: breakthrough curves against the column in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.column import AMMONIUM, STEP, ClayColumn, Wash

Array = NDArray[np.float64]

DIFFERENCE = 1e-4
"""Step of a difference by a parameter, each of which is a decimal logarithm [-]."""
TRANSFER = "log_transfer"


@dataclass(frozen=True)
class Sampled:
    """One analysis of the outflow.

    time: since the first wash began [s]. ion: its name. concentration, uncertainty: measured, and
    one standard uncertainty of it [mol/m3].
    """

    time: float
    ion: str
    concentration: float
    uncertainty: float


@dataclass(frozen=True)
class ColumnTest:
    """A column test, as a model that `ytterby.separation.fit.fit` takes.

    column: as it is believed to be. washes: as they were fed. samples: of its outflow.
    parameters: log_K.<ion> (Kerr against ammonium), log_held.<ion> (log10 of what can be desorbed
    [mol/kg]), log_transfer (log10 of the rate to standing water [1/s]).
    Raises ValueError for a parameter or ion that is not there, or a sample after the last wash.
    """

    column: ClayColumn
    washes: tuple[Wash, ...]
    samples: tuple[Sampled, ...]
    parameters: tuple[str, ...]
    own_uncertainty: bool = True
    step: float = STEP

    def __post_init__(self) -> None:
        for name in self.parameters:
            adjusted(self.column, name, value_of(self.column, name))
        end = sum(wash.duration for wash in self.washes)
        known = self.column.leach(self.washes, step=self.step).ions
        for one in self.samples:
            if one.ion not in known:
                raise ValueError(
                    f"column test: found the ion {one.ion!r}, expected one of {', '.join(known)}"
                )
            if not 0 <= one.time <= end * (1 + DIFFERENCE) or one.uncertainty <= 0:
                raise ValueError(
                    f"column test: found {one}, expected a time within the washes, {end:g} s, and "
                    "an uncertainty above zero"
                )

    @property
    def names(self) -> tuple[str, ...]:
        return self.parameters

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(f"{one.ion} at {one.time:g} s" for one in self.samples)

    def start(self) -> Array:
        return np.array([value_of(self.column, name) for name in self.parameters])

    def at(self, values: Sequence[float] | Array) -> ClayColumn:
        """The column with these parameters."""
        column = self.column
        for name, value in zip(self.parameters, values, strict=True):
            column = adjusted(column, name, float(value))
        return column

    def modelled(self, values: Array) -> Array:
        """What the samples would be [mol/m3], shape (sample,)."""
        run = self.at(values).leach(self.washes, step=self.step)
        times = np.array([one.time for one in self.samples])
        ions = np.array([run.place(one.ion) for one in self.samples])
        found = np.empty(len(self.samples))
        for ion in np.unique(ions):
            here = ions == ion
            found[here] = np.interp(times[here], run.time, run.effluent[:, ion])
        return found

    @cached_property
    def _measured(self) -> tuple[Array, Array]:
        values = [(one.concentration, one.uncertainty) for one in self.samples]
        measured, sigma = np.array(values).T
        return measured, sigma

    def residuals(self, values: Array) -> Array:
        measured, sigma = self._measured
        return (measured - self.modelled(values)) / sigma

    def jacobian(self, values: Array) -> Array:
        _, sigma = self._measured
        columns = [
            (self.modelled(values + row) - self.modelled(values - row)) / (2 * DIFFERENCE)
            for row in DIFFERENCE * np.eye(values.size)
        ]
        return -np.array(columns).T / sigma[:, None]


def value_of(column: ClayColumn, name: str) -> float:
    """The parameter as the column has it; raises ValueError naming those there are."""
    clay = column.clay
    kind, _, ion = name.partition(".")
    if kind == "log_K" and ion in clay.log_K:
        return clay.log_K[ion]
    if kind == "log_held" and clay.held.get(ion, 0.0) > 0:
        return float(np.log10(clay.held[ion]))
    if name == TRANSFER and np.isfinite(clay.transfer):
        return float(np.log10(clay.transfer))
    constants = [f"log_K.{one}" for one in clay.log_K]
    amounts = [f"log_held.{one}" for one, held in clay.held.items() if held > 0]
    known = [*constants, *amounts, *([TRANSFER] if np.isfinite(clay.transfer) else [])]
    hint = f"; {AMMONIUM} is what constants are against" if ion == AMMONIUM else ""
    raise ValueError(f"found the parameter {name!r}, expected one of {', '.join(known)}{hint}")


def adjusted(column: ClayColumn, name: str, value: float) -> ClayColumn:
    """The column with one parameter changed."""
    clay = column.clay
    kind, _, ion = name.partition(".")
    if kind == "log_K":
        clay = replace(clay, log_K={**clay.log_K, ion: value})
    elif kind == "log_held":
        clay = replace(clay, held={**clay.held, ion: 10.0**value})
    else:
        clay = replace(clay, transfer=10.0**value)
    return replace(column, clay=clay)
