"""Addresses show no secret, in whichever form it stands."""

from __future__ import annotations

import pytest

from suite.core.addresses import Address, hidden, recordable, without_secrets
from suite.core.refusals import Refusal

SECRETS = ("canary", "can%40ry", "can@ry", "can/ry")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:canary@host/db",
        "postgresql+psycopg2://me:can%40ry@host:5432/db?sslmode=require",
        "postgresql://me:can@ry@host/db",
        "postgresql://me:can/ry@host/db",
        "postgresql:///db?host=/tmp&user=me&password=canary",
        "http://me:canary@host:5000/path",
        "https://canary@host/",
        "mysql+pymysql://me@host/db?anything=canary",
    ],
)
def test_what_is_shown_of_an_address_has_no_secret(text: str) -> None:
    address = Address(text)
    everywhere = [str(address), repr(address), f"{address}", address.cleaned(f"no route to {text} (can@ry, canary)")]
    everywhere += [
        recordable(f"storage.mlflow={text}"),
        recordable(f"+storage.optuna={text}"),
        str(Refusal(str(address))),
    ]
    assert not [shown for shown in everywhere if any(secret in shown for secret in SECRETS if secret in text)]
    assert "host" in str(address)
    assert "me" in str(address) or "canary@" in text, "whom it is for may be seen"


def test_a_text_keeps_everything_but_passwords() -> None:
    assert hidden("see https://example.org/a?b=c and mail me@example.org") == (
        "see https://example.org/a?b=c and mail me@example.org"
    )
    assert hidden("'x=postgresql://u:pw@h/d?token=t&sslmode=on'") == "'x=postgresql://u:***@h/d?token=***&sslmode=on'"
    assert recordable("recipe.learning_rate=0.1") == "recipe.learning_rate=0.1"
    assert recordable("storage.mlflow=http://host:5000") == "storage.mlflow=http://host:5000"


def test_child_processes_get_no_secret_of_a_store() -> None:
    environment = {
        "PATH": "/bin", "MLFLOW_TRACKING_URI": "http://h", "MLFLOW_TRACKING_PASSWORD": "p", "PGPASSWORD": "p",
        "DATABASE_URL": "postgresql://u:p@h/d", "http_proxy": "http://proxy:80", "SUITE_DATA_DIR": "/data",
    }  # fmt: skip
    assert without_secrets(environment) == {"PATH": "/bin", "http_proxy": "http://proxy:80", "SUITE_DATA_DIR": "/data"}
