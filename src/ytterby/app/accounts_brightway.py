"""The inventory of a plant as a Brightway datapackage, alone or on a background database.

Needs bw_processing (`pip install 'ytterby[brightway]'`). Alone, each input is an activity that
gives off its shipped factor, so that Brightway can solve it without any database. Whoever owns a
background database names its activities instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ytterby.accounts import CarbonBasis, Inventory, Rule, inventory
from ytterby.balance import Balance
from ytterby.plant import PlantError

CARBON_DIOXIDE_EQUIVALENT = "CO2e"
"""What an input without a background gives off."""


def write(balance: Balance, basis: CarbonBasis, path: Path, rule: Rule = "mass") -> None:
    """Write the inventory, on its own, to the zip file `path`."""
    _require()
    from fsspec.implementations.zip import ZipFileSystem

    made = datapackage(inventory(balance, basis, rule), file=ZipFileSystem(str(path), mode="w"))
    made.finalize_serialization()


def identifiers(made: Inventory) -> dict[str, int]:
    """The number of each product, input and gas in the datapackage."""
    gases = (*made.gases, CARBON_DIOXIDE_EQUIVALENT)
    return {
        name: number for number, name in enumerate((*made.products, *made.inputs, *gases), start=1)
    }


def datapackage(
    made: Inventory,
    *,
    background: Mapping[str, int] | None = None,
    biosphere: Mapping[str, int] | None = None,
    file: Any = None,
) -> Any:
    """The inventory as a datapackage of bw_processing, kg and J; demand it in kg of a product.

    background: activity of a database that makes one kg (one J of energy) of an input, by name;
    what is not named gives off its shipped factor. biosphere: flow of a database for each gas, for
    its methods to find; without it, warming potentials are shipped along. file: what to write to;
    None keeps it in memory. Numbers of what is not named are those of `identifiers`, which
    stand in the metadata as well.
    """
    _require()
    import bw_processing

    numbers = {**identifiers(made), **(background or {}), **(biosphere or {})}
    own = [name for name in made.inputs if name not in (background or {})]
    package = bw_processing.create_datapackage(
        fs=file,
        name=made.plant.replace(" ", "-"),
        metadata={"identifiers": identifiers(made)},
        sum_intra_duplicates=True,
    )
    _add(package, "technosphere_matrix", *_technosphere(made, own, numbers))
    _add(package, "biosphere_matrix", *_biosphere(made, own, numbers))
    if not biosphere:
        potentials = {**made.potentials, CARBON_DIOXIDE_EQUIVALENT: 1.0}
        rows = [
            (numbers[gas], numbers[gas], potentials[gas])
            for gas in (*made.gases, CARBON_DIOXIDE_EQUIVALENT)
        ]
        _add(package, "characterization_matrix", rows, None)
    return package


Rows = list[tuple[int, int, float]]
"""(row, column, amount) of a matrix."""


def _technosphere(
    made: Inventory, own: list[str], numbers: Mapping[str, int]
) -> tuple[Rows, list[bool]]:
    """Every activity makes one of itself; products take their inputs, whose sign is turned."""
    rows = [(numbers[name], numbers[name], 1.0) for name in (*made.products, *own)]
    taken = [
        (numbers[name], numbers[product], float(amounts[column]))
        for name, amounts in made.inputs.items()
        for column, product in enumerate(made.products)
    ]
    return rows + taken, [False] * len(rows) + [True] * len(taken)


def _biosphere(
    made: Inventory, own: list[str], numbers: Mapping[str, int]
) -> tuple[Rows, list[bool] | None]:
    """Gases of the plant by product, and what inputs of their own give off."""
    rows = [
        (numbers[gas], numbers[product], float(amounts[column]))
        for gas, amounts in made.gases.items()
        for column, product in enumerate(made.products)
    ]
    rows += [
        (numbers[CARBON_DIOXIDE_EQUIVALENT], numbers[name], made.factors[name])
        for name in own
        if name in made.factors
    ]
    return rows, None


def _add(package: Any, matrix: str, rows: Rows, flip: list[bool] | None) -> None:
    import bw_processing

    package.add_persistent_vector(
        matrix=matrix,
        name=matrix.replace("_", "-"),
        indices_array=np.array([row[:2] for row in rows], dtype=bw_processing.INDICES_DTYPE),
        data_array=np.array([row[2] for row in rows]),
        flip_array=None if flip is None else np.array(flip),
    )


def _require() -> None:
    from importlib.util import find_spec

    if find_spec("bw_processing") is None:
        needs = "found no bw_processing, which Brightway needs: pip install 'ytterby[brightway]'"
        raise PlantError((), f"--brightway: {needs}")
