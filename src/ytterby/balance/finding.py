"""What a solved plant wants its reader to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """A remark on one unit or stream: where, what, and how grave.

    level: "note" for what is worth knowing, "warning" for what needs a look, "error" for what
    makes the result worthless as a design.
    """

    where: str
    text: str
    level: Literal["note", "warning", "error"] = "warning"

    def __str__(self) -> str:
        return f"{self.level}: {self.where}: {self.text}"
