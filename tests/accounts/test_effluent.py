"""Effluent and radioactivity: rules worked by hand, verdicts, causes, and what is not known."""

from __future__ import annotations

import pytest
from tests.accounts.books import books, separation
from tests.plants import magnet_plant

from ytterby.accounts import Discharge, Limit, effluent, limits, radioactivity, specific_activity
from ytterby.accounts.effluent import OUTFALL
from ytterby.accounts.limits import judge
from ytterby.accounts.monitoring import Reading, daily, monthly, verdicts
from ytterby.facts import Fact, all_facts

TODAY = "2026-01-01"
US = limits(on=TODAY, jurisdiction="US", instrument="40 CFR 421 Subpart Y PSNS")
CN = limits(on=TODAY, jurisdiction="CN", route="direct", area="general")


def limit(value: float, unit: str, **labels: str) -> Limit:
    told = {"instrument": "permit", "status": "in force", "text": "primary", **labels}
    return Limit.of(Fact("permit", value, unit, "reference", "the permit", labels=told))


def discharging(**grams: float):
    """A plant that lets `grams` of elements go with one water in a day."""
    masses = {element: gram / 1000 for element, gram in grams.items()}
    return books(
        {
            "feed": (None, "cell", "feed", masses),
            "cell.water": ("cell", None, "effluent", masses),
        }
    )


def test_building_blocks_of_40_cfr_421_subpart_y_add_up():
    """1000 kg of mischmetal a day, all from wet chlorides, and 5 g of nickel in the water.

    A day allows 2.295 + 0.404 + 5.165 + 0 = 7.864 mg/kg, hence 7.864 g; the mean of a month
    1.544 + 0.272 + 3.474 + 0 = 5.290 g.
    """
    made = {"total mischmetal": 1000.0, "mischmetal from wet rare earth chlorides": 1000.0}
    statement = effluent(discharging(Ni=5), US, Discharge(production=made))
    daily_line = statement.line("used", "40 CFR 421 Subpart Y PSNS, day", "Ni")
    monthly_line = statement.line("used", "40 CFR 421 Subpart Y PSNS, month", "Ni")
    assert daily_line.value == pytest.approx(5 / 7.864)
    assert monthly_line.value == pytest.approx(5 / 5.290)
    assert daily_line.remark == "compliant"
    assert monthly_line.remark == "close to the limit"


def test_a_block_that_is_not_run_adds_nothing():
    """Only electrolytic cells: 5.165 mg/kg of 1000 kg is 5.165 g of nickel a day."""
    statement = effluent(discharging(Ni=6), US, Discharge(production={"total mischmetal": 1000.0}))
    line = statement.line("used", "40 CFR 421 Subpart Y PSNS, day", "Ni")
    assert line.value == pytest.approx(6 / 5.165) and line.remark == "exceeded"


def test_dilution_beyond_the_baseline_water_is_reckoned_back():
    """60 m3 of water for 1 t of oxide where 30 m3/t are allowed: 0.6 mg/L zinc count as 1.2."""
    water = {"cell.water": 60.0}
    discharge = Discharge(water, {"rare earth oxide": 1000.0}, baseline=30 / 1000)
    statement = effluent(discharging(Zn=36), CN, discharge)
    assert statement.line("dilution", OUTFALL).value == pytest.approx(2)
    name = "limits.cn.gb-26451-2011.zn-direct"
    assert statement.line("used", name, "cell.water").value == pytest.approx(1.2)
    frugal = Discharge(water, {"rare earth oxide": 3000.0}, baseline=30 / 1000)
    line = effluent(discharging(Zn=36), CN, frugal).line("used", name, "cell.water")
    assert line.value == pytest.approx(0.6)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.5])
def test_a_limit_whose_text_was_not_read_never_gives_a_verdict(share):
    for one in limits(on=TODAY):
        if one.label("text") != "primary":
            assert judge(share, share, one, 0.8).startswith("indicative")


def test_only_law_that_holds_on_the_day_is_applied():
    names = {
        one.fact.value
        for one in limits(
            on="2013-06-01", parameter="NH3-N", route="direct", jurisdiction="CN", area="general"
        )
    }
    assert names == {25}
    now = [one for one in CN if one.parameter == "NH3-N"]
    assert [one.fact.value for one in now] == [15]


def test_a_warning_names_the_stream_the_feed_and_the_way():
    discharge = Discharge(volumes={"split.water": 1.0})
    permit = limit(100, "mg/L", parameter="Fe", kind="concentration")
    line = effluent(separation(), [permit], discharge).line("used", "permit", "split.water")
    assert line.value == pytest.approx(10)
    assert line.remark == (
        "exceeded; most of it leaves by split.water, having come in 100 % with ore, "
        "by way of leach, split"
    )


def test_mass_per_day_does_not_need_the_water():
    permit = limit(2, "kg/d", parameter="Fe", kind="mass per day")
    line = effluent(separation(), [permit]).line("used", "permit", "split.water")
    assert line.value == pytest.approx(0.5) and line.remark == "compliant"


def test_what_a_balance_by_hand_cannot_tell_is_said():
    statement = effluent(separation(), CN)
    reasons = {line.key[1]: line.missing for line in statement.missing}
    assert "does not follow Zn" in reasons["limits.cn.gb-26451-2011.zn-direct"]
    assert "needs the species" in reasons["limits.cn.gb-26451-2011.nh3-n-direct"]
    assert "needs the species" in reasons["limits.cn.gb-26451-2011.ph-direct-min"]


def test_a_solved_plant_is_judged_for_acid_oxygen_demand_and_solids():
    balance = magnet_plant().solve()
    statement = effluent(balance, CN)
    acid = statement.line("used", "limits.cn.gb-26451-2011.ph-direct-min", OUTFALL)
    assert acid.remark.startswith("indicative: beyond")
    waters = [balance.stream(name) for name in ("bleed.part", "oxalate_cake.washings")]
    oxalate = sum(w[form] for w in waters for form in ("C2O4-2", "HC2O4-", "H2C2O4"))
    water = statement.line("water", OUTFALL).value / 86400
    demand = statement.line("concentration", OUTFALL, "COD").value / 1000 * water
    # The tolerance leaves room for droplets of organic.
    half_an_oxygen_molecule = 0.031998 / 2
    assert demand == pytest.approx(oxalate * half_an_oxygen_molecule, rel=1e-4)


def test_what_nobody_analysed_is_not_taken_for_none():
    statement = effluent(separation(), CN, Discharge(volumes={"split.water": 1.0}))
    line = statement.line("used", "limits.cn.gb-26451-2011.zn-direct", "split.water")
    assert line.value is None and "does not follow Zn" in line.missing
    uranium = radioactivity(separation(), ()).line("activity", "leach.residue", "U-238")
    assert uranium.value is None and "does not follow U" in uranium.missing


def test_every_shipped_limit_can_be_read():
    shipped = [f for f in all_facts() if f.name.startswith("limits.")]
    assert len(limits(on=TODAY)) > 50
    for one in shipped:
        if one.labels["kind"] != "baseline water":
            Limit.of(one)


def test_one_becquerel_per_gram_is_246_ppm_thorium_or_80_ppm_uranium():
    """Rounded figures of the radiation protection literature, hence 0.5 %."""
    assert 1e6 / specific_activity("Th-232") == pytest.approx(246, rel=5e-3)
    assert 1e6 / specific_activity("U-238") == pytest.approx(80, rel=1e-2)


def test_activities_over_their_limits_add_up():
    """123 ppm Th and 40 ppm U are half a limit each."""
    masses = {"Fe": 1e6 - 123 - 40.2, "Th": 123.2, "U": 40.2}
    balance = books(
        {"ore": (None, "mill", "feed", masses), "mill.sand": ("mill", None, "residue", masses)}
    )
    norm = limits(on=TODAY, jurisdiction="EU")
    statement = radioactivity(balance, norm)
    line = statement.line(
        "sum of fractions", "mill.sand", "2013/59/Euratom, Annex VII, Table A, Part 2"
    )
    assert line.value == pytest.approx(1, rel=5e-3)
    assert line.remark.startswith("indicative")


@pytest.mark.parametrize(
    ("ppm", "state", "verdict"),
    [
        (510, "US-MN", "exceeded"),
        (300, "US-LA", "compliant"),
        (450, "US-NM", "close to the limit"),
        (510, "US", "indicative: beyond"),
    ],
)
def test_source_material_from_a_twentieth_of_a_per_cent_on(ppm, state, verdict):
    """Minnesota Rules 4731.0725, LAC 33:XV.303 and 20.3.3.301 NMAC were read, 10 CFR 40.13 not."""
    masses = {"Fe": 1e6 - ppm, "Th": ppm - 1.0, "U": 1.0}
    balance = books(
        {"ore": (None, "mill", "feed", masses), "mill.sand": ("mill", None, "residue", masses)}
    )
    law = limits(on=TODAY, jurisdiction=state)
    (mine,) = (m for m in law if m.parameter == "Th+U" and m.label("jurisdiction") == state)
    line = radioactivity(balance, [mine]).line("used", mine.fact.name, "mill.sand")
    assert line.value == pytest.approx(ppm / 500) and line.remark.startswith(verdict)


def test_the_law_of_a_country_holds_in_its_states():
    state = {one.fact.name for one in limits(on=TODAY, jurisdiction="US-LA")}
    country = {one.fact.name for one in limits(on=TODAY, jurisdiction="US")}
    assert country < state and "limits.norm.us-la-th-u" in state - country


def test_a_day_and_a_month_with_readings_below_detection():
    """Day 1: 10 in 3 m3 and below 2 in 1 m3; day 2: 4. Means 7.5 to 8, month 5.75 to 6."""
    readings = [
        Reading("2026-03-01", 10, volume=3),
        Reading("2026-03-01", 2, below=True, volume=1),
        Reading("2026-03-02", 4),
    ]
    first = daily(readings)["2026-03-01"]
    assert (first.low, first.high, first.middle) == pytest.approx((7.5, 8.0, 7.75))
    month = monthly(readings)["2026-03"]
    assert (month.low, month.high) == pytest.approx((5.75, 6.0))
    permit = limit(7.8, "mg/L", parameter="Zn", kind="concentration", averaging="day")
    found = verdicts(readings, permit, warn_from=0.8)
    assert found["2026-03-01"][1] == "undecided"
    assert found["2026-03-02"][1] == "compliant"


def test_a_limit_without_its_labels_is_refused():
    with pytest.raises(ValueError, match="found no label 'parameter'"):
        Limit.of(Fact("permit", 1, "mg/L", "reference", "somebody"))
