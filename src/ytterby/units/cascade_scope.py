"""What a cascade unit may be asked, and where its constants end."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ytterby.chemistry import SOLVATING
from ytterby.facts import UnknownFact, fact, table
from ytterby.separation.chemistry import shifted
from ytterby.units.extraction import ACID_OF, System
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
