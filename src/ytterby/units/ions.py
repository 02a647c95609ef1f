"""Parting a solution ion by ion so that both parts stay neutral."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.constants import gas_constant

from ytterby.balance import Basis


@cache
def charges(basis: Basis) -> np.ndarray:
    """Charge of each aqueous species [-], 0 of all others, shape (species,)."""
    return np.where(basis.masks["aqueous"], basis.charge, 0.0)


def neutral(basis: Basis, amounts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """`shares` [-] of `amounts` as they pass when charge must balance, shape (species,).

    The ions of the sign that would carry more charge across are held back, all in the same
    proportion, until as much positive as negative charge passes.
    """
    charge = charges(basis)
    passing = charge * amounts * shares
    positive, negative = passing[charge > 0].sum(), -passing[charge < 0].sum()
    if positive <= 0 or negative <= 0:
        return np.where(charge != 0, 0.0, shares)
    shares = shares.copy()
    if positive > negative:
        shares[charge > 0] *= negative / positive
    else:
        shares[charge < 0] *= positive / negative
    return shares


def osmotic_pressure(concentration: float, coefficient: float, temperature: float) -> float:
    """[Pa] by van 't Hoff, p = coefficient x R T c. concentration: of all solutes [mol/m3]."""
    return coefficient * gas_constant * temperature * concentration
