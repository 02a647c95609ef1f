"""US 45X: the chance that a product is pure enough, given how well it was analysed."""

from __future__ import annotations

from scipy.stats import norm

from ytterby.accounts.ruled import of_rule, verdict
from ytterby.accounts.statement import Line, Statement
from ytterby.facts.rule import Law, Rule, rules, the_rule

LIKELY = 0.95
"""Chance above which a gate counts as passed, and below whose complement as failed [-]."""


def purity_gate(
    form: str,
    element: str,
    purity: float,
    uncertainty: float,
    *,
    cost: float,
    on: str,
    law: Law = None,
) -> Statement:
    """Chance that `purity` meets the gate of a form, and the credit that follows on a day.

        P = Phi((purity - gate) / uncertainty)

    form: such as "Nd oxide", "NdPr oxide" or "Tb metal"; where the form has no gate of its own,
    that of the element in any form counts. purity: by mass [-], with one standard `uncertainty`
    [-]. cost: of production [USD]. on: ISO date of production. The expected credit is chance x rate
    x phase x cost. Keys: ("chance",), ("credit",). Raises ValueError for what has no gate.

    law: the rules that count; the shipped ones when None.
    """
    gate = _gate(form, element, law)
    margin = purity - gate.fact.value
    chance = float(norm.cdf(margin / uncertainty)) if uncertainty > 0 else float(margin >= 0)
    met = True if chance >= LIKELY else False if chance <= 1 - LIKELY else None
    remark = f"gate {gate.fact.value:.5g}: " + verdict(gate, on, met, "passes", "fails")
    label = f"chance that {form} of {purity:.5g} ± {uncertainty:.2g} is pure enough"
    line = of_rule(("chance",), label, chance, "-", gate, remark)
    return Statement("Purity gate 45X", (line, _credit(chance, cost, gate, on, law)))


def _gate(form: str, element: str, law: Law) -> Rule:
    found = rules("purity gate", law, form=form) or rules(
        "purity gate", law, element=element, form="any"
    )
    if not found:
        known = ", ".join(
            r.label("form") for r in rules("purity gate", law) if r.label("form") != "any"
        )
        raise ValueError(
            f"found no gate for form {form!r} nor for {element} in any form; forms: {known}"
        )
    return found[0]


def _credit(chance: float, cost: float, gate: Rule, on: str, law: Law) -> Line:
    rate = the_rule("credit rate", law)
    phases = [rule for rule in rules("credit phase", law) if rule.on(on).applies]
    if not phases or not rate.on(on).applies or not gate.on(on).applies:
        reason = f"no credit on {on}: {rate.on(on).text}; gate: {gate.on(on).text}"
        return Line(("credit",), "expected credit", None, "USD", missing=reason)
    value = chance * rate.fact.value * phases[0].fact.value * cost
    remark = f"{phases[0].fact.value:.0%} of {rate.fact.value:.0%} of cost; entity rules not tested"
    return Line.of(
        ("credit",),
        "expected credit",
        value,
        "USD",
        remark=remark,
        basis=(rate.fact, phases[0].fact, gate.fact),
    )
