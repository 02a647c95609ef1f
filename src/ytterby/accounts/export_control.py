"""Which items of Chinese export control a product matches on a day."""

from __future__ import annotations

from collections.abc import Mapping

from ytterby.accounts.ruled import of_rule, verdict
from ytterby.accounts.statement import Line, Statement
from ytterby.facts.rule import Law, rules


def forms(law: Law = None) -> tuple[str, ...]:
    """Forms that are listed: metal, alloy, target, oxide, compound, magnet.

    law: the rules that count; the shipped ones when None.
    """
    return tuple(dict.fromkeys(rule.label("form") for rule in rules("export control", law)))


def export_control(form: str, assay: Mapping[str, float], *, on: str, law: Law = None) -> Statement:
    """The listed items that a product of a `form` matches by what it contains, as of a day.

    assay: mass share of each element [-]; any content matches, since no lower bound was read.
    Alloys are listed by composition; this matches any alloy of a listed element, for a person to
    check. on: ISO date. Keys: ("item", "Dy"). Raises ValueError for a form that is not listed.

    law: the rules that count; the shipped ones when None.
    """
    if form not in forms(law):
        raise ValueError(f"found form {form!r}, expected one of {', '.join(forms(law))}")
    lines = []
    for rule in rules("export control", law, form=form):
        element = rule.label("element")
        share = assay.get(element, 0.0)
        if share > 0:
            remark = f"{rule.says}: " + verdict(rule, on, True, "licence needed", "")
            label = f"{element} in {form}, item {rule.label('code')}"
            lines.append(of_rule(("item", element), label, share, "-", rule, remark))
    if not lines:
        text = "no listed element in it, or not in this form"
        lines.append(Line.of(("items",), "listed items", 0.0, "-", remark=text))
    return Statement("Export control", tuple(lines))
