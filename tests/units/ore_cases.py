"""Cases of the units that win rare earths from ores, clay and residues."""

from __future__ import annotations

from tests.units.feeds import ACID, AIR, WATER, Case

from ytterby.units import (
    AcidBake,
    BastnaesiteRoast,
    CausticCrack,
    ClayLeach,
    CoalRefuseLeach,
    Flotation,
    MagneticSeparation,
    PhosphogypsumLeach,
    TankLeach,
)

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

ORE_CASES: dict[str, Case] = {
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
}
