"""Stories of `ytterby simulate`: a cascade of the magnet plant in time."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ytterby.app.cli import BAD_INPUT, status_of
from ytterby.app.figures.course import Mark, course_svg
from ytterby.app.show import duration
from ytterby.plant import Plant

PLANT = str(Path(__file__).parents[2] / "examples" / "magnet-recycling" / "plant.yaml")
CASCADE = "dysprosium"


BY_FACTORS = """
plant: by constant separation factors
feeds:
  liquor: {liquor: {Nd: 30 g/L, Dy: 10 g/L}, pH: 1.5, anion: chloride, flow: 1 L/s}
  fresh: {extractant: P507, molarity: 1 mol/L}
  acid: {liquid: HCl 4 mol/L}
  soda: {liquid: NaOH 30 % w/w}
units:
  parting:
    is: cascade
    feed: liquor
    organic: fresh
    strip: acid
    saponify: soda
    saponification: 30 %
    model: exchange
    separation_factors: {Dy/Nd: 20}
    stages: {extraction: 2, scrubbing: 2, stripping: 2}
    flows: {organic: 1.5 L/s, strip: 0.6 L/s, reflux: 20 %}
outlets: {parting.raffinate: effluent, parting.extract: product, parting.stripped: residue}
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a run that succeeds prints."""
    assert status_of(["simulate", PLANT, CASCADE, *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_start_up_says_when_it_is_to_specification(capsys):
    text = told(capsys, "--hours", "400", "--accuracy", "0.01")
    assert "Dy in extract" in text
    assert "To specification, and kept to the end, from" in text
    assert "h on: Dy 99.5 % in the extract" in text


def test_a_plant_at_its_steady_state_stays_to_specification(capsys):
    text = told(capsys, "--hours", "10", "--start", "steady")
    assert "from 0 h on" in text


def test_less_acid_than_metal_loses_the_specification(capsys):
    text = told(capsys, "--hours", "100", "--start", "steady", "--set", "organic=110 %@10")
    assert "Not to specification by 4.17 days" in text


def test_every_step_is_written_with_its_unit(capsys, tmp_path):
    file = tmp_path / "steps.csv"
    told(capsys, "--hours", "5", "--start", "steady", "--csv", str(file))
    with file.open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert float(rows[0]["time [h]"]) == 0 and float(rows[-1]["time [h]"]) == 5
    assert float(rows[-1]["extract.Dy [mol/s]"]) > 0


def test_a_cascade_that_counts_equivalents_is_told_in_moles(capsys, tmp_path):
    """Steady, it gives what the balance of the plant gives; so does a feed set to what it is."""
    path, file = tmp_path / "plant.yaml", tmp_path / "steps.csv"
    path.write_text(BY_FACTORS, encoding="utf-8")
    fed = Plant.read(path).solve()
    dysprosium = fed.stream("liquor").concentration("Dy+3")
    change = ("--set", f"feed.Dy={dysprosium:.17g} mol/m3@1")
    asked = ("--hours", "2", "--start", "steady", *change, "--csv", str(file))
    assert status_of(["simulate", str(path), "parting", *asked]) == 0
    assert "Dy in extract" in capsys.readouterr().out
    with file.open(encoding="utf-8") as text:
        last = list(csv.DictReader(text))[-1]
    for outlet in ("raffinate", "extract"):
        for element in ("Nd", "Dy"):
            amount = fed.stream(f"parting.{outlet}").amount(element)
            # The steady state is settled to the tolerance of a step in time.
            assert float(last[f"{outlet}.{element} [mol/s]"]) == pytest.approx(amount, rel=1e-6)


def test_the_report_shows_course_profiles_and_what_happened(capsys, tmp_path):
    page = tmp_path / "run.html"
    asked = (
        "--hours",
        "6",
        "--start",
        "steady",
        "--set",
        "feed=stopped@2",
        "--set",
        "feed=100 %@3",
    )
    text = told(capsys, *asked, "--report", str(page))
    assert f"Report: {page}".split()[-1] in text
    html = page.read_text(encoding="utf-8")
    assert "magnet-recycling: dysprosium" in html and "Simulation report" in html
    for told_of in (
        "feed = stopped",
        "at its steady state",
        "impurity of the extract",
        "organic phase",
    ):
        assert told_of in html
    assert "rare earths held in the stages, kg of each oxide" in html
    assert "p507.log-k.Dy" in html and "mixer-settler.residence-time.settler" in html
    drawn = html.partition('<section id="facts">')[0].replace("http://www.w3.org/2000/svg", "")
    assert "://" not in drawn


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_solved(capsys, tmp_path):
    assert status_of(["simulate", PLANT, CASCADE, "--report", str(tmp_path)]) == BAD_INPUT
    assert "found a folder, expected a file" in capsys.readouterr().err


def test_a_course_marks_what_happens_and_holds_what_is_below_its_axis():
    time = np.linspace(0, 3600 * 10, 11)
    falling = 10.0 ** -np.linspace(0, 12, 11)
    picture = course_svg(
        time, {"Nd": falling}, "impurity", decades=True, marks=[Mark("stopped", 3600.0)]
    )
    assert "stopped" in picture and "hours" in picture and "nan" not in picture


def test_a_stopped_pump_and_a_start_at_total_reflux_are_simulated(capsys):
    stop = ("--set", "feed=stopped@1", "--set", "feed=100 %@2")
    assert "Dy" in told(capsys, "--hours", "3", "--start", "steady", *stop)
    both = ("--set", "feed=stopped@1", "--set", "organic=stopped@1.1", "--set", "organic=90 %@1.2")
    assert "Dy" in told(capsys, "--hours", "2", "--start", "steady", *both)
    total = ("--start", "total-reflux", "--reflux-hours", "2")
    assert "Dy" in told(capsys, "--hours", "3", "--accuracy", "0.01", *total)


def test_a_flow_of_nearly_nothing_runs_like_a_pump_that_stands(capsys):
    """Droplets would carry off more organic than that; they end instead."""
    run = ("--hours", "2", "--start", "steady", "--set")
    trickle, stopped = (told(capsys, *run, f"organic={v}@1") for v in ("0.0001 %", "stopped"))
    # How exactly the inventory closes is rounding, which no two runs share.
    course = [run.splitlines()[-1].partition("closes to")[0] for run in (trickle, stopped)]
    assert course[0] and course[0] == course[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--hours", "-1"), "--hours -1: expected above 0"),
        (("--reflux-hours", "-1"), "--reflux-hours -1: expected above 0"),
        (("--set", "organic=110 %"), "expected field=value@hour"),
        (("--set", "organic=110 %@5000"), "an hour from 0 to 1000"),
        (("--set", "orgnic=1@5"), "found the field 'orgnic', expected one of feed, organic"),
        (("--set", "organic=5 kg@5"), "expected a quantity in m3/s"),
        (("--set", "log_K.Xx=1@5"), "Xx not among the components"),
        (("--set", "reflux=120 %@5"), "expected a share above 0 and at most 1"),
        (("--set", "log_K.Cl=1@5"), "Cl not among the components"),
        (("--set", "log_K.H3BO3=1@5"), "H3BO3 is not extracted"),
        (("--set", "scrub=120 %@5"), "the cascade has no scrub"),
        (("--csv", "/nowhere/at/all.csv"), "found no folder"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_was_expected(capsys, arguments, message):
    assert status_of(["simulate", PLANT, CASCADE, *arguments]) == BAD_INPUT
    assert message in capsys.readouterr().err


def test_a_unit_that_is_no_cascade_is_refused_with_those_there_are(capsys):
    assert status_of(["simulate", PLANT, "leach"]) == BAD_INPUT
    assert "found no cascade 'leach': expected one of dysprosium" in capsys.readouterr().err


def test_times_are_said_in_hours_days_or_months():
    hour = 3600
    said = [duration(n * hour) for n in (0.5, 47, 49, 24 * 60, 24 * 61, 24 * 365)]
    assert said == ["0.5 h", "47 h", "2.04 days", "60 days", "2 months", "12 months"]
