"""Studies: what is drawn, that all ways of solving agree, and what sensitivity says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants import magnet_plant

from ytterby.balance import Balance
from ytterby.plant import Plant
from ytterby.plant.nearby import Nearby
from ytterby.study import (
    Study,
    assay,
    chance,
    draw,
    evaluate,
    field_between,
    grid,
    run,
    sobol,
    spreads,
    tornado,
    uncertain_facts,
)

DOSE = field_between("leach.acid_dose", 1.0, 1.3)
PH = field_between("iron.to_pH", 3.5, 4.5)
RECOVERY = "recovery of Nd"


def outcome(plant: Plant, balance: Balance) -> dict[str, float]:
    return {
        RECOVERY: balance.recovery("Nd", of="scrap", to="kiln.product"),
        "Nd made": balance.mass("kiln.product", "Nd"),
    }


@cache
def plant() -> Plant:
    return magnet_plant()


@cache
def near() -> Nearby:
    return Nearby.of(plant())


@settings(max_examples=4)
@given(
    dose=st.floats(1.0, 1.3),
    dysprosium=st.floats(0.5, 3.0),
    extent=st.floats(0.9, 0.99),
)
def test_a_neighbour_has_the_balance_that_it_has_alone(dose, dysprosium, extent):
    changes = {
        "leach.acid_dose": dose,
        "scrap.assay.Dy": f"{dysprosium!r} %",
        "leach.extent.oxide": extent,
    }
    changed = plant().with_(**changes)
    fast, alone = near().solve(changed), changed.solve()
    assert [edge.name for edge in fast.edges] == [edge.name for edge in alone.edges]
    largest = alone.masses.max(axis=0)
    assert np.abs(fast.masses - alone.masses).max(axis=0) == pytest.approx(
        np.zeros_like(largest), abs=1e-8 * largest.max()
    )


def test_a_latin_hypercube_has_one_sample_in_every_layer():
    samples = draw([DOSE, PH], 16, seed=1)
    layers = np.floor((samples - [1.0, 3.5]) / [0.3 / 16, 1.0 / 16]).astype(int)
    for column in layers.T:
        assert sorted(column) == list(range(16))


@pytest.mark.parametrize("method", ["monte carlo", "latin hypercube"])
def test_the_same_seed_draws_the_same_samples(method):
    variables = [DOSE, *assay("scrap", plant(), {"Nd": "0.5 %"})]
    one, same = (draw(variables, 9, seed=7, method=method) for _ in range(2))
    other = draw(variables, 9, seed=8, method=method)
    assert (one == same).all() and (one != other).any()


def test_a_normal_variable_keeps_to_its_limits():
    for variable in uncertain_facts(plant()):
        drawn = variable.distribution.ppf(np.array([0.0, 0.5, 1.0]))
        assert drawn[0] >= variable.low and drawn[2] <= variable.high
        assert variable.fact is not None
        if min(variable.center - variable.low, variable.high - variable.center) > (
            4 * variable.spread
        ):
            assert drawn[1] == pytest.approx(variable.center)


def test_one_fact_in_several_units_is_one_variable():
    found = {variable.name: variable for variable in uncertain_facts(plant())}
    paths = found["filtration.wash-efficiency"].paths
    assert set(paths) == {
        f"{unit}.wash_efficiency" for unit in ("residue", "iron_cake", "oxalate_cake")
    }


def test_a_drawn_fact_keeps_its_class_and_reaches_every_unit():
    variable = next(v for v in uncertain_facts(plant()) if v.name == "filtration.wash-efficiency")
    changed = Study(plant(), (variable,), outcome).variant([0.7])
    for unit in ("residue", "iron_cake", "oxalate_cake"):
        fact = changed.units[unit].wash_efficiency
        assert fact.value == 0.7 and fact.evidence == "estimated"


def test_processes_and_order_do_not_change_a_number():
    study = Study(plant(), (DOSE, PH), outcome)
    samples = draw(study.variables, 4, seed=3)
    here = run(study, samples)
    there = run(study, samples, workers=2)
    back = run(study, samples[::-1])
    # To well within what a plant is solved to: kernels of one machine need not agree in every bit.
    for name, values in here.outcomes.items():
        assert there.outcomes[name] == pytest.approx(values, rel=1e-9)
        assert back.outcomes[name][::-1] == pytest.approx(values, rel=1e-9)


def test_what_is_done_is_not_done_again():
    study = Study(plant(), (DOSE,), outcome)
    samples = draw(study.variables, 4, seed=3)
    counted = []
    rows = [
        row
        for part in evaluate(study, samples, done=[0, 2], progress=lambda a, b: counted.append(a))
        for row in part
    ]
    assert [i for i, _, _ in rows] == [1, 3] and counted == [2, 4]


def test_a_plant_without_a_steady_state_is_counted_with_its_reason():
    bad = field_between("iron.to_pH", -5.0, -4.0)
    results = run(Study(plant(), (bad,), outcome), np.array([[-5.0]]))
    assert results.failed == 1 and "to_pH" in results.reasons[0]
    table = results.table()
    assert list(table["reason"]) == list(results.reasons)


def test_enough_acid_recovers_more_than_too_little():
    samples = grid([DOSE, PH], [4, 1])
    assert samples.shape == (4, 2) and samples[0, 0] == 1.0 and samples[-1, 0] == 1.3
    results = run(Study(plant(), (DOSE,), outcome), samples[:, :1])
    recovery = results.outcomes[RECOVERY]
    assert recovery[0] < recovery[1:].min()
    found = {spread.name: spread for spread in spreads(results)}
    assert found[RECOVERY].mean == pytest.approx(recovery.mean())
    assert chance(recovery, recovery[2]) == 0.5


def test_the_tornado_puts_the_widest_bar_first():
    bars = tornado(Study(plant(), (PH, DOSE), outcome), RECOVERY)
    assert bars[0].variable is DOSE and bars[0].width > bars[1].width


def test_sobol_indices_of_a_sum_are_its_shares_of_variance(monkeypatch):
    """3 x + y of two uniform variables of one width: 9/10 and 1/10 of the variance."""
    from ytterby.study import sensitivity

    class Known:
        failed, reasons = 0, ()

        def __init__(self, samples):
            x, y = (samples[:, 0] - 1.0) / 0.3, samples[:, 1] - 3.5
            self.outcomes = {RECOVERY: 3 * x + y}

    monkeypatch.setattr(sensitivity, "run", lambda study, samples, **how: Known(samples))
    found = sobol(Study(plant(), (DOSE, PH), outcome), RECOVERY, 1024, seed=1)
    assert [index.first for index in found] == pytest.approx([0.9, 0.1], abs=0.02)
    assert [index.total for index in found] == pytest.approx([0.9, 0.1], abs=0.02)


def test_sobol_refuses_samples_without_a_steady_state():
    bad = field_between("iron.to_pH", -5.0, -4.0)
    with pytest.raises(ValueError, match="samples have no steady state"):
        sobol(Study(plant(), (bad,), outcome), RECOVERY, 2, seed=1)


def test_limits_are_read_as_in_a_plant_file():
    field = field_between("leach.temperature", "60 degC", "80 degC")
    assert field.changes(70.0) == {"leach.temperature": "70.0 degC"}
    with pytest.raises(ValueError, match="expected both in the same unit"):
        field_between("leach.temperature", "60 degC", "350 K")
    with pytest.raises(ValueError, match="expected the lower one first"):
        field_between("leach.acid_dose", 2, 1)
