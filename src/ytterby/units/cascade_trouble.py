"""Why a cascade cannot run or its result cannot stand, and what its reader should know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ytterby.balance import Finding, Stream, mix
from ytterby.separation import Profile
from ytterby.separation.chemistry import CHARGES
from ytterby.units.cascade_streams import extractant_in
from ytterby.units.extraction import ALKALIS, WATCHED, ion_of
from ytterby.units.unit import Inlet, Outcome

if TYPE_CHECKING:
    from ytterby.units.cascade import CascadeUnit
    from ytterby.units.cascade_case import Case

_LITRES = 1000


def missing(case: Case) -> str | None:
    """What is lacking for the cascade to run at all."""
    feed, organic, unit = case.feed, (case.organic.stream, case.organic.reagent), case.unit
    held = [s and extractant_in(s.basis, s.amounts, unit.extractant) for s in organic]
    if not any(held) or (organic[0].volume("organic") > 0 and not held[0]):
        return f"the organic holds no {unit.extractant}"
    if not feed.volume("aqueous") > 0:
        return "no liquor enters"
    if (unknown := _without_constant(unit, feed)) is not None:
        return unknown
    wanted = {e for aim in unit.targets.values() for e in aim.elements}
    absent = sorted(e for e in wanted if not feed.amount(e) > 0)
    return f"the feed holds no {', '.join(absent)}, which a target names" if absent else None


def idle(name: str, inlets: Mapping[str, Inlet], reason: str) -> Outcome:
    """Everything passes by: the feed to the raffinate, the organic to its next turn."""
    feed, organic = inlets["feed"].stream, inlets["organic"].stream
    rest = [inlets[p].stream for p in ("strip", "saponify") if p in inlets]
    text = reason if "; " in reason else f"{reason}; feed it, or ask for what is there"
    return Outcome(
        outlets={"raffinate": mix([feed, *rest]), "extract": 0 * feed, "stripped": organic},
        drawn={"organic": 0.0, "strip": 0.0, "saponify": 0.0},
        trouble=Finding(name, text, "error"),
        stuck=True,
    )


def trouble(
    name: str,
    profile: Profile,
    known: str,
    solvent_surplus: float,
    strip_surplus: float,
) -> Finding | None:
    """Why a solved cascade cannot stand: not solved, or offered what it does not take.

    known: why earlier passes failed. solvent_surplus, strip_surplus: offered beyond what is taken,
    negative where some lacks.
    """
    if not profile.converged:
        limited = profile.limited or not known
        return Finding(name, profile.reason if limited else known, "error")
    for surplus, more, less in (
        (
            solvent_surplus,
            "more organic returns than the cascade takes; bleed the organic loop",
            "less organic returns than the cascade takes; name fresh organic to make it up",
        ),
        (
            strip_surplus,
            "more strip acid is offered than the cascade takes; let it be drawn",
            "less strip acid is offered than the cascade takes; name a feed to draw the rest",
        ),
    ):
        if surplus:
            return Finding(name, more if surplus > 0 else less, "error")
    return None


def _lacking(unit: CascadeUnit, feed: Stream) -> list[str]:
    """Metals dissolved in the feed of which the unit has no constant."""
    # The salts that salt a solvate out are not extracted themselves.
    known = {*unit.elements, *((*ALKALIS, "Li", "K") if unit.system.solvates else ())}
    return [
        element
        for element, charge in CHARGES.items()
        if charge > 0 and element not in (*known, "H") and feed[ion_of(element)] > 0
    ]


def _without_constant(unit: CascadeUnit, feed: Stream) -> str | None:
    """Why a feed cannot be parted: it holds what must not be taken to stay in the liquor."""
    watched = [element for element in _lacking(unit, feed) if element in WATCHED]
    if not watched:
        return None
    named, first = ", ".join(watched), watched[0]
    if unit.system.exchanges:
        return (
            f"no separation factor leads to {named}, which the feed holds; give them under "
            f"separation_factors, such as {{{first}/{next(iter(unit.elements))}: 1.5}}"
        )
    return (
        f"no constant of {named} on {unit.extractant} in {unit.anion} is known, and the feed holds "
        f"it; give log10 of your own, log_K: {{{first}: ...}}, or -50 where it stays in the liquor"
    )


def notes(
    name: str, unit: CascadeUnit, feed: Stream, profile: Profile, spare: float
) -> tuple[Finding, ...]:
    """What a reader should know of constants that are lacking or used outside their window, and
    of alkali that was not taken: `spare`, per monomer, negative where some lacks [-]."""
    staying = _lacking(unit, feed)
    found = []
    if spare > 0:
        text = f"alkali for {spare:.1%} of the extractant is left over: it joins the raffinate"
        found.append(Finding(name, text))
    elif spare < 0:
        text = (
            f"alkali for {-spare:.1%} of the extractant lacks, of {unit.saponification:.1%} that "
            "saponification asks for; name a feed of it without a flow at 'saponify'"
        )
        found.append(Finding(name, text))
    if staying:
        what = "separation factor" if unit.system.exchanges else f"constant on {unit.extractant}"
        text = f"{', '.join(staying)} stays in the liquor: no {what} is known"
        found.append(Finding(name, text, "note"))
    if not unit.system.exchanges:
        found += [Finding(name, text, "note") for text in _extrapolated(unit, profile)]
    return tuple(found)


def _extrapolated(unit: CascadeUnit, profile: Profile) -> list[str]:
    """Where the stages leave the window of the first constant that has one."""
    acid = 10.0**-profile.pH
    told = []
    for variable, title, values, scale in (
        ("pH", "p[H]", profile.pH, 1),
        ("acid", "acid", acid, _LITRES),
        ("nitrate", "nitrate", profile.chloride, _LITRES),
    ):
        windows = [one.window[variable] for one in unit.log_K.values() if variable in one.window]
        if not windows:
            continue
        low, high = (bound / scale for bound in windows[0])
        least, most = float(np.min(values)), float(np.max(values))
        if least < low or most > high:
            unit_text = " mol/L" if scale == _LITRES else ""
            told.append(
                f"{title} from {least:.2f} to {most:.2f}{unit_text} goes beyond {low:g} to "
                f"{high:g}, where the constants were measured: extrapolated"
            )
    return told
