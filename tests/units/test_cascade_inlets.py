"""What a cascade takes at its inlets: determined streams, drawn feeds, and both together."""

from __future__ import annotations

import numpy as np
import pytest
from tests.plants import parting_plant

from ytterby.chemistry import atomic_mass
from ytterby.plant import Infeasible, Plant, PlantError

LIQUOR = {"Nd": "10 g/L", "Dy": "4 g/L"}
CAUSTIC = "NaOH 30 % w/w"
PORTS = ("extract", "raffinate")
LITRES = 150
"""Of strip acid in the hour that a balance covers."""


def plant(feeds: dict | None = None, **fields: object) -> Plant:
    """The parting plant with feeds added and fields of its cascade changed."""
    tree = parting_plant(LIQUOR).to_tree()
    tree["feeds"] |= feeds or {}
    tree["units"]["cascade"] |= fields
    return Plant.from_tree(tree)


def flowing(liquid: str, flow: str) -> dict[str, str]:
    return {"liquid": liquid, "flow": flow}


def told(balance) -> str:
    return "\n".join(str(one) for one in balance.findings)


def products(balance) -> np.ndarray:
    """[mol/s] of every element in the extract and in the raffinate."""
    return np.array([balance.streams[f"cascade.{port}"].element_amounts for port in PORTS])


def drawn_alkali() -> float:
    """kg/s that the cascade draws where all of it is drawn."""
    return plant({"own": {"liquid": CAUSTIC}}, saponify="own").solve().flow("own")


def test_alkali_that_flows_by_itself_saponifies_as_drawn_alkali_does():
    drawn = plant().solve()
    given = plant({"own": flowing(CAUSTIC, f"{drawn_alkali()!r} kg/s")}, saponify="own").solve()
    # Both solves close their loops to 1e-11.
    np.testing.assert_allclose(products(given), products(drawn), rtol=1e-8, atol=1e-12)
    assert "alkali" not in told(given)


def test_a_drawn_feed_makes_up_for_what_alkali_lacks():
    drawn, part = plant().solve(), drawn_alkali() / 2
    both = plant(
        {"own": flowing(CAUSTIC, f"{part!r} kg/s"), "more": {"liquid": CAUSTIC}},
        saponify=["own", "more"],
    ).solve()
    np.testing.assert_allclose(products(both), products(drawn), rtol=1e-8, atol=1e-12)
    assert both.flow("more") == pytest.approx(part, rel=1e-7)


def test_alkali_left_over_joins_the_raffinate_and_is_told_of():
    balance = plant(
        {"own": flowing(CAUSTIC, f"{1.2 * drawn_alkali()!r} kg/s")}, saponify="own"
    ).solve()
    assert "alkali for 4.0% of the extractant is left over" in told(balance)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_alkali_that_lacks_is_told_of(share):
    fields = {"saponify": "own"} if share else {"saponify": []}
    own = {"own": flowing(CAUSTIC, f"{share * drawn_alkali()!r} kg/s")} if share else {}
    balance = plant(own, **fields).solve()
    lacking = f"alkali for {0.2 * (1 - share):.1%} of the extractant lacks, of 20.0%"
    assert lacking in told(balance)


def test_water_saponifies_nothing():
    balance = plant({"own": {"liquid": "water"}}, saponify="own").solve()
    assert "alkali for 20.0% of the extractant lacks" in told(balance)
    assert balance.flow("own") == 0


def test_salt_that_comes_with_ammonia_is_no_base():
    """Ammonium chloride neutralises nothing: all of the saponification lacks."""
    liquor = {"flow": "100 L/h", "liquor": {"NH4+": "2 mol/L"}, "pH": 6}
    balance = plant({"salt": liquor}, saponify="salt").solve()
    assert "alkali for 20.0% of the extractant lacks" in told(balance)


def test_strip_acid_of_two_strengths_acts_as_their_mixture():
    """0.05 m3/h of 2 mol/L made up to 0.15 m3/h with 4 mol/L strips as ten thirds mol/L do."""
    both = plant(
        {"weak": flowing("HCl 2 mol/L", "0.05 m3/h")}, strip=["weak", "strip_acid"]
    ).solve()
    chloride = sum(both.mass(feed, "Cl") for feed in ("weak", "strip_acid"))
    strength = chloride / (atomic_mass("Cl") * LITRES)
    single = plant({"mixture": {"liquid": f"HCl {strength!r} mol/L"}}, strip="mixture").solve()
    for port in PORTS:
        for element in ("Nd", "Dy", "Cl"):
            ours = both.streams[f"cascade.{port}"].amount(element)
            # Molar volumes of the liquids are not quite additive in the acid's strength.
            assert ours == pytest.approx(
                single.streams[f"cascade.{port}"].amount(element), rel=1e-6
            ), (port, element)


def test_solids_in_strip_acid_pass_through_to_the_extract():
    """Acid that a filter let some iron hydroxide through with, drawn acid made up to the flow."""
    tree = parting_plant(LIQUOR).to_tree()
    tree["feeds"]["dirty"] = {
        "liquor": {"Fe+3": "0.1 g/L", "Na": "1 g/L"},
        "pH": 1,
        "flow": "20 L/h",
    }
    tree["units"]["press"] = {
        "is": "filter",
        "slurry": "clean.slurry",
        "cake": "hydroxide",
        "solids_loss": 0.1,
    }
    tree["units"]["clean"] = {
        "is": "neutralisation",
        "liquor": "dirty",
        "reagent": "alkali",
        "to_pH": 4,
    }
    tree["units"]["cascade"]["strip"] = ["press.filtrate", "strip_acid"]
    balance = Plant.from_tree(tree).solve()
    passed = balance.streams["press.filtrate"].mass_of("solid")
    assert passed > 0
    assert balance.streams["cascade.extract"].mass_of("solid") == pytest.approx(passed, rel=1e-9)


@pytest.mark.parametrize(
    ("flow", "words"), [("0.1 m3/h", "less strip acid is offered"), ("0.2 m3/h", "more strip acid")]
)
def test_strip_acid_that_does_not_fit_its_flow_is_refused(flow, words):
    with pytest.raises(Infeasible, match=words):
        plant({"own": flowing("HCl 4 mol/L", flow)}, strip="own").solve()


def test_strip_acid_that_fits_its_flow_is_taken():
    balance = plant({"own": flowing("HCl 4 mol/L", "0.15 m3/h")}, strip="own").solve()
    np.testing.assert_allclose(products(balance), products(plant().solve()), rtol=1e-8, atol=1e-12)


def test_a_target_and_a_stream_that_flows_by_itself_do_not_both_set_the_strip_acid():
    with pytest.raises(PlantError, match=r"'strip' takes 'weak'.*a target sets how much") as error:
        plant(
            {"weak": flowing("HCl 2 mol/L", "0.05 m3/h")},
            strip=["weak", "strip_acid"],
            flows={"organic": "0.6 m3/h", "reflux": 0.2},
            targets={"strip": "Dy residual <= 2 %"},
        )
    assert error.value.path == ("units", "cascade", "strip", 0)


@pytest.mark.parametrize(
    ("factors", "model", "words"),
    [
        ({"Dy/Nd": 20, "Tb/Gd": 2}, "exchange", "a factor of Tb.*from Dy to Tb"),
        ({"Ba/Dy": 2}, "mass-action", "a factor of Ba.*named first"),
    ],
)
def test_separation_factors_that_lead_nowhere_are_refused_at_their_line(factors, model, words):
    with pytest.raises(PlantError, match=words) as error:
        plant(model=model, separation_factors=factors)
    assert error.value.path[:3] == ("units", "cascade", "separation_factors")


def test_an_element_that_is_not_fed_cannot_be_a_target():
    with pytest.raises(Infeasible, match=r"'cascade': the feed holds no Tb, which a target names"):
        plant(
            flows={"strip": "0.15 m3/h", "reflux": 0.2},
            targets={"organic": "Tb recovery >= 90 %"},
        ).solve()
