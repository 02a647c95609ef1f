"""How each kind of unit is sized, and what no open correlation covers."""

from __future__ import annotations

from collections.abc import Callable

from ytterby.accounts.sizing import (
    Item,
    Sizing,
    blending,
    cascade,
    crushing,
    driven,
    electric_furnace,
    filter_press,
    furnace,
    heated_tank,
    nothing,
    sieving,
)
from ytterby.accounts.sizing_water import (
    absorber,
    aerated_tank,
    cells,
    circulation,
    dialysis_stack,
    evaporator,
    magnets,
    osmosis,
    pumps,
    rectifier,
    stripper,
    thickener,
)

Rule = Callable[[Sizing, str, str], tuple[Item, ...]]
RULES: dict[str, Rule] = {
    "acid-bake": furnace,
    "alkaline-fusion": furnace,
    "alloy-blend": blending,
    "ammonia-absorption": absorber,
    "ammonia-stripping": stripper,
    "bastnaesite-roast": furnace,
    "bipolar-electrodialysis": dialysis_stack,
    "calcination": furnace,
    "calciothermic-reduction": electric_furnace,
    "cascade": cascade,
    "caustic-crack": heated_tank,
    "clay-leach": circulation,
    "coal-refuse-leach": heated_tank,
    "coating": nothing,
    "diffusion-dialysis": pumps,
    "drying": furnace,
    "evaporation": evaporator,
    "filter": filter_press,
    "flotation": cells,
    "fluorination": electric_furnace,
    "grain-boundary-diffusion": electric_furnace,
    "hydrogen-decrepitation": sieving,
    "jet-milling": driven,
    "machining": driven,
    "magnet-preparation": crushing,
    "magnetic-separation": magnets,
    "molten-salt-electrolysis": rectifier,
    "nitrification-anammox": aerated_tank,
    "oxidation-roast": furnace,
    "phosphogypsum-leach": heated_tank,
    "pressing": driven,
    "reverse-osmosis": osmosis,
    "settling": thickener,
    "sintering": electric_furnace,
    "specified-split": nothing,
    "split": nothing,
    "strip-casting": electric_furnace,
    "sulfation-roast": furnace,
    "tank-leach": heated_tank,
}
"""How each kind of unit is sized; kinds with a residence time in the facts are stirred tanks."""
UNPRICED = {
    kind: f"{lacks}, of which no open cost is known"
    for kind, lacks in {
        "bipolar-electrodialysis": "bipolar membranes beyond plain ones",
        "calciothermic-reduction": "crucibles and inert gas",
        "clay-leach": "pads, wells, pipes and ponds",
        "coating": "a plating line",
        "diffusion-dialysis": "a stack of membranes",
        "flotation": "froth launders and reagent dosing",
        "fluorination": "the gas line of hydrogen fluoride",
        "grain-boundary-diffusion": "vacuum",
        "hydrogen-decrepitation": "a hydrogen vessel",
        "jet-milling": "a mill and its inert gas",
        "machining": "machine tools",
        "magnetic-separation": "magnets",
        "molten-salt-electrolysis": "cells",
        "pressing": "presses and their field",
        "sintering": "vacuum",
        "strip-casting": "vacuum and a casting wheel",
    }.items()
}
"""What a kind of unit has besides, and no correlation covers."""
TOLD = ("bipolar-electrodialysis", "cascade", "evaporation")
"""Kinds whose size needs `Balance.details`."""
