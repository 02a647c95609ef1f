"""How long does a plant take: from nothing, warm, and near a neighbour; and ten thousand of them?

One core; process time; the kernels are compiled before the clock starts. *First* is the first
solve of the plant in this process, its equilibria and species still to be set up; *from nothing*
is the second one; *again* starts from its own solution. *Near* is a neighbour with the flow of a
feed raised by a hundredth, solved from the derivatives of the plant (`Nearby`). For the samples
every fact that states an uncertainty is drawn, and the assay of the scrap; they start from the
course of the solution along each.

    python benchmarks/plant_speed.py --samples 300
"""

# ruff: noqa: E402 - the number of threads must stand before NumPy is imported
from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from reference.clock import spread

from ytterby.plant import Infeasible, NotConverged, Plant
from ytterby.plant.nearby import Nearby
from ytterby.study import Solver, Study, assay, draw, uncertain_facts

EXAMPLES = Path(__file__).parents[1] / "examples"
SAMPLED = "magnet-recycling"
ASSAY = {"Nd": "0.5 %", "Pr": "0.1 %", "Dy": "0.05 %", "Fe": "0.5 %"}
WANTED, CORES = 10_000, 2
CHANGE = 1.01
SEED = 1


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Process time of some work [s], and what came of it."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def neighbour(plant: Plant) -> Plant:
    """The plant with the flow of its first feed that has one raised a little."""
    tree = plant.to_tree()
    feed = next(name for name, branch in tree["feeds"].items() if "flow" in branch)
    value, _, unit = tree["feeds"][feed]["flow"].partition(" ")
    return plant.with_(**{f"{feed}.flow": f"{float(value) * CHANGE!r} {unit}"})


def every_example() -> None:
    """Print a line for each example."""
    print(f"{'example':<20} units  species  first   from nothing   again    near   [ms]")
    for path in sorted(EXAMPLES.glob("*/plant.yaml")):
        plant = Plant.read(path)
        first, _ = seconds(plant.solve)
        nothing, balance = seconds(plant.solve)
        again, _ = seconds(lambda plant=plant, balance=balance: plant.solve(near=balance))
        near = Nearby.of(plant)
        moved = neighbour(plant)
        one, _ = seconds(lambda near=near, moved=moved: near.solve(moved))
        figures = f"{1e3 * first:6.0f} {1e3 * nothing:14.0f} {1e3 * again:7.0f} {1e3 * one:7.0f}"
        size = f"{len(plant.units):5} {len(plant.basis().names):8}"
        print(f"{path.parent.name:<20} {size} {figures}", flush=True)


def samples(count: int) -> None:
    """Print how long sampled neighbours of the magnet example take, and ten thousand would."""
    plant = Plant.read(EXAMPLES / SAMPLED / "plant.yaml")
    study = Study(plant, (*uncertain_facts(plant), *assay("scrap", plant, ASSAY)), lambda p, b: {})
    drawn, solver = seconds(lambda: Solver(study, many=True))
    times, out_of_reach, unsettled = [], [], 0
    for sample in draw(study.variables, count, seed=SEED):
        start = time.process_time()
        try:
            solver.solve(sample)
        except Infeasible:
            out_of_reach.append(time.process_time() - start)
        except NotConverged:
            unsettled += 1
        times.append(time.process_time() - start)
    print(f"{count} samples of {SAMPLED}, {len(study.variables)} variables: {spread(times)}")
    print(f"  out of reach {len(out_of_reach)}, not settled {unsettled}")
    mean, refused = float(np.mean(times)), sum(out_of_reach) / sum(times)
    print(f"  mean {1e3 * mean:.0f} ms, {refused:.0%} of the time on what is out of reach")
    print(f"  {drawn:.1f} s for the course of the solution along every variable")
    minutes = (WANTED * mean / CORES + drawn) / 60
    print(f"  {WANTED} of them on {CORES} cores: {minutes:.1f} min")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=300, help="sampled neighbours")
    given = parser.parse_args()
    Plant.read(EXAMPLES / SAMPLED / "plant.yaml").solve()
    every_example()
    samples(given.samples)


if __name__ == "__main__":
    main()
