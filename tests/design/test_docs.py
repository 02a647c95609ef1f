"""The pages on design: what they show is true."""

import re
import shlex
from pathlib import Path

import pytest

from ytterby.app.cli import status_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("design.md", "trains.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_the_page_runs(page, capsys):
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), {})
    assert capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_run(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks(page, "sh")).splitlines():
        command = shlex.split(line)
        assert command[0] == "ytterby"
        assert status_of(command[1:]) == 0, capsys.readouterr().err
