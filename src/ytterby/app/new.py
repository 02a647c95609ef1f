"""`ytterby new`: a small plant to start from."""

from __future__ import annotations

from pathlib import Path

STARTER = Path(__file__).with_name("starter.yaml")


def new(path: Path) -> int:
    """Write the starter plant to `path`; raises FileExistsError rather than overwrite."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.read_text(encoding="utf-8"))
    except FileExistsError as error:
        error.strerror = "found a file or folder there, expected a name that is free"
        raise
    print(f"Wrote {path}. Next: ytterby run {path}")
    return 0
