"""docs/clay.md and docs/ores.md: their examples run, and they name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ytterby.plant import Feed
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
