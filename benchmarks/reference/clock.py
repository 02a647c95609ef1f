"""Process time, medians and tables."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np


def timed(task: Callable[[], object], repeats: int = 1) -> float:
    """Process time of one run of the task [s], the least of so many."""
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        task()
        best = min(best, time.process_time() - start)
    return best


def spread(seconds: list[float]) -> str:
    """Median and 99th percentile as text."""
    middle, last = np.percentile(np.array(seconds) * 1000, [50, 99])
    return f"median {middle:8.1f} ms   p99 {last:8.1f} ms"
