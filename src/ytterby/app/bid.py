"""`ytterby bid` and `ytterby blend`: what a lot is worth, and which lots to buy together."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from ytterby.accounts import CostBasis
from ytterby.app.options import BidOptions
from ytterby.app.own_files import own_of, prices_of
from ytterby.app.progress import announce_compilation
from ytterby.plant import Plant, PlantError
from ytterby.plant.file import load
from ytterby.quantity import QuantityError, parse
from ytterby.study import Bid, Lot, NoBlend, Offer, Terms, choose
from ytterby.study import blend as cheapest

_LIMIT = re.compile(r"^\s*(?P<element>[A-Z][a-z]?)\s*(?P<sense>>=|<=)\s*(?P<share>.+)$")


def bid(lot: Path, plants: tuple[Path, ...], options: BidOptions) -> int:
    """Print what the lot in `lot` is worth to each of `plants`, the highest first."""
    if not plants:
        raise PlantError((), "found no plant, expected a lot and one plant or several")
    offered = Lot.of(_read(lot))
    routes = {}
    for path in plants:
        plant = Plant.read(path)
        if options.feed not in plant.feeds:
            feeds = ", ".join(plant.feeds)
            raise PlantError((), f"--feed {options.feed}: {path} has the feeds {feeds}")
        routes[str(path)] = (plant, options.feed)
    basis = CostBasis(
        place=options.place, prices=prices_of(options.prices, options.own), own=own_of(options.own)
    )
    announce_compilation()
    workers = os.cpu_count() or 1 if options.cores else 1
    found = choose(offered, routes, basis, _terms(options), workers=workers)
    if options.json:
        print(json.dumps([_plain(route, one) for route, one in found], indent=2))
    else:
        from ytterby.app.terminal import console

        for route, one in found:
            console().print(_told(route, one))
    return 0


def blend(path: Path, *, mass: str, limits: tuple[str, ...], as_json: bool) -> int:
    """Print the cheapest blend of the lots in `path` within `limits`."""
    offers = tuple(_offer(tree) for tree in _list(path))
    try:
        kilograms = parse(mass, "kg")
    except QuantityError as error:
        raise PlantError((), f"--mass {mass!r}: {error}") from None
    try:
        found = cheapest(offers, kilograms, _limits(limits))
    except NoBlend as error:
        raise PlantError((), str(error)) from None
    if as_json:
        print(json.dumps(vars(found), indent=2))
        return 0
    for name, taken in found.masses.items():
        print(f"{name}: {taken:.5g} kg as weighed")
    print(f"Price: {found.price:.5g} USD per kg of dry material")
    print("Assay: " + ", ".join(f"{e} {100 * s:.3g} %" for e, s in found.assay.items()))
    for limit, worth in found.worth.items():
        print(f"Binds: {limit}; one hundredth more is worth {worth:.3g} USD/kg")
    return 0


def _terms(options: BidOptions) -> Terms:
    try:
        margin, confidence = parse(options.margin, "USD/kg"), parse(options.confidence, "-")
    except QuantityError as error:
        raise PlantError((), f"--margin or --confidence: {error}") from None
    if not 0 < confidence < 1:
        raise PlantError((), f"--confidence {options.confidence}: expected between 0 and 100 %")
    return Terms(margin, confidence, options.samples, options.seed)


def _read(path: Path) -> Any:
    return load(path.read_text(encoding="utf-8"), str(path))


def _list(path: Path) -> list[Any]:
    tree = _read(path)
    if not isinstance(tree, dict) or not isinstance(tree.get("lots"), list):
        raise PlantError((), f"{path}: expected 'lots:' and a list of them")
    return tree["lots"]


def _offer(tree: Any) -> Offer:
    if not isinstance(tree, dict) or "available" not in tree or "price" not in tree:
        raise PlantError((), "found a lot without 'available' or 'price', expected both")
    rest = {key: value for key, value in tree.items() if key not in ("available", "price")}
    try:
        available, price = parse(tree["available"], "kg"), parse(tree["price"], "USD/kg")
    except QuantityError as error:
        raise PlantError((), f"lot {tree.get('lot')!r}: {error}") from None
    return Offer(Lot.of(rest), available, price)


def _limits(texts: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        match = _LIMIT.match(text)
        try:
            share = parse(match["share"], "-") if match else None
        except QuantityError:
            share = None
        if match is None or share is None:
            raise PlantError((), f"--limit {text!r}: expected such as 'Dy >= 2 %'")
        low, high = found.get(match["element"], (0.0, 1.0))
        found[match["element"]] = (share, high) if match["sense"] == ">=" else (low, share)
    return found


def _plain(route: str, one: Bid) -> dict[str, Any]:
    values = [None if value != value else value for value in one.values.tolist()]
    statement = one.statement.to_dict()
    return {"route": route, "highest_price": one.highest, "values": values, **statement}


def _told(route: str, one: Bid) -> Any:
    from rich.table import Table

    table = Table(title=f"{one.statement.title} through {route}", box=None, pad_edge=False)
    for column, justify in (("", "left"), ("USD/kg of lot", "right"), ("", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for line in one.statement.lines:
        value = "?" if line.value is None else f"{line.value:+.3f}"
        if line.key[0] in ("penalty", "prices"):  # told for its own sake: no part of what adds up
            value = f"({value})"
        table.add_row(line.label, value, line.missing or line.remark)
    return table
