"""What `ytterby simulate --set field=value@hour` asks of a cascade."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ytterby.plant import PlantError
from ytterby.quantity import QuantityError, parse
from ytterby.separation import Cascade
from ytterby.separation.dynamics import Change
from ytterby.separation.start_up import standing, stopped

_HOUR = 3600.0
_LITRES = 1000
_FLOWS = ("feed", "organic", "strip", "scrub")
_SHARES = ("reflux", "efficiency")
_FIELDS = f"{', '.join(_FLOWS)}, {', '.join(_SHARES)}, feed.<element> or log_K.<element>"


@dataclass(frozen=True, order=True)
class Wish:
    """One `--set`, as its `text` has it: from `hour` on [h] `field` is `value`."""

    hour: float
    field: str
    value: str
    text: str

    @staticmethod
    def of(text: str, hours: float) -> Wish:
        """That of "organic=110 %@200", within `hours` [h]; raises PlantError."""
        field, equals, rest = text.partition("=")
        value, at, hour = rest.rpartition("@")
        try:
            when = float(hour)
        except ValueError:
            when = math.nan
        if not (equals and at and value.strip()) or not 0 <= when <= hours:
            raise PlantError(
                (),
                f"--set {text}: expected field=value@hour with an hour from 0 to {hours:g}, such "
                "as 'organic=110 %@200'",
            )
        return Wish(when, field.strip(), value.strip(), text)


def read_changes(cascade: Cascade, wishes: Sequence[Wish], per_mole: np.ndarray) -> list[Change]:
    """The cascades that `wishes` ask for, in order of time; each adds to those before it.

    per_mole: what the cascade counts per mole, one or equivalents [-], shape (component,).
    """
    found, now = [], cascade
    for wish in sorted(wishes, key=lambda one: one.hour):
        try:
            now = _changed(now, cascade, wish, per_mole)
            standing(now)
        except (QuantityError, KeyError, ValueError) as error:
            told = error.args[0] if isinstance(error, KeyError) else error
            raise PlantError((), f"--set {wish.text}: {told}") from None
        found.append(Change(wish.hour * _HOUR, now))
    return found


def _changed(now: Cascade, steady: Cascade, wish: Wish, per_mole: np.ndarray) -> Cascade:
    """The cascade with one field changed; a flow in % counts from the steady one.

    Raises QuantityError, KeyError or ValueError saying what was found and expected.
    """
    field, value = wish.field, wish.value
    head, _, element = field.partition(".")
    if head in _FLOWS and not element:
        return _with_flow(now, steady, head, value)
    if field in _SHARES:
        share = parse(value, "-")
        if not 0 < share <= 1:
            raise ValueError("expected a share above 0 and at most 1")
        return replace(now, **{field: share})
    if head == "feed" and element:
        place = now.chemistry.index((element,))[0]
        counted = parse(value, "mol/m3") / _LITRES * float(per_mole[place])
        held = {**now.feed.concentrations, element: counted}
        return replace(now, feed=replace(now.feed, concentrations=held))
    if head == "log_K" and element:
        place = now.chemistry.index((element,))
        if not now.chemistry.exchanging[place].all():
            raise ValueError(f"{element} is not extracted and has no constant to change")
        log_K = np.array(now.chemistry.log_K)
        log_K[place] = parse(value, "-")
        return replace(now, chemistry=replace(now.chemistry, log_K=log_K))
    raise ValueError(f"found the field {field!r}, expected one of {_FIELDS}")


def _with_flow(now: Cascade, steady: Cascade, name: str, value: str) -> Cascade:
    given = getattr(now, name)
    if given is None:
        raise ValueError(f"the cascade has no {name}")
    if value == "stopped":
        return stopped(now, name)
    if value.endswith("%"):
        flow = parse(value, "-") * getattr(steady, name).flow
    else:
        flow = parse(value, "m3/s") * _LITRES
    if flow <= 0:
        raise ValueError("expected a flow above zero; say 'stopped' for a pump that stands")
    return replace(now, **{name: replace(given, flow=flow)})
