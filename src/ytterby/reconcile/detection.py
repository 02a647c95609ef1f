"""Whether material unaccounted for is more than chance, and what a better measurement buys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.stats import chi2, multivariate_normal, norm

from ytterby.reconcile import page
from ytterby.reconcile.unaccounted import Term, Unaccounted

Test = Literal["cumulative", "page", "single", "muf"]
TESTS: tuple[Test, ...] = ("cumulative", "page", "single", "muf")
"""CUMUF at the end, Page's test on SITMUF, each SITMUF alone, each MUF alone."""
_ACCURACY = 1e-3
"""Of that integral [-]."""
_SEED = 1
"""Of the points at which a normal integral in many dimensions is estimated."""


@dataclass(frozen=True)
class Alarm:
    """A test that chance does not explain.

    test: "cumulative", "page" or "joint". element: symbol, or "all". period: when it was raised.
    since: the period after which it began to add up. mass: what is missing by then, negative when
    there is too much [kg]. uncertainty: of that [kg]. statistic, limit: in the test's own scale.
    """

    test: str
    element: str
    period: str
    since: str
    mass: float
    uncertainty: float
    statistic: float
    limit: float

    def __str__(self) -> str:
        what = "missing" if self.mass > 0 else "too much"
        amount = (
            f"{abs(self.mass):.4g} ± {self.uncertainty:.2g} kg {what}, "
            if self.element != "all"
            else ""
        )
        when = self.period if self.since == self.period else f"{self.since} to {self.period}"
        return (
            f"{self.element}: {amount}{when} ({self.test} {self.statistic:.2f}, "
            f"limit {self.limit:.2f})"
        )


def alarms(muf: Unaccounted, *, level: float, horizon: int) -> list[Alarm]:
    """What chance does not explain in the periods so far, at a false-alarm rate for the year.

    level: probability of any false alarm within `horizon` periods [-]; an equal part of it goes to
    each test of each element (cumulative and Page's, both two-sided) and one to several elements
    together, which holds whatever their correlation. horizon: periods of the year of the books
    [-]; CUMUF is judged when it is over.
    """
    several = len(muf.elements) > 1
    each = level / (2 * len(muf.elements) + several)
    found = []
    for element in muf.elements:
        found += _page_alarms(muf, element, each, horizon)
        if len(muf.periods) == horizon:
            found += _cumulative_alarm(muf, element, each)
    if not several:
        return found
    limit = float(chi2.isf(1 - (1 - each) ** (1 / horizon), len(muf.elements)))
    beyond = np.flatnonzero(muf.joint > limit)
    if beyond.size:
        when, statistic = muf.periods[beyond[0]], float(muf.joint[beyond[0]])
        found.append(Alarm("joint", "all", when, when, 0.0, 0.0, statistic, limit))
    return found


def _page_alarms(muf: Unaccounted, element: str, level: float, horizon: int) -> list[Alarm]:
    """The first alarm of either side; what follows it is in the wake of what raised it."""
    limit = page.limit_for(level / 2, horizon)
    found = []
    for side in page.sums(muf.standardised(element)):
        beyond = np.flatnonzero(side > limit)
        if beyond.size:
            end = int(beyond[0])
            start = int(np.flatnonzero(side[:end] == 0).max(initial=-1)) + 1
            found.append((end, start, float(side[end])))
    if not found:
        return []
    end, start, statistic = min(found)
    mass, spread = _between(muf, element, start, end)
    when, since = muf.periods[end], muf.periods[start]
    return [Alarm("page", element, when, since, mass, spread, statistic, limit)]


def _between(muf: Unaccounted, element: str, start: int, end: int) -> tuple[float, float]:
    """(MUF from `start` through `end`, its standard uncertainty) [kg]."""
    column = muf.elements.index(element)
    factor = muf.factor[start : end + 1, column].sum(axis=0)
    mass = muf.values[start : end + 1, column].sum()
    return float(mass), float(np.sqrt(factor @ factor))


def _cumulative_alarm(muf: Unaccounted, element: str, level: float) -> list[Alarm]:
    mass, spread = muf.cumulative(element)
    limit = float(norm.isf(level / 2))
    if abs(mass) <= limit * spread:
        return []
    first, last = muf.periods[0], muf.periods[-1]
    return [Alarm("cumulative", element, last, first, mass, spread, abs(mass) / spread, limit)]


@dataclass(frozen=True)
class Instrument:
    """One source of error of a plan.

    name: such as "scale in". place: what it measures, "in", "out" or "stock". random: relative
    standard uncertainty of each measurement [-]. systematic: relative, shared by all [-].
    """

    name: str
    place: Literal["in", "out", "stock"]
    random: float
    systematic: float


@dataclass(frozen=True)
class Plan:
    """How an element is to be accounted for: throughput, stock, instruments.

    throughput: per period [kg]. stock: at the beginning and at the end of each period [kg],
    shape (period + 1,). instruments: several of one place add up as independent factors do.
    """

    throughput: float
    stock: tuple[float, ...]
    instruments: tuple[Instrument, ...]

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return len(self.stock) - 1

    def with_(self, *instruments: Instrument) -> Plan:
        """The plan with these in place of the instruments of the same names."""
        new = {one.name: one for one in instruments}
        return replace(self, instruments=tuple(new.get(i.name, i) for i in self.instruments))

    def unaccounted(self) -> Unaccounted:
        """The MUF that the plan expects when nothing is lost, with its covariance."""
        periods = range(self.periods)
        terms = [Term("x", self.throughput, {t: 1}, self._errors("in", t)) for t in periods]
        out = [self.throughput + self.stock[t] - self.stock[t + 1] for t in periods]
        terms += [Term("x", out[t], {t: -1}, self._errors("out", t, out[t])) for t in periods]
        for t, mass in enumerate(self.stock):
            signs = {t - 1: -1, t: 1}
            kept = {period: sign for period, sign in signs.items() if 0 <= period < self.periods}
            terms.append(Term("x", mass, kept, self._errors("stock", t, mass)))
        names = tuple(str(t + 1) for t in periods)
        return Unaccounted.of(names, ("x",), terms)

    def _errors(self, place: str, period: int, mass: float | None = None) -> dict[str, float]:
        size = self.throughput if mass is None else mass
        errors = {}
        for one in self.instruments:
            if one.place == place:
                errors[f"{one.name} {period}"] = one.random * size
                errors[one.name] = one.systematic * size
        return errors

    def power(
        self, loss: np.ndarray, *, level: float, sides: int = 2, tests: Iterable[Test] = TESTS
    ) -> dict[Test, float]:
        """Probability that each test finds a `loss` by period [kg], shape (period,).

        level: rate of false alarms of each test over all periods [-]. sides: 2 to find gains as
        well, which halves the level of each side.
        """
        return power(self.unaccounted(), "x", loss, level=level / sides, tests=tests)


def power(
    muf: Unaccounted,
    element: str,
    loss: np.ndarray,
    *,
    level: float,
    tests: Iterable[Test] = TESTS,
) -> dict[Test, float]:
    """Probability that each one-sided test finds a `loss` by period [kg], shape (period,).

    level: rate of false alarms of each test over all periods [-].
    """
    return {test: _POWER[test](muf, element, loss, level) for test in tests}


def _alone(level: float, count: int) -> float:
    """Limit of each of `count` independent tests [standard deviations]."""
    return float(norm.isf(1 - (1 - level) ** (1 / count)))


def _cumulative_power(muf: Unaccounted, element: str, loss: np.ndarray, level: float) -> float:
    _, spread = muf.cumulative(element)
    return float(norm.sf(norm.isf(level) - loss.sum() / spread))


def _page_power(muf: Unaccounted, element: str, loss: np.ndarray, level: float) -> float:
    limit = page.limit_for(level, len(loss))
    return page.alarm_probability(limit, muf.whitened(element, loss))


def _single_power(muf: Unaccounted, element: str, loss: np.ndarray, level: float) -> float:
    shift = muf.whitened(element, loss)
    return float(1 - norm.cdf(_alone(level, len(loss)) - shift).prod())


def _muf_power(muf: Unaccounted, element: str, loss: np.ndarray, level: float) -> float:
    covariance = muf.covariance(element)
    standard = np.sqrt(np.diag(covariance))
    correlation: Any = covariance / np.outer(standard, standard)
    quiet = multivariate_normal.cdf(
        _alone(level, len(loss)) - loss / standard,
        cov=correlation,
        allow_singular=True,
        abseps=_ACCURACY,
        rng=np.random.default_rng(_SEED),
    )
    return float(1 - quiet)


_POWER: dict[Test, Callable[[Unaccounted, str, np.ndarray, float], float]] = {
    "cumulative": _cumulative_power,
    "page": _page_power,
    "single": _single_power,
    "muf": _muf_power,
}


def what_it_buys(
    plan: Plan,
    better: Mapping[str, Plan],
    losses: Mapping[str, np.ndarray],
    *,
    level: float,
    tests: Iterable[Test] = ("cumulative", "page"),
) -> dict[tuple[str, str], dict[Test, float]]:
    """Power of `tests` by (plan, loss): as it is ("now") and with each change that is `better`.

    losses: by name, what is lost by period [kg], shape (period,).
    """
    wanted = tuple(tests)
    return {
        (name, loss): one.power(lost, level=level, tests=wanted)
        for name, one in {"now": plan, **better}.items()
        for loss, lost in losses.items()
    }
