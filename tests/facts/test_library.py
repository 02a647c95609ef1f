"""Every shipped fact is whole, readable and honest about its class."""

import math

import pytest

from ytterby.facts import (
    EVIDENCE,
    UnknownFact,
    all_facts,
    below,
    fact,
    find,
    known,
    table,
    weakest,
)
from ytterby.facts.library import read
from ytterby.quantity import parse


@pytest.mark.parametrize("shipped", all_facts(), ids=lambda f: f.name)
def test_every_fact_is_whole(shipped):
    assert shipped.evidence in EVIDENCE
    assert math.isfinite(shipped.value)
    assert shipped.source.strip()
    assert shipped.uncertainty is None or shipped.uncertainty > 0
    assert all(low < high for low, high in shipped.window.values())
    if shipped.unit != "-":
        assert parse(f"{shipped.value!r} {shipped.unit}", shipped.unit) == shipped.value


def test_most_facts_have_a_source():
    """Two thirds at least are published, or computed from what is."""
    sourced = [f for f in all_facts() if f.evidence in ("measured", "reference", "derived")]
    assert len(sourced) > 2 / 3 * len(all_facts())


def test_an_unknown_fact_names_the_nearest():
    with pytest.raises(UnknownFact, match=r"Did you mean .*filtration\.wash-efficiency"):
        fact("filtration.wash-eficiency")


def test_tables_are_read_by_their_last_part():
    constants = table("p507.log-k")
    assert constants["Nd"] is fact("p507.log-k.Nd")
    assert constants["Dy"].value > constants["Nd"].value


def test_what_is_asked_for_alone_is_what_the_whole_library_holds():
    """Only files that may hold a fact are read for it; none may be missed."""
    heads = {f.name.rpartition(".")[0] for f in all_facts()}
    for shipped in all_facts():
        assert fact(shipped.name) is shipped
    for head in heads:
        rows = {f for f in all_facts() if f.name.rpartition(".")[0] == head}
        assert set(table(head).values()) == rows
        for prefix in (head, head.partition(".")[0]):
            assert below(prefix) == tuple(f for f in all_facts() if f.name.startswith(f"{prefix}."))


def test_names_that_are_no_fact_are_left_out():
    assert list(known(["steam", "p507.log-k.Nd", "p507.log-k"])) == ["p507.log-k.Nd"]


def test_facts_are_found_by_words():
    assert fact("p507.log-k.Nd") in find("p507 log-k nd")
    assert not find("no such words at all")


def test_an_override_carries_its_giver_and_loses_its_certainty():
    given = fact("filtration.wash-efficiency").override(0.9, "given in plant 'x'")
    assert (given.value, given.evidence, given.source) == (0.9, "assumed", "given in plant 'x'")
    assert given.uncertainty is None and "0.8" in given.note


def test_the_weakest_class_decides():
    facts = [fact("p507.log-k.Dy"), fact("p507.log-k.Na")]
    assert weakest(facts) == "assumed"
    assert weakest([]) == "measured"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: {value: 1, unit: '-', class: reference}", "a: a fact needs"),
        ("a: {value: 1, unit: '-', class: guessed, source: x}", "a: a fact needs"),
        ("a: {value: x, unit: '-', class: assumed, source: x}", "could not convert"),
        ("a: {value: 1, unit: furlong, class: assumed, source: x}", "unknown unit"),
        ("a: {b: 3}", "expected a fact or a mapping of facts"),
        ("a: {value: 1, unit: '-', class: assumed, source: x, colour: red}", "colour"),
    ],
)
def test_a_malformed_fact_is_refused_by_name(tmp_path, text, words):
    path = tmp_path / "facts.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        list(read(path))
