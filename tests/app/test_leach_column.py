"""Stories of `ytterby leach-column`: the clay of a plant in time, and constants from a test."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ytterby.app.cli import BAD_INPUT, status_of
from ytterby.plant import Plant

EXAMPLES = Path(__file__).parents[2] / "examples"
COLUMN = """
plant: column-test
feeds:
  ore:
    flow: 1 kg/h
    clay: {desorbable: 600 ppm, partition: {Nd: 60 %, Dy: 40 %}, exchangeable: {Al: 6 mmol/kg}}
  salt: {liquid: (NH4)2SO4 0.1 mol/L}
  water: {liquid: water}
units:
  column:
    is: clay-leach
    ore: ore
    lixiviant: salt
    water: water
    liquid_to_solid: 1 L/kg
    height: 0.3 m
    flux: 0.4 m/d
    swept: 100 %
    collected: 100 %
outlets: {column.liquor: product, column.seepage: effluent, column.spent: residue}
"""


@pytest.fixture
def plant(tmp_path) -> str:
    file = tmp_path / "column.yaml"
    file.write_text(COLUMN, encoding="utf-8")
    return str(file)


def told(capsys, *arguments: str) -> str:
    """What a run that succeeds prints."""
    assert status_of(["leach-column", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_mine_engineer_reads_breakthrough_volumes_and_salt(capsys, plant):
    text = told(capsys, plant, "column")
    assert "Rare earths break through after" in text and "pore volumes" in text
    assert "kg of salt fed per kg of oxides" in text
    assert "ammonium left" in text and "The column closes to" in text


def test_the_example_heap_runs_in_time(capsys):
    text = told(capsys, str(EXAMPLES / "ion-clay" / "plant.yaml"), "heap")
    assert "heap" in text and "Peak" in text


def test_every_step_and_a_picture_are_written(capsys, plant, tmp_path):
    steps, page = tmp_path / "steps.csv", tmp_path / "page.html"
    told(capsys, plant, "column", "--csv", str(steps), "--plot", str(page))
    with steps.open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert float(rows[-1]["liquid to solid [L/kg]"]) == pytest.approx(1.0, rel=1e-9)
    assert max(float(row["Nd+3 [mol/m3]"]) for row in rows) > 0
    assert "Held by the clay at the end" in page.read_text(encoding="utf-8")


def _measured(plant: str, folder: Path, log_K: float) -> str:
    """A table of the outflow of the same column with another constant of dysprosium."""
    other = Plant.read(plant).with_(**{"column.log_K": {"Dy": log_K}})
    run = other.solve().details["column"].leaching
    lines = ["time,ion,concentration,uncertainty"]
    for place in np.linspace(5, run.time.size - 1, 20).astype(int):
        for ion in ("Nd+3", "Dy+3"):
            value = run.effluent[place, run.place(ion)]
            lines.append(f"{run.time[place] / 3600:.6f},{ion},{value:.6f},0.05")
    file = folder / "measured.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def test_constants_are_fitted_to_a_column_test(capsys, plant, tmp_path):
    table = _measured(plant, tmp_path, 0.8)
    page = tmp_path / "fit.html"
    text = told(capsys, plant, "column", "--measured", table, "--plot", str(page))
    assert "log_K.Dy+3 0.800" in text and "95 % interval" in text
    assert "In the plant file: log_K: {Nd: 0.3000, Dy: 0.8000}" in text
    assert "Dy+3 measured" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("colum",), "found no clay-leach 'colum': expected one of column"),
        (("column", "--set", "column.flux=0.4 m/s"), "expected a value from"),
        (("column", "--set", "ore.clay.desorbable=2"), "expected"),
        (("column", "--free", "log_K.Dy+3"), "--free without --measured"),
        (("column", "--csv", "/nowhere/at/all.csv"), "found no folder"),
    ],
)
def test_slips_are_told_with_what_to_do(capsys, plant, arguments, message):
    assert status_of(["leach-column", plant, *arguments]) == BAD_INPUT
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("time,ion\n1,Dy+3", "expected time, ion, concentration, uncertainty"),
        ("time,ion,concentration,uncertainty\n1,Dy+3,much,1", "found 'much' as concentration"),
        ("time,ion,concentration,uncertainty\n1,Zz,1,1\n2,Zz,1,1", "found the"),
        ("time,ion,concentration,uncertainty\n999,Dy+3,1,1\n", "within the washes"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(capsys, plant, tmp_path, table, message):
    file = tmp_path / "bad.csv"
    file.write_text(table, encoding="utf-8")
    assert status_of(["leach-column", plant, "column", "--measured", str(file)]) == BAD_INPUT
    assert message in " ".join(capsys.readouterr().err.split())
