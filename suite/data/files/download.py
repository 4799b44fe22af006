"""Fetching a published file: whole and with the publisher's checksum, or not at all."""

from __future__ import annotations

import http.client
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from suite.core.durable import replacing
from suite.data.files.places import file_digest

TIMEOUT = 30.0
"""Seconds without a byte from the server, after which the download is given up."""


@dataclass(frozen=True)
class Published:
    """A file as its publisher offers it. checksum: "sha256:…" or "md5:…", hexadecimal."""

    url: str
    checksum: str

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]

    def describes(self, path: Path) -> bool:
        """Whether the file at `path` is the published one, byte for byte."""
        algorithm, _, expected = self.checksum.partition(":")
        return file_digest(path, algorithm) == expected


class DownloadError(Exception):
    """Why a download failed, as the part of a sentence after a colon."""


def fetch(published: Published, folder: Path) -> Path:
    """Download into `folder`; the file appears there only when it is whole and its checksum right.

    Safe against a kill and against others who fetch the same. Raises DownloadError.
    """
    target = folder / published.file_name
    try:
        with replacing(target) as partial:
            _receive(published.url, partial)
            if not published.describes(partial):
                raise DownloadError(f"what {published.url} delivered does not have the publisher's checksum")
    except urllib.error.HTTPError as error:
        error.close()  # it is the response, too
        raise DownloadError(f"{published.url} answered {error.code} {error.reason}") from error
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException) as error:
        raise DownloadError(f"{published.url} cannot be reached ({getattr(error, 'reason', error)})") from error
    except OSError as error:
        raise DownloadError(f"{published.url} cannot be stored in {folder} ({error.strerror or error})") from error
    return target


def _receive(url: str, partial: Path) -> None:
    """Stream `url` into `partial`. Raises what urllib raises, and DownloadError when the connection broke off."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response, partial.open("wb") as file:
        expected = int(response.headers.get("Content-Length") or 0)
        progress = _Progress(url.rpartition("/")[2], expected)
        received = 0
        while block := response.read(1 << 18):
            file.write(block)
            received += len(block)
            progress.show(received)
        progress.end(received)
        file.flush()
        os.fsync(file.fileno())
    if received < expected:
        raise DownloadError(f"{url} broke off after {received:,} of {expected:,} bytes")


class _Progress:
    """One line on a terminal, rewritten at most five times a second; one line at the end elsewhere."""

    def __init__(self, name: str, expected: int) -> None:
        self.name, self.expected = name, expected
        self.terminal = sys.stderr.isatty()
        self.started = self.shown = time.monotonic()

    def show(self, received: int) -> None:
        now = time.monotonic()
        if self.terminal and now - self.shown >= 0.2:
            self.shown = now
            of = f" of {self.expected / 1e6:.1f}" if self.expected else ""
            print(f"\rdownloading {self.name}: {received / 1e6:.1f}{of} MB", end="", file=sys.stderr, flush=True)

    def end(self, received: int) -> None:
        seconds = time.monotonic() - self.started
        start = "\r" if self.terminal else ""
        print(f"{start}downloaded {self.name}: {received / 1e6:.1f} MB in {seconds:.1f} s", file=sys.stderr)
