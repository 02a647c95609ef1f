"""docs/clay.md and docs/ores.md: their examples run, and they name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ytterby.chemistry import atomic_mass
from ytterby.plant import Feed, Plant
from ytterby.units import KINDS

ROOT = Path(__file__).parents[2]
PAGES = ("clay", "ores")


def text_of(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_page_runs(page, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = text_of(page)
    assert text.split("\n\n")[1].startswith("```python"), "a page starts with an example"
    assert text.rindex("\n## ") == text.index("\n## Limits"), "a page ends with its limits"
    known: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, f"{page}.md", "exec"), known)
    assert len(capsys.readouterr().out.splitlines()) >= 3


def test_the_feed_of_the_page_on_clay_is_read():
    reader = YAML(typ="safe")
    blocks = re.findall(r"```yaml\n(.*?)```", text_of("clay") + text_of("ores"), flags=re.DOTALL)
    trees = [reader.load(block) for block in blocks]
    Feed.of(next(tree["ore"] for tree in trees if "ore" in tree))


def test_every_unit_of_ores_and_clay_is_told_of():
    text = text_of("clay") + text_of("ores")
    for kind in ("clay-leach", "flotation", "magnetic-separation", "bastnaesite-roast"):
        assert f"`{kind}`" in text and kind in KINDS
    for kind in ("acid-bake", "caustic-crack", "tank-leach", "coal-refuse-leach"):
        assert f"`{kind}`" in text and kind in KINDS


ROWS = {
    "fed": "residue",
    "leach residue, to store": "residue_filter.cake",
    "iron hydroxide, to store": "iron_filter.cake",
    "scandium concentrate": "scandium_filter.cake",
    "rare earth hydroxide": "rare_earth_filter.cake",
}
COLUMNS = (("Sc",), ("La", "Ce", "Nd", "Y"), ("Th",), ("U",))


def test_the_table_of_bauxite_residue_is_what_its_plant_gives():
    """To the digits it prints: kg of dry solids, then grams of elements, per t of residue."""
    balance = Plant.read(ROOT / "examples" / "bauxite-residue" / "plant.yaml").solve()
    fed = balance.stream("residue").mass
    for title, name in ROWS.items():
        row = next(line for line in text_of("ores").splitlines() if line.startswith(f"| {title} |"))
        printed = row.strip("|").split("|")[1:]
        stream = balance.stream(name)
        found = [1e3 * stream.mass_of("solid") / fed]
        found += [1e6 * sum(stream.amount(e) * atomic_mass(e) for e in c) / fed for c in COLUMNS]
        for value, text in zip(found, printed, strict=True):
            decimals = len(text.strip().partition(".")[2])
            assert f"{value:.{decimals}f}" == text.strip(), (title, text)


def test_acid_and_soda_of_bauxite_residue_are_as_told():
    balance = Plant.read(ROOT / "examples" / "bauxite-residue" / "plant.yaml").solve()
    fed = balance.stream("residue").mass
    drawn = {"acid": 0.0, "alkali": 0.0}
    for name, stream in balance.streams.items():
        feed = name.partition(" > ")[0]
        if feed in drawn:
            drawn[feed] += stream.mass / fed
    assert f"{0.93 * drawn['acid']:.2f} t of sulfuric" in text_of("ores")
    assert f"{1e3 * 0.30 * drawn['alkali']:.0f} kg of soda" in text_of("ores")
