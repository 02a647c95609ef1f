"""Time of a clay column: 100 cells and 21 ions over a year, `python benchmarks/clay_column.py`."""

from __future__ import annotations

import time

from ytterby.chemistry import RARE_EARTHS
from ytterby.separation.column import Clay, ClayColumn, Wash

YEAR = 365.0 * 86400
IONS = [f"{element}+3" for element in RARE_EARTHS]
CLAY = Clay(
    held={ion: 2.5e-4 for ion in IONS} | {"Al+3": 7e-3, "Ca+2": 2e-3, "Mg+2": 1e-3, "K+": 1e-3},
    log_K={ion: 0.3 for ion in IONS} | {"Al+3": 0.93, "Ca+2": 0.7, "Mg+2": 0.5, "K+": 0.1},
    density=1400.0,
    water=0.4,
    stagnant=0.5,
    transfer=2e-4,
)


def main() -> None:
    flux = 4.0 / YEAR
    washes = [Wash({"NH4+": 300, "SO4-2": 150}, flux, 0.7 * YEAR), Wash({}, flux, 0.3 * YEAR)]
    for cells in (10, 100, 100):
        column = ClayColumn(CLAY, 2.0, cells)
        begun = time.process_time()
        run = column.leach(washes)
        spent = time.process_time() - begun
        worst = max(map(abs, run.closure.values()))
        print(f"{cells} cells, {run.time.size} steps: {spent:.3f} s, closes to {worst:.0e}")


if __name__ == "__main__":
    main()
