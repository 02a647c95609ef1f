"""Stories: the water plants run, close, end where they say; the page on water is true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ytterby.accounts import kinds_of, limits, water
from ytterby.accounts.energy import energy
from ytterby.app.cli import status_of
from ytterby.plant import Plant

ROOT = Path(__file__).parents[2]
PLANTS = ("waste-water", "clay-to-heavies")
LAW = limits(on="2026-01-01", jurisdiction="CN", route="direct", area="general")


@pytest.fixture(scope="module")
def solved() -> dict:
    plants = {name: Plant.read(ROOT / "examples" / name / "plant.yaml") for name in PLANTS}
    return {name: plant.solve() for name, plant in plants.items()}


@pytest.mark.parametrize("name", PLANTS)
def test_every_element_closes_and_every_phase_is_neutral(name, solved):
    balance = solved[name]
    assert abs(balance.worst_closure()[2]) < 1e-9
    for stream in balance.streams.values():
        assert np.all(stream.amounts >= 0)
        assert max(map(abs, stream.charge.values())) < 1e-9


@pytest.mark.parametrize("name", PLANTS)
def test_every_stream_that_leaves_has_a_role(name):
    assert Plant.read(ROOT / "examples" / name / "plant.yaml").check() == ()


def test_treated_water_stays_within_the_limits_that_are_known(solved):
    line = water(solved["waste-water"], LAW).line("limits discharge")
    assert line.value is not None and line.value < 1
    assert "pH in all effluents: 6.16, at least 6" in line.label


def test_the_permeate_of_soft_water_scales_nothing(solved):
    assert not [f for f in solved["waste-water"].findings if f.where == "osmosis"]


def test_clay_gives_its_heavy_rare_earths_and_no_liquid(solved):
    balance = solved["clay-to-heavies"]
    for element in ("Tb", "Dy", "Ho", "Y", "Er", "Yb"):
        assert balance.recovery(element, of="concentrate", to="heavy_kiln.product") > 0.97
    purity = balance.purity("heavy_kiln.product")
    assert sum(purity[e] for e in "Tb Dy Ho Y Er Tm Yb Lu".split()) > 0.985
    assert not [edge for edge in balance.edges if edge.role == "effluent"]


def test_acid_and_base_of_the_brine_are_used_again(solved):
    """Electrodialysis replaces more than a third of the acid that leaches."""
    balance = solved["clay-to-heavies"]
    recycled = balance.stream("electrodialysis.acid").acidity
    bought = balance.stream("acid > leach.acid").acidity
    assert recycled > bought / 2


def test_accounts_see_the_power_and_heat_of_water_treatment(solved):
    plant = Plant.read(ROOT / "examples" / "waste-water" / "plant.yaml")
    uses, _ = energy(solved["waste-water"], kinds_of(plant))
    told = {(use.unit, use.carrier) for use in uses if not use.estimated}
    assert told >= {
        ("strip", "heat"),
        ("strip", "electricity"),
        ("osmosis", "electricity"),
        ("crystalliser", "electricity"),
        ("bacteria", "electricity"),
        ("clarifier", "electricity"),
        ("dialysis", "electricity"),
        ("absorb", "electricity"),
    }


def test_the_account_of_water_is_per_tonne_of_oxide(solved):
    statement = water(solved["clay-to-heavies"], LAW)
    made = statement.line("oxide").value
    assert made == pytest.approx(0.018, rel=0.05)
    fed = statement.line("water", "fed").value
    assert fed is not None and 10 < fed < 100
    assert statement.line("water", "discharged").value == 0
    assert statement.line("limits discharge").missing == "nothing is discharged"
    assert water(solved["waste-water"]).line("oxide").missing


@pytest.mark.parametrize("name", ["waste-water", pytest.param(PLANTS[1], marks=pytest.mark.long)])
def test_the_report_shows_what_each_unit_takes(name, tmp_path, capsys):
    report = tmp_path / "report.html"
    plant = str(ROOT / "examples" / name / "plant.yaml")
    assert status_of(["run", plant, "--report", str(report)]) == 0
    assert "kWh/m3 of condensate" in capsys.readouterr().out
    assert "boiling-point elevation" in report.read_text(encoding="utf-8")


def test_the_python_of_the_page_runs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "water.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(compile(block, "water.md", "exec"), {})
    assert capsys.readouterr().out
