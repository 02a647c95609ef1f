"""A thousand hours of 100 stages and 15 rare earths in time, beside one steady solve.

    python benchmarks/dynamics.py

Prints, for each accuracy of a step, the processor time, the steps taken, how well the inventory
closes and the time to specification; and the ratio to solving the steady state once from nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages, Target
from ytterby.separation.dynamics import HoldUp, fixed, simulate

RARE_EARTHS = "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y".split()
HEAVY = ("Dy", "Ho", "Y", "Er", "Tm", "Yb", "Lu")
HOURS, SPECIFICATION = 1000, 0.998


def cascade(chemistry: Chemistry | None = None) -> Cascade:
    """A heavy group parted from a random feed of all fifteen, to 99.9 %, with P507 if not other."""
    shares = np.random.default_rng(0).dirichlet(np.ones(len(RARE_EARTHS)))
    feed = {name: 0.5 * float(share) for name, share in zip(RARE_EARTHS, shares, strict=True)}
    return Cascade(
        chemistry or Chemistry.of("P507", [*RARE_EARTHS, "Na"]),
        Stages(40, 40, 20),
        Aqueous(1.0, feed, acid=0.01),
        Organic(None, 0.5, {"Na": 0.35}),
        strip=Aqueous(None, {}, acid=4.0),
        reflux=None,
        targets=(
            Target.recovery("organic", HEAVY, 0.999),
            Target.purity("reflux", HEAVY, 0.999),
            Target.residual("strip", ("Dy", "Lu"), 0.001),
        ),
    )


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """The answer and the processor time it took [s]."""
    began = time.process_time()
    answer = function()
    return answer, time.process_time() - began


def main() -> None:
    profile = cascade().solve()
    assert profile.converged, profile.reason
    at = fixed(cascade(), profile.flows)
    hold_up = HoldUp.of(profile)
    simulate(at, 1.0, hold_up=hold_up)
    _, once = timed(lambda: at.solve(sensitivity=False))
    print(
        f"{at.stages.total} stages, {len(RARE_EARTHS)} rare earths, {HOURS} h from the first fill"
    )
    print(f"one steady solve from nothing at the same flows: {once:.3f} s")
    print(f"{'accuracy':>9} {'time':>8} {'steps':>6} {'over steady':>12} {'closure':>9}  to spec")
    for accuracy in (1e-2, 3e-3, 1e-3):
        run, spent = timed(
            lambda a=accuracy: simulate(at, HOURS * 3600.0, hold_up=hold_up, accuracy=a)
        )
        gap = max(abs(share) for share in run.closure.values())
        reached = run.time_to("extract", HEAVY, SPECIFICATION) / 3600
        print(
            f"{accuracy:9.0e} {spent:6.2f} s {run.time.size:6} {spent / once:12.1f} {gap:9.1e}  "
            f"{reached:.2f} h"
        )


if __name__ == "__main__":
    main()
