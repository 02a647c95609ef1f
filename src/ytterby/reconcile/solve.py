"""The masses that meet every balance exactly and the readings as well as their errors allow."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from ytterby.reconcile.arrow import Arrow
from ytterby.reconcile.model import Model, State
from ytterby.reconcile.network import STOCK, Network, ReconcileError
from ytterby.reconcile.reading import Reading, check

SETTLED = 1e-6
"""Change of the fit by one more step, in standard deviations of the readings, that is none [-]."""
_STEPS = 60
_HALVINGS = 30
_BOLD = 0.9
"""Share of the way to an empty stream that one step may go [-]."""
_STIFF = 1e4
"""Weight of the balances over that of a reading in the first guess, which only has to be near."""
_TRIES = 30
_ABSURD = 1e6
"""Mass of a stream over the largest reading that no plant has [-]."""
_LEAST = 1e-3
"""Flow of a stream in the first guess over the usual one, at least [-]."""


def fit(network: Network, readings: tuple[Reading, ...]) -> tuple[Model, State, Arrow]:
    """Weighted least squares on the balances of mass and of every element.

    The unknowns are masses and contents, so that balances are linear and met exactly at each step;
    what is bilinear is an assay, content / mass. Gauss-Newton with step halving. Raises
    ReconcileError where it does not settle.
    """
    check(readings, network)
    usual = _usual(network, readings)
    model = Model.of(network, readings, usual, _usual_contents(network, readings, usual))
    state = _first_guess(model, usual)
    for _ in range(_STEPS):
        arrow = model.arrow(state)
        head, blocks = model.residuals(state)
        step = arrow.step(head, blocks)
        if _length(arrow, head, blocks) < SETTLED:
            return model, _bounded(model, model.moved(state, *step)), arrow
        state = _halved(model, state, step, _squares(head, blocks))
    raise ReconcileError(
        f"the readings did not settle within {_STEPS} steps; look for one that is off by orders of "
        "magnitude, or a share of a stream that hardly flows"
    )


def _bounded(model: Model, state: State) -> State:
    """The state itself; raises ReconcileError where flows ran away from all that was read."""
    if np.abs(state.mass).max(initial=0.0) > _ABSURD * model.largest[0]:
        worst = model.network.ways[int(np.abs(state.mass).argmax())].name
        raise ReconcileError(
            f"the readings fit best with no end of mass in {worst}: assays contradict each other "
            "where little else is read; measure the mass of a stream around it"
        )
    return state


def _usual(network: Network, readings: tuple[Reading, ...]) -> np.ndarray:
    """About what passes each way [kg]: the largest reading of it, else the median of those."""
    largest = np.zeros(len(network.ways))
    for reading in readings:
        if reading.quantity != "share":
            way = network.way(reading.stream)
            largest[way] = max(largest[way], abs(reading.value))
    middle = float(np.median(largest[largest > 0])) if (largest > 0).any() else 1.0
    return np.where(largest > 0, largest, middle)


def _usual_contents(
    network: Network, readings: tuple[Reading, ...], usual: np.ndarray
) -> np.ndarray:
    """About how much of each element passes each way [kg], 0 unread, shape (element, way)."""
    size = np.zeros((len(network.elements), len(network.ways)))
    for reading in readings:
        if reading.element is not None:
            row, way = network.elements.index(reading.element), network.way(reading.stream)
            mass = usual[way] if reading.quantity == "share" else 1.0
            size[row, way] = max(size[row, way], abs(reading.value) * mass)
    return size


def _first_guess(model: Model, usual: np.ndarray) -> State:
    """Masses above zero that nearly meet the readings, and contents that do so at these masses."""
    network, rows = model.network, model.mass
    stocks = np.array([way.name.startswith(STOCK) for way in network.ways])
    floor = np.where(stocks, 0.0, _LEAST * usual)
    wanted, weight = usual.copy(), _LEAST / usual
    wanted[rows.way], weight[rows.way] = rows.value, 1 / usual[rows.way]
    incidence = network.incidence() * _STIFF / usual.max()
    matrix = np.vstack([incidence, np.diag(weight)])
    target = np.concatenate([-incidence @ floor, weight * (wanted - floor)])
    # A stock may shrink: its way is given a second column, against its direction.
    signed = np.hstack([matrix, -matrix[:, stocks]])
    try:
        found = nnls(signed, target, maxiter=_TRIES * len(usual))[0]
    except RuntimeError:
        raise ReconcileError(
            "found no flows above zero that nearly meet the readings; look for a stream whose "
            "direction is wrong, or a reading that is off by orders of magnitude"
        ) from None
    near = floor + found[: len(usual)]
    near[stocks] -= found[len(usual) :]
    loops = model.flows.loops
    mass = loops @ np.linalg.lstsq(loops, near, rcond=None)[0]
    empty = State(mass, np.zeros((len(network.elements), len(mass))), np.zeros(len(model.groups)))
    arrow = model.arrow(empty)
    _, blocks = model.residuals(empty)
    own = [f.inverse @ (f.seen.T @ r) for f, r in zip(arrow.blocks, blocks, strict=True)]
    return model.moved(empty, np.zeros(loops.shape[1] + len(model.groups)), own)


def _halved(model: Model, state: State, step: tuple[np.ndarray, list], before: float) -> State:
    """The state a step further, as much of it as keeps streams flowing and betters the fit."""
    share = 1.0
    full = model.moved(state, *step)
    assayed = np.unique(np.concatenate([r.way[r.share] for r in model.elements] or [[]])).astype(
        int
    )
    change = full.mass[assayed] - state.mass[assayed]
    there = state.mass[assayed]
    emptying = change * there < 0
    if emptying.any():
        share = min(1.0, _BOLD * float(np.abs(there[emptying] / change[emptying]).min()))
    for _ in range(_HALVINGS):
        new = model.moved(state, share * step[0], [share * change for change in step[1]])
        if _squares(*model.residuals(new)) <= before:
            return new
        share /= 2
    return new


def _squares(head: np.ndarray, blocks: list[np.ndarray]) -> float:
    return float(head @ head + sum(block @ block for block in blocks))


def _length(arrow: Arrow, head: np.ndarray, blocks: list[np.ndarray]) -> float:
    """How far a full step moves the fit, in standard deviations of the readings."""
    rest = [f.rest.T @ r for f, r in zip(arrow.blocks, blocks, strict=True)]
    shared = arrow.head.seen.T @ np.concatenate([head, *rest])
    own = [f.seen.T @ r for f, r in zip(arrow.blocks, blocks, strict=True)]
    return float(np.sqrt(shared @ shared + sum(part @ part for part in own)))
