"""A lot on offer: what was analysed in it, and how well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ytterby.plant import Plant, PlantError
from ytterby.quantity import QuantityError, describe, parse
from ytterby.study.variables import Variable

_SPREAD = re.compile(r"^\s*(?P<value>[^±]+?)\s*(?:±|\+-)\s*(?P<spread>\S+)\s*(?P<unit>%|ppm)?\s*$")
IMPURE = ("moisture", "oil", "coating")
"""What is weighed with a lot and is not the material that was analysed."""
_KEYS = ("lot", "assay", "remainder", *IMPURE, "source")


@dataclass(frozen=True)
class Measured:
    """A mass share with one standard uncertainty [-]."""

    value: float
    spread: float = 0.0

    @staticmethod
    def of(raw: Any) -> Measured:
        """Read "22.8 ± 0.5 %" (or +-), "1 %" or 0.01; raises QuantityError."""
        match = _SPREAD.match(raw) if isinstance(raw, str) else None
        if match is None:
            found = Measured(parse(raw, "-"))
        else:
            unit = match["unit"] or ""
            found = Measured(
                parse(f"{match['value']} {unit}".strip(), "-"),
                parse(f"{match['spread']} {unit}".strip(), "-"),
            )
        if not 0 <= found.value <= 1 or found.spread < 0:
            raise QuantityError(describe(raw), "a share from 0 to 100 %, such as '22.8 ± 0.5 %'")
        return found

    def variable(self, name: str) -> Variable:
        """As something that varies, in shares."""
        return Variable(name, (name,), "-", "normal", self.value, self.spread, 0.0, 1.0)


@dataclass(frozen=True)
class Lot:
    """Scrap on offer.

    name: of the lot. assay: mass share of each element in the dry, clean material. moisture, oil,
    coating: shares of the lot as it is weighed. remainder: what the rest of the assay is.
    """

    name: str
    assay: Mapping[str, Measured]
    moisture: Measured = field(default_factory=lambda: Measured(0.0))
    oil: Measured = field(default_factory=lambda: Measured(0.0))
    coating: Measured = field(default_factory=lambda: Measured(0.0))
    remainder: str = "inert"
    source: str = ""

    @staticmethod
    def of(tree: Any) -> Lot:
        """The lot of a tree of plain values, as a file holds it; raises PlantError."""
        if not isinstance(tree, Mapping):
            raise PlantError((), f"found {describe(tree)}, expected a lot: {', '.join(_KEYS)}")
        for key in tree:
            if key not in _KEYS:
                raise PlantError((key,), f"found {key!r}, expected one of {', '.join(_KEYS)}")
        if not isinstance(tree.get("lot"), str) or not isinstance(tree.get("assay"), Mapping):
            raise PlantError((), "found no 'lot' or no 'assay', expected a name and an assay")
        assay = {str(e): _measured(("assay", str(e)), raw) for e, raw in tree["assay"].items()}
        if sum(one.value for one in assay.values()) > 1:
            raise PlantError(("assay",), "found more than 100 %, expected 100 % at most")
        parts = {name: _measured((name,), tree[name]) for name in IMPURE if name in tree}
        rest = str(tree.get("remainder", "inert"))
        return Lot(tree["lot"], assay, **parts, remainder=rest, source=str(tree.get("source", "")))

    @property
    def clean(self) -> float:
        """Share of the lot that is dry, clean material [-]."""
        return max(1 - sum(getattr(self, name).value for name in IMPURE), 0.0)

    def fed_to(self, plant: Plant, feed: str) -> Plant:
        """The plant with the dry, clean material of the lot as its feed."""
        assay = {element: one.value for element, one in self.assay.items() if one.value > 0}
        return plant.with_(**{f"{feed}.assay": {**assay, "remainder": self.remainder}})


def _measured(path: tuple[str, ...], raw: Any) -> Measured:
    try:
        return Measured.of(raw)
    except QuantityError as error:
        raise PlantError(path, f"{'.'.join(path)}: {error}") from None
