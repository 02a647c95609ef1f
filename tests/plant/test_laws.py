"""Laws of random plants: conservation, charge, scaling, order, spelling, and round trips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants import EXAMPLE, HDD, looped_plant, magnet_plant, parting_plant

from ytterby.balance import Balance
from ytterby.plant import Plant
from ytterby.plant.file import dump, parse

share = st.floats(0.01, 0.9)
bleeds = st.floats(0.05, 1.0)
liquors = st.fixed_dictionaries(
    {
        "Nd": st.floats(5, 40),
        "Dy": st.floats(0.1, 4),
        "Fe+3": st.floats(0.001, 0.05),
        "Co": st.floats(0.1, 2),
    }
).map(lambda strengths: {ion: f"{strength!r} g/L" for ion, strength in strengths.items()})
assays = st.fixed_dictionaries({e: st.floats(0.1, 1.05) for e in HDD}).map(
    lambda factors: {e: f"{float(HDD[e].split()[0]) * f!r} %" for e, f in factors.items()}
)
loops = st.lists(st.tuples(share, st.floats(2.5, 6.0)), min_size=1, max_size=3).map(
    lambda pairs: ([bleed for bleed, _ in pairs], sorted(pH for _, pH in pairs))
)
plants = st.one_of(
    st.builds(parting_plant, liquors, bleed=bleeds, pH=st.floats(0.5, 1.5)),
    st.builds(lambda assay, bleed: magnet_plant(assay, bleed=bleed), assays, bleeds),
    st.builds(lambda loop, liquor: looped_plant(*loop, liquor), loops, liquors),
)


def agree(found: Balance, expected: Balance, factor: float = 1.0) -> None:
    """Every edge and element, to what two solves agree within: 1e-11 in the loops, at a gain."""
    assert [edge.name for edge in found.edges] == [edge.name for edge in expected.edges]
    scale = factor * expected.masses.max(axis=0)
    np.testing.assert_allclose(
        found.masses / scale, factor * expected.masses / scale, rtol=1e-7, atol=1e-11
    )


@settings(max_examples=15)
@given(plants)
def test_every_element_is_conserved_and_every_phase_is_neutral(plant):
    balance = plant.solve()
    assert abs(balance.worst_closure()[2]) < 1e-9
    for name, stream in balance.streams.items():
        assert np.all(stream.amounts >= 0), name
        assert max(map(abs, stream.charge.values())) < 1e-9, name


@settings(max_examples=6)
@given(
    st.one_of(
        st.tuples(st.just(parting_plant), liquors, bleeds),
        st.tuples(st.just(magnet_plant), assays, bleeds),
    ),
    st.floats(-3, 3).map(lambda power: 10.0**power),
)
def test_scaling_feeds_and_every_extensive_parameter_scales_every_flow(built, factor):
    build, feed, bleed = built
    one, many = (build(feed, scale=scale, bleed=bleed).solve() for scale in (1.0, factor))
    agree(many, one, factor)


@settings(max_examples=5)
@given(st.permutations(list(HDD)), bleeds, st.randoms(use_true_random=False))
def test_order_of_elements_feeds_and_units_is_irrelevant(order, bleed, chance):
    tree = magnet_plant(bleed=bleed).to_tree()
    for section in ("feeds", "units", "outlets"):
        names = list(tree[section])
        chance.shuffle(names)
        tree[section] = {name: tree[section][name] for name in names}
    assay = tree["feeds"]["scrap"]["assay"]
    tree["feeds"]["scrap"]["assay"] = {e: assay[e] for e in (*order, "remainder")}
    plain, shuffled = magnet_plant(bleed=bleed).solve(), Plant.from_tree(tree).solve()
    for edge in plain.edges:
        for element in plain.elements:
            assert shuffled.mass(edge.name, element) == pytest.approx(
                plain.mass(edge.name, element), rel=1e-7, abs=1e-9
            )


@settings(max_examples=5)
@given(st.sampled_from(["{} m3/h", "{} m3/d", "{} L/min", "{} L/s"]), st.floats(0.1, 10))
def test_spelling_of_units_is_irrelevant(spelling, cubic_metres):
    per_hour = {"m3/h": 1, "m3/d": 24, "L/min": 1000 / 60, "L/s": 1000 / 3600}
    text = spelling.format(cubic_metres * per_hour[spelling.split()[1]])
    liquor = {"Nd": "20 g/L", "Dy": "0.0125 mol/L"}
    respelt = {"Nd": "20 kg/m3", "Dy": "12.5 mol/m3"}
    tree = parting_plant(respelt, scale=cubic_metres).to_tree()
    tree["feeds"]["liquor"]["flow"] = text
    tree["feeds"]["organic"]["molarity"] = "1000 mol/m3"
    tree["units"]["solvent"]["part"] = "5 %"
    tree["units"]["cascade"]["saponification"] = "200000 ppm"
    agree(Plant.from_tree(tree).solve(), parting_plant(liquor, scale=cubic_metres).solve())


@given(plants)
def test_what_is_written_reads_as_the_same_plant(plant):
    assert Plant.from_tree(plant.to_tree()) == plant
    assert parse(dump(plant), "plant.yaml") == plant


@given(
    st.floats(1, 50).map(lambda dose: round(dose / 10, 3)),
    st.integers(1, 99),
    st.integers(2, 30),
)
def test_comments_and_layout_survive_edits_and_round_trips(dose, part, stages):
    plant = parse(EXAMPLE, "plant.yaml")
    assert dump(plant) == EXAMPLE
    changed = plant.with_(
        **{
            "leach.acid_dose": dose,
            "mother_liquor.part": f"{part} %",
            "dysprosium.stages.stripping": stages,
        }
    )
    text = dump(changed)
    assert parse(text, "plant.yaml") == changed
    moved = [
        (old, new)
        for old, new in zip(EXAMPLE.splitlines(), text.splitlines(), strict=True)
        if old != new
    ]
    assert len(moved) <= 3
    for old, new in moved:
        assert old.partition("#")[2] == new.partition("#")[2]


def test_a_plant_is_written_wholly_or_not_at_all(tmp_path):
    plant = parse(EXAMPLE, "plant.yaml")
    plant.write(tmp_path / "plant.yaml")
    assert (tmp_path / "plant.yaml").read_text("utf-8") == EXAMPLE
    assert Plant.read(tmp_path / "plant.yaml") == plant
    assert [path.name for path in tmp_path.iterdir()] == ["plant.yaml"]
    with pytest.raises(OSError):
        plant.write(tmp_path / "absent" / "plant.yaml")
