"""One case per unit kind, which the harness runs; a new unit adds its own."""

from __future__ import annotations

from ytterby.units import (
    AcidLeach,
    Calcination,
    CascadeUnit,
    Filter,
    IronOxidation,
    Neutralisation,
    OxalatePrecipitation,
    OxidationRoast,
    Split,
    Unit,
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
LIQUOR = {
    "liquor": {
        "Nd": "50 g/L",
        "Dy": "3 g/L",
        "Fe+3": "1 g/L",
        "Fe+2": "0.5 g/L",
        "Co": "2 g/L",
        "Ni": "1 g/L",
        "B": "1 g/L",
        "Na": "5 g/L",
    },
    "pH": 1.0,
}
CASCADE_FEED = {
    "liquor": {"Nd": "40 g/L", "Pr": "6 g/L", "Dy": "2 g/L", "Fe+3": "5 mg/L", "Co": "2 g/L"},
    "pH": 1.0,
}
AIR, WATER = {"gas": "air"}, {"liquid": "water"}
ACID, ALKALI = {"liquid": "HCl 31 % w/w"}, {"liquid": "NaOH 30 % w/w"}
PEROXIDE, OXALIC = {"liquid": "H2O2 30 % w/w"}, {"liquid": "H2C2O4 9 % w/w"}

CASES: dict[str, tuple[Unit, dict[str, tuple[dict, float]], dict[str, dict]]] = {
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
    "filter": (
        Filter(slurry="s", wash="w", cake="hydroxide", wash_ratio=2),
        {"slurry": (LIQUOR, 3.0)},
        {"wash": WATER},
    ),
    "iron-oxidation": (
        IronOxidation(liquor="l", oxidant="o"),
        {"liquor": (LIQUOR, 1.0)},
        {"oxidant": PEROXIDE},
    ),
    "neutralisation": (
        Neutralisation(liquor="l", reagent="a", to_pH=4.0),
        {"liquor": (LIQUOR, 1.0)},
        {"reagent": ALKALI},
    ),
    "cascade": (
        CascadeUnit(
            feed="f",
            organic="o",
            strip="s",
            saponify="a",
            stages={"extraction": 4, "scrubbing": 4, "stripping": 4},
            targets={
                "organic": "Dy recovery >= 99 %",
                "reflux": "Dy purity >= 99.5 %",
                "strip": "Dy residual <= 1 %",
            },
            saponification=0.1,
        ),
        {"feed": (CASCADE_FEED, 1.0)},
        {
            "organic": {"extractant": "P507", "molarity": "1.0 mol/L"},
            "strip": {"liquid": "HCl 4 mol/L"},
            "saponify": ALKALI,
        },
    ),
    "oxalate-precipitation": (
        OxalatePrecipitation(liquor="l", oxalic="o", dose=1.1),
        {"liquor": (LIQUOR, 1.0)},
        {"oxalic": OXALIC},
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
    "split": (Split(stream="s", part=0.3), {"stream": (LIQUOR, 1.0)}, {}),
}
"""kind -> (unit, {inlet: (feed, kg/s)}, {inlet: drawn feed})."""
