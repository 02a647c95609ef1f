"""Lines that rest on a rule of law as of a day, and say what is not known of it."""

from __future__ import annotations

from ytterby.accounts.statement import Line
from ytterby.facts.rule import Rule

NOT_ADVICE = "an account as of a day, not legal advice"
SURE = 2.0
"""Standard uncertainties beyond which a difference is more than chance [-]."""


def verdict(rule: Rule, day: str, met: bool | None, yes: str, no: str) -> str:
    """What a rule says on `day` [ISO date]: `yes` or `no`, indicative where its text was not read.

    met: whether what it asks for is so; None where that cannot be told.
    """
    status = rule.on(day)
    if status.applies is None:
        return f"undecided: {rule.instrument}, {status.text}"
    if not status.applies:
        return f"does not apply: {rule.instrument}, {status.text}"
    if met is None:
        return f"undecided ({rule.instrument}, {status.text})"
    words = yes if met else no
    return f"{'' if rule.verified else 'indicative: '}{words} ({rule.instrument}, {status.text})"


def of_rule(
    key: tuple[str, ...], label: str, value: float, unit: str, rule: Rule, remark: str
) -> Line:
    """The line with `value` [unit] that rests on the number or the evidence of a rule."""
    basis = () if rule.value is None else (rule.fact,)
    line = Line.of(key, label, value, unit, remark=remark, basis=basis)
    if basis or line.value is None:
        return line
    return Line(
        key, label, line.value, unit, facts=(rule.name,), evidence=rule.evidence, remark=remark
    )
