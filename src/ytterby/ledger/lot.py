"""Lots and what was measured of them: identity, weights, feed class, origin, assays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import check_element
from ytterby.ledger.mass import check_mass
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, check_text

FeedClass = Literal[
    "mine", "ion clay", "by-product", "tailings", "pre-consumer", "post-consumer", "unknown"
]
FEED_CLASSES: tuple[FeedClass, ...] = get_args(FeedClass)
STAGES = ("mined", "refined", "separated", "metal", "sintered")
"""Stages of the value chain that have an origin of their own."""
EVERY = "*"
"""In place of an element: all that are not named."""
Status = Literal["provisional", "final"]
ASSAY_SURPLUS = 0.02
"""How far an assay may sum to more than all, by its own errors [-]."""


@dataclass(frozen=True)
class Uncertain:
    """A measured value with its standard uncertainties, all in the same unit.

    random: that this value has alone. systematic: that it shares with all others of its `group`,
    such as the calibration of a scale or of a laboratory.
    """

    value: float
    random: float = 0.0
    systematic: float = 0.0
    group: str = ""

    def body(self, field: str) -> list[Any]:
        """The value as the books hold it; raises LedgerError."""
        for number in (self.value, self.random, self.systematic):
            if (
                isinstance(number, bool)
                or not isinstance(number, int | float)
                or not math.isfinite(number)
            ):
                raise LedgerError(repr(number), "a finite number", field=field)
        if self.random < 0 or self.systematic < 0:
            raise LedgerError("a negative uncertainty", "zero or more", field=field)
        if self.systematic and not self.group:
            raise LedgerError(
                "a systematic uncertainty alone",
                "also the group of readings that share it",
                "Name the instrument or laboratory.",
                field=field,
            )
        group = check_name(self.group, field) if self.group else ""
        return [float(self.value), float(self.random), float(self.systematic), group]

    @staticmethod
    def of_body(row: list[Any]) -> Uncertain:
        """The value that the books hold."""
        return Uncertain(*row)


@dataclass(frozen=True)
class Lot:
    """A quantity with an identity of its own.

    name: its identity, one in the whole book. time: from when on there is such a lot. form: what
    it is, such as "NdPr oxide" or "magnet scrap". gross: as weighed, with the uncertainties of the
    scale [kg], or None where it was not. tare: [kg]. moisture: share of the net weight [-].
    feed_class: where its material comes from, for raw material. origin: country by stage and
    element, {"mined": {"Dy": "MM", "*": "CN"}}.
    """

    name: str
    time: datetime
    form: str
    gross: Uncertain | None = None
    tare: float = 0.0
    moisture: Uncertain = Uncertain(0.0)
    feed_class: FeedClass = "unknown"
    origin: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str = ""
    kind: ClassVar[str] = "lot"

    @property
    def reference(self) -> str:
        """By which the books know it."""
        return self.name

    @property
    def net(self) -> float | None:
        """Gross less tare [kg], moisture included."""
        return None if self.gross is None else self.gross.value - self.tare

    @property
    def dry(self) -> float | None:
        """Net less moisture [kg]."""
        return None if self.net is None else self.net * (1 - self.moisture.value)

    def body(self) -> dict[str, Any]:
        """The lot as the books hold it; raises LedgerError on what no lot can be."""
        if self.feed_class not in FEED_CLASSES:
            raise LedgerError(
                repr(self.feed_class),
                f"one of {', '.join(FEED_CLASSES)}",
                nearest(str(self.feed_class), FEED_CLASSES),
                field="feed class",
            )
        self._check_weights()
        return {
            "time": written(self.time),
            "name": check_name(self.name, "lot"),
            "form": check_name(self.form, "form"),
            "gross": None if self.gross is None else self.gross.body("gross"),
            "tare": float(self.tare),
            "moisture": self.moisture.body("moisture"),
            "feed_class": self.feed_class,
            "origin": _origin(self.origin),
            "note": check_text(self.note, "note"),
        }

    def _check_weights(self) -> None:
        if not 0 <= self.moisture.value < 1:
            raise LedgerError(f"{self.moisture.value:.4g}", "0 to 100 %", field="moisture")
        tare = check_mass(self.tare, "tare")
        if tare < 0:
            raise LedgerError(f"{tare:g} kg", "zero or more", field="tare")
        if self.gross is not None and check_mass(self.gross.value, "gross") <= tare:
            raise LedgerError(
                f"{self.gross.value:g} kg gross with {tare:g} kg tare",
                "more gross than tare",
                field="gross",
            )

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Lot:
        """The lot that the books hold."""
        gross = body["gross"]
        return Lot(
            body["name"],
            moment(body["time"]),
            body["form"],
            None if gross is None else Uncertain.of_body(gross),
            body["tare"],
            Uncertain.of_body(body["moisture"]),
            body["feed_class"],
            body["origin"],
            body["note"],
        )


def _origin(origin: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    checked: dict[str, dict[str, str]] = {}
    for stage, countries in origin.items():
        if stage not in STAGES:
            raise LedgerError(
                repr(stage), f"one of {', '.join(STAGES)}", nearest(stage, STAGES), field="origin"
            )
        for element, country in countries.items():
            if element != EVERY:
                check_element(element, stage)
            if not (country.isascii() and country.isalpha() and country.isupper()) or len(
                country
            ) != len("EE"):
                raise LedgerError(
                    repr(country),
                    "a country of two capital letters, such as EE",
                    field=stage,
                )
        checked[stage] = dict(sorted(countries.items()))
    return checked


@dataclass(frozen=True)
class Assay:
    """What a laboratory found in a lot.

    lot: which. time: when it was sampled. certificate: of the laboratory; the books take each
    once per lot. shares: mass share of each element in the dry lot [-]. laboratory, method: who and
    how. status: provisional until the final one comes. replaces: certificate that this one
    corrects.
    """

    lot: str
    time: datetime
    certificate: str
    shares: Mapping[str, Uncertain]
    laboratory: str = ""
    method: str = ""
    status: Status = "final"
    replaces: str = ""
    note: str = ""
    kind: ClassVar[str] = "assay"

    @property
    def reference(self) -> str:
        """By which the books know it."""
        return f"{self.certificate} of {self.lot}"

    def body(self) -> dict[str, Any]:
        """The assay as the books hold it; raises LedgerError on what no assay can be."""
        if self.status not in get_args(Status):
            raise LedgerError(repr(self.status), "provisional or final", field="status")
        if not self.shares:
            raise LedgerError("no elements", "the share of one at least", field="shares")
        for element, share in self.shares.items():
            check_element(element)
            share.body(element)
            if not 0 <= share.value <= 1:
                raise LedgerError(f"{share.value:.4g}", "a share of 0 to 100 %", field=element)
        total = sum(share.value for share in self.shares.values())
        if total > 1 + ASSAY_SURPLUS:
            raise LedgerError(f"{total:.1%} in all", "100 % at most", field="shares")
        return {
            "time": written(self.time),
            "lot": check_name(self.lot, "lot"),
            "certificate": check_name(self.certificate, "certificate"),
            "shares": {e: share.body(e) for e, share in sorted(self.shares.items())},
            "laboratory": check_text(self.laboratory, "laboratory"),
            "method": check_text(self.method, "method"),
            "status": self.status,
            "replaces": check_name(self.replaces, "replaces") if self.replaces else "",
            "note": check_text(self.note, "note"),
        }

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Assay:
        """The assay that the books hold."""
        shares = {e: Uncertain.of_body(row) for e, row in body["shares"].items()}
        rest = {k: v for k, v in body.items() if k not in ("time", "shares")}
        return Assay(time=moment(body["time"]), shares=shares, **rest)

    def contents(self, lot: Lot) -> dict[str, float]:
        """Mass of each element [kg] in the weighed lot; raises LedgerError for one not weighed."""
        if lot.dry is None:
            raise LedgerError(
                f"lot {lot.name!r} without a weight", "its gross weight", field="gross"
            )
        dry = lot.dry
        return {element: share.value * dry for element, share in self.shares.items()}


QUANTITIES = ("mass", "share", "content")


@dataclass(frozen=True)
class Measurement:
    """A reading of a stream over a period, or of what stands in an account at its end.

    name: of the reading, such as "FT-101 2026-01"; the books take each once. stream: what was
    measured, a stream of the plant or an account such as `sx/wip`. start, time: of the period.
    quantity: mass (of all that passed or stands there [kg]), share (of the element in it [-]) or
    content (of the element that passed or stands there [kg]). element: of a share or a content.
    status: provisional until the final one comes. replaces: name of the reading that this one
    corrects.
    """

    name: str
    stream: str
    quantity: Literal["mass", "share", "content"]
    reading: Uncertain
    start: datetime
    time: datetime
    element: str | None = None
    status: Status = "final"
    replaces: str = ""
    note: str = ""
    kind: ClassVar[str] = "measurement"

    @property
    def reference(self) -> str:
        """By which the books know it."""
        return self.name

    def body(self) -> dict[str, Any]:
        """The reading as the books hold it; raises LedgerError on what no reading can be."""
        if self.quantity not in QUANTITIES:
            raise LedgerError(
                repr(self.quantity), f"one of {', '.join(QUANTITIES)}", field="quantity"
            )
        if (self.quantity == "mass") != (self.element is None):
            raise LedgerError(
                f"a {self.quantity} of {self.element or 'no element'}",
                "the element of a share or a content, and none of a mass",
                field="element",
            )
        if self.element is not None:
            check_element(self.element)
        self._check_value()
        return {
            "time": written(self.time),
            "start": written(self.start, "start"),
            "name": check_name(self.name, "name"),
            "stream": check_name(self.stream, "stream"),
            "quantity": self.quantity,
            "element": self.element,
            "reading": self.reading.body("reading"),
            "status": self.status,
            "replaces": check_name(self.replaces, "replaces") if self.replaces else "",
            "note": check_text(self.note, "note"),
        }

    def _check_value(self) -> None:
        if self.status not in get_args(Status):
            raise LedgerError(repr(self.status), "provisional or final", field="status")
        if written(self.start, "start") > written(self.time):
            raise LedgerError("a period that ends before it starts", "time after start")
        value = self.reading.value
        if self.quantity == "share" and not 0 <= value <= 1:
            raise LedgerError(f"{value:.4g}", "a share of 0 to 100 %", field="reading")
        if check_mass(value, "reading") < 0:
            raise LedgerError(f"{value:g} kg", "zero or more", field="reading")

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Measurement:
        """The reading that the books hold."""
        rest = {k: v for k, v in body.items() if k not in ("time", "start", "reading")}
        return Measurement(
            time=moment(body["time"]),
            start=moment(body["start"]),
            reading=Uncertain.of_body(body["reading"]),
            **rest,
        )
