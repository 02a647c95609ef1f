"""All gradients of a purity beside one solve of the same cascade, 100 stages and 15 rare earths.

    python benchmarks/gradient.py

Prints processor times: the steady state from nothing and from its own neighbourhood, the adjoint,
and the derivatives by every parameter from it: once with the flows held, once with three of them
following their targets, where the adjoint is four.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ytterby.separation import Chemistry
from ytterby.separation.dynamics import fixed
from ytterby.separation.gradient import Gradient, Quantity

sys.path.insert(0, str(Path(__file__).parent))
from dynamics import HEAVY, RARE_EARTHS, cascade

LIGHT = tuple(name for name in RARE_EARTHS if name not in HEAVY)

REPEATS = 7


def timed(function: Callable[[], Any]) -> float:
    """Median processor time [ms]."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return 1000 * median(times)


def main() -> None:
    heads = ("cold", "warm", "adjoint", "numbers", "all")
    print(f"{'':8} {'flows':>6} {' '.join(f'{head:>8}' for head in heads)}   [ms]")
    for extractant in ("P507", "D2EHPA"):
        chemistry = Chemistry.of(extractant, [*RARE_EARTHS, "Na"])
        wanted = cascade(chemistry)
        profile = wanted.solve()
        assert profile.converged, profile.reason
        for told, at in (("held", fixed(wanted, profile.flows)), ("follow", wanted)):
            quantity = Quantity("raffinate", "impurity", LIGHT).ln
            found = Gradient.of(at, profile, quantity)
            numbers = sum(np.size(found.by(name)) for name in found.parameters)
            columns = (
                timed(lambda at=at: at.solve(sensitivity=False)),
                timed(lambda at=at, p=profile: at.solve(p, sensitivity=False)),
                timed(lambda at=at, p=profile, q=quantity: Gradient.of(at, p, q)),
            )
            each = timed(lambda f=found: [f.by(name) for name in f.parameters])
            figures = " ".join(f"{value:8.2f}" for value in columns)
            print(f"{extractant:8} {told:>6} {figures} {numbers:8} {each:8.2f}")


if __name__ == "__main__":
    main()
