"""Assays: what a laboratory found in a lot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import check_element
from ytterby.ledger.lot import Lot
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, check_text
from ytterby.ledger.revision import Status, revision
from ytterby.ledger.uncertain import Uncertain

ASSAY_SURPLUS = 0.02
"""How far an assay may sum to more than all, by its own errors [-]."""


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
            **revision(self.status, self.replaces, self.note),
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
