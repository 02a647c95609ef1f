"""Brightway, another implementation, solves our inventory to our own footprints."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import bw_processing
import numpy as np
import pytest
from fsspec.implementations.zip import ZipFileSystem
from tests.plants import magnet_plant

from ytterby.accounts import RULES, CarbonBasis, carbon, inventory, kinds_of
from ytterby.app import accounts_brightway
from ytterby.app.cli import status_of
from ytterby.balance import Balance

PRICES = {"Nd": 60.0, "Pr": 62.0, "Dy": 250.0, "Co": 30.0}
ROUNDING = 1e-9
"""Relative, that of two sparse solves in another order."""


@cache
def solved() -> Balance:
    return magnet_plant().solve()


@cache
def basis() -> CarbonBasis:
    return CarbonBasis("EE", kinds=kinds_of(magnet_plant()), prices=PRICES)


@pytest.mark.parametrize("rule", RULES)
def test_the_matrix_of_the_inventory_gives_the_footprints_of_the_account(rule):
    statement = carbon(solved(), basis())
    for product, footprint in inventory(solved(), basis(), rule).footprints().items():
        told = statement.value("footprint", product, rule)
        assert footprint == pytest.approx(told, rel=ROUNDING)


@pytest.mark.oracle
@pytest.mark.filterwarnings(r"ignore:\s+It seems like you have an AMD/INTEL:UserWarning")
@pytest.mark.parametrize("rule", RULES)
def test_brightway_agrees_with_our_own_solve(rule):
    import bw2calc  # which warns of the processor when it is imported

    made = inventory(solved(), basis(), rule)
    numbers = accounts_brightway.identifiers(made)
    for product, footprint in made.footprints().items():
        lca = bw2calc.LCA(
            demand={numbers[product]: 1}, data_objs=[accounts_brightway.datapackage(made)]
        )
        lca.lci()
        lca.lcia()
        assert lca.score == pytest.approx(footprint, rel=ROUNDING)


@pytest.mark.oracle
@pytest.mark.filterwarnings(r"ignore:\s+It seems like you have an AMD/INTEL:UserWarning")
def test_a_background_database_takes_the_place_of_a_shipped_factor():
    """The database makes acid from one other activity and gives off a gas that it weighs itself."""
    import bw2calc  # which warns of the processor when it is imported

    acid, chlorine, gas, carbon_dioxide = 1001, 1002, 2001, 2002
    database = bw_processing.create_datapackage(sum_intra_duplicates=True)

    def add(matrix, rows, flip=None):
        indices = np.array([row[:2] for row in rows], dtype=bw_processing.INDICES_DTYPE)
        database.add_persistent_vector(
            matrix=matrix,
            name=matrix.replace("_", "-"),
            indices_array=indices,
            data_array=np.array([row[2] for row in rows]),
            flip_array=flip,
        )

    rows = [(acid, acid, 1.0), (chlorine, chlorine, 1.0), (chlorine, acid, 0.5)]
    add("technosphere_matrix", rows, np.array([False, False, True]))
    add("biosphere_matrix", [(gas, chlorine, 3.0)])
    add("characterization_matrix", [(gas, gas, 2.0), (carbon_dioxide, carbon_dioxide, 1.0)])
    made = inventory(solved(), basis())
    package = accounts_brightway.datapackage(
        made,
        background={"HCl": acid},
        biosphere={"CO2": carbon_dioxide, accounts_brightway.CARBON_DIOXIDE_EQUIVALENT: 2002},
    )
    (product, *_), numbers = made.products, accounts_brightway.identifiers(made)
    lca = bw2calc.LCA(demand={numbers[product]: 1}, data_objs=[package, database])
    lca.lci()
    lca.lcia()
    theirs = 0.5 * 3.0 * 2.0
    change = (theirs - made.factors["HCl"]) * made.inputs["HCl"][0]
    assert lca.score == pytest.approx(made.footprints()[product] + change, rel=ROUNDING)


def test_the_inventory_goes_to_brightway(tmp_path: Path):
    plant, out = tmp_path / "plant.yaml", tmp_path / "inventory.zip"
    magnet_plant().write(plant)
    words = ("accounts", str(plant), "--grid", "EE", "--json", "--brightway", str(out))
    assert status_of(words) == 0
    read = bw_processing.load_datapackage(ZipFileSystem(out))
    assert {"kiln.product", "HCl", "CO2"} <= set(read.metadata["identifiers"])
    names = " ".join(resource["name"] for resource in read.resources)
    assert re.search("technosphere", names) and re.search("biosphere", names)
