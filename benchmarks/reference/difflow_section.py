"""Run by the peer's own Python: one extraction section of difflow, as JSON in and out."""

import json
import sys
import time

from difflow_ree.equilibrium import MassActionParams, MassActionSection


def main() -> None:
    case = json.load(sys.stdin)
    section = MassActionSection(
        MassActionParams(
            n_stages=case["stages"],
            extractant="PC88A",
            elements=tuple(case["feed"]),
            aqueous_volumetric_flow=1.0,
            organic_volumetric_flow=case["organic"],
            extractant_conc=case["extractant"],
            log10_K=case["log_K"],
            network="cation_exchange_dimer",
        )
    )
    feed = section.schema.make_aqueous(case["feed"], acid=case["acid"], water=55.0)
    less = {name: case["nearby"] * fed for name, fed in case["feed"].items()}
    nearby = section.schema.make_aqueous(less, acid=case["acid"], water=55.0)
    solvent = section.schema.make_organic(
        2 * case["extractant"] * case["organic"], diluent_flow=4.0
    )
    seconds = []
    for _ in range(1 + case["repeats"]):
        start = time.process_time()
        solution = section.solve(feed, solvent)
        u = solution.u.block_until_ready()
        seconds.append(time.process_time() - start)
    near = section.solve(nearby, solvent).u.block_until_ready()
    started = []
    for _ in range(1 + case["repeats"]):
        start = time.process_time()
        section.solve(feed, solvent, u0=near).u.block_until_ready()
        started.append(time.process_time() - start)
    network = section.network
    index = list(network.element_component_index)
    json.dump(
        {
            "first": seconds[0],
            "warm": min(seconds[1:]),
            "near": min(started[1:]),
            "feasible": bool(solution.feasible),
            "ln_raffinate": [float(u[-1, i]) for i in index],
            "pH": float(solution.pH(network)[-1]),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
