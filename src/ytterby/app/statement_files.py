"""Statements that need more than the books: taxes, matched papers, and plans of measurement."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from ytterby.accounts import Statement
from ytterby.accounts.matching import Paper, Record, matching
from ytterby.accounts.statement import Line
from ytterby.facts.rule import Rule
from ytterby.plant.errors import PlantError, nearest
from ytterby.plant.file import load
from ytterby.quantity import QuantityError, describe, parse

_TAXES = ("concentrate_sales", "outlets", "solids", "refund", "sellers")
_PLAN = ("throughput", "stock", "periods", "instruments", "level", "better", "losses")


def taxes(path: Path, on: str, law: Sequence[Rule]) -> list[Statement]:
    """The taxes of a YAML file: what was sold, discharged, dumped, bought from whom."""
    from ytterby.accounts.levies import environmental_tax, refund, resource_tax, reverse_invoices

    tree = _tree(path, _TAXES)
    found = []
    with _in(path):
        if sales := tree.get("concentrate_sales"):
            found.append(resource_tax(_numbers(sales, "CNY"), on=on, law=law))
        if tree.get("outlets") or tree.get("solids"):
            outlets = {o: _numbers(m, "kg") for o, m in (tree.get("outlets") or {}).items()}
            solids = _numbers(tree.get("solids"), "t")
            found.append(environmental_tax(outlets, solids, on=on, law=law))
        if asked := tree.get("refund"):
            listed, spread = parse(asked["listed"], "-"), parse(asked.get("uncertainty", 0), "-")
            found.append(refund(listed, spread, parse(asked["vat"], "CNY"), on=on, law=law))
        if sellers := tree.get("sellers"):
            found.append(reverse_invoices(_numbers(sellers, "CNY"), on=on, law=law))
    return found


def papers(path: Path) -> Statement:
    """The match of a CSV file: item, paper, mass, unit, uncertainty."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    columns = ("item", "paper", "mass", "unit", "uncertainty")
    for column in columns:
        if column not in (rows.fieldnames or []):
            raise PlantError((), f"{path}:1: found no column {column!r}, expected {columns}")
    records = []
    for row in rows:
        paper: Any = row["paper"].strip()
        if paper not in get_args(Paper):
            known = get_args(Paper)
            expected = f"expected one of {', '.join(known)}.{nearest(paper, known)}"
            raise PlantError((), f"{path}:{rows.line_num}: found paper {paper!r}, {expected}")
        try:
            mass = parse(f"{row['mass']} {row['unit']}", "kg")
            spread = parse(f"{row['uncertainty'] or 0} {row['unit']}", "kg")
        except QuantityError as error:
            raise PlantError((), f"{path}:{rows.line_num}: {error}") from None
        records.append(Record(row["item"].strip(), paper, mass, spread))
    return matching(records)


def claims_of(path: Path) -> list[tuple[datetime, float]]:
    """The claims of a CSV file: date, mass, unit, as (time, mass [kg])."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    columns = ("date", "mass", "unit")
    for column in columns:
        if column not in (rows.fieldnames or []):
            raise PlantError((), f"{path}:1: found no column {column!r}, expected {columns}")
    found = []
    for row in rows:
        try:
            when = datetime.fromisoformat(row["date"].strip()).replace(tzinfo=UTC)
            found.append((when, parse(f"{row['mass']} {row['unit']}", "kg")))
        except ValueError as error:
            raise PlantError((), f"{path}:{rows.line_num}: {error}") from None
    return found


def plan(path: Path) -> Statement:
    """What the instruments and stock-takes of a YAML file find, and what better ones would."""
    import numpy as np

    from ytterby.reconcile.detection import what_it_buys

    tree = _tree(path, _PLAN)
    with _in(path):
        now = _plan(tree)
        better = {
            str(name): _plan({**tree, **change, "instruments": _changed(tree, change)})
            for name, change in (tree.get("better") or {}).items()
        }
        losses = {}
        for name, raw in tree["losses"].items():
            lost = np.zeros(now.periods)
            if "at" in raw:
                if raw["at"] not in range(1, now.periods + 1):
                    expected = f"expected a period from 1 to {now.periods}"
                    raise PlantError((), f"{path}: loss {name!r}: found at {raw['at']}, {expected}")
                lost[raw["at"] - 1] = parse(raw["mass"], "kg")
            else:
                lost[:] = parse(raw["mass"], "kg") / now.periods
            losses[str(name)] = lost
        found = what_it_buys(now, better, losses, level=parse(tree.get("level", 0.05), "-"))
    lines = [
        Line.of(
            ("power", name, loss, test), f"{loss}, {name}", chance, "-", remark=f"found by {test}"
        )
        for (name, loss), powers in found.items()
        for test, chance in powers.items()
    ]
    return Statement("Chance that a loss is found", tuple(lines))


def _plan(tree: Mapping[str, Any]) -> Any:
    from ytterby.reconcile.detection import Instrument, Plan

    instruments = tuple(
        Instrument(
            str(name),
            raw["of"],
            parse(raw.get("random", 0), "-"),
            parse(raw.get("systematic", 0), "-"),
        )
        for name, raw in tree["instruments"].items()
    )
    periods = int(tree.get("periods", 12))
    stock = tree["stock"]
    stocks = stock if isinstance(stock, list) else [stock] * (periods + 1)
    return Plan(
        parse(tree["throughput"], "kg"), tuple(parse(one, "kg") for one in stocks), instruments
    )


def _changed(tree: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    new = change.get("instruments") or {}
    for name in new:
        if name not in tree["instruments"]:
            hint = nearest(name, tree["instruments"])
            raise PlantError((), f"better: found instrument {name!r}, which is none.{hint}")
    return {name: {**raw, **new.get(name, {})} for name, raw in tree["instruments"].items()}


def _tree(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    tree = load(path.read_text(encoding="utf-8"), str(path))
    if not isinstance(tree, Mapping):
        raise PlantError((), f"{path}: found {describe(tree)}, expected {', '.join(keys)}")
    for key in tree:
        if key not in keys:
            expected = f"expected one of {', '.join(keys)}.{nearest(key, keys)}"
            raise PlantError((), f"{path}: found {key!r}, {expected}")
    return tree


def _numbers(tree: Mapping[str, Any] | None, unit: str) -> dict[str, float]:
    return {str(name): parse(raw, unit) for name, raw in (tree or {}).items()}


@contextmanager
def _in(path: Path) -> Iterator[None]:
    """Puts the file in front of what is wrong inside it."""
    try:
        yield
    except KeyError as error:
        raise PlantError((), f"{path}: found no {error.args[0]!r}") from None
    except PlantError:
        raise
    except (ValueError, TypeError, AttributeError) as error:
        raise PlantError((), f"{path}: {error}") from None
