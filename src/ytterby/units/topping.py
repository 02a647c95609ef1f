"""Recycled liquor first, then as much of a drawn feed as is still wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.units.unit import Inlet, with_reagent

_LITRES = 1000


def top_up(
    name: str, inlet: Inlet, wanted: float, content: Callable[[Stream], float], what: str
) -> tuple[np.ndarray, float, Finding | None]:
    """(amounts [mol/s] of the inlet, kg/s drawn, finding) for `wanted` of some content [mol/s].

    What the determined streams bring counts first; `what` names the content in findings.
    """
    short = wanted - content(inlet.stream)
    strength = content(inlet.reagent) if inlet.reagent is not None else 0.0
    drawn = max(short, 0.0) / strength if strength > 0 else 0.0
    finding = None
    if short < 0 and wanted > 0:
        finding = Finding(name, f"recycled {what} exceeds the dose by {-short / wanted:.0%}")
    elif strength <= 0 < short:
        finding = Finding(name, f"no feed of {what} is named to bring the dose")
    return with_reagent(inlet, drawn), drawn, finding


def top_up_liquid(
    name: str, solid: Stream, ratio: float, others: np.ndarray, water: Inlet | None
) -> tuple[np.ndarray, float, Finding | None]:
    """(amounts [mol/s] of all water, kg/s drawn, finding) for `ratio` m3 of liquid per kg solid.

    others: what else brings liquid, such as the acid [mol/s].
    """
    basis = solid.basis
    if water is None:
        return basis.zeros(), 0.0, None
    present = Stream(basis, others + water.stream.amounts).volume("aqueous")
    wanted = ratio * solid.mass_of("solid") - present
    volume = water.reagent.volume("aqueous") if water.reagent is not None else 0.0
    drawn = max(wanted, 0.0) / volume if volume > 0 else 0.0
    finding = None
    if wanted < 0:
        came = present / solid.mass_of("solid") * _LITRES if solid.mass else math.inf
        text = f"liquid exceeds the ratio asked for: {came:.3g} L/kg come in"
        finding = Finding(name, text, "note")
    return with_reagent(water, drawn), drawn, finding


def top_up_leach(
    name: str, inlets: Mapping[str, Inlet], acid: float, ratio: float
) -> tuple[np.ndarray, dict[str, float], list[Finding]]:
    """(amounts [mol/s] of all acid and water, kg/s drawn by port, findings) of a leach.

    Of the ports "solid", "acid" and, where there is one, "water". acid: wanted [mol/s]. ratio: m3
    of liquid per kg of solid; none is asked for at 0.
    """
    solid = inlets["solid"].stream
    sour, acid_drawn, acid_finding = top_up(
        name, inlets["acid"], acid, lambda stream: stream.acidity, "acid"
    )
    water, water_drawn, water_finding = top_up_liquid(name, solid, ratio, sour, inlets.get("water"))
    told = (acid_finding, water_finding if ratio else None)
    findings = [finding for finding in told if finding]
    return sour + water, {"acid": acid_drawn, "water": water_drawn}, findings
