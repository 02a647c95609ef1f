"""10 USC 4872: where the material of a magnet was mined, refined, separated, melted, sintered."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.accounts.ruled import of_rule, verdict
from ytterby.accounts.statement import Line, Statement
from ytterby.facts.rule import Law, Rule, rules, the_rule

Origins = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Share by country [-] by stage by element: {"Dy": {"mined": {"MM": 0.7, "AU": 0.3}}}."""
UNKNOWN = "unknown"
"""The country of what nobody declared."""
_ROUNDING = 1e-9
"""Shares below this are round-off of a trace [-]."""


def magnet_origin(
    origins: Origins,
    *,
    on: str,
    milled_and_sintered_in: str = "",
    recycled: bool = False,
    law: Law = None,
) -> Statement:
    """The share of each element from a barred country at each stage, and what follows on a day.

    origins: see Origins; what is missing to 1, or a stage that is not named, is unknown.
    milled_and_sintered_in: country, for the exception of recycled material. recycled: whether the
    magnet is NdFeB wholly from recycled material. on: ISO date. Keys: ("barred", "Dy", "mined"),
    ("verdict",): 1 where it may be delivered, 0 where not, none where that is undecided.

    law: the rules that count; the shipped ones when None.
    """
    lines, verdicts = [], []
    for rule in rules("magnet origin", law):
        stage = rule.label("stage")
        barred = rule.label("countries").split()
        for element, stages in origins.items():
            shares = stages.get(stage, {})
            bad = sum(share for country, share in shares.items() if country in barred)
            named = sum(share for country, share in shares.items() if country != UNKNOWN)
            unknown = max(1 - named, 0.0)
            met = False if bad > _ROUNDING else None if unknown > _ROUNDING else True
            label = f"{element} {stage} in a barred country"
            remark = verdict(rule, on, met, "none", "barred")
            if met is None:
                remark = f"{unknown:.0%} of unknown origin; " + remark
            key = ("barred", element, stage)
            lines.append(of_rule(key, label, bad, "-", rule, remark))
            applies = rule.on(on).applies
            verdicts.append(met if applies else None if applies is None else True)
    exempt = _exemption(on, milled_and_sintered_in, recycled, law)
    return Statement(
        "Origin of magnet material (10 USC 4872)", (_overall(verdicts, exempt), *lines)
    )


def _exemption(on: str, country: str, recycled: bool, law: Law) -> Rule | None:
    rule = the_rule("magnet origin exception", law)
    there = recycled and country == rule.label("country")
    return rule if there and rule.on(on).applies else None


def _overall(verdicts: list[bool | None], exempt: Rule | None) -> Line:
    key, label = ("verdict",), "may be delivered"
    if exempt is not None:
        remark = f"indicative: exempt, {exempt.says} ({exempt.instrument})"
        return of_rule(key, label, 1.0, "-", exempt, remark)
    if not verdicts:
        return Line(key, label, None, "-", missing="no element of the magnet has an origin")
    if False in verdicts:
        return Line.of(key, label, 0.0, "-", remark="material from a barred country")
    if None in verdicts:
        return Line(key, label, None, "-", missing="undecided: an origin or a rule is not known")
    remark = "no material from a barred country, as far as origins were declared"
    return Line.of(key, label, 1.0, "-", remark=remark)
