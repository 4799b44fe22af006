"""Servers that tests start themselves: PostgreSQL in a temporary folder, and MLflow's server on top of it.

They fail, and are never skipped, where PostgreSQL is missing.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

USER = "suite"
PASSWORD = "canary-b7d1c4e09a"
"""Of every database here, so that whatever writes an address down is found out."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    places = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
    found = shutil.which(name, path=os.pathsep.join(places))
    assert found, f"{name} is missing: these tests need PostgreSQL (Debian: apt install postgresql)"
    return found


class Postgres:
    """A cluster of its own on a free port; PostgreSQL refuses root, so root lets `nobody` run it."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder, self._data = free_port(), folder, folder / "data"
        self._owner: dict[str, Any] = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._owner = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        self._run(
            "initdb", "-D", str(self._data), "-U", USER, "--pwfile", str(folder / "password"), "--no-sync",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-o", options, "-l", str(self._folder / "log"))

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def _run(self, name: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as said:  # no pipe, which the server would keep open
            done = subprocess.run(
                [_program(name), *arguments], cwd=self._folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                timeout=120, check=False, **self._owner,
            )  # fmt: skip
            said.seek(0)
            words = said.read().decode()
        assert done.returncode == 0, f"{name}: {words}"

    def address(self, database: str) -> str:
        return f"postgresql+psycopg2://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def query(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        import psycopg2

        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname=database, connect_timeout=10
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def new(self, template: str = "template1") -> str:
        """A fresh database, by its name."""
        name = f"db_{secrets.token_hex(4)}"
        self.query("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@contextmanager
def postgres_cluster() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="suite-pg-", dir="/tmp"))  # where an ordinary user may enter
    try:
        cluster = Postgres(folder)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class MlflowServer:
    """`mlflow server` on a database, with an artifact root of its own."""

    def __init__(self, folder: Path, postgres: Postgres, *options: str) -> None:
        """`options` follow those of the database; by default artifacts go through the server."""
        self.port, self.artifacts, self.database = free_port(), folder / "artifacts", postgres.new()
        self._log = folder / "server.log"
        self._command = [
            sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", "1", "--backend-store-uri", postgres.address(self.database),
            *(options or ("--serve-artifacts", "--artifacts-destination", str(self.artifacts))),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        environment.pop("PYTEST_CURRENT_TEST", None)  # MLflow forbids itself some writes while it is set
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._log.parent, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=environment,
            )  # fmt: skip
        until = time.monotonic() + 120
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.2)
        self.kill()
        raise AssertionError(f"the MLflow server did not start: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End it and all its processes at once."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
