"""Laws of reconciliation: it closes, it is indifferent to what it should be, it invents nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.reconcile.networks import DAY, chain, read

from ytterby.accounts import recovery_and_purity
from ytterby.balance import Edge
from ytterby.reconcile import Network, Reading, ReconcileError, reconcile

seeds = st.integers(0, 10_000)


@given(seeds)
def test_every_element_and_the_mass_close_over_every_unit(seed):
    network, mass, content = chain(5, 12, 3, seed)
    found = reconcile(network, read(network, mass, content, seed))
    assert found.balance.check() is found.balance
    gap = network.incidence() @ found.state.mass
    assert np.abs(gap).max() < 1e-12 * found.state.mass.max()


@given(seeds)
def test_readings_without_error_come_back_as_they_were(seed):
    network, mass, content = chain(5, 12, 3, seed)
    found = reconcile(network, read(network, mass, content, None))
    # The search ends where a further step moves no reading by a millionth of its uncertainty.
    assert found.state.mass == pytest.approx(mass, rel=1e-8)
    assert found.state.content == pytest.approx(content, rel=1e-8)
    assert found.test.passed and not found.suspects and not found.leaks_found


@given(seeds)
def test_what_is_known_and_what_is_not_agrees_with_a_dense_rank(seed):
    network, mass, content = chain(4, 9, 2, seed)
    # With noise: equal assays on both sides of a splitter would leave the rank to round-off.
    readings = read(network, mass, content, seed, share_read=0.45)
    try:
        found = reconcile(network, readings)
    except ReconcileError:
        # Assays that contradict what little else is read can leave no flow but nothing.
        assume(False)
    known, factor = _dense(found)
    assert (found.observed.mass_known == known[0]).all()
    assert (found.observed.content_known == known[1:]).all()
    for element in range(2):
        mine = found.observed.content.standard[:, element]
        there = known[1 + element]
        assert mine[there] == pytest.approx(factor[1 + element][there], rel=1e-5)


def _dense(found):
    """(known, standard uncertainty) of mass and contents, shape (1 + element, way), by SVD."""
    model, state = found.model, found.state
    ways, elements = len(model.network.ways), len(model.network.elements)
    slope = np.zeros((0, ways * (1 + elements)))
    rows = np.zeros((len(model.mass.way), slope.shape[1]))
    rows[:, :ways] = model.mass_rows()
    blocks = [rows]
    for e in range(elements):
        rows = np.zeros((len(model.elements[e].way), slope.shape[1]))
        rows[:, :ways] = model.by_mass(state, e)
        rows[:, ways * (1 + e) : ways * (2 + e)] = model.by_content(state, e)
        blocks.append(rows)
    jacobian = np.vstack(blocks)
    each = [state.mass, *state.content]
    size = np.array([np.abs(row).max() for row in each])
    columns = model.flows.loops.shape[1]
    loops = np.kron(np.eye(1 + elements), model.flows.loops) * np.repeat(size, columns)
    _, s, turned = np.linalg.svd(jacobian @ loops)
    rank = int((s > 1e-9 * s[0]).sum())
    # A combination that is seen a millionth as well as another is left to round-off.
    assume(not ((s > 1e-13 * s[0]) & (s < 1e-5 * s[0])).any())
    blind = np.abs(loops @ turned[rank:].T).max(axis=1, initial=0).reshape(1 + elements, ways)
    spread = loops @ (turned[:rank].T / s[:rank])
    standard = np.sqrt((spread**2).sum(axis=1)).reshape(1 + elements, ways)
    known = (blind < 1e-6 * size[:, None]) & (standard <= model.largest[:, None])
    return known, standard


@given(seeds)
def test_the_order_of_readings_streams_and_elements_does_not_matter(seed):
    network, mass, content = chain(4, 10, 3, seed)
    readings = read(network, mass, content, seed)
    turned = replace(network, edges=network.edges[::-1], elements=network.elements[::-1])
    one, other = reconcile(network, readings), reconcile(turned, readings[::-1])
    assert one.test.statistic == pytest.approx(other.test.statistic, rel=1e-6)
    for edge in network.edges:
        assert one.mass(edge.name) == pytest.approx(other.mass(edge.name), rel=1e-6)
        assert one.content(edge.name, "Nd") == pytest.approx(
            other.content(edge.name, "Nd"), rel=1e-6
        )


@given(seeds, st.sampled_from([1e-6, 1e3]))
def test_the_unit_of_mass_does_not_matter(seed, factor):
    network, mass, content = chain(4, 10, 2, seed)
    readings = read(network, mass, content, seed)
    scaled = tuple(
        replace(r, value=r.value * factor, random=r.random * factor) if r.element is None else r
        for r in readings
    )
    one, other = reconcile(network, readings), reconcile(network, scaled)
    assert other.state.mass == pytest.approx(one.state.mass * factor, rel=1e-6)
    assert other.test.statistic == pytest.approx(one.test.statistic, rel=1e-6)


@given(seeds)
def test_another_reading_never_makes_anything_less_sure(seed):
    network, mass, content = chain(4, 10, 2, seed)
    readings = read(network, mass, content, None)
    more = (*readings, *(replace(r, name=r.name + " again") for r in readings[:3]))
    before, after = reconcile(network, readings), reconcile(network, more)
    assert (before.observed.content_known <= after.observed.content_known).all()
    there = before.observed.content_known.T
    fewer, rather = before.observed.content.standard, after.observed.content.standard
    assert (rather[there] <= fewer[there] * (1 + 1e-6)).all()


def splitter(**more):
    edges = (
        Edge("feed", None, "split", "feed"),
        Edge("left", "split", None, "product"),
        Edge("right", "split", None, "residue"),
    )
    return Network("splitter", DAY, ("split",), edges, ("Nd",), **more)


def test_what_nobody_measured_is_unknown_and_told_why_never_zero():
    readings = (
        Reading("scale", "feed", "mass", 100.0, 1.0),
        Reading("lab feed", "feed", "share", 0.2, 0.001, "Nd"),
    )
    found = reconcile(splitter(), readings)
    assert not found.balance.known[1:].any() and np.isnan(found.content("left", "Nd")[0])
    assert "cannot be told from that of right" in found.why_unknown("left", "Nd")
    line = recovery_and_purity(found.balance).line("recovery", "left", "Nd")
    assert line.value is None and "not known" in line.missing


def test_two_flows_follow_from_three_assays_as_the_two_product_formula_says():
    readings = (
        Reading("scale", "feed", "mass", 100.0, 1.0),
        Reading("f", "feed", "share", 0.20, 0.001, "Nd"),
        Reading("c", "left", "share", 0.50, 0.001, "Nd"),
        Reading("t", "right", "share", 0.05, 0.001, "Nd"),
    )
    found = reconcile(splitter(), readings)
    assert found.mass("left")[0] == pytest.approx(100 * (0.20 - 0.05) / (0.50 - 0.05))
    assert found.test.freedom == 0 and not found.residuals.checked.any()
    assert all(one.smallest_bias is None for one in found.readings)


def test_an_element_that_a_stream_cannot_carry_is_nothing_there_and_known():
    network = splitter(absent={"right": frozenset({"Nd"})})
    readings = (
        Reading("scale", "feed", "mass", 100.0, 1.0),
        Reading("other scale", "left", "mass", 40.0, 1.0),
        Reading("f", "feed", "share", 0.20, 0.001, "Nd"),
    )
    found = reconcile(network, readings)
    assert found.content("right", "Nd") == (0.0, 0.0)
    assert found.content("left", "Nd")[0] == pytest.approx(20.0, rel=1e-9)


def test_a_growing_stock_is_a_way_out_and_lands_in_the_stock_change_of_the_balance():
    network = splitter(holding=("split",))
    readings = (
        Reading("in", "feed", "content", 20.0, 0.1, "Nd"),
        Reading("out", "left", "content", 12.0, 0.1, "Nd"),
        Reading("waste", "right", "content", 5.0, 0.1, "Nd"),
        Reading("tank", "stock of split", "content", 3.0, 0.1, "Nd"),
    )
    found = reconcile(network, readings)
    assert found.balance.stock_change[0, 0] == pytest.approx(3.0)
    assert abs(found.balance.closure("split")["Nd"]) < 1e-12


def test_systematic_errors_of_a_group_move_together():
    # A scale that both streams share may be off by 5 %; the ratio of the two stays sharp.
    network = splitter(absent={"right": frozenset({"Nd"})})
    readings = tuple(
        Reading(stream, stream, "content", 20.0, 0.01, "Nd", 1.0, "scale")
        for stream in ("feed", "left")
    )
    found = reconcile(network, readings)
    value, spread = found.content("feed", "Nd")
    assert value == pytest.approx(20.0) and spread == pytest.approx(1.0, rel=1e-3)
    assert found.residuals.redundancy == pytest.approx([0.5, 0.5], rel=1e-3)
