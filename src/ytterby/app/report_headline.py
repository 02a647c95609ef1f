"""What a plant manager sees first: how sound the balance is, and a card for each product."""

from __future__ import annotations

import math
from typing import Any

from ytterby.accounts import Line, Statement, share_resting_on, spread, together
from ytterby.app.show import hourly, percent, significant
from ytterby.balance import CLOSURE_TOLERANCE, Balance, Finding

MAIN_SHARE = 0.05
"""A rare earth that makes up more of a product than this belongs to what it is made for [-]."""
_LEAST_SPREAD = 1e-5
_MOST_IMPURITIES = 4
_PPM = 1e6
_LEAST_PARTS = 1e-6
_PERCENT_FROM = 1e-2
_GRAVITY = ("error", "warning", "note")


def parts(share: float) -> str:
    """A mass share [-] of an impurity: "1.2 %", "790 ppm", "<1 ppm"."""
    if math.isnan(share) or share <= 0 or share >= _PERCENT_FROM:
        return percent(share)
    return f"{significant(share * _PPM, 2)} ppm" if share >= _LEAST_PARTS else "<1 ppm"


def points(share: float) -> str:
    """A difference of shares [-] in percentage points: "0.07", "1.9"."""
    return significant(100 * share, 2)


def with_spread(line: Line, balance: Balance) -> tuple[str, str]:
    """(value in percent, one standard uncertainty in percentage points or nothing)."""
    if line.value is None:
        return "–", ""
    uncertainty = spread(line, balance.facts)
    return percent(line.value), f"± {points(uncertainty)}" if uncertainty > _LEAST_SPREAD else ""


def main_rare_earths(statement: Statement, product: str) -> list[str]:
    """The rare earths that a product is made for, the largest first."""
    shares = [(line.value or 0.0, line.key[2]) for line in statement.about("purity", product)]
    return [element for share, element in sorted(shares, reverse=True) if share > MAIN_SHARE]


def rare_earth_products(statement: Statement) -> list[str]:
    """The products of which rare earth oxides are a main part, not only a trace."""
    found = []
    for line in statement.about("oxide"):
        flow = statement.line("flow", line.key[1]).value
        if line.value and flow and line.value > MAIN_SHARE * flow:
            found.append(line.key[1])
    return found


def purity_of_main(statement: Statement, product: str) -> Line:
    """How much of the rare earth oxides of a product is what it is made for."""
    main = main_rare_earths(statement, product)
    label = f"{' + '.join(main)} of the rare earth oxides in {product}"
    lines = [statement.line("purity", product, element) for element in main]
    return together(("purity", product), label, lines)


def headline_lines(statement: Statement) -> list[Line]:
    """The results that matter most: purity, and recovery of each main rare earth, by product."""
    found = []
    for product in rare_earth_products(statement):
        found.append(purity_of_main(statement, product))
        found += [
            statement.line("recovery", product, element)
            for element in main_rare_earths(statement, product)
        ]
    return [line for line in found if line.value is not None]


def badges(balance: Balance, statement: Statement) -> list[dict[str, str]]:
    """How sound the balance is, as (state, headline, explanation)."""
    where, element, gap = balance.worst_closure()
    closes = abs(gap) <= CLOSURE_TOLERANCE
    exactly = f"{abs(gap):.0e} of what passes: {element} over {where}"
    badge = [
        {
            "state": "good" if closes else "bad",
            "head": "every element closes" if closes else "does not close",
            "text": f"at worst to {exactly}" if gap else "over every unit, to the last digit",
        },
        _convergence(balance),
        _remarks(balance),
    ]
    return [*badge, _assumptions(balance, statement)]


def _convergence(balance: Balance) -> dict[str, str]:
    failed = [n for n, d in balance.details.items() if getattr(d, "converged", True) is False]
    recycles = sum(
        edge.source in balance.units
        and edge.target in balance.units
        and balance.units.index(edge.target) <= balance.units.index(edge.source)
        for edge in balance.edges
        if edge.source is not None and edge.target is not None
    )
    text = f"{len(balance.units)} units, {recycles} recycles"
    if failed:
        return {"state": "bad", "head": "not converged", "text": f"see {', '.join(failed)}"}
    return {"state": "good", "head": "converged", "text": text}


def _remarks(balance: Balance) -> dict[str, str]:
    counts = {level: sum(f.level == level for f in balance.findings) for level in _GRAVITY}
    told = [f"{n} {level}{'s' if n > 1 else ''}" for level, n in counts.items() if n]
    grave, number = counts["error"] or counts["warning"], len(balance.findings)
    state = "bad" if counts["error"] else "fair" if grave else "good"
    return {
        "state": state,
        "head": f"{number} finding{'s' if number > 1 else ''}" if number else "no findings",
        "text": ", ".join(told) or "nothing to remark",
    }


def _assumptions(balance: Balance, statement: Statement) -> dict[str, str]:
    facts = set(balance.facts.values())
    assumed = sum(fact.evidence == "assumed" for fact in facts)
    shares = [
        share_resting_on(["assumed"], line, balance.facts) for line in headline_lines(statement)
    ]
    text = f"{assumed} of {len(facts)} facts are assumed"
    if not balance.responses:
        return {"state": "fair" if assumed else "good", "head": text, "text": "effect not computed"}
    most = max(shares, default=0.0)
    head = f"{percent(most)} rests on assumptions" if most > 0 else "no result rests on assumptions"
    return {
        "state": "fair" if most > MAIN_SHARE else "good",
        "head": head,
        "text": f"at most, of the uncertainty of purity or recovery, not of money; {text}",
    }


def product_cards(balance: Balance, statement: Statement) -> list[dict[str, Any]]:
    """What each product is: flow, purity, recovery, main impurities."""
    rare = rare_earth_products(statement)
    return [
        _rare_earth_card(balance, statement, line)
        if line.key[1] in rare
        else _other_card(balance, statement, line)
        for line in statement.about("flow")
    ]


def _rare_earth_card(balance: Balance, statement: Statement, flow: Line) -> dict[str, Any]:
    product = flow.key[1]
    main = main_rare_earths(statement, product)
    value, uncertainty = with_spread(purity_of_main(statement, product), balance)
    return {
        "name": product,
        "flow": _hourly(statement.line("oxide", product)),
        "basis": "kg/h rare earth oxides",
        "claim": f"{' + '.join(main)}, share of rare earth oxides",
        "value": value,
        "spread": uncertainty,
        "recoveries": [
            (element, *with_spread(statement.line("recovery", product, element), balance))
            for element in main
        ],
        "impurities": _main_impurities(statement, product, main),
    }


def _main_impurities(statement: Statement, product: str, main: list[str]) -> list[tuple[str, str]]:
    """(element, share): other rare earths of all oxides, other elements of the product's mass."""
    found = [
        (line.value, line.key[2])
        for line in (*statement.about("purity", product), *statement.about("impurity", product))
        if line.value and line.key[2] not in main
    ]
    return [
        (element, parts(share)) for share, element in sorted(found, reverse=True)[:_MOST_IMPURITIES]
    ]


def _other_card(balance: Balance, statement: Statement, flow: Line) -> dict[str, Any]:
    """A product that is not made for its rare earths: what it recovers most of."""
    product = flow.key[1]
    lines = [line for line in statement.about("recovery", product) if (line.value or 0) > 1 / 2]
    solids = [line for line in lines if line.key[2] not in ("H", "O", "N", "Ar", "Cl", "Na", "C")]
    main = sorted(solids, key=lambda line: -(line.value or 0.0))[:_MOST_IMPURITIES]
    return {
        "name": product,
        "flow": _hourly(flow),
        "basis": "kg/h in all",
        "claim": "",
        "value": "",
        "spread": "",
        "recoveries": [(line.key[2], *with_spread(line, balance)) for line in main],
        "impurities": [],
    }


def _hourly(line: Line) -> str:
    return "–" if line.value is None else hourly(line.value)


def findings(balance: Balance) -> list[Finding]:
    """What a reader should know, the gravest first, each once."""
    unique = dict.fromkeys(balance.findings)
    return sorted(unique, key=lambda finding: _GRAVITY.index(finding.level))
