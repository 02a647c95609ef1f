"""A network of 60 units, 160 streams and 16 elements reconciled, beside a dense solve of the same.

    python benchmarks/reconcile.py

Prints processor times: the fit, its tests and balance, and one dense least-squares step on the same
Jacobian, of which a fit takes several.
"""

# ruff: noqa: E402 - the number of threads must stand before NumPy is imported
from __future__ import annotations

import os
import sys

# One thread: the blocks are small, and threads that wait for each other are counted as work.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.reconcile.networks import chain, read

from ytterby.reconcile import Reconciled, reconcile

REPEATS = 5
SIZES = ((6, 16, 4), (20, 50, 8), (60, 160, 16))


def timed(function: Callable[[], Any]) -> float:
    """Median processor time [s]."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return median(times)


def told(network: Any, readings: Any) -> Reconciled:
    """Everything that a reader may ask of a fit."""
    found = reconcile(network, readings)
    assert found.balance.check() and found.readings and found.leaks and found.test
    return found


def dense(found: Reconciled) -> np.ndarray:
    """The whitened Jacobian of all readings on all circulations at once."""
    model, state = found.model, found.state
    flows = model.mass_rows() @ model.flows.loops
    width = [flows.shape[1], *(one.loops.shape[1] for one in model.carried)]
    rows = [np.hstack([flows, np.zeros((len(flows), sum(width[1:])))])]
    for element, carried in enumerate(model.carried):
        row = np.zeros((len(model.elements[element].way), sum(width)))
        row[:, : width[0]] = model.by_mass(state, element) @ model.flows.loops
        start = sum(width[: element + 1])
        content = model.by_content(state, element) @ carried.loops
        row[:, start : start + content.shape[1]] = content
        rows.append(row)
    return np.vstack(rows)


def main() -> None:
    print(f"{'units':>6} {'streams':>8} {'elements':>9} {'readings':>9}", end=" ")
    print(f"{'fit':>8} {'all':>8} {'dense step':>11}   [s]")
    for units, streams, elements in SIZES:
        network, mass, content = chain(units, streams, elements, seed=1)
        readings = read(network, mass, content, seed=3)
        found = told(network, readings)
        jacobian = dense(found)
        residual = np.ones(len(jacobian))
        fit = timed(lambda n=network, r=readings: reconcile(n, r))
        everything = timed(lambda n=network, r=readings: told(n, r))
        step = timed(lambda j=jacobian, r=residual: np.linalg.lstsq(j, r, rcond=None))
        print(f"{units:6} {streams:8} {elements:9} {len(readings):9}", end=" ")
        print(f"{fit:8.3f} {everything:8.3f} {step:11.3f}")


if __name__ == "__main__":
    main()
