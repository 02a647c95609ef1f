"""Cases of the units that take scrap up and dissolve it."""

from __future__ import annotations

from tests.units.feeds import ACID, AIR, OXALIC, WATER, Case

from ytterby.units import (
    AcidLeach,
    AlkalineFusion,
    AlloyBlend,
    Calcination,
    CopperDissolution,
    Drying,
    FullLeach,
    HydrogenDecrepitation,
    MagnetPreparation,
    OxidationRoast,
    SpecifiedSplit,
    SulfationRoast,
    WaterLeach,
)

METAL = {
    "assay": {
        "Nd": "25 %",
        "Dy": "2 %",
        "Ce": "1 %",
        "Fe": "60 %",
        "Co": "2 %",
        "B": "1 %",
        "Ni": "0.5 %",
        "remainder": "inert",
    }
}
CALCINE = {
    "assay": {
        "Nd2O3": "10 %",
        "NdFeO3": "18 %",
        "DyFeO3": "2 %",
        "CeO2": "1 %",
        "Fe2O3": "60 %",
        "Fe3O4": "2 %",
        "CoO": "2 %",
        "NiO": "1 %",
        "B2O3": "2 %",
        "remainder": "inert",
    }
}
PHOSPHOR = {"scrap": "lamp-phosphor"}

SCRAP_CASES: dict[str, Case] = {
    "oxidation-roast": (
        OxidationRoast(solid="s", gas="g", temperature="800 degC"),
        {"solid": (METAL, 1.0)},
        {"gas": AIR},
    ),
    "acid-leach": (
        AcidLeach(
            solid="s",
            acid="a",
            water="w",
            acid_dose=1.2,
            liquid_to_solid="4 L/kg",
            temperature="80 degC",
        ),
        {"solid": (CALCINE, 1.0), "acid": (OXALIC, 0.01)},
        {"acid": ACID, "water": WATER},
    ),
    "magnet-preparation": (
        MagnetPreparation(
            solid="s", temperature="400 degC", coating={"Ni": "90 %"}, magnet_loss="1 %"
        ),
        {"solid": ({"scrap": "swarf", "coating": {"Ni": "2 %"}}, 1.0)},
        {},
    ),
    "hydrogen-decrepitation": (
        HydrogenDecrepitation(
            solid="s",
            hydrogen="h",
            air="a",
            liberated="98 %",
            coating={"Ni": "95 %"},
            oxygen_pickup="1000 ppm",
            degassed="90 %",
        ),
        {"solid": ({"scrap": "motor"}, 1.0)},
        {"hydrogen": {"gas": "H2"}, "air": AIR},
    ),
    "alloy-blend": (
        AlloyBlend(
            powder="p",
            light="l",
            heavy="h",
            rare_earths="33 %",
            heavy_rare_earths="3 %",
            limits={"Cu": "0.2 %"},
        ),
        {"powder": ({"scrap": "motor"}, 1.0)},
        {
            "light": {"assay": {"NdH2": "100 %"}},
            "heavy": {"assay": {"Dy": "80 %", "Fe": "20 %"}},
        },
    ),
    "sulfation-roast": (
        SulfationRoast(solid="s", sulfate="a", gas="g", dose=1.5, temperature="750 degC"),
        {"solid": (METAL, 1.0)},
        {"sulfate": {"liquid": "H2SO4 93 % w/w"}, "gas": AIR},
    ),
    "water-leach": (
        WaterLeach(solid="s", water="w", liquid_to_solid="6 L/kg"),
        {
            "solid": (
                {
                    "assay": {
                        "Nd2(SO4)3": "20 %",
                        "CoSO4": "1 %",
                        "CaSO4": "3 %",
                        "Na2SO4": "2 %",
                        "remainder": "Fe2O3",
                    }
                },
                1.0,
            )
        },
        {"water": WATER},
    ),
    "full-leach": (
        FullLeach(
            solid="s",
            acid="a",
            water="w",
            acid_dose=1.1,
            liquid_to_solid="10 L/kg",
            temperature="70 degC",
            time="4 h",
        ),
        {"solid": (METAL, 1.0), "acid": (OXALIC, 0.01)},
        {"acid": ACID, "water": WATER},
    ),
    "copper-dissolution": (
        CopperDissolution(solid="s", copper="c", gas="g", dose=1.0, temperature="70 degC"),
        {"solid": (METAL, 1.0)},
        {"copper": {"liquid": "Cu(NO3)2 1 mol/L"}, "gas": AIR},
    ),
    "alkaline-fusion": (
        AlkalineFusion(solid="s", alkali="a", gas="g", dose=1.5, temperature="800 degC"),
        {"solid": (PHOSPHOR, 1.0)},
        {"alkali": {"assay": {"NaOH": "100 %"}}, "gas": AIR},
    ),
    "drying": (
        Drying(cake="c", moisture="1 %"),
        {"cake": ({"scrap": "swarf"}, 1.0)},
        {},
    ),
    "specified-split": (
        SpecifiedSplit(stream="s", shares={"solid": "95 %", "Fe(s)": "10 %", "aqueous": "2 %"}),
        {"stream": (METAL, 1.0)},
        {},
    ),
    "calcination": (
        Calcination(solid="s", gas="g", temperature="950 degC"),
        {
            "solid": (
                {"assay": {"Nd2(C2O4)3.10H2O": "95 %", "NaCl": "1 %", "CoC2O4.2H2O": "4 %"}},
                1.0,
            )
        },
        {"gas": AIR},
    ),
}
