"""Training from a map beside training from the device: the file, who is timed, and the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suite.bench.contestants.job import Job
from suite.bench.mapped import CHUNK, entries, table, write_map
from suite.bench.rounds import Entry, Measured
from suite.core.refusals import Refusal


def test_a_map_of_random_images_is_written_whole(tmp_path: Path) -> None:
    taken = write_map(tmp_path / "images.npy", CHUNK + 3, 8)
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert images.shape == (CHUNK + 3, 8, 8, 3)
    assert images.dtype == np.uint8
    assert taken == (tmp_path / "images.npy").stat().st_size
    assert len({image.tobytes() for image in images}) == CHUNK + 3


def test_the_same_job_is_timed_from_the_device_and_from_the_map(tmp_path: Path) -> None:
    job = Job("resnet8", size=64)
    (tmp_path / "cgroup.procs").touch()
    device, mapped = entries(job, tmp_path / "images.npy", tmp_path)
    assert device.job == job
    assert (mapped.job.map, mapped.group) == (str(tmp_path / "images.npy"), str(tmp_path))
    with pytest.raises(Refusal, match="is no control group"):
        entries(job, tmp_path / "images.npy", tmp_path / "nowhere")


def test_the_ratio_is_that_of_each_round(tmp_path: Path) -> None:
    """The machine is half as fast in the second round: that is no matter."""
    (tmp_path / "memory.max").write_text("1258291200\n")
    (tmp_path / "memory.peak").write_text("1048576\n")
    both = [
        Measured(Entry("device", "suite_loop", Job("resnet8")), [10.0, 5.0, 10.0]),
        Measured(Entry("map", "suite_loop", Job("resnet8")), [9.6, 4.8, 9.6]),
    ]
    found = table([both], 64, 2**31, tmp_path)
    assert [row[-1] for row in found.rows] == ["1.000", "0.960"]
    assert found.notes[:2] == [
        "the map has 2,048 MiB",
        "its process has a memory limit of 1,200 MiB, pages of files included, and took up to 1 MiB",
    ]


@pytest.mark.slow
def test_a_map_is_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from suite.bench.__main__ import main

    monkeypatch.chdir(tmp_path)
    assert main(["map=true", "architectures=[lenet5]", "size=32", "images=3000", "rounds=3", "seconds=1"]) == 0
    shown = capsys.readouterr().out
    assert "the map has 9 MiB" in shown
    assert not list(tmp_path.iterdir())
