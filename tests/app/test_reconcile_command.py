"""Stories of `ytterby reconcile`: a network and readings in, what they come to and what is odd."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.ledger.closings import book, month

from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE, status_of
from ytterby.ledger import Measurement, Uncertain

NETWORK = """network: leach
period: 1 d
elements: [Nd]
units: [leach, split]
stock: [leach]
streams:
  scrap: {to: leach}
  liquor: {from: leach, to: split}
  residue: {from: leach, role: residue}
  vapour: {from: leach, role: emission, none: [Nd]}
  product: {from: split, role: product}
  waste: {from: split, role: effluent}
"""
READINGS = """reading,stream,quantity,element,value,unit,uncertainty,systematic,group
WT-1,scrap,content,Nd,22.8,kg/h,0.1,0.05,scale
WT-2,residue,content,Nd,1.2,kg/h,0.05,0.01,scale
FT-3,liquor,content,Nd,21.5,kg/h,0.2,,
FT-4,product,content,Nd,475,kg,3,,
FT-5,waste,content,Nd,42,kg,2,,
level,stock of leach,content,Nd,2,kg,1,,
"""


@pytest.fixture
def files(tmp_path):
    def written(network: str = NETWORK, readings: str = READINGS) -> tuple[str, str]:
        paths = tmp_path / "network.yaml", tmp_path / "readings.csv"
        for path, text in zip(paths, (network, readings), strict=True):
            path.write_text(text, encoding="utf-8")
        return str(paths[0]), str(paths[1])

    return written


def test_readings_that_fit_are_told_and_the_status_is_zero(files, capsys):
    assert status_of(["reconcile", *files()]) == 0
    told = capsys.readouterr().out
    assert "the readings fit" in told and "vapour" in told and "?" in told


def test_the_books_of_two_days_stand_side_by_side(files, tmp_path, capsys):
    paths = []
    for day, product in (("monday", "475"), ("tuesday", "470")):
        readings = READINGS.replace("content,Nd,475", f"content,Nd,{product}")
        assert status_of(["reconcile", *files(NETWORK, readings), "--json"]) == 0
        path = tmp_path / f"{day}.json"
        path.write_text(capsys.readouterr().out, encoding="utf-8")
        paths.append(str(path))
    assert status_of(["compare", *paths, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["Recovery and purity"]
    changes = {row["key"]: row[f"change, {paths[1]}"] for row in rows}
    assert changes["recovered | Nd"] < 0


def test_a_month_of_readings_gives_a_statement_of_what_is_discharged(files, tmp_path, capsys):
    assert status_of(["reconcile", *files(), "--json"]) == 0
    path = tmp_path / "march.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert status_of(["accounts", str(path), "--law", "CN"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"Nd that leaves by waste +7\.\d+ +%", told)
    assert "Masses of streams: of Nd alone, which the balance follows" in told
    assert re.search(r"Pb in waste, at most 0.2 mg/L \(the\s+balance does not follow Pb", told)
    assert status_of(["accounts", str(path), "--set", "leach.acid_dose=1"]) == 2
    assert "found a saved balance, expected a plant file" in capsys.readouterr().err


def test_a_flow_is_one_of_the_period(files, capsys):
    assert status_of(["reconcile", *files(), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["readings"][0]["read"] == pytest.approx(22.8 * 24)
    assert found["streams"]["scrap"]["Nd"]["kg"] == pytest.approx(547, rel=0.01)
    assert found["streams"]["scrap"]["mass"]["kg"] is None
    assert "no reading" in found["streams"]["vapour"]["mass"]["unknown"] or (
        "cannot be told" in found["streams"]["vapour"]["mass"]["unknown"]
    )


def test_a_biased_reading_is_named_and_can_be_set_aside(files, capsys, tmp_path):
    network, readings = files(readings=READINGS.replace("21.5,kg/h", "31.5,kg/h"))
    assert status_of(["reconcile", network, readings]) == RESULT_IS_NONE
    told = capsys.readouterr().out
    assert "do not fit" in told and re.search(r"FT-3 reads 756 where the balances say 5\d\d", told)
    out = tmp_path / "overlay.csv"
    arguments = ["reconcile", network, readings, "--set-aside", "FT-3", "--out", str(out)]
    assert status_of(arguments) == 0
    assert "FT-3" not in out.read_text() and "WT-1" in out.read_text()
    assert "31.5,kg/h" in Path(readings).read_text()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("to: split}", "to: splt}"), r"network.yaml:8:\d+: .*Did you mean 'split'"),
        (("stock: [leach]", "stock: [leech]"), r"network.yaml: .*Did you mean 'leach'"),
        (("units:", "unit:"), r"network.yaml:4:\d+: .*Did you mean 'units'"),
        (("role: product", "role: produkt"), "Did you mean 'product'"),
        (("period: 1 d", "period: 1 kg"), "network.yaml: found unit 'kg'"),
        (("none: [Nd]", "none: [Th]"), "none of 'Th'"),
        (("elements: [Nd]", "elements: Nd"), "expected a list: "),
        (("elements: [Nd]", "elements: [Neodym]"), "expected symbols such as Nd"),
        (("units: [leach, split]", "units: leach"), "expected a list: "),
    ],
)
def test_a_slip_in_the_network_is_shown_where_it_is(files, capsys, change, told):
    assert status_of(["reconcile", *files(network=NETWORK.replace(*change))]) == BAD_INPUT
    assert re.search(told, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("WT-2,residue", "WT-2,residu"), "readings.csv:3: .*Did you mean 'residue'"),
        (("FT-3,liquor,content", "FT-3,liquor,contents"), "readings.csv:4: .*'content'"),
        (("475,kg", "475,kgg"), "readings.csv:5: found unknown unit 'kgg'"),
        (("475,kg", "475,%"), "readings.csv:5: "),
        (("475,kg,3", "475,kg,"), "readings.csv:5: .*no uncertainty"),
        (("475,kg,3", "475,kg,0"), "more than zero"),
        (("475,kg,3", "475,kg,-3"), "more than zero"),
        (("Nd,475", "Dy,475"), "found element 'Dy'"),
        (("Nd,475", ",475"), "names its element"),
        (("FT-5", "FT-4"), "stands twice"),
        (("leach,content,Nd,2,kg,1", "leach,share,Nd,2,%,1"), "its mass or its content"),
        (("0.05,scale", "0.05,"), "needs the group"),
        (("uncertainty", "sigma"), "readings.csv:1: found no column 'uncertainty'"),
    ],
)
def test_a_slip_in_a_reading_is_told_with_its_line(files, capsys, change, told):
    assert status_of(["reconcile", *files(readings=READINGS.replace(*change))]) == BAD_INPUT
    assert re.search(told, capsys.readouterr().err)


def test_measurements_that_books_hold_of_a_month_are_reconciled(files, capsys, tmp_path):
    network, _ = files()
    books = book(tmp_path)
    masses = {"scrap": 500.0, "residue": 20.0, "liquor": 470.0, "product": 430.0, "waste": 42.0}
    for stream, mass in {**masses, "stock of leach": 8.0, "sx/wip": 5.0}.items():
        reading = Uncertain(mass, 2.0, 0.1, "scale")
        one = Measurement(f"{stream} 2", stream, "content", reading, month(2), month(3), "Nd")
        books.post(one, person="Anna")
    books.engine.dispose()
    arguments = ["reconcile", network, str(tmp_path / "books.db"), "--month"]
    assert status_of([*arguments, "2026-02", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["readings"]) == 6 and found["period_s"] == 28 * 86400
    assert found["streams"]["scrap"]["Nd"]["kg"] == pytest.approx(500, abs=3)
    assert status_of([*arguments, "2026-01"]) == BAD_INPUT
    assert "found no measurement of 2026-01" in capsys.readouterr().err


def test_a_reading_to_set_aside_has_to_be_there(files, capsys):
    assert status_of(["reconcile", *files(), "--set-aside", "FT4"]) == BAD_INPUT
    assert "Did you mean 'FT-4'" in capsys.readouterr().err


def test_no_readings_at_all_leave_everything_unknown(files, capsys):
    arguments = files(readings=READINGS.splitlines()[0] + "\n")
    assert status_of(["reconcile", *arguments]) == 0
    told = capsys.readouterr().out
    assert "nothing is measured twice" in told and "scrap" in told


def test_levels_out_of_range_are_refused(files, capsys):
    assert status_of(["reconcile", *files(), "--level", "1.5"]) == BAD_INPUT
    assert "below 1" in capsys.readouterr().err
