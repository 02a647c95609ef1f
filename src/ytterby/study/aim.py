"""What is wanted of a plant: a figure as good as can be, others on one side of a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TOLERANCE = 1e-3
"""Distance from a limit, relative to its size, within which it counts as held [-]."""


@dataclass(frozen=True)
class Aim:
    """A figure to be made as large or as small as can be."""

    name: str
    sense: Literal["maximise", "minimise"]

    @property
    def sign(self) -> int:
        """Of the figure in what is minimised."""
        return 1 if self.sense == "minimise" else -1


@dataclass(frozen=True)
class Held:
    """A figure that must stay on one side of a value."""

    name: str
    sense: Literal[">=", "<="]
    value: float

    @property
    def inward(self) -> int:
        """Sign of a change of the figure towards the right side."""
        return 1 if self.sense == ">=" else -1

    @property
    def size(self) -> float:
        """What tolerances are relative to: the value, or what a share lacks of one where that is
        less. A purity of 99.9 % may not miss by a thousandth of itself, but of its impurity."""
        size = abs(self.value) or 1.0
        return min(size, 1 - size) if 0 < size < 1 else size

    def room(self, figure: float) -> float:
        """How far the figure is on the right side [its unit]; negative on the wrong one."""
        return self.inward * (figure - self.value)

    def holds(self, figure: float) -> bool:
        """Whether the figure is on the right side, within the tolerance."""
        return self.room(figure) >= -TOLERANCE * self.size
