from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suite.core.durable import PARTIAL
from suite.core.refusals import Refusal
from suite.data import cache
from suite.data.cache import Entry, _locked, cached
from suite.data.contents import TEST, TRAIN, Contents, Source, image_digests, in_chunks
from suite.data.targets import Targets

IMAGES = np.random.default_rng(0).integers(0, 256, (3000, 4, 4, 1)).astype(np.uint8)


def contents(chunks: Iterator[np.ndarray] | None = None) -> Contents:
    return Contents(
        shape=(3000, 4, 4, 1),
        chunks=in_chunks(IMAGES) if chunks is None else chunks,
        targets=Targets.of_labels(np.arange(3000) % 3),
        part=np.repeat(np.array([TRAIN, TEST], np.uint8), [2500, 500]),
        class_names=("a", "b", "ü"),
        notes=("made up",),
        checksum="none",
    )


class Counting:
    """A source that counts how often it is read."""

    def __init__(self, identity: object = 1) -> None:
        self.reads = 0
        self.source = Source("nowhere", identity, self._read)

    def _read(self) -> Contents:
        self.reads += 1
        return contents()


def check(entry: Entry) -> None:
    np.testing.assert_array_equal(entry.images, IMAGES)
    assert entry.images.dtype == np.uint8
    assert entry.targets.labels.dtype == np.int32
    assert entry.targets.labels.tolist() == [k % 3 for k in range(3000)]
    assert entry.part.tolist() == [TRAIN] * 2500 + [TEST] * 500
    assert (entry.class_names, entry.notes, entry.checksum) == (("a", "b", "ü"), ("made up",), "none")


def folder_of(cache_dir: Path) -> Path:
    (entry,) = cache_dir.glob("set-*")
    return entry


def test_a_set_is_read_once_and_mapped_read_only(tmp_path: Path) -> None:
    counting = Counting()
    for _ in range(3):
        entry = cached(counting.source, "set", tmp_path)
        check(entry)
    assert counting.reads == 1
    assert isinstance(entry.images, np.memmap)
    assert not entry.images.flags.writeable
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("change", ["identity", "name", "variant"])
def test_another_source_name_or_variant_is_another_entry(change: str, tmp_path: Path) -> None:
    cached(Counting().source, "set", tmp_path, 32)
    other = Counting(identity=2 if change == "identity" else 1)
    cached(other.source, "other" if change == "name" else "set", tmp_path, 64 if change == "variant" else 32)
    assert other.reads == 1


def spoil_truncate(entry: Path) -> None:
    with (entry / "images.npy").open("r+b") as file:
        file.truncate(1000)


def spoil_flip(entry: Path) -> None:
    with (entry / "images.npy").open("r+b") as file:
        file.seek(2000)
        byte = file.read(1)
        file.seek(2000)
        file.write(bytes([byte[0] ^ 1]))


def spoil_manifest(entry: Path) -> None:
    (entry / "set.json").write_text("{", encoding="utf-8")


def spoil_field(entry: Path) -> None:
    manifest = json.loads((entry / "set.json").read_text(encoding="utf-8"))
    del manifest["hash"]
    (entry / "set.json").write_text(json.dumps(manifest), encoding="utf-8")


def spoil_digests(entry: Path) -> None:
    (entry / "digests.npy").write_bytes((entry / "digests.npy").read_bytes()[::-1])


def spoil_labels(entry: Path) -> None:
    (entry / "labels.npy").unlink()


@pytest.mark.parametrize(
    "spoil", [spoil_truncate, spoil_flip, spoil_manifest, spoil_field, spoil_labels, spoil_digests]
)
def test_a_broken_entry_is_made_again(spoil: object, tmp_path: Path) -> None:
    counting = Counting()
    first = cached(counting.source, "set", tmp_path).hash
    spoil(folder_of(tmp_path))  # type: ignore[operator]
    entry = cached(counting.source, "set", tmp_path)
    check(entry)
    assert entry.hash == first
    assert counting.reads == 2


def forget_digests(entry: Path) -> None:
    """Make the entry look as it did before digests and the names of targets were kept."""
    (entry / "digests.npy").unlink()
    manifest = json.loads((entry / "set.json").read_text(encoding="utf-8"))
    del manifest["files"]["digests.npy"], manifest["targets"]
    (entry / "set.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_digests_are_kept_and_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    first = cached(counting.source, "set", tmp_path)
    monkeypatch.setattr(cache, "image_digests", lambda images: pytest.fail("hashed again"))
    second = cached(counting.source, "set", tmp_path)
    for entry in (first, second):
        np.testing.assert_array_equal(entry.digests, image_digests(IMAGES))


def test_an_entry_without_digests_gets_them_and_is_not_decoded_again(tmp_path: Path) -> None:
    counting = Counting()
    first = cached(counting.source, "set", tmp_path)
    forget_digests(folder_of(tmp_path))
    for _ in range(2):
        entry = cached(counting.source, "set", tmp_path)
        check(entry)
        assert entry.hash == first.hash
        np.testing.assert_array_equal(entry.digests, image_digests(IMAGES))
        assert (folder_of(tmp_path) / "digests.npy").is_file()
        assert "digests.npy" in json.loads((folder_of(tmp_path) / "set.json").read_text())["files"]
    assert counting.reads == 1


def test_digests_are_made_but_not_kept_while_someone_else_writes(tmp_path: Path) -> None:
    counting = Counting()
    cached(counting.source, "set", tmp_path)
    forget_digests(folder_of(tmp_path))
    with _locked(tmp_path / f".{folder_of(tmp_path).name}.lock"):
        entry = cached(counting.source, "set", tmp_path)
    np.testing.assert_array_equal(entry.digests, image_digests(IMAGES))
    assert not (folder_of(tmp_path) / "digests.npy").exists()
    assert counting.reads == 1


def test_every_target_is_kept(tmp_path: Path) -> None:
    boxes = np.arange(3000 * 4, dtype=np.float32).reshape(3000, 4)
    labels = np.arange(3000, dtype=np.int32) % 3
    made = replace(contents(), targets=Targets({"boxes": boxes, "label": labels}))
    for source in (Source("", 1, lambda: made), Source("", 1, lambda: pytest.fail("decoded again"))):
        targets = cached(source, "set", tmp_path).targets
        assert list(targets.arrays) == ["boxes", "label"]
        np.testing.assert_array_equal(targets.arrays["boxes"], boxes)
        np.testing.assert_array_equal(targets.labels, labels)


def test_a_copied_cache_is_verified_and_kept(tmp_path: Path) -> None:
    counting = Counting()
    cached(counting.source, "set", tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    check(cached(counting.source, "set", tmp_path / "two"))
    assert counting.reads == 1


def test_an_entry_that_is_replaced_stays_readable_for_those_who_have_it(tmp_path: Path) -> None:
    counting = Counting()
    held = cached(counting.source, "set", tmp_path)
    (folder_of(tmp_path) / "set.json").unlink()
    cached(counting.source, "set", tmp_path)
    assert counting.reads == 2
    check(held)


def test_a_source_that_fails_midway_leaves_nothing_behind(tmp_path: Path) -> None:
    def chunks() -> Iterator[np.ndarray]:
        yield IMAGES[:1024]
        raise Refusal("a picture cannot be read")

    with pytest.raises(Refusal, match="a picture cannot be read"):
        cached(Source("", 1, lambda: contents(chunks())), "set", tmp_path)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


@pytest.mark.parametrize("chunk", [IMAGES[:10], IMAGES.astype(np.int16), IMAGES[:, :3]])
def test_a_source_that_delivers_what_it_did_not_promise_is_a_bug_not_a_set(chunk: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="promised"):
        cached(Source("", 1, lambda: contents(iter([chunk]))), "set", tmp_path)
    assert not list(tmp_path.glob("set-*"))


def test_a_cache_that_cannot_be_written_is_refused_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Refusal, match=r"cannot be kept under .*workspace=DIR"):
        cached(Counting().source, "set", tmp_path / "file" / "cache")


def test_leftovers_of_killed_processes_go_but_not_what_someone_is_writing(tmp_path: Path) -> None:
    dead, alive = (tmp_path / f"{PARTIAL}1.{name}" for name in ("set-dead", "set-alive"))
    for path in (dead, alive):
        path.mkdir()
    with _locked(tmp_path / ".set-alive.lock"):
        cached(Counting().source, "set", tmp_path)
    assert not dead.exists()
    assert alive.exists()


def test_a_full_disk_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, environment_without_data: dict[str, str]
) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "from suite.data.__main__ import HELP, main; from suite.commandline import enter; "
        "sys.exit(enter(main, HELP, sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "name=digits", f"workspace={tmp_path}"],
        env=environment_without_data, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"refused: decoded images cannot be kept under {tmp_path / 'cache'} (File too large)")
    assert [path.name for path in (tmp_path / "cache").iterdir() if not path.name.endswith(".lock")] == []


def test_a_source_that_cannot_be_read_is_not_blamed_on_the_cache(tmp_path: Path) -> None:
    def read() -> Contents:
        (tmp_path / "gone").read_bytes()
        raise AssertionError

    with pytest.raises(Refusal, match=r"gone cannot be read \(No such file"):
        cached(Source("", 1, read), "set", tmp_path / "cache")


def build_slowly(cache_dir: Path, log: Path, started: float) -> None:
    """One of several processes that ask for the same set at once; each read is a line in `log`."""

    def chunks() -> Iterator[np.ndarray]:
        with log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        for chunk in in_chunks(IMAGES):
            time.sleep(0.1)
            yield chunk

    time.sleep(max(0.0, started - time.time()))
    check(cached(Source("", 1, lambda: contents(chunks())), "set", cache_dir))


def test_several_processes_decode_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    started = time.time() + 0.2
    processes = [
        context.Process(target=build_slowly, args=(tmp_path / "cache", tmp_path / "log", started)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 4
    assert len((tmp_path / "log").read_text().split()) == 1


def test_a_kill_before_the_rename_loses_nothing_but_time(
    tmp_path: Path, environment_without_data: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "suite.data", "name=digits", f"workspace={tmp_path}"]
    killed = subprocess.run(
        command, env={**environment_without_data, "SUITE_FAULT": "cache-written:1"}, capture_output=True, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert list((tmp_path / "cache").glob(f"{PARTIAL}*.digits-*"))
    assert not list((tmp_path / "cache").glob("digits-*"))
    again = subprocess.run(command, env=environment_without_data, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    assert "digits: 1,797 images of 32x32x1, 10 classes" in again.stdout
    assert not list((tmp_path / "cache").glob(f"{PARTIAL}*.digits-*"))
