"""How fast is a cascade solved from nothing, warm, and beside a dense solution of the same case?

One core; process time; the kernels are compiled before the clock starts. A case is a seeded
extraction-scrub-strip circuit with reflux at given flows. The dense solution is the one of
`reference/dense.py`: NumPy and SciPy, a Jacobian of differences, all unknowns at once. It does not
converge from nothing and so starts from our answer, its logarithms displaced at random by 0.05.

    python benchmarks/cascade_speed.py --cases 100
"""

# ruff: noqa: E402 - the number of threads must stand before NumPy is imported
from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import time
import tracemalloc
from dataclasses import replace

import numpy as np
from reference.circuits import full_circuit
from reference.clock import spread, timed
from reference.dense import Dense

from ytterby.separation import Cascade, Profile

SEED, CASES = 2026, 30
WHOLE = ("Sc", "Th", "U", "Fe", "Al", "Ca", "Mg", "Co", "Ni", "NH4")
"""What makes 26 components of the fifteen rare earths and sodium."""

DENSE_STAGES = (10, 30, 60)
"""Sizes solved densely: the time grows with the cube."""

CHANGES = (0.001, 0.05)


def solve(cascade: Cascade, guess: Profile | None = None) -> Profile:
    return cascade.solve(guess, sensitivity=False)


def cold(title: str, stages: int, cases: int, extractant: str, more: tuple[str, ...] = ()) -> float:
    """Print the times from nothing; their median [s]."""
    rng = np.random.default_rng(SEED)
    seconds, failed = [], 0
    for _ in range(cases):
        cascade = full_circuit(stages, rng, extractant, more)
        start = time.process_time()
        failed += not solve(cascade).converged
        seconds.append(time.process_time() - start)
    print(f"{title:<58} {spread(seconds)}   unsolved {failed} of {cases}")
    return float(np.median(seconds))


def moved(cascade: Cascade, change: float) -> Cascade:
    """The same with every concentration of the feed higher by the change."""
    feed = {name: value * (1 + change) for name, value in cascade.feed.concentrations.items()}
    return replace(cascade, feed=replace(cascade.feed, concentrations=feed))


def rewarmed(cascade: Cascade, change: float, profile: Profile) -> float:
    """Process time of a solve from the profile before the change [s]."""
    changed = moved(cascade, change)
    return timed(lambda: solve(changed, profile))


def warm(stages: int, cases: int) -> None:
    """Print the times of a re-solve from a neighbour."""
    rng = np.random.default_rng(SEED)
    circuits = [full_circuit(stages, rng) for _ in range(cases)]
    known = [solve(cascade) for cascade in circuits]
    for change in CHANGES:
        seconds = [
            rewarmed(cascade, change, profile)
            for cascade, profile in zip(circuits, known, strict=True)
            if profile.converged
        ]
        print(f"{f'warm, {stages} x 15, feed changed by {change:.1%}':<58} {spread(seconds)}")


def memory(stages: int) -> float:
    """Largest memory held by one solve [MB]."""
    cascade = full_circuit(stages, np.random.default_rng(SEED))
    solve(cascade)
    tracemalloc.start()
    solve(cascade)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def beside_dense() -> None:
    """Print the dense solution's time as a multiple of ours, from nothing."""
    for stages in DENSE_STAGES:
        cascade = full_circuit(stages, np.random.default_rng(SEED))
        profile = solve(cascade)
        ours = timed(lambda c=cascade: solve(c), 3)
        dense = Dense(cascade, profile.flows)
        here = dense.unknowns(profile)
        displaced = here + np.random.default_rng(0).normal(0.0, 0.05, here.shape)
        start = time.process_time()
        there, steps, done = dense.solve(displaced)
        theirs = time.process_time() - start
        apart = np.abs(np.expm1(there - here)[:, : 2 * dense.there.size]).max()
        print(
            f"{f'dense, {stages} x 15, from a displaced answer':<58} {theirs / ours:8.0f} times "
            f"ours from nothing ({theirs:.2f} s, {steps} steps, "
            f"{'agrees to' if done else 'NOT CONVERGED,'} {apart:.0e})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=CASES, help="circuits per row [-]")
    cases = parser.parse_args().cases
    for extractant, more in (("P507", ()), ("D2EHPA", ()), ("P507", WHOLE)):
        solve(full_circuit(20, np.random.default_rng(0), extractant, more))
    hundred = cold("from nothing, 100 x 15, one potential (P507)", 100, cases, "P507")
    thousand = cold("from nothing, 1000 x 15, one potential (P507)", 1000, cases, "P507")
    print(f"{'time(1000)/time(100)':<58} {thousand / hundred:15.1f}")
    cold("from nothing, 100 x 15, two potentials (D2EHPA)", 100, cases, "D2EHPA")
    cold("from nothing, 100 x 26, two potentials (P507)", 100, cases, "P507", WHOLE)
    warm(100, cases)
    small, large = memory(100), memory(1000)
    print(f"{'memory of 1000 stages over that of 100':<58} {large / small:15.1f}  ({large:.1f} MB)")
    beside_dense()


if __name__ == "__main__":
    main()
