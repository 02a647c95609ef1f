"""How many cascades are solved from nothing, and how many impossible ones refused rightly?

Feasible cases are made forward: flows are drawn by lot, the cascade is solved at them and judged by
the dense equations, and the recovery and purity reached there are posed as targets, from nothing.
A case is solved when the targets are met and every equation of every stage holds to 1e-10 by the
dense equations, which share no code with the kernel.

    python benchmarks/cascade_robustness.py --cases 10000 --seed 1
"""

# ruff: noqa: E402 - the number of threads must stand before NumPy is imported
from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import pickle
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
from reference.circuits import LEAST_ASKED, Draw, draws
from reference.dense import NOTHING, Dense, judge

from ytterby.separation import Cascade, Profile, Target
from ytterby.separation.chemistry import WATER_LOG_K

CASES, SEED = 200, 2026
RESIDUAL, TARGET, TRACE = 1e-10, 1e-9, 1e-6
"""Asked of every equation, of the targets, and of traces against the dense solution [-]."""

LEAST_SLOPE = 1e-3
"""Least d ln(quantity)/d ln(flow) that counts as governing [-]."""

NEUTRAL = 7.0
"""p[H] beyond which rare-earth hydroxides fall: no cascade is run there [-]."""

FAR, WEAK_ACID, LEAST_SHARE = 1000.0, 0.01, 1e-12
"""Impossible cases ask for so many times less than the best there is [-]; acid of a strip that
cannot strip [mol/L]; impurity below which nothing is asked [-]."""

SAMPLE, SAMPLE_STAGES = 10, 30
"""Every so many cases with at most so many stages are solved densely too."""

PROGRESS = 100
"""Posed cases between two lines of progress."""


@dataclass
class Feasible:
    """One feasible case: how it was made and what came of it."""

    draw: Draw
    made: Profile
    asked: tuple[float, float]
    found: Profile
    seconds: float

    @property
    def posed(self) -> Cascade:
        return self.draw.posed(*self.asked)

    def missed(self) -> float:
        """Largest relative miss of a target [-]."""
        figures = self.found.figures.values()
        return max(abs(np.log(f / a)) for f, a in zip(figures, self.asked, strict=False))

    def verdict(self) -> str:
        if not self.found.converged:
            return "refused"
        here = [i for i, c in enumerate(self.found.components) if fed(self.posed, c)]
        aqueous, organic = self.found.aqueous[:, here], self.found.organic[:, here]
        # A trace that doubles cannot hold is nought; where it was made is where it must be.
        made = np.minimum(self.made.aqueous, self.made.organic)[:, here] > NOTHING
        positive = (aqueous[made] > 0).all() and (organic[made] > 0).all()
        good = positive and self.missed() <= TARGET and judge(self.posed, self.found) <= RESIDUAL
        return "solved" if good else "wrong"


def fed(cascade: Cascade, component: str) -> bool:
    """Whether any feed brings the component."""
    return component in {**cascade.feed.concentrations, **cascade.organic.concentrations}


def feasible(seed: int, tally: Counter[str]) -> Iterator[Feasible]:
    """Feasible cases without end, solved from nothing."""
    for draw in draws(seed):
        tally["drawn"] += 1
        made = draw.cascade.solve(sensitivity=False)
        if not made.converged:
            tally["not solved at the drawn flows"] += 1
            continue
        asked = draw.reached(made)
        sensible = asked is not None and made.pH.max() <= NEUTRAL
        if asked is None or not sensible or not governed(draw, made, asked):
            tally["set aside: nobody would ask for it"] += 1
            continue
        if judge(draw.cascade, made) > RESIDUAL:
            tally["wrong at the drawn flows"] += 1
            continue
        start = time.process_time()
        try:
            found = draw.posed(*asked).solve(sensitivity=False)
        except ValueError as error:
            found = replace(made, converged=False, reason=f"raised {error}")
        yield Feasible(draw, made, asked, found, time.process_time() - start)


def governed(draw: Draw, made: Profile, asked: tuple[float, float]) -> bool:
    """Whether the flows govern the targets, so that they can be found from them.

    Each quantity must fall as its own flow grows, and do so still when the other flow holds the
    other target: the determinant of the sensitivities, scaled by their diagonal, is positive. Where
    it is negative, less of both flows gives the same figures, and nobody would run there.
    """
    known = draw.posed(*asked).solve(replace(made, figures={})).sensitivity
    flows = [name.split(":")[0] for name in known]
    matrix = np.array([[by[flow] for flow in flows] for by in known.values()])
    own = np.diag(matrix)
    if not (own < -LEAST_SLOPE).all():
        return False
    return bool(np.linalg.det(matrix / own[:, None]) > LEAST_SLOPE)


def agrees(case: Feasible) -> float:
    """Largest relative difference of any concentration from the dense solution [-]."""
    dense = Dense(case.posed, case.found.flows)
    here = dense.unknowns(case.found)
    displaced = here + np.random.default_rng(0).normal(0.0, 0.05, here.shape)
    there, _, done = dense.solve(displaced)
    width = 2 * dense.there.size
    return float(np.abs(np.expm1(there - here)[:, :width]).max()) if done else np.inf


def impossible(case: Feasible) -> Iterator[tuple[str, Cascade]]:
    """Cascades made from a feasible one that cannot be, with the words that must be the reason."""
    cascade, made = case.draw.cascade, case.made
    yield "loading limit", replace(cascade, loading_limit=0.5 * float(made.loading.max()))
    metal = case.draw.wanted[-1]
    place, hydroxide = cascade.chemistry.index((metal,))[0], made.pH + WATER_LOG_K
    charge = cascade.chemistry.charge[place]
    product = float((np.log10(made.aqueous[:, place]) + charge * hydroxide).max())
    yield "hydroxide saturation", replace(cascade, solubility={metal: product - 1.0})
    flow = cascade.strip.flow
    weak = replace(cascade.strip, acid=WEAK_ACID)
    most = Target("strip", "residual", (metal,), 0.5, highest=2 * flow)
    at_most = replace(cascade, strip=replace(weak, flow=2 * flow)).solve(sensitivity=False)
    if at_most.converged and (left := residual(at_most, cascade, place)) > LEAST_ASKED:
        target = replace(most, allowed=left / FAR)
        yield "too little acid to strip", replace(cascade, strip=weak, targets=(target,))
    if case.draw.both:
        least = case.draw.least_impurity()
        if least > LEAST_SHARE:
            target = case.draw.purity(least / FAR)
            yield "beyond total reflux", replace(cascade, reflux=None, targets=(target,))


def rightly(cascade: Cascade, words: str) -> bool:
    """Whether the cascade is refused with these words; an exception is no refusal."""
    try:
        answer = cascade.solve(sensitivity=False)
    except (ValueError, NameError):
        return False
    return not answer.converged and words in answer.reason


def residual(profile: Profile, cascade: Cascade, place: int) -> float:
    """Share of what is loaded that stays in the stripped organic [-]."""
    loaded = cascade.stages.extraction + cascade.stages.scrubbing - 1
    left = profile.outlets["organic"].amounts[place]
    return float(left / (profile.volumes[4, loaded] * profile.organic[loaded, place]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=CASES, help="feasible cases [-]")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, default=np.inf, help="stop after [min]")
    parser.add_argument("--keep", type=Path, help="write the cases that failed to this file")
    arguments = parser.parse_args()
    tally: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    refused: Counter[tuple[str, bool]] = Counter()
    failed, seconds, differences = [], [], []
    end = time.monotonic() + 60 * arguments.minutes
    for number, case in zip(count(1), feasible(arguments.seed, tally), strict=False):
        verdict = case.verdict()
        verdicts[verdict] += 1
        seconds.append(case.seconds)
        if verdict != "solved":
            failed.append((verdict, case))
            reasons[case.found.reason.split(":")[0]] += 1
        elif number % SAMPLE == 0 and case.posed.stages.total <= SAMPLE_STAGES:
            differences.append(agrees(case))
        if number % SAMPLE == 0 and verdict == "solved":
            for words, cascade in impossible(case):
                refused[words, rightly(cascade, words)] += 1
        if number % PROGRESS == 0:
            print(f"{number} posed, {verdicts['solved']} solved", file=sys.stderr, flush=True)
        if number == arguments.cases or time.monotonic() > end:
            break
    if arguments.keep:
        arguments.keep.write_bytes(pickle.dumps([(v, c.draw, c.asked, c.found) for v, c in failed]))
    total = sum(verdicts.values())
    for name, number in verdicts.items():
        print(f"{name:<10} {number:6d} of {total} feasible cases ({number / total:.2%})")
    for reason, number in reasons.most_common():
        print(f"           {number:6d} {reason or 'no reason'}")
    for words in dict.fromkeys(w for w, _ in refused):
        right, all_ = refused[words, True], refused[words, True] + refused[words, False]
        print(f"{right:6d} of {all_} impossible cases refused with {words!r}")
    for name, number in tally.items():
        print(f"{number:6d} {name}")
    middle, last = np.percentile(seconds, [50, 99]) * 1000
    print(f"from nothing to flows: median {middle:.0f} ms, p99 {last:.0f} ms, process time")
    done = [difference for difference in differences if np.isfinite(difference)]
    print(
        f"dense solution of {len(done)} of {len(differences)} cases (of the others it finds none): "
        f"concentrations within {max(done, default=0.0):.1e} relative"
    )


if __name__ == "__main__":
    main()
