"""How sure the masses of a balance are, and which errors they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Covariance:
    """Standard errors of the masses of a balance, as independent causes.

        cov(m[s,e], m[t,f]) = common[s,e] . common[t,f] + (own[s,e] . own[t,f] where e = f)

    common: [kg] by which one standard deviation of each cause that touches every element moves
    each mass, shape (edge, element, cause): a scale, a flow meter.
    own: the same of causes that touch one element only, shape (edge, element, cause): an assay.
    """

    common: np.ndarray
    own: np.ndarray

    @cached_property
    def standard(self) -> np.ndarray:
        """One standard uncertainty of each mass [kg], shape (edge, element)."""
        return np.sqrt((self.common**2).sum(axis=2) + (self.own**2).sum(axis=2))

    def variance(self, weights: np.ndarray) -> float:
        """Variance [kg2] of the sum of masses times `weights` [-], shape (edge, element)."""
        common = np.einsum("se,sek->k", weights, self.common)
        own = np.einsum("se,sek->ek", weights, self.own)
        return float((common**2).sum() + (own**2).sum())
