"""docs/dynamics.md and docs/fitting.md: their examples run, and print what they speak of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "names"), [("dynamics", "upset"), ("fitting", "impurity")])
def test_the_examples_of_a_page_run_one_after_the_other(page, names, capsys):
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    assert text.split("\n\n")[1].startswith("```python"), "a page starts with an example"
    assert text.rindex("\n## ") == text.index("\n## Limits"), "a page ends with its limits"
    known: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, f"{page}.md", "exec"), known)
    assert names in known
    assert len(capsys.readouterr().out.splitlines()) >= 3
