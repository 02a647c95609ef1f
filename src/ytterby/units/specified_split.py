"""The one unit of which the user says what happens: shares of elements to two outlets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Stream
from ytterby.chemistry import INERT, Species, UnknownFormula
from ytterby.quantity import parse
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import FieldError, group, inlet
from ytterby.units.unit import Inlet, Outcome, Unit

_PHASES = ("solid", "aqueous", "organic", "gas")
_SCHEMA = {"type": "object", "additionalProperties": {"type": ["number", "string"]}}


def _read(raw: Any) -> Frozen:
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError((), repr(raw), "a mapping such as {solid: 99 %, Cu(s): 10 %}")
    shares = {}
    for key, value in raw.items():
        if key not in _PHASES and str(key) != INERT:
            try:
                Species.of(str(key))
            except UnknownFormula:
                expected = f"one of {', '.join(_PHASES)} or a species such as NdFeO3(s)"
                raise FieldError((str(key),), f"unknown key {key!r}", expected) from None
        share = parse(value, "-")
        if not 0 <= share <= 1:
            raise FieldError((str(key),), f"the share {value!r}", "a share from 0 to 100 %")
        shares[str(key)] = share
    return Frozen(shares)


@dataclass(frozen=True, kw_only=True)
class SpecifiedSplit(Unit):
    """Parts a stream by given shares of phases and species: a sorter, a magnet, a membrane.

    The share of a species goes before the share of its phase; what is not named stays in `rest`.
    Nothing reacts. A share of some ions but not of others would charge a liquor: of the aqueous
    phase only the whole and uncharged species can be named.
    """

    kind: ClassVar[str] = "specified-split"
    grade: ClassVar = "specified"
    outlets: ClassVar[Mapping[str, str]] = {
        "part": "the shares that were named [any phase]",
        "rest": "what is left [any phase]",
    }

    stream: Any = inlet("What is parted.")
    shares: Frozen = group(
        "Share of each phase or species that goes into the part, {solid: 98 %, Fe(s): 5 %}",
        _read,
        dict,
        _SCHEMA,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for key in self.shares:
            if key not in _PHASES and Species.of(key).charge:
                expected = "a phase or an uncharged species: a share of an ion charges the liquor"
                raise FieldError(("shares", key), f"the ion {key!r}", expected)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        stream = inlets["stream"].stream
        basis = stream.basis
        shares = np.zeros(len(basis.names))
        for phase in _PHASES:
            shares[basis.masks[phase]] = self.shares.get(phase, 0.0)
        for key, share in self.shares.items():
            if key in basis.index:
                shares[basis.index[key]] = share
        part = Stream(basis, shares * stream.amounts, stream.temperature)
        rest = Stream(basis, (1 - shares) * stream.amounts, stream.temperature)
        return Outcome({"part": part, "rest": rest})
