"""`compiler`: Numba's njit with an on-disk cache that notices changes in any file of a package.

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

Compiler = Callable[[Callable[..., Any]], Any]
"""Compiles a function to machine code at its first call, and keeps it on disk."""


def compiler(package: str, **options: Any) -> Compiler:
    """A decorator for the kernels of a package, such as "ytterby.chemistry".

    options: of `numba.njit`.
    """
    modules = (one for one in files(package).iterdir() if one.name.endswith(".py"))
    sources = b"".join(one.read_bytes() for one in sorted(modules, key=lambda one: one.name))
    stamp = hashlib.sha256(sources).hexdigest()

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher: Any = njit(cache=True, **options)(function)
        file = getattr(dispatcher._cache, "_cache_file", None)
        if file is not None:
            file._source_stamp = stamp
        return dispatcher

    return compiled


compiled = compiler("ytterby.chemistry")
