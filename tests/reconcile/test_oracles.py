"""Other ways to the same answer: SciPy's SLSQP, a dense Lagrangian, and chance itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.reconcile.networks import chain, read

from ytterby.reconcile import reconcile

pytestmark = pytest.mark.oracle


def by_slsqp(network, readings, start_mass, start_content):
    """(objective, masses, contents) of flows and assays under bilinear balances."""
    ways, elements = len(network.ways), len(network.elements)
    names = [way.name for way in network.ways]
    incidence = network.incidence()
    scale = np.concatenate([start_mass, (start_content / start_mass).ravel()])

    def parts(x):
        x = x * scale
        return x[:ways], x[ways:].reshape(elements, ways)

    def objective(x):
        mass, share = parts(x)
        total = 0.0
        for r in readings:
            way = names.index(r.stream)
            at = mass[way] if r.element is None else share[network.elements.index(r.element), way]
            total += ((r.value - at) / r.random) ** 2
        return total

    def balances(x):
        mass, share = parts(x)
        gaps = [incidence @ mass / start_mass.max()]
        gaps += [incidence @ (mass * row) / start_content.max() for row in share]
        return np.concatenate(gaps)

    found = minimize(
        objective,
        np.ones(len(scale)),
        method="SLSQP",
        constraints={"type": "eq", "fun": balances},
        options={"ftol": 1e-13, "maxiter": 500},
    )
    mass, share = parts(found.x)
    return found.fun, mass, share * mass


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_slsqp_on_flows_and_assays_finds_the_same_masses(seed):
    network, mass, content = chain(3, 7, 2, seed)
    readings = read(network, mass, content, seed, flow=0.05, assay=0.05)
    mine = reconcile(network, readings)
    fun, other_mass, other_content = by_slsqp(network, readings, mass, content)
    # SLSQP differences its gradients: it comes within a thousandth of a standard deviation.
    assert mine.test.statistic <= fun * (1 + 1e-6)
    assert mine.test.statistic == pytest.approx(fun, rel=1e-5)
    assert mine.state.mass == pytest.approx(other_mass, rel=1e-4)
    assert mine.state.content == pytest.approx(other_content, rel=1e-4, abs=1e-5 * content.max())


def test_the_covariance_is_the_scatter_of_repeated_periods():
    network, mass, content = chain(4, 9, 2, 5)
    runs = [
        reconcile(network, read(network, mass, content, seed, share_read=1.0))
        for seed in range(400)
    ]
    found = np.array([run.state.content for run in runs])
    told = runs[0].observed.content.standard.T
    # The relative standard error of a standard deviation of 400 draws is 1 / sqrt(800) = 3.5 %.
    assert found.std(axis=0) == pytest.approx(told, rel=4 * 0.035)
    weights = np.zeros((len(network.ways), 2))
    weights[0, 0], weights[1, 0] = 1, -1
    spread = (found[:, 0, 0] - found[:, 0, 1]).std()
    assert runs[0].observed.content.variance(weights) ** 0.5 == pytest.approx(spread, rel=0.14)


def test_false_alarms_come_as_often_as_they_are_said_to():
    network, mass, content = chain(4, 9, 2, 5)
    runs = [reconcile(network, read(network, mass, content, seed)) for seed in range(400)]
    alarms = np.array(
        [[not run.test.passed, bool(run.suspects), bool(run.leaks_found)] for run in runs]
    ).mean(axis=0)
    # 5 % of 400 runs has a standard error of 1.1 points; Sidak keeps dependent tests below 5 %.
    assert abs(alarms[0] - 0.05) < 3 * 0.011
    assert (alarms[1:] < 0.05 + 3 * 0.011).all() and (alarms[1:] > 0).all()


def test_the_smallest_bias_is_found_with_the_power_it_is_told_with():
    network, mass, content = chain(4, 9, 2, 5)
    clean = reconcile(network, read(network, mass, content, None))
    place = int(np.argmax([one.redundancy for one in clean.readings]))
    bias = clean.readings[place].smallest_bias
    assert bias is not None
    found = 0
    for seed in range(200):
        readings = list(read(network, mass, content, seed))
        readings[place] = replace(readings[place], value=readings[place].value + bias)
        overlay = reconcile(network, tuple(readings)).readings[place]
        found += overlay.suspect
    # 90 % of 200 has a standard error of 2.1 points; a bias of an assay is slightly non-linear.
    assert found / 200 == pytest.approx(0.9, abs=0.07)


def test_a_leak_is_found_where_it_is_and_as_large_as_it_is():
    network, mass, content = chain(4, 9, 2, 5)
    # A few per cent: the likelihood ratio is linear about the masses without a leak.
    taken = 0.02 * content[0].max()
    # Nd leaves u2 unseen: everything downstream of it on the line holds less.
    lost = content.copy()
    downstream = [i for i, e in enumerate(network.edges) if e.source == "u3" and e.target is None]
    line = [i for i, e in enumerate(network.edges) if e.source == "u2" and e.target == "u3"]
    lost[0, line[0]] -= taken
    lost[0, downstream[0]] -= taken
    found = reconcile(network, read(network, mass, lost, None, flow=0.001, assay=0.001))
    best = found.leaks[0]
    assert not found.test.passed
    assert (best.unit, best.element) == ("u2", "Nd")
    assert best.lost == pytest.approx(taken, abs=4 * best.uncertainty)
