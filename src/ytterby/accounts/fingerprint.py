"""Does the measured distribution of rare earths fit the feed class that was declared?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scipy.stats import norm

from ytterby.accounts.ruled import of_rule
from ytterby.accounts.statement import Line, Statement
from ytterby.chemistry import RARE_EARTHS, oxide_factor
from ytterby.facts.rule import Law, Rule, rules

SUSPICIOUS = 0.01
"""Probability by chance below which a distribution does not fit [-]."""


def classes(law: Law = None) -> tuple[str, ...]:
    """Feed classes of which bounds are known.

    law: the rules that count; the shipped ones when None.
    """
    return tuple(dict.fromkeys(rule.label("class") for rule in rules("feed fingerprint", law)))


def fingerprint(
    assay: Mapping[str, tuple[float, float]], declared: str, law: Law = None
) -> Statement:
    """The chance that an assay meets every bound of its declared class, and which others it meets.

    assay: (mass share, standard uncertainty) of each rare earth [-], errors independent. declared:
    feed class. Bounds are on shares of the rare earth oxides; the uncertainty of a share s = u / t
    of oxides follows to first order. An element that was not analysed leaves its bounds undecided.
    Keys: ("fits", class), ("bound", "La+Ce", "max"). Raises ValueError for an unknown class.

    law: the rules that count; the shipped ones when None.
    """
    if declared not in classes(law):
        raise ValueError(
            f"found feed class {declared!r}, of which no bounds are known; expected one of "
            f"{', '.join(classes(law))}"
        )
    bounds = [_bound(assay, rule) for rule in rules("feed fingerprint", law, **{"class": declared})]
    lines = [_summary(assay, declared, law), *bounds]
    others = [name for name in classes(law) if name != declared]
    lines += [_summary(assay, name, law) for name in others]
    return Statement("Feed fingerprint", tuple(lines))


def chance(assay: Mapping[str, tuple[float, float]], rule: Rule) -> tuple[float, float]:
    """(share of the oxides that a bound is on, chance that it is on the right side) [-].

    Both NaN where one of its elements was not analysed.
    """
    wanted = rule.label("elements").split("+")
    oxides = {e: oxide_factor(e) for e in assay if e in RARE_EARTHS}
    if any(e not in oxides for e in wanted) or not oxides:
        return math.nan, math.nan
    total = sum(assay[e][0] * factor for e, factor in oxides.items())
    if total <= 0:
        return math.nan, math.nan
    share = sum(assay[e][0] * oxides[e] for e in wanted) / total
    slopes = {e: (float(e in wanted) - share) * factor / total for e, factor in oxides.items()}
    spread = math.sqrt(sum((slopes[e] * assay[e][1]) ** 2 for e in oxides))
    side = 1 if rule.label("bound") == "min" else -1
    margin = side * (share - rule.fact.value)
    if spread == 0:
        return share, float(margin >= 0)
    return share, float(norm.cdf(margin / spread))


def _bound(assay: Mapping[str, tuple[float, float]], rule: Rule) -> Line:
    share, right = chance(assay, rule)
    elements, side = rule.label("elements"), rule.label("bound")
    limit = f"at {'most' if side == 'max' else 'least'} {rule.fact.value:.0%} of REO"
    remark = f"{limit}: {rule.says}" + ("" if right >= SUSPICIOUS else "; does not fit")
    label = f"{elements} of the rare earth oxides"
    if math.isnan(share):
        remark = f"{limit}; {elements} was not analysed"
    return of_rule(("bound", elements, side), label, share, "-", rule, remark)


def _summary(assay: Mapping[str, tuple[float, float]], name: str, law: Law) -> Line:
    """The least chance among the bounds of a class; undecided ones are left to the others."""
    of_class = rules("feed fingerprint", law, **{"class": name})
    told = [(right, rule) for rule in of_class if not math.isnan(right := chance(assay, rule)[1])]
    if not told:
        reason = "none of the elements that tell were analysed"
        return Line(("fits", name), f"fits {name}", None, "-", missing=reason)
    worst, rule = min(told, key=lambda pair: pair[0])
    remark = "fits" if worst >= SUSPICIOUS else f"does not fit: {rule.says}"
    return of_rule(("fits", name), f"chance that it fits {name}", worst, "-", rule, remark)
