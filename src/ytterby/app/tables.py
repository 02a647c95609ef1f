"""Tables in files: JSON, CSV, or an Excel sheet each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ytterby.app.files import draft_of
from ytterby.plant import PlantError

if TYPE_CHECKING:
    import pandas as pd

_FORMATS = (".json", ".csv", ".xlsx")
_LONGEST_SHEET_NAME = 31
_WIDEST = 60
"""Characters beyond which a column of a sheet is not made wider."""


def refuse_format(path: Path | None) -> None:
    """Raise, before anything is solved, where `path` could not be written."""
    if path is None:
        return
    if path.suffix not in _FORMATS:
        raise PlantError((), f"--out {path}: expected a file {', '.join(_FORMATS)}")
    if not path.parent.is_dir():
        raise PlantError((), f"--out {path}: found no folder {str(path.parent)!r}")
    if path.suffix == ".xlsx" and find_spec("openpyxl") is None:
        needs = "found no openpyxl, which Excel needs: pip install 'ytterby[excel]', or write .csv"
        raise PlantError((), f"--out {path}: {needs}")


def write(tables: Mapping[str, pd.DataFrame], tree: Any, path: Path) -> None:
    """Write tables by title to a file, wholly or not at all. tree: the same as plain data."""
    with draft_of(path) as draft:
        match path.suffix:
            case ".json":
                draft.write_text(json.dumps(tree, indent=2), "utf-8")
            case ".csv":
                _together(tables).to_csv(draft, index=False)
            case _:
                _excel(tables, draft)


def _together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([one.assign(account=title) for title, one in tables.items()])[
        ["account", *next(iter(tables.values())).columns]
    ]


def _excel(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    import pandas as pd
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for title, one in tables.items():
            name = title[:_LONGEST_SHEET_NAME]
            one.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
            sheet = book.sheets[name]
            for i, column in enumerate(one.columns, start=1):
                longest = max([len(str(column)), *(len(str(cell)) for cell in one[column])])
                sheet.column_dimensions[get_column_letter(i)].width = min(longest + 2, _WIDEST)
                sheet.cell(1, i).font = Font(bold=True)
