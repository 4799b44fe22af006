"""Addresses of stores: what is refused before anything starts, and that no refusal shows a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.config import stores
from suite.config.stores import stores_from
from suite.core.refusals import Refusal

SECRET = "canary-9f3"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "SUITE_OPTUNA_STORAGE"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_word_both_are_files_of_the_workspace(tmp_path: Path) -> None:
    found = stores_from(tmp_path)
    assert (found.mlflow.sqlite_file, found.optuna.sqlite_file) == (tmp_path / "mlflow.db", tmp_path / "optuna.db")


def test_the_key_comes_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://of-the-environment:5000")
    monkeypatch.setenv("SUITE_OPTUNA_STORAGE", "sqlite:////elsewhere/optuna.db")
    found = stores_from(tmp_path)
    assert found.mlflow.text == "http://of-the-environment:5000"
    assert found.optuna.sqlite_file == Path("/elsewhere/optuna.db")
    assert stores_from(tmp_path, "https://named/path").mlflow.text == "https://named/path"


def test_an_address_without_a_driver_takes_the_one_that_is_installed(tmp_path: Path) -> None:
    found = stores_from(tmp_path, f"postgresql://me:{SECRET}@host/mlflow", "postgresql://host/optuna")
    assert found.mlflow.text == f"postgresql+psycopg2://me:{SECRET}@host/mlflow"
    assert found.optuna.text == "postgresql+psycopg2://host/optuna"


def test_a_missing_driver_is_named_with_the_way_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"needs a driver that is not installed: pip install 'psycopg2-binary'"):
        stores_from(tmp_path, f"postgresql://me:{SECRET}@host/mlflow")
    with pytest.raises(Refusal, match=r"pip install 'psycopg\[binary\]'"):
        stores_from(tmp_path, f"postgresql+psycopg://me:{SECRET}@host/mlflow")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"me:{SECRET}@host/x", "is no address of this store: http://HOST:PORT"),
        (f"postgres://me:{SECRET}@host/x", "is no address of this store"),
        (f"ftp://me:{SECRET}@host/x", "is no address of this store"),
        ("mlruns", "is no address of this store"),
        ("databricks", "is no address of this store"),
        (f"http://me:{SECRET}@", "has no host that can be read"),
        (f"http://me:{SECRET}@host:port/", "has no host that can be read"),
        (f"http://host/?token={SECRET}", "set a token as MLFLOW_TRACKING_TOKEN"),
        (f"postgresql://me:{SECRET}@host:port/x", "cannot be read; special characters of a password"),
        (f"postgresql://me:{SECRET}@host", "names no database"),
        (f"postgresql+pg8000://me:{SECRET}@host/x", "unknown driver 'pg8000', one of psycopg2, psycopg"),
        ("sqlite://", "name the file"),
        ("postgresql://me:***@host/x", "the password was left out of this record"),
    ],
)
def test_what_is_no_address_is_refused_without_its_password(address: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        stores_from(tmp_path, address)
    assert said in str(refused.value)
    assert str(refused.value).startswith("storage.mlflow=")
    assert SECRET not in str(refused.value)


def test_the_variable_is_named_where_the_address_came_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITE_OPTUNA_STORAGE", f"http://me:{SECRET}@host")
    with pytest.raises(Refusal, match=r"SUITE_OPTUNA_STORAGE=http://me:\*\*\*@host is no address of this store: postg"):
        stores_from(tmp_path)


@pytest.mark.parametrize(
    ("mlflow", "optuna"),
    [
        ("postgresql://a:b@host/x", "postgresql+psycopg2://c@host/x"),
        ("sqlite:////tmp/one.db", "sqlite:////tmp/../tmp/one.db"),
        ("postgresql://a@host/x", "postgresql://a@host:5432/x"),
        ("postgresql:///x?host=/tmp/socket", "postgresql://me@/x?host=/tmp/socket"),
    ],
)
def test_one_database_for_both_is_refused(mlflow: str, optuna: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="make a second database"):
        stores_from(tmp_path, mlflow, optuna)
    assert stores_from(tmp_path, mlflow, optuna.replace("/x", "/y").replace("one", "two"))
