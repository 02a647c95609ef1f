"""Resource tax, environmental tax and the refund of VAT on scrap, in China, as of a day."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ytterby.accounts.ruled import SURE, of_rule, verdict
from ytterby.accounts.statement import Line, Statement
from ytterby.facts.rule import Law, Rule, rules, the_rule


def resource_tax(sales: Mapping[str, float], *, on: str, law: Law = None) -> Statement:
    """Resource tax on `sales` [CNY] of light or heavy rare earth concentrate, as a band.

    Provinces set the rate of light rare earths within a band. Keys: ("tax", "light", "low").

    law: the rules that count; the shipped ones when None.
    """
    lines = []
    for item, value in sales.items():
        found = rules("resource tax", law, item=item)
        if not found:
            raise ValueError(f"found item {item!r}, expected light or heavy")
        for rule in found:
            bound = rule.label("bound")
            remark = verdict(rule, on, True, f"{rule.fact.value:.0%} of sales", "")
            applies = rule.on(on).applies
            tax = value * rule.fact.value if applies else math.nan
            label = f"resource tax on {item} concentrate, {bound}est rate"
            lines.append(_levy(("tax", item, bound), label, tax, rule, remark))
    return Statement("Resource tax", tuple(lines))


def environmental_tax(
    outlets: Mapping[str, Mapping[str, float]],
    solids: Mapping[str, float],
    *,
    on: str,
    law: Law = None,
) -> Statement:
    """Pollutant equivalents of each outlet of water, and the tax on them and on solids.

    outlets: mass by pollutant [kg] by outlet. solids: mass that is not stored or used as rules ask,
    by kind [t]. Of each class only those with most equivalents count: five of class 1, three of
    the others. Keys: ("equivalents", outlet, pollutant), ("tax", outlet, "low"), ("tax", kind).

    law: the rules that count; the shipped ones when None.
    """
    lines: list[Line] = []
    for outlet, masses in outlets.items():
        counted, told = _equivalents(outlet, masses, on, law)
        lines += told
        for bound in ("low", "high"):
            rate = the_rule("environmental tax", law, medium="water", bound=bound)
            remark = verdict(rate, on, True, f"{rate.fact.value:g} CNY per equivalent", "")
            tax = counted * rate.fact.value if rate.on(on).applies else math.nan
            label = f"tax on {outlet}, {bound}est rate"
            lines.append(_levy(("tax", outlet, bound), label, tax, rate, remark))
    for kind, mass in solids.items():
        found = rules("environmental tax", law, medium="solid", item=kind)
        if not found:
            known = ", ".join(
                r.label("item") for r in rules("environmental tax", law, medium="solid")
            )
            raise ValueError(f"found solid {kind!r}, expected one of {known}")
        remark = verdict(found[0], on, True, f"{found[0].fact.value:g} CNY per tonne", "")
        tax = mass * found[0].fact.value if found[0].on(on).applies else math.nan
        lines.append(_levy(("tax", kind), f"tax on {kind}", tax, found[0], remark))
    return Statement("Environmental protection tax", tuple(lines))


def _equivalents(
    outlet: str, masses: Mapping[str, float], on: str, law: Law
) -> tuple[float, list[Line]]:
    """(equivalents that count, a line for each pollutant)."""
    by_class: dict[str, list[float]] = {}
    lines = []
    for pollutant, mass in masses.items():
        found = rules("pollutant equivalent", law, parameter=pollutant)
        key, label = ("equivalents", outlet, pollutant), f"{pollutant} in {outlet}, equivalents"
        if not found:
            reason = "no mass of one equivalent was read for it"
            lines.append(Line(key, label, None, "-", missing=reason))
            continue
        number = mass / found[0].fact.value
        by_class.setdefault(found[0].label("class"), []).append(number)
        remark = f"{found[0].fact.value:g} kg each ({found[0].on(on).text})"
        lines.append(of_rule(key, label, number, "-", found[0], remark))
    counted = 0.0
    for name, numbers in by_class.items():
        most = the_rule("pollutants counted", law, **{"class": name})
        counted += sum(sorted(numbers, reverse=True)[: round(most.fact.value)])
    return counted, lines


def refund(listed: float, uncertainty: float, vat: float, *, on: str, law: Law = None) -> Statement:
    """Whether a recycler may be refunded VAT, and how much of it.

    listed: share of the feed from listed resources [-], with one standard `uncertainty` [-]. vat:
    paid [CNY]. Keys: ("listed",), ("refund",).

    law: the rules that count; the shipped ones when None.
    """
    asked = the_rule("vat refund", law, part="feed")
    rate = the_rule("vat refund", law, part="rate")
    gap = listed - asked.fact.value
    met = None if abs(gap) <= SURE * uncertainty else gap > 0
    remark = verdict(asked, on, met, "eligible", "not eligible")
    sum_ = vat * rate.fact.value if met and rate.on(on).applies else math.nan
    share = of_rule(("listed",), f"listed feed, ± {uncertainty:.2g}", listed, "-", asked, remark)
    told = verdict(rate, on, True, f"{rate.fact.value:.0%} of VAT", "")
    return Statement("Refund of VAT", (share, _levy(("refund",), "refund", sum_, rate, told)))


def reverse_invoices(paid: Mapping[str, float], *, on: str, law: Law = None) -> Statement:
    """Room left for invoices made out for natural persons, by seller.

    paid: to each in the last twelve months, without VAT [CNY]. Keys: ("room", seller).

    law: the rules that count; the shipped ones when None.
    """
    cap = the_rule("reverse invoice", law)
    lines = []
    for seller, value in paid.items():
        left = cap.fact.value - value
        remark = verdict(cap, on, left >= 0, "within the cap", "beyond the cap")
        label = f"left for {seller} in twelve months"
        lines.append(of_rule(("room", seller), label, left, "CNY", cap, remark))
    return Statement("Reverse invoices", tuple(lines))


def _levy(key: tuple[str, ...], label: str, value: float, rule: Rule, remark: str) -> Line:
    if math.isnan(value):
        return Line(key, label, None, "CNY", missing=f"not told: {remark}", facts=(rule.name,))
    return of_rule(key, label, value, "CNY", rule, remark)
