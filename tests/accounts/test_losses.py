"""Laws of the loss map: it closes, it ranks, and levers are what a change really does."""

from __future__ import annotations

import numpy as np
import pytest
from tests.plants import magnet_plant

from ytterby.accounts.losses import LOST, levers, losses
from ytterby.balance import Balance, Edge


@pytest.fixture(scope="module")
def plant():
    return magnet_plant()


@pytest.fixture(scope="module")
def balance(plant):
    return plant.solve()


@pytest.mark.parametrize("element", ["Nd", "Dy", "Co", "Fe"])
def test_what_is_lost_and_recovered_is_what_was_fed(balance, element):
    statement = losses(element)(balance)
    lost, recovered = statement.line("lost", element), statement.line("recovered", element)
    assert lost.value + recovered.value == pytest.approx(1, abs=1e-9)
    shares = [line.value for line in statement.about("share")]
    assert sum(shares) == pytest.approx(lost.value, rel=1e-12)


def test_the_largest_loss_comes_first_and_names_stream_and_unit(balance):
    lines = losses("Nd")(balance).about("loss")
    flows = [line.value for line in lines]
    assert flows == sorted(flows, reverse=True)
    assert lines[0].streams == ("residue.cake",) and "unit residue" in lines[0].label
    roles = {edge.name: edge.role for edge in balance.edges}
    assert {roles[line.key[1]] for line in lines} <= set(LOST)


def test_an_unknown_mass_is_said_to_be_missing_not_taken_for_zero():
    edges = (
        Edge("scrap", None, "leach", "feed"),
        Edge("leach.liquor", "leach", None, "product"),
        Edge("leach.residue", "leach", None, "residue"),
    )
    balance = Balance(
        plant="books",
        period=3600.0,
        units=("leach",),
        edges=edges,
        elements=("Nd",),
        masses=np.array([[10.0], [9.0], [0.0]]),
        known=np.array([[True], [True], [False]]),
        stock_change=np.zeros((1, 1)),
    )
    statement = losses("Nd")(balance)
    assert statement.line("loss", "leach.residue", "Nd").value is None
    assert "not known" in statement.line("lost", "Nd").missing
    assert statement.line("recovered", "Nd").value == pytest.approx(0.9)


def test_an_element_that_is_not_fed_has_no_share(balance):
    assert losses("U")(balance).line("lost", "U").value is None


def test_the_first_order_of_a_lever_is_what_the_changed_plant_does(plant, balance):
    found = levers("Nd", plant, balance)
    assert [lever.won for lever in found if not lever.trouble] == sorted(
        (lever.won for lever in found if not lever.trouble), reverse=True
    )
    best = found[0]
    confirmed = levers("Nd", plant, balance, confirm=1)[0]
    assert (best.path, best.solved, confirmed.solved) == (confirmed.path, False, True)
    assert confirmed.won > 0 and not confirmed.trouble and confirmed.cost is not None
    # A tenth of a dose is not infinitesimal: the plant's answer to it bends by a fifth at most.
    assert best.won == pytest.approx(confirmed.won, rel=0.2)


def test_a_setting_that_moves_nothing_wins_nothing(plant, balance):
    by_path = {lever.path: lever for lever in levers("Nd", plant, balance)}
    assert by_path["kiln.temperature"].won == pytest.approx(0, abs=1e-15)
