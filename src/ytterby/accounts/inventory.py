"""The life-cycle inventory of each product: what making one kilogram takes in and gives off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ytterby.accounts.allocation import Allocation, Burden, Rule
from ytterby.accounts.emissions import CarbonBasis, Emissions, per_joule
from ytterby.accounts.purchases import good_of
from ytterby.balance import Balance


@dataclass(frozen=True, eq=False)
class Inventory:
    """Inputs and greenhouse gases per kg of each product, after subdivision and one rule.

    inputs: by substance [kg/kg] or carrier of energy [J/kg], shape (product,). gases: [kg/kg],
    shape (product,). factors: kg CO2e per unit of an input, where known. potentials: kg CO2e per
    kg of a gas.
    """

    plant: str
    products: tuple[str, ...]
    inputs: Mapping[str, np.ndarray]
    gases: Mapping[str, np.ndarray]
    factors: Mapping[str, float]
    potentials: Mapping[str, float]

    def footprints(self) -> dict[str, float]:
        """kg CO2e per kg of each product, by the matrix of the inventory.

        A s = f and g = c B s, with A the products and inputs that an activity makes and takes,
        B the gases that it gives off, c their potentials (Heijungs and Suh 2002, ch. 2). An input
        without a factor gives nothing off.
        """
        made, taken = len(self.products), len(self.inputs)
        technosphere = np.eye(made + taken)
        for row, amounts in enumerate(self.inputs.values()):
            technosphere[made + row, :made] = -amounts
        given_off = np.zeros(made + taken)
        for gas, amounts in self.gases.items():
            given_off[:made] += self.potentials[gas] * amounts
        given_off[made:] = [self.factors.get(name, 0.0) for name in self.inputs]
        scaling = np.linalg.solve(technosphere, np.eye(made + taken)[:, :made])
        return dict(zip(self.products, (given_off @ scaling).tolist(), strict=True))


def inventory(balance: Balance, basis: CarbonBasis, rule: Rule = "mass") -> Inventory:
    """The inventory of the products of a plant; what no unit claims is parted by `rule`.

    Gases of a stack that is not known are left out, as they are from the footprint.
    """
    books = Emissions(balance, basis)
    sharing = Allocation(balance, basis.worth, basis.prices)
    masses = np.array([balance.flow(name) * balance.period for name in sharing.products])
    inputs: dict[str, np.ndarray] = {}
    gases: dict[str, np.ndarray] = {}

    def charge(table: dict[str, np.ndarray], name: str, unit: str | None, amount: float) -> None:
        shares = sharing.shares(Burden(name, unit, amount), rule)
        parts = np.array([shares[product] for product in sharing.products])
        table[name] = table.get(name, np.zeros(len(masses))) + amount * parts / masses

    for one in books.bought:
        if one.mass > 0:
            charge(inputs, good_of(one, basis.told), one.unit, one.mass)
    for use in books.energy[0]:
        charge(inputs, use.carrier, use.unit, use.joules)
    for row in books.emitting:
        for gas, kilograms in books.gases(row).items():
            if kilograms == kilograms:
                charge(gases, gas, balance.edges[row].source, kilograms)
    factors = _factors(books, tuple(inputs))
    return Inventory(balance.plant, sharing.products, inputs, gases, factors, basis.potentials)


def _factors(books: Emissions, names: tuple[str, ...]) -> dict[str, float]:
    """kg CO2e per kg or J of each input of which a factor is known."""
    found = {}
    carriers = {use.carrier for use in books.energy[0]}
    for name in names:
        if name in carriers:
            told = books.basis.energy_factors(name)
            if told:
                found[name] = sum(map(per_joule, told))
            continue
        factor = books.basis.factor_of(name)
        if factor is not None:
            found[name] = factor.si("kg/kg")
    return found
