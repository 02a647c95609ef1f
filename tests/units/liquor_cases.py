"""Cases of the units that part and precipitate what is dissolved."""

from __future__ import annotations

from tests.units.feeds import ALKALI, OXALIC, PEROXIDE, WATER, Case

from ytterby.plant import Feed
from ytterby.units import (
    CarbonatePrecipitation,
    CascadeUnit,
    DoubleSulfatePrecipitation,
    Filter,
    FluoridePrecipitation,
    IronOxidation,
    Neutralisation,
    OrganicRegeneration,
    OxalatePrecipitation,
    Split,
    SulfidePrecipitation,
)

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
SULFATE_LIQUOR = {
    "liquor": {
        "La": "8 g/L",
        "Ce": "10 g/L",
        "Nd": "4 g/L",
        "Dy": "0.5 g/L",
        "Ni": "40 g/L",
        "SO4-2": "100 g/L",
        "Na": "4 g/L",
        "Pb+2": "20 mg/L",
        "Ca": "0.4 g/L",
    },
    "pH": 1.0,
}
IMPURE_LIQUOR = {
    "liquor": {
        "Nd": "30 g/L",
        "Y": "2 g/L",
        "Cu": "0.5 g/L",
        "Pb+2": "50 mg/L",
        "Zn+2": "0.2 g/L",
        "Ni": "0.3 g/L",
        "Co": "0.5 g/L",
        "Al": "0.5 g/L",
        "Ca": "1 g/L",
        "Th+4": "5 mg/L",
        "UO2+2": "5 mg/L",
        "Mg": "0.3 g/L",
        "Na": "3 g/L",
    },
    "pH": 2.0,
}
LOADED = Feed(
    form="extractant",
    amounts=(
        ("P507(org)", 0.8),
        ("Fe+3:P507(org)", 0.02),
        ("Nd+3:P507(org)", 0.001),
        ("Na+:P507(org)", 0.01),
        ("kerosene(org)", 4.0),
    ),
)

LIQUOR_CASES: dict[str, Case] = {
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
    "oxalate-precipitation": (
        OxalatePrecipitation(liquor="l", oxalic="o", dose=1.1),
        {"liquor": (LIQUOR, 1.0)},
        {"oxalic": OXALIC},
    ),
    "carbonate-precipitation": (
        CarbonatePrecipitation(liquor="l", reagent="r", dose=1.2),
        {"liquor": (IMPURE_LIQUOR, 1.0)},
        {"reagent": {"liquid": "NH4HCO3 15 % w/w"}},
    ),
    "fluoride-precipitation": (
        FluoridePrecipitation(liquor="l", reagent="r", dose=1.2),
        {"liquor": (IMPURE_LIQUOR, 1.0)},
        {"reagent": {"liquid": "HF 20 % w/w"}},
    ),
    "sulfide-precipitation": (
        SulfidePrecipitation(liquor="l", reagent="r", dose=1.1),
        {"liquor": (IMPURE_LIQUOR, 1.0)},
        {"reagent": {"liquid": "NaHS 20 % w/w"}},
    ),
    "double-sulfate-precipitation": (
        DoubleSulfatePrecipitation(liquor="l", reagent="r", dose=2),
        {"liquor": (SULFATE_LIQUOR, 1.0)},
        {"reagent": {"liquid": "Na2SO4 15 % w/w"}},
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
    "organic-regeneration": (
        OrganicRegeneration(organic="o", acid="a", agent="oxalic-acid", contacts=2, dose=3),
        {"organic": (LOADED, 1.0)},
        {"acid": OXALIC},
    ),
    "filter": (
        Filter(slurry="s", wash="w", cake="hydroxide", wash_ratio=2),
        {"slurry": (LIQUOR, 3.0)},
        {"wash": WATER},
    ),
    "split": (Split(stream="s", part=0.3), {"stream": (LIQUOR, 1.0)}, {}),
}
