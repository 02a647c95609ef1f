"""What a user types to design cascades, and what comes back."""

import re

import pytest

from ytterby.app.cli import status_of
from ytterby.app.design import partitions, read_feed, read_product
from ytterby.design import kg_oxide

FEED = "Sm=20,Gd=20,Tb=5,Dy=30"
TERBIUM = (FEED, "--product", "Tb:99%")


@pytest.fixture(autouse=True)
def compiled_already(monkeypatch):
    monkeypatch.setattr("ytterby.app.progress.compiled", lambda: True)


def test_a_cut_prints_a_card_and_writes_a_plant_that_runs(tmp_path, capsys):
    plant, report = tmp_path / "cut.yaml", tmp_path / "cut.html"
    asked = ["design", FEED, "--cut", "Gd", "--plant", str(plant), "--report", str(report)]
    assert status_of(asked) == 0
    told = capsys.readouterr().out
    for word in ("stages", "organic", "monitor stage", "kg HCl", f"ytterby run {plant}"):
        assert word in told
    assert status_of(["run", str(plant)]) == 0
    assert "cascade.extract" in capsys.readouterr().out
    page = report.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w.-]+", page)) <= {"http://www.w3.org"}
    assert "Purity by stage" in page


def test_products_print_a_train_and_its_report_draws_it(tmp_path, capsys):
    report = tmp_path / "train.html"
    asked = ["design", "Gd=20,Tb=10,Dy=30", "--product", "Tb:99.9%", "--product", "Dy:99%"]
    assert status_of([*asked, "--report", str(report)]) == 0
    told = capsys.readouterr().out
    assert "cascades" in told
    assert re.search(r"^Gd +[\d.]+ ", told, re.M)  # what nobody asked for is a product as well
    page = report.read_text(encoding="utf-8")
    assert "Train of" in page
    assert "McCabe-Thiele" in page  # the last cut is one of two elements
    assert "What each separation factor does" in page


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["nowhere", "--cut", "Gd"], "found no feed 'nowhere', expected one of"),
        ([FEED], "expected one of them"),
        ([FEED, "--cut", "Gd", "--product", "Tb:99%"], "expected one of them"),
        ([FEED, "--cut", "Lu"], "no cut after 'Lu'; expected one of Sm, Gd, Tb"),
        ([FEED, "--cut", "Gd", "--purity", "tall"], "--purity 'tall'"),
        ([FEED, "--cut", "Gd", "--purity", "100%"], "--purity: found 100%, expected above 0 and"),
        ([FEED, "--cut", "Gd", "--purity", "99.9"], "did you mean 99.9%?"),
        ([FEED, "--product", "Tb:99%", "--recovery", "101%"], "--recovery: found 101%"),
        (["Nd=100", "--cut", "Nd"], "found Nd only, expected two elements"),
        (["Nd=100,Dy=0", "--cut", "Nd"], "found Nd only, expected two elements"),
        (["Nd=50,Dy=-5", "--cut", "Nd"], "found less than nothing of Dy"),
        (["Nd=50,Nd=5,Dy=1", "--cut", "Nd"], "found Nd twice"),
        ([FEED, "--cut", "Gd", "--flow", "3 mol"], "--flow '3 mol'"),
        ([FEED, "--product", "Tb"], "found no purity, expected such as Pr+Nd:99.5%"),
        ([FEED, "--product", "Sm+Tb:99%"], "only neighbours can stay together"),
        (
            [FEED, "--product", "Tb:99%", "--cut-extractant", "Gd=P507"],
            "such as 'Er|Tm=Cyanex 272'",
        ),
        (
            [FEED, "--product", "Tb:99%", "--cut-extractant", "Sm|Tb=P204"],
            "no cut Sm|Tb; expected one of Gd|Tb, Tb|Dy",
        ),
        ([FEED, "--cut", "Gd", "--cut-extractant", "Gd|Tb=P204"], "found a single --cut"),
        (["Fe=3,Nd=4", "--cut", "Nd"], "found Fe, expected symbols of rare earths"),
        (
            [FEED, "--cut", "Gd", "--extractant", "P666"],
            "found the extractant 'P666', expected one of Cyanex272, D2EHPA, P507",
        ),
    ],
)
def test_what_cannot_be_designed_is_answered_with_what_was_expected(arguments, found, capsys):
    assert status_of(["design", *arguments]) == 2
    assert found in capsys.readouterr().err


def test_an_existing_plant_file_is_left_alone(tmp_path, capsys):
    plant = tmp_path / "plant.yaml"
    plant.write_text("mine", encoding="utf-8")
    assert status_of(["design", FEED, "--cut", "Gd", "--plant", str(plant)]) == 2
    assert plant.read_text(encoding="utf-8") == "mine"
    assert "expected a new one" in capsys.readouterr().err


def test_prices_of_a_file_take_the_place_of_the_shipped_ones(tmp_path, capsys):
    prices = tmp_path / "prices.yaml"
    prices.write_text("mixer_settler: 300000\n", encoding="utf-8")
    assert status_of(["design", FEED, "--cut", "Gd"]) == 0
    usual = capsys.readouterr().out
    assert status_of(["design", FEED, "--cut", "Gd", "--prices", str(prices)]) == 0
    dear = capsys.readouterr().out

    def loaded(text):
        return float(re.search(r"of least cost ([\d.]+)", text)[1])

    assert loaded(dear) > loaded(usual)
    prices.write_text("acd: 1\n", encoding="utf-8")
    assert status_of(["design", FEED, "--cut", "Gd", "--prices", str(prices)]) == 2
    assert "acd" in capsys.readouterr().err


@pytest.mark.parametrize("name", partitions())
def test_every_shipped_feed_is_shared_out_by_its_oxides(name):
    feed = read_feed(name, 1.0)
    assert sum(n * kg_oxide(e) for e, n in feed.items()) == pytest.approx(1.0)


def test_a_product_is_read_with_its_purity():
    product = read_product("Pr+Nd: 99.5 %")
    assert product.elements == ("Pr", "Nd")
    assert product.purity == pytest.approx(0.995)
