"""Unit operations, one file each."""

from ytterby.units.acid_leach import AcidLeach
from ytterby.units.alkaline_fusion import AlkalineFusion
from ytterby.units.alloy_blend import AlloyBlend
from ytterby.units.calcination import Calcination
from ytterby.units.cascade import CascadeDetail, CascadeUnit
from ytterby.units.copper_dissolution import CopperDissolution
from ytterby.units.drying import Drying
from ytterby.units.fields import (
    SI,
    Declaration,
    FactTable,
    FieldError,
    convert,
    declarations,
    required,
    to_tree,
)
from ytterby.units.filter import Filter
from ytterby.units.full_leach import FullLeach
from ytterby.units.hydrogen_decrepitation import HydrogenDecrepitation
from ytterby.units.iron_oxidation import IronOxidation
from ytterby.units.magnet_preparation import MagnetPreparation
from ytterby.units.neutralisation import Neutralisation
from ytterby.units.organic_regeneration import OrganicRegeneration
from ytterby.units.oxalate_precipitation import OxalatePrecipitation
from ytterby.units.oxidation_roast import OxidationRoast
from ytterby.units.precipitation import (
    CarbonatePrecipitation,
    DoubleSulfatePrecipitation,
    FluoridePrecipitation,
    SulfidePrecipitation,
)
from ytterby.units.specified_split import SpecifiedSplit
from ytterby.units.split import Split
from ytterby.units.sulfation_roast import SulfationRoast
from ytterby.units.unit import Derivative, Grade, Inlet, Outcome, Unit
from ytterby.units.water_leach import WaterLeach

KINDS: dict[str, type[Unit]] = {
    unit.kind: unit
    for unit in (
        MagnetPreparation,
        HydrogenDecrepitation,
        AlloyBlend,
        OxidationRoast,
        SulfationRoast,
        AlkalineFusion,
        AcidLeach,
        FullLeach,
        WaterLeach,
        CopperDissolution,
        Filter,
        IronOxidation,
        Neutralisation,
        SulfidePrecipitation,
        CascadeUnit,
        OrganicRegeneration,
        OxalatePrecipitation,
        CarbonatePrecipitation,
        DoubleSulfatePrecipitation,
        FluoridePrecipitation,
        Drying,
        Calcination,
        Split,
        SpecifiedSplit,
    )
}
"""Every unit operation by its name in plant files."""

__all__ = [
    "KINDS",
    "SI",
    "AcidLeach",
    "AlkalineFusion",
    "AlloyBlend",
    "Calcination",
    "CarbonatePrecipitation",
    "CascadeDetail",
    "CascadeUnit",
    "CopperDissolution",
    "Declaration",
    "Derivative",
    "DoubleSulfatePrecipitation",
    "Drying",
    "FactTable",
    "FieldError",
    "Filter",
    "FluoridePrecipitation",
    "FullLeach",
    "Grade",
    "HydrogenDecrepitation",
    "Inlet",
    "IronOxidation",
    "MagnetPreparation",
    "Neutralisation",
    "OrganicRegeneration",
    "Outcome",
    "OxalatePrecipitation",
    "OxidationRoast",
    "SpecifiedSplit",
    "Split",
    "SulfationRoast",
    "SulfidePrecipitation",
    "Unit",
    "WaterLeach",
    "convert",
    "declarations",
    "required",
    "to_tree",
]
