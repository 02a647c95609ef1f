"""Laws of a clay column: whatever the clay and the washes, nothing is lost and nothing negative."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from ytterby.chemistry import Species
from ytterby.separation.column import Clay, ClayColumn, Wash, kerr

_IONS = ("Nd+3", "Dy+3", "Al+3", "Ca+2", "Mg+2", "K+", "NH4+")
_amount = some.floats(1e-6, 0.05)
_log_K = some.floats(-2.0, 3.0)


@some.composite
def columns(draw):
    held = {ion: draw(_amount) for ion in _IONS if draw(some.booleans()) or ion == "Nd+3"}
    log_K = {ion: draw(_log_K) for ion in _IONS if ion != "NH4+"}
    stagnant = draw(some.sampled_from([0.0, 0.3, 0.7]))
    transfer = 10.0 ** draw(some.floats(-8, -2)) if stagnant else math.inf
    clay = Clay(held, log_K, 1400.0, draw(some.floats(0.1, 0.6)), stagnant, transfer)
    return ClayColumn(clay, draw(some.floats(0.05, 10)), draw(some.integers(1, 30)))


@some.composite
def leached(draw):
    """A column, and up to three washes of up to three pore volumes each."""
    column = draw(columns())
    found = []
    for _ in range(draw(some.integers(1, 3))):
        salt = draw(some.just(0.0) | some.floats(0.01, 500))
        cation, charge = draw(some.sampled_from([("NH4+", 1), ("Mg+2", 2), ("Na+", 1)]))
        held = {cation: 2 * salt / charge, "SO4-2": salt, "H+": 0.02, "Cl-": 0.02}
        flux = 10.0 ** draw(some.floats(-7, -5))
        volume = draw(some.floats(0.1, 3)) * column.clay.water * column.height
        found.append(Wash(held, flux, volume / flux))
    return column, found


@settings(deadline=None, max_examples=40)
@given(leached())
def test_every_ion_and_the_charge_are_conserved(case):
    column, fed = case
    run = column.leach(fed)
    # Rounding of a step is 1e-16, and steps and cells add up.
    assert max(map(abs, run.closure.values())) < 1e-12
    held = sum(Species.of(i).charge * n for i, n in zip(run.ions, run.on_clay, strict=True))
    capacity = column.clay.capacity * column.clay.density * column.height
    # What the clay holds rounds with all that passed it, which may be ten thousand times more.
    passed = sum(w.flux * w.duration * sum(w.concentrations.values()) for w in fed)
    np.testing.assert_allclose(held, capacity, rtol=1e-12, atol=1e-13 * passed)
    charges = np.array([Species.of(i).charge for i in run.ions])
    sizes = np.abs(charges) * run.pore_water
    assert abs(charges @ run.pore_water) <= 1e-12 * max(sizes.sum(), 1e-300)


@settings(deadline=None, max_examples=40)
@given(leached())
def test_nothing_is_ever_negative(case):
    column, fed = case
    run = column.leach(fed)
    for values in (run.effluent, run.held, run.flowing, run.stagnant):
        assert np.all(values >= 0) and np.all(np.isfinite(values))
    assert np.all(run.pore_water >= 0) and np.all(run.on_clay >= 0)


@settings(deadline=None, max_examples=30)
@given(leached())
def test_a_ten_times_larger_column_with_ten_times_the_flux_gives_the_same(case):
    column, fed = case
    small = column.leach(fed)
    large = ClayColumn(column.clay, 10 * column.height, column.cells).leach(
        [Wash(w.concentrations, 10 * w.flux, w.duration) for w in fed]
    )
    np.testing.assert_allclose(large.effluent, small.effluent, rtol=1e-8, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(columns(), some.floats(20, 300), some.floats(1.1, 3))
def test_a_stronger_lixiviant_never_recovers_less(column, salt, factor):
    volume = 2 * column.clay.water * column.height
    flux = volume / 1e6
    weak, strong = (
        column.leach([Wash({"NH4+": 2 * c, "SO4-2": c}, flux, 1e6)]) for c in (salt, factor * salt)
    )
    for ion in ("Nd+3",):
        assert strong.recovery(ion)[-1] >= weak.recovery(ion)[-1] * (1 - 1e-9)


def test_ions_of_like_charge_and_constant_leave_alike():
    clay = Clay({"Nd+3": 2e-3, "Dy+3": 1e-3}, {"Nd+3": 0.3, "Dy+3": 0.3}, 1400.0, 0.4)
    run = ClayColumn(clay, 1.0).leach([Wash({"NH4+": 200, "SO4-2": 100}, 1e-6, 1e6)])
    np.testing.assert_allclose(run.recovery("Nd+3"), run.recovery("Dy+3"), rtol=1e-10)


def test_a_constant_of_gaines_and_thomas_gives_the_same_equilibrium():
    """E = K_GT c (E_NH4/c_NH4)^3 holds of a cell that was computed with kerr(K_GT)."""
    clay = Clay({"NH4+": 0.02, "Nd+3": 0.004}, {"Nd+3": kerr(-1.0, 3, 0.032)}, 1400.0, 0.4)
    run = ClayColumn(clay, 1.0, 1).leach([Wash({"NH4+": 50, "Cl-": 50}, 1e-6, 1e7)])
    c = run.stagnant[0] / 1000
    q = run.held[0]
    nd, ammonium = run.place("Nd+3"), run.place("NH4+")
    shares = 3 * q[nd] / 0.032, q[ammonium] / 0.032
    np.testing.assert_allclose(
        shares[0], 10.0**-1.0 * c[nd] * (shares[1] / c[ammonium]) ** 3, rtol=1e-9
    )
