"""Prices, factors, facts, permits and rules of the user: from the command line, each checked."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.plants import magnet_plant

from ytterby.app.cli import BAD_INPUT, status_of

FACT = "class: measured, source: me"


@pytest.fixture
def plant(tmp_path) -> str:
    path = tmp_path / "plant.yaml"
    magnet_plant().write(path)
    return str(path)


def statements(capsys, *words: str) -> dict[str, dict[tuple[str, ...], dict]]:
    assert status_of([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {one["title"]: {tuple(line["key"]): line for line in one["lines"]} for one in found}


def write(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_wage_a_payability_and_a_residence_of_ones_own(capsys, plant, tmp_path):
    own = write(
        tmp_path,
        f"cost.operating.wage: {{value: 12.49, unit: USD/h, {FACT}}}\n"
        f"sizing.residence.acid-leach: {{value: 8, unit: h, {FACT}}}\n",
    )
    words = ("accounts", plant, "--place", "EE")
    before = statements(capsys, *words)
    after = statements(capsys, *words, "--own", own)
    title = "Cost and return"
    wages = [one[title]["labour",]["value"] for one in (before, after)]
    assert wages[1] == pytest.approx(wages[0] / 2)
    tanks = [one["Capital"]["equipment", "leach", "tank", ""]["value"] for one in (before, after)]
    # C is proportional to S to the 0.9492; the residence doubles from 4 h.
    assert tanks[1] == pytest.approx(tanks[0] * 2**0.9492, rel=1e-6)


def test_a_shipped_price_is_replaced_by_its_name_too(capsys, plant, tmp_path):
    own = write(tmp_path, f"prices.reagents.HCl: {{value: 0.5, unit: USD/kg, {FACT}}}\n")
    words = ("accounts", plant, "--place", "EE")
    bought = [
        statements(capsys, *words, *more)["Cost and return"]["buy", "HCl"]["value"]
        for more in ((), ("--own", own))
    ]
    assert bought[1] == pytest.approx(2 * bought[0])


def test_money_of_another_year_and_power_by_contract(capsys, plant, tmp_path):
    factors = write(tmp_path, f"mine:\n  electricity: {{value: 0, unit: g/kWh, {FACT}}}\n")
    words = ("accounts", plant, "--place", "EE", "--factors", factors, "--year", "2019")
    found = statements(capsys, *words)
    gases = found["Greenhouse gases"]
    assert gases["scope 2", "market"]["value"] == 0
    assert gases["scope 2", "location"]["value"] > 0
    usual = statements(capsys, "accounts", plant, "--place", "EE")
    ratio = (
        found["Capital"]["equipment", "all"]["value"]
        / usual["Capital"]["equipment", "all"]["value"]
    )
    assert ratio == pytest.approx(607.5 / 816.0)


def test_a_permit_stands_beside_the_law_or_alone(capsys, plant, tmp_path):
    labels = (
        "{parameter: COD, kind: concentration, instrument: permit 17, status: in force, "
        "text: primary, point: outfall}"
    )
    permit = write(
        tmp_path, f"permit:\n  cod: {{value: 70, unit: mg/L, {FACT}, labels: {labels}}}\n"
    )
    alone = statements(capsys, "accounts", plant, "--permit", permit)
    both = statements(capsys, "accounts", plant, "--permit", permit, "--law", "CN")
    title = next(name for name in alone if "ffluent" in name)
    used = [key for key in alone[title] if key[:2] == ("used", "permit.cod")]
    assert used and alone[title][used[0]]["remark"].split(";")[0] in ("compliant", "exceeded")
    assert set(alone[title]) < set(both[title])


def test_a_price_of_nothing_that_the_plant_knows_is_told(capsys, plant, tmp_path):
    prices = write(tmp_path, f"mine:\n  HCI: {{value: 1, unit: USD/kg, {FACT}}}\n")
    assert status_of(["accounts", plant, "--place", "EE", "--prices", prices]) == 0
    assert "did you mean 'HCl'?" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize("option", ["--prices", "--factors", "--own", "--permit"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file"),
        ("", "found no fact"),
        ("mine:\n  - a: [1\n", ":3:1: found expected"),
        ("mine: [1, 2]", "expected a fact or a mapping"),
        (f"mine:\n  HCl: {{value: much, unit: USD/kg, {FACT}}}", "could not convert"),
        (f"mine:\n  HCl: {{value: 1, unit: USD/kg, {FACT}, colour: red}}", "found 'colour'"),
        ("mine:\n  HCl: {value: 1, unit: USD/kg, class: measured}", "a fact needs value"),
        (f"mine:\n  HCl: {{value: 1, unit: blobs, {FACT}}}", "blobs"),
    ],
)
def test_a_malformed_file_is_refused_before_anything_is_solved(
    capsys, plant, tmp_path, option, text, message
):
    path = str(tmp_path / "none.yaml") if text is None else write(tmp_path, text)
    status = status_of(["accounts", plant, "--place", "EE", option, path])
    told = capsys.readouterr()
    assert status == BAD_INPUT and told.out == ""
    assert message in told.err and f"{option} {path}" in told.err


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--prices", "mine:\n  HCl: {value: 1, unit: EUR/kg, %s}", "expected one such as USD/kg"),
        ("--factors", "mine:\n  HCl: {value: 1, unit: USD/kg, %s}", "expected one such as kg/kg"),
        (
            "--factors",
            "mine:\n  electricity: {value: 1, unit: kg/kg, %s}",
            "expected one such as kg/J",
        ),
        (
            "--own",
            "cost.operating:\n  wages: {value: 1, unit: USD/h, %s}",
            "Did you mean 'cost.operating.wage'?",
        ),
        (
            "--own",
            "cost.operating:\n  wage: {value: 1, unit: USD, %s}",
            "found unit 'USD', expected one such as USD/h",
        ),
        (
            "--permit",
            "mine:\n  zinc: {value: 1, unit: mg/L, %s}",
            "found no label 'parameter'",
        ),
    ],
)
def test_a_wrong_unit_name_or_label_is_told(capsys, plant, tmp_path, option, text, message):
    path = write(tmp_path, text % FACT)
    assert status_of(["accounts", plant, "--place", "EE", option, path]) == BAD_INPUT
    assert message in capsys.readouterr().err


RULE = """
NAME:
  kind: recovery norm
  jurisdiction: own
  instrument: our own target
  says: at least so much of rare earths recovered
  value: 0.99
  unit: "-"
  status: [{is: in force, from: "2020-01-01"}]
  read: "2026-11-25"
  text: primary
  class: measured
  source: me
  labels: {stage: STAGE}
"""
RECOVERY = ("100 t", "97 t", "--uncertainty", "0.001", "--on", "2026-11-25")


def recovery(capsys, stage: str, *words: str) -> str:
    found = statements(capsys, "statement", "recovery", stage, *RECOVERY, *words)
    return found["Plausible recovery"]["recovery", stage]["remark"]


def test_a_rule_of_ones_own_stands_beside_the_shipped_ones_or_in_their_place(capsys, tmp_path):
    beside = write(tmp_path, RULE.replace("NAME", "own.norm").replace("STAGE", "recycling"))
    assert recovery(capsys, "recycling", "--rules", beside).startswith("beyond usual losses")
    assert recovery(capsys, "separation-light", "--rules", beside).startswith("plausible")
    shipped = "cn.recovery.separation-light"
    instead = write(tmp_path, RULE.replace("NAME", shipped).replace("STAGE", "separation-light"))
    assert recovery(capsys, "separation-light", "--rules", instead).startswith("beyond")
    assert status_of(["statement", "law", "own target", "--rules", instead]) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file"),
        ("[1, 2]", "found no mapping"),
        ("own.norm: {kind: recovery norm}", "a rule needs"),
        (RULE.replace("NAME", "own.norm").replace("primary", "hearsay"), "found text 'hearsay'"),
        (RULE.replace("NAME", "own.norm").replace("in force", "alive"), "found status 'alive'"),
        (
            RULE.replace("NAME", "own.norm").replace("STAGE", "separation-light"),
            "a rule of your own takes the name of the one it replaces",
        ),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(capsys, tmp_path, text, message):
    path = str(tmp_path / "none.yaml") if text is None else write(tmp_path, text)
    words = ("statement", "recovery", "separation-light", *RECOVERY, "--rules", path)
    assert status_of(words) == BAD_INPUT
    told = capsys.readouterr()
    assert told.out == "" and message in told.err


def test_the_command_on_the_page_of_statements_runs(capsys, monkeypatch):
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    page = (root / "docs" / "statements.md").read_text(encoding="utf-8")
    told = re.sub(r"\\\n\s*", " ", page)
    (command,) = re.findall(r"^    ytterby (statement .*--rules.*)$", told, re.MULTILINE)
    assert status_of(shlex.split(command)) == 0
    assert "plausible" in capsys.readouterr().out
