"""Stories of `ytterby fit`: a table in, constants with their intervals out."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from ytterby.app.cli import BAD_INPUT, status_of
from ytterby.facts import fact
from ytterby.separation import Chemistry

PLANT = str(Path(__file__).parents[2] / "examples" / "magnet-recycling" / "plant.yaml")
CHANGE = 0.2


def isotherms(
    folder: Path, *, pH: bool = True, noise: float = 0.02, slip: tuple[int, float] = (0, 1.0)
) -> str:
    """A table of Nd and Dy at P507 whose constants are the shipped ones and CHANGE for Dy."""
    chemistry = Chemistry.of("P507", ("Nd", "Dy"))
    chance, lines = np.random.default_rng(3), ["sample,component,aqueous,organic,extractant,pH"]
    for k in range(10):
        free, acid = float(chance.uniform(0.1, 0.5)), float(chance.uniform(0.8, 1.5))
        bend = chemistry.curvature * (math.sqrt(free) - math.sqrt(chemistry.reference))
        x = {"Nd": 0.01, "Dy": 0.001}
        y = {}
        for i, name in enumerate(x):
            log_D = chemistry.log_K[i] + CHANGE * (name == "Dy")
            log_D += 3 * (math.log10(free) - bend + acid)
            y[name] = x[name] * 10.0**log_D * math.exp(noise * chance.normal())
        held = free + sum(3 * value for value in y.values())
        for name in x:
            factor = slip[1] if (k, name) == (slip[0], "Dy") else 1.0
            values = f"{factor * x[name]:.6g},{y[name]:.6g},{held:.6g}"
            lines.append(
                f"S{k + 1},{name},{values},{acid:.4f}" if pH else f"S{k + 1},{name},{values},"
            )
    file = folder / "isotherms.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert status_of(["fit", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_constants_come_with_intervals(capsys, tmp_path):
    text = told(capsys, isotherms(tmp_path), "--uncertainty", "0.02")
    assert "log_K.Nd" in text and "log_K.Dy" in text
    assert "20 of 20 measurements used" in text


def test_the_facts_written_hold_what_was_measured(capsys, tmp_path):
    file = tmp_path / "own.yaml"
    source = "own isotherms of the works laboratory"
    told(capsys, isotherms(tmp_path), "--facts", str(file), "--source", source)
    tree = YAML(typ="safe").load(file)
    found = tree["p507.log-k"]["Dy"]
    wanted = fact("p507.log-k.Dy").value + CHANGE
    assert found["class"] == "measured" and found["source"] == source and found["unit"] == "-"
    assert abs(found["value"] - wanted) < 4 * found["uncertainty"] < 0.1
    assert 0.8 <= found["window"]["pH"][0] < found["window"]["pH"][1] <= 1.5


def test_what_the_data_cannot_tell_is_said(capsys, tmp_path):
    text = told(capsys, isotherms(tmp_path, pH=False))
    assert "Not determined by these data" in text
    assert "not determined" in text
    assert "K Dy/Nd" in text


def test_a_slip_of_the_laboratory_is_set_aside(capsys, tmp_path):
    text = told(capsys, isotherms(tmp_path, slip=(4, 3.0)))
    assert "Set aside: S5: Dy" in text
    assert "19 of 20 measurements used" in text


def test_a_stage_profile_of_a_plant_is_fitted(capsys, tmp_path):
    from ytterby.plant import Plant

    profile = Plant.read(PLANT).solve().details["dysprosium"].profile
    Dy = profile.components.index("Dy")
    lines = ["stage,phase,component,concentration,uncertainty"]
    lines += [f"{k + 1},aqueous,Dy,{profile.aqueous[k, Dy]:.8g},0.05" for k in range(0, 17, 2)]
    file = tmp_path / "stages.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    text = told(capsys, str(file), "--plant", PLANT, "--unit", "dysprosium")
    assert "9 of 9 measurements used" in text
    value = float(text.split("log_K.Dy ")[1].split()[0])
    assert value == pytest.approx(fact("p507.log-k.Dy").value, abs=1e-3)


@pytest.mark.parametrize(
    ("table", "arguments", "message"),
    [
        ("a,b\n1,2", (), "found the columns a, b, expected sample, component"),
        ("", (), "found no rows"),
        ("stage,phase,component,concentration,uncertainty\n1,aqueous,Dy,1,.1", (), "say --plant"),
        ("sample,component,aqueous,organic,extractant,pH\nS,Dy,x,1,1,1", (), ":2: found 'x' as"),
        (
            "sample,component,aqueous,organic,extractant,pH\nS,Dy,1,.1,1,1\nS,Nd,1,.1,2,1",
            (),
            ":3: sample 'S' has another extractant",
        ),
        (
            "sample,component,aqueous,organic,extractant,pH\nS,Dy,1,.1,1,1\nS,Dy,1,.1,1,1",
            (),
            "Dy of 'S' stands twice",
        ),
        (
            "sample,component,aqueous,organic,extractant,pH\nS,Dy,1,.1,1,1",
            ("--free", "log_K.Ho"),
            "found the parameter 'log_K.Ho'",
        ),
        (
            "sample,component,aqueous,organic,extractant,pH\nS,Dy,1,.1,1,1",
            ("--free", "log_K.Dy", "--free", "curvature"),
            "found 1 measurements for 2 parameters",
        ),
        ("a\n1", ("--facts", "x.yaml"), "--facts without --source"),
        ("a\n1", ("--uncertainty", "5"), "expected a share such as 0.05"),
        (
            "sample,component,aqueous,organic,extractant,pH\nS,Dy,1,.1,1,1",
            ("--extractant", "P999"),
            "--extractant P999: expected one of P507",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(capsys, tmp_path, table, arguments, message):
    file = tmp_path / "table.csv"
    file.write_text(table, encoding="utf-8")
    assert status_of(["fit", str(file), *arguments]) == BAD_INPUT
    assert message in " ".join(capsys.readouterr().err.split())
