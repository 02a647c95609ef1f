"""One extraction section, 30 stages of 8 rare earths, by Ytterby and by difflow.

The chemistry is equal: acid exchange with dimers, RE+3 + 3 (HA)2 = RE(HA2)3 + 3 H+, and the same
log10 K given to both. Of difflow the warm run is shown, with all it compiles already compiled, and
the first beside it; both from nothing. Then both from the cascade at a thousandth less feed. Ours
is compiled too. Process time on one core each.

Raffinates are compared where more than TRACE is left; difflow does not resolve what lies deeper.

difflow is installed from the package index into its own environment, build/peers; where that
cannot be done the comparison is left out, with a message.
"""

# ruff: noqa: E402 - the number of threads must stand before NumPy is imported
from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from reference.clock import timed

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages

PEERS = Path(__file__).parent.parent / "build" / "peers"
PEER = "difflow==0.2.2"
SECTION = Path(__file__).parent / "reference" / "difflow_section.py"

ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Dy")
CASES = ((3, 0.02, 0.01), (10, 0.02, 0.01), (30, 0.02, 0.01), (30, 0.01, 0.1))
"""Stages [-], each element fed and acid of the feed [mol/L]. The last is milder: half the loading,
and an acid feed whose p[H] changes less along the cascade."""

EXTRACTANT, ORGANIC, REPEATS = 0.5, 1.0, 2

NEARBY, TRACE = 0.999, 1e-15
"""Feed of the neighbour that a warm start begins at [-], and what is a trace [mol/L]."""


def installed() -> str:
    """Empty where difflow can be used, or why it cannot."""
    python = PEERS / "bin" / "python"
    check = [str(python), "-c", "import difflow_ree"]
    if python.exists() and subprocess.run(check, capture_output=True).returncode == 0:
        return ""
    print(f"installing {PEER} into {PEERS} (once) ...", flush=True)
    for command in (
        [sys.executable, "-m", "venv", str(PEERS)],
        [str(python), "-m", "pip", "install", "--quiet", PEER],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason"
    return ""


def cascade(stages: int, fed: float, acid: float, log_K: dict[str, float]) -> Cascade:
    """The section, its stages true ones."""
    three = np.full(len(ELEMENTS), 3.0)
    return Cascade(
        Chemistry(ELEMENTS, three, three, np.array([log_K[e] for e in ELEMENTS])),
        Stages(stages),
        Aqueous(1.0, dict.fromkeys(ELEMENTS, fed), acid=acid),
        Organic(ORGANIC, EXTRACTANT),
        efficiency=1.0,
        entrainment=(0.0, 0.0),
    )


def ours(stages: int, fed: float, acid: float, log_K: dict[str, float]) -> dict:
    """Process time from nothing and warm [s], the raffinate [mol/L] and its p[H]."""
    section = cascade(stages, fed, acid, log_K)
    near = cascade(stages, NEARBY * fed, acid, log_K).solve()
    profile = section.solve()
    assert profile.converged, profile.reason
    warm = section.solve(near)
    assert warm.converged, warm.reason
    np.testing.assert_allclose(warm.aqueous, profile.aqueous, rtol=1e-6)
    return {
        "cold": timed(section.solve, 10),
        "warm": timed(lambda: section.solve(near), 10),
        "raffinate": profile.aqueous[0],
        "pH": float(profile.pH[0]),
    }


def theirs(stages: int, fed: float, acid: float, log_K: dict[str, float]) -> dict:
    """The same of difflow: process time of the first run and of the next [s]."""
    case = {
        "stages": stages,
        "feed": dict.fromkeys(ELEMENTS, fed),
        "acid": acid,
        "extractant": EXTRACTANT,
        "organic": ORGANIC,
        "log_K": log_K,
        "nearby": NEARBY,
        "repeats": REPEATS,
    }
    run = subprocess.run(
        [str(PEERS / "bin" / "python"), str(SECTION)],
        input=json.dumps(case),
        capture_output=True,
        text=True,
    )
    if run.returncode:
        return {"failed": run.stderr.strip().splitlines()[-1]}
    return json.loads(run.stdout)


def main() -> None:
    missing = installed()
    if missing:
        print(f"difflow left out: {missing}")
        return
    known = Chemistry.of("P507", ELEMENTS)
    log_K = dict(zip(ELEMENTS, known.log_K.tolist(), strict=True))
    for case in CASES:
        told = f"{case[0]:3d} x 8, {case[1]:g} mol/L each, acid {case[2]:g}"
        own, peer = ours(*case, log_K), theirs(*case, log_K)
        if "failed" in peer:
            print(f"{told}   difflow failed: {peer['failed']}")
            continue
        seen = own["raffinate"] > TRACE
        there = np.exp(np.array(peer["ln_raffinate"]))
        apart = np.abs(there / own["raffinate"] - 1)[seen].max()
        print(
            f"{told}\n    difflow first {peer['first']:.2f} s, compiled {peer['warm']:.3f} s, "
            f"from near {peer['near']:.3f} s; "
            f"ours from nothing {own['cold'] * 1000:.2f} ms, from near {own['warm'] * 1000:.2f} ms"
            f"\n    difflow over ours: from nothing {peer['warm'] / own['cold']:.0f}, "
            f"from near {peer['near'] / own['warm']:.0f}, "
            f"from nothing over from near {peer['warm'] / own['warm']:.0f}, "
            f"first over from near {peer['first'] / own['warm']:.0f}"
            f"\n    difflow {'feasible' if peer['feasible'] else 'NOT FEASIBLE'}, "
            f"{seen.sum()} of 8 raffinates within {apart:.0e}, "
            f"p[H] {own['pH']:.6f} and {peer['pH']:.6f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
