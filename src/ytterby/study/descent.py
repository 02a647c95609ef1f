"""A search along slopes: sequential quadratic programming in a trust region.

At each point the aim and what is held are taken as straight, the curvature of both together as
what earlier slopes tell (damped BFGS: Nocedal and Wright, Numerical Optimization, 2006, procedure
18.2), and the best step within a box of the size of the region is tried (Fletcher's S l1 QP,
section 18.5). A step that keeps less than it promised makes the region smaller; so a kink or a
plant without a steady state costs steps, not the search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, nnls

_FIRST_RADIUS, _LAST_RADIUS = 0.2, 1e-3
"""Trust region at the start and at the end, relative to the range of a field [-]."""
_KEPT, _WELL_KEPT = 0.1, 0.75
"""Share of the promised gain from which a step is taken, and the region made larger [-]."""
_SHRINK, _GROW = 3.0, 2.0
_PRICE = 10.0
"""Weight of what is not held, over the multipliers, in what a step is judged by [-]."""
_LEAST_GAIN = 1e-5
"""Gain of a step, relative to the size of the aim, below which a search is over [-]."""
_FLATTEST = 1e-7
"""Least curvature to begin with [-]."""
_DAMPING = 0.2

Point = tuple[float, np.ndarray]
"""(aim, to be made small; rooms of what is held, to be at least nothing), both of size one."""


@dataclass(frozen=True, eq=False)
class Model:
    """Aim and rooms near a point. slope: shape (field,). rooms' slopes: shape (held, field)."""

    at: np.ndarray
    value: Point
    slope: np.ndarray
    slopes: np.ndarray
    curvature: np.ndarray

    def merit(self, step: np.ndarray, price: float) -> float:
        """What a step promises: aim, and weighed what would not be held."""
        aim = self.value[0] + self.slope @ step + step @ self.curvature @ step / 2
        return float(aim + price * _missing(self.value[1] + self.slopes @ step))

    def step(self, radius: float, price: float) -> np.ndarray:
        """The best step within `radius` of every field and within its limits."""
        size, held = len(self.at), len(self.value[1])
        low, high = np.maximum(-radius, -self.at), np.minimum(radius, 1 - self.at)
        slack = np.maximum(-self.value[1], 0.0)

        def aim(both: np.ndarray) -> float:
            step, missing = both[:size], both[size:]
            return self.slope @ step + step @ self.curvature @ step / 2 + price * missing.sum()

        def slope(both: np.ndarray) -> np.ndarray:
            rising = self.slope + self.curvature @ both[:size]
            return np.concatenate([rising, np.full(held, price)])

        rooms = np.hstack([self.slopes, np.eye(held)])
        constraint = {
            "type": "ineq",
            "fun": lambda both: self.value[1] + rooms @ both,
            "jac": lambda both: rooms,
        }
        found = minimize(
            aim,
            np.concatenate([np.zeros(size), slack]),
            jac=slope,
            method="SLSQP",
            bounds=[*zip(low, high, strict=True), *[(0.0, np.inf)] * held],
            constraints=[constraint] if held else [],
            options={"ftol": 1e-12, "maxiter": 200},
        )
        return np.clip(found.x[:size], low, high)

    def multipliers(self, step: np.ndarray) -> np.ndarray:
        """What each held figure is worth after a step, never negative, shape (held,)."""
        if not len(self.slopes):
            return np.zeros(0)
        rising = self.slope + self.curvature @ step
        at = self.at + step
        ends = [np.eye(len(at))[i] * (1 if at[i] < 1 / 2 else -1) for i in _ends(at)]
        weights, _ = nnls(np.array([*self.slopes, *ends]).T, rising)
        tight = self.value[1] + self.slopes @ step <= _LAST_RADIUS
        return np.where(tight, weights[: len(self.slopes)], 0.0)


def _ends(at: np.ndarray) -> list[int]:
    return np.flatnonzero((at <= _LAST_RADIUS) | (at >= 1 - _LAST_RADIUS)).tolist()


def _missing(rooms: np.ndarray) -> float:
    return float(np.maximum(-rooms, 0.0).sum())


def descend(
    start: np.ndarray,
    value: Callable[[np.ndarray], Point | None],
    slopes: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    most: int,
) -> np.ndarray:
    """Where the search along slopes comes to rest, fields as shares of their ranges.

    value: at a point, or None where there is none. slopes: of the aim, shape (field,), and of the
    rooms, shape (held, field). most: points to try at most.
    """
    at, size = start, len(start)
    first = value(at)
    assert first is not None
    model = Model(at, first, *slopes(at), np.zeros((size, size)))
    radius, price = _FIRST_RADIUS, _PRICE
    for _ in range(most):
        step = model.step(radius, price)
        promised = model.merit(np.zeros(size), price) - model.merit(step, price)
        if promised <= _LEAST_GAIN:
            break
        after = value(model.at + step)
        gained = -np.inf
        if after is not None:
            merit = after[0] + price * _missing(after[1])
            gained = model.merit(np.zeros(size), price) - merit
        if gained >= _WELL_KEPT * promised and np.abs(step).max() >= radius / 2:
            radius = min(_GROW * radius, 1.0)
        elif gained < _KEPT * promised:
            radius = float(np.abs(step).max()) / _SHRINK
        if radius < _LAST_RADIUS:
            break
        if after is not None and gained >= _KEPT * promised:
            if gained < _LEAST_GAIN:
                return model.at + step
            model, price = _moved(model, step, after, slopes, price)
    return model.at


def _moved(
    model: Model,
    step: np.ndarray,
    after: Point,
    slopes: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    price: float,
) -> tuple[Model, float]:
    """The model at the next point, its curvature brought up to date, and the price that holds."""
    worth = model.multipliers(step)
    slope, rooms = slopes(model.at + step)
    change = slope - model.slope - (rooms - model.slopes).T @ worth
    price = max(price, 2 * float(worth.max(initial=0.0)))
    curvature = _updated(model.curvature, step, change)
    return Model(model.at + step, after, slope, rooms, curvature), price


def _updated(curvature: np.ndarray, step: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Damped BFGS; the first curvature is that of the first step in every direction."""
    if not curvature.any():
        along = float(step @ change) / float(step @ step)
        curvature = max(along, _FLATTEST) * np.eye(len(step))
    bent = float(step @ curvature @ step)
    along = float(step @ change)
    if along < _DAMPING * bent:
        share = (1 - _DAMPING) * bent / (bent - along)
        change = share * change + (1 - share) * (curvature @ step)
        along = float(step @ change)
    image = curvature @ step
    return curvature - np.outer(image, image) / bent + np.outer(change, change) / along
