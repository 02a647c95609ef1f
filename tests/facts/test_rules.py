"""Rules of law: each has source and dates, and no day gets an answer that nobody read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.facts.rule import Span, Status, all_rules, read, rules

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
HOLMIUM = "cn.export.ho.metal"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_a_source_dates_and_an_evidence_class(rule):
    assert rule.source and rule.says and rule.instrument and DAY.fullmatch(rule.read)
    for span in rule.spans:
        assert DAY.fullmatch(span.start) and (not span.end or DAY.fullmatch(span.end))
        assert not span.end or span.start <= span.end
    assert (rule.text == "memory") == (rule.evidence == "assumed")


@given(st.dates().map(str), st.sampled_from(all_rules()))
def test_every_day_gets_an_answer_and_only_force_binds(day, rule):
    status = rule.on(day)
    assert status.text and status.applies in (True, False, None)
    if status.applies:
        assert status.text.startswith("in force")


def test_after_a_suspension_of_which_nobody_read_the_end_the_status_is_unknown():
    (rule,) = rules("export control", element="Ho", form="metal")
    assert rule.name == HOLMIUM
    assert rule.on("2025-10-08") == Status("not before 2025-10-09", False)
    assert rule.on("2026-11-09") == Status("suspended", False)
    assert rule.on("2026-11-11") == Status(
        "status unknown after 2026-11-10 (suspended until then)", None
    )


def test_law_without_an_end_binds_and_later_days_say_when_it_was_read():
    (rule,) = rules("export control", element="Dy", form="metal")
    assert rule.on("2025-04-03").applies is False
    assert rule.on("2026-01-01") == Status("in force", True)
    assert rule.on("2027-01-01") == Status(f"in force when last read on {rule.read}", True)


def test_a_span_after_a_gap_is_found_again():
    (rule,) = rules("export control", element="Ho", form="metal")
    again = replace(rule, spans=(*rule.spans, Span("in force", "2027-01-01")))
    assert again.on("2026-12-01").applies is None
    assert again.on("2027-01-01").applies is True


@pytest.mark.parametrize(
    "broken, told",
    [
        ("class: reference", "class: sure"),
        ("text: primary", "text: hearsay"),
        ("is: in force", "is: valid"),
        ("from: 2024-01-01", "form: 2024-01-01"),
        ("source: law", "origin: law"),
    ],
)
def test_a_malformed_rule_is_named(tmp_path, broken, told):
    text = (
        "us.example:\n  kind: test\n  instrument: law\n  says: something\n  class: reference\n"
        "  source: law\n  text: primary\n  read: 2026-01-01\n"
        "  status: [{is: in force, from: 2024-01-01}]\n"
    )
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    assert len(list(read(path))) == 1
    path.write_text(text.replace(broken, told))
    with pytest.raises(ValueError, match=r"rules.yaml: us.example: "):
        list(read(path))
