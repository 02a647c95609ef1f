"""`compiled`: Numba's njit with an on-disk cache that notices changes in any file of a package.

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


def compiler(file: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """What compiles functions of the package of `file` at their first call, and keeps them on disk.

    options: of njit.
    """
    sources = sorted(Path(file).parent.glob("*.py"))
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher: Any = njit(cache=True, **options)(function)
        kept = getattr(dispatcher._cache, "_cache_file", None)
        if kept is not None:
            kept._source_stamp = stamp
        return dispatcher

    return compiled


compiled = compiler(__file__)
