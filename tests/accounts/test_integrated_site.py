"""Stories: docs/integrated-site.md runs from part to whole; the whole site closes and answers."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ytterby.plant import Plant

ROOT = Path(__file__).parents[2]
SITE = ROOT / "examples" / "integrated-site"
PAGE = (ROOT / "docs" / "integrated-site.md").read_text(encoding="utf-8")
WHOLE = PAGE.index("## The whole site")


def ran(text: str, known: dict[str, Any]) -> dict[str, Any]:
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, "integrated-site.md", "exec"), known)
    return known


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return ran(PAGE[:WHOLE], {})


def test_the_page_starts_with_an_example_and_ends_with_limits():
    assert PAGE.split("\n\n")[1].startswith("```python")
    assert PAGE.rindex("\n## ") == PAGE.index("\n## Limits")


def test_the_parts_of_the_site_solve_one_after_the_other(parts):
    balance = parts["balance"]
    assert abs(balance.worst_closure()[2]) < 1e-9
    assert 100 < 3600 * balance.flow("coat.magnet") < 200


def test_scrap_alone_makes_magnets_of_recycled_neodymium_and_bought_dysprosium(parts):
    content = parts["content"]
    neodymium = [line.value for line in content.about("content", "coat.magnet", "Nd")]
    assert sum(neodymium) == pytest.approx(1, rel=1e-9)
    assert neodymium[2] < 0.02
    assert content.line("content", "coat.magnet", "Dy", "primary").value > 0.99


def test_hydrogen_decrepitation_saves_as_much_as_published_with_shaping_alike(parts):
    """-64 to -96 % (Jin 2018, doi:10.1021/acs.est.7b05442); -18 to -33 % (Accardo 2024,
    doi:10.3390/en17040908) asks for the shaping that the page tells of."""
    first, second, shared = parts["first"], parts["second"], parts["shared"]
    assert -0.96 < (second - first) / (first + shared) < -0.64
    needed = [(first - second) / saved - first for saved in (0.33, 0.18)]
    assert needed == pytest.approx([18, 42], abs=1)


def test_the_site_gives_every_stream_a_role_and_every_variant_is_a_plant():
    plant = Plant.read(SITE / "plant.yaml")
    assert plant.check() == ()
    for name, changes in runpy.run_path(str(SITE / "what-if.py"))["VARIANTS"].items():
        assert plant.with_(**changes) != plant, name


@pytest.mark.long
def test_a_variant_is_put_beside_the_site(capsys):
    runpy.run_path(str(SITE / "what-if.py"))["main"](["no acid recovered"])
    told = capsys.readouterr().out
    found = re.search(r"^HCl for acid +([\d.]+) +([\d.]+)$", told, re.MULTILINE)
    assert found and float(found[2]) > 1.2 * float(found[1])
    assert "moved most: " in told


@pytest.mark.long
def test_the_whole_site_closes_and_traces_dysprosium_from_deposit_and_scrap(parts):
    known = ran(PAGE[WHOLE:], dict(parts))
    balance, content = known["balance"], known["content"]
    assert abs(balance.worst_closure()[2]) < 1e-9
    assert all(np.all(stream.amounts >= 0) for stream in balance.streams.values())
    shares = {line.key[3]: line.value for line in content.about("content", "coat.magnet", "Dy")}
    assert sum(shares.values()) == pytest.approx(1, rel=1e-9)
    assert min(shares.values()) > 0.02
    for element in ("Dy", "Tb"):
        assert known["losses"](element)(balance).line("recovered", element).value > 0.9
