"""A PostgreSQL of one's own, for tests and benchmarks: started in a temporary folder, then gone."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_numbers = itertools.count(1)


class Server:
    """A PostgreSQL of our own in a temporary folder, on a socket in it.

    durable: whether it waits for the disk; tests do not cut its power.
    """

    def __init__(self, programs: Path, *, durable: bool = False):
        self.programs, self.durable = programs, durable
        self.folder = Path(tempfile.mkdtemp(prefix="ytterby-postgresql-"))
        # PostgreSQL refuses to run as root; its package brings a user for it.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        self.run("initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
        self.start()

    def run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self.programs / program, "--pgdata", self.folder / "data", *words],
            check=True,
            user=self.user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        options += "" if self.durable else " -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "--wait", "--log", str(log), "--options", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "--wait", "--mode", "immediate", "stop")

    def remove(self) -> None:
        """Stop it and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def address(self) -> str:
        """The URL of a database in it that is empty."""
        import psycopg

        schema = f"books_{next(_numbers)}"
        where = f"host={self.folder} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        options = f"-csearch_path%3D{schema}"
        return f"postgresql://postgres@/postgres?host={self.folder}&options={options}"


def programs() -> Path | None:
    """Where PostgreSQL is installed, or None."""
    installed = [Path(found).parent for found in [shutil.which("initdb")] if found]
    installed += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in installed:
        if (folder / "pg_ctl").exists() and (folder / "initdb").exists():
            return folder
    return None
