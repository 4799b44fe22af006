"""What is the same for every store: a try to connect that ends soon, and what it says when it fails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from suite.core.addresses import Address
from suite.core.refusals import first_line
from suite.projections import ProjectionError

os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # the default waits as long as the network does

SILENCE = ("Connection refused", "Failed to resolve", "timed out", "Connection reset", "Remote end closed connection")
"""What libraries call it, in the middle of long sentences, when nobody answers."""


def reach(address: Address) -> None:
    """Connect to a database once; MLflow itself would try ten times, for minutes. Raises ProjectionError."""
    with _connected(address):
        pass


def place_runs(address: Address, places: Mapping[str, str]) -> None:
    """Set where the artifacts of MLflow's runs lie, by their ids: all or none. Raises ProjectionError."""
    import sqlalchemy

    statement = sqlalchemy.text("UPDATE runs SET artifact_uri = :place WHERE run_uuid = :run")
    with _connected(address) as connection:
        for run, place in places.items():
            connection.execute(statement, {"run": run, "place": place})


@contextmanager
def _connected(address: Address) -> Iterator[Any]:
    """A connection, and a transaction, of its own."""
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(address.text, poolclass=sqlalchemy.NullPool)
        with engine.begin() as connection:
            yield connection
    except Exception as error:  # each driver has its own
        raise ProjectionError(words(address, error)) from None


def words(address: Address, error: Exception) -> str:
    """What went wrong with a store in one line, without the secrets of its address."""
    whole = str(error)
    reason = next((reason for reason in SILENCE if reason in whole), None)
    if reason is not None and address.sqlite_file is None:
        return f"{address} does not answer ({reason.lower()})"
    if found := re.search(r"too many (\d+) error responses", whole):
        return f"{address} answers with error {found[1]}"
    if address.scheme == "https" and (found := re.search(r"certificate verify failed: ([^('\"]+)", whole)):
        itself = "MLFLOW_TRACKING_SERVER_CERT_PATH=FILE names its own"
        return f"{address} shows a certificate that is not trusted ({found[1].strip()}): {itself}"
    if address.scheme == "https" and "[SSL: " in whole:
        return f"{address} does not speak https"
    said = first_line(ProjectionError(address.cleaned(whole) or type(error).__name__))  # cut only when it is clean
    return f"{address}: {said}" if "API request to endpoint" in said else said
