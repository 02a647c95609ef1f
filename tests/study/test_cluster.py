"""A Dask cluster finds the numbers that this process finds."""

from __future__ import annotations

from collections.abc import Iterator

import distributed
import pytest
from tests.plants import magnet_plant

from ytterby.study import Study, draw, field_between, run
from ytterby.study.figures import Figures

STUDY = Study(
    magnet_plant(),
    (field_between("leach.acid_dose", 1.1, 1.2), field_between("iron.to_pH", 3.8, 4.2)),
    Figures(),
)
SAMPLES = draw(STUDY.variables, 3, seed=7)

pytestmark = pytest.mark.filterwarnings(
    # The cluster's own threads and sockets are closed by it, after the test.
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::DeprecationWarning:distributed",
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler on this machine, with one worker."""
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        host="127.0.0.1",
        protocol="tcp://",
        dashboard_address=None,
    ) as one:
        yield one.scheduler_address


def test_a_cluster_finds_what_one_process_finds(cluster):
    assert cluster.startswith("tcp://127.0.0.1:")
    here, there = run(STUDY, SAMPLES), run(STUDY, SAMPLES, cluster=cluster)
    assert here.failed == there.failed == 0
    assert set(here.outcomes) == set(there.outcomes)
    # To well within what a plant is solved to: kernels of one machine need not agree in every bit.
    for name, values in here.outcomes.items():
        assert there.outcomes[name] == pytest.approx(values, rel=1e-9)
