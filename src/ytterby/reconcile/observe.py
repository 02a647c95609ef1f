"""What the readings tell of each mass and content: how surely, or why not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ytterby.balance import Covariance
from ytterby.reconcile.arrow import RANK, Arrow
from ytterby.reconcile.model import Model

UNSEEN = 1e-6
"""Share of a free circulation in a mass above which that mass is not known [-].

Circulations are in whole numbers, and round-off stands at 1e-12.
"""


@dataclass(frozen=True, eq=False)
class Observed:
    """Which masses the readings tell, and how surely.

    mass_known: shape (way,). content_known: shape (element, way). mass_factor: standard errors of
    the masses by cause [kg], shape (way, cause). content: of the contents. swings: what changes
    together unseen, by element (None: the mass), shape (way, circulation).
    """

    mass_known: np.ndarray
    content_known: np.ndarray
    mass_factor: np.ndarray
    content: Covariance
    swings: dict[str | None, np.ndarray]

    def why(self, model: Model, way: int, element: str | None) -> str:
        """Why nobody knows the mass or content of a way: what it could be exchanged with."""
        swing = self.swings[element]
        if not _swing(swing)[way]:
            return (
                f"readings bear on the {element or 'mass'} of {model.network.ways[way].name}, but "
                "leave it less sure than the largest of them"
            )
        names = [one.name for one in model.network.ways]
        together = np.abs(swing @ swing[way]) > UNSEEN
        others = [names[i] for i in np.flatnonzero(together) if i != way]
        what = element or "mass"
        if not others:
            return f"no reading bears on the {what} of {names[way]}"
        return (
            f"the {what} of {names[way]} cannot be told from that of {', '.join(others)}: "
            "more in one and less in another closes as well; measure one of them"
        )


def observe(model: Model, arrow: Arrow) -> Observed:
    """What the factored Jacobian `arrow` sees of every mass and content.

    What is less sure than the largest reading of its kind is not known, though a formula gives it:
    two flows from three assays that hardly differ.
    """
    loops = model.flows.loops
    count = loops.shape[1]
    factor = loops @ arrow.head.inverse[:count]
    swings: dict[str | None, np.ndarray] = {None: _swings(loops, arrow.head.blind[:count])}
    common, own = [], []
    for element, carried, block, coupling in zip(
        model.network.elements, model.carried, arrow.blocks, arrow.couplings, strict=True
    ):
        through = carried.loops @ block.inverse
        shared = through @ (block.seen.T @ coupling)
        common.append(-shared @ arrow.head.inverse)
        own.append(through)
        free = [_swings(carried.loops, block.blind), _swings(shared, arrow.head.blind)]
        swings[element] = np.hstack(free)
    width = max((part.shape[1] for part in own), default=0)
    padded = [np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in own]
    ways = len(model.network.ways)
    content = Covariance(_stacked(common, ways), _stacked(padded, ways))
    known = [
        ~_swing(swings[element]) & (content.standard[:, row] <= model.largest[1 + row])
        | ~model.network.carries(element)
        for row, element in enumerate(model.network.elements)
    ]
    return Observed(
        ~_swing(swings[None]) & (np.sqrt((factor**2).sum(axis=1)) <= model.largest[0]),
        np.array(known, dtype=bool).reshape(-1, ways),
        factor,
        content,
        swings,
    )


def _swings(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """left @ right without the columns that are round-off, scaled to a largest entry of one."""
    columns = left @ right
    size = np.abs(columns).max(axis=0, initial=0.0)
    possible = np.abs(left).sum(axis=1).max(initial=0.0) * np.abs(right).max(axis=0, initial=0.0)
    kept = size > RANK * possible
    return columns[:, kept] / size[kept]


def _swing(columns: np.ndarray) -> np.ndarray:
    return np.asarray((np.abs(columns) > UNSEEN).any(axis=1))


def _stacked(parts: list[np.ndarray], ways: int) -> np.ndarray:
    """By element, to shape (way, element, cause)."""
    return np.stack(parts, axis=1) if parts else np.zeros((ways, 0, 0))
