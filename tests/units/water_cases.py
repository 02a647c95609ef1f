"""Cases of the units that treat waste water and win reagents back."""

from __future__ import annotations

from tests.units.feeds import ACID, AIR, WATER, Case

from ytterby.plant import Feed
from ytterby.units import (
    AmmoniaAbsorption,
    AmmoniaStripping,
    BipolarElectrodialysis,
    DiffusionDialysis,
    Evaporation,
    FluorideRemoval,
    LimeTreatment,
    NitrificationAnammox,
    ReverseOsmosis,
    Settling,
    Softening,
)

EFFLUENT = {
    "liquor": {
        "Na": "2 g/L",
        "NH4+": "1.5 g/L",
        "Nd": "50 mg/L",
        "Fe+3": "0.3 g/L",
        "Al": "0.2 g/L",
        "Ca": "0.1 g/L",
        "Mg": "0.1 g/L",
        "F-": "0.5 g/L",
        "SO4-2": "6 g/L",
        "HCO3-": "0.1 g/L",
    },
    "pH": 0.8,
}
HARD = {"liquor": {"Ca": "0.6 g/L", "Mg": "0.1 g/L", "Na": "1 g/L", "OH-": "0.3 g/L"}, "pH": 9}
ALKALINE = {"liquor": {"Na": "3 g/L", "NH4+": "1 g/L", "OH-": "1.2 g/L"}, "pH": 7}
BRINE = {"liquor": {"Na": "30 g/L", "NH4+": "5 g/L", "SO4-2": "2 g/L", "Ca": "20 mg/L"}, "pH": 6}
AMMONIUM = {"liquor": {"Na": "1 g/L", "NH4+": "0.6 g/L"}, "pH": 7}
SPENT = {"liquor": {"Fe+3": "20 g/L", "Zn+2": "1 g/L", "Nd": "2 g/L"}, "pH": -0.3}
SLURRY = Feed(
    form="assay",
    amounts=(
        ("CaSO4.2H2O(s)", 0.3),
        ("CaF2(s)", 0.1),
        ("H2O", 50.0),
        ("Na+", 0.5),
        ("Cl-", 0.5),
    ),
)
AMMONIACAL = Feed(
    form="gas",
    amounts=(("N2(g)", 27.0), ("O2(g)", 7.0), ("NH3(g)", 0.3), ("H2O(g)", 1.5)),
)
LIME, SODA = {"assay": {"Ca(OH)2": "95 %", "remainder": "inert"}}, {"liquid": "Na2CO3 10 % w/w"}

WATER_CASES: dict[str, Case] = {
    "lime-treatment": (
        LimeTreatment(liquor="l", reagent="r", to_pH=10.5),
        {"liquor": (EFFLUENT, 1.0)},
        {"reagent": LIME},
    ),
    "fluoride-removal": (
        FluorideRemoval(liquor="l", reagent="r", dose=2, database="thermochimie"),
        {"liquor": (EFFLUENT, 1.0)},
        {"reagent": {"assay": {"CaO": "100 %"}}},
    ),
    "softening": (
        Softening(liquor="l", reagent="r", dose=1.5),
        {"liquor": (HARD, 1.0)},
        {"reagent": SODA},
    ),
    "settling": (
        Settling(slurry="s", solids="25 %"),
        {"slurry": (SLURRY, 1.0)},
        {},
    ),
    "ammonia-stripping": (
        AmmoniaStripping(
            liquor="l",
            air="a",
            air_to_liquor=1500,
            stages=5,
            temperature="50 degC",
            pressure_drop="1500 Pa",
        ),
        {"liquor": (ALKALINE, 1.0)},
        {"air": AIR},
    ),
    "ammonia-absorption": (
        AmmoniaAbsorption(gas="g", acid="a", absorbed="95 %"),
        {"gas": (AMMONIACAL, 1.0)},
        {"acid": ACID},
    ),
    "reverse-osmosis": (
        ReverseOsmosis(liquor="l", recovery="60 %", pressure="60 bar"),
        {"liquor": (AMMONIUM, 1.0)},
        {},
    ),
    "evaporation": (
        Evaporation(brine="b", evaporated="90 %", temperature="85 degC"),
        {"brine": (BRINE, 1.0)},
        {},
    ),
    "bipolar-electrodialysis": (
        BipolarElectrodialysis(
            brine="b",
            acid_water="w",
            base_water="w",
            converted="80 %",
            acid_strength="1 mol/L",
            base_strength="1 mol/L",
            current_density="300 A/m2",
        ),
        {"brine": (BRINE, 1.0)},
        {"acid_water": WATER, "base_water": WATER},
    ),
    "nitrification-anammox": (
        NitrificationAnammox(liquor="l", alkali="s", air="a", removed="85 %"),
        {"liquor": (AMMONIUM, 1.0)},
        {"alkali": SODA, "air": AIR},
    ),
    "diffusion-dialysis": (
        DiffusionDialysis(liquor="l", water="w", leakage={"Nd": "5 %"}),
        {"liquor": (SPENT, 1.0)},
        {"water": WATER},
    ),
}
"""kind -> (unit, {inlet: (feed, kg/s)}, {inlet: drawn feed})."""
