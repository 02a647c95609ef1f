"""Laws of neighbours: from a solved plant or from nothing, the answer is the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants import EXAMPLE, looped_plant, magnet_plant

from ytterby.balance import Balance
from ytterby.plant import Infeasible
from ytterby.plant.file import parse
from ytterby.plant.flowsheet import Flowsheet
from ytterby.plant.nearby import Nearby
from ytterby.plant.solve import Start, converge
from ytterby.plant.tangent import unit_jacobian
from ytterby.units import CascadeUnit, Unit

factor = st.floats(0.8, 1.2)


def agree(found: Balance, expected: Balance) -> None:
    """Every edge and element, to what two solves agree within: 1e-11 in the loops, at a gain."""
    scale = expected.masses.max(axis=0)
    np.testing.assert_allclose(found.masses / scale, expected.masses / scale, rtol=1e-7, atol=1e-11)


@pytest.fixture(scope="module")
def mixed_oxide() -> Nearby:
    return Nearby.of(magnet_plant())


@pytest.fixture(scope="module")
def magnets() -> Nearby:
    return Nearby.of(parse(EXAMPLE, "plant.yaml"))


@settings(max_examples=8)
@given(factor, factor, factor, st.floats(0.2, 0.9))
def test_a_plant_is_the_same_near_and_from_nothing(mixed_oxide, wash, ferrite, dose, bleed):
    changes = {
        "residue.wash_efficiency": 0.8 * wash,
        "iron_cake.wash_efficiency": 0.8 * wash,
        "leach.extent.ferrite": min(0.94 * ferrite, 1.0),
        "leach.acid_dose": 1.167 * dose,
        "bleed.part": bleed,
    }
    plant = mixed_oxide.plant.with_(**changes)
    agree(mixed_oxide.solve(plant), plant.solve())


@settings(max_examples=5)
@given(st.floats(-0.02, 0.02), st.floats(-0.3, 0.3), st.floats(1.0, 1.4), factor)
def test_a_plant_with_a_cascade_is_the_same_near_and_from_nothing(
    magnets, dysprosium, iron, share, conversion
):
    changes = {
        "dysprosium.log_K.Dy": 0.51259 + dysprosium,
        "dysprosium.log_K.Fe": 2.4 + iron,
        "scrap.assay.Dy": f"{share} %",
        "oxidise.conversion": 1 - 1e-4 * conversion,
    }
    plant = magnets.plant.with_(**changes)
    agree(magnets.solve(plant), plant.solve())


def test_solids_that_the_first_plant_does_not_recycle_are_found(magnets):
    plant = magnets.plant.with_(**{"dysprosium.log_K.Pr": -2.3, "dy_press.solids_loss": 3e-4})
    agree(magnets.solve(plant), plant.solve())


def test_what_cannot_be_done_is_refused_near_as_from_nothing(magnets):
    changes = {
        "dysprosium.stages": {"extraction": 6, "scrubbing": 1, "stripping": 5},
        "dysprosium.targets.reflux": "Dy purity >= 99.9999 %",
    }
    with pytest.raises(Infeasible, match="beyond total reflux"):
        magnets.solve(magnets.plant.with_(**changes))


def test_a_loading_limit_out_of_reach_is_named(magnets):
    plant = magnets.plant.with_(**{"dysprosium.loading_limit": 0.4})
    with pytest.raises(Infeasible, match="loading limit"):
        magnets.solve(plant)


def test_the_course_along_what_varies_changes_nothing_but_the_way(magnets):
    """It starts nearer, and an end that cannot be (no entrainment below none) is passed over."""
    paths = {"dysprosium.log_K.Dy": (0.5, 0.02), "dysprosium.aqueous_in_organic": (1e-4, 1e-4)}

    def at(*values):
        return magnets.plant.with_(**dict(zip(paths, values, strict=True)))

    middle = [value for value, _ in paths.values()]
    near = Nearby.of(at(*middle))
    ways = [(at(0.52, 1e-4), at(0.48, 1e-4)), (at(0.5, 2e-4), at(0.5, 0.0))]
    foresighted = near.along([*ways, (at(0.5, 1e-4), None)])
    steps = np.array([1.5, 0.7, 0.0])
    plant = at(0.53, 1.7e-4)
    agree(foresighted.solve(plant, steps), plant.solve())

    def mismatch(known, steps):
        told = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "ytterby.plant.nearby.converge",
                lambda f, start, progress: converge(f, start, told.append),
            )
            known.solve(plant, steps)
        first = next(line for line in told if line.startswith("step 0"))
        return float(first.split()[-1])

    assert mismatch(foresighted, steps) < 0.3 * mismatch(near, None)


def test_a_plant_of_another_shape_is_solved_all_the_same(mixed_oxide):
    liquor = {"Nd": "40 g/L", "Fe+3": "1 g/L", "Na": "2 g/L"}
    plant = looped_plant([0.3], [3.0], liquor)
    agree(mixed_oxide.solve(plant), plant.solve())


def test_a_cascade_knows_its_derivatives(magnets, monkeypatch):
    """As differences give them, to a hundredth of an outlet: these carry what targets leave, 1e-9
    of a trace, over the step of 1e-6, and bend with the steep ones."""
    flowsheet = Flowsheet.of(magnets.plant)
    done = converge(flowsheet, Start.at(flowsheet, None), lambda line: None)
    exact = unit_jacobian(flowsheet, "dysprosium", done)
    monkeypatch.setattr(CascadeUnit, "derivative", Unit.derivative)
    differences = unit_jacobian(flowsheet, "dysprosium", done)
    inlets = flowsheet.inlets("dysprosium", done.streams)
    outlets = done.outcomes["dysprosium"].outlets
    for (port, out), found in exact.outlets.items():
        amounts = inlets[port].stream.amounts
        there, scale = amounts > 0, outlets[out].amounts
        change, expected = (
            matrix[:, there] * amounts[there] for matrix in (found, differences.outlets[port, out])
        )
        size = np.maximum(scale, 1e-6 * scale.max())[:, None]
        np.testing.assert_allclose(change / size, expected / size, rtol=1e-2, atol=1e-2)
    for key, row in exact.drawn.items():
        amounts = inlets[key[0]].stream.amounts
        np.testing.assert_allclose(
            row * amounts, differences.drawn[key] * amounts, rtol=1e-4, atol=1e-6
        )
