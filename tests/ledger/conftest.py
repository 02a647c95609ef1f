"""Books on SQLite and on a PostgreSQL that is started for the tests and stopped after."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.ledger.server import Server, programs

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    installed = programs()
    if installed is None:
        pytest.skip("PostgreSQL is not installed")
    server = Server(installed)
    yield server
    server.remove()


@pytest.fixture
def swift(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: no test cuts the power, so none waits for a disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="ytterby-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, swift: Path) -> Callable[[], str]:
    """Addresses of empty databases, on both."""
    if request.param == "sqlite":
        return lambda: str(swift / f"books-{next(_numbers)}.db")
    server: Server = request.getfixturevalue("postgresql")
    return server.address


@pytest.fixture
def address(fresh: Callable[[], str]) -> str:
    """The address of one empty database."""
    return fresh()
