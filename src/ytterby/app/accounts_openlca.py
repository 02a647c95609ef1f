"""The inventory of a plant as openLCA JSON-LD: one unit process, ready to import.

Format: GreenDelta olca-schema 2 (a zip of one JSON file per object). Mass and energy refer to the
reference data that every openLCA database holds; other objects get identifiers that follow from
the name of the plant and of the flow, so that a second import replaces the first.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ytterby.accounts import RULES, Allocation, Burden, CarbonBasis
from ytterby.accounts.energy import energy
from ytterby.accounts.flows import Flows
from ytterby.accounts.purchases import AIR, purchases
from ytterby.balance import Balance

_MASS = (
    "Mass",
    "93a60a56-a3c8-11da-a746-0800200b9a66",
    "kg",
    "20aadc24-a391-41cf-b340-3e4529f44bde",
)
_ENERGY = (
    "Energy",
    "f6811440-ee37-11de-8a39-0800200c9a66",
    "MJ",
    "52765a6c-3896-43c2-b2f4-c679acf13efe",
)
"""Flow property and unit, with their identifiers in openLCA."""
_SCHEMA_VERSION = 2
_METHOD = {"mass": "PHYSICAL_ALLOCATION", "economic": "ECONOMIC_ALLOCATION"}
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_JOULES_PER_MEGAJOULE = 1e6


def write(balance: Balance, basis: CarbonBasis, path: Path) -> None:
    """Write the inventory to the zip file `path`; the same balance gives the same bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, tree in sorted(objects(balance, basis).items()):
            text = json.dumps(tree, indent=1, sort_keys=True)
            archive.writestr(ZipInfo(name, _EARLIEST), text, ZIP_DEFLATED)


def objects(balance: Balance, basis: CarbonBasis) -> dict[str, dict[str, Any]]:
    """File name in the archive -> object: the process, its flows, and the schema version.

    Inputs are trade substances (100 % basis) and energy; outputs are products, wastes, and the
    gases and metals that go to air and water, over the period of the balance.
    """
    made = _Inventory(balance.plant)
    for one in purchases(balance, basis.declared):
        if one.substance != AIR and one.mass > 0:
            made.add(one.substance, one.mass, _MASS, kind="PRODUCT_FLOW", entering=True)
    for use in energy(balance, basis.kinds)[0]:
        megajoules = use.joules / _JOULES_PER_MEGAJOULE
        made.add(use.carrier, megajoules, _ENERGY, kind="PRODUCT_FLOW", entering=True)
    view = Flows(balance)
    for row in view.products:
        name = balance.edges[row].name
        made.add(name, balance.flow(name) * balance.period, _MASS, kind="PRODUCT_FLOW")
    for row in view.with_role("residue"):
        name = balance.edges[row].name
        made.add(name, balance.flow(name) * balance.period, _MASS, kind="WASTE_FLOW")
    for role, compartment in (("emission", "air"), ("effluent", "water")):
        for row in view.with_role(role):
            for substance, mass in _emitted(balance, row).items():
                made.add(f"{substance}, to {compartment}", mass, _MASS, kind="ELEMENTARY_FLOW")
    sharing = Allocation(balance, basis.worth, basis.prices)
    return made.files(_factors(sharing, basis, made))


class _Inventory:
    """Flows and exchanges of one process, gathered by name."""

    def __init__(self, plant: str):
        self.plant = plant
        self.flows: dict[str, dict[str, Any]] = {}
        self.exchanges: dict[tuple[str, bool], dict[str, Any]] = {}

    def add(
        self,
        name: str,
        amount: float,
        quantity: tuple[str, str, str, str],
        *,
        kind: str,
        entering: bool = False,
    ) -> None:
        """Add `amount` [kg or MJ] of a flow; one of an unknown amount is left out."""
        if not amount > 0:
            return
        self.flows[name] = _flow(self.plant, name, kind, quantity)
        exchange = self.exchanges.setdefault(
            (name, entering), self._exchange(name, quantity, entering)
        )
        exchange["amount"] += amount

    def _exchange(
        self, name: str, quantity: tuple[str, str, str, str], entering: bool
    ) -> dict[str, Any]:
        prop, prop_id, unit, unit_id = quantity
        return {
            "@type": "Exchange",
            "internalId": len(self.exchanges) + 1,
            "amount": 0.0,
            "isInput": entering,
            "isQuantitativeReference": False,
            "flow": _reference(self.flows[name]),
            "flowProperty": {"@type": "FlowProperty", "@id": prop_id, "name": prop},
            "unit": {"@type": "Unit", "@id": unit_id, "name": unit},
        }

    def files(self, factors: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        exchanges = [dict(exchange) for exchange in self.exchanges.values()]
        products = [
            e
            for e in exchanges
            if not e["isInput"] and self.flows[e["flow"]["name"]]["flowType"] == "PRODUCT_FLOW"
        ]
        if products:
            products[0]["isQuantitativeReference"] = True
        process = {
            "@type": "Process",
            "@id": _identifier(self.plant, "process"),
            "name": self.plant,
            "processType": "UNIT_PROCESS",
            "defaultAllocationMethod": _METHOD["mass"],
            "description": "Written by Ytterby from a closed balance; reagents as pure substance.",
            "exchanges": exchanges,
            "allocationFactors": factors,
        }
        files: dict[str, dict[str, Any]] = {
            f"flows/{flow['@id']}.json": flow for flow in self.flows.values()
        }
        files[f"processes/{process['@id']}.json"] = process
        files["openlca.json"] = {"schemaVersion": _SCHEMA_VERSION}
        return files


def _factors(sharing: Allocation, basis: CarbonBasis, made: _Inventory) -> list[dict[str, Any]]:
    """Share of what no unit claims for each product, by mass and, with prices, by value."""
    found = []
    for rule in RULES:
        if rule not in _METHOD or (rule == "economic" and not basis.prices):
            continue
        for name, share in sharing.shares(Burden("all", None, 1.0), rule).items():
            if name in made.flows:
                found.append(
                    {
                        "@type": "AllocationFactor",
                        "allocationType": _METHOD[rule],
                        "product": _reference(made.flows[name]),
                        "value": share,
                    }
                )
    return found


def _emitted(balance: Balance, row: int) -> dict[str, float]:
    """kg over the period of what goes to air or water: gases, ions as elements, no water or air."""
    name = balance.edges[row].name
    if balance.edges[row].role == "emission" and name in balance.streams:
        stream = balance.streams[name]
        masses = stream.amounts * stream.basis.molar_mass * balance.period
        gases = zip(stream.basis.names, masses.tolist(), stream.basis.masks["gas"], strict=True)
        return {
            species.removesuffix("(g)"): mass
            for species, mass, is_gas in gases
            if is_gas and species not in _HARMLESS
        }
    known = ((e, balance.mass(name, e)) for e in balance.elements if e not in _WATER_AND_AIR)
    return {element: mass for element, mass in known if mass > 0}


_HARMLESS = {"N2(g)", "O2(g)", "Ar(g)", "H2O(g)"}
_WATER_AND_AIR = {"H", "O", "N", "Ar", "inert"}


def _flow(plant: str, name: str, kind: str, quantity: tuple[str, str, str, str]) -> dict[str, Any]:
    prop, prop_id, _, _ = quantity
    return {
        "@type": "Flow",
        "@id": _identifier(plant, name),
        "name": name,
        "flowType": kind,
        "flowProperties": [
            {
                "@type": "FlowPropertyFactor",
                "conversionFactor": 1.0,
                "isRefFlowProperty": True,
                "flowProperty": {"@type": "FlowProperty", "@id": prop_id, "name": prop},
            }
        ],
    }


def _reference(flow: dict[str, Any]) -> dict[str, Any]:
    return {"@type": "Flow", "@id": flow["@id"], "name": flow["name"]}


def _identifier(plant: str, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"ytterby:{plant}:{name}"))
