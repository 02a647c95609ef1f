"""The console that output goes to."""

from __future__ import annotations

from rich.console import Console

_WIDTH_IN_A_PIPE = 100


def console(*, errors: bool = False) -> Console:
    """The standard output, or that for errors, without colour and of fixed width in a pipe."""
    found = Console(stderr=errors, highlight=False, soft_wrap=False)
    if not found.is_terminal:
        return Console(stderr=errors, highlight=False, width=_WIDTH_IN_A_PIPE)
    return found
