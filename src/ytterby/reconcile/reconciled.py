"""The overlay over the readings: what they come to, what does not fit, what nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ytterby.balance import Balance, Covariance, Finding
from ytterby.reconcile.arrow import Arrow
from ytterby.reconcile.gross import (
    GlobalTest,
    Leak,
    Residuals,
    critical,
    global_test,
    leaks,
    noncentrality,
    residuals,
)
from ytterby.reconcile.model import Model, State
from ytterby.reconcile.network import STOCK, Network
from ytterby.reconcile.observe import Observed, observe
from ytterby.reconcile.reading import Reading
from ytterby.reconcile.solve import fit

FALSE_ALARMS = 0.05
"""Rate of false alarms of each kind of test, over all readings together [-], unless given."""
UNCERTAIN_ZERO = 2.0
"""Standard uncertainties below zero up to which a flow may be nothing [-]."""
POWER = 0.9
"""Probability that the smallest bias or leak that is told would be found [-], unless given."""


@dataclass(frozen=True)
class Overlay:
    """What becomes of one reading; the reading itself stays as it was.

    reading: as read. reconciled, uncertainty: what balances say it should have been [as read].
    redundancy: 0 where nothing checks it [-]. statistic: residual in its own standard deviations,
    or None. suspect: whether that is beyond chance. smallest_bias: error of this instrument that
    would be found [as read], or None where none ever would.
    """

    reading: Reading
    reconciled: float
    uncertainty: float
    redundancy: float
    statistic: float | None
    suspect: bool
    smallest_bias: float | None


@dataclass(frozen=True, eq=False)
class Reconciled:
    """A network with its readings, balanced.

    level: rate of false alarms of each kind of test. power: see POWER.
    """

    model: Model
    state: State
    arrow: Arrow
    level: float
    power: float

    @cached_property
    def observed(self) -> Observed:
        """What is known of every mass and content."""
        return observe(self.model, self.arrow)

    @cached_property
    def residuals(self) -> Residuals:
        """Residuals and redundancy, in the order of the readings."""
        return residuals(self.model, self.state, self.arrow)

    @cached_property
    def test(self) -> GlobalTest:
        """Whether chance explains the readings."""
        return global_test(self.model, self.state, self.arrow, self.level)

    @cached_property
    def leaks(self) -> list[Leak]:
        """What may be lost or gained at each unit, the likeliest first."""
        return leaks(self.model, self.state, self.arrow, self.level, self.power)

    @property
    def leaks_found(self) -> list[Leak]:
        """The losses and gains beyond chance."""
        limit = critical(self.level, len(self.leaks))
        return [leak for leak in self.leaks if abs(leak.statistic) > limit]

    @cached_property
    def readings(self) -> tuple[Overlay, ...]:
        """The overlay, in the order of the readings."""
        mass, elements = self.model.expected(self.state)
        expected = np.zeros(len(self.model.readings))
        expected[self.model.mass.place] = mass
        for rows, found in zip(self.model.elements, elements, strict=True):
            expected[rows.place] = found
        checked = self.residuals.checked
        limit = critical(self.level, int(checked.sum()))
        shift = noncentrality(self.level, int(checked.sum()), self.power)
        standardised = self.residuals.standardised
        told = []
        for i, reading in enumerate(self.model.readings):
            free = float(self.residuals.redundancy[i])
            found = float(standardised[i]) if checked[i] else None
            told.append(
                Overlay(
                    reading,
                    float(expected[i]),
                    reading.random * max(1 - free, 0.0) ** 0.5,
                    free if checked[i] else 0.0,
                    found,
                    found is not None and abs(found) > limit,
                    shift * reading.random / free**0.5 if checked[i] else None,
                )
            )
        return tuple(told)

    @property
    def suspects(self) -> tuple[Overlay, ...]:
        """Readings beyond chance, the worst first."""
        beyond = [one for one in self.readings if one.suspect]
        return tuple(sorted(beyond, key=lambda one: -abs(one.statistic or 0.0)))

    def mass(self, stream: str) -> tuple[float, float]:
        """(mass of a stream or stock change, standard uncertainty) [kg]; NaN when not known."""
        way = self.model.network.way(stream)
        if not self.observed.mass_known[way]:
            return float("nan"), float("nan")
        spread = float(np.linalg.norm(self.observed.mass_factor[way]))
        return float(self.state.mass[way]), spread

    def content(self, stream: str, element: str) -> tuple[float, float]:
        """(mass of an element in a stream, standard uncertainty) [kg]; NaN when not known."""
        way = self.model.network.way(stream)
        row = self.model.network.elements.index(element)
        if not self.observed.content_known[row, way]:
            return float("nan"), float("nan")
        return float(self.state.content[row, way]), float(self.observed.content.standard[way, row])

    def why_unknown(self, stream: str, element: str | None = None) -> str:
        """Why the mass or an element of a stream is not known; empty when it is."""
        way = self.model.network.way(stream)
        if element is None:
            known = self.observed.mass_known[way]
        else:
            known = self.observed.content_known[self.model.network.elements.index(element), way]
        return "" if known else self.observed.why(self.model, way, element)

    @cached_property
    def balance(self) -> Balance:
        """The balance, with the covariance of its masses; what is not known is masked."""
        network = self.model.network
        count = len(network.edges)
        known = self.observed.content_known.T
        masses = np.where(known, self.state.content.T, np.nan)
        stock = np.zeros((len(network.units), len(network.elements)))
        for unit in network.holding:
            stock[network.units.index(unit)] = masses[network.way(STOCK + unit)]
        covariance = self.observed.content
        return Balance(
            plant=network.plant,
            period=network.period,
            units=network.units,
            edges=network.edges,
            elements=network.elements,
            masses=np.where(known[:count], masses[:count], 0.0),
            known=known[:count],
            stock_change=stock,
            findings=self.findings,
            covariance=Covariance(covariance.common[:count], covariance.own[:count]),
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What a reader should know: the tests, the suspects, the unknown, what is below zero."""
        return (*_of_test(self), *_of_unknown(self), *_of_negative(self))


def reconcile(
    network: Network,
    readings: tuple[Reading, ...],
    *,
    level: float = FALSE_ALARMS,
    power: float = POWER,
) -> Reconciled:
    """Balance a network with redundant, erroneous readings; raises ReconcileError.

    Minimises the sum of ((reading - value) / random)2, systematic errors being shared unknowns of
    their groups, subject to in = out + stock change of the mass and of every element over every
    unit (Narasimhan and Jordache, Data Reconciliation and Gross Error Detection, 2000, chapters 3
    to 7). level: rate of false alarms of each kind of test over all it tests [-]. power:
    probability that the smallest bias and leak told would be found [-].
    """
    return Reconciled(*fit(network, readings), level, power)


def _of_test(found: Reconciled) -> list[Finding]:
    test = found.test
    if test.freedom == 0:
        return [Finding("readings", "nothing is measured twice: no reading is checked")]
    fit = "fit" if test.passed else "do not fit"
    told = [
        Finding(
            "readings",
            f"the readings {fit}: {test.statistic:.3g} with {test.freedom} degrees of freedom, "
            f"limit {test.limit:.3g}",
            "note" if test.passed else "warning",
        )
    ]
    # A bias where little checks it hides in the sum, and shows in its own residual only.
    told += [
        Finding(
            one.reading.stream,
            f"{one.reading.name} reads {one.reading.value:.5g} where the balances say "
            f"{one.reconciled:.5g}: {one.statistic:+.1f} standard deviations",
        )
        for one in found.suspects
    ]
    return told + [
        Finding(
            leak.unit,
            f"{'loses' if leak.lost > 0 else 'gains'} {abs(leak.lost):.3g} ± "
            f"{leak.uncertainty:.2g} kg of {leak.element or 'mass'} that no stream shows: "
            f"{abs(leak.statistic):.1f} standard deviations",
        )
        for leak in found.leaks_found
    ]


def _of_unknown(found: Reconciled) -> list[Finding]:
    network = found.model.network
    told = []
    for way in network.ways:
        missing = [e for e in (None, *network.elements) if found.why_unknown(way.name, e)]
        if missing:
            names = ", ".join(e or "mass" for e in missing)
            reason = found.why_unknown(way.name, missing[0])
            told.append(Finding(way.name, f"not known: {names}. For one, {reason}"))
    return told


def _of_negative(found: Reconciled) -> list[Finding]:
    network, told = found.model.network, []
    for way in network.edges:
        for element in (None, *network.elements):
            value, spread = (
                found.mass(way.name) if element is None else found.content(way.name, element)
            )
            if value < 0 and value < -spread * UNCERTAIN_ZERO:
                told.append(
                    Finding(
                        way.name,
                        f"{value:.3g} ± {spread:.2g} kg of {element or 'mass'}: less than nothing "
                        "flows; is it the other way round, or a reading wrong?",
                    )
                )
    return told
