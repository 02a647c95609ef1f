"""Cases of the units that make metals and magnets."""

from __future__ import annotations

from tests.units.feeds import AIR, WATER, Case

from ytterby.units import (
    CalciothermicReduction,
    Coating,
    Fluorination,
    GrainBoundaryDiffusion,
    JetMilling,
    Machining,
    MoltenSaltElectrolysis,
    Pressing,
    Sintering,
    StripCasting,
)

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

MAGNET_CASES: dict[str, Case] = {
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
}
