"""Ytterby: comprehensive utilisation of rare earths, in Python."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ytterby.balance import Balance, Stream
    from ytterby.facts import Fact
    from ytterby.plant import NotConverged, Plant, PlantError

__version__ = "0.1.0"
__all__ = ["Balance", "Fact", "NotConverged", "Plant", "PlantError", "Stream", "__version__"]

_HOME = {
    "Balance": "ytterby.balance",
    "Fact": "ytterby.facts",
    "NotConverged": "ytterby.plant",
    "Plant": "ytterby.plant",
    "PlantError": "ytterby.plant",
    "Stream": "ytterby.balance",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used so that `ytterby --help` stays quick."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'ytterby' has no attribute {name!r}")
