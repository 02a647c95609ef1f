"""Statements on rules of law: what they say on which day, and what they leave undecided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ytterby.accounts.bands import recovery_bands
from ytterby.accounts.export_control import export_control
from ytterby.accounts.fingerprint import fingerprint
from ytterby.accounts.flows_of_month import ProductFlow, monthly_flows, quota_headroom
from ytterby.accounts.levies import environmental_tax, refund, resource_tax, reverse_invoices
from ytterby.accounts.magnet_origin import magnet_origin
from ytterby.accounts.matching import Record, matching
from ytterby.accounts.oxides import oxide_equivalent, oxide_equivalents
from ytterby.accounts.purity_gates import purity_gate

DAY = "2026-06-01"
SCRAP = {"Nd": (0.228, 0.001), "Pr": (0.033, 0.0003), "La": (1e-4, 1e-5), "Ce": (2e-4, 1e-5)}
ORE = {"La": (0.2, 0.001), "Ce": (0.3, 0.001), "Pr": (0.03, 3e-4), "Nd": (0.1, 5e-4)}


# Oxide equivalent.


def test_oxide_equivalents_count_trade_oxides():
    # 2 Nd in Nd2O3: 336.48 of 288.48; 6 Pr in Pr6O11: 1021.44 of 845.45 (IUPAC atomic masses).
    assert oxide_equivalent({"Nd": 288.484, "Fe": 5.0}) == pytest.approx(336.481, rel=1e-5)
    assert oxide_equivalent({"Pr": 845.446}) == pytest.approx(1021.435, rel=1e-5)
    statement = oxide_equivalents({"L-1": {"Nd": 100.0, "Fe": 300.0}})
    assert statement.line("oxide", "L-1").value == statement.line("oxide", "L-1", "Nd").value
    assert not statement.about("element", "L-1", "Fe")


# The match of papers.


def test_papers_that_agree_within_their_uncertainty_match():
    records = [Record("oxide", "dispatch", 100.0, 0.3), Record("oxide", "invoice out", 100.5)]
    line = matching(records).line("gap", "oxide", "sales")
    assert line.value == pytest.approx(-0.5) and line.remark == "matches"


@pytest.mark.parametrize(
    "papers, match, told",
    [
        ({"receipt": 12, "invoice in": 10}, "purchases", "feed without papers"),
        ({"receipt": 10, "invoice in": 12}, "purchases", "papers without feed"),
        ({"dispatch": 12, "invoice out": 10}, "sales", "sold off the books"),
        ({"opening": 5, "production": 10, "dispatch": 8, "closing": 4}, "stock", "less in stock"),
        ({"opening": 5, "production": 10, "dispatch": 8, "closing": 9}, "stock", "more in stock"),
    ],
)
def test_papers_that_do_not_agree_say_in_which_way(papers, match, told):
    records = [Record("oxide", paper, mass, 0.1) for paper, mass in papers.items()]
    assert told in matching(records).line("gap", "oxide", match).remark


# Recovery.


@pytest.mark.parametrize(
    "made, told",
    [(97.5, "plausible"), (96.2, "undecided"), (90.0, "beyond usual losses"), (103, "more came")],
)
def test_a_recovery_is_held_against_the_norm_and_against_all_that_went_in(made, told):
    statement = recovery_bands("separation-light", 100.0, made, uncertainty=0.005, on=DAY)
    assert told in statement.line("recovery", "separation-light").remark


def test_a_stage_without_a_norm_is_refused_with_those_that_have_one():
    with pytest.raises(ValueError, match="separation-light"):
        recovery_bands("smelting", 1, 1, uncertainty=0.1, on=DAY)


# The fingerprint of a feed.


def test_scrap_fits_scrap_and_ore_fits_ore_and_not_the_other_way_round():
    assert fingerprint(SCRAP, "post-consumer").line("fits", "post-consumer").remark == "fits"
    assert fingerprint(ORE, "mine").line("fits", "mine").remark == "fits"
    assert "does not fit" in fingerprint(ORE, "post-consumer").line("fits", "post-consumer").remark
    assert fingerprint(SCRAP, "mine").line("fits", "mine").value < 1e-6


@given(st.floats(0, 1))
def test_the_more_ore_in_scrap_the_less_it_fits(share):
    def chance(part: float) -> float:
        mixed = {
            e: (
                (1 - part) * SCRAP.get(e, (0, 0))[0] + part * ORE.get(e, (0, 0))[0],
                0.002,
            )
            for e in ORE
        }
        return fingerprint(mixed, "post-consumer").line("fits", "post-consumer").value

    assert chance(share) <= chance(share / 2) + 1e-12


def test_an_element_that_was_not_analysed_leaves_its_bound_undecided():
    statement = fingerprint({"Nd": (0.2, 0.001), "Pr": (0.03, 0.001)}, "post-consumer")
    assert statement.line("bound", "La+Ce", "max").value is None
    assert statement.line("bound", "Nd+Pr", "min").value == pytest.approx(1)
    with pytest.raises(ValueError, match="no bounds are known"):
        fingerprint(SCRAP, "tailings")


# Flow statement and quota.


def test_the_flow_statement_is_due_on_the_tenth_and_names_what_does_not_add_up():
    flow = ProductFlow("oxide", opening=5, received=1, made=10, used=2, sold=8, closing=5)
    statement = monthly_flows("2025-12", [flow], on=DAY)
    assert "due 2026-01-10" in statement.line("products", "2025-12").remark
    assert statement.line("unaccounted", "oxide").value == pytest.approx(1)
    with pytest.raises(ValueError, match="2025-13"):
        monthly_flows("2025-13", [], on=DAY)


def test_before_the_law_no_flow_statement_is_asked_for():
    remark = monthly_flows("2025-05", [], on="2025-06-01").line("products", "2025-05").remark
    assert remark.startswith("does not apply")


@pytest.mark.parametrize(
    "used, told",
    [(90.0, "within the quota"), (110.0, "beyond"), (100.5, "undecided")],
)
def test_headroom_is_judged_with_its_uncertainty(used, told):
    statement = quota_headroom({"separation": (used, 1.0)}, {"separation": 100.0}, on=DAY)
    assert told in statement.line("headroom", "separation").remark


def test_what_nobody_counted_leaves_headroom_unknown():
    assert quota_headroom({}, {"mining": 100.0}, on=DAY).line("headroom", "mining").value is None


# Taxes.


def test_resource_tax_is_a_band_and_none_before_the_law():
    statement = resource_tax({"light": 1e6}, on=DAY)
    assert statement.line("tax", "light", "low").value == pytest.approx(70_000)
    assert statement.line("tax", "light", "high").value == pytest.approx(120_000)
    assert resource_tax({"light": 1e6}, on="2020-01-01").line("tax", "light", "low").value is None


def test_only_the_three_largest_pollutants_of_the_second_class_are_taxed():
    masses = {"NH3-N": 8.0, "F": 5.0, "P": 0.5, "COD": 1.0, "Pb": 0.25}
    statement = environmental_tax({"outfall": masses}, {"tailings": 10.0}, on=DAY)
    # Equivalents: 10, 10, 2, (1) and 10 of the first class.
    assert statement.line("tax", "outfall", "low").value == pytest.approx(32 * 1.4)
    assert statement.line("tax", "tailings").value == pytest.approx(150)


def test_a_pollutant_without_an_equivalent_is_missing_not_free():
    statement = environmental_tax({"outfall": {"Th": 1.0}}, {}, on=DAY)
    assert "no mass of one equivalent" in statement.line("equivalents", "outfall", "Th").missing


@pytest.mark.parametrize(
    "listed, told, value",
    [(0.99, "indicative: eligible", 300.0), (0.9, "not eligible", None), (0.95, "undecided", None)],
)
def test_a_refund_is_told_only_where_the_feed_clearly_qualifies(listed, told, value):
    statement = refund(listed, 0.01, 1000.0, on=DAY)
    assert told in statement.line("listed").remark
    assert statement.line("refund").value == (pytest.approx(value) if value else None)
    assert statement.line("listed").evidence == "assumed"


def test_reverse_invoices_have_a_cap_for_each_seller():
    statement = reverse_invoices({"Wang": 6e6}, on=DAY)
    assert statement.line("room", "Wang").value == pytest.approx(-1e6)
    assert "beyond the cap" in statement.line("room", "Wang").remark


# US purity gates.


@given(st.floats(0.98, 1.0), st.floats(1e-5, 1e-2))
def test_the_chance_to_pass_is_that_of_the_assay(purity, spread):
    line = purity_gate("Nd oxide", "Nd", purity, spread, cost=100.0, on=DAY).line("chance")
    assert line.value == pytest.approx(norm.cdf((purity - 0.995) / spread), abs=1e-12)


@pytest.mark.parametrize(
    "day, credit", [("2026-06-01", 10.0), ("2031-06-01", 7.5), ("2033-06-01", 2.5)]
)
def test_the_credit_phases_out(day, credit):
    statement = purity_gate("Tb metal", "Tb", 0.999, 1e-4, cost=100.0, on=day)
    assert statement.line("credit").value == pytest.approx(credit)


def test_after_the_phase_out_there_is_no_credit_and_a_gate_from_memory_is_indicative():
    assert purity_gate("Nd oxide", "Nd", 1, 0, cost=1, on="2034-01-01").line("credit").value is None
    remark = purity_gate("Dy metal", "Dy", 0.999, 1e-4, cost=1, on=DAY).line("chance").remark
    assert "indicative: passes" in remark
    with pytest.raises(ValueError, match="NdPr oxide"):
        purity_gate("Fe oxide", "Fe", 1, 0, cost=1, on=DAY)


# Origin of magnets.

EVERYWHERE = {
    stage: {"EE": 1.0} for stage in ("mined", "refined", "separated", "metal", "sintered")
}


def test_mining_in_a_barred_country_counts_from_2027_only():
    origins = {"Dy": {**EVERYWHERE, "mined": {"MM": 0.5, "CN": 0.5}}}
    assert magnet_origin(origins, on="2026-12-31").line("verdict").value == 1
    statement = magnet_origin(origins, on="2027-01-01")
    assert statement.line("verdict").value == 0
    assert statement.line("barred", "Dy", "mined").value == pytest.approx(0.5)


def test_an_unknown_origin_leaves_the_verdict_open_and_one_barred_element_decides_it():
    unknown = {"Nd": {**EVERYWHERE, "metal": {}}}
    assert magnet_origin(unknown, on=DAY).line("verdict").value is None
    barred = {**unknown, "Dy": {**EVERYWHERE, "sintered": {"RU": 1.0}}}
    assert magnet_origin(barred, on=DAY).line("verdict").value == 0
    assert magnet_origin({}, on=DAY).line("verdict").value is None


def test_recycled_material_milled_and_sintered_in_the_us_is_exempt():
    origins = {"Nd": {**EVERYWHERE, "mined": {"CN": 1.0}}}
    statement = magnet_origin(origins, on="2027-06-01", milled_and_sintered_in="US", recycled=True)
    assert statement.line("verdict").value == 1
    assert "indicative: exempt" in statement.line("verdict").remark


# Export control.


def test_export_control_matches_element_and_form_as_of_a_day():
    magnet = {"Nd": 0.3, "Dy": 0.03, "Fe": 0.65}
    statement = export_control("magnet", magnet, on=DAY)
    assert [line.key for line in statement.lines] == [("item", "Dy")]
    before = export_control("magnet", magnet, on="2025-01-01").line("item", "Dy").remark
    assert "does not apply" in before
    after = export_control("oxide", {"Ho": 0.5}, on="2026-11-24").line("item", "Ho").remark
    assert "undecided" in after and "status unknown after 2026-11-10" in after
    assert export_control("oxide", {"Nd": 1.0}, on=DAY).line("items").value == 0
    with pytest.raises(ValueError, match="metal, "):
        export_control("powder", magnet, on=DAY)
