"""Plants: wiring, solving, and their files."""

from ytterby.plant.errors import Infeasible, NotConverged, PlantError
from ytterby.plant.feed import Feed
from ytterby.plant.plant import Plant

__all__ = ["Feed", "Infeasible", "NotConverged", "Plant", "PlantError"]
