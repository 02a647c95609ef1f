"""Files of the user that go before or beside what is shipped: prices, factors, facts, permits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

from ruamel.yaml import YAMLError

from ytterby.accounts.limits import Limit
from ytterby.accounts.prices import of_facts, price_set
from ytterby.accounts.purchases import SUBSTANCES
from ytterby.app.options import Place, Site
from ytterby.balance import Balance
from ytterby.facts import Fact, all_facts, table
from ytterby.facts.library import read
from ytterby.plant import PlantError
from ytterby.units import KINDS

ELECTRICITY = "electricity"
_FORM = "expected the form of a facts file: a name with value, unit, class and source"
_ENERGY = ("USD/J",)
_PRICES = ("USD/kg", *_ENERGY)
_FACTORS = ("kg/kg",)
_OF_ELECTRICITY = ("kg/J",)
_FREELY_NAMED = ("cost.location.",)
_RESIDENCE = "sizing.residence."


def facts_of(option: str, path: Path | None) -> tuple[Fact, ...]:
    """The facts of a file; raises PlantError that names option, file, place and what is wrong."""
    if path is None:
        return ()
    try:
        found = tuple(read(path))
    except OSError as error:
        raise PlantError((), f"{option} {path}: {error.strerror or error}") from None
    except YAMLError as error:
        where = getattr(error, "problem_mark", None)
        place = f":{where.line + 1}:{where.column + 1}" if where else ""
        what = getattr(error, "problem", None) or "no YAML"
        raise PlantError((), f"{option} {path}{place}: found {what}, {_FORM}") from None
    except UnicodeDecodeError:
        text = "found bytes that are no UTF-8, expected text; save the file as UTF-8"
        raise PlantError((), f"{option} {path}: {text}") from None
    except (TypeError, ValueError) as error:
        raise PlantError((), f"{option} {path}: {error}") from None
    if not found:
        raise PlantError((), f"{option} {path}: found no fact, {_FORM}")
    return found


def prices_of(path: Path | None, own: Path | None = None) -> dict[str, Fact]:
    """The shipped prices, with those of a file in front; raises PlantError.

    own: a file of facts, see `own_of`, of which prices go in place of the shipped ones.
    """
    instead = own_of(own)
    shipped = {good: instead.get(one.name, one) for good, one in price_set().items()}
    return shipped | _by_good("--prices", path, lambda good: _PRICES)


def factors_of(path: Path | None) -> dict[str, Fact]:
    """Emission factors of a file, by substance, feed, or `electricity`; raises PlantError."""
    return _by_good(
        "--factors", path, lambda good: _OF_ELECTRICITY if good == ELECTRICITY else _FACTORS
    )


def own_of(path: Path | None) -> dict[str, Fact]:
    """Facts in place of the shipped ones of the same name; raises PlantError."""
    if path is None:
        return {}
    shipped = {fact.name: fact for fact in all_facts()}
    found = {}
    for one in facts_of("--own", path):
        if one.name not in shipped and not _may_be_new(one.name):
            raise PlantError((), f"--own {path}: {_no_fact(one.name, shipped)}")
        if one.name in shipped:
            _require_unit("--own", path, one, (shipped[one.name].unit,))
        found[one.name] = one
    return found


def permit_of(path: Path | None) -> tuple[Limit, ...]:
    """The limits of a permit; raises PlantError."""
    facts = facts_of("--permit", path)
    try:
        return tuple(Limit.of(one) for one in facts)
    except ValueError as error:
        raise PlantError((), f"--permit {path}: {error}") from None


def require_files(place: Place) -> None:
    """Raise PlantError, before anything is solved, where a file of the user cannot be read."""
    prices_of(place.prices)
    factors_of(place.factors)
    own_of(place.own)
    if isinstance(place, Site):
        permit_of(place.permit)


def strangers(place: Place, balance: Balance) -> list[tuple[str, str]]:
    """(file, what is odd about it): prices and factors of what no plant like this one knows."""
    feeds = {edge.name.partition(" > ")[0] for edge in balance.edges if edge.source is None}
    known = {*feeds, *SUBSTANCES, *price_set(), *table("carbon.fuel"), ELECTRICITY}
    found = []
    for option, path in (("--prices", place.prices), ("--factors", place.factors)):
        for name in of_facts(facts_of(option, path)):
            if name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                text = f"{name!r} is no feed, element, substance or fuel of this plant{hint}"
                found.append((f"{option} {path}", text))
    return found


def _by_good(
    option: str, path: Path | None, units: Callable[[str], tuple[str, ...]]
) -> dict[str, Fact]:
    found = of_facts(facts_of(option, path))
    for good, one in found.items():
        _require_unit(option, path, one, units(good))
    return found


def _require_unit(option: str, path: Path | None, one: Fact, units: tuple[str, ...]) -> None:
    """Raise PlantError where a fact can be told in none of the units."""
    for unit in units:
        try:
            one.si(unit)
            return
        except ValueError:
            continue
    expected = " or ".join(units)
    text = f"{one.name}: found unit {one.unit!r}, expected one such as {expected}"
    raise PlantError((), f"{option} {path}: {text}")


def _may_be_new(name: str) -> bool:
    """Whether a user may add a fact of this name: a place, or the residence of a kind of unit."""
    kind = name.removeprefix(_RESIDENCE)
    return name.startswith(_FREELY_NAMED) or (name.startswith(_RESIDENCE) and kind in KINDS)


def _no_fact(name: str, shipped: Mapping[str, Fact]) -> str:
    near = get_close_matches(name, shipped, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"found {name!r}, expected the name of a shipped fact, as `ytterby facts` tells.{hint}"
