"""How the books say that they refuse something, and why."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class LedgerError(ValueError):
    """Something the books do not take: where, what was found, what was expected, what to do.

    field: the part of the record that is wrong, such as "moisture" or "lines.Nd". record: position
    of the record among those that were entered together, from 0.
    """

    def __init__(
        self, found: str, expected: str, advice: str = "", *, field: str = "", record: int = 0
    ):
        self.found, self.expected, self.advice = found, expected, advice
        self.field, self.record = field, record
        super().__init__(str(self))

    @property
    def reason(self) -> str:
        """What was found, what was expected and what to do."""
        return f"found {self.found}, expected {self.expected}" + (
            f". {self.advice}" if self.advice else ""
        )

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class StorageError(LedgerError):
    """The database could not be written or read; what it said, and what to do."""

    def __init__(self, problem: str, advice: str):
        self.problem = problem
        super().__init__(problem, "", advice)

    @property
    def reason(self) -> str:
        return f"{self.problem}. {self.advice}"


def nearest(name: str, known: Iterable[str]) -> str:
    """'Did you mean ...?' with the nearest of `known`, or nothing."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else ""
