"""Results of a study in a folder: written part by part, so that a stopped one goes on."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ytterby.app.files import draft_of, write_text
from ytterby.plant import PlantError
from ytterby.study import Study
from ytterby.study.evaluate import Row

_TOLD = "study.json"
_NEEDS = "found no pyarrow, which Parquet needs: pip install 'ytterby[sweeps]', or name a folder"
_NEEDS_MORE = "that does not end in .parquet for CSV"


@dataclass(frozen=True)
class Store:
    """A folder of parts, Parquet if its name ends in .parquet, else CSV.

    folder: where. A study that differs in plant, variables or samples is refused.
    """

    folder: Path

    @staticmethod
    def at(folder: Path, study: Study, samples: np.ndarray) -> Store:
        """The store of this very study, made where there is none. Raises PlantError."""
        store = Store(folder)
        if store._parquet:
            store._require_pyarrow()
        folder.mkdir(parents=True, exist_ok=True)
        told = folder / _TOLD
        mark = _fingerprint(study, samples)
        if told.exists():
            if json.loads(told.read_text(encoding="utf-8"))["fingerprint"] != mark:
                raise PlantError(
                    (),
                    f"--store {folder}: found the results of another study, expected the same "
                    "plant, variables, samples and seed. Name another folder",
                )
        else:
            names = [variable.name for variable in study.variables]
            about = {"plant": study.plant.name, "variables": names, "samples": len(samples)}
            write_text(json.dumps({**about, "fingerprint": mark}, indent=2), told)
        return store

    def read(self) -> list[Row]:
        """The rows that are there."""
        rows: list[Row] = []
        for part in sorted(self.folder.glob(f"part-*{self._suffix}")):
            for record in self._records(part):
                index, reason = int(record.pop("sample")), record.pop("reason")
                kept = {name: float(v) for name, v in record.items() if v not in ("", None)}
                good = {name: value for name, value in kept.items() if value == value}
                rows.append((index, good, reason or ""))
        return rows

    def add(self, rows: Sequence[Row]) -> None:
        """Write one part, wholly or not at all."""
        import pandas as pd

        table = pd.DataFrame([{"sample": i, **out, "reason": why} for i, out, why in rows])
        name = f"part-{rows[0][0]:08d}-{len(rows)}{self._suffix}"
        with draft_of(self.folder / name) as draft:
            if self._parquet:
                table.to_parquet(draft, index=False)
            else:
                table.to_csv(draft, index=False, float_format="%.17g")

    @property
    def _parquet(self) -> bool:
        return self.folder.suffix == ".parquet"

    @property
    def _suffix(self) -> str:
        return ".parquet" if self._parquet else ".csv"

    def _records(self, part: Path) -> list[dict[str, Any]]:
        if self._parquet:
            import pandas as pd

            return pd.read_parquet(part).to_dict("records")  # type: ignore[return-value]
        with part.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def _require_pyarrow(self) -> None:
        from importlib.util import find_spec

        if find_spec("pyarrow") is None:
            raise PlantError((), f"--store {self.folder}: {_NEEDS} {_NEEDS_MORE}")


def _fingerprint(study: Study, samples: np.ndarray) -> str:
    places = [(v.name, v.paths) for v in study.variables]
    told = repr((study.plant.to_tree(), places, study.outcome))
    return hashlib.sha256(told.encode() + samples.tobytes()).hexdigest()
