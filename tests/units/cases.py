"""One case per unit kind, which the harness runs; a new unit adds its own."""

from __future__ import annotations

from tests.units.feeds import Case
from tests.units.liquor_cases import LIQUOR_CASES
from tests.units.magnet_cases import MAGNET_CASES
from tests.units.ore_cases import ORE_CASES
from tests.units.scrap_cases import SCRAP_CASES
from tests.units.water_cases import WATER_CASES

CASES: dict[str, Case] = {
    **ORE_CASES,
    **SCRAP_CASES,
    **LIQUOR_CASES,
    **MAGNET_CASES,
    **WATER_CASES,
}
