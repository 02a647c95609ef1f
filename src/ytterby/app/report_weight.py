"""What weighs on the results: the facts that move them, and all facts by evidence class."""

from __future__ import annotations

from typing import Any

from ytterby.accounts import Line, Statement, spread
from ytterby.app.report_headline import headline_lines, points, with_spread
from ytterby.app.show import significant
from ytterby.balance import Balance
from ytterby.facts import EVIDENCE, Fact

_MOST_MOVERS = 6
_LEAST_MOVE = 1e-5
"""Changes of a share smaller than this are not listed [-]."""


def fact_value(fact: Fact) -> str:
    """The value of a fact with its uncertainty and unit, for a table."""
    unit = "" if fact.unit == "-" else f" {fact.unit}"
    uncertainty = f" ± {fact.uncertainty:.2g}" if fact.uncertainty is not None else ""
    return f"{fact.value:.6g}{uncertainty}{unit}"


def movers(balance: Balance, statement: Statement) -> list[dict[str, Any]]:
    """For each main result the facts that move it most, the same fact in several units once."""
    return [_moved(balance, line) for line in headline_lines(statement) if line.movers]


def _moved(balance: Balance, line: Line) -> dict[str, Any]:
    changes: dict[Fact, float] = {}
    users: dict[Fact, list[str]] = {}
    for key, change in line.movers:
        fact = balance.facts[key]
        changes[fact] = changes.get(fact, 0.0) + change
        users.setdefault(fact, []).append(key.partition(".")[0])
    main = [
        f for f in sorted(changes, key=lambda f: -abs(changes[f])) if abs(changes[f]) >= _LEAST_MOVE
    ]
    largest = abs(changes[main[0]]) if main else 1.0
    value, _ = with_spread(line, balance)
    return {
        "label": line.label,
        "value": value,
        "spread": points(spread(line, balance.facts)),
        "rows": [
            {
                "fact": fact,
                "value": fact_value(fact),
                "units": ", ".join(dict.fromkeys(users[fact])),
                "change": _signed(changes[fact]),
                "rising": changes[fact] > 0,
                "width": f"{100 * abs(changes[fact]) / largest:.0f}",
            }
            for fact in main[:_MOST_MOVERS]
        ],
    }


def _signed(share: float) -> str:
    """A change of a share [-] in percentage points with its sign."""
    return f"{'+' if share > 0 else '−'}{significant(abs(100 * share), 2)}"


def facts_by_class(balance: Balance) -> list[dict[str, Any]]:
    """The facts that move anything, the weakest class first; all facts where nobody knows.

    Each class: name, rows of (fact, value, units that use it).
    """
    users: dict[Fact, list[str]] = {}
    for key, fact in balance.facts.items():
        if key in balance.responses or not balance.responses:
            users.setdefault(fact, []).append(key.partition(".")[0])
    classes = []
    for evidence in reversed(EVIDENCE):
        rows = [
            {"fact": fact, "value": fact_value(fact), "units": ", ".join(dict.fromkeys(units))}
            for fact, units in sorted(users.items(), key=lambda item: item[0].name)
            if fact.evidence == evidence
        ]
        if rows:
            classes.append({"name": evidence, "rows": rows})
    return classes
