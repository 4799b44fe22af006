"""Files that are called pictures and are none, or are damaged: what downloads, disks and people make."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import numpy as np
from PIL import Image


def corpus(folder: Path) -> list[str]:
    """Write them into `folder`, and return their names."""
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    whole: dict[str, bytes] = {}
    for suffix in ("jpg", "png", "gif", "bmp", "tif", "webp", "avif"):
        noise.save(folder / f"whole.{suffix}")
        whole[suffix] = (folder / f"whole.{suffix}").read_bytes()
        (folder / f"whole.{suffix}").unlink()
    noise.save(folder / "p.jpg", progressive=True)
    whole["p.jpg"] = (folder / "p.jpg").read_bytes()
    (folder / "p.jpg").unlink()
    found = {f"half-{kind}.{kind.rpartition('.')[2]}": data[: len(data) // 2] for kind, data in whole.items()}
    found |= {f"head-{kind}.{kind.rpartition('.')[2]}": data[:20] for kind, data in whole.items()}
    damaged = bytearray(whole["png"])
    damaged[len(damaged) // 2] ^= 255
    found |= {
        "flipped.png": bytes(damaged),
        "empty.jpg": b"",
        "zeros.jpg": bytes(5000),
        "random.png": np.random.default_rng(1).bytes(5000),
        "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
        "denied.jpg": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "json.png": b'{"error": "rate limit"}',
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "paper.jpg": b"%PDF-1.7\n%%EOF",
        "archive.jpg": b"PK\x03\x04" + bytes(60),
        "film.jpg": b"\0\0\0\x18ftypmp42" + bytes(60),
        "photo.jpg": b"\0\0\0\x18ftypheic" + bytes(60),
        "text.gif": "a picture of a cat".encode("utf-16"),
        "pointer.jpg": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
        "huge.ppm": b"P6 60000 60000 255\n" + bytes(100),
        "none.ppm": b"P6 0 0 255\n",
        "start.jpg": whole["jpg"][:2],
        "endless.gif": whole["gif"][:-20],
        "end.jpg": whole["jpg"][-2:],
        "mark.png": b"\xef\xbb\xbf" + whole["png"],
        "lines.png": whole["png"].replace(b"\r\n", b"\n"),
        "based.jpg": base64.b64encode(whole["jpg"]),
        "gzip.png": gzip.compress(whole["png"]),
        "newline.bmp": b"\n" + whole["bmp"],
        "long.jpg": b"\xff\xd8\xff\xe1\xff\xff" + bytes(200),
        "wide.png": whole["png"][:16] + b"\x7f\xff\xff\xff" + whole["png"][20:],
    }
    for name, data in found.items():
        (folder / name).write_bytes(data)
    Image.fromarray(np.ones((9, 9), np.float32)).save(folder / "float.tif")
    Image.fromarray(np.full((9, 9), 1 << 20, np.int32)).save(folder / "deep.tif")
    return [*found, "float.tif", "deep.tif"]
