"""Files that commands write: refused before anything is solved, written wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ytterby.plant import PlantError


def refuse_folder(option: str, path: Path | None) -> None:
    """Raise before anything is solved when the file of an option could not be written."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        found = "a folder" if path.is_dir() else f"no folder {str(path.parent)!r}"
        raise PlantError((), f"{option} {path}: found {found}, expected a file to write")


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place only when it is whole."""
    draft = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Write a file wholly or not at all."""
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
