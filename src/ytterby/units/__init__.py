"""Unit operations, one file each."""

from ytterby.units.acid_bake import AcidBake
from ytterby.units.acid_leach import AcidLeach
from ytterby.units.alkaline_fusion import AlkalineFusion
from ytterby.units.alloy_blend import AlloyBlend
from ytterby.units.ammonia_absorption import AmmoniaAbsorption
from ytterby.units.ammonia_stripping import AmmoniaStripping
from ytterby.units.bastnaesite_roast import BastnaesiteRoast
from ytterby.units.beneficiation import Flotation, MagneticSeparation
from ytterby.units.bipolar_electrodialysis import BipolarElectrodialysis
from ytterby.units.calcination import Calcination
from ytterby.units.calciothermic_reduction import CalciothermicReduction
from ytterby.units.card import Card
from ytterby.units.cascade import CascadeUnit
from ytterby.units.cascade_detail import CascadeDetail
from ytterby.units.caustic_crack import CausticCrack
from ytterby.units.clay_campaign import ClayDetail
from ytterby.units.clay_leach import ClayLeach
from ytterby.units.coating import Coating
from ytterby.units.conversion import convert, to_tree
from ytterby.units.copper_dissolution import CopperDissolution
from ytterby.units.diffusion_dialysis import DiffusionDialysis
from ytterby.units.drying import Drying
from ytterby.units.evaporation import Evaporation
from ytterby.units.fields import (
    SI,
    Declaration,
    FactTable,
    FieldError,
    declarations,
    required,
    settled,
)
from ytterby.units.filter import Filter
from ytterby.units.fluoride_removal import FluorideRemoval
from ytterby.units.fluorination import Fluorination
from ytterby.units.full_leach import FullLeach
from ytterby.units.grain_boundary_diffusion import GrainBoundaryDiffusion
from ytterby.units.hydrogen_decrepitation import HydrogenDecrepitation
from ytterby.units.iron_oxidation import IronOxidation
from ytterby.units.jet_milling import JetMilling
from ytterby.units.lime_treatment import LimeTreatment
from ytterby.units.machining import Machining
from ytterby.units.magnet_preparation import MagnetPreparation
from ytterby.units.molten_salt_electrolysis import MoltenSaltElectrolysis
from ytterby.units.neutralisation import Neutralisation
from ytterby.units.nitrification_anammox import NitrificationAnammox
from ytterby.units.organic_regeneration import OrganicRegeneration
from ytterby.units.oxalate_precipitation import OxalatePrecipitation
from ytterby.units.oxidation_roast import OxidationRoast
from ytterby.units.phosphogypsum_leach import PhosphogypsumLeach
from ytterby.units.precipitation import (
    CarbonatePrecipitation,
    DoubleSulfatePrecipitation,
    FluoridePrecipitation,
    SulfidePrecipitation,
)
from ytterby.units.pressing import Pressing
from ytterby.units.reverse_osmosis import ReverseOsmosis
from ytterby.units.settling import Settling
from ytterby.units.sintering import Sintering
from ytterby.units.softening import Softening
from ytterby.units.specified_split import SpecifiedSplit
from ytterby.units.split import Split
from ytterby.units.strip_casting import StripCasting
from ytterby.units.sulfation_roast import SulfationRoast
from ytterby.units.tank_leach import CoalRefuseLeach, TankLeach
from ytterby.units.unit import Derivative, Grade, Inlet, Outcome, Unit
from ytterby.units.water_leach import WaterLeach

KINDS: dict[str, type[Unit]] = {
    unit.kind: unit
    for unit in (
        MagnetPreparation,
        HydrogenDecrepitation,
        AlloyBlend,
        ClayLeach,
        Flotation,
        MagneticSeparation,
        BastnaesiteRoast,
        AcidBake,
        CausticCrack,
        OxidationRoast,
        SulfationRoast,
        AlkalineFusion,
        AcidLeach,
        FullLeach,
        WaterLeach,
        TankLeach,
        CoalRefuseLeach,
        PhosphogypsumLeach,
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
        LimeTreatment,
        FluorideRemoval,
        Softening,
        Settling,
        AmmoniaStripping,
        AmmoniaAbsorption,
        ReverseOsmosis,
        Evaporation,
        BipolarElectrodialysis,
        NitrificationAnammox,
        DiffusionDialysis,
        Drying,
        Calcination,
        Fluorination,
        MoltenSaltElectrolysis,
        CalciothermicReduction,
        StripCasting,
        JetMilling,
        Pressing,
        Sintering,
        Machining,
        GrainBoundaryDiffusion,
        Coating,
        Split,
        SpecifiedSplit,
    )
}
"""Every unit operation by its name in plant files."""

__all__ = [
    "KINDS",
    "SI",
    "AcidBake",
    "AcidLeach",
    "AlkalineFusion",
    "AlloyBlend",
    "AmmoniaAbsorption",
    "AmmoniaStripping",
    "BastnaesiteRoast",
    "BipolarElectrodialysis",
    "Calcination",
    "CalciothermicReduction",
    "CarbonatePrecipitation",
    "Card",
    "CascadeDetail",
    "CascadeUnit",
    "CausticCrack",
    "ClayDetail",
    "ClayLeach",
    "CoalRefuseLeach",
    "Coating",
    "CopperDissolution",
    "Declaration",
    "Derivative",
    "DiffusionDialysis",
    "DoubleSulfatePrecipitation",
    "Drying",
    "Evaporation",
    "FactTable",
    "FieldError",
    "Filter",
    "Flotation",
    "FluoridePrecipitation",
    "FluorideRemoval",
    "Fluorination",
    "FullLeach",
    "Grade",
    "GrainBoundaryDiffusion",
    "HydrogenDecrepitation",
    "Inlet",
    "IronOxidation",
    "JetMilling",
    "LimeTreatment",
    "Machining",
    "MagnetPreparation",
    "MagneticSeparation",
    "MoltenSaltElectrolysis",
    "Neutralisation",
    "NitrificationAnammox",
    "OrganicRegeneration",
    "Outcome",
    "OxalatePrecipitation",
    "OxidationRoast",
    "PhosphogypsumLeach",
    "Pressing",
    "ReverseOsmosis",
    "Settling",
    "Sintering",
    "Softening",
    "SpecifiedSplit",
    "Split",
    "StripCasting",
    "SulfationRoast",
    "SulfidePrecipitation",
    "TankLeach",
    "Unit",
    "WaterLeach",
    "convert",
    "declarations",
    "required",
    "settled",
    "to_tree",
]
