"""The monthly flow statement and the headroom of a quota, in oxide equivalent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.accounts.ruled import of_rule, verdict
from ytterby.accounts.statement import Line, Statement
from ytterby.facts.rule import Law, rules, the_rule

_MONTHS = 12


@dataclass(frozen=True)
class ProductFlow:
    """What happened to one product in a month, all as oxide equivalent [kg]."""

    product: str
    opening: float
    received: float
    made: float
    used: float
    sold: float
    closing: float

    @property
    def unaccounted(self) -> float:
        """Opening and what came, less what went and what is there [kg]."""
        return self.opening + self.received + self.made - self.used - self.sold - self.closing


def monthly_flows(month: str, flows: list[ProductFlow], *, on: str, law: Law = None) -> Statement:
    """The flows of every product in a `month` (2026-10), and when they have to be entered.

    on: ISO date as of which the law counts. Keys: ("sold", product) and so on. Raises ValueError
    for a month that is none.

    law: the rules that count; the shipped ones when None.
    """
    rule = the_rule("flow statement", law)
    remark = verdict(rule, on, True, f"due {_due(month, round(rule.fact.value))}", "")
    for draft in rules("flow statement draft", law):
        remark += f"; {draft.instrument}: {draft.says} ({draft.on(on).text})"
    lines = [of_rule(("products", month), f"products in {month}", len(flows), "-", rule, remark)]
    for flow in flows:
        for name in ("opening", "received", "made", "used", "sold", "closing", "unaccounted"):
            label = f"{name}, {flow.product}, as REO"
            lines.append(Line.of((name, flow.product), label, getattr(flow, name), "kg"))
    return Statement(f"Flow statement {month}", tuple(lines))


def quota_headroom(
    used: Mapping[str, tuple[float, float]], quota: Mapping[str, float], *, on: str, law: Law = None
) -> Statement:
    """What is left of each quota on a day.

    used: (oxide equivalent, standard uncertainty) by what is counted, such as separation [kg].
    quota: what was given for the year [kg]. on: ISO date. Keys: ("headroom", "separation").

    law: the rules that count; the shipped ones when None.
    """
    rule = the_rule("quota", law)
    lines = []
    for name, allowed in quota.items():
        mass, spread = used.get(name, (float("nan"), 0.0))
        left = allowed - mass
        met = None if abs(left) <= 2 * spread else left > 0
        remark = verdict(rule, on, met, "within the quota", "beyond the quota")
        label = f"left of the {name} quota, ± {spread:.3g} kg"
        lines.append(of_rule(("headroom", name), label, left, "kg", rule, remark))
    return Statement("Quota headroom", tuple(lines))


def _due(month: str, day: int) -> str:
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= _MONTHS):
        raise ValueError(f"found month {month!r}, expected one such as 2026-10")
    after = int(year) * _MONTHS + int(number)
    return f"{after // _MONTHS}-{after % _MONTHS + 1:02d}-{day:02d}"
