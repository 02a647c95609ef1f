"""Stories of `ytterby statement`: books in, statements out, and what a slip is told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.ledger.closings import book, buy, make, month, take_stock

from ytterby.app.cli import BAD_INPUT, status_of

DAY = "2026-11-24"
ORIGIN = {stage: {"*": "EE"} for stage in ("mined", "refined", "separated", "metal", "sintered")}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Three months: end-of-life magnets, one lot that is ore, and product."""
    folder = tmp_path_factory.mktemp("books")
    found = book(folder)
    scrap = {"Nd": 200.0, "Pr": 30.0, "La": 0.1, "Ce": 0.1, "Y": 0.1}
    ore = {"Nd": 60.0, "Pr": 20.0, "La": 160.0, "Ce": 240.0, "Y": 1.0}
    for number in (1, 2, 3):
        when = month(number).replace(day=5)
        buy(found, f"L-{number}", when, scrap, "post-consumer", origin=ORIGIN)
        made = {"Nd": 190.0, "Pr": 29.0, "La": 0.05}
        make(found, f"P-{number}", month(number).replace(day=20), made)
        take_stock(found, number, {"Nd": 10.0 * number, "Pr": 1.0 * number})
    buy(found, "L-4", month(3) + timedelta(days=25), ore, "post-consumer")
    found.engine.dispose()
    return str(folder / "books.db")


def told(capsys, *arguments: str) -> dict[tuple[str, ...], dict]:
    """The lines of the statements that a command prints as JSON, by key."""
    assert status_of(["statement", *arguments, "--json"]) == 0
    statements = json.loads(capsys.readouterr().out)
    return {tuple(line["key"]): line for one in statements for line in one["lines"]}


def test_closing_tells_what_is_missing_by_month(books, capsys):
    lines = told(
        capsys, "closing", books, "sx/wip", "--first", "2026-01", "--last", "2026-02",
        "--element", "Nd",
    )  # fmt: skip
    assert lines["muf", "2026-01-01", "Nd"]["value"] == pytest.approx(0, abs=1e-6)
    assert lines["cumuf", "Nd"]["remark"].startswith("±")


def test_the_oxide_statement_counts_element_and_oxide(books, capsys):
    lines = told(capsys, "oxide", books, "--lot", "P-1")
    assert lines["element", "P-1", "Nd"]["value"] == pytest.approx(190)
    assert lines["oxide", "P-1", "Nd"]["value"] == pytest.approx(190 * 336.48 / 288.48, rel=1e-4)


def test_the_fingerprint_names_the_lot_that_is_not_what_it_says(books, capsys):
    lines = told(capsys, "fingerprint", books)
    odd = [key for key, line in lines.items() if not line["remark"].startswith("fits")]
    assert odd == [("fits", "L-4")]
    lines = told(capsys, "fingerprint", books, "--lot", "L-4")
    assert "does not fit" in lines["bound", "La+Ce", "max"]["remark"]


def test_the_flow_statement_adds_up_and_the_quota_counts_what_was_used(books, capsys):
    lines = told(capsys, "flows", books, "--month", "2026-02", "--quota", "1 t", "--on", DAY)
    for form in ("scrap", "oxide"):
        assert lines["unaccounted", form]["value"] == pytest.approx(0, abs=1e-6)
    month_used = lines["used", "scrap"]["value"]
    assert lines["headroom", "separation"]["value"] == pytest.approx(1000 - 2 * month_used)
    assert "due 2026-03-10" in lines["products", "2026-02"]["remark"]


def test_a_reversal_is_taken_back_from_the_flows_of_its_month(capsys, tmp_path):
    found = book(tmp_path)
    buy(found, "L-1", month(1).replace(day=5), {"Nd": 200.0}, "post-consumer")
    for position in (1, 0):
        entry = [one for one in found.entries("event") if one.reverses is None][position]
        undo = found.propose_reversal(entry.seq, person="Anna", reason="wrong lot")
        found.approve(undo.seq, person="Bertil")
    found.engine.dispose()
    path = str(tmp_path / "books.db")
    lines = told(capsys, "flows", path, "--month", "2026-01", "--quota", "1 t", "--on", DAY)
    for way in ("received", "used", "unaccounted"):
        assert lines[way, "scrap"]["value"] == pytest.approx(0, abs=1e-9)
    assert lines["headroom", "separation"]["value"] == pytest.approx(1000)


def test_recycled_shares_origin_purity_and_export_control_of_a_lot(books, capsys):
    shares = told(capsys, "recycled", books, "P-2", "--on", DAY)
    assert shares["share", "Nd", "post-consumer"]["value"] == pytest.approx(1)
    assert "announced" in shares["law",]["remark"]
    origin = told(capsys, "origin", books, "P-2", "--on", "2027-01-01")
    assert origin["verdict",]["value"] == 1
    purity = told(capsys, "purity", books, "P-2", "NdPr oxide", "Nd", "--cost", "100 USD",
                  "--on", "2026-06-01")  # fmt: skip
    assert purity["chance",]["value"] == pytest.approx(1)
    assert purity["credit",]["value"] == pytest.approx(10)
    items = told(capsys, "export-control", books, "L-1", "oxide", "--on", DAY)
    assert ("item", "Y") in items and ("item", "Nd") not in items


def test_a_rolling_average_and_credits_come_from_the_same_books(books, capsys, tmp_path):
    lines = told(
        capsys, "recycled", books, "P-2", "--model", "rolling average",
        "--first", "2026-01", "--last", "2026-02", "--on", DAY,
    )  # fmt: skip
    assert lines["share", "Nd", "post-consumer"]["value"] == pytest.approx(1)
    claims = tmp_path / "claims.csv"
    claims.write_text("date,mass,unit\n2026-02-28,100,kg\n")
    asked = ["credit", books, str(claims), "--element", "Nd", "--factor", "90 %"]
    lines = told(capsys, *asked)
    assert lines["held",]["value"] == pytest.approx(0.9 * 400 - 100)
    claims.write_text("date,mass,unit\n2026-02-28,1,t\n")
    assert status_of(["statement", *asked]) == BAD_INPUT
    assert "cannot be overdrawn" in capsys.readouterr().err


def test_papers_taxes_and_plans_come_from_files(capsys, tmp_path):
    papers = tmp_path / "papers.csv"
    papers.write_text(
        "item,paper,mass,unit,uncertainty\nox,dispatch,4,t,0.01\nox,invoice out,3.5,t,\n"
    )
    assert "sold off" in told(capsys, "match", str(papers))["gap", "ox", "sales"]["remark"]
    taxes = tmp_path / "taxes.yaml"
    taxes.write_text("concentrate_sales: {heavy: 1000 CNY}\nsolids: {slag: 2 t}\n")
    lines = told(capsys, "taxes", str(taxes), "--on", DAY)
    assert lines["tax", "heavy", "low"]["value"] == pytest.approx(200)
    assert lines["tax", "slag"]["value"] == pytest.approx(50)
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "throughput: 20 t\nstock: 30 t\ninstruments:\n"
        "  lab: {of: in, random: 0.3 %}\n  take: {of: stock, random: 2 %}\n"
        "losses: {theft: {mass: 2 t, at: 6}}\n"
        "better: {take: {instruments: {take: {random: 1 %}}}}\n"
    )
    lines = told(capsys, "plan", str(plan))
    now, then = (lines["power", name, "theft", "cumulative"]["value"] for name in ("now", "take"))
    assert 0.05 < now < then < 1


def test_the_rules_themselves_are_listed_as_of_a_day(capsys):
    lines = told(capsys, "law", "Ho", "oxide", "--on", DAY)
    line = lines["cn.export.ho.oxide",]
    assert line["value"] is None and "status unknown after 2026-11-10" in line["missing"]
    assert status_of(["statement", "law", "unobtainium"]) == BAD_INPUT
    assert "no rule" in capsys.readouterr().err


def test_a_recovery_is_told_on_the_spot(capsys):
    lines = told(
        capsys, "recovery", "separation-light", "120 t", "117 t", "--uncertainty", "0.004",
        "--on", DAY,
    )  # fmt: skip
    assert lines["recovery", "separation-light"]["remark"].startswith("plausible")


def test_a_statement_is_printed_with_its_warning_and_written_to_a_file(books, capsys, tmp_path):
    out = tmp_path / "flows.csv"
    arguments = ["statement", "flows", books, "--month", "2026-02", "--on", DAY]
    assert status_of(arguments) == 0
    assert "not legal advice" in capsys.readouterr().out
    assert status_of([*arguments, "--out", str(out)]) == 0
    assert "unaccounted" in out.read_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("at: 6", "at: 13"), "expected a period from 1 to 12"),
        (("at: 6", "at: 0"), "expected a period from 1 to 12"),
        (("of: in", "off: in"), "found no 'of'"),
        (("mass: 2 t", "mass: 2 h"), "kg"),
        (("losses:", "loses:"), "Did you mean 'losses'"),
        (("take: {random: 1 %}}}}", "tke: {random: 1 %}}}}"), "Did you mean 'take'"),
    ],
)
def test_a_slip_in_a_plan_is_told(capsys, tmp_path, change, words):
    path = tmp_path / "plan.yaml"
    text = (
        "throughput: 20 t\nstock: 30 t\n"
        "instruments: {lab: {of: in, random: 0.3 %}, take: {of: stock, random: 2 %}}\n"
        "losses: {theft: {mass: 2 t, at: 6}}\n"
        "better: {take: {instruments: {take: {random: 1 %}}}}\n"
    )
    path.write_text(text.replace(*change))
    assert status_of(["statement", "plan", str(path)]) == BAD_INPUT
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["oxide", "nowhere.db"], "nowhere.db"),
        (["oxide", "BOOKS", "--lot", "P-9"], "P-9"),
        (["flows", "BOOKS", "--month", "2026-13"], "expected a month"),
        (["flows", "BOOKS", "--month", "2026-01", "--quota", "4 kW"], "kg"),
        (["flows", "BOOKS", "--month", "2026-01", "--on", "31.1.2026"], "expected a day"),
        (["recycled", "BOOKS", "P-1", "--model", "book and claim"], "apart from material"),
        (["recycled", "BOOKS", "P-1", "--model", "rolling average"], "window"),
        (["recycled", "BOOKS", "P-1", "--model", "credit"], "statement credit"),
        (["closing", "BOOKS", "sx/wipp", "--first", "2026-01", "--last", "2026-02"], "'sx/wipp'"),
        (["closing", "BOOKS", "sx/wip", "--first", "2026-03", "--last", "2026-01"], "no earlier"),
        (["closing", "BOOKS", "sx/wip", "--first", "2026-01", "--last", "2026-05"], "stock-take"),
        (["export-control", "BOOKS", "P-1", "powder"], "metal"),
        (["purity", "BOOKS", "P-1", "Fe oxide", "Fe"], "found no gate"),
        (["recovery", "smelting", "1 t", "1 t", "--uncertainty", "0.1"], "separation-light"),
        (["taxes", "FILE"], "expected one of"),
        (["plan", "FILE"], "expected one of"),
        (["match", "FILE"], "found no column"),
        (["fingerprint", "BOOKS", "--lot", "P-1"], "found feed class 'unknown'"),
    ],
)
def test_a_slip_is_told_and_nothing_is_printed(books, capsys, tmp_path, arguments, words):
    odd = tmp_path / "odd.yaml"
    odd.write_text("thruput: 20 t\n")
    named = [{"BOOKS": books, "FILE": str(odd)}.get(word, word) for word in arguments]
    assert status_of(["statement", *named]) == BAD_INPUT
    found = capsys.readouterr()
    assert words in found.err and not found.out


def test_the_example_of_a_page_of_statements_runs(monkeypatch, capsys, tmp_path):
    import re

    monkeypatch.chdir(tmp_path)
    docs = Path(__file__).parents[2] / "docs"
    for page in ("statements", "custody"):
        text = (docs / f"{page}.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
        exec(compile(block, f"{page}.md", "exec"), {})
        assert text.rindex("\n## ") == text.index("\n## Limits"), "a page ends with its limits"
    printed = capsys.readouterr().out
    assert "licence needed" in printed and "does not fit" in printed and "0.75" in printed
