"""Reading quantities: what is read, what is refused, and with which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.quantity import QuantityError, check, parse, parse_any, show


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12 m3/h", "m3/s", 12 / 3600),
        ("200 L/min", "m3/s", 12 / 3600),
        ("700 degC", "K", 973.15),
        ("1.0 mol/L", "mol/m3", 1000),
        ("31 % w/w", "-", 0.31),
        ("50 ppm", "-", 50e-6),
        ("0.1 t/h", "kg/s", 100 / 3600),
        ("3 L/kg", "m3/kg", 0.003),
        (5, "-", 5.0),
    ],
)
def test_quantities_are_read_into_si(text, unit, value):
    assert parse(text, unit) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("raw", "unit", "words"),
    [
        ("12 m3/h", "kg/s", "such as '100 kg/h'"),
        (700, "K", "the bare number 700"),
        ("12 kg/hh", "kg/s", "Did you mean 'kg/h'?"),
        ("nan kg/h", "kg/s", "a number with a unit"),
        ("1e400 kg/h", "kg/s", "a finite number"),
        (None, "K", "found nothing"),
        (True, "-", "found True"),
        ("1 __import__('os')", "-", "unknown unit"),
        ("9" * 100, "-", "a bare number, % or ppm"),
        ("two", "-", "found 'two', expected a bare number, % or ppm"),
    ],
)
def test_what_is_no_such_quantity_is_refused_with_a_reason(raw, unit, words):
    with pytest.raises(QuantityError) as error:
        parse(raw, unit)
    assert words in str(error.value)


@given(st.floats(1e-12, 1e12), st.sampled_from(["kg/s", "m3/s", "mol/m3", "-", "K"]))
def test_what_is_shown_is_read_again(value, unit):
    assert parse(show(value, unit, digits=17), unit) == pytest.approx(value, rel=1e-15)


def test_the_dimension_chooses_among_units():
    assert parse_any("100 kg/h", ("m3/s", "kg/s")) == (pytest.approx(100 / 3600), "kg/s")
    with pytest.raises(QuantityError, match=r"m3/s.* or .*kg/s"):
        parse_any("3 K", ("m3/s", "kg/s"))


def test_a_share_without_its_per_cent_is_told_how_to_write_it():
    with pytest.raises(QuantityError, match=r"from 0 to 1\. Per cent carry their sign: '60 %'"):
        check(60, 0, 1, "-", 60)
    with pytest.raises(QuantityError, match=r"from 0 to 1$"):
        check(-5, 0, 1, "-", -5)


def test_limits_are_told_in_the_unit():
    with pytest.raises(QuantityError, match="a value from 200 K to 2000 K"):
        check(20, 200, 2000, "K")
