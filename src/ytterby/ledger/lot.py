"""Lots: identity, weights, feed class, origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal, get_args

from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import check_element
from ytterby.ledger.mass import check_mass
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, check_text
from ytterby.ledger.uncertain import Uncertain

FeedClass = Literal[
    "mine", "ion clay", "by-product", "tailings", "pre-consumer", "post-consumer", "unknown"
]
FEED_CLASSES: tuple[FeedClass, ...] = get_args(FeedClass)
STAGES = ("mined", "refined", "separated", "metal", "sintered")
"""Stages of the value chain that have an origin of their own."""
EVERY = "*"
"""In place of an element: all that are not named."""


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
