"""Stories: the examples of the routes run, close, and are what their pages say."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from ytterby.chemistry import RARE_EARTHS, atomic_mass
from ytterby.plant import Plant

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = ("swarf", "full-leach", "sulfation", "copper-nitrate", "magnet-to-magnet")
QUICK += ("lamp-phosphor", "nimh", "fluoride")
LONG = pytest.param("magnet-to-oxides", marks=pytest.mark.long)


@pytest.fixture(scope="module")
def solved() -> dict:
    return {}


def _solve(name: str, solved: dict):
    if name not in solved:
        plant = Plant.read(EXAMPLES / name / "plant.yaml")
        solved[name] = plant, plant.solve()
    return solved[name]


@pytest.mark.parametrize("name", [*QUICK, LONG])
def test_every_element_closes_and_every_phase_is_neutral(name, solved):
    _, balance = _solve(name, solved)
    assert abs(balance.worst_closure()[2]) < 1e-9
    for stream in balance.streams.values():
        assert np.all(stream.amounts >= 0)
        assert max(map(abs, stream.charge.values())) < 1e-9


@pytest.mark.parametrize("name", [*QUICK, LONG])
def test_every_stream_that_leaves_has_a_role(name):
    assert Plant.read(EXAMPLES / name / "plant.yaml").check() == ()


@pytest.mark.parametrize("name", QUICK)
def test_starting_from_its_own_solution_changes_nothing(name, solved):
    plant, balance = _solve(name, solved)
    again = plant.solve(near=balance)
    # A recycle settles to 1e-11 of the rarest element of each species.
    np.testing.assert_allclose(again.masses, balance.masses, rtol=1e-6, atol=1e-9)


def test_fluoride_takes_three_fluorine_and_leaves_what_acid_set_free(solved):
    """HF for 3 F per rare earth and a twentieth more; lime takes 99.9 % of what was left over."""
    _, balance = _solve("fluoride", solved)
    fed = sum(balance.mass("liquor", e) / atomic_mass(e) for e in ("Nd", "Pr"))
    drawn = balance.mass("hydrogen_fluoride", "F") / atomic_mass("F")
    assert drawn == pytest.approx(1.05 * 3 * fed, rel=1e-9)
    for element in ("Nd", "Pr"):
        # Filter and dryer lose a few thousandths at most; a fluoride this insoluble, no more.
        assert balance.recovery(element, of="liquor", to="dry.solid") > 0.999
    left = balance.mass("lime_press.filtrate", "F") + balance.mass("lime_press.washings", "F")
    assert left < 1e-3 * drawn * atomic_mass("F")


def test_elements_stay_together_from_magnet_to_magnet(solved):
    """What the powder lost is the same share of every element but rare earths and coating."""
    _, balance = _solve("magnet-to-magnet", solved)
    kept = [balance.recovery(e, of="scrap", to="decrepitate.powder") for e in ("B", "Co", "Al")]
    assert max(kept) == pytest.approx(min(kept), rel=1e-12)
    rare_earths = [
        balance.recovery(e, of="scrap", to="decrepitate.powder") for e in ("Nd", "Pr", "Dy")
    ]
    assert rare_earths == pytest.approx([kept[0]] * 3, rel=1e-12)


def test_the_blend_meets_its_specification(solved):
    _, balance = _solve("magnet-to-magnet", solved)
    stream = balance.stream("blend.powder")
    heavy = sum(stream.element_masses[e] for e in ("Dy",)) - _as_oxide(stream, ("Dy",))
    metal = sum(stream.element_masses.get(e, 0.0) for e in RARE_EARTHS)
    metal -= _as_oxide(stream, RARE_EARTHS)
    assert metal / stream.mass == pytest.approx(0.325, rel=1e-9)
    assert heavy / stream.mass == pytest.approx(0.030, rel=1e-9)


def _as_oxide(stream, elements) -> float:
    weights = dict(zip(stream.basis.elements, stream.basis.atomic_mass.tolist(), strict=True))
    return sum(2 * stream[f"{e}2O3(s)"] * weights[e] for e in elements if e in weights)


def test_the_copper_goes_round(solved):
    """Of the copper that dissolution takes up less than a tenth is bought."""
    _, balance = _solve("copper-nitrate", solved)
    bought = balance.mass("copper", "Cu")
    used = balance.mass("regenerate_press.filtrate", "Cu") + bought
    assert bought < 0.1 * used


def test_phosphor_gives_a_red_and_a_green_oxide(solved):
    _, balance = _solve("lamp-phosphor", solved)
    red, green = balance.purity("red_kiln.product"), balance.purity("green_kiln.product")
    assert red["Y"] + red["Eu"] > 0.99
    assert green["Tb"] > 0.15 and green["Y"] < 0.05


@pytest.mark.long
def test_scrap_comes_apart_into_five_oxides(solved):
    _, balance = _solve("magnet-to-oxides", solved)
    for product, elements, purity in (
        ("ndpr", ("Nd", "Pr"), 0.999),
        ("gd", ("Gd",), 0.99),
        ("tb", ("Tb",), 0.97),
        ("dy", ("Dy",), 0.98),
        ("ho", ("Ho",), 0.95),
    ):
        shares = balance.purity(f"{product}_kiln.product")
        assert sum(shares[e] for e in elements) > purity, product


def test_all_routes_are_compared_on_the_same_scrap(capsys):
    runpy.run_path(str(EXAMPLES / "compare-routes.py"), run_name="__main__")
    printed = capsys.readouterr().out
    for route in ("selective leach", "full leach", "sulfation", "copper nitrate", "magnet to"):
        assert route in printed
