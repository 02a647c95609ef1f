"""Constants from measurements: least squares, how sure they are, what cannot be told apart.

A model gives the residuals (measured - modelled)/uncertainty and their derivatives. First a robust
fit (soft L1) finds the rows that do not belong; then plain least squares of the others gives the
constants and their covariance

    C = s^2 (J^T J)^-1,   s^2 = max(1, chi^2/(m - p)), chi^2/(m - p) without known uncertainties

(Birge, Phys. Rev. 40 (1932) 207, doi:10.1103/PhysRev.40.207, for the larger of the two). With the
columns of J scaled to length one, a singular value near zero names a combination of constants that
the data do not see; those constants get no interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import norm, t

Array = NDArray[np.float64]

OUTLYING = 4.0
"""A row so many standard uncertainties off the robust fit is flagged [-]: of normal errors one in
16,000."""

UNSEEN = 1e-6
"""Singular value of the scaled Jacobian, over the largest, below which nothing is seen [-]."""

WEAK = 1e-2
"""The same, below which a combination is named as hard to tell apart [-]."""

STANDSTILL = 1e-12
"""Relative change at which least squares ends [-]."""

NAMED = 0.1
"""Least share of a constant in a combination for it to be named [-]."""

CONSISTENT = 1.4826
"""Standard deviation over the median absolute deviation of normal errors [-], 1/Phi^-1(3/4)."""


class Model(Protocol):
    """What is fitted. names: of the parameters. rows: what each residual is, for people.

    own_uncertainty: whether the residuals are in known standard uncertainties.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def rows(self) -> tuple[str, ...]: ...

    @property
    def own_uncertainty(self) -> bool: ...

    def start(self) -> Array:
        """First guess, shape (parameter,)."""
        ...

    def residuals(self, values: Array) -> Array:
        """(measured - modelled)/uncertainty [-], shape (row,)."""
        ...

    def jacobian(self, values: Array) -> Array:
        """Their derivatives, shape (row, parameter)."""
        ...


@dataclass(frozen=True)
class Combination:
    """A combination of parameters and how well it is seen.

    share: of each parameter in it [-], by name. visibility: singular value of the scaled Jacobian
    over the largest [-].
    """

    share: dict[str, float]
    visibility: float

    def __str__(self) -> str:
        return " ".join(f"{value:+.2f} {name}" for name, value in self.share.items())


@dataclass(frozen=True)
class Fit:
    """Fitted parameters.

    names, values, uncertainty: the parameters, and one standard uncertainty of each, infinite where
    the data do not see it. covariance: shape (parameter, parameter).
    residuals: in standard uncertainties, shape (row,). outliers: rows left out, by place.
    scale: factor by which the uncertainties were widened, or their estimate [-].
    freedom: rows used less parameters seen. exact: whether uncertainties were known.
    unseen: combinations that nothing fixes. weak: that are hard to tell apart.
    """

    names: tuple[str, ...]
    rows: tuple[str, ...]
    values: Array
    uncertainty: Array
    covariance: Array
    residuals: Array
    outliers: tuple[int, ...]
    scale: float
    freedom: int
    exact: bool
    unseen: tuple[Combination, ...]
    weak: tuple[Combination, ...]

    def __getitem__(self, name: str) -> float:
        """The value of a parameter."""
        return float(self.values[self.names.index(name)])

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval of a parameter at `level` [-]."""
        place = self.names.index(name)
        half = self._quantile(level) * float(self.uncertainty[place])
        return float(self.values[place]) - half, float(self.values[place]) + half

    def separation_factor(self, first: str, second: str, level: float = 0.95) -> tuple[float, ...]:
        """K of `first` over K of `second` [-], and its confidence interval.

        What both share, such as the acid, is no part of it: it may be sure where neither constant
        is. Raises ValueError where a constant was not fitted.
        """
        direction = np.zeros(len(self.names))
        for element, sign in ((first, 1.0), (second, -1.0)):
            if f"log_K.{element}" not in self.names:
                raise ValueError(f"separation factor: log_K.{element} was not fitted")
            direction[self.names.index(f"log_K.{element}")] += sign
        centre = float(direction @ self.values)
        spread = math.sqrt(max(float(direction @ self.covariance @ direction), 0.0))
        if any(self._sees_not(one, direction) for one in self.unseen):
            spread = math.inf
        half = self._quantile(level) * spread
        low, high = (centre - half, centre + half) if math.isfinite(half) else (-math.inf, math.inf)
        return 10.0**centre, 10.0**low, 10.0**high if math.isfinite(high) else math.inf

    def _sees_not(self, one: Combination, direction: Array) -> bool:
        shares = np.array([one.share.get(name, 0.0) for name in self.names])
        return abs(float(shares @ direction)) > NAMED

    def _quantile(self, level: float) -> float:
        """Half-width of an interval in standard uncertainties [-]."""
        tail = (1 + level) / 2
        if self.exact or self.freedom < 1:
            return float(norm.ppf(tail))
        return float(t.ppf(tail, self.freedom))


def fit(model: Model, *, robust: bool = True) -> Fit:
    """The parameters of a model from its data.

    robust: set rows aside that do not belong, before the plain fit.
    Raises ValueError where there are fewer rows than parameters.
    """
    start = np.asarray(model.start(), dtype=float)
    if len(model.rows) < start.size:
        raise ValueError(
            f"fit: found {len(model.rows)} measurements for {start.size} parameters; expected at "
            "least as many, so fit fewer parameters or measure more"
        )
    kept = np.ones(len(model.rows), dtype=bool)
    values = start
    if robust:
        values = _solved(model, start, kept, "soft_l1")
        off = np.abs(model.residuals(values))
        spread = CONSISTENT * float(np.median(off))
        wide = max(spread, 1.0) if model.own_uncertainty else spread
        marked = off > OUTLYING * wide
        if (~marked).sum() > start.size:
            kept = ~marked
    values = _solved(model, values, kept, "linear")
    return _judged(model, values, kept)


def _solved(model: Model, start: Array, kept: NDArray[np.bool_], loss: str) -> Array:
    typical = 1.0
    if loss != "linear" and not model.own_uncertainty:
        typical = CONSISTENT * float(np.median(np.abs(model.residuals(start)))) or 1.0
    found = least_squares(
        lambda v: model.residuals(v)[kept],
        start,
        jac=lambda v: model.jacobian(v)[kept],  # pyright: ignore[reportArgumentType]
        loss=loss,
        f_scale=typical,
        x_scale="jac",
        xtol=STANDSTILL,
        ftol=STANDSTILL,
        gtol=STANDSTILL,
    )
    return found.x


def _judged(model: Model, values: Array, kept: NDArray[np.bool_]) -> Fit:
    residuals, J = model.residuals(values), model.jacobian(values)[kept]
    length = np.linalg.norm(J, axis=0)
    length = np.where(length > 0, length, 1.0)
    _, singular, V = np.linalg.svd(J / length, full_matrices=False)
    largest = float(singular.max(initial=0.0)) or 1.0
    visible = singular / largest
    seen = visible > UNSEEN
    freedom = int(kept.sum()) - int(seen.sum())
    chi = float(residuals[kept] @ residuals[kept])
    ratio = chi / freedom if freedom > 0 else 1.0
    scale = math.sqrt(max(1.0, ratio) if model.own_uncertainty else ratio)
    inverse = V[seen].T @ np.diag(singular[seen] ** -2.0) @ V[seen]
    covariance = scale**2 * inverse / np.outer(length, length)
    uncertainty = np.sqrt(np.diag(covariance))
    lost = (np.abs(V[~seen]) > NAMED).any(axis=0)
    combinations = [
        Combination(_shares(model.names, row / length), float(v))
        for row, v in zip(V, visible, strict=True)
        if v <= WEAK
    ]
    return Fit(
        names=model.names,
        rows=model.rows,
        values=values,
        uncertainty=np.where(lost, math.inf, uncertainty),
        covariance=covariance,
        residuals=residuals,
        outliers=tuple(int(k) for k in np.flatnonzero(~kept)),
        scale=scale,
        freedom=freedom,
        exact=model.own_uncertainty,
        unseen=tuple(c for c in combinations if c.visibility <= UNSEEN),
        weak=tuple(c for c in combinations if c.visibility > UNSEEN),
    )


def _shares(names: Sequence[str], direction: Array) -> dict[str, float]:
    """The combination in the units of the parameters, its largest share one."""
    largest = direction[int(np.argmax(np.abs(direction)))]
    scaled = direction / largest
    return {
        name: float(share) for name, share in zip(names, scaled, strict=True) if abs(share) > NAMED
    }
