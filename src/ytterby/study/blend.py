"""Blending lots to a specification: a linear programme, with what each limit costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from ytterby.study.lot import Lot


@dataclass(frozen=True)
class Offer:
    """A lot that may be bought. available: of it, as weighed [kg]. price: asked [USD per kg]."""

    lot: Lot
    available: float
    price: float

    def share(self, element: str) -> float:
        """Of the element in the lot as weighed [-]."""
        one = self.lot.assay.get(element)
        return self.lot.clean * one.value if one else 0.0


@dataclass(frozen=True)
class Blend:
    """The cheapest blend. masses: taken of each lot [kg], by name. price: of the blend [USD/kg of
    dry material]. assay: share of each element in the dry, clean material [-]. worth: what easing
    a limit by one hundredth of the dry mass saves [USD per kg], by limit.
    """

    masses: dict[str, float]
    price: float
    assay: dict[str, float]
    worth: dict[str, float]


class NoBlend(ValueError):
    """No blend of the offers meets the specification."""


def blend(offers: Sequence[Offer], mass: float, limits: Mapping[str, tuple[float, float]]) -> Blend:
    """The cheapest `mass` [kg] of dry, clean material within `limits` (element -> low, high [-]).

    minimise sum p_i x_i with sum c_i x_i = mass, low <= sum a_ij c_i x_i / mass <= high,
    0 <= x_i <= available: x as weighed, c the clean share. Solved by HiGHS through SciPy. Raises
    NoBlend that names the limit the offers cannot meet by themselves.
    """
    clean = np.array([offer.lot.clean for offer in offers])
    shares = {e: np.array([offer.share(e) for offer in offers]) for e in limits}
    rows, bounds, names = [], [], []
    for element, (low, high) in limits.items():
        for sign, limit, word in ((-1, low, ">="), (1, high, "<=")):
            if np.isfinite(limit):
                rows.append(sign * shares[element])
                bounds.append(sign * limit * mass)
                names.append(f"{element} {word} {100 * limit:g} %")
    found = linprog(
        [offer.price for offer in offers],
        A_ub=np.array(rows) if rows else None,
        b_ub=bounds or None,
        A_eq=[clean],
        b_eq=[mass],
        bounds=[(0, offer.available) for offer in offers],
        method="highs",
    )
    if not found.success:
        raise NoBlend(_why(offers, mass, limits))
    taken = found.x
    elements = sorted({e for offer in offers for e in offer.lot.assay})
    prices = found.ineqlin.marginals if rows else []
    return Blend(
        {offer.lot.name: float(x) for offer, x in zip(offers, taken, strict=True)},
        float(found.fun) / mass,
        {
            e: float(sum(o.share(e) * x for o, x in zip(offers, taken, strict=True))) / mass
            for e in elements
        },
        {n: -float(price) / 100 for n, price in zip(names, prices, strict=True) if price},
    )


def _why(offers: Sequence[Offer], mass: float, limits: Mapping[str, tuple[float, float]]) -> str:
    there = sum(offer.available * offer.lot.clean for offer in offers)
    if there < mass:
        return f"the lots hold {there:.4g} kg of dry material, expected {mass:.4g} kg"
    for element, (low, high) in limits.items():
        rich = [offer.share(element) / offer.lot.clean for offer in offers if offer.lot.clean]
        if max(rich) < low or min(rich) > high:
            span = f"{100 * min(rich):.3g} to {100 * max(rich):.3g} %"
            return f"{element}: the lots hold {span}, expected {100 * low:g} to {100 * high:g} %"
    return "no blend meets all limits together; widen one or offer another lot"
