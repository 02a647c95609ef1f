"""Searches: known optima, what binds and what it is worth, and a small plant run better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plants import magnet_plant

from ytterby.balance import Balance
from ytterby.plant import Plant
from ytterby.study import Aim, Held, Study, field_between, optimise, pareto, worth_of_targets
from ytterby.study.search import Search, current

DOSE = field_between("leach.acid_dose", 1.0, 2.0)
PH = field_between("iron.to_pH", 3.0, 5.0)


def on_paper(start=(0.1, 0.9)) -> Search:
    """A search over formulas in place of a plant."""

    def formulas(values):
        x, y = values
        return {
            "bowl": (x - 1.4) ** 2 + (y - 3.5) ** 2,
            "plane": 3 * x + y,
            "kink": abs(x - 1.3) + abs(y - 4.2),
            "purity": 0.9962 + 1e-4 * (2 - x),
            "fixed": 0.995,
        }

    return Search((DOSE, PH), np.array(start), formulas)


WAYS = pytest.mark.parametrize("method", ["slopes", "models"])


def search(aim: Aim, *held: Held, **how):
    return optimise(on_paper(), aim, held, **how)


@WAYS
def test_the_bottom_of_a_bowl_is_found_and_nothing_binds(method):
    found = search(Aim("bowl", "minimise"), method=method)
    assert found.best == pytest.approx({"leach.acid_dose": 1.4, "iron.to_pH": 3.5}, abs=0.01)
    assert found.after["bowl"] < 1e-4 and found.binding == ()
    assert found.gain == pytest.approx(found.before["bowl"], abs=1e-4)


@WAYS
def test_a_limit_that_binds_is_worth_its_multiplier(method):
    """3 x + y within r of (1.4, 3.5) is least at 7.7 - r sqrt(10); by r^2 it falls with slope
    sqrt(10) / (2 r)."""
    found = search(Aim("plane", "minimise"), Held("bowl", "<=", 0.04), method=method)
    exact = 3 * 1.4 + 3.5 - 0.2 * np.sqrt(10)
    assert found.after["plane"] == pytest.approx(exact, rel=1e-3)
    (limit,) = found.binding
    assert limit.what == "bowl <= 0.04"
    assert limit.worth == pytest.approx(np.sqrt(10) / (2 * 0.2), rel=0.03)


@WAYS
def test_ends_of_fields_bind_with_their_slopes(method):
    found = search(Aim("plane", "maximise"), method=method)
    assert found.after["plane"] == pytest.approx(11)
    worth = {one.what: one.worth for one in found.binding}
    assert worth == pytest.approx({"leach.acid_dose <= 2": 3, "iron.to_pH <= 5": 1}, rel=1e-6)


@WAYS
def test_a_limit_that_is_met_with_room_does_not_bind(method):
    """The purity is a thousandth above its limit, in which there are five thousandths at all."""
    held = Held("purity", ">=", 0.995)
    found = search(Aim("plane", "maximise"), held, method=method)
    assert {one.what for one in found.binding} == {"leach.acid_dose <= 2", "iron.to_pH <= 5"}
    assert found.settled and not found.stand.fixed


def test_a_figure_at_its_limit_that_nothing_moves_does_not_bind_and_is_named():
    held = Held("fixed", ">=", 0.995)
    found = search(Aim("plane", "maximise"), held)
    assert held.name not in {one.name for one in found.binding}
    assert found.stand.fixed == (held,)


def test_a_purity_is_held_to_its_impurity():
    held = Held("purity", ">=", 0.999)
    assert held.holds(0.999) and held.holds(0.9999)
    assert not held.holds(0.9989)


def test_a_search_that_was_cut_short_tells_so():
    """A hundredth of the range of the dose is worth 0.03 of some 9."""
    short = search(Aim("plane", "maximise"), most=1)
    assert not short.settled and short.stand.rest == pytest.approx(0.03, abs=1e-3)
    assert search(Aim("plane", "maximise")).settled


@WAYS
def test_a_kink_does_not_stop_the_search(method):
    found = search(Aim("kink", "minimise"), most=120, method=method)
    assert found.after["kink"] < 0.02


@WAYS
def test_what_cannot_be_held_is_told(method):
    assert not search(Aim("bowl", "minimise"), Held("plane", ">=", 100.0), method=method).feasible


@WAYS
def test_a_front_holds_no_point_that_another_beats(method):
    aims = (Aim("bowl", "minimise"), Aim("plane", "maximise"))
    front = pareto(on_paper(), *aims, points=4, most=60, method=method)
    bowls = [one.after["bowl"] for one in front]
    planes = [one.after["plane"] for one in front]
    assert len(front) >= 3
    assert (np.diff(bowls) > 0).all() and (np.diff(planes) > 0).all()


def test_the_start_is_read_off_the_plant():
    plant = magnet_plant()
    assert current(plant, DOSE) == 1.167
    assert current(plant, field_between("leach.liquid_to_solid", "2 L/kg", "5 L/kg")) == (
        pytest.approx(3)
    )
    assert current(plant, field_between("leach.end_pH", 2.0, 3.0)) == 2.5
    assert current(plant, field_between("bleed.part", "10 %", "90 %")) == pytest.approx(50)
    with pytest.raises(ValueError, match="expected a number to start from"):
        current(plant, field_between("scrap.assay.Tb", "1 %", "2 %"))


def figures(plant: Plant, balance: Balance) -> dict[str, float]:
    return {
        "recovery": balance.recovery("Nd", of="scrap", to="kiln.product"),
        "acid": balance.flow("acid") * 3600,
    }


def test_a_plant_saves_acid_at_the_recovery_that_is_asked_for():
    study = Study(magnet_plant(), (field_between("leach.acid_dose", 1.0, 1.5),), figures)
    found = optimise(study, Aim("acid", "minimise"), [Held("recovery", ">=", 0.93)], most=25)
    assert found.feasible and found.gain > 0
    assert found.after["recovery"] == pytest.approx(0.93, abs=2e-3)
    assert found.binding[0].what == "recovery >= 0.93" and found.binding[0].worth > 0
    assert found.plant.solve().recovery("Nd", of="scrap", to="kiln.product") == pytest.approx(
        found.after["recovery"], rel=1e-6
    )


def test_slopes_from_one_tangent_are_those_of_solved_neighbours():
    fields = (
        field_between("leach.acid_dose", 1.0, 1.5),
        field_between("bleed.part", "30 %", "70 %"),
        field_between("oxalate.dose", 1.05, 1.25),
    )
    one = Search.of(Study(magnet_plant(), fields, figures))
    by_tangent = one.slopes(one.start, ["recovery", "acid"])
    by_difference = replace(one, tangent=None).slopes(one.start, ["recovery", "acid"])
    for name, slopes in by_difference.items():
        # Curvature over a step of a thousandth of the range is all that differs.
        assert by_tangent[name] == pytest.approx(slopes, rel=0.01, abs=1e-4 * abs(slopes).max())


def test_easing_a_target_of_the_plant_is_worth_what_solved_plants_tell():
    plant = Plant.read("examples/magnet-recycling/plant.yaml")

    def flows(plant: Plant, balance: Balance) -> dict[str, float]:
        return {"strip": balance.flow("strip_acid") * 3600, "alkali": balance.flow("alkali") * 3600}

    study = Study(plant, (field_between("dysprosium.saponification", "25 %", "45 %"),), flows)
    worth = {
        one.what: one.worth for one in worth_of_targets(study, [35.0], Aim("strip", "minimise"))
    }
    assert set(worth) == {
        "dysprosium: loading <= 0.7",
        "dysprosium: Dy purity >= 0.995",
        "dysprosium: Dy residual <= 0.01",
    }
    strip = plant.solve().flow("strip_acid")
    for what, field, eased, step in (
        ("dysprosium: loading <= 0.7", "dysprosium.loading_limit", 0.703, 0.003),
        (
            "dysprosium: Dy residual <= 0.01",
            "dysprosium.targets.strip",
            "Dy residual <= 1.05 %",
            5e-4,
        ),
    ):
        saved = 3600 * (strip - plant.with_(**{field: eased}).solve().flow("strip_acid"))
        # Curvature over the step of the solved plants is what differs.
        assert worth[what] == pytest.approx(saved / step, rel=0.1)


def test_an_unknown_figure_is_refused_with_the_known_ones():
    study = Study(magnet_plant(), (DOSE,), figures)
    with pytest.raises(ValueError, match="expected one of: recovery, acid"):
        optimise(study, Aim("profit", "maximise"))
