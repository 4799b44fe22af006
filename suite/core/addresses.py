"""Addresses of stores, whose secrets stay where they are used: in no record, message, tag, log or child process."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

HIDDEN = "***"
MLFLOW, OPTUNA = "storage.mlflow", "storage.optuna"
VARIABLES = {MLFLOW: "MLFLOW_TRACKING_URI", OPTUNA: "SUITE_OPTUNA_STORAGE"}
"""The key of each store, and the variable that is asked where the key is not given."""
SECRET_VARIABLES = (
    *VARIABLES.values(), "MLFLOW_REGISTRY_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN", "PGPASSWORD",
)  # fmt: skip
_PLAIN_QUERY = ("host", "port", "user", "dbname", "sslmode", "charset")
"""What the query of an address says in public; anything else may be a key or a token."""
_USERINFO = re.compile(r"(\w[\w+.-]*://)([^\s/@:?'\"]*)(:\S*)?@")
_QUERY = re.compile(r"([?&;]([\w.-]+)=)([^&;\s'\"]+)")
_SECRET_NAME = re.compile(r"pass|pwd|token|secret|key|auth|cred|sig", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where a store is. Its text may hold a password: what is shown of it, by `str` and `repr`, does not."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        text = hidden(self.text) if "://" in self.text else re.sub(r":\S*@", f":{HIDDEN}@", self.text)
        return _QUERY.sub(lambda found: found[0] if found[2] in _PLAIN_QUERY else found[1] + HIDDEN, text)

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    @property
    def scheme(self) -> str:
        return self.text.partition(":")[0].lower()

    @property
    def sqlite_file(self) -> Path | None:
        """The file of an SQLite store, None of another kind of store."""
        path = self.text.partition("?")[0].removeprefix("sqlite:///")
        return Path(path).absolute() if self.scheme == "sqlite" else None

    def cleaned(self, text: str) -> str:
        """What somebody says of this store, without its secrets, in whichever form they stand there."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return hidden(text)

    def _secrets(self) -> set[str]:
        """The password, or the token that stands in its place, and values of the query; as typed and as meant."""
        found = [match[3] for match in _QUERY.finditer(self.text) if match[2] not in _PLAIN_QUERY]
        for scheme, user, password in _USERINFO.findall(self.text):
            found.append(password[1:] or (user if scheme.startswith("http") else ""))
        return {form for secret in found if secret for form in (secret, unquote(secret))}


@dataclass(frozen=True)
class Stores:
    """Where the projections of a workspace are."""

    mlflow: Address
    optuna: Address


def is_own(address: Address, workspace: Path) -> bool:
    """Whether a store is a file of the workspace, which nobody else writes into."""
    file = address.sqlite_file
    return file is not None and file.parent.resolve() == workspace.resolve()


def named(key: str, given: str | None, workspace: Path) -> Address:
    """The address of a store: as given, else as its variable says, else the workspace's own file."""
    text = given or os.environ.get(VARIABLES[key])
    return Address(text.strip() if text else f"sqlite:///{workspace / (key.partition('.')[2] + '.db')}")


def hidden(text: str) -> str:
    """A text without the passwords and tokens of the addresses in it."""

    def userinfo(found: re.Match[str]) -> str:
        scheme, user, password = found.groups()
        if password:
            return f"{scheme}{user}:{HIDDEN}@"
        return f"{scheme}{HIDDEN}@" if scheme.startswith("http") else found[0]

    if "://" not in text:
        return text
    text = _USERINFO.sub(userinfo, text)
    return _QUERY.sub(lambda found: found[1] + HIDDEN if _SECRET_NAME.search(found[2]) else found[0], text)


def recordable(argument: str) -> str:
    """A `key=value` argument as it may be written down: the address of a store without its secrets."""
    key, equals, text = argument.partition("=")
    return f"{key}{equals}{Address(text)}" if key.lstrip("+~") in VARIABLES else hidden(argument)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for processes that have no business with the stores."""
    return {
        name: value for name, value in environment.items() if name not in SECRET_VARIABLES and hidden(value) == value
    }
