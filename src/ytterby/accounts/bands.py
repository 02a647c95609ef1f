"""Is a recovery believable? Norms below, and all that went in above."""

from __future__ import annotations

from ytterby.accounts.ruled import SURE, of_rule, verdict
from ytterby.accounts.statement import Statement
from ytterby.facts.rule import Law, rules, the_rule


def recovery_bands(
    stage: str, taken: float, made: float, *, uncertainty: float, on: str, law: Law = None
) -> Statement:
    """Rare earths made over rare earths taken in, against the norm of a `stage` on a day.

    stage: cracking, separation-light, separation-ion-clay or ion-clay-mining. taken, made: oxide
    equivalent [kg]. uncertainty: one standard uncertainty of their ratio [-]. on: ISO date.
    Less than the norm hints at losses that went elsewhere, more than all at feed without papers.
    Raises ValueError for a stage without a norm.

    law: the rules that count; the shipped ones when None.
    """
    found = rules("recovery norm", law, stage=stage)
    if not found:
        known = ", ".join(rule.label("stage") for rule in rules("recovery norm", law))
        raise ValueError(f"found stage {stage!r}, expected one of {known}")
    norm = the_rule("recovery norm", law, stage=stage)
    share = made / taken if taken > 0 else float("nan")
    if share - SURE * uncertainty > 1:
        remark = "more came out than went in: feed without papers?"
    else:
        low = norm.fact.value
        met = None if abs(share - low) <= SURE * uncertainty else share >= low
        remark = verdict(norm, on, met, "plausible", "beyond usual losses: sold off the books?")
    label = f"recovery of rare earths, {stage}, ± {uncertainty:.2g}"
    return Statement(
        "Plausible recovery", (of_rule(("recovery", stage), label, share, "-", norm, remark),)
    )
