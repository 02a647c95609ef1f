"""Laws of recycles: loops close whatever the bleed, and what cannot close says why."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.plants import EXAMPLE, looped_plant, magnet_plant

from ytterby.plant import NotConverged, Plant
from ytterby.plant.file import parse
from ytterby.units import Neutralisation, Split

share = st.floats(0.001, 0.5)
LIQUOR = {"Nd": "40 g/L", "Dy": "2 g/L", "Fe+3": "1 g/L", "Co": "0.5 g/L", "Na": "2 g/L"}


# Every tank but the first receives liquor that is at its pH and just saturated: a solid that
# begins to form, or does not, decides.
ON_THE_EDGE = [(0.39181, 2.5), (0.0400996, 2.5), (0.171505, 2.5), (0.0998768, 2.5), (0.052626, 2.5)]

# The last tank either precipitates all its iron or none, by turns, as long as steps are bold.
TO_AND_FRO = [(0.26268307, 2.5), (0.086145698, 2.62326198), (0.001, 2.5)]


@settings(max_examples=12)
@example(ON_THE_EDGE, 0.1, 2.5)
@example(TO_AND_FRO, 0.1, 2.5)
@example([*TO_AND_FRO[:2], (0.10947222, 2.5)], 0.1, 2.0)
@given(
    st.lists(st.tuples(share, st.floats(2.5, 6.0)), min_size=1, max_size=6),
    st.floats(0.1, 80),
    st.floats(0.001, 5),
)
def test_one_to_six_loops_with_bleeds_down_to_a_thousandth_close(loops, neodymium, iron):
    bleeds, pH = [b for b, _ in loops], sorted(p for _, p in loops)
    liquor = LIQUOR | {"Nd": f"{neodymium} g/L", "Fe+3": f"{iron} g/L"}
    balance = looped_plant(bleeds, pH, liquor).solve()
    assert abs(balance.worst_closure()[2]) < 1e-9


def test_a_bleed_of_a_thousandth_carries_a_thousand_times_what_enters():
    balance = looped_plant([0.001], [3.0], LIQUOR).solve()
    cobalt = balance.mass("purge0.rest", "Co") / balance.mass("purge0.part", "Co")
    assert cobalt == pytest.approx(999, rel=1e-9)


@pytest.mark.long
def test_sodium_that_only_moisture_carries_off_is_said_to_gather():
    """It ends as a liquor without equilibrium; the pass before that one tells why."""
    plant = parse(EXAMPLE, "plant.yaml").with_(**{"mother_liquor.part": "0 %"})
    with pytest.raises(NotConverged, match=r"Na gathers in the loop leach -> .* mother_liquor"):
        plant.solve()


def test_a_return_of_nearly_nothing_does_not_drown_in_rounding():
    sparing = {
        "Nd": "11.4 %",
        "Pr": "1.662890625 %",
        "Dy": "1.2 %",
        "Fe": "31.3 %",
        "Co": "0.375 %",
    }
    balance = magnet_plant(sparing | {"B": "0.928125 %", "Ni": "0.6 %"}, bleed=1 - 1e-16).solve()
    assert abs(balance.worst_closure()[2]) < 1e-9


def test_starting_near_changes_nothing_but_time():
    cold = magnet_plant(bleed=0.3).solve()
    warm = magnet_plant(bleed=0.3).solve(near=magnet_plant().solve())
    np.testing.assert_allclose(warm.masses, cold.masses, rtol=1e-8, atol=1e-12)


def test_an_element_with_no_way_out_names_the_loop():
    without_cake = {ion: content for ion, content in LIQUOR.items() if ion != "Fe+3"}
    with pytest.raises(
        NotConverged, match=r"enters the loop .*tank0.* and has no way out"
    ) as error:
        looped_plant([0.0], [3.0], without_cake).solve()
    assert "bleed the loop" in error.value.suggestion


def test_an_element_that_leaves_by_the_moisture_of_a_cake_alone_is_said_to_gather():
    with pytest.raises(NotConverged, match=r"the loop .*tank0") as error:
        looped_plant([0.0], [3.0], LIQUOR).solve()
    assert "bleed" in error.value.suggestion


def test_a_shared_reagent_is_drawn_by_each_for_itself():
    balance = looped_plant([0.5, 0.2], [2.5, 3.5], LIQUOR).solve()
    draws = [balance.flow(f"alkali > tank{i}.reagent") for i in (0, 1)]
    assert all(draw > 0 for draw in draws)
    assert balance.mass("alkali", "Na") == pytest.approx(
        sum(balance.mass(f"alkali > tank{i}.reagent", "Na") for i in (0, 1))
    )


def test_responses_are_the_derivatives_of_the_whole_plant():
    plant = magnet_plant()
    base = plant.solve(sensitivity=True)
    key = "leach.extent.ferrite"
    step = base.facts[key].uncertainty
    moved = plant.with_(**{"leach.extent.ferrite": base.facts[key].value + 1e-4 * step}).solve()
    found = base.responses[key]
    expected = (moved.masses - base.masses) / 1e-4
    # 2e-3: two one-sided differences, of 1e-3 and 1e-4 of the uncertainty, are compared.
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3 * np.abs(expected).max())


def test_a_plant_without_loops_needs_no_steps():
    plant = Plant(
        name="straight",
        feeds={
            "liquor": {"flow": "1 m3/h", "liquor": LIQUOR},
            "alkali": {"liquid": "NaOH 30 % w/w"},
        },
        units={
            "tank": Neutralisation(liquor="liquor", reagent="alkali", to_pH=3.5),
            "halves": Split(stream="tank.slurry", part=0.5),
        },
    )
    lines: list[str] = []
    balance = plant.solve(progress=lines.append)
    assert lines == ["tank", "halves"]
    assert balance.mass("halves.part", "Nd") == pytest.approx(balance.mass("halves.rest", "Nd"))
