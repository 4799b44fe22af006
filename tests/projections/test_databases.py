"""What is said of a server that answers otherwise than it should: where it is and what is wrong, and no password."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from suite.core.addresses import Address
from suite.projections import ProjectionError
from suite.projections.databases import words
from suite.projections.mlflow import Tracker

SECRET = "canary-77aa"


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b"who are you")

    def log_message(self, format: str, *arguments: object) -> None: ...


@pytest.fixture
def plain() -> Iterator[http.server.HTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def encrypted(plain: http.server.HTTPServer, tmp_path: Path) -> http.server.HTTPServer:
    """The same behind a certificate that it has signed itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    shape, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "both.pem").write_bytes(key.private_bytes(pem, shape, open_) + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    plain.socket = context.wrap_socket(plain.socket, server_side=True)
    return plain


def said(scheme: str, server: http.server.HTTPServer, folder: Path) -> str:
    address = Address(f"{scheme}://me:{SECRET}@127.0.0.1:{server.server_port}/team")
    with pytest.raises(ProjectionError) as refused:
        Tracker(address, "tiny", "one", {}, None, folder)
    assert SECRET not in str(refused.value)
    assert str(refused.value).startswith(str(address))
    return str(refused.value).removeprefix(str(address))


def test_a_server_that_wants_another_password(plain: http.server.HTTPServer, tmp_path: Path) -> None:
    text = said("http", plain, tmp_path)
    assert "error code 401" in text
    assert "who are you" in text


def test_a_certificate_that_nobody_knows(encrypted: http.server.HTTPServer, tmp_path: Path) -> None:
    assert said("https", encrypted, tmp_path) == (
        " shows a certificate that is not trusted (self-signed certificate): MLFLOW_TRACKING_SERVER_CERT_PATH=FILE "
        "names its own"
    )


def test_a_server_without_encryption(plain: http.server.HTTPServer, tmp_path: Path) -> None:
    assert said("https", plain, tmp_path) == " does not speak https"


@pytest.mark.parametrize("before", range(285, 300))
def test_a_password_is_not_cut_in_two_and_shown_by_half(before: int) -> None:
    """A sentence that is too long ends somewhere."""
    address = Address(f"postgresql://me:{SECRET}@host/x")
    assert "cana" not in words(address, ValueError(f"{'x' * before} {SECRET} is wrong"))
    assert words(address, ValueError()) == "ValueError"
