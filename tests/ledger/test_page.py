"""docs/ledger.md: its Python says what its comments say; its tables are those of the code."""

import re
from pathlib import Path

from ytterby.ledger import KINDS
from ytterby.ledger.tabular import SHAPES

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_says_what_its_comments_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    exec(compile(code, "ledger.md", "exec"), {})
    promised = re.findall(r"^print\(.*?\)\s+# (.*?)(?: kg)?$", code, re.MULTILINE)
    assert promised and capsys.readouterr().out.splitlines() == promised


def test_the_accounts_of_the_page_are_those_there_are():
    rows = re.findall(r"^\| `(\S+)` \| (.*?) \| (.*?) ?\| (.*?) ?\|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == list(KINDS)
    for name, meaning, stock, second in rows:
        kind = KINDS[name]
        assert (meaning, stock == "yes", second == "needed") == (
            kind.meaning,
            kind.inside,
            kind.approved,
        )


def test_the_tables_of_the_page_are_those_that_books_take():
    for name, shape in SHAPES.items():
        (row,) = re.findall(rf"^\| {name} \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
        columns = row[0].removesuffix(", and one per element").replace("one of ", "").split(", ")
        assert tuple(columns) == shape.columns
        assert tuple(row[1].split(" and ")) == shape.key
