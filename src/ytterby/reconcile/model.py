"""Readings as functions of what flows: values, Jacobian and residuals in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ytterby.reconcile.arrow import Arrow
from ytterby.reconcile.network import Circulations, Network
from ytterby.reconcile.reading import Reading


@dataclass(frozen=True, eq=False)
class State:
    """What flows. mass: of each way [kg], shape (way,). content: of each element [kg],
    shape (element, way). bias: of each group, in standard deviations [-], shape (group,)."""

    mass: np.ndarray
    content: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Rows:
    """The readings of one element, or those of mass, as arrays, shape (reading,).

    place: position among all readings. way: position of the stream. share: whether a share of the
    mass is meant. value, random, systematic: see Reading. group: position, -1 for none.
    """

    place: np.ndarray
    way: np.ndarray
    share: np.ndarray
    value: np.ndarray
    random: np.ndarray
    systematic: np.ndarray
    group: np.ndarray

    @staticmethod
    def of(readings: list[tuple[int, Reading]], network: Network, groups: tuple[str, ...]) -> Rows:
        names = {way.name: row for row, way in enumerate(network.ways)}
        return Rows(
            np.array([place for place, _ in readings], dtype=int),
            np.array([names[r.stream] for _, r in readings], dtype=int),
            np.array([r.quantity == "share" for _, r in readings], dtype=bool),
            np.array([r.value for _, r in readings], dtype=float),
            np.array([r.random for _, r in readings], dtype=float),
            np.array([r.systematic for _, r in readings], dtype=float),
            np.array(
                [groups.index(r.group) if r.systematic else -1 for _, r in readings], dtype=int
            ),
        )

    def biases(self, groups: int) -> np.ndarray:
        """What one standard deviation of each group adds to each row [-], shape (row, group)."""
        matrix = np.zeros((len(self.way), groups))
        there = self.group >= 0
        matrix[there, self.group[there]] = (self.systematic / self.random)[there]
        return matrix


@dataclass(frozen=True, eq=False)
class Model:
    """A network with its readings, ready to be fitted.

    mass: rows of the masses. elements: rows of each element's shares and contents.
    flows, carried: circulations of the mass and of each element. groups: of systematic errors.
    largest: reading of mass and of each element [kg], shape (1 + element,).
    """

    network: Network
    readings: tuple[Reading, ...]
    groups: tuple[str, ...]
    mass: Rows
    elements: tuple[Rows, ...]
    flows: Circulations
    carried: tuple[Circulations, ...]
    largest: np.ndarray

    @staticmethod
    def of(
        network: Network, readings: tuple[Reading, ...], mass: np.ndarray, content: np.ndarray
    ) -> Model:
        """mass, content: about what passes [kg], shape (way,) and (element, way)."""
        groups = tuple(dict.fromkeys(r.group for r in readings if r.systematic))
        numbered = list(enumerate(readings))
        rows = [
            Rows.of([(i, r) for i, r in numbered if r.element == element], network, groups)
            for element in (None, *network.elements)
        ]
        everywhere = np.ones(len(network.ways), dtype=bool)
        return Model(
            network,
            readings,
            groups,
            rows[0],
            tuple(rows[1:]),
            Circulations.of(network, everywhere, mass),
            tuple(
                Circulations.of(network, network.carries(element), size)
                for element, size in zip(network.elements, content, strict=True)
            ),
            np.array([mass.max(initial=0.0), *(size.max(initial=0.0) for size in content)]),
        )

    def expected(self, state: State) -> tuple[np.ndarray, list[np.ndarray]]:
        """What each reading should be without its random error, of mass and of each element."""
        biases = np.append(state.bias, 0.0)
        mass = state.mass[self.mass.way] + self.mass.systematic * biases[self.mass.group]
        return mass, [
            _per(rows, state.mass, content[rows.way]) + rows.systematic * biases[rows.group]
            for rows, content in zip(self.elements, state.content, strict=True)
        ]

    def residuals(self, state: State) -> tuple[np.ndarray, list[np.ndarray]]:
        """(reading - expected) / random of the head (masses, then biases) and of each element."""
        mass, elements = self.expected(state)
        head = np.concatenate([(self.mass.value - mass) / self.mass.random, -state.bias])
        return head, [
            (rows.value - found) / rows.random
            for rows, found in zip(self.elements, elements, strict=True)
        ]

    def by_mass(self, state: State, element: int) -> np.ndarray:
        """d(row) / d(mass of each way) of an element's rows, whitened, shape (row, way)."""
        rows = self.elements[element]
        slope = np.zeros((len(rows.way), len(state.mass)))
        mass = state.mass[rows.way]
        content = state.content[element][rows.way]
        lines = np.flatnonzero(rows.share)
        slope[lines, rows.way[lines]] = -(content / mass**2 / rows.random)[lines]
        return slope

    def by_content(self, state: State, element: int) -> np.ndarray:
        """d(row) / d(content of each way) of an element's rows, whitened, shape (row, way)."""
        rows = self.elements[element]
        slope = np.zeros((len(rows.way), len(state.mass)))
        slope[np.arange(len(rows.way)), rows.way] = _per(rows, state.mass, 1.0) / rows.random
        return slope

    def mass_rows(self) -> np.ndarray:
        """d(row) / d(mass of each way) of the mass rows, whitened, shape (row, way)."""
        slope = np.zeros((len(self.mass.way), len(self.network.ways)))
        slope[np.arange(len(self.mass.way)), self.mass.way] = 1 / self.mass.random
        return slope

    def arrow(self, state: State) -> Arrow:
        """The factored Jacobian at `state`."""
        count = len(self.groups)
        head = np.vstack(
            [
                np.hstack([self.mass_rows() @ self.flows.loops, self.mass.biases(count)]),
                np.hstack([np.zeros((count, self.flows.loops.shape[1])), np.eye(count)]),
            ]
        )
        blocks, couplings = [], []
        for element, (rows, carried) in enumerate(zip(self.elements, self.carried, strict=True)):
            blocks.append(self.by_content(state, element) @ carried.loops)
            shared = self.by_mass(state, element) @ self.flows.loops
            couplings.append(np.hstack([shared, rows.biases(count)]))
        return Arrow.of(blocks, couplings, head)

    def moved(self, state: State, head: np.ndarray, blocks: list[np.ndarray]) -> State:
        """The state after unknowns of head and blocks changed by so much."""
        loops = self.flows.loops.shape[1]
        content = [
            old + carried.loops @ change
            for old, carried, change in zip(state.content, self.carried, blocks, strict=True)
        ]
        return State(
            state.mass + self.flows.loops @ head[:loops],
            np.array(content).reshape(state.content.shape),
            state.bias + head[loops:],
        )


def _per(rows: Rows, mass: np.ndarray, content: np.ndarray | float) -> np.ndarray:
    """The content, divided by the mass of its stream where a share is meant."""
    return content / np.where(rows.share, mass[rows.way], 1.0)
