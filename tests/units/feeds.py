"""What cases of units have in common: their form, and feeds."""

from __future__ import annotations

from ytterby.units import Unit

Case = tuple[Unit, dict[str, tuple[dict, float]], dict[str, dict]]
"""(unit, {inlet: (feed, kg/s)}, {inlet: drawn feed})."""
AIR, WATER = {"gas": "air"}, {"liquid": "water"}
ACID, ALKALI = {"liquid": "HCl 31 % w/w"}, {"liquid": "NaOH 30 % w/w"}
PEROXIDE, OXALIC = {"liquid": "H2O2 30 % w/w"}, {"liquid": "H2C2O4 9 % w/w"}
