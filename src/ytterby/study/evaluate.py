"""Solving many neighbours of a plant: here, on all cores, or on a cluster; the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from typing import Any

import numpy as np

from ytterby.balance import Balance, BalanceError
from ytterby.plant import NotConverged, Plant, PlantError
from ytterby.plant.nearby import Nearby
from ytterby.study.variables import Variable, current

Outcome = Callable[[Plant, Balance], Mapping[str, float]]
"""Figures of a solved plant by name. To be sent to other processes it must be importable."""
Progress = Callable[[int, int], None]
"""Called with samples done and samples in all."""
_CHUNK = 20
_WORTH = 5
"""Samples per variable from which the course along each of them is worth drawing up."""


@dataclass(frozen=True)
class Study:
    """A plant, what varies in it, and what is asked of it."""

    plant: Plant
    variables: tuple[Variable, ...]
    outcome: Outcome

    def variant(self, sample: Sequence[float], *, commented: bool = False) -> Plant:
        """The plant at one sample, values in the units of the variables.

        commented: with the comments of its file, which takes longer.
        """
        changes: dict[str, Any] = {}
        for variable, value in zip(self.variables, sample, strict=True):
            changes.update(variable.changes(float(value)))
        base = self.plant if commented else self.plain
        return base.with_(**changes) if changes else self.plant

    def asked(self, sample: Sequence[float]) -> Outcome:
        """What is asked of that plant, with the facts of the accounts at that sample.

        Raises TypeError where such facts vary and the outcome cannot be drawn up with them: it
        needs a method `moved`, as `Figures` has it.
        """
        pairs = zip(self.variables, sample, strict=True)
        own = {v.name: replace(v.fact, value=float(x)) for v, x in pairs if v.fact and not v.paths}
        if not own:
            return self.outcome
        if not hasattr(self.outcome, "moved"):
            raise TypeError(f"{self.outcome!r} cannot be drawn up with {', '.join(own)} changed")
        return self.outcome.moved(own)  # type: ignore[attr-defined]

    @cached_property
    def plain(self) -> Plant:
        """The plant without the comments of its file."""
        return self.plant.plain()


@dataclass(frozen=True)
class Results:
    """What a study found.

    index: position of each sample. samples: shape (sample, variable), in their units. outcomes:
    by name, shape (sample,); NaN where a plant has no steady state. reasons: why, or nothing.
    """

    variables: tuple[Variable, ...]
    index: np.ndarray
    samples: np.ndarray
    outcomes: dict[str, np.ndarray]
    reasons: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Samples without a steady state."""
        return sum(bool(reason) for reason in self.reasons)

    def table(self) -> Any:
        """One row per sample: its index, variables, outcomes, and the reason of a failure."""
        import pandas as pd

        columns: dict[str, Any] = {"sample": self.index}
        columns |= {v.name: self.samples[:, i] for i, v in enumerate(self.variables)}
        columns |= self.outcomes
        return pd.DataFrame(columns | {"reason": list(self.reasons)})


Row = tuple[int, dict[str, float], str]
"""(index of the sample, outcomes, why there are none)."""


def evaluate(
    study: Study,
    samples: np.ndarray,
    *,
    workers: int = 1,
    cluster: str | None = None,
    done: Sequence[int] = (),
    progress: Progress | None = None,
) -> Iterator[list[Row]]:
    """Solve the plant at every sample, some at a time, in no particular order.

    workers: processes on this machine; one solves here and now. cluster: address of a Dask
    scheduler, which goes before `workers`. done: samples to leave out, because their results are
    kept from an earlier run. Every sample is solved from the plant itself and from nothing else,
    so that its result depends on neither order nor company.
    """
    left = [i for i in range(len(samples)) if i not in set(done)]
    chunks = [left[start : start + _CHUNK] for start in range(0, len(left), _CHUNK)]
    tasks = [(chunk, samples[chunk]) for chunk in chunks]
    finished = len(samples) - len(left)
    if progress:
        progress(finished, len(samples))
    many = len(samples) >= _WORTH * len(study.variables)
    for rows in _spread(study, tasks, workers, cluster, many):
        finished += len(rows)
        if progress:
            progress(finished, len(samples))
        yield rows


def collect(study: Study, samples: np.ndarray, parts: Iterator[list[Row]]) -> Results:
    """The rows of `evaluate` in the order of the samples."""
    rows = sorted((row for part in parts for row in part), key=lambda row: row[0])
    names = list(dict.fromkeys(name for _, outcomes, _ in rows for name in outcomes))
    index = np.array([i for i, _, _ in rows], dtype=int)
    return Results(
        study.variables,
        index,
        samples[index],
        {name: np.array([o.get(name, np.nan) for _, o, _ in rows]) for name in names},
        tuple(reason for _, _, reason in rows),
    )


def run(study: Study, samples: np.ndarray, **how: Any) -> Results:
    """Solve the plant at every sample; keywords as `evaluate` takes them."""
    return collect(study, samples, evaluate(study, samples, **how))


Task = tuple[list[int], np.ndarray]


def _spread(
    study: Study, tasks: list[Task], workers: int, cluster: str | None, many: bool
) -> Iterator[list[Row]]:
    if not tasks:
        return
    if cluster is not None:
        yield from _on_cluster(study, tasks, cluster, many)
    elif workers > 1:
        yield from _on_cores(study, tasks, workers, many)
    else:
        solver = Solver(study, many)
        yield from (solver.rows(*task) for task in tasks)


class Solver:
    """Solves samples of one study from the tangent of its plant.

    many: so many are to come that the course of the solution along every variable is worth its
    time.
    """

    def __init__(self, study: Study, many: bool):
        self.study = study
        self.near = Nearby.of(study.plant)
        self.base = np.array([_stands(study.plant, v) for v in study.variables])
        self.step = np.array([v.step for v in study.variables])
        self.many = many
        if many:
            self.near = self.near.along([self._way(i) for i in range(self.base.size)])

    def _way(self, i: int) -> tuple[Plant | None, Plant | None]:
        """The plants one step up and one step down a variable, None where it cannot go."""
        return self._at(i, self.base[i] + self.step[i]), self._at(i, self.base[i] - self.step[i])

    def _at(self, i: int, value: float) -> Plant | None:
        variable = self.study.variables[i]
        if not variable.paths or not variable.low <= value <= variable.high:
            return None
        try:
            return self.study.plain.with_(**variable.changes(float(value)))
        except PlantError:
            return None

    def rows(self, chunk: list[int], samples: np.ndarray) -> list[Row]:
        return [self.row(i, sample) for i, sample in zip(chunk, samples, strict=True)]

    def row(self, i: int, sample: np.ndarray) -> Row:
        """(index, figures, why there are none) of one sample."""
        try:
            plant, balance = self.solve(sample)
        except (NotConverged, BalanceError, PlantError) as error:
            return i, {}, str(error)
        asked = self.study.asked(sample.tolist())
        return i, {k: float(v) for k, v in asked(plant, balance).items()}, ""

    def solve(self, sample: np.ndarray) -> tuple[Plant, Balance]:
        """The plant at a sample and its balance; raises what `Plant.solve` raises."""
        plant = self.study.variant(sample.tolist())
        steps = np.nan_to_num((sample - self.base) / self.step) if self.many else None
        return plant, self.near.solve(plant, steps)


def _stands(plant: Plant, variable: Variable) -> float:
    """What a variable stands at, NaN where nothing does."""
    try:
        return current(plant, variable)
    except ValueError:
        return np.nan


_here: Solver | None = None
"""The solver of this worker process."""


def _start(study: Study, many: bool) -> None:
    global _here
    _here = Solver(study, many)


def _work(task: Task) -> list[Row]:
    assert _here is not None
    return _here.rows(*task)


def _on_cores(study: Study, tasks: list[Task], workers: int, many: bool) -> Iterator[list[Row]]:
    # Spawned, not forked: a forked process inherits compiled code and threads in an unknown state.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (study, many)) as pool:
        for future in as_completed([pool.submit(_work, task) for task in tasks]):
            yield future.result()


def _on_cluster(study: Study, tasks: list[Task], address: str, many: bool) -> Iterator[list[Row]]:
    try:
        from distributed import Client  # pyright: ignore[reportMissingImports]
        from distributed import as_completed as finished  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise ModuleNotFoundError(
            "found no Dask; a cluster needs it: pip install 'ytterby[cluster]'"
        ) from None
    with Client(address) as client:
        common = client.scatter(study, broadcast=True)
        for future in finished([client.submit(_work_on, common, task, many) for task in tasks]):
            yield future.result()


def _work_on(study: Study, task: Task, many: bool) -> list[Row]:
    """One task on a worker of a cluster, which keeps its solver while the study is the same."""
    global _here
    if _here is None or _here.study != study or _here.many != many:
        _here = Solver(study, many)
    return _here.rows(*task)
