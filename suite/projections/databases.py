"""What is the same for every store: a try to connect that ends soon, and what it says when it fails."""

from __future__ import annotations

import os

from suite.core.addresses import Address
from suite.core.refusals import first_line
from suite.projections import ProjectionError

os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # the default waits as long as the network does

SILENCE = ("Connection refused", "Failed to resolve", "timed out", "Connection reset", "Remote end closed connection")
"""What libraries call it, in the middle of long sentences, when nobody answers."""


def reach(address: Address) -> None:
    """Connect to a database once; MLflow itself would try ten times, for minutes. Raises ProjectionError."""
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(address.text, poolclass=sqlalchemy.NullPool)
        with engine.connect():
            pass
    except Exception as error:  # each driver has its own
        raise ProjectionError(words(address, error)) from None


def words(address: Address, error: Exception) -> str:
    """What went wrong with a store in one line, without the secrets of its address."""
    whole = str(error)
    reason = next((reason for reason in SILENCE if reason in whole), None)
    if reason is not None and address.sqlite_file is None:
        return f"{address} does not answer ({reason.lower()})"
    return address.cleaned(first_line(error))
