"""How sure the main figures are, and which facts move them most."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ytterby.accounts import Line, changes, not_linear, share_resting_on, spread
from ytterby.app.accounts_figures import movers_svg
from ytterby.app.books import Books
from ytterby.app.report_accounts import figure, with_uncertainty
from ytterby.app.report_headline import headline_lines
from ytterby.app.report_weight import fact_value
from ytterby.app.show import percent
from ytterby.facts import Fact

_MOST_BARS = 10
_MOST_NAMED = 3


def main_lines(books: Books) -> list[Line]:
    """The figures that decide: purity and recovery of products, money, greenhouse gases."""
    found = headline_lines(books.recovery)
    if books.cost is not None:
        found += [books.cost.line(key) for key in ("margin", "net present value")]
    if books.carbon is not None:
        found.append(books.carbon.line("total"))
        found += [
            line for line in books.carbon.about("footprint of oxide") if line.key[2] == "mass"
        ]
    return [line for line in found if line.value is not None]


def uncertainties(books: Books) -> list[dict[str, str]]:
    """For each main figure: value, standard uncertainty and why it is none, weakest class, what
    moves it most."""
    rows = []
    for line in main_lines(books):
        moved = list(changes(line, books.facts))
        share = share_resting_on(["assumed"], line, books.facts)
        rows.append(
            {
                "label": _title(line),
                "value": figure(line),
                "spread": with_uncertainty(line, books),
                "doubt": not_linear(line, books.facts),
                "relative": percent(spread(line, books.facts) / abs(line.value or 1.0)),
                "evidence": line.evidence or "",
                "assumed": percent(share) if moved else "",
                "movers": ", ".join(fact.name for fact in moved[:_MOST_NAMED]),
            }
        )
    return rows


def drawing(books: Books) -> str:
    """The command that draws what the main figures may be, instead of the first order."""
    words = ["ytterby sweep PLANT --facts"]
    if books.money is not None:
        words.append(f"--place {books.money.place}")
    if books.climate is not None:
        words.append(f"--grid {books.climate.grid.name.rpartition('.')[2]}")
    if len(words) > 1:
        words.append("--account-facts")
    return " ".join([*words, '--unstated "10 %"'])


def _title(line: Line) -> str:
    first = line.key[0]
    if first == "footprint of oxide":
        return f"footprint of {line.key[1]}, per oxide"
    return {"total": "greenhouse gases", "margin": "margin"}.get(first, line.label)


def tornadoes(books: Books) -> list[dict[str, Any]]:
    """What moves money and greenhouse gases most: a figure, and the facts behind its bars."""
    lines = [line for line in main_lines(books) if line.unit != "-"]
    return [_tornado(line, books) for line in lines if line.movers]


def _tornado(line: Line, books: Books) -> dict[str, Any]:
    moved = list(changes(line, books.facts).items())[:_MOST_BARS]
    unit = "" if line.unit == "-" else f" [{line.unit}]"
    title = f"Change of {_title(line)}{unit}"
    return {
        "title": _title(line),
        "value": figure(line),
        "spread": with_uncertainty(line, books),
        "picture": Markup(movers_svg(title, [(fact.name, change) for fact, change in moved])),
        "facts": [_fact(fact) for fact, _ in moved],
    }


def _fact(fact: Fact) -> dict[str, str]:
    return {
        "name": fact.name,
        "value": fact_value(fact),
        "evidence": fact.evidence,
        "source": fact.source,
    }
