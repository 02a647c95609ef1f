"""docs/chemistry.md: its commands run, its tables are those of the facts."""

import math
import re
from collections import Counter
from pathlib import Path

import pytest

from ytterby.app.cli import app
from ytterby.facts import table
from ytterby.plant import Plant

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "chemistry.md").read_text(encoding="utf-8")
RARE_EARTHS = "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Y Er Tm Yb Lu".split()
CLASSES = ("reference", "derived", "estimated", "assumed")
SETS = (
    "p507.log-k",
    "p507.chloride.log-k",
    "p507.process.separation-factor",
    "d2ehpa.log-k",
    "d2ehpa.process.separation-factor",
    "cyanex272.log-k",
    "cyanex272.process.separation-factor",
    "naphthenic.log-k",
    "naphthenic.process.separation-factor",
    "tbp.nitrate.log-k",
    "todga.nitrate.log-k",
    "todga.chloride.log-k",
    "aqueous.complex.log-beta",
    "aqueous.complex.log-beta-1M",
)
LEAST_SHARE = 0.15
"""Pairs that move the stages by less are not listed."""


def marked(name):
    """The rows of the table between `<!-- name -->` and `<!-- end -->`, without its head."""
    block = PAGE.split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]
    return block.splitlines()[2:]


def class_rows():
    """Facts by class, rare earths among them in brackets."""
    for prefix in SETS:
        facts = table(prefix)
        all_of = Counter(f.evidence for f in facts.values())
        of_rare_earths = Counter(facts[e].evidence for e in RARE_EARTHS if e in facts)
        cells = [
            f"{all_of[c]}" + (f" ({of_rare_earths[c]})" if of_rare_earths[c] else "")
            for c in CLASSES
        ]
        yield f"| `{prefix}` | {' | '.join(cells)} |"


def weak_rows():
    """Pairs of P507 by what the uncertainty of the factor does to the stages."""
    pairs = table("p507.process.separation-factor")
    moves = {p: f.uncertainty / (f.value * math.log(f.value)) for p, f in pairs.items()}
    for pair in sorted(moves, key=moves.__getitem__, reverse=True):
        if moves[pair] >= LEAST_SHARE:
            found = pairs[pair]
            factor = f"{found.value:g} ± {found.uncertainty:g}"
            yield f"| {pair} | {factor} | {found.evidence} | ± {100 * moves[pair]:.0f} % |"


@pytest.mark.parametrize(("name", "rows"), [("classes", class_rows), ("weak", weak_rows)])
def test_tables_of_the_page_are_those_of_the_facts(name, rows):
    assert marked(name) == list(rows())


@pytest.mark.parametrize("line", re.findall(r"^    ytterby (facts .+)$", PAGE, re.MULTILINE))
def test_commands_of_the_page_find_facts(line, capsys):
    assert app(line.split(), result_action="return_value") in (0, None)
    assert re.search(r"\n\s*[1-9]\d* of \d+ facts", capsys.readouterr().out)


def test_python_of_the_page_runs():
    scope = {}
    exec(re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)[1], scope)
    ratio = scope["chemistry"].log_K[1] - scope["chemistry"].log_K[0]
    assert 10**ratio == pytest.approx(scope["factor"])


def test_a_plant_takes_its_own_constant_and_says_so():
    plant = Plant.read(ROOT / "examples" / "magnet-recycling" / "plant.yaml")
    given = float(re.search(r"log_K: \{Pr: (-[\d.]+)\}", PAGE)[1])
    own = plant.with_(**{"dysprosium.log_K.Pr": given}).units["dysprosium"].log_K["Pr"]
    assert (own.value, own.evidence) == (given, "assumed")
    assert "magnet-recycling" in own.source
