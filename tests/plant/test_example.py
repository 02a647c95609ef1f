"""The magnet example: what it promises."""

from pathlib import Path

import numpy as np
import pytest

from ytterby.plant import Plant

EXAMPLE = Path(__file__).parents[2] / "examples" / "magnet-recycling" / "plant.yaml"


@pytest.fixture(scope="module")
def plant():
    return Plant.read(EXAMPLE)


@pytest.fixture(scope="module")
def balance(plant):
    return plant.solve()


def test_every_element_closes_over_every_unit_and_the_plant(balance):
    assert {"O", "H", "C", "Cl", "Na"} <= set(balance.elements)
    assert abs(balance.worst_closure()[2]) < 1e-9


def test_every_phase_is_neutral_and_nothing_negative(balance):
    for name, stream in balance.streams.items():
        assert np.all(stream.amounts >= 0), name
        assert max(map(abs, stream.charge.values())) < 1e-9, name


def test_the_targets_are_met(balance):
    assert balance.purity("dy_kiln.product")["Dy"] >= 0.995 - 1e-9
    lost = balance.mass("dysprosium.raffinate", "Dy") / balance.mass("acidify.slurry", "Dy")
    assert lost <= 0.01
    detail = balance.details["dysprosium"]
    assert detail.profile.loading.max() <= detail.loading_limit.value * (1 + 1e-9)


def test_recoveries_are_those_of_published_routes(balance):
    """95 to 98 % of rare earths are recovered by roast and selective leach (published range);
    ours loses some more to oxalate that returns with the mother liquor: 90 % at least."""
    assert 0.90 < balance.recovery("Nd", of="scrap", to="ndpr_kiln.product") < 0.98
    assert 0.90 < balance.recovery("Dy", of="scrap", to="dy_kiln.product") < 0.98


def test_the_file_and_its_python_twin_are_equal(plant, tmp_path):
    plant.write(tmp_path / "copy.yaml")
    assert Plant.read(tmp_path / "copy.yaml") == plant
    assert Plant.from_tree(plant.to_tree()) == plant
    assert "# mol HCl per 3 mol of rare earth" in (tmp_path / "copy.yaml").read_text()
