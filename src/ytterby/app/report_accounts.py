"""Money, greenhouse gases and water of the report: plain rows and figures from the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from ytterby.accounts import RULES, Line, Statement, not_linear, spread
from ytterby.app.accounts_figures import carbon_waterfall, cost_waterfall
from ytterby.app.books import Books
from ytterby.app.show import ALWAYS_IN_PERCENT, UNKNOWN, grand, percent, significant

_SCOPES = {
    "scope 1": "Scope 1: from the plant itself",
    "scope 2": "Scope 2: electricity",
    "scope 3": "Scope 3: making of what is bought",
}
_BAD = ("exceeded", "indicative: beyond", "undecided", "indicative: undecided")
_CLOSE = ("close to the limit", "indicative: close")
_GRAVITY = (*_BAD, *_CLOSE, "indicative: within", "compliant")


def figure(line: Line) -> str:
    """The value of a line with its unit: "4.14 M USD/year", "73.4 %", "1.36 year"."""
    if line.value is None:
        return UNKNOWN
    if line.unit == "-":
        if not _in_percent(line):
            return significant(line.value)
        return percent(line.value) if line.value >= 0 else f"-{percent(-line.value)}"
    return f"{grand(line.value)} {line.unit}"


def _in_percent(line: Line) -> bool:
    """Whether a line without a unit is told in per cent: a share, or one that is always so told."""
    return line.key[0] in ALWAYS_IN_PERCENT or abs(line.value or 0.0) < 1


def with_uncertainty(line: Line, books: Books) -> str:
    """One standard uncertainty: "± 1.6 M"; nothing where nothing moves the line."""
    value = spread(line, books.facts)
    if not value or line.value is None:
        return ""
    doubt = ", not linear" if not_linear(line, books.facts) else ""
    if line.unit != "-":
        return f"± {grand(float(f'{value:.1e}'), 2)}{doubt}"
    told = f"{significant(100 * value, 2)} %" if _in_percent(line) else f"{value:.2g}"
    return f"± {told}{doubt}"


def row(line: Line) -> dict[str, str]:
    """A line as a table shows it."""
    value = UNKNOWN if line.value is None else grand(line.value)
    if line.value is not None and line.unit == "-":
        value = figure(line)
    return {
        "label": line.label,
        "value": value,
        "unit": "" if line.unit == "-" else line.unit,
        "evidence": line.evidence or "",
        "remark": line.missing or line.remark,
    }


def money(books: Books) -> dict[str, Any] | None:
    """What it costs and earns: waterfall, yearly lines, capital, cost of each product."""
    if books.cost is None or books.capital is None or books.money is None:
        return None
    cost = books.cost
    yearly = ("sell", "revenue", "buy", "energy", "labour", "administration", "quality-assurance")
    yearly = (*yearly, "maintenance", "taxes-and-insurance", "dispose", "operating", "margin")
    returns = ("capital", "net present value", "internal rate of return", "payback")
    return {
        "place": books.money.place,
        "year": books.money.year,
        "waterfall": Markup(cost_waterfall(cost)),
        "yearly": _rows(cost, yearly),
        "returns": _rows(cost, (*returns, "minimum price")),
        "separation": _rows(cost, ("mixed oxide", "separation gain", "separation cost")),
        "capital": [row(line) for line in books.capital.lines if line.key[:1] != ("returned",)],
        "products": _by_rule(cost, "unit cost"),
        "rules": RULES,
    }


def _rows(statement: Statement, starts: Sequence[str]) -> list[dict[str, str]]:
    """Lines in the order of `starts`, by the first word of their key."""
    return [row(line) for start in starts for line in statement.lines if line.key[0] == start]


def _by_rule(statement: Statement, start: str) -> list[dict[str, Any]]:
    """One row for each product: its name, and the figure under every rule."""
    names = dict.fromkeys(line.key[1] for line in statement.about(start) if len(line.key) > 2)
    return [
        {"name": name, "cells": [significant(statement.value(start, name, rule)) for rule in RULES]}
        for name in names
        if name != "all"
    ]


def climate(books: Books) -> dict[str, Any] | None:
    """Greenhouse gases: waterfall, lines by scope, footprints under every rule, completeness."""
    if books.carbon is None or books.climate is None:
        return None
    statement = books.carbon
    kept = [line for line in statement.lines if line.value is None or line.value]
    return {
        "region": books.climate.region,
        "gwp": books.climate.gwp.upper(),
        "waterfall": Markup(carbon_waterfall(statement)),
        "scopes": [
            {"name": name, "rows": [row(line) for line in kept if line.key[0] == scope]}
            for scope, name in _SCOPES.items()
        ],
        "sums": _rows(statement, ("total", "completeness", "subdivided", "not emitted")),
        "origins": _rows(statement, ("of it from",)),
        "products": _by_rule(statement, "footprint"),
        "oxides": _by_rule(statement, "footprint of oxide"),
        "rules": RULES,
    }


def water(books: Books) -> dict[str, Any] | None:
    """Discharge against the law, the worst first, and activities of solids."""
    if books.effluent is None or books.radioactivity is None:
        return None
    used = [line for line in books.effluent.about("used") if line.value is not None]
    used.sort(key=lambda line: (_GRAVITY.index(verdict_of(line)), -(line.value or 0.0)))
    rays = [row(line) for line in books.radioactivity.lines if line.value is not None]
    instruments = dict.fromkeys(limit.label("instrument") for limit in books.law)
    return {
        "used": [_used(line) for line in used],
        "water": [row(line) for line in books.effluent.about("water")],
        "concentrations": [
            row(line) for line in books.effluent.about("concentration") if line.value
        ],
        "activities": rays,
        "instruments": list(instruments),
        "unfollowed": _parameters((*books.effluent.missing, *books.radioactivity.missing)),
        "unknown": not_known((*books.effluent.missing, *books.radioactivity.missing)),
        "read": sum(limit.verified for limit in books.law),
        "limits": len(books.law),
    }


def verdict_of(line: Line) -> str:
    """What the law says of a line of the effluent: "exceeded", "indicative: within"."""
    return line.remark.partition("; ")[0]


def _used(line: Line) -> dict[str, str]:
    verdict, _, cause = line.remark.partition("; ")
    share = line.value or 0.0
    return {
        "label": line.label,
        "share": _share(line.label, share),
        "width": f"{100 * min(share, 1.0):.0f}",
        "verdict": verdict,
        "state": state_of(verdict),
        "cause": cause,
    }


def _parameters(lines: Iterable[Line]) -> str:
    """What lines are about, each once: "As, Cd, Th+U"."""
    named = (line.label for line in lines if not line.label.startswith("activity of "))
    return ", ".join(sorted({label.partition(" in ")[0] for label in named}))


def _share(label: str, share: float) -> str:
    """Share of a limit; acidity is told by its own figure, not as a share."""
    if label.startswith("pH"):
        return ""
    return percent(share) if share < 1 else f"{significant(100 * share)} %"


def state_of(verdict: str) -> str:
    """good, fair or bad, for its colour; an indication is never good."""
    if verdict in _BAD:
        return "bad"
    return "good" if verdict == "compliant" else "fair"


def not_known(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """(reason, what could not be told for it), each parameter and place once."""
    reasons: dict[str, list[str]] = {}
    for line in lines:
        reasons.setdefault(line.missing, []).append(line.label.partition(", of at ")[0])
    return [(reason, ", ".join(dict.fromkeys(labels))) for reason, labels in reasons.items()]
