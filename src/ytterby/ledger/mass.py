"""Masses as the books hold them: whole micrograms that sum to nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ytterby.ledger.errors import LedgerError
from ytterby.quantity import show

MICROGRAMS_PER_KG = 1_000_000_000
LARGEST_MASS = 1e8
"""Mass of one element in one line beyond which an entry is a slip of the pen [kg]: a hundred
thousand tonnes."""
LARGEST_STOCK = (2**63 - 1) // MICROGRAMS_PER_KG
"""Mass of one element in one account that 64 bits can hold in micrograms [kg]."""
UNBALANCED = 1e-9
"""Sum of the lines of one element over what moves, beyond which it is no rounding [-]."""


def kilograms(micrograms: int) -> float:
    """[kg] of whole micrograms."""
    return micrograms / MICROGRAMS_PER_KG


def micrograms(mass: float) -> int:
    """The nearest whole number of micrograms to `mass` [kg]."""
    return round(check_mass(mass, "mass") * MICROGRAMS_PER_KG)


def check_mass(mass: float, field: str) -> float:
    """`mass` [kg] itself; raises LedgerError when it cannot be meant."""
    if not isinstance(mass, int | float) or isinstance(mass, bool) or not math.isfinite(mass):
        raise LedgerError(repr(mass), "a finite mass [kg]", field=field)
    if abs(mass) > LARGEST_MASS:
        raise LedgerError(
            show(mass, "kg"),
            f"at most {show(LARGEST_MASS, 'kg')}",
            "Check the unit.",
            field=field,
        )
    return float(mass)


def balanced(masses: Sequence[float], element: str) -> list[int]:
    """`masses` [kg] of one element in one event as micrograms that sum to zero.

    Each is rounded down, and what is then missing goes to the lines that lost most (largest
    remainder), so that none is off by a microgram or more. Raises LedgerError where the masses do
    not sum to zero before.
    """
    checked = [check_mass(mass, element) for mass in masses]
    gap, moved = math.fsum(checked), math.fsum(abs(mass) for mass in checked) / 2
    if abs(gap) > UNBALANCED * moved:
        raise LedgerError(
            f"{show(gap, 'kg')} more {element} arriving than leaving"
            if gap > 0
            else f"{show(-gap, 'kg')} more {element} leaving than arriving",
            "as much to arrive as leaves",
            "Name where the rest went or came from.",
            field=element,
        )
    exact = [mass * MICROGRAMS_PER_KG for mass in checked]
    whole = [math.floor(mass) for mass in exact]
    every, some = divmod(-sum(whole), len(whole))
    order = sorted(range(len(whole)), key=lambda i: whole[i] - exact[i])
    for rank, line in enumerate(order):
        whole[line] += every + (rank < some)
    return whole


def prorated(total: int, shares: Sequence[int]) -> list[int]:
    """`total` over `shares` in proportion, whole and exact.

    total, shares: [ug], not negative. No part is above its share unless `total` is above their sum.
    """
    whole = sum(shares)
    parts = [total * share // whole for share in shares]
    order = sorted(range(len(shares)), key=lambda i: -(total * shares[i] % whole))
    for line in order[: total - sum(parts)]:
        parts[line] += 1
    return parts
