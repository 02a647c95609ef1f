"""One case per unit kind, which the harness runs; a new unit adds its own."""

from __future__ import annotations

from tests.units.water_cases import WATER_CASES

from ytterby.plant import Feed
from ytterby.units import (
    AcidBake,
    AcidLeach,
    AlkalineFusion,
    AlloyBlend,
    BastnaesiteRoast,
    Calcination,
    CalciothermicReduction,
    CarbonatePrecipitation,
    CascadeUnit,
    CausticCrack,
    ClayLeach,
    CoalRefuseLeach,
    Coating,
    CopperDissolution,
    DoubleSulfatePrecipitation,
    Drying,
    Filter,
    Flotation,
    FluoridePrecipitation,
    Fluorination,
    FullLeach,
    GrainBoundaryDiffusion,
    HydrogenDecrepitation,
    IronOxidation,
    JetMilling,
    Machining,
    MagneticSeparation,
    MagnetPreparation,
    MoltenSaltElectrolysis,
    Neutralisation,
    OrganicRegeneration,
    OxalatePrecipitation,
    OxidationRoast,
    PhosphogypsumLeach,
    Pressing,
    Sintering,
    SpecifiedSplit,
    Split,
    StripCasting,
    SulfationRoast,
    SulfidePrecipitation,
    TankLeach,
    Unit,
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
PHOSPHOR = {"scrap": "lamp-phosphor"}
CLAY = {
    "clay": {
        "desorbable": "500 ppm",
        "total": "800 ppm",
        "partition": "longnan",
        "exchangeable": {"Al": "7 mmol/kg", "Ca": "2 mmol/kg", "K": "1 mmol/kg"},
        "moisture": "15 %",
    }
}
ORE = {
    "assay": {
        "LaFCO3": "4 %",
        "CeFCO3": "6 %",
        "NdFCO3": "2 %",
        "LaPO4": "2 %",
        "YPO4": "1 %",
        "Th3(PO4)4": "0.5 %",
        "UO3": "200 ppm",
        "RaSO4": 1e-9,
        "CaCO3": "3 %",
        "CaF2": "5 %",
        "Fe2O3": "6 %",
        "remainder": "SiO2",
    }
}
CALCINED_ORE = {
    "assay": {
        "LaOF": "20 %",
        "Nd2O3": "5 %",
        "Y(OH)3": "2 %",
        "Th(OH)4": "1 %",
        "CaCO3": "5 %",
        "remainder": "SiO2",
    }
}
REFUSE = {
    "assay": {
        "Al2O3": "23 %",
        "Fe2O3": "6 %",
        "CaO": "0.3 %",
        "Nd2O3": "70 ppm",
        "Y2O3": "33 ppm",
        "remainder": "inert",
    }
}
GYPSUM = {
    "assay": {
        "CePO4": "0.1 %",
        "YPO4": "0.02 %",
        "UO3": "40 ppm",
        "Th3(PO4)4": "5 ppm",
        "SiO2": "4 %",
        "remainder": "CaSO4.2H2O",
    }
}
OXIDES = {
    "assay": {
        "Nd2O3": "40 %",
        "Pr6O11": "12 %",
        "La2O3": "2 %",
        "CeO2": "2 %",
        "Gd2O3": "5 %",
        "Tb4O7": "6 %",
        "Dy2O3": "20 %",
        "Ho2O3": "3 %",
        "Fe2O3": "1 %",
        "CoO": "0.5 %",
        "Al2O3": "0.5 %",
        "CuO": "0.5 %",
        "Ga2O3": "0.3 %",
        "Nb2O5": "0.3 %",
        "B2O3": "0.3 %",
        "remainder": "CaO",
    }
}
FLUORIDES = {
    "assay": {
        "TbF3": "30 %",
        "DyF3": "40 %",
        "GdF3": "10 %",
        "HoF3": "5 %",
        "NdF3": "5 %",
        "PrF3": "2 %",
        "LaF3": "1 %",
        "CeF3": "1 %",
        "SmF3": "1 %",
        "Fe": "1 %",
        "Cu": "0.5 %",
        "remainder": "Dy2O3",
    }
}
MAGNET = {
    "assay": {
        "Nd": "20 %",
        "Pr": "6 %",
        "La": "0.5 %",
        "Ce": "1 %",
        "Gd": "1 %",
        "Tb": "0.3 %",
        "Dy": "2 %",
        "Ho": "0.5 %",
        "B": "1 %",
        "Co": "1 %",
        "Al": "0.3 %",
        "Cu": "0.2 %",
        "Ga": "0.2 %",
        "Nb": "0.2 %",
        "C": "0.05 %",
        "remainder": "Fe",
    }
}
"""Every element that a magnet plant follows."""
POWDER = {
    "assay": {**MAGNET["assay"], "H": "0.1 %", "Nd2O3": "0.5 %", "C18H36O2": "0.1 %"},
}
METALS = {
    "assay": {
        "Nd": "70 %",
        "Pr": "20 %",
        "La": "1 %",
        "Ce": "3 %",
        "Gd": "4 %",
        "Ho": "1 %",
        "C": "0.03 %",
        "remainder": "Fe",
    }
}
DYSPROSIUM_IRON = {"assay": {"Dy": "75 %", "Tb": "5 %", "Fe": "20 %"}}
ADDITIVES = {"assay": {"Co": "50 %", "Al": "15 %", "Cu": "12 %", "Ga": "13 %", "Nb": "10 %"}}
IRON, GRAPHITE = {"assay": {"Fe": "100 %"}}, {"assay": {"C": "99.5 %", "remainder": "inert"}}
FERROBORON = {"assay": {"B": "20 %", "remainder": "Fe"}}
MELT = {"assay": {"NdF3": "80 %", "PrF3": "5 %", "LiF": "15 %"}}
AIR, WATER = {"gas": "air"}, {"liquid": "water"}
ACID, ALKALI = {"liquid": "HCl 31 % w/w"}, {"liquid": "NaOH 30 % w/w"}
PEROXIDE, OXALIC = {"liquid": "H2O2 30 % w/w"}, {"liquid": "H2C2O4 9 % w/w"}

CASES: dict[str, tuple[Unit, dict[str, tuple[dict, float]], dict[str, dict]]] = {
    "flotation": (
        Flotation(
            ore="o",
            sizes={"fine": "40 %", "coarse": "60 %"},
            recovery={"REFCO3": {"fine": "60 %", "coarse": "80 %"}, "YPO4": "50 %"},
            to_grade="50 %",
        ),
        {"ore": (ORE, 1.0)},
        {},
    ),
    "magnetic-separation": (
        MagneticSeparation(ore="o", recovery={"Fe2O3": "90 %", "REPO4": "20 %"}, others="2 %"),
        {"ore": (ORE, 1.0)},
        {},
    ),
    "bastnaesite-roast": (
        BastnaesiteRoast(solid="s", gas="g", temperature="550 degC"),
        {"solid": (ORE, 1.0)},
        {"gas": AIR},
    ),
    "acid-bake": (
        AcidBake(solid="s", acid="a", dose=1.3, temperature="250 degC", thorium_fixed="40 %"),
        {"solid": (ORE, 1.0)},
        {"acid": {"liquid": "H2SO4 95 % w/w"}},
    ),
    "caustic-crack": (
        CausticCrack(solid="s", alkali="a", dose=1.5, temperature="140 degC"),
        {"solid": (ORE, 1.0)},
        {"alkali": {"liquid": "NaOH 50 % w/w"}},
    ),
    "tank-leach": (
        TankLeach(
            solid="s",
            acid="a",
            water="w",
            acid_dose="4 mol/kg",
            liquid_to_solid="5 L/kg",
            tanks=2,
            time="1 h",
            temperature="60 degC",
            rates={
                "REOF": {"rate": "3 1/h", "order": 1},
                "Nd2O3": {"rate": "2 1/h", "law": "ash-layer", "energy": "10 kJ/mol"},
                "RE(OH)3": {"rate": "50 1/h"},
                "Th(OH)4": {"rate": "5 1/h"},
                "CaCO3": {"rate": "100 1/h", "order": 0.5},
            },
        ),
        {"solid": (CALCINED_ORE, 1.0)},
        {"acid": ACID, "water": WATER},
    ),
    "coal-refuse-leach": (
        CoalRefuseLeach(solid="s", acid="a", tanks=2, time="1 h"),
        {"solid": (REFUSE, 1.0), "acid": ({"liquid": "H2SO4 0.05 mol/L"}, 10.0)},
        {},
    ),
    "phosphogypsum-leach": (
        PhosphogypsumLeach(
            solid="s", acid="a", liquid_to_solid="4 L/kg", temperature="50 degC", time="2 h"
        ),
        {"solid": (GYPSUM, 1.0)},
        {"acid": {"liquid": "H2SO4 5 % w/w"}},
    ),
    "clay-leach": (
        ClayLeach(
            ore="o",
            lixiviant="l",
            salt="s",
            water="w",
            liquid_to_solid="0.6 L/kg",
            rinse="0.2 L/kg",
            strength="0.3 mol/L",
            height="3 m",
            flux="0.1 m/d",
            swept="90 %",
            collected="95 %",
        ),
        {"ore": (CLAY, 1.0), "lixiviant": ({"liquid": "MgSO4 0.05 mol/L"}, 0.1)},
        {"lixiviant": WATER, "salt": {"liquid": "(NH4)2SO4 40 % w/w"}, "water": WATER},
    ),
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
    "organic-regeneration": (
        OrganicRegeneration(organic="o", acid="a", agent="oxalic-acid", contacts=2, dose=3),
        {"organic": (LOADED, 1.0)},
        {"acid": OXALIC},
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
    "fluorination": (
        Fluorination(solid="s", fluorine="f", dose=1.2, temperature="700 degC"),
        {"solid": (OXIDES, 1.0), "fluorine": ({"liquid": "HF 40 % w/w"}, 0.05)},
        {"fluorine": {"assay": {"NH4HF2": "100 %"}}},
    ),
    "molten-salt-electrolysis": (
        MoltenSaltElectrolysis(
            oxide="o",
            salt="s",
            anode="a",
            air="g",
            iron="i",
            iron_share="20 %",
            temperature="1050 degC",
        ),
        {"oxide": (OXIDES, 1.0), "salt": (MELT, 0.01)},
        {"salt": MELT, "anode": GRAPHITE, "air": AIR, "iron": IRON},
    ),
    "calciothermic-reduction": (
        CalciothermicReduction(fluoride="f", calcium="c", dose=1.1, temperature="1500 degC"),
        {"fluoride": (FLUORIDES, 1.0)},
        {"calcium": {"assay": {"Ca": "100 %"}}},
    ),
    "strip-casting": (
        StripCasting(
            rare_earths="r",
            heavy="h",
            iron="i",
            boron="b",
            additives="a",
            air="g",
            rare_earth_share="31 %",
            heavy_share="3 %",
            boron_share="1 %",
            additive_share="2 %",
            oxygen_pickup="200 ppm",
            limits={"O": "0.01 %", "C": "0.05 %"},
        ),
        {"rare_earths": (METALS, 1.0)},
        {
            "heavy": DYSPROSIUM_IRON,
            "iron": IRON,
            "boron": FERROBORON,
            "additives": ADDITIVES,
            "air": AIR,
        },
    ),
    "jet-milling": (
        JetMilling(solid="s", air="a", oxygen_pickup="500 ppm"),
        {"solid": (POWDER, 1.0)},
        {"air": AIR},
    ),
    "pressing": (
        Pressing(powder="p", lubricant="l", lubricant_share="0.1 %", rejects="2 %"),
        {"powder": (MAGNET, 1.0)},
        {"lubricant": {"assay": {"C18H36O2": "100 %"}}},
    ),
    "sintering": (
        Sintering(
            compact="c",
            air="a",
            temperature="1070 degC",
            oxygen_pickup="300 ppm",
            rejects="2 %",
            metallic="31 %",
            limits={"O": "0.1 %"},
        ),
        {"compact": (POWDER, 1.0)},
        {"air": AIR},
    ),
    "machining": (
        Machining(block="b", coolant="c", swarf="25 %", rejects="2 %", moisture="30 %"),
        {"block": (MAGNET, 1.0)},
        {"coolant": WATER},
    ),
    "grain-boundary-diffusion": (
        GrainBoundaryDiffusion(
            magnet="m", source="s", uptake="0.4 %", thickness="8 mm", temperature="900 degC"
        ),
        {"magnet": (MAGNET, 1.0), "source": ({"assay": {"DyH2": "50 %", "Dy": "50 %"}}, 1e-3)},
        {"source": {"assay": {"TbF3": "90 %", "HoF3": "10 %"}}},
    ),
    "coating": (
        Coating(part="p", metal="m", coating_share="1.5 %", rejects="1 %"),
        {"part": (MAGNET, 1.0)},
        {"metal": {"assay": {"Ni": "100 %"}}},
    ),
    "split": (Split(stream="s", part=0.3), {"stream": (LIQUOR, 1.0)}, {}),
    **WATER_CASES,
}
"""kind -> (unit, {inlet: (feed, kg/s)}, {inlet: drawn feed})."""
