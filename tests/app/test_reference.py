"""The unit reference in the docs is the one the code gives."""

from pathlib import Path

from ytterby.app.reference import units_page


def test_the_unit_reference_is_up_to_date():
    page = Path(__file__).parents[2] / "docs" / "units.md"
    assert page.read_text(encoding="utf-8") == units_page()
