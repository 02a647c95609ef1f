"""`ytterby accounts`: recovery, cost, greenhouse gases and effluent of one plant, or of two."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ytterby.accounts import (
    CarbonBasis,
    Comparison,
    CostBasis,
    Statement,
    attribute,
    capital,
    carbon,
    compare,
    cost,
    effluent,
    kinds_of,
    limits,
    price_set,
    priced_by_content,
    radioactivity,
    recovery_and_purity,
    water,
)
from ytterby.accounts.prices import of_facts, values
from ytterby.app.progress import announce_compilation, progress
from ytterby.app.run import changed
from ytterby.balance import Balance
from ytterby.facts import Fact
from ytterby.facts.library import read
from ytterby.plant import Plant, PlantError

_FORMATS = (".json", ".csv", ".xlsx")
_LONGEST_SHEET_NAME = 31
_DIGITS = 5
_USUAL_AREA = "general"


@dataclass(frozen=True)
class Options:
    """What `ytterby accounts --help` tells of."""

    set_: tuple[str, ...] = ()
    place: str | None = None
    grid: str | None = None
    law: str | None = None
    on: str | None = None
    route: str = "direct"
    area: str | None = None
    scrap: str | None = None
    prices: Path | None = None
    against: Path | None = None
    out: Path | None = None
    openlca: Path | None = None
    as_json: bool = False


def accounts(path: Path, options: Options) -> int:
    """Draw up the accounts of the plant in `path` and print or write them."""
    if options.out is not None and options.out.suffix not in _FORMATS:
        raise PlantError((), f"--out {options.out}: expected a file {', '.join(_FORMATS)}")
    if options.openlca is not None and options.grid is None:
        raise PlantError((), "--openlca: found no --grid, expected the region of the plant as well")
    announce_compilation()
    found: Sequence[Statement | Comparison] = _of_plant(path, options)
    if options.against is not None:
        others = {s.title: s for s in _of_plant(options.against, options)}
        names = (path.stem, options.against.stem)
        if names[0] == names[1]:
            names = (str(path), str(options.against))
        found = [
            compare(s, others[s.title], names)
            for s in found
            if isinstance(s, Statement) and s.title in others
        ]
    if options.as_json:
        print(json.dumps([plain(one) for one in found], indent=2))
    elif options.out is None:
        from ytterby.app.terminal import console

        for one in found:
            console().print(_told(one))
    if options.out is not None:
        write(found, options.out)
        print(f"Accounts: {options.out}", file=sys.stderr if options.as_json else sys.stdout)
    return 0


def _of_plant(path: Path, options: Options) -> list[Statement]:
    plant = changed(Plant.read(path), options.set_)
    with progress() as tick:
        balance = plant.solve(progress=tick)
    if options.openlca is not None and path != options.against:
        from ytterby.app.accounts_openlca import write as export

        export(
            balance, _climate(plant, prices_of(options.prices), str(options.grid)), options.openlca
        )
        print(f"Inventory: {options.openlca}", file=sys.stderr)
    return statements(plant, balance, options)


def _climate(plant: Plant, prices: dict[str, Fact], grid: str) -> CarbonBasis:
    return CarbonBasis(grid, kinds=kinds_of(plant), prices=values(prices))


def statements(plant: Plant, balance: Balance, options: Options) -> list[Statement]:
    """The accounts that `options` ask for, each with the facts it rests on where they are known.

    Recovery always; cost where a place is named, greenhouse gases where a grid is, effluent and
    radioactivity where a jurisdiction is.
    """
    prices = prices_of(options.prices)
    if options.scrap is not None and options.scrap not in prices:
        prices = priced_by_content(balance, options.scrap, prices)
    kinds = kinds_of(plant)
    found = [attribute(recovery_and_purity, balance)]
    if options.place is not None:
        money = CostBasis(place=options.place, prices=prices, kinds=kinds)
        found += [capital(balance, money), cost(balance, money)]
    if options.grid is not None:
        found.append(carbon(balance, _climate(plant, prices, options.grid)))
    if options.law is not None:
        today = options.on or date.today().isoformat()
        law = limits(on=today, jurisdiction=options.law, route=options.route)
        area = options.area or _USUAL_AREA
        if any(one.label("area") == area for one in law):
            law = tuple(one for one in law if one.label("area") in ("", area))
        if not law:
            raise PlantError((), f"--law {options.law}: found no limits, expected CN, US, MY or EU")
        found += [water(balance, law), effluent(balance, law), radioactivity(balance, law)]
    return found


def prices_of(path: Path | None) -> dict[str, Fact]:
    """The shipped prices, with those of a file in front; raises PlantError."""
    shipped = price_set()
    if path is None:
        return shipped
    try:
        return shipped | of_facts(read(path))
    except ValueError as error:
        raise PlantError((), f"--prices {path}: {error}") from None


def plain(one: Statement | Comparison) -> dict[str, Any]:
    """A statement or a comparison as plain data."""
    if isinstance(one, Statement):
        return one.to_dict()
    rows = json.loads(one.table().to_json(orient="records"))
    return {"title": one.title, "names": list(one.names), "lines": rows}


def write(found: Sequence[Statement | Comparison], path: Path) -> None:
    """Write statements to a file, wholly or not at all: JSON, CSV, or Excel with a sheet each."""
    draft = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        match path.suffix:
            case ".json":
                draft.write_text(json.dumps([plain(one) for one in found], indent=2), "utf-8")
            case ".csv":
                _table(found).to_csv(draft, index=False)
            case _:
                _excel(found, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _table(found: Sequence[Statement | Comparison]) -> Any:
    import pandas as pd

    rows = [
        {"account": one.title, **row} for one in found for row in one.table().to_dict("records")
    ]
    return pd.DataFrame(rows)


def _excel(found: Sequence[Statement | Comparison], path: Path) -> None:
    from importlib.util import find_spec

    import pandas as pd

    if find_spec("openpyxl") is None:
        needs = "found no openpyxl, which Excel needs: pip install 'ytterby[excel]', or write .csv"
        raise PlantError((), f"--out: {needs}")
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for one in found:
            one.table().to_excel(book, sheet_name=one.title[:_LONGEST_SHEET_NAME], index=False)


def _told(one: Statement | Comparison) -> Any:
    from rich.table import Table

    table = Table(title=one.title, title_justify="left", box=None, pad_edge=False)
    alone = ("", "", "unit", "rests on", "")
    columns = alone if isinstance(one, Statement) else ("", *one.names, "unit")
    for i, column in enumerate(columns):
        right = 0 < i < len(columns) - (3 if isinstance(one, Statement) else 1)
        table.add_column(column, justify="right" if right else "left")
    if isinstance(one, Statement):
        for line in one.lines:
            remark = line.missing or line.remark
            figure, unit = _figure(line.value), _unit(line.unit)
            table.add_row(line.label, figure, unit, line.evidence or "", remark)
    else:
        for pair in one.pairs:
            sides = (pair.first, pair.second)
            figures = [_figure(side.value if side else None) for side in sides]
            table.add_row(pair.label, *figures, _unit(pair.unit))
    return table


def _figure(value: float | None) -> str:
    return "?" if value is None else f"{value:.{_DIGITS}g}"


def _unit(unit: str) -> str:
    return "" if unit == "-" else unit
