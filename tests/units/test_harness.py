"""What every unit operation must pass."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from tests.units.cases import CASES

from ytterby.app.explain import explain
from ytterby.balance import Basis, Stream, empty
from ytterby.facts import EVIDENCE
from ytterby.plant import Feed, Plant
from ytterby.units import KINDS, FieldError, Inlet, convert, declarations, to_tree

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
UNITS_PAGE = (ROOT / "docs" / "units.md").read_text(encoding="utf-8")
ON_REQUEST = {"fluoride-precipitation"}
"""Units that no example needs."""
kinds = pytest.mark.parametrize("kind", list(KINDS))


def run(kind: str, factor: float = 1.0):
    """(inlets, outcome) of the case of `kind` with its extensive inlets times `factor`."""
    unit, taken, drawn = CASES[kind]
    feeds = {port: Feed.of(tree) for port, (tree, _) in taken.items()}
    reagents = {port: Feed.of(tree) for port, tree in drawn.items()}
    names = frozenset().union(*(feed.species for feed in (*feeds.values(), *reagents.values())))
    while (more := frozenset(Basis.of(names | unit.reach(names)).names)) != names:
        names = more
    basis = Basis.of(names)
    inlets = {
        port: Inlet(
            factor * taken[port][1] * feeds[port].unit_stream(basis)
            if port in feeds
            else empty(basis),
            reagents[port].unit_stream(basis) if port in reagents else None,
        )
        for port in {*feeds, *reagents}
    }
    return inlets, unit.run(kind, inlets)


def entering(inlets, outcome) -> np.ndarray:
    return np.sum(
        [
            inlet.stream.element_amounts
            + (
                outcome.drawn.get(port, 0.0) * inlet.reagent.element_amounts
                if inlet.reagent
                else 0.0
            )
            for port, inlet in inlets.items()
        ],
        axis=0,
    )


@kinds
def test_every_element_that_enters_leaves(kind):
    inlets, outcome = run(kind)
    into = entering(inlets, outcome)
    out = np.sum([stream.element_amounts for stream in outcome.outlets.values()], axis=0)
    # 1e-12 of the element, or of a billionth of all: differences of sums of doubles.
    np.testing.assert_allclose(out, into, rtol=1e-12, atol=1e-15 * into.sum())


@kinds
def test_outlets_are_neutral_and_never_negative(kind):
    for port, stream in run(kind)[1].outlets.items():
        assert np.all(stream.amounts >= 0), port
        assert max(map(abs, stream.charge.values())) < 1e-11, port


@kinds
@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_twice_the_inlets_give_twice_the_outlets(kind, factor):
    small, large = run(kind)[1], run(kind, factor)[1]
    for port, stream in small.outlets.items():
        expected = factor * stream.amounts
        np.testing.assert_allclose(
            large.outlets[port].amounts, expected, rtol=1e-9, atol=1e-13 * max(expected.sum(), 1e-9)
        )


@kinds
def test_empty_inlets_give_empty_outlets(kind):
    for stream in run(kind, 0.0)[1].outlets.values():
        assert np.all(np.isfinite(stream.amounts))


@kinds
def test_the_same_inlets_give_the_same_outlets(kind):
    once, again = run(kind)[1], run(kind)[1]
    for port, stream in once.outlets.items():
        assert np.array_equal(stream.amounts, again.outlets[port].amounts)


@kinds
def test_every_field_says_what_it_is(kind):
    unit = KINDS[kind]
    assert unit.__doc__ and unit.grade in ("mechanistic", "fitted", "specified")
    assert unit.outlets and all(unit.outlets.values())
    for field in dataclasses.fields(unit):
        assert declarations(unit)[field.name].doc


@kinds
def test_outlets_stand_on_the_species_that_reach_promises(kind):
    inlets, outcome = run(kind)
    made = {
        stream.basis.names[i]
        for stream in outcome.outlets.values()
        for i in np.flatnonzero(stream.amounts)
    }
    brought = {
        inlet.stream.basis.names[i]
        for inlet in inlets.values()
        for stream in (inlet.stream, inlet.reagent)
        if isinstance(stream, Stream)
        for i in np.flatnonzero(stream.amounts)
    }
    unit = CASES[kind][0]
    assert made <= set(Basis.of(frozenset(brought | unit.reach(frozenset(brought)))).names)


@kinds
def test_every_fact_a_unit_rests_on_has_unit_source_and_class(kind):
    for path, fact in CASES[kind][0].facts.items():
        assert fact.source and fact.unit and fact.evidence in EVIDENCE, path
        assert math.isfinite(fact.value), path


@kinds
def test_a_setting_beyond_its_range_is_refused_with_the_range(kind):
    unit = CASES[kind][0]
    for name, told in declarations(type(unit)).items():
        if told.kind != "setting" or told.choices or math.isinf(told.maximum):
            continue
        beyond = f"{2 * told.maximum + 1} {told.unit}" if told.unit != "-" else told.maximum + 1
        with pytest.raises(FieldError) as refused:
            dataclasses.replace(unit, **{name: beyond})
        assert name in str(refused.value) and "expected" in str(refused.value)


@kinds
def test_the_page_of_a_unit_names_every_field_and_outlet(kind, capsys):
    assert explain(kind) == 0
    page = capsys.readouterr().out
    for name in (*declarations(KINDS[kind]), *KINDS[kind].outlets, KINDS[kind].grade):
        assert name in page
    section = UNITS_PAGE.split(f"\n## {kind}\n")[1].partition("\n## ")[0]
    for name in (*declarations(KINDS[kind]), *KINDS[kind].outlets):
        assert f"`{name}`" in section


@kinds
def test_a_unit_reads_back_from_the_tree_it_writes(kind):
    unit = CASES[kind][0]
    for name, told in declarations(type(unit)).items():
        tree = to_tree(getattr(unit, name), told)
        if tree not in ({}, [], None):
            assert convert(name, told, tree, "given by the caller") == getattr(unit, name), name


def test_every_unit_stands_in_an_example():
    used = set()
    for path in EXAMPLES.glob("*/plant.yaml"):
        used |= {unit.kind for unit in Plant.read(path).units.values()}
    assert used >= set(KINDS) - ON_REQUEST


def test_the_only_specified_units_are_splits_and_beneficiation():
    specified = {kind for kind, unit in KINDS.items() if unit.grade == "specified"}
    assert specified == {"split", "specified-split", "flotation", "magnetic-separation"}
