"""The report and its figures: what they hold, that they conserve, and that they are harmless."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import pytest
from tests.plants import magnet_plant

from ytterby.app.figures import flowsheet_svg, sankey_svg
from ytterby.app.figures.sankey_layout import ribbons
from ytterby.app.report import render, write
from ytterby.balance import Balance, Finding

HOSTILE = "</title><script>alert('x')</script>&\x00"


@cache
def solved() -> Balance:
    return magnet_plant().solve(sensitivity=True)


@cache
def page() -> str:
    return render(solved(), magnet_plant())


def test_the_report_names_every_stream_and_unit():
    for edge in solved().edges:
        assert edge.name.replace(">", "&gt;") in page()
    for unit in solved().units:
        assert unit in page()


def test_the_report_needs_no_network():
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", page())
    assert set(addresses) <= {"http://www.w3.org"}
    assert not re.search(r"<(?:link|img|iframe|object)\b|\bsrc=|url\(|@import", page())


def test_the_same_balance_gives_the_same_report():
    again = magnet_plant().solve(sensitivity=True)
    assert render(again, magnet_plant()) == page()


def test_what_a_file_says_is_never_markup():
    finding = Finding(HOSTILE, HOSTILE)
    text = render(replace(solved(), plant=HOSTILE, findings=(finding,)))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_no_purity_that_no_plant_has():
    shown = re.sub(r"<[^>]*>", " ", page())
    assert "100.0" not in shown
    assert not re.search(r"\de-\d+ (?:ppm|%)", shown)


def test_a_balance_without_a_plant_or_species_can_be_reported(tmp_path):
    bare = replace(solved(), streams={}, facts={}, responses={}, details={})
    write(bare, None, tmp_path / "bare.html")
    assert "kiln.product" in (tmp_path / "bare.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["bare.html"]


@pytest.mark.parametrize("element", ["Nd", "Dy", "Fe", "Cl", "H", "O"])
def test_ribbons_are_as_wide_into_a_unit_as_out_of_it(element):
    drawn, left_out = ribbons(solved(), element)
    scale = drawn[0].width / drawn[0].mass
    for unit in solved().units:
        into = sum(ribbon.width for ribbon in drawn if ribbon.arc.target == unit)
        out = sum(ribbon.width for ribbon in drawn if ribbon.arc.source == unit)
        # what is too thin to draw is the only difference
        assert abs(into - out) <= left_out * scale + 1e-6


def test_figures_are_well_formed_and_have_titles():
    figures = [flowsheet_svg(magnet_plant(), solved()), flowsheet_svg(None, solved())]
    figures += [sankey_svg(solved(), element) for element in solved().elements]
    for figure in figures:
        root = ElementTree.fromstring(figure)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_flowsheet_lines_touch_the_boxes_they_join():
    figure = flowsheet_svg(magnet_plant(), solved())
    assert figure.count("stroke-dasharray") >= 3, "three recycles are dashed"
