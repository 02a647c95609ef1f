"""One extraction section, 30 stages of 8 rare earths, by Ytterby and by difflow.

The chemistry is equal: acid exchange with dimers, RE+3 + 3 (HA)2 = RE(HA2)3 + 3 H+, and the same
log10 K given to both. Ours starts from nothing every time; of difflow the warm run is shown, with
all it compiles already compiled, and the first beside it. Process time on one core each.

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
SIZES = (3, 10, 30)
FED, ACID, EXTRACTANT, ORGANIC, REPEATS = 0.02, 0.01, 0.5, 1.0, 2


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


def ours(stages: int, log_K: dict[str, float]) -> tuple[float, np.ndarray, float]:
    """Process time from nothing [s], ln of the raffinate [mol/L] and its p[H]."""
    three = np.full(len(ELEMENTS), 3.0)
    cascade = Cascade(
        Chemistry(ELEMENTS, three, three, np.array([log_K[e] for e in ELEMENTS])),
        Stages(stages),
        Aqueous(1.0, dict.fromkeys(ELEMENTS, FED), acid=ACID),
        Organic(ORGANIC, EXTRACTANT),
        efficiency=1.0,
        entrainment=(0.0, 0.0),
    )
    profile = cascade.solve()
    assert profile.converged, profile.reason
    seconds = timed(cascade.solve, 10)
    return seconds, np.log(profile.aqueous[0]), float(profile.pH[0])


def main() -> None:
    missing = installed()
    if missing:
        print(f"difflow left out: {missing}")
        return
    known = Chemistry.of("P507", ELEMENTS)
    log_K = dict(zip(ELEMENTS, known.log_K.tolist(), strict=True))
    for stages in SIZES:
        seconds, raffinate, pH = ours(stages, log_K)
        case = {
            "stages": stages,
            "feed": dict.fromkeys(ELEMENTS, FED),
            "acid": ACID,
            "extractant": EXTRACTANT,
            "organic": ORGANIC,
            "log_K": log_K,
            "repeats": REPEATS,
        }
        run = subprocess.run(
            [str(PEERS / "bin" / "python"), str(SECTION)],
            input=json.dumps(case),
            capture_output=True,
            text=True,
        )
        if run.returncode:
            print(f"{stages:3d} x 8   difflow failed: {run.stderr.strip().splitlines()[-1]}")
            continue
        peer = json.loads(run.stdout)
        apart = np.abs(np.expm1(raffinate - np.array(peer["ln_raffinate"]))).max()
        print(
            f"{stages:3d} x 8   difflow warm / ours from nothing "
            f"{peer['warm'] / seconds:8.0f}   first / ours {peer['first'] / seconds:8.0f}   "
            f"({peer['warm']:.2f} s, {seconds * 1000:.1f} ms)   "
            f"{'feasible' if peer['feasible'] else 'NOT FEASIBLE'}, raffinate within {apart:.0e}, "
            f"p[H] {pH:.4f} and {peer['pH']:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
