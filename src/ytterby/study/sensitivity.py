"""Which of the things that vary matters: tornado, Sobol indices, and what a result may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import sobol_indices

from ytterby.study.evaluate import Results, Study, run
from ytterby.study.variables import Variable

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Spread:
    """What one figure may be. quantiles: at 5, 50 and 95 %. failed: samples without a result."""

    name: str
    mean: float
    deviation: float
    quantiles: tuple[float, float, float]
    failed: int


def spreads(results: Results) -> tuple[Spread, ...]:
    """Mean, standard deviation and quantiles of every outcome; failures are counted, not drawn."""
    found = []
    for name, values in results.outcomes.items():
        good = values[~np.isnan(values)]
        low, middle, high = np.quantile(good, QUANTILES) if good.size else (np.nan,) * 3
        deviation = float(good.std(ddof=1)) if good.size > 1 else float("nan")
        mean = float(good.mean()) if good.size else float("nan")
        quantiles = (float(low), float(middle), float(high))
        found.append(Spread(name, mean, deviation, quantiles, int(np.isnan(values).sum())))
    return tuple(found)


@dataclass(frozen=True)
class Bar:
    """One bar of a tornado: the figure with one variable low and high, all others as they are."""

    variable: Variable
    low: float
    high: float

    @property
    def width(self) -> float:
        return abs(self.high - self.low)


def tornado(study: Study, name: str, *, share: float = QUANTILES[0], **how: Any) -> tuple[Bar, ...]:
    """Each variable at its lower and upper `share` of probability, alone; the widest first.

    name: of the outcome. how: as `evaluate` takes it.
    """
    middle = np.array([v.distribution.median() for v in study.variables])
    samples = np.tile(middle, (2 * len(study.variables), 1))
    for i, variable in enumerate(study.variables):
        samples[2 * i, i] = variable.distribution.ppf(share)
        samples[2 * i + 1, i] = variable.distribution.ppf(1 - share)
    values = run(study, samples, **how).outcomes[name]
    bars = [
        Bar(variable, float(values[2 * i]), float(values[2 * i + 1]))
        for i, variable in enumerate(study.variables)
    ]
    return tuple(sorted(bars, key=lambda bar: -np.nan_to_num(bar.width)))


@dataclass(frozen=True)
class Index:
    """Shares of the variance of a figure that go back to one variable [-].

    first: by itself. total: with all its interactions.
    """

    variable: Variable
    first: float
    total: float


def sobol(study: Study, name: str, count: int, *, seed: int, **how: Any) -> tuple[Index, ...]:
    """Sobol indices of the outcome `name`, from count (d + 2) solved plants, d variables.

    count: a power of two. Estimator: Saltelli et al., Comput. Phys. Commun. 181 (2010) 259,
    doi:10.1016/j.cpc.2009.09.018, as SciPy has it. Raises ValueError where a plant has no steady
    state: indices need every sample.
    """
    found = sobol_indices(
        func=_figure(study, name, how),
        n=count,
        dists=[variable.distribution for variable in study.variables],  # type: ignore[arg-type]
        rng=np.random.default_rng(seed),
    )
    return tuple(
        Index(variable, float(first), float(total))
        for variable, first, total in zip(
            study.variables,
            np.ravel(found.first_order),
            np.ravel(found.total_order),
            strict=True,
        )
    )


def _figure(study: Study, name: str, how: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    def figure(samples: np.ndarray) -> np.ndarray:
        """Shape (variable, sample) or (variable, set, sample), as SciPy hands them over."""
        flat = samples.reshape(len(study.variables), -1).T
        results = run(study, flat, **how)
        if results.failed:
            reason = next(reason for reason in results.reasons if reason)
            raise ValueError(
                f"{results.failed} of {len(flat)} samples have no steady state ({reason}); "
                "narrow the variables"
            )
        return results.outcomes[name].reshape(samples.shape[1:])

    return figure


def chance(values: Sequence[float], threshold: float) -> float:
    """Share of the samples at or above a threshold [-]; failed samples lie below it."""
    found = np.asarray(values)
    return float(np.mean(found >= threshold)) if found.size else float("nan")
