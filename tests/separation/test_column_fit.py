"""Constants that made a breakthrough curve are found again from it, as surely as they say."""

from __future__ import annotations

import numpy as np
import pytest

from ytterby.separation.column import Clay, ClayColumn, Wash
from ytterby.separation.column_fit import ColumnTest, Sampled
from ytterby.separation.fit import fit

CLAY = Clay(
    {"Nd+3": 2e-3, "Dy+3": 1e-3, "Al+3": 4e-3},
    {"Nd+3": 0.4, "Dy+3": 0.1, "Al+3": 0.9},
    1400.0,
    0.4,
    0.5,
    2e-4,
)
TRUE = ClayColumn(CLAY, 0.3, 10)
WASHES = (
    Wash({"NH4+": 100, "SO4-2": 50}, 2e-6, 1.5e5),
    Wash({"NH4+": 300, "SO4-2": 150}, 2e-6, 1.0e5),
)
FREE = ("log_K.Nd+3", "log_K.Dy+3", "log_held.Nd+3")


def _samples(seed: int, error: float) -> tuple[Sampled, ...]:
    run = TRUE.leach(WASHES)
    chance = np.random.default_rng(seed)
    found = []
    for ion in ("Nd+3", "Dy+3"):
        curve = run.effluent[:, run.place(ion)]
        sigma = 0.02 * float(curve.max())
        for place in range(4, run.time.size, 6):
            value = curve[place] + error * sigma * chance.standard_normal()
            found.append(Sampled(float(run.time[place]), ion, max(value, 0.0), sigma))
    return tuple(found)


def _start() -> ClayColumn:
    clay = Clay(
        {**CLAY.held, "Nd+3": 2.6e-3},
        {"Nd+3": 0.0, "Dy+3": 0.0, "Al+3": 0.9},
        1400.0,
        0.4,
        0.5,
        2e-4,
    )
    return ClayColumn(clay, 0.3, 10)


def test_exact_curves_give_the_constants_back():
    found = fit(ColumnTest(_start(), WASHES, _samples(0, 0.0), FREE))
    assert found["log_K.Nd+3"] == pytest.approx(0.4, abs=1e-4)
    assert found["log_K.Dy+3"] == pytest.approx(0.1, abs=1e-4)
    assert found["log_held.Nd+3"] == pytest.approx(np.log10(2e-3), abs=1e-4)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    inside = 0
    for seed in range(10):
        found = fit(ColumnTest(_start(), WASHES, _samples(seed, 1.0), FREE), robust=False)
        low, high = found.interval("log_K.Nd+3")
        inside += low <= 0.4 <= high
    assert inside >= 8  # of ten, at 95 %: fewer happens once in a hundred times


def test_a_parameter_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"log_K\.Tb\+3.*expected one of log_K\.Nd\+3"):
        ColumnTest(_start(), WASHES, _samples(0, 0.0), ("log_K.Tb+3",))
    with pytest.raises(ValueError, match="against"):
        ColumnTest(_start(), WASHES, _samples(0, 0.0), ("log_K.NH4+",))


def test_a_sample_after_the_last_wash_is_refused():
    late = (Sampled(1e9, "Nd+3", 1.0, 0.1),)
    with pytest.raises(ValueError, match="within the washes"):
        ColumnTest(_start(), WASHES, late, FREE)
