"""The stores that tracking is tested on: files, PostgreSQL, and MLflow's server with PostgreSQL behind it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from suite.core.addresses import Address
from tests.servers import MlflowServer, Postgres, postgres_cluster

SLOW = pytest.mark.slow


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def mlflow_server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """With an artifact root of its own, through which artifacts go."""
    server = MlflowServer(tmp_path_factory.mktemp("server"), postgres)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def direct_mlflow_server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    """Whose clients write artifacts themselves, into a root that it names."""
    folder = tmp_path_factory.mktemp("direct")
    options = ("--no-serve-artifacts", "--default-artifact-root", (folder / "root").as_uri())
    server = MlflowServer(folder, postgres, *options)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def mlflow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with MLflow's tables, made once, to copy."""
    from suite.projections.mlflow import make_database

    path = tmp_path_factory.mktemp("file") / "mlflow.db"
    make_database(path)
    return path


@pytest.fixture(scope="session")
def mlflow_tables(postgres: Postgres) -> str:
    """The name of a database with MLflow's tables, made once, to copy from."""
    from mlflow.tracking import MlflowClient

    name = postgres.new()
    client = MlflowClient(postgres.address(name))
    client.search_experiments(max_results=1)
    client._tracking_client.store.engine.dispose()  # nobody may be connected to what is copied
    return name


@pytest.fixture(
    params=["sqlite", *(pytest.param(name, marks=SLOW) for name in ("postgresql", "server", "direct_server"))]
)
def tracking(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """An MLflow store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("mlflow_file"), tmp_path / "mlflow.db")
        return Address(f"sqlite:///{tmp_path / 'mlflow.db'}")
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return Address(postgres.address(postgres.new(request.getfixturevalue("mlflow_tables"))))
    server: MlflowServer = request.getfixturevalue(
        "mlflow_server" if request.param == "server" else "direct_mlflow_server"
    )
    return Address(server.address)


@pytest.fixture
def study() -> str:
    """A name that no other test uses: the server keeps its experiments."""
    return f"tiny-{secrets.token_hex(4)}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=SLOW)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """A database for Optuna's mirror."""
    if request.param == "sqlite":
        return Address(f"sqlite:///{tmp_path / 'optuna.db'}")
    postgres: Postgres = request.getfixturevalue("postgres")
    return Address(postgres.address(postgres.new()))
