"""Trains: what they make, that it closes, and that the order of cuts is the cheapest."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.app.design_report import write_train
from ytterby.design import (
    Cut,
    Practice,
    Prices,
    Product,
    Task,
    best_order,
    card,
    design_train,
    link,
    links,
    links_card,
    order,
    passing_pairs,
    sensitivities,
    series,
    train_card,
)
from ytterby.design.economy import economic
from ytterby.design.liquor import Conditioning, Liquor, Outflow, salt_dissolved
from ytterby.design.organic_feed import least_beside_organic_feed
from ytterby.design.sensitivity import moved
from ytterby.design.sequence import Node, unsharp_order
from ytterby.design.train import train_of

FEED = {"Nd": 0.02, "Gd": 0.012, "Tb": 0.006, "Dy": 0.02}
"""mol/s."""
WANTED = [Product(("Nd",), 0.999), Product(("Gd",), 0.999), Product(("Tb",), 0.9995)]


def task(feed=FEED, wanted=WANTED):
    return Task.of(series("P507", feed), feed, wanted, recovery=0.98, remainder=0.995)


@cache
def train():
    return design_train(task(), Practice.usual(), Prices.shipped())


def test_every_product_is_as_pure_as_wanted_and_recovered():
    for made in train().made:
        assert made.met, made
        assert made.recovery(made.product.elements[0]) >= 0.98


def overloaded():
    """The train with a limit below the loading of its first cascade."""
    first, *others = train().steps
    limit = first.sized.profile.loading.max() / 1.1
    practice = replace(first.sized.practice, loading_limit=limit)
    crowded = replace(first, sized=replace(first.sized, practice=practice))
    return replace(train(), steps=(crowded, *others))


def test_a_train_names_the_cascades_that_are_loaded_beyond_their_limit():
    assert train().overloaded == () and "warning" not in train_card(train())
    crowded = overloaded()
    assert [step.name for step in crowded.overloaded] == [train().steps[0].name]
    told = f"warning: {train().steps[0].name} is loaded beyond the limit: a third phase may form"
    assert told in train_card(crowded)
    assert "third phase" in card(crowded.designed(crowded.steps[0]))


def test_the_report_of_a_train_says_where_a_third_phase_may_form(tmp_path):
    write_train(overloaded(), "crowded", tmp_path / "train.html")
    page = (tmp_path / "train.html").read_text(encoding="utf-8")
    assert f"beyond the limit in {train().steps[0].name}: a third phase may form" in page


def test_what_is_not_wanted_is_a_product_too():
    assert [made.product.name for made in train().made] == ["Nd", "Gd", "Tb", "Dy"]
    assert train().product("Dy").product.purity == 0.995
    with pytest.raises(KeyError, match="expected one of Nd, Gd, Tb, Dy"):
        train().product("Ho")


def test_every_element_closes_over_the_train():
    for gap in train().closure().values():
        # Each organic loop is closed to 1e-12 of its feed; the rarest element is a tenth of it.
        assert abs(gap) < 1e-9


def test_sodium_chloride_and_water_close_with_their_reagents():
    gaps = train().closure()
    for name in ("Na", "Cl", "aqueous"):
        # Sums of fewer than a hundred flows, each right to rounding.
        assert abs(gaps[name]) < 1e-12
    assert train().alkali_for_acid > 0 and train().evaporated > 0 and train().salt > 0


def test_each_cascade_is_fed_with_the_liquor_that_was_made_ready_for_it():
    first, *others = train().steps
    assert first.arriving is None and first.feed.conditioning == Conditioning()
    for step in others:
        fed, ready = step.sized.cascade.feed, step.feed
        assert fed.concentrations.get("Na", 0.0) == ready.sodium
        assert fed.flow == ready.flow
        came, how = ready.arriving, ready.conditioning
        assert came.sodium + how.alkali == pytest.approx(ready.sodium * ready.flow + how.salt)
        assert how.salt >= 0 and min(how.alkali, how.acid) == 0


@given(
    st.floats(0.1, 10), st.floats(0, 0.5), st.floats(0, 5), st.floats(1e-3, 0.5), st.floats(0.2, 2)
)
def test_a_liquor_made_ready_keeps_its_metals_and_its_charge(flow, acid, sodium, wanted, strength):
    came = Outflow(flow, {"Nd": 1.0}, sodium, 3 + sodium + acid)
    fresh = Liquor(1 / strength, {"Nd": strength}, wanted, arriving=came)
    ready = fresh.with_acid(wanted)
    how = ready.conditioning
    chloride = ready.flow * (3 * strength + ready.sodium + wanted)
    # Differences of a few sums of order ten.
    assert came.chloride + how.acid - how.salt == pytest.approx(chloride, rel=1e-12, abs=1e-12)
    assert ready.sodium <= salt_dissolved(3 * strength + wanted) * (1 + 1e-12)


def test_each_cascade_is_fed_by_the_one_before_with_its_impurities():
    steps = {id(step.node): step for step in train().steps}
    for step in train().steps:
        for outlet, part in (("raffinate", step.node.light), ("extract", step.node.heavy)):
            if part is not None:
                came = steps[id(part)].cut.feed
                for element, amount in step.sized.outlet(outlet).items():
                    assert came.get(element, 0.0) == amount
                assert set(came) == {e for e, n in step.sized.outlet(outlet).items() if n > 0}


def test_running_again_gives_the_same_products():
    again = train().solve()
    for made, before in zip(again.made, train().made, strict=True):
        # Impurities answer to what returns on the organic, closed to 1e-12 of the feed.
        assert made.impurity == pytest.approx(before.impurity, rel=1e-3)


def test_dynamic_programming_finds_what_trying_every_order_finds():
    practice, prices, wanted = Practice.usual(), Prices.shipped(), task()

    def cheapest(first, last):
        if first == last:
            return 0.0
        inside = [e for p in wanted.products[first : last + 1] for e in p.elements]
        feed = {e: FEED[e] for e in inside}
        return min(
            economic(wanted.cut(feed, k), practice, prices).cost
            + cheapest(first, k)
            + cheapest(k + 1, last)
            for k in range(first, last)
        )

    found = best_order(wanted, practice, prices)
    assert found.cost == pytest.approx(cheapest(0, 3), rel=1e-12)
    assert len(found.walk()) == 3


def test_an_unsharp_first_cut_is_taken_only_where_it_is_cheaper():
    practice, prices = Practice.usual(), Prices.shipped()
    sharp = best_order(task(), practice, prices)
    either = best_order(task(), practice, prices, unsharp=True)
    assert either.cost <= sharp.cost
    assert either.middle or either.cost == sharp.cost


@cache
def unsharp():
    """Neodymium and gadolinium, gadolinium to dysprosium, after a cut that parts gadolinium."""
    practice, prices = Practice.usual(), Prices.shipped()
    root = unsharp_order(task(), 1, practice, prices)
    return train_of(task(), practice, prices, root)


def test_an_unsharp_first_cut_still_makes_pure_products():
    made = unsharp()
    assert len(made.steps) == 4
    assert all(product.met for product in made.made)
    assert max(abs(gap) for gap in made.closure().values()) < 1e-9


def test_a_link_saves_acid_and_alkali_and_closes():
    linked = link(unsharp())
    assert linked.acid_saved > 0
    assert linked.alkali_saved > 0
    assert all(product.met for product in linked.made)
    # What passes round is closed to 1e-12, and goes round many times what is made.
    assert max(abs(gap) for gap in linked.closure().values()) < 1e-9


def test_a_train_in_which_no_extract_is_parted_further_has_nothing_to_link():
    assert passing_pairs(train()) == ()
    with pytest.raises(ValueError, match="no cascade parts the extract of another"):
        link(train())


@cache
def from_the_light_end():
    """Neodymium off first, then gadolinium, then terbium: each extract is parted further."""
    return lightest_first(task())


def lightest_first(wanted):
    """The train in which every cut takes off the lightest product that is left."""
    practice, prices = Practice.usual(), Prices.shipped()
    last = len(wanted.products) - 1

    def node(first):
        if first == last:
            return None
        inside = [e for p in wanted.products[first:] for e in p.elements]
        feed = {e: wanted.feed[e] for e in inside}
        plan = economic(wanted.cut(feed, first), practice, prices)
        return Node(first, last, first, plan, None, node(first + 1))

    return train_of(wanted, practice, prices, node(0))


@pytest.mark.parametrize("place", [0, 1])
def test_a_loaded_organic_as_feed_saves_acid_and_alkali_and_closes(place):
    made = from_the_light_end()
    x, y = passing_pairs(made)[place]
    linked = link(made, (x, y))
    assert linked.acid_saved > 0 and linked.alkali_saved > 0
    assert all(product.met for product in linked.made)
    # What passes round is closed to 1e-12, and goes round many times what is made.
    assert max(abs(gap) for gap in linked.closure().values()) < 1e-9
    assert linked.light.outlets.keys() == {"raffinate", "organic"}  # it no longer strips


@cache
def five():
    """Lanthanum off first, then neodymium, gadolinium and terbium."""
    feed = {"La": 0.02, **FEED}
    wanted = Task.of(
        series("P507", feed), feed, [Product(("La",), 0.999), *WANTED], recovery=0.98,
        remainder=0.995,
    )  # fmt: skip
    return lightest_first(wanted)


def test_several_links_of_a_train_save_together_and_close():
    found = links(five())
    assert len(found.kept) == 2
    assert len(found.kept) + len(found.dropped) == len(passing_pairs(five())) == 3
    cascades = [step.name for one in found.kept for step in one.steps]
    assert len(set(cascades)) == 4  # no cascade stands in two links
    assert all(one.worth > 0 for one in found.kept)
    assert all(made.met for made in found.made)
    # What passes round is closed to 1e-12, and goes round many times what is made.
    assert max(abs(gap) for gap in found.closure().values()) < 1e-9
    told = links_card(found)
    assert "by 2 of 3 links" in told and "not kept: linking" in told


def test_the_report_of_a_train_tells_what_came_of_every_link(tmp_path):
    write_train(five(), "five", tmp_path / "train.html", links=links(five()))
    page = (tmp_path / "train.html").read_text(encoding="utf-8")
    assert "kg HCl saved" in page and "all that are kept" in page


@given(st.floats(1.2, 20), st.floats(0.05, 0.95))
def test_an_organic_feed_of_two_elements_needs_what_theory_says(beta, fraction):
    chemistry = series("P507", ["Nd", "Dy"], separation_factors=None)
    log_K = chemistry.log_K.copy()
    log_K[chemistry.index(("Dy",))] = log_K[chemistry.index(("Nd",))] + np.log10(beta)
    feed = {"Nd": 1 - fraction, "Dy": fraction}
    cut = Cut(replace(chemistry, log_K=log_K), feed, ("Nd",), 1e-6, 1e-6)
    # Xu's least of an organic feed: the aqueous W = f_B + 1/(beta - 1), and S = W - f_B.
    assert least_beside_organic_feed(cut) == pytest.approx(1 / (beta - 1), rel=1e-6)


def test_each_cut_may_have_an_extractant_of_its_own():
    wanted = task().cut_with("Tb", "Dy", series("Cyanex272", FEED))
    made = design_train(wanted, Practice.usual(), Prices.shipped())
    used = {step.name: step.sized.practice.extractant for step in made.steps}
    assert used["Tb | Dy"] == "Cyanex272" and set(used.values()) == {"P507", "Cyanex272"}
    assert all(one.met for one in made.made)
    assert max(abs(gap) for gap in made.closure().values()) < 1e-9
    with pytest.raises(ValueError, match=r"no cut Nd\|Tb; expected one of Nd\|Gd"):
        wanted.cut_with("Nd", "Tb", series("Cyanex272", FEED))


def test_a_larger_separation_factor_saves_stages_and_a_smaller_one_spoils_neighbours():
    for item in sensitivities(train()):
        assert item.stages <= 0
        assert item.organic <= 1e-9
        neighbours = {item.light, item.heavy}
        assert {name for name, _ in item.failing} <= neighbours
    by_pair = {(item.light, item.heavy): item for item in sensitivities(train())}
    assert by_pair["Tb", "Dy"].failing


def test_moving_a_factor_moves_that_factor_alone():
    chemistry = series("P507", FEED)
    other = moved(chemistry, "Gd", 0.1)
    names = order(chemistry, FEED)
    for light, heavy in pairwise(names):
        places = chemistry.index((light, heavy))
        before, after = (c.log_K[places[1]] - c.log_K[places[0]] for c in (chemistry, other))
        assert 10 ** (after - before) == pytest.approx(1.1 if light == "Gd" else 1.0)


def test_the_card_tells_cascades_and_products():
    text = train_card(train())
    assert "3 cascades" in text
    for made in train().made:
        assert made.product.name in text


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([Product(("Nd", "Tb"), 0.99)], "only neighbours can stay together"),
        ([Product(("Nd",), 0.99), Product(("Nd", "Gd"), 0.99)], "Nd stands in two products"),
        ([Product(("Lu",), 0.99)], "the feed holds no Lu"),
    ],
)
def test_products_that_make_no_train_are_refused(wanted, message):
    with pytest.raises(ValueError, match=message):
        task(wanted=wanted)
