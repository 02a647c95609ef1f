"""A cut through a series of rare earths: what enters, where it is cut, what may cross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ytterby.chemistry import kg_oxide
from ytterby.design.multicomponent import Lumps
from ytterby.design.practice import order
from ytterby.separation import Chemistry


@dataclass(frozen=True)
class Cut:
    """What one cascade is to do.

    chemistry: of all elements of the feed and sodium.
    feed: amount of each rare earth [mol/s].
    lights: elements that stay in the raffinate; the others are extracted.
    heavy_lost: extracted elements that may go with the raffinate, together [mol/s].
    light_lost: lights that may go with the extract, together [mol/s].
    middle: lights that may leave by either outlet, next to the cut: an unsharp cut.

    Raises ValueError where the lights are no stretch of the series from its light end.
    """

    chemistry: Chemistry
    feed: Mapping[str, float]
    lights: tuple[str, ...]
    heavy_lost: float
    light_lost: float
    middle: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        low = self.series[: len(self.lights)]
        if set(low) != set(self.lights) or not 0 < len(low) < len(self.series):
            raise ValueError(
                f"cut: raffinate {', '.join(self.lights) or 'of nothing'} is no beginning of the "
                f"series {' < '.join(self.series)}; cut between two neighbours"
            )
        if set(self.middle) != set(low[len(low) - len(self.middle) :]):
            raise ValueError(
                f"cut: {', '.join(self.middle)} does not end the raffinate {', '.join(low)}; "
                "only its last elements can be distributed"
            )
        if not (self.heavy_lost > 0 and self.light_lost > 0):
            raise ValueError("cut: nothing may cross; allow some loss to either side [mol/s]")

    @classmethod
    def of_quality(
        cls, chemistry: Chemistry, feed: Mapping[str, float], after: str, *, purity: float,
        recovery: float
    ) -> Cut:  # fmt: skip
        """The cut after an element, given by the extract.

        purity: extracted elements in the oxides of the extract, by weight [-].
        recovery: least share of every extracted element that leaves with the extract [-]; what is
            lost is taken to be the neighbour of the cut.
        """
        for name, value in (("purity", purity), ("recovery", recovery)):
            if not 0 < value < 1:
                raise ValueError(f"cut: {name} is {value}, expected between 0 and 1")
        elements = order(chemistry, [e for e, amount in feed.items() if amount > 0])
        if after not in elements[:-1]:
            raise ValueError(
                f"cut: no cut after {after!r}; expected one of {', '.join(elements[:-1])}"
            )
        place = elements.index(after) + 1
        mass = sum(feed[e] * kg_oxide(e) for e in elements[place:])
        # The light next to the cut is the impurity: it sets the oxide mass of a mole.
        light_lost = (1 - purity) / purity * mass / kg_oxide(after)
        return cls(
            chemistry,
            dict(feed),
            elements[:place],
            (1 - recovery) * feed[elements[place]],
            light_lost,
        )

    @cached_property
    def series(self) -> tuple[str, ...]:
        """Elements fed, by rising extraction; traces brought in from elsewhere included."""
        return order(self.chemistry, [e for e, amount in self.feed.items() if amount > 0])

    @property
    def heavies(self) -> tuple[str, ...]:
        """Elements extracted."""
        return self.series[len(self.lights) :]

    @property
    def sharp_lights(self) -> tuple[str, ...]:
        """Lights that must not leave with the extract."""
        return self.series[: len(self.lights) - len(self.middle)]

    @cached_property
    def total(self) -> float:
        """All rare earths fed [mol/s]."""
        return sum(self.feed.values())

    @property
    def name(self) -> str:
        """Neighbours on both sides of the cut, `Dy | Ho`; `Gd | (Tb) | Dy` where unsharp."""
        middle = f" ({' '.join(self.middle)}) " if self.middle else " "
        return f"{self.sharp_lights[-1]} |{middle}{'| ' if self.middle else ''}{self.heavies[0]}"

    @property
    def key_factor(self) -> float:
        """Separation factor of the neighbours [-]."""
        return self.lumps.key_factor

    @cached_property
    def lumps(self) -> Lumps:
        """The cut per mole of feed with constant separation factors.

        Traces below what may cross the cut do not take part: they would be keys of nothing.
        """
        least = min(self.heavy_lost, self.light_lost)
        there = [e for e in self.series if self.feed[e] > least]
        constants = self.chemistry.log_K[self.chemistry.index(there)]
        amounts = np.array([self.feed[e] for e in there])
        total = float(amounts.sum())
        return Lumps(
            10.0 ** (constants - constants.min()),
            amounts / total,
            sum(e in self.lights for e in there),
            self.heavy_lost / total,
            self.light_lost / total,
            sum(e in self.middle for e in there),
        )
