"""Books on SQLite and on a PostgreSQL that is started for the tests and stopped after."""

from __future__ import annotations

import itertools
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


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Addresses of empty databases, on both."""
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"books-{next(_numbers)}.db")
    server: Server = request.getfixturevalue("postgresql")
    return server.address


@pytest.fixture
def address(fresh: Callable[[], str]) -> str:
    """The address of one empty database."""
    return fresh()
