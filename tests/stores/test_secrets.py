"""A password in an address appears nowhere but in the address: a canary is looked for in every byte."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests import studies
from tests.servers import PASSWORD, MlflowServer, Postgres, free_port

pytestmark = pytest.mark.slow

WEB_PASSWORD = "canary-web-51c3f7"
CANARY = "canary-"
"""How every password here begins."""


class Watch:
    """What the children of a process have shown so far: command lines and environments."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.seen: dict[int, str] = {}
        root = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                for child in root.children(recursive=True):
                    self._look(child)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)

    def _look(self, child: psutil.Process) -> None:
        with suppress(psutil.Error, OSError):
            shown = b"".join((Path("/proc") / str(child.pid) / name).read_bytes() for name in ("cmdline", "environ"))
            self.seen[child.pid] = self.seen.get(child.pid, "") + shown.decode(errors="replace")


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def tables_with(postgres: Postgres, database: str, text: str) -> list[str]:
    """The tables of a database that hold a text anywhere."""
    names = postgres.query(database, "select table_name from information_schema.tables where table_schema = 'public'")
    return [
        name
        for (name,) in names
        if postgres.query(database, f"select 1 from \"{name}\" as t where cast(t as text) like '%{text}%' limit 1")
    ]


@pytest.mark.parametrize("how", ["typed", "of the environment"])
@pytest.mark.parametrize("store", ["postgresql", "server", "away"])
def test_a_password_is_nowhere_in_what_a_study_leaves_and_shows(
    how: str, store: str, mlflow_server: MlflowServer, postgres: Postgres, tmp_path: Path
) -> None:
    """Neither where the stores are there, nor where they fail, saying the address."""
    workspace, mirror, direct = studies.workspace_with_study(tmp_path / "workspace"), postgres.new(), postgres.new()
    port = free_port() if store == "away" else mlflow_server.port
    web = f"http://me:{WEB_PASSWORD}@127.0.0.1:{port}"
    mlflow = postgres.address(direct) if store == "postgresql" else web
    optuna = postgres.address(mirror)
    if store == "away":
        optuna = optuna.replace(PASSWORD, "canary-wrong-77")
    arguments = [f"storage.mlflow={mlflow}", f"storage.optuna={optuna}"] if how == "typed" else []
    variables = {} if how == "typed" else {"MLFLOW_TRACKING_URI": mlflow, "SUITE_OPTUNA_STORAGE": optuna}
    secrets = {"MLFLOW_TRACKING_PASSWORD": f"{CANARY}of-the-variable", "PGPASSWORD": f"{CANARY}unused"}
    process = studies.start(workspace, "seeds=1", *arguments, **variables, **secrets)
    watch = Watch(process)
    said = (workspace / "output.log").read_text()
    assert process.returncode == 0, said
    assert ("tracking: mlflow: http://me:***@" in said) == (store == "away"), said
    assert ("optuna: connection" in said or "password authentication failed" in said) == (store == "away"), said
    assert files_with(workspace, CANARY) == []
    assert files_with(mlflow_server.artifacts, CANARY) == []
    for database in (mlflow_server.database, direct, mirror):
        assert tables_with(postgres, database, CANARY) == []
    assert any("suite.executors.worker" in shown for shown in watch.seen.values()), "no worker was seen"
    assert [shown for shown in watch.seen.values() if CANARY in shown] == []
    if how == "typed":
        assert ":***@" in (studies.instance(workspace) / "study.json").read_text(), "that there was an address is told"


@pytest.mark.parametrize("module", ["suite.run", "suite.status"])
@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{WEB_PASSWORD}@host:port/x",
        f"nosql://me:{WEB_PASSWORD}@host/x",
        f"http://host/?token={WEB_PASSWORD}",
        f"postgresql+none://me:{WEB_PASSWORD}@host/x",
    ],
)
def test_a_refusal_shows_no_password(module: str, address: str, tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    more = ["study=tiny"] if module == "suite.run" else ["rebuild=true"]
    wrong = [f"storage.optuna={address}", f"storge.optuna={address}", address]
    wrong += [f"storage.optuna={address}${{x}}"] if module == "suite.run" else []
    for words in wrong:
        done = subprocess.run(
            [sys.executable, "-m", module, *more, words],
            cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2, done.stdout + done.stderr
        assert WEB_PASSWORD not in done.stdout + done.stderr
