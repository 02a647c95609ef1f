"""`compiled`: Numba's njit with an on-disk cache that notices changes in any file of this package.

Numba keeps a compiled function until the file of that function changes; a function inlined from a
neighbouring file would then go on running in its old form. Here the stamp that Numba compares is a
digest of all sources of the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

SOURCES = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()

REARRANGING = {"reassoc", "contract", "nsz", "arcp"}
"""Sums may be regrouped for the vector units, which positive sums do not mind. Nothing here lets
the compiler assume finite numbers: infinities and NaN must stay what they are."""


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled to machine code at its first call, and kept on disk."""
    dispatcher: Any = njit(cache=True, error_model="numpy", fastmath=REARRANGING)(function)
    file = getattr(dispatcher._cache, "_cache_file", None)
    if file is not None:
        file._source_stamp = SOURCES
    return dispatcher
