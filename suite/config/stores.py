"""Where the projections go: the addresses of MLflow and of Optuna's mirror, checked before anything starts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from suite.core.addresses import HIDDEN, MLFLOW, OPTUNA, VARIABLES, Address, Stores, named
from suite.core.refusals import Refusal

WEB = ("http", "https")
DATABASES = ("sqlite", "postgresql", "mysql")
FORMS = {
    MLFLOW: "http://HOST:PORT, postgresql://USER@HOST/DATABASE or sqlite:///FILE",
    OPTUNA: "postgresql://USER@HOST/DATABASE or sqlite:///FILE",
}
DRIVERS = {
    "postgresql": {"psycopg2": "psycopg2-binary", "psycopg": "psycopg[binary]"},
    "mysql": {"pymysql": "pymysql", "MySQLdb": "mysqlclient"},
}
"""For each kind of database the modules that speak to it, the first one preferred, and the packages that bring them."""
PORTS = {"postgresql": 5432, "mysql": 3306}
"""Where each listens unless an address says otherwise."""


def stores_from(workspace: Path, mlflow: str | None = None, optuna: str | None = None) -> Stores:
    """The stores of a workspace: as given, else as the environment says, else its own files.

    Raises Refusal for an address that is none, or that no installed driver understands. Nobody is connected to.
    """
    found = {key: _checked(key, given, workspace) for key, given in ((MLFLOW, mlflow), (OPTUNA, optuna))}
    places = [_database(address) for address in found.values()]
    if places[0] is not None and places[0] == places[1]:
        raise Refusal(
            f"{MLFLOW} and {OPTUNA} name one database, {found[MLFLOW]}: both keep tables of the same names there; "
            "make a second database for Optuna's mirror"
        )
    return Stores(found[MLFLOW], found[OPTUNA])


def _checked(key: str, given: str | None, workspace: Path) -> Address:
    address = named(key, given, workspace)
    said = f"{key if given else VARIABLES[key]}={address}"
    kind, plus, driver = address.scheme.partition("+")
    valid = (*DATABASES, *WEB) if key == MLFLOW else DATABASES
    if "://" not in address.text or kind not in valid or (plus and kind in (*WEB, "sqlite")):
        raise Refusal(f"{said} is no address of this store: {FORMS[key]}")
    if HIDDEN in address.text:
        raise Refusal(f"{said}: the password was left out of this record of the address; type it, or see --help")
    if kind in WEB:
        _check_web(said, address)
    elif kind == "sqlite":
        if not address.text.startswith("sqlite:///") or address.text.partition("?")[0] == "sqlite:///":
            raise Refusal(f"{said}: name the file, as in sqlite:////absolute/path.db or sqlite:///path.db")
    else:
        _check_database(said, address)
        module = _driver(said, kind, driver)
        address = Address(f"{kind}+{module.lower()}{address.text[len(address.scheme) :]}")
    return address


def _check_web(said: str, address: Address) -> None:
    try:
        parts = urlsplit(address.text)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise Refusal(f"{said} has no host that can be read; special characters of a password are written as %40")
    if parts.query or parts.fragment:
        raise Refusal(f"{said}: a server's address ends with its path; set a token as MLFLOW_TRACKING_TOKEN")


def _check_database(said: str, address: Address) -> None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address.text)
    except (ArgumentError, ValueError):
        url = None
    if url is None:
        raise Refusal(f"{said} cannot be read; special characters of a password are written as %40")
    if not url.database:
        raise Refusal(f"{said} names no database: it stands at the end, as in ...@HOST/DATABASE")


def _driver(said: str, kind: str, asked: str) -> str:
    """The module that speaks to a database: the one asked for, else the first that is installed."""
    known = DRIVERS[kind]
    modules = [module for module in known if asked in ("", module.lower())]
    if not modules:
        raise Refusal(f"{said}: unknown driver {asked!r}, one of {', '.join(module.lower() for module in known)}")
    installed = next((module for module in modules if find_spec(module)), None)
    if installed is None:
        raise Refusal(f"{said} needs a driver that is not installed: pip install '{known[modules[0]]}'")
    return installed


def _database(address: Address) -> tuple[str | int | None, ...] | None:
    """Which database an address means; None for a server, behind which nobody can look."""
    if address.scheme in WEB:
        return None
    if address.sqlite_file is not None:
        return (str(address.sqlite_file.resolve()),)
    from sqlalchemy.engine import make_url

    url = make_url(address.text)
    kind, query = url.get_backend_name(), url.query
    port = url.port or query.get("port") or PORTS[kind]
    return kind, url.host or str(query.get("host")), int(str(port)), url.database
