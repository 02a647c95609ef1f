"""What a statement rests on: the facts that move each line, and how far they may move it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from ytterby.accounts.statement import Line, Statement, weaker
from ytterby.balance import Balance
from ytterby.facts import Evidence, Fact, weakest
from ytterby.plant.responses import step_of

NEGLIGIBLE = 1e-9
"""Change of a value, relative to the value, below which a fact does not count as moving it [-].

Responses are differences of solved plants, so a fact without influence shows up as round-off.
"""

_BENT = 0.1
"""Part of the spread of a line that may be left out by taking it as straight [-]."""

Account = Callable[[Balance], Statement]


def attribute(account: Account, balance: Balance) -> Statement:
    """What `account` says of `balance`, each line with the facts that move it and its evidence.

    The account is drawn up again on the first-order balance of every fact in
    `balance.responses`. Masses that the first order would make negative count as zero; what an
    account reads off species and stage profiles (sizes, heat, acidity) stays as it is. Where a
    balance holds no responses, every line is taken to rest on every fact.
    """
    statement = account(balance)
    if not balance.responses:
        evidence = weakest(tuple(balance.facts.values()))
        return replace(
            statement,
            lines=tuple(
                replace(
                    line,
                    facts=(*line.facts, *balance.facts),
                    evidence=weaker(line.evidence, evidence if balance.facts else None),
                )
                for line in statement.lines
            ),
        )
    # The plant answers along straight lines, so a step down would tell little more.
    shifted = {fact: account(_shifted(balance, fact)) for fact in balance.responses}
    return _with_movers(statement, shifted, {}, balance.facts)


def weigh(
    statement: Statement, redraw: Callable[[Fact], Statement], facts: Iterable[Fact]
) -> Statement:
    """`statement` with what facts of the account itself, such as prices, move as well.

    redraw: draws the account up with one fact changed. facts: those to move, each by one standard
    uncertainty or a tenth of its value, up and down; in `Line.movers` they stand by their own name.
    """
    told = {fact.name: fact for fact in facts if step_of(fact)}
    up, down = (
        {
            name: redraw(replace(fact, value=fact.value + way * step_of(fact)))
            for name, fact in told.items()
        }
        for way in (1, -1)
    )
    return _with_movers(statement, up, down, told)


def _shifted(balance: Balance, fact: str) -> Balance:
    moved = balance.shifted(fact)
    return replace(moved, masses=np.maximum(moved.masses, 0.0))


Values = Mapping[tuple[str, ...], float | None]
"""Value of each line, by its key."""


def _with_movers(
    statement: Statement,
    up: Mapping[str, Statement],
    down: Mapping[str, Statement],
    facts: Mapping[str, Fact],
) -> Statement:
    """up: the statement with each fact one step higher, by the key the fact goes by. down: with
    some of them one step lower."""
    shifted = {
        name: (_values(higher), _values(down[name]) if name in down else {})
        for name, higher in up.items()
    }
    return replace(
        statement, lines=tuple(_attributed(line, shifted, facts) for line in statement.lines)
    )


def _values(statement: Statement) -> Values:
    return {line.key: line.value for line in statement.lines}


def _attributed(
    line: Line, shifted: Mapping[str, tuple[Values, Values]], facts: Mapping[str, Fact]
) -> Line:
    if line.value is None:
        return line
    least = NEGLIGIBLE * abs(line.value)
    movers, bends = [], []
    for fact, values in shifted.items():
        higher, lower = (one.get(line.key) for one in values)
        if higher is not None and abs(higher - line.value) > least:
            movers.append((fact, higher - line.value))
        if higher is not None and lower is not None:
            bend = (higher + lower) / 2 - line.value
            if abs(bend) > least:
                bends.append((fact, bend))
    keys = tuple(fact for fact, _ in movers)
    moving = weakest(tuple(facts[key] for key in keys if key in facts)) if keys else None
    movers = sorted((*line.movers, *movers), key=lambda mover: (-abs(mover[1]), mover[0]))
    return replace(
        line,
        facts=tuple(dict.fromkeys((*line.facts, *keys))),
        evidence=weaker(line.evidence, moving),
        movers=tuple(movers),
        bends=(*line.bends, *bends),
    )


def spread(line: Line, facts: Mapping[str, Fact]) -> float:
    """One standard uncertainty of `line` [its unit], to first order.

    s^2 = sum over facts of (sum over the units that use the fact of the change)^2: different
    facts are taken as independent, one fact in several units as one. facts: by the keys of
    `Line.movers`: `Balance.facts`, and those of the account by name where they were weighed.
    """
    return math.sqrt(sum(change**2 for change in changes(line, facts).values()))


def bend(line: Line, facts: Mapping[str, Fact]) -> float:
    """What straight lines leave out of `line`, for one standard uncertainty of each fact [-].

    The line is drawn up with each fact of the account a step up and a step down; their mean less
    the value is what it bends by, and those of all facts, as the root of the sum of their squares,
    are set against `spread`. Positive where what is left out lies above the value, negative below.
    Bends and kinks of the plant itself, whose answer is to first order, are not seen.
    """
    together: dict[Fact, float] = {}
    for key, change in line.bends:
        together[facts[key]] = together.get(facts[key], 0.0) + change
    size = math.sqrt(sum(change**2 for change in together.values()))
    straight = spread(line, facts)
    return math.copysign(size / straight, sum(together.values())) if straight > 0 else 0.0


def not_linear(line: Line, facts: Mapping[str, Fact]) -> str:
    """Why `spread` is no good measure of how far `line` may lie off, or nothing."""
    if line.value is None:
        return ""
    straight, bent = spread(line, facts), bend(line, facts)
    if abs(bent) > _BENT:
        return f"more lies {'above' if bent > 0 else 'below'}"
    if line.unit == "-" and 0 <= line.value <= 1 and line.value + straight > 1:
        return "more lies below: 100 % is the end"
    return "larger than the value" if straight > abs(line.value) else ""


def share_resting_on(classes: Iterable[Evidence], line: Line, facts: Mapping[str, Fact]) -> float:
    """Share of the variance of `line` that comes from facts of these `classes` [-].

    facts: as `spread` takes them. 0 where nothing moves the line.
    """
    classes = set(classes)
    variances = {fact: change**2 for fact, change in changes(line, facts).items()}
    total = sum(variances.values())
    weak = sum(v for fact, v in variances.items() if fact.evidence in classes)
    return weak / total if total > 0 else 0.0


def changes(line: Line, facts: Mapping[str, Fact]) -> dict[Fact, float]:
    """Change of `line` [its unit] for one step of each fact, all its places together."""
    found: dict[Fact, float] = {}
    for key, change in line.movers:
        found[facts[key]] = found.get(facts[key], 0.0) + change
    return dict(sorted(found.items(), key=lambda one: (-abs(one[1]), one[0].name)))
