"""The example books: what was planted in them is what the closing finds, and nothing else."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from ytterby.ledger import Book

SCRIPT = Path(__file__).parents[2] / "examples" / "books-of-a-year" / "books.py"
SPLIT = {"Nd": 0.94, "Pr": 0.96, "Dy": 0.0, "Co": 0.01, "La": 0.5, "Ce": 0.1, "Y": 0.0}
"""About what the simulator says of the plant; the example itself solves it."""


@pytest.fixture(scope="module")
def example():
    return runpy.run_path(str(SCRIPT))


def year(example, folder: Path, seed: int):
    accounts = ["dealers/supplier", "store/raw", "circuit/wip", "store/product", "heap/residue"]
    book = Book.create(
        folder / "books.db",
        plant="test",
        start=example["month"](1),
        person="Anna",
        accounts=[*accounts, "circuit/muf"],
    )
    heavy = {e: 0.0 for e in SPLIT} | {"Dy": 0.96, "Y": 0.96}
    rest = {e: 1 - SPLIT[e] - heavy[e] for e in SPLIT}
    split = {"ndpr_kiln.product": SPLIT, "dy_kiln.product": heavy, "rest": rest}
    chance = example["Instruments"](np.random.default_rng(seed))
    return book, example["Year"](book, split, chance).run()


def test_the_theft_is_found_in_its_month_and_nothing_before(example, tmp_path):
    book, closings = year(example, tmp_path, seed=11)
    assert not any(one.alarms for one in closings[: example["THEFT_MONTH"] - 1])
    found = {a.element: a for a in closings[example["THEFT_MONTH"] - 1].alarms}
    for element, mass in example["STOLEN"].items():
        assert found[element].mass == pytest.approx(mass, abs=4 * found[element].uncertainty)
    assert "Co" not in found
    assert book.verify().faults == ()


def test_without_a_theft_the_year_raises_no_alarm(example, tmp_path):
    honest = dict.fromkeys(example["STOLEN"], 0.0)
    stolen = dict(example["STOLEN"])
    example["STOLEN"].update(honest)
    try:
        _, closings = year(example, tmp_path, seed=11)
    finally:
        example["STOLEN"].update(stolen)
    assert not closings[-1].alarms
