"""Plants for tests: a small magnet plant, and generated ones with nested loops."""

from __future__ import annotations

from pathlib import Path

from ytterby.app.new import STARTER as STARTER_FILE
from ytterby.plant import Plant
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
)

EXAMPLE_FILE = Path(__file__).parents[1] / "examples" / "magnet-recycling" / "plant.yaml"
EXAMPLE, STARTER = EXAMPLE_FILE.read_text("utf-8"), STARTER_FILE.read_text("utf-8")
HDD = {
    "Nd": "22.8 %",
    "Pr": "3.3 %",
    "Dy": "1.2 %",
    "Fe": "62.6 %",
    "Co": "1.5 %",
    "B": "0.9 %",
    "Ni": "0.6 %",
}
REAGENTS = {
    "air": {"gas": "air"},
    "water": {"liquid": "water"},
    "acid": {"liquid": "HCl 31 % w/w"},
    "alkali": {"liquid": "NaOH 30 % w/w"},
    "peroxide": {"liquid": "H2O2 30 % w/w"},
    "oxalic": {"liquid": "H2C2O4 9 % w/w"},
}


def magnet_plant(
    assay: dict[str, str] | None = None, *, scale: float = 1.0, bleed: float = 0.5
) -> Plant:
    """Scrap to mixed oxide: roast, leach, iron removal, oxalate; three recycles into the leach."""
    scrap = {"flow": f"{100 * scale!r} kg/h", "assay": {**(assay or HDD), "remainder": "inert"}}
    return Plant(
        name="mixed-oxide",
        feeds={"scrap": scrap, **REAGENTS},
        units={
            "roast": OxidationRoast(solid="scrap", gas="air", temperature="800 degC"),
            "leach": AcidLeach(
                solid="roast.calcine",
                acid=("bleed.rest", "acid"),
                water=("residue.washings", "iron_cake.washings", "water"),
                acid_dose=1.167,
                liquid_to_solid="3 L/kg",
                temperature="80 degC",
            ),
            "residue": Filter(
                slurry="leach.slurry", wash="water", cake="iron-oxide-residue", wash_ratio=2
            ),
            "oxidise": IronOxidation(liquor="residue.filtrate", oxidant="peroxide"),
            "iron": Neutralisation(liquor="oxidise.liquor", reagent="alkali", to_pH=4),
            "iron_cake": Filter(slurry="iron.slurry", wash="water", cake="hydroxide", wash_ratio=2),
            "oxalate": OxalatePrecipitation(liquor="iron_cake.filtrate", oxalic="oxalic", dose=1.0),
            "oxalate_cake": Filter(
                slurry="oxalate.slurry", wash="water", cake="oxalate", wash_ratio=3
            ),
            "bleed": Split(stream="oxalate_cake.filtrate", part=bleed),
            "kiln": Calcination(solid="oxalate_cake.cake", gas="air", temperature="950 degC"),
        },
        outlets={
            "kiln.product": "product",
            "bleed.part": "effluent",
            "residue.cake": "residue",
            "iron_cake.cake": "residue",
            "oxalate_cake.washings": "effluent",
            "roast.offgas": "emission",
            "leach.offgas": "emission",
            "oxidise.offgas": "emission",
            "kiln.offgas": "emission",
        },
    )


def looped_plant(bleeds: list[float], pH: list[float], liquor: dict[str, str]) -> Plant:
    """Neutralisations in a row, each with its liquor going round by a bleed; one alkali for all."""
    feeds = {
        "liquor": {"flow": "1 m3/h", "liquor": liquor, "pH": 1.5},
        "alkali": REAGENTS["alkali"],
        "water": REAGENTS["water"],
    }
    units: dict[str, object] = {}
    entering = "liquor"
    for i, (bleed, to_pH) in enumerate(zip(bleeds, pH, strict=True)):
        units[f"tank{i}"] = Neutralisation(
            liquor=(entering, f"purge{i}.rest"), reagent="alkali", to_pH=to_pH
        )
        units[f"press{i}"] = Filter(
            slurry=f"tank{i}.slurry", wash="water", cake="hydroxide", wash_ratio=1
        )
        units[f"purge{i}"] = Split(stream=f"press{i}.filtrate", part=bleed)
        entering = f"purge{i}.part"
    return Plant(name="looped", feeds=feeds, units=units)  # type: ignore[arg-type]


def parting_plant(
    liquor: dict[str, str], *, scale: float = 1.0, bleed: float = 0.05, pH: float = 1.0
) -> Plant:
    """A cascade with all its flows given, its organic going round, its raffinate neutralised."""
    return Plant(
        name="parting",
        feeds={
            "liquor": {"flow": f"{scale!r} m3/h", "liquor": liquor, "pH": pH},
            "organic": {"extractant": "P507", "molarity": "1.0 mol/L"},
            "strip_acid": {"liquid": "HCl 4 mol/L"},
            "alkali": REAGENTS["alkali"],
        },
        units={
            "cascade": CascadeUnit(
                feed="liquor",
                organic=("solvent.rest", "organic"),
                strip="strip_acid",
                saponify="alkali",
                stages={"extraction": 4, "scrubbing": 3, "stripping": 4},
                flows={
                    "organic": f"{0.6 * scale!r} m3/h",
                    "strip": f"{0.15 * scale!r} m3/h",
                    "reflux": 0.2,
                },
                saponification=0.2,
            ),
            "solvent": Split(stream="cascade.stripped", part=bleed),
            "tank": Neutralisation(liquor="cascade.raffinate", reagent="alkali", to_pH=4.0),
        },
        outlets={
            "cascade.extract": "product",
            "solvent.part": "residue",
            "tank.slurry": "effluent",
        },
    )
