"""docs/reconcile.md and docs/closing.md: their examples run, and end with limits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "lines"), [("reconcile", 10), ("closing", 2)])
def test_the_example_of_a_page_runs(page, lines, capsys):
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    assert text.split("\n\n")[1].startswith("```python"), "a page starts with an example"
    assert text.rindex("\n## ") == text.index("\n## Limits"), "a page ends with its limits"
    known: dict[str, Any] = {}
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    exec(compile(block, f"{page}.md", "exec"), known)
    assert len(capsys.readouterr().out.splitlines()) >= lines
