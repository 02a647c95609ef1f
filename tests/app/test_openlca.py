"""The inventory for openLCA: what an importer asks of it, and that mass is kept."""

from __future__ import annotations

import json
from zipfile import ZipFile

import pytest
from tests.accounts.books import separation
from tests.plants import magnet_plant

from ytterby.accounts import CarbonBasis, kinds_of
from ytterby.app.accounts_openlca import objects, write

PRICES = {"Nd": 73.0, "Dy": 239.0}


def test_every_reference_points_at_an_object_of_the_archive(tmp_path):
    plant = magnet_plant()
    basis = CarbonBasis("EE", kinds=kinds_of(plant), prices=PRICES)
    path = tmp_path / "inventory.zip"
    write(plant.solve(), basis, path)
    with ZipFile(path) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert files["openlca.json"] == {"schemaVersion": 2}
    flows = {f["@id"]: f for name, f in files.items() if name.startswith("flows/")}
    (process,) = [f for name, f in files.items() if name.startswith("processes/")]
    assert all(e["flow"]["@id"] in flows for e in process["exchanges"])
    assert sum(e["isQuantitativeReference"] for e in process["exchanges"]) == 1
    assert {flow["name"] for flow in flows.values()} >= {"HCl", "CO2, to air", "kiln.product"}


def test_the_same_balance_gives_the_same_bytes(tmp_path):
    basis = CarbonBasis("EE", prices=PRICES)
    for name in ("a.zip", "b.zip"):
        write(separation(), basis, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_allocation_factors_of_a_method_add_up_to_one():
    files = objects(separation(), CarbonBasis("EE", prices=PRICES))
    (process,) = [f for name, f in files.items() if name.startswith("processes/")]
    for method in ("PHYSICAL_ALLOCATION", "ECONOMIC_ALLOCATION"):
        factors = [
            f["value"] for f in process["allocationFactors"] if f["allocationType"] == method
        ]
        assert sum(factors) == pytest.approx(1)


def test_a_balance_by_hand_goes_out_by_element():
    files = objects(separation(), CarbonBasis("EE"))
    (process,) = [f for name, f in files.items() if name.startswith("processes/")]
    amounts = {e["flow"]["name"]: e["amount"] for e in process["exchanges"]}
    assert amounts["C, to air"] == 30 and amounts["Nd, to water"] == 4
    assert amounts["split.light"] == 106


@pytest.mark.oracle
def test_the_reference_implementation_of_the_format_reads_it_without_loss(tmp_path):
    import olca_schema as schema
    from olca_schema import zipio

    path = tmp_path / "inventory.zip"
    write(separation(), CarbonBasis("EE", prices=PRICES), path)
    with zipio.ZipReader(str(path)) as reader:
        (identifier,) = reader.ids_of(schema.Process)
        process = reader.read(schema.Process, identifier)
        flows = [reader.read(schema.Flow, e.flow.id) for e in process.exchanges]
    assert all(flow is not None for flow in flows)
    assert len(process.allocation_factors) == 4
    assert process.process_type == schema.ProcessType.UNIT_PROCESS
