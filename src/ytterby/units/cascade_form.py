"""How a plant file writes the stages, flows and targets of a cascade."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from ytterby.chemistry import RARE_EARTHS
from ytterby.quantity import QuantityError, check, parse
from ytterby.units.fields import SI, FieldError

SECTIONS = ("extraction", "scrubbing", "stripping")
FLOWS = {"organic": "m3/s", "strip": "m3/s", "reflux": "-"}
"""Flows that are given or set by a target: organic and strip acid by volume, reflux as the share
of the strip liquor that goes on as scrub."""
QUALITIES = {
    "recovery": "share of the fed element that leaves in the extract",
    "purity": "share of the element in the rare earth oxides of the extract",
    "residual": "share of the loaded element that is still on the stripped organic",
}
_NATURAL = {"organic": ("recovery",), "reflux": ("purity",), "strip": ("residual",)}
_TARGET = re.compile(
    r"^(?P<elements>[A-Z][a-z]?(?:\+[A-Z][a-z]?)*)\s+(?P<quality>\w+)\s*(?P<sense>>=|<=|=)\s*"
    r"(?P<value>.+)$"
)
_SENSE_OF = {"recovery": ">=", "purity": ">=", "residual": "<="}


@dataclass(frozen=True)
class Aim:
    """What a flow is set for: `Dy+Tb recovery >= 99 %`."""

    elements: tuple[str, ...]
    quality: str
    sense: Literal[">=", "<=", "="]
    value: float

    def __str__(self) -> str:
        return f"{'+'.join(self.elements)} {self.quality} {self.sense} {self.value!r}"


class Frozen(dict[str, Any]):
    """A mapping that is a value: hashable, never changed after it was made."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def _known(raw: Any, names: tuple[str, ...], what: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise FieldError((), repr(raw), f"a mapping with {', '.join(names)}")
    for key in raw:
        if key not in names:
            near = get_close_matches(str(key), names, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            raise FieldError((str(key),), f"unknown {what} {key!r}", ", ".join(names), hint)
    return raw


def read_stages(raw: Any) -> Frozen:
    """{extraction: 6, scrubbing: 6, stripping: 5}; a section that is not named has none."""
    counts = Frozen(dict.fromkeys(SECTIONS, 0))
    for section, count in _known(raw, SECTIONS, "section").items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise FieldError((section,), repr(count), "a whole number of stages")
        counts[section] = count
    for section, least in (("extraction", 1), ("stripping", 1)):
        if counts[section] < least:
            raise FieldError((section,), repr(counts[section]), f"{least} or more stages")
    return counts


def read_flows(raw: Any) -> Frozen:
    """{organic: 120 L/h, strip: 20 L/h, reflux: 30 %}, those that no target sets."""
    flows = Frozen()
    for name, value in _known(raw or {}, tuple(FLOWS), "flow").items():
        try:
            number = value if isinstance(value, SI) else SI(parse(value, FLOWS[name]))
            check(number, 0, 1 if name == "reflux" else float("inf"), FLOWS[name], value)
        except QuantityError as error:
            raise FieldError((name,), error.found, error.expected, error.hint) from None
        flows[name] = number
    return flows


def read_targets(raw: Any) -> Frozen:
    """{organic: Dy recovery >= 99 %, ...}, each naming the flow it sets."""
    aims = Frozen()
    for flow, text in _known(raw or {}, tuple(FLOWS), "flow").items():
        try:
            aims[flow] = text if isinstance(text, Aim) else _aim(flow, text)
        except (FieldError, QuantityError) as error:
            raise FieldError((flow,), error.found, error.expected, error.hint) from None
    return aims


def _aim(flow: str, text: Any) -> Aim:
    match = _TARGET.match(text) if isinstance(text, str) else None
    if match is None:
        raise FieldError((), repr(text), "a target such as 'Dy recovery >= 99 %'")
    elements = tuple(match["elements"].split("+"))
    for element in elements:
        if element not in RARE_EARTHS:
            raise FieldError((), repr(element), "a rare earth")
    quality = match["quality"]
    if quality not in QUALITIES:
        near = get_close_matches(quality, QUALITIES, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else ""
        raise FieldError((), repr(quality), " or ".join(QUALITIES), hint)
    if quality not in _NATURAL[flow]:
        expected = " or ".join(_NATURAL[flow])
        raise FieldError((), f"the target {quality!r} for the flow {flow!r}", expected)
    sense = match["sense"]
    if sense not in ("=", _SENSE_OF[quality]):
        raise FieldError((), f"{sense!r}", f"{_SENSE_OF[quality]!r} or '=' for {quality}")
    value = parse(match["value"], "-")
    if not 0 < value < 1:
        raise FieldError((), match["value"], "more than 0 and less than 100 %")
    return Aim(elements, quality, sense, value)  # type: ignore[arg-type]


def write_flows(flows: Frozen) -> dict[str, Any]:
    return {
        name: float(value) if FLOWS[name] == "-" else f"{float(value)!r} {FLOWS[name]}"
        for name, value in flows.items()
    }


def write_targets(aims: Frozen) -> dict[str, str]:
    return {flow: str(aim) for flow, aim in aims.items()}


STAGES_SCHEMA = {
    "type": "object",
    "properties": {section: {"type": "integer", "minimum": 0} for section in SECTIONS},
    "additionalProperties": False,
}
FLOWS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": ["string", "number"]} for name in FLOWS},
    "additionalProperties": False,
}
TARGETS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "string", "pattern": _TARGET.pattern} for name in FLOWS},
    "additionalProperties": False,
}
