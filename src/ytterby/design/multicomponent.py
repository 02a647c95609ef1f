"""Many components with constant separation factors: least organic and a count of stages.

An exchange cascade is a distillation column of constant relative volatility: organic for vapour,
aqueous for liquid, the scrub for the reflux. So its limits are those of Fenske and Underwood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ytterby.design.binary import Operation, Split
from ytterby.design.stagewise import exact_stages

Array = NDArray[np.float64]
BISECTIONS = 100
"""Halvings of the bracket of the Underwood root: down to rounding."""


@dataclass(frozen=True, eq=False)
class Lumps:
    """Where a series is cut, and what may cross the cut.

    factors: separation factor of each component to any reference [-], rising, shape (component,).
    feed: moles of each per mole of feed [-], shape (component,); sums to one.
    lights: how many components stay in the raffinate; the others are extracted.
    middle: how many of the lights, counted from the cut, may leave by either outlet: an unsharp
        cut. Zero for a sharp one.
    heavy_in_raffinate, light_in_extract: moles of the extracted components lost to the raffinate,
        and of the others lost to the extract, per mole of feed [-].
    """

    factors: Array
    feed: Array
    lights: int
    heavy_in_raffinate: float
    light_in_extract: float
    middle: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.lights - self.middle <= self.lights < self.feed.size:
            raise ValueError(
                f"lumps: {self.lights} of {self.feed.size} components as lights, {self.middle} of "
                "them distributed; expected at least one on each side"
            )

    @property
    def heavies(self) -> float:
        """Extracted components per mole of feed [-]."""
        return float(self.feed[self.lights :].sum())

    @property
    def key_factor(self) -> float:
        """Separation factor of the two components next to the cut [-]."""
        return float(self.factors[self.lights] / self.factors[self.lights - self.middle - 1])

    def least_organic(self) -> float:
        """S_min [-] by Underwood's equations, aqueous feed, sharp separation of the keys.

            sum_i alpha_i z_i/(alpha_i - theta) = 0
            S_min = sum_extracted alpha_i z_i/(alpha_i - theta)

        with theta between the factors of the keys; it is f_A + 1/(beta - 1) for two components.
        A. J. V. Underwood, Chem. Eng. Prog. 44 (1948) 603-614. An unsharp cut has one root for
        each gap of the middle, and the amounts distributed follow from them.
        """
        return self._limit[0]

    def distributed(self) -> Array:
        """Moles of each in the extract at S_min per mole of feed [-], shape (component,)."""
        return self._limit[1]

    @cached_property
    def _limit(self) -> tuple[float, Array]:
        alpha, z, middle = self.factors, self.feed, self.middle
        low, high = self.lights - middle, self.lights
        extracted = np.where(np.arange(z.size) >= high, z, 0.0)
        roots = [underwood_root(alpha, z, gap) for gap in range(low - 1, high)]
        matrix = np.ones((middle + 1, middle + 1))
        right = np.empty(middle + 1)
        for row, root in enumerate(roots):
            right[row] = float((alpha * extracted / (alpha - root)).sum())
            matrix[row, 1:] = -alpha[low:high] / (alpha[low:high] - root)
        solved = np.linalg.solve(matrix, right)
        extracted[low:high] = np.clip(solved[1:], 0.0, z[low:high])
        return float(solved[0]), extracted

    @cached_property
    def effective_factor(self) -> float:
        """Separation factor of the two lumps that have the same S_min [-]."""
        extract = float(self.distributed().sum())
        return 1 + 1 / (self.least_organic() - extract)

    @cached_property
    def lumped(self) -> Split:
        """Extracted components as A and the others as B."""
        extract = self.distributed()
        lost = self.heavy_in_raffinate - self.light_in_extract
        leaving = float(extract.sum()) - lost
        fraction = float(extract.sum())
        return Split(
            fraction,
            1 - self.light_in_extract / leaving,
            1 - self.heavy_in_raffinate / (1 - leaving),
        )

    def stages(self, organic: float) -> tuple[float, float]:
        """Extraction and scrubbing stages at S [-], a first guess.

        The exact count of the two lumps at the effective factor, times the ratio of Fenske's count
        for the keys to that for the lumps, section by section. It is exact for two components.
        Fails where a component far from the cut, not its neighbour, limits the purity.
        """
        factor, split = self.effective_factor, self.lumped
        counted = exact_stages(Operation(split, "aqueous", organic), factor)
        keys = self._key_changes()
        lumps = split.raffinate_factor, split.extract_factor
        scale = math.log(factor) / math.log(self.key_factor)
        extraction, scrubbing = (
            scale * math.log(key) / math.log(lump) for key, lump in zip(keys, lumps, strict=True)
        )
        return counted.extraction * extraction, counted.scrubbing * scrubbing

    def total_reflux_sections(self) -> tuple[float, float]:
        """Fenske's least count for the keys [-], of extraction and scrubbing, see
        `stagewise.total_reflux_stages`."""
        below, above = self._key_changes()
        factor = math.log(self.key_factor)
        return math.log(below) / factor, math.log(above) / factor

    def _key_changes(self) -> tuple[float, float]:
        """How much the ratio of the keys changes from the feed to the raffinate and the extract."""
        light = float(self.feed[self.lights - self.middle - 1])
        heavy = float(self.feed[self.lights])
        lost_heavy = min(self.heavy_in_raffinate, heavy / 2)
        lost_light = min(self.light_in_extract, light / 2)
        below = (light - lost_light) / lost_heavy * (heavy / light)
        above = (heavy - lost_heavy) / lost_light * (light / heavy)
        return below, above


def underwood_root(alpha: Array, z: Array, gap: int) -> float:
    """The root theta of sum alpha z/(alpha - theta) between alpha[gap] and alpha[gap + 1]."""
    low, high = float(alpha[gap]), float(alpha[gap + 1])
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value = float((alpha * z / (alpha - middle)).sum())
        low, high = (middle, high) if value < 0 else (low, middle)
    return (low + high) / 2
