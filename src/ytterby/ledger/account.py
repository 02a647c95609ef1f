"""Accounts: where material is, by balance area and kind."""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.balance import Role
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.names import check_name


@dataclass(frozen=True)
class Kind:
    """What an account of this kind stands for.

    meaning: in words. inside: whether what is there is stock of the plant. role: of a stream of a
    Balance that leaves to there. mixed: whether what is there is one pool that may stand below
    zero in the books, because nobody measures it from day to day. approved: whether an event that
    touches it needs a second person.
    """

    meaning: str
    inside: bool
    role: Role
    mixed: bool = False
    approved: bool = False


KINDS = {
    "supplier": Kind("where it is bought", False, "feed"),
    "opening": Kind("what was there when the books began", False, "feed", approved=True),
    "raw": Kind("raw material in store", True, "unassigned"),
    "wip": Kind("work in progress: what is in the circuits", True, "internal", mixed=True),
    "product": Kind("product in store", True, "product"),
    "residue": Kind("residue in store", True, "residue"),
    "customer": Kind("to whom it is sold", False, "product"),
    "disposal": Kind("where residue is taken", False, "residue"),
    "effluent": Kind("water that leaves", False, "effluent"),
    "emission": Kind("gas and dust that leave", False, "emission"),
    "loss": Kind("known loss: spilled, burnt, stolen and seen", False, "residue", approved=True),
    "muf": Kind("material unaccounted for", False, "unassigned", approved=True),
}
"""Kinds of accounts. By-products are products of an area of their own."""


@dataclass(frozen=True, order=True)
class Account:
    """A place in the books, written `area/kind`: `leach/wip`, `acme/supplier`.

    area: balance area of the plant, or who or what is outside it. kind: one of `KINDS`.
    """

    area: str
    kind: str

    @staticmethod
    def of(text: str | Account, field: str = "account") -> Account:
        """The account of a text such as "leach/wip"; raises LedgerError."""
        if isinstance(text, Account):
            return text
        area, slash, kind = str(text).rpartition("/")
        if not slash or kind not in KINDS:
            raise LedgerError(
                repr(str(text)),
                f"area/kind, the kind being one of {', '.join(KINDS)}",
                nearest(kind, KINDS),
                field=field,
            )
        if "/" in area:
            raise LedgerError(repr(str(text)), "one slash, before the kind", field=field)
        return Account(check_name(area, field), kind)

    def __str__(self) -> str:
        return f"{self.area}/{self.kind}"

    @property
    def inside(self) -> bool:
        """Whether what is there is stock of the plant."""
        return KINDS[self.kind].inside

    @property
    def mixed(self) -> bool:
        """Whether it is one pool, which may stand below zero in the books."""
        return KINDS[self.kind].mixed

    @property
    def approved(self) -> bool:
        """Whether an event that touches it needs a second person."""
        return KINDS[self.kind].approved
