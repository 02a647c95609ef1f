"""The report as PDF: the contents of the page, set by typst, with the same drawings."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ytterby.app.books import Books
from ytterby.app.files import draft_of
from ytterby.app.report import content
from ytterby.plant import Plant, PlantError

_TEMPLATE = "report.typ"


def require_typst() -> None:
    """Raise PlantError, before anything is solved, where typst is absent."""
    from importlib.util import find_spec

    if find_spec("typst") is None:
        needs = "found no typst, which PDF needs: pip install 'ytterby[pdf]', or use --report"
        raise PlantError((), f"--pdf: {needs}")


def write(books: Books, plant: Plant | None, path: Path) -> None:
    """Write the report to the file `path`, wholly or not at all. books, plant: see `render`."""
    with draft_of(path) as draft:
        draft.write_bytes(render(books, plant))


def render(books: Books, plant: Plant | None = None) -> bytes:
    """The report as PDF; the same books, fonts and version of typst give the same bytes."""
    import typst

    source = files("ytterby.app").joinpath("templates", _TEMPLATE).read_bytes()
    tree = json.dumps(content(books, plant), default=_plain)
    return typst.compile(source, sys_inputs={"content": tree})


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"found {type(value).__name__} in the report, expected plain data")
