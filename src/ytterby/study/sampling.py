"""Samples of what varies: the same seed gives the same numbers, whoever solves them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Literal

import numpy as np
from scipy.stats import qmc

from ytterby.study.variables import Variable

Method = Literal["monte carlo", "latin hypercube"]


def draw(
    variables: Sequence[Variable],
    count: int,
    *,
    seed: int,
    method: Method = "latin hypercube",
) -> np.ndarray:
    """Samples in the units of the variables, shape (sample, variable).

    A Latin hypercube puts one sample into each of `count` layers of equal probability of every
    variable: McKay, Beckman and Conover, Technometrics 21 (1979) 239, doi:10.2307/1268522.
    """
    random = np.random.default_rng(seed)
    if method == "latin hypercube":
        shares = qmc.LatinHypercube(len(variables), rng=random).random(count)
    else:
        shares = random.random((count, len(variables)))
    return np.column_stack(
        [v.distribution.ppf(shares[:, column]) for column, v in enumerate(variables)]
    )


def grid(variables: Sequence[Variable], points: Sequence[int]) -> np.ndarray:
    """Every combination of evenly spaced values of uniform variables, shape (sample, variable).

    points: values of each variable, its ends included.
    """
    axes = [np.linspace(v.low, v.high, n) for v, n in zip(variables, points, strict=True)]
    return np.array(list(product(*axes)))
