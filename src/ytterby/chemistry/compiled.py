"""`compiled`: Numba's njit with an on-disk cache that notices changes in any file of this package.

Numba keeps a compiled function until the file of that function changes; a function inlined from a
neighbouring file would then go on running in its old form. Here the stamp that Numba compares is a
digest of all sources of the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from numba import njit

_MODULES = sorted(
    (one for one in files("ytterby.chemistry").iterdir() if one.name.endswith(".py")),
    key=lambda one: one.name,
)
SOURCES = hashlib.sha256(b"".join(one.read_bytes() for one in _MODULES)).hexdigest()


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled to machine code at its first call, and kept on disk."""
    dispatcher: Any = njit(cache=True)(function)
    file = getattr(dispatcher._cache, "_cache_file", None)
    if file is not None:
        file._source_stamp = SOURCES
    return dispatcher
