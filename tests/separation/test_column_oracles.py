"""Oracles of a clay column: tanks in series in closed form, and a stiff solver of SciPy."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import gamma

from ytterby.separation.column import Clay, ClayColumn, Wash

_CLAY = {"held": {"NH4+": 0.02, "Nd+3": 0.004}, "log_K": {"Nd+3": 0.5}}


def test_a_tracer_leaves_as_from_tanks_in_series():
    """F(t) of n tanks is the distribution of Erlang (Levenspiel, tanks in series)."""
    column = ClayColumn(Clay(**_CLAY, density=1400.0, water=0.4), 1.0, 20)
    run = column.leach([Wash({"Cl-": 1.0, "NH4+": 1.0}, 1e-6, 1e6)], step=0.002)
    exact = gamma.cdf(run.pore_volumes, 20, scale=1 / 20)
    # The error of the implicit step is of first order: of 0.002 of a cell it is below 5e-4.
    np.testing.assert_allclose(run.effluent[:, run.place("Cl-")], exact, atol=5e-4)


def _cells_in_scipy(clay: Clay, cells: int, salt: float, flux: float, span: float) -> np.ndarray:
    """Final outflow [NH4+, Nd+3] of the same cells with standing water, by LSODA."""
    depth = 1.0 / cells
    standing, flowing = clay.stagnant * clay.water * depth, (1 - clay.stagnant) * clay.water * depth
    mass, rate = clay.density * depth, clay.transfer * standing
    K, capacity = 10.0 ** clay.log_K["Nd+3"] / 1000, clay.capacity

    def water_of(total):
        def lacking(ln_r):
            r = np.exp(ln_r)
            c = total / (standing + mass * np.array([r / 1000, K * r**3]))
            return mass * (c[0] * r / 1000 + 3 * K * r**3 * c[1]) - mass * capacity

        r = np.exp(brentq(lacking, -20, 40, xtol=1e-13))
        return total / (standing + mass * np.array([r / 1000, K * r**3]))

    def slope(_, y):
        c, total = y[: 2 * cells].reshape(cells, 2), y[2 * cells :].reshape(cells, 2)
        still = np.array([water_of(row) for row in total])
        into = np.vstack(([salt, 0.0], c[:-1]))
        swap = rate * (c - still)
        return np.concatenate((((flux * (into - c) - swap) / flowing).ravel(), swap.ravel()))

    start = np.tile(mass * np.array([0.02, 0.004]) + 1e-12, (cells, 1)).ravel()
    y0 = np.concatenate((np.zeros(2 * cells), start))
    found = solve_ivp(slope, (0, span), y0, method="LSODA", rtol=1e-7, atol=1e-9)
    return found.y[2 * cells - 2 : 2 * cells, -1]


def test_exchange_with_standing_water_is_what_a_stiff_solver_finds():
    clay = Clay(**_CLAY, density=1400.0, water=0.4, stagnant=0.5, transfer=1e-5)
    for span in (2.0e5, 4.0e5, 7.0e5):
        wash = Wash({"NH4+": 100.0, "Cl-": 100.0}, 1e-6, span)
        run = ClayColumn(clay, 1.0, 4).leach([wash], step=2e-4)
        expected = _cells_in_scipy(clay, 4, 100.0, 1e-6, span)
        got = run.effluent[-1][[run.place("NH4+"), run.place("Nd+3")]]
        # First order in time: the step is 2e-4 of a cell.
        np.testing.assert_allclose(got, expected, rtol=2e-3, atol=1e-3)
