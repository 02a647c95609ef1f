"""Counter-current solvent extraction: the cascade, its chemistry and its targets."""

from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Aqueous, Circuit, Flows, Organic, Stages
from ytterby.separation.profile import Outlet, Profile
from ytterby.separation.targets import Target

__all__ = [
    "Aqueous",
    "Cascade",
    "Chemistry",
    "Circuit",
    "Flows",
    "Organic",
    "Outlet",
    "Profile",
    "Stages",
    "Target",
]
