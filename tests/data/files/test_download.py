from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from suite.data.files import download
from suite.data.files.download import DownloadError, Published, fetch

CONTENT = bytes(range(256)) * 4000
RIGHT = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """/set.bin whole; /broken.bin promises more than it sends; /slow.bin sends nothing; anything else is not there."""

    def do_GET(self) -> None:
        if self.path == "/slow.bin":
            self.server.stalled.wait(10)  # type: ignore[attr-defined]
            return
        if self.path not in ("/set.bin", "/broken.bin"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/set.bin" else CONTENT[:5000])

    def log_message(self, *_: object) -> None:
        """Nothing: the tests' output is no place for an access log."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.stalled = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.stalled.set()  # type: ignore[attr-defined]
        httpd.shutdown()
        thread.join()


def test_a_file_arrives_whole_and_one_line_says_so(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = fetch(Published(f"{server}/set.bin", RIGHT), tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "set.bin"
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["set.bin"]
    assert capsys.readouterr().err.startswith("downloaded set.bin: 1.0 MB in ")


@pytest.mark.parametrize(
    ("file", "checksum", "why"),
    [
        ("set.bin", "sha256:" + "0" * 64, "does not have the publisher's checksum"),
        ("set.bin", "md5:" + "0" * 32, "does not have the publisher's checksum"),
        ("broken.bin", RIGHT, "broke off after 5,000 of 1,024,000 bytes"),
        ("missing.bin", RIGHT, "answered 404"),
        ("slow.bin", RIGHT, "cannot be reached (timed out)"),
    ],
)
def test_a_failed_download_leaves_what_was_there(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, checksum: str, why: str
) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    (tmp_path / file).write_bytes(b"older")
    with pytest.raises(DownloadError) as error:
        fetch(Published(f"{server}/{file}", checksum), tmp_path)
    assert why in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert (tmp_path / file).read_bytes() == b"older"


def test_no_server_is_one_clear_reason(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"http://127.0.0.1:9/set.bin cannot be reached \(.*refused"):
        fetch(Published("http://127.0.0.1:9/set.bin", RIGHT), tmp_path)


def test_a_place_that_cannot_be_written_is_named(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="cannot be stored in"):
        fetch(Published(f"{server}/set.bin", RIGHT), tmp_path / "file" / "below")
