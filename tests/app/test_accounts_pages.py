"""docs/accounts, carbon, effluent, report, optimise and uncertainty: what stands there runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ytterby.app.cli import status_of
from ytterby.plant import Plant

ROOT = Path(__file__).parents[2]
PAGES = ("accounts", "carbon", "effluent", "report")
LONG = tuple(pytest.param(page, marks=pytest.mark.long) for page in ("optimise", "uncertainty"))
REPORT = pytest.param("report", marks=pytest.mark.long)


@pytest.fixture(scope="module")
def solved_once():
    """Plants that several pages solve are solved once."""
    known, solve = {}, Plant.solve

    def remembered(self, **how):
        key = (repr(self.to_tree()), how.get("sensitivity"))
        if key not in known:
            known[key] = solve(self, **how)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plant, "solve", remembered)
        yield


def text_of(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", (*PAGES, *LONG))
def test_its_python_runs(page, monkeypatch, capsys, solved_once):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", text_of(page), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, f"{page}.md", "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("page", ("accounts", *LONG, REPORT))
def test_its_commands_run(page, monkeypatch, tmp_path, capsys, solved_once):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "build").mkdir()
    monkeypatch.chdir(tmp_path)
    told = re.sub(r"\\\n\s*", " ", text_of(page))
    commands = re.findall(r"^    ytterby (.*)$", told, re.MULTILINE)
    assert commands
    for command in commands:
        words, _, target = command.partition(" > ")
        assert status_of(shlex.split(words)) == 0
        out = capsys.readouterr().out
        assert out
        if target:
            (tmp_path / target.strip()).write_text(out, encoding="utf-8")
