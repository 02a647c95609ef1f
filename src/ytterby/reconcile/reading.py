"""What was read off a plant in a period, and how far each reading may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ytterby.reconcile.network import STOCK, Network, ReconcileError

Quantity = Literal["mass", "share", "content"]


@dataclass(frozen=True)
class Reading:
    """One reading of a stream, or of the change of a stock (`stock of tank`).

    name: of the reading, such as its instrument; unique. stream: what was measured.
    quantity: mass (all that passed in the period, moisture included), share (element per mass of
    the stream) or content (element that passed). element: of a share or a content.
    value: [kg], or [-] of a share. random: standard uncertainty that this reading has alone
    [as the value]. systematic: that it shares with all readings of its `group` [as the value],
    such as the calibration of a scale or of a laboratory.
    """

    name: str
    stream: str
    quantity: Quantity
    value: float
    random: float
    element: str | None = None
    systematic: float = 0.0
    group: str = ""


def check(readings: tuple[Reading, ...], network: Network) -> None:
    """Raise ReconcileError at the first reading that cannot be of this network."""
    names = set()
    for reading in readings:
        where = f"reading {reading.name!r}"
        if reading.name in names:
            raise ReconcileError(f"{where} stands twice; expected one of that name")
        names.add(reading.name)
        way = network.ways[network.way(reading.stream, where)]
        if not all(map(math.isfinite, (reading.value, reading.random, reading.systematic))):
            raise ReconcileError(f"{where}: found a value or uncertainty that is not finite")
        if reading.random <= 0 or reading.systematic < 0:
            raise ReconcileError(
                f"{where}: found the random uncertainty {reading.random:g} and the systematic "
                f"{reading.systematic:g}; expected more than zero, and zero or more"
            )
        if reading.systematic and not reading.group:
            raise ReconcileError(
                f"{where}: a systematic uncertainty needs the group that shares it"
            )
        if (reading.quantity == "mass") != (reading.element is None):
            raise ReconcileError(
                f"{where}: a share or a content names its element, a mass does not"
            )
        if reading.element is not None:
            _check_element(reading, way.name, network, where)


def _check_element(reading: Reading, stream: str, network: Network, where: str) -> None:
    if reading.element not in network.elements:
        raise ReconcileError(
            f"{where}: found element {reading.element!r}; expected one of "
            f"{', '.join(network.elements)}"
        )
    if reading.element in network.absent.get(stream, ()):
        raise ReconcileError(f"{where}: {stream} is stated to have no {reading.element}")
    if reading.quantity == "share" and stream.startswith(STOCK):
        raise ReconcileError(
            f"{where}: found a share of the change of a stock; expected its mass or its content"
        )
    if reading.quantity == "share" and not 0 <= reading.value <= 1:
        raise ReconcileError(f"{where}: found the share {reading.value:g}; expected 0 to 1")
