"""What a cascade unit may be asked, and where its constants end."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import SOLVATING
from ytterby.facts import UnknownFact, fact, table
from ytterby.separation import Profile
from ytterby.separation.chemistry import CHARGES, shifted
from ytterby.units.extraction import ACID_OF, ALKALIS, WATCHED, System, ion_of
from ytterby.units.fields import FieldError

if TYPE_CHECKING:
    from ytterby.units.cascade import CascadeUnit

_LITRES = 1000
_WHOLE = 100
_ANY_FACTOR = "separation_factors: process, or your own such as {Dy/Tb: 2.1, Tb/Gd: 2.4}"


def system_of(unit: Any) -> System:
    """What extracts in a unit with `extractant`, `anion` and `model`; raises FieldError where
    nothing is known of it."""
    return _system(unit.extractant, unit.anion, unit.model)


@cache
def _system(extractant: str, anion: str, model: str) -> System:
    system = System(extractant, anion, model)
    if system.solvates and system.exchanges:
        raise FieldError(
            ("model",), f"the exchange model with {extractant}", "an acid as extractant"
        )
    if system.solvates:
        media = [medium for medium in ACID_OF if _there(System(extractant, medium, model))]
        if anion not in media:
            raise FieldError(
                ("anion",),
                f"{extractant} in {anion}, of which no constants are known",
                " or ".join(media),
            )
    return system


def _there(system: System) -> bool:
    try:
        return bool(table(f"{system.facts}.log-k"))
    except UnknownFact:
        return False


def known_constants(unit: Any) -> str:
    """The table of facts that holds the constants of a unit."""
    return f"{system_of(unit).facts}.log-k"


def check_system(unit: CascadeUnit) -> None:
    """Raise FieldError where a unit asks for what its extractant cannot do."""
    system = unit.system
    if system.exchanges and not unit.separation_factors:
        raise FieldError(("model",), "the exchange model without separation factors", _ANY_FACTOR)
    _check_factors(unit)
    if unit.saponification == 0:
        return
    if unit.extractant in SOLVATING:
        raise FieldError(
            ("saponification",), f"saponification of {unit.extractant}, which is no acid", "none"
        )
    limit = fact(f"{system.facts}.saponification-limit").value
    if unit.saponification > limit:
        raise FieldError(
            ("saponification",),
            f"{_WHOLE * unit.saponification:g} % of {unit.extractant}",
            f"at most {_WHOLE * limit:g} %",
        )


def _check_factors(unit: CascadeUnit) -> None:
    """Every separation factor stands to an element of which the distribution is known."""
    factors = unit.factors
    known = [next(iter(factors))[0]] if unit.system.exchanges else list(unit.log_K)
    try:
        shifted(dict.fromkeys(known, 0.0), factors)
    except KeyError as error:
        element = error.args[0]
        pair = next(pair for pair in factors if element in pair)
        start = (
            f"{known[0]} to {element}" if unit.system.exchanges else "an element with a constant"
        )
        raise FieldError(
            ("separation_factors", "/".join(pair)),
            f"a factor of {element}, which nothing ties to an element that is known",
            f"factors that lead from {start}, the known one named first",
        ) from None


def _lacking(unit: CascadeUnit, feed: Stream) -> list[str]:
    """Metals dissolved in the feed of which the unit has no constant."""
    # The salts that salt a solvate out are not extracted themselves.
    known = {*unit.elements, *((*ALKALIS, "Li", "K") if unit.system.solvates else ())}
    return [
        element
        for element, charge in CHARGES.items()
        if charge > 0 and element not in (*known, "H") and feed[ion_of(element)] > 0
    ]


def without_constant(unit: CascadeUnit, feed: Stream) -> str | None:
    """Why a feed cannot be parted: it holds what must not be taken to stay in the liquor."""
    missing = [element for element in _lacking(unit, feed) if element in WATCHED]
    if not missing:
        return None
    named, first = ", ".join(missing), missing[0]
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
