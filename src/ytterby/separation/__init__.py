"""Counter-current solvent extraction: the cascade, its chemistry and its targets."""

from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import Chemistry, Ligand
from ytterby.separation.circuit import (
    Aqueous,
    Circuit,
    Flows,
    NoCircuit,
    Organic,
    SideDraw,
    SideFeed,
    Stages,
)
from ytterby.separation.profile import Outlet, Profile
from ytterby.separation.response import Change, Response
from ytterby.separation.targets import Target

__all__ = [
    "Aqueous",
    "Cascade",
    "Change",
    "Chemistry",
    "Circuit",
    "Flows",
    "Ligand",
    "NoCircuit",
    "Organic",
    "Outlet",
    "Profile",
    "Response",
    "SideDraw",
    "SideFeed",
    "Stages",
    "Target",
]
