"""How a plant says that it cannot be read, wired or solved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ytterby.quantity import QuantityError
from ytterby.units import FieldError

T = TypeVar("T")


class PlantError(ValueError):
    """A plant that cannot be: what was found at which place of its tree, and what was expected.

    path: keys down the tree, ("units", "leach", "temperature"). at_key: whether the key itself,
    not its value, is what is wrong. The reader of a file puts file, line and column in front.
    """

    def __init__(self, path: tuple[str | int, ...], message: str, *, at_key: bool = False):
        self.path, self.message, self.at_key = path, message, at_key
        where = place(path, message)
        super().__init__(f"{where}: {message}" if where else message)


class NotConverged(ArithmeticError):
    """A plant without a steady state that could be found.

    unit: where it is worst. reason: what is wrong there. suggestion: what to try.
    """

    def __init__(self, unit: str, reason: str, suggestion: str):
        self.unit, self.reason, self.suggestion = unit, reason, suggestion
        super().__init__(f"unit {unit!r}: {reason}. Try: {suggestion}")


class Infeasible(NotConverged):
    """A plant that cannot be run as asked for: a target out of reach, an element with no way out.

    It is the plant that has to change; what merely does not settle is `NotConverged` itself.
    """


_SINGULAR = {"units": "unit", "feeds": "feed", "outlets": "outlet"}


def place(path: tuple[str | int, ...], message: str = "") -> str:
    """How a message names its place: ("units", "leach", "end_pH") is unit 'leach': field 'end_pH'.

    What `message` names itself, and places in a list, are left out.
    """
    path = tuple(key for key in path if isinstance(key, str))
    if path and f"{path[-1]!r}" in message:
        path = path[:2] if len(path) > 2 else ()
    if len(path) < 2 or path[0] not in _SINGULAR:
        return ".".join(str(key) for key in path)
    unit = f"{_SINGULAR[str(path[0])]} {path[1]!r}"
    return f"{unit}: field '{'.'.join(map(str, path[2:]))}'" if len(path) > 2 else unit


def nearest(name: object, known: object) -> str:
    """' Did you mean ...?' with the nearest of `known`, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.5)  # type: ignore[attr-defined]
    return f" Did you mean {near[0]!r}?" if near else ""


def placed(key: str, read: Callable[[], T]) -> T:
    """`read()`, with the errors of what it reads placed at `key`; raises FieldError."""
    try:
        return read()
    except FieldError as error:
        raise FieldError((key, *error.path), error.found, error.expected, error.hint) from None
    except QuantityError as error:
        raise FieldError((key,), error.found, error.expected, error.hint) from None
