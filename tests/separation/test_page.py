"""docs/separation.md: its example runs and meets its target."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "separation.md"


def test_the_example_of_the_page_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for block in blocks:
        known: dict = {}
        exec(block, known)
        profile = known["profile"]
        assert profile.converged, profile.reason
        assert profile.figures["organic: loss of Dy, Y"] == pytest.approx(0.01, rel=1e-9)
    assert blocks and "True" in capsys.readouterr().out
