"""Signs of life while a plant is being solved: on the error stream, and only for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 2.0
"""How long a person waits without a sign [s]."""
_COMPILED = ("chemistry", "separation")


@contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """What to call with a line at every step; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from ytterby.app.terminal import console

    status = console(errors=True).status("Solving")
    began = time.monotonic()
    shown = False

    def tick(line: str) -> None:
        nonlocal shown
        if not shown and time.monotonic() - began > PATIENCE:
            status.start()
            shown = True
        status.update(f"Solving: {line}")

    try:
        yield tick
    finally:
        status.stop()


def announce_compilation() -> None:
    """Say that numerical kernels are about to be compiled, where no compiled ones lie ready."""
    if not compiled():
        print("Compiling the numerical kernels, once: about 20 s", file=sys.stderr)


def compiled(package: Path = Path(__file__).parents[1]) -> bool:
    """Whether every part with kernels has an index of compiled ones beside it."""
    return all(any((package / part / "__pycache__").glob("*.nbi")) for part in _COMPILED)
