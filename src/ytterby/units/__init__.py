"""Unit operations, one file each."""

from ytterby.units.acid_leach import AcidLeach
from ytterby.units.calcination import Calcination
from ytterby.units.cascade import CascadeDetail, CascadeUnit
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
from ytterby.units.iron_oxidation import IronOxidation
from ytterby.units.neutralisation import Neutralisation
from ytterby.units.oxalate_precipitation import OxalatePrecipitation
from ytterby.units.oxidation_roast import OxidationRoast
from ytterby.units.split import Split
from ytterby.units.unit import Grade, Inlet, Outcome, Unit

KINDS: dict[str, type[Unit]] = {
    unit.kind: unit
    for unit in (
        OxidationRoast,
        AcidLeach,
        Filter,
        IronOxidation,
        Neutralisation,
        CascadeUnit,
        OxalatePrecipitation,
        Calcination,
        Split,
    )
}
"""Every unit operation by its name in plant files."""

__all__ = [
    "KINDS",
    "SI",
    "AcidLeach",
    "Calcination",
    "CascadeDetail",
    "CascadeUnit",
    "Declaration",
    "FactTable",
    "FieldError",
    "Filter",
    "Grade",
    "Inlet",
    "IronOxidation",
    "Neutralisation",
    "Outcome",
    "OxalatePrecipitation",
    "OxidationRoast",
    "Split",
    "Unit",
    "convert",
    "declarations",
    "required",
    "to_tree",
]
