"""A split: one stream parted in two of the same composition, as for a bleed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.units.fields import inlet, setting
from ytterby.units.unit import Derivative, Inlet, Outcome, Unit


@dataclass(frozen=True, kw_only=True)
class Split(Unit):
    """Takes a chosen part off a stream: a bleed, a purge, a sale."""

    kind: ClassVar[str] = "split"
    grade: ClassVar = "specified"
    outlets: ClassVar[Mapping[str, str]] = {
        "part": "the part taken off",
        "rest": "what goes on",
    }

    stream: Any = inlet("What is parted.")
    part: float = setting("-", "Part taken off", minimum=0, maximum=1)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        stream = inlets["stream"].stream
        return Outcome({"part": self.part * stream, "rest": (1 - self.part) * stream})

    def derivative(self, inlets: Mapping[str, Inlet], outcome: Outcome) -> Derivative:
        whole = np.eye(inlets["stream"].stream.amounts.size)
        return Derivative(
            {("stream", "part"): self.part * whole, ("stream", "rest"): (1 - self.part) * whole}, {}
        )
