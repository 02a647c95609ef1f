"""Laws of streams: mixing, scaling, and what is reckoned from amounts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.balance import Basis, Stream, mix
from ytterby.chemistry import equilibrate
from ytterby.plant import Feed

BASIS = Basis.of(
    {"Nd+3", "Dy+3", "Na+", "Cl-", "H3BO3", "HC2O4-", "Nd2O3(s)", "air(g)", "O2(g)"} - {"air(g)"}
)
amounts = st.floats(0, 10)


@st.composite
def streams(draw) -> Stream:
    """Water with salts, acid or alkali, boric and oxalic acid, a solid and a gas; neutral."""
    ions = {name: draw(amounts) for name in ("Nd+3", "Dy+3", "Na+")}
    acid, alkali = draw(amounts), draw(amounts)
    chloride = 3 * ions["Nd+3"] + 3 * ions["Dy+3"] + acid
    given = ions | {
        "H2O": draw(st.floats(100, 1000)),
        "Na+": ions["Na+"] + alkali,
        "OH-": alkali,
        "H+": acid,
        "Cl-": chloride + ions["Na+"],
        "H3BO3": draw(amounts),
        "Nd2O3(s)": draw(amounts),
        "O2(g)": draw(amounts),
    }
    dense = equilibrate(BASIS.amounts(given), BASIS.solution)
    return Stream(BASIS, dense, draw(st.floats(280, 370)))


@given(st.lists(streams(), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_mixing_is_order_free(parts, chance):
    together = mix(parts)
    chance.shuffle(parts)
    again = mix([mix(parts[:2]), *parts[2:]])
    # 1e-9: near neutral, H+ is a small difference of acid and alkali.
    size = together.amounts.sum()
    np.testing.assert_allclose(again.amounts, together.amounts, rtol=1e-9, atol=1e-12 * size)
    assert again.temperature == pytest.approx(together.temperature, rel=1e-12)


@given(st.lists(streams(), min_size=1, max_size=4))
def test_mixing_keeps_elements_mass_and_charge(parts):
    together = mix(parts)
    expected = np.sum([part.element_amounts for part in parts], axis=0)
    np.testing.assert_allclose(together.element_amounts, expected, rtol=1e-12, atol=1e-12)
    assert together.mass == pytest.approx(sum(part.mass for part in parts), rel=1e-12)
    assert max(map(abs, together.charge.values())) < 1e-9


@given(streams(), st.floats(1e-3, 1e3))
def test_what_is_intensive_does_not_scale(stream, factor):
    more = factor * stream
    assert more.mass == pytest.approx(factor * stream.mass)
    assert more.reo_mass == pytest.approx(factor * stream.reo_mass)
    assert more.volume("aqueous") == pytest.approx(factor * stream.volume("aqueous"))
    assert more.concentration("Nd+3") == pytest.approx(stream.concentration("Nd+3"))
    assert more.pH == pytest.approx(stream.pH)


@given(streams())
def test_phases_and_elements_each_add_up_to_the_mass(stream):
    phases = sum(stream.mass_of(phase) for phase in ("solid", "aqueous", "organic", "gas"))
    assert phases == pytest.approx(stream.mass)
    assert sum(stream.element_masses.values()) == pytest.approx(stream.mass)
    assert stream.only("solid").mass == pytest.approx(stream.mass_of("solid"))


def test_acid_and_alkali_neutralise_when_mixed():
    acid, alkali = (
        Stream(BASIS, BASIS.amounts({"H2O": 55.0, **ions}))
        for ions in ({"H+": 1.0, "Cl-": 1.0}, {"Na+": 1.0, "OH-": 1.0})
    )
    salt = mix([acid, alkali])
    assert salt["H2O"] == pytest.approx(111.0, rel=1e-6)
    assert salt["H+"] == pytest.approx(salt["OH-"])


@pytest.mark.parametrize(
    ("solution", "density", "tolerance"),
    [
        ("NaOH 28 % w/w", 1306.4, 0.007),  # soapworld.biz/caustic-soda-soap.html, 20 degC
        ("NaOH 32 % w/w", 1349.0, 0.007),
        # advancedthermo.com/electrolytes/density_NaOH.html, 25 degC, 6 and 1 mol/kg
        ("NaOH 19.354 % w/w", 1208.66, 0.02),
        ("NaOH 3.846 % w/w", 1039.11, 0.01),
    ],
)
def test_alkali_is_as_dense_as_published(solution, density, tolerance):
    feed = Feed.of({"liquid": solution})
    stream = feed.unit_stream(Basis.of(feed.species))
    assert stream.mass / stream.volume("aqueous") == pytest.approx(density, rel=tolerance)


def test_a_card_tells_flow_temperature_and_main_species():
    stream = Stream(BASIS, BASIS.amounts({"H2O": 55.0, "Na+": 1.0, "Cl-": 1.0}), 353.15)
    first, second = str(stream).splitlines()
    assert first == f"{stream.mass * 3600:.4g} kg/h at 80 degC"
    assert second.strip().startswith("aqueous")
    assert "H2O" in second
