"""Material unaccounted for (MUF), period by period, with the errors that its measurements share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ytterby.reconcile.network import ReconcileError


@dataclass(frozen=True)
class Term:
    """One measured quantity of a balance over periods: a receipt, a shipment, a stock-take.

    element: symbol. mass: as measured [kg]. signs: +1 or -1 by the position of each period that it
    enters: a receipt {3: 1}, a shipment {3: -1}, a stock that ends one period and begins the next
    {3: -1, 4: 1}. errors: what one standard deviation of each cause adds to the mass [kg]; terms
    that name the same cause share it, such as the calibration of a scale or a laboratory.
    """

    element: str
    mass: float
    signs: Mapping[int, int]
    errors: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Unaccounted:
    """What went in and was not found, MUF = opening + receipts - shipments - closing.

    periods, elements: names. values: [kg], shape (period, element). factor: what one standard
    deviation of each cause adds to it [kg], shape (period, element, cause). causes: names.
    """

    periods: tuple[str, ...]
    elements: tuple[str, ...]
    values: np.ndarray
    factor: np.ndarray
    causes: tuple[str, ...]

    @staticmethod
    def of(
        periods: tuple[str, ...], elements: tuple[str, ...], terms: Iterable[Term]
    ) -> Unaccounted:
        """The sum of `terms`; raises ReconcileError where a value has no error at all."""
        terms = [term for term in terms if term.element in elements]
        causes = tuple(dict.fromkeys(cause for term in terms for cause in term.errors))
        places = {cause: place for place, cause in enumerate(causes)}
        values = np.zeros((len(periods), len(elements)))
        factor = np.zeros((len(periods), len(elements), len(causes)))
        for term in terms:
            column = elements.index(term.element)
            for period, sign in term.signs.items():
                values[period, column] += sign * term.mass
                for cause, size in term.errors.items():
                    factor[period, column, places[cause]] += sign * size
        for row, column in np.argwhere((factor**2).sum(axis=2) == 0):
            raise ReconcileError(
                f"{elements[column]} in {periods[row]}: found no uncertainty in any measurement; "
                "expected one at least, or no decision limit follows"
            )
        return Unaccounted(periods, elements, values, factor, causes)

    @property
    def standard(self) -> np.ndarray:
        """One standard uncertainty of each value [kg], shape (period, element)."""
        return np.sqrt((self.factor**2).sum(axis=2))

    def series(self, element: str) -> np.ndarray:
        """MUF of one element by period [kg]."""
        return self.values[:, self.elements.index(element)]

    def covariance(self, element: str) -> np.ndarray:
        """Covariance of the periods of one element [kg2], shape (period, period)."""
        factor = self.factor[:, self.elements.index(element)]
        return factor @ factor.T

    def cumulative(self, element: str) -> tuple[float, float]:
        """(MUF over all periods, its standard uncertainty) [kg]: CUMUF."""
        factor = self.factor[:, self.elements.index(element)].sum(axis=0)
        return float(self.series(element).sum()), float(np.sqrt(factor @ factor))

    def standardised(self, element: str) -> np.ndarray:
        """Independent, of unit variance when nothing is lost [-], by period: SITMUF.

        L^-1 MUF with covariance = L L'. Each is the part of a period's MUF that those before do
        not explain (Burr and Hamada 2013, as summarised by OSTI 1198502).
        """
        return self.whitened(element, self.series(element))

    def whitened(self, element: str, loss: np.ndarray) -> np.ndarray:
        """What a `loss` by period [kg] adds to the standardised MUF [-]."""
        return np.linalg.solve(np.linalg.cholesky(self.covariance(element)), loss)

    @cached_property
    def joint(self) -> np.ndarray:
        """Chi-square of all elements by period, given the periods before, shape (period,).

        With as many degrees of freedom as there are elements when nothing is lost: it sees a loss
        of a mixture, such as magnets, that no element alone shows.
        """
        count, width = self.values.shape
        flat = self.factor.reshape(count * width, -1)
        covariance = flat @ flat.T
        ridge = np.diag(covariance) * np.finfo(float).eps * len(flat)
        lower = np.linalg.cholesky(covariance + np.diag(ridge))
        white = np.linalg.solve(lower, self.values.ravel()).reshape(count, width)
        return (white**2).sum(axis=1)

    def until(self, count: int) -> Unaccounted:
        """The first `count` periods."""
        return Unaccounted(
            self.periods[:count],
            self.elements,
            self.values[:count],
            self.factor[:count],
            self.causes,
        )
