"""What a user types to get accounts, bids, sweeps and better settings, and what comes back."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from tests.plants import magnet_plant

from ytterby.accounts import Line, Statement
from ytterby.accounts.compare import Row
from ytterby.app.accounts import told
from ytterby.app.cli import BAD_INPUT, status_of
from ytterby.app.compare import differences
from ytterby.app.sweep_store import Store
from ytterby.app.terminal import console
from ytterby.plant.nearby import Nearby

LOT = """
lot: HDD-17
assay: {Nd: 22.8 ± 0.5 %, Pr: 3.3 %, Dy: 1.2 ± 0.05 %, Fe: 62.6 %}
moisture: 1 ± 0.3 %
"""
LOTS = """
lots:
  - {lot: hdd, assay: {Nd: 22.8 %, Dy: 1 %}, available: 20 t, price: 10 USD/kg}
  - {lot: motor, assay: {Nd: 20 %, Dy: 4 %}, available: 20 t, price: 40 USD/kg}
"""


@pytest.fixture
def plant(tmp_path: Path) -> str:
    path = tmp_path / "plant.yaml"
    magnet_plant().write(path)
    return str(path)


def said(capsys, *words: str) -> str:
    assert status_of(words) == 0
    return capsys.readouterr().out


def refused(capsys, *words: str) -> str:
    assert status_of(words) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == "" and "Traceback" not in captured.err
    return captured.err


def test_accounts_are_printed_with_what_they_lack(capsys, plant):
    text = said(capsys, "accounts", plant, "--place", "EE", "--grid", "EE", "--law", "CN")
    for title in (
        "Recovery and purity",
        "Capital",
        "Cost and return",
        "Greenhouse gases",
        "Effluent",
        "Radioactivity",
    ):
        assert title in text
    assert "no price of scrap is known" in text
    assert "indicative: beyond" in text


def test_recycled_content_is_told_where_a_feed_has_a_class(capsys, plant):
    assert "Recycled content" not in said(capsys, "accounts", plant)
    tree = json.loads(
        said(capsys, "accounts", plant, "--feed-class", "scrap=pre-consumer", "--json")
    )
    (content,) = [one for one in tree if one["title"] == "Recycled content"]
    values = {tuple(line["key"]): line["value"] for line in content["lines"]}
    assert values["content", "kiln.product", "Nd", "pre-consumer"] == pytest.approx(1)
    assert values["content", "kiln.product", "Nd", "post-consumer"] == 0
    assert values["content", "kiln.product", "O", "primary"] == pytest.approx(1, abs=0.05)


def test_the_report_tells_recycled_content_apart(capsys, plant, tmp_path):
    page = tmp_path / "page.html"
    said(capsys, "run", plant, "--feed-class", "scrap=post-consumer", "--report", str(page))
    text = page.read_text(encoding="utf-8")
    section = text[text.index('<section id="recycled"') :].partition("</section>")[0]
    heads, first = section.partition("<tbody>")[0], section.partition("<tbody>")[2]
    assert heads.index("post-consumer</th>") < heads.index("pre-consumer</th>")
    assert first.startswith('<tr><th scope="row">rare earths</th><td class="n"></td>')
    assert '<td class="n">100 %</td><td class="n">0 %</td><td class="n">0 %</td>' in first


def test_shares_are_told_in_percent_counts_as_they_are_and_limits_by_what_is_used(capsys):
    lines = (
        Line(("recovery", "kiln.product", "Nd"), "Nd that leaves", 0.5, "-"),
        Line(("recovery", "kiln.product", "O"), "O that leaves", 0.25, "-"),
        Line(("products",), "products in 2026-03", 4.0, "-"),
        Line(("internal rate of return",), "rate", 1.25, "-"),
        Line(("used", "limit", "water"), "oil in water: 6, at most 4 mg/L", 1.5, "-"),
        Line(("used", "limit", "water"), "pH in water: 5, at least 6", 1.2, "-", remark="beyond"),
        Line(("used", "heat"), "heat", 253.0, "kW"),
        Line(("revenue",), "revenue", 19680123.0, "USD/year"),
        *(Line((e,), e, None, "-", missing="nobody measured it") for e in ("As", "Cd", "Pb")),
    )
    console().print(told(Statement("What is told", lines), everything=False))
    out = re.sub(" +", " ", capsys.readouterr().out)
    for words in (
        "Nd that leaves 50 %",
        "products in 2026-03 4 \n",
        "rate 125 %",
        "at most 4 mg/L 150 % of limit",
        "at least 6 beyond",
        "heat 253 kW",
        "revenue 19,680,000 USD/year",
        "Not known: As; Cd and 1 more (nobody measured it)",
    ):
        assert words in out
    assert "O that leaves" not in out


def test_accounts_go_to_a_file(capsys, plant, tmp_path):
    out = tmp_path / "accounts.csv"
    said(capsys, "accounts", plant, "--place", "EE", "--scrap", "scrap", "--out", str(out))
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert {"Recovery and purity", "Reagents, water and energy", "Capital", "Cost and return"} < {
        row["account"] for row in rows
    }
    (worth,) = [row for row in rows if row["key"] == "net present value"]
    assert float(worth["value"]) and worth["unit"] == "USD"


def test_accounts_go_to_a_sheet_each(capsys, plant, tmp_path):
    out = tmp_path / "accounts.xlsx"
    said(capsys, "accounts", plant, "--place", "EE", "--scrap", "scrap", "--out", str(out))
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[0] == "Recovery and purity" and "Cost and return" in book.sheetnames
    sheet = book["Cost and return"]
    columns = [cell.value for cell in sheet[1]]
    values = {row[0].value: row[columns.index("value")].value for row in sheet.iter_rows(min_row=2)}
    assert values["margin"] == pytest.approx(values["revenue"] - values["operating"])
    book.close()


def test_the_inventory_goes_to_openlca(capsys, plant, tmp_path):
    out = tmp_path / "inventory.zip"
    said(capsys, "accounts", plant, "--grid", "EE", "--openlca", str(out))
    with ZipFile(out) as archive:
        assert "openlca.json" in archive.namelist()
    words = ("accounts", plant, "--openlca", str(out))
    assert "expected the region of the plant" in refused(capsys, *words)


def test_plants_and_changes_side_by_side(capsys, plant, tmp_path):
    other = tmp_path / "other.yaml"
    magnet_plant(bleed=0.8).write(other)
    words = ("compare", plant, str(other), "--with", "leach.acid_dose=1.3; iron.to_pH=3.8")
    tree = json.loads(said(capsys, *words, "--place", "EE", "--scrap", "scrap", "--json"))
    rows = {row["key"]: row for row in tree["Recovery and purity"]}
    first, second, third = list(rows["recovered | Nd"])[3:6]
    assert first.endswith("plant.yaml") and second.endswith("other.yaml") and "1.3" in third
    assert rows["recovered | Nd"][f"change, {third}"]
    assert {"Cost and return", "Reagents, water and energy", "Greenhouse gases"} <= set(tree)
    text = said(capsys, *words)
    assert "C leach.acid_dose=1.3; iron.to_pH=3.8" in text and "C less A" in text
    assert "Nd recovered, in all products" in text


def test_a_saved_balance_stands_beside_a_plant(capsys, plant, tmp_path):
    """Of the same plant nothing differs but what needs the insides of units."""
    saved = tmp_path / "last month.json"
    saved.write_text(said(capsys, "run", plant, "--json"), encoding="utf-8")
    words = ("compare", plant, str(saved), "--place", "EE", "--grid", "EE", "--scrap", "scrap")
    rows = json.loads(said(capsys, *words, "--json"))
    for row in rows["Recovery and purity"] + rows["Reagents, water and energy"]:
        assert row[f"change, {saved}"] in (0, None)
    assert rows["Greenhouse gases"]
    changed = tmp_path / "changed.json"
    changed.write_text(
        said(capsys, "run", plant, "--json", "--set", "leach.acid_dose=1.3"), encoding="utf-8"
    )
    tree = json.loads(said(capsys, "compare", str(saved), str(changed), "--json"))
    acid = next(r for r in tree["Reagents, water and energy"] if r["key"] == "taken | HCl")
    assert acid[f"change, {changed}"] > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "found no JSON"),
        ('{"lines": []}', "found no plant and no period_s"),
        ("[1, 2]", "found list, expected a mapping"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_no_saved_balance_is_refused(capsys, plant, tmp_path, text, message):
    saved = tmp_path / "saved.json"
    if text is not None:
        saved.write_text(text, encoding="utf-8")
    told = refused(capsys, "compare", plant, str(saved))
    assert message in told and str(saved) in told


def test_a_saved_balance_has_no_field_to_change(capsys, plant, tmp_path):
    saved = tmp_path / "saved.json"
    saved.write_text(said(capsys, "run", plant, "--json"), encoding="utf-8")
    told = refused(capsys, "compare", str(saved), "--with", "leach.acid_dose=1.3")
    assert "expected a plant file first" in told


def test_a_comparison_goes_to_a_page_and_to_a_file(capsys, plant, tmp_path):
    page, table = tmp_path / "both.html", tmp_path / "both.csv"
    words = ("compare", plant, "--with", "leach.acid_dose=1.3", "--place", "EE", "--law", "CN")
    said(capsys, *words, "--report", str(page), "--out", str(table))
    text = page.read_text(encoding="utf-8")
    assert "B less A" in text and "Margin, from" in text and "<script" not in text
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert {"account", "key", "change, leach.acid_dose=1.3"} <= set(rows[0])


def test_prices_of_a_file_go_before_the_shipped_ones(capsys, plant, tmp_path):
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        "mine:\n  scrap:\n    value: 9\n    unit: USD/kg\n    class: measured\n    source: me\n"
    )
    words = ("accounts", plant, "--place", "EE", "--json", "--prices", str(prices))
    statements = {one["title"]: one["lines"] for one in json.loads(said(capsys, *words))}
    (bought,) = [line for line in statements["Cost and return"] if line["key"] == ["buy", "scrap"]]
    assert bought["value"] == pytest.approx(9 * 100 * 8766 * 0.92, rel=1e-6)


def test_own_factors_and_what_is_cut_off_raise_completeness(capsys, plant, tmp_path):
    factors = tmp_path / "factors.yaml"
    factors.write_text(
        "mine:\n  H2C2O4:\n    value: 2\n    unit: kg/kg\n    class: measured\n    source: me\n"
    )
    words = ("accounts", plant, "--grid", "EE", "--json")
    own = ("--factors", str(factors), "--cut-off", "scrap")
    shares = []
    for more in ((), own):
        statements = {one["title"]: one["lines"] for one in json.loads(said(capsys, *words, *more))}
        lines = {tuple(line["key"]): line["value"] for line in statements["Greenhouse gases"]}
        shares.append(lines["completeness",])
    assert shares[0] < 0.5 and shares[1] > 0.99


@pytest.mark.parametrize(
    ("other", "shown"), [(0.96 + 1e-8, "0"), (0.961, "+0.100"), (0.0, "-96.0"), (0.96, "0")]
)
def test_a_change_that_solving_leaves_over_is_told_as_none(other, shown):
    key = ("recovered", "Nd")
    row = Row(key, "", "-", tuple(Line(key, "", value, "-") for value in (0.96, other)))
    assert differences(row) == [shown]


def test_a_bid_tells_the_price_and_the_way_to_it(capsys, plant, tmp_path):
    lot = tmp_path / "lot.yaml"
    lot.write_text(LOT, encoding="utf-8")
    words = ("bid", str(lot), plant, "--margin", "1 USD/kg", "--samples", "4")
    text = said(capsys, *words)
    assert "Nd contained, as pure oxide" in text and "highest price that keeps 1 USD/kg" in text
    signed = re.findall(r" ([-+]\d+\.\d+)\b", text.partition("net value at the assay")[0])
    net = float(re.search(r"net value at the assay +([-+][\d.]+)", text)[1])  # type: ignore[index]
    # Nine lines at most, each rounded to a thousandth; what is in brackets adds nothing.
    assert sum(map(float, signed)) == pytest.approx(net, abs=9 * 0.0005)
    (one,) = json.loads(said(capsys, *words, "--json"))
    assert len(one["values"]) == 4 and one["highest_price"] < min(one["values"])


def test_a_blend_tells_what_to_take(capsys, tmp_path):
    lots = tmp_path / "lots.yaml"
    lots.write_text(LOTS)
    text = said(capsys, "blend", str(lots), "--mass", "300 kg", "--limit", "Dy >= 2 %")
    assert "hdd: 200 kg as weighed" in text and "Price: 20 USD" in text


def test_a_sweep_prints_what_figures_may_be(capsys, plant):
    words = ("sweep", plant, "--vary", "leach.acid_dose=1.0..1.3", "--points", "2")
    assert "recovery Nd, kiln.product" in said(capsys, *words)
    tree = json.loads(said(capsys, *words, "--json"))
    assert tree["samples"] == 2 and tree["failed"] == 0
    assert [row["leach.acid_dose"] for row in tree["rows"]] == [1.0, 1.3]


def test_a_stopped_sweep_goes_on_from_its_folder(capsys, plant, tmp_path, monkeypatch):
    store = tmp_path / "results"
    words = (
        "sweep",
        plant,
        "--vary",
        "leach.acid_dose=1.0..1.3",
        "--samples",
        "3",
        "--json",
        "--store",
        str(store),
    )
    first = said(capsys, *words)
    part = next(store.glob("part-*.csv"))
    monkeypatch.setattr(Nearby, "of", lambda plant: pytest.fail("solved what was already there"))
    again = said(capsys, *words)
    assert json.loads(again) == json.loads(first)
    assert part.read_text().count("\n") == 4
    assert "results of another study" in refused(capsys, *words, "--seed", "2")


@pytest.mark.parametrize("suffix", ["", ".parquet"])
def test_results_in_a_folder_come_back_to_the_last_digit(tmp_path, suffix):
    store = Store(tmp_path / f"results{suffix}")
    store.folder.mkdir()
    rows = [(3, {"a": 1 / 3, "b": 1e-17}, ""), (4, {}, "no steady state"), (7, {"a": 2.0}, "")]
    store.add(rows)
    assert store.read() == rows


def test_better_settings_are_found_and_written(capsys, plant, tmp_path):
    best = tmp_path / "best.yaml"
    words = (
        "optimise",
        plant,
        "--vary",
        "leach.acid_dose=1.0..1.4",
        "--minimise",
        "reagents",
        "--hold",
        "recovery Nd, kiln.product >= 93 %",
        "--most",
        "12",
        "--write",
        str(best),
    )
    text = said(capsys, *words)
    assert "better than at the start" in text
    assert re.search(r"binds +recovery Nd, kiln.product >= 93 %", text)
    assert "acid_dose" in best.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found no fact, expected the form of a facts file"),
        (b"water: caf\xe9", "found bytes that are no UTF-8"),
        (b"water: [", "prices.yaml:1:9: found expected the node content"),
    ],
)
def test_a_file_of_prices_that_holds_none_is_refused(capsys, plant, tmp_path, content, message):
    prices = tmp_path / "prices.yaml"
    prices.write_bytes(content)
    words = ("accounts", plant, "--place", "EE", "--prices", str(prices))
    assert status_of(words) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("accounts", "PLANT", "--place", "Mars"), "no location factor of 'Mars'"),
        (("accounts", "PLANT", "--grid", "Mars"), "no grid factor of region 'Mars'"),
        (("accounts", "PLANT", "--law", "Mars"), "found no limits"),
        (
            ("accounts", "PLANT", "--law", "CN", "--on", "2026-13-45"),
            "--on 2026-13-45: expected a day such as 2026-01-31",
        ),
        (
            ("accounts", "PLANT", "--law", "CN", "--area", "nowhere"),
            "--area nowhere: expected one of general, special",
        ),
        (
            ("accounts", "PLANT", "--law", "US", "--area", "general"),
            "expected no --area with --law US",
        ),
        (
            ("accounts", "PLANT", "--place", "EE", "--prices", "none.yaml"),
            "--prices none.yaml: No such file or directory",
        ),
        (("accounts", "PLANT", "--out", "a.pdf"), "expected a file .json, .csv, .xlsx"),
        (("accounts", "PLANT", "--scrap", "ore"), "--scrap ore: expected one of scrap"),
        (
            ("accounts", "PLANT", "--grid", "EE", "--cut-off", "ore"),
            "--cut-off ore: expected one of",
        ),
        (("accounts", "PLANT", "--feed-class", "scrap=old"), "feed 'scrap': found 'old'"),
        (("accounts", "PLANT", "--feed-class", "ore=primary"), "ore: expected one of scrap"),
        (("accounts", "PLANT", "--feed-class", "scrap"), "expected feed=post-consumer or"),
        (("compare", "PLANT"), "expected another plant file or balance, or --with"),
        (("compare", "PLANT", "PLANT"), "expected every file once"),
        (("compare", "PLANT", "--with", "leach.dose=1"), "--with leach.dose=1"),
        (("sweep", "PLANT"), "found nothing to vary"),
        (("sweep", "PLANT", "--vary", "leach.acid_dose=1"), "expected field=low..high"),
        (
            ("sweep", "PLANT", "--vary", "leach.acid_dos=1..1.2"),
            "--vary leach.acid_dos=1..1.2: unit 'leach': found the field 'acid_dos'",
        ),
        (
            ("sweep", "PLANT", "--vary", "leach.acid_dose=1..99"),
            "--vary leach.acid_dose=1..99: unit 'leach': field 'acid_dose': found 99",
        ),
        (
            ("sweep", "PLANT", "--vary", "leach.acid_dose=1..1.2", "--samples", "0"),
            "expected 1 or more",
        ),
        (("sweep", "PLANT", "--assay", "scrap=1 %"), "expected feed.element=uncertainty"),
        (("sweep", "PLANT", "--facts", "--points", "2"), "expected only --vary"),
        (("optimise", "PLANT"), "found no --vary"),
        (("optimise", "PLANT", "--vary", "leach.acid_dose=1..2"), "found neither of"),
        (
            (
                "optimise",
                "PLANT",
                "--vary",
                "leach.acid_dose=1..2",
                "--minimise",
                "water",
                "--hold",
                "much",
            ),
            "expected a figure, >= or <=, a number",
        ),
        (
            ("optimise", "PLANT", "--vary", "leach.acid_dose=1..2", "--maximise", "margin"),
            ". Money needs --place EE",
        ),
        (
            ("optimise", "PLANT", "--vary", "leach.acid_dose=1..2", "--minimise", "watr"),
            "found no figure 'watr'",
        ),
        (("bid", "PLANT"), "found no plant"),
        (("bid", "PLANT", "PLANT"), "expected one of"),
        (("blend", "PLANT", "--mass", "1 t"), "expected 'lots:'"),
    ],
)
def test_bad_input_is_refused_with_what_was_expected(capsys, plant, words, message):
    text = refused(capsys, *(plant if word == "PLANT" else word for word in words))
    assert message in text
