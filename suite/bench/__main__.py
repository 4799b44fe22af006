"""How fast the suite trains, beside other ways to train the same network, or with one augmentation beside another, or
from a disk beside from memory.

    python -m suite.bench [architectures=[NAME,...]] [precision=[float32,mixed_bfloat16]] [without=[torch,fit]]
    python -m suite.bench policies=true [architectures=[resnet20]]
    python -m suite.bench map=true [architectures=[resnet20]] [size=64] [images=20000] [cgroup=DIR]

The first form: the suite's own loop with flips and shifted crops, plain `keras.Model.fit` with Keras' own layers, and
PyTorch where it is installed and has the network, each in every precision; and how much of a large matrix product's
speed the suite's step reaches. The second: the suite's loop with each augmentation policy against none. The third: the
suite's loop on the memory map of a file, as it trains on sets larger than memory, against images on the device.

  rounds=5           how often each is timed; they take turns, so that what else the machine does strikes all alike
  seconds=5          about how long each is timed in a round
  size=32            side of the images, in pixels
  batch_size=128     images of a step
  threads=N          of the processor (default: all cores)
  images=N           with map=true: how many random images the file has, in the current folder while it is needed
  cgroup=DIR         with map=true: the control group, made before, whose memory limit the map's process has
  folder=DIR         writes bench.json, bench.md and bench.svg there

Medians of the rounds, with the spread of their middle half. Tracing and compiling are not counted.
Exit: 0 done; 2 refused.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from suite.bench import mapped
from suite.bench.contestants.job import Job
from suite.bench.policies import POLICIES
from suite.bench.rounds import Entry, Measured, compare
from suite.bench.tables import Table, policy_table, side_by_side, write
from suite.commandline import DONE, boolean, enter, name_list, parse, whole_number
from suite.core.hardware import cores
from suite.core.refusals import unknown
from suite.executors.local import worker_environment

ARCHITECTURES: Mapping[str, Mapping[str, object]] = {
    "lenet5": {}, "resnet20": {}, "vgg16_bn": {}, "densenet_bc_100_12": {}, "mobilenet_v2": {}, "efficientnet_b0": {},
    "vit_ti16": {}, "convnext_tiny": {"width": 0.2},
}  # fmt: skip
"""What is timed where nothing is named, with options."""
PRECISIONS = ("float32", "mixed_bfloat16")
OTHERS = ("fit", "torch")
TORCH = ("resnet20", "vgg16_bn", "mobilenet_v2", "vit_ti16")

KEYS = {
    "architectures": name_list, "precision": name_list, "without": name_list, "policies": boolean,
    "rounds": lambda text: whole_number(text, 3), "seconds": lambda text: whole_number(text, 1),
    "size": lambda text: whole_number(text, 8), "batch_size": lambda text: whole_number(text, 1),
    "threads": lambda text: whole_number(text, 1), "folder": Path, "map": boolean, "cgroup": Path,
    "images": lambda text: whole_number(text, 1),
}  # fmt: skip


def main(arguments: list[str]) -> int:
    values = parse(arguments, KEYS)
    policies, from_map = bool(values.get("policies")), bool(values.get("map"))
    alone = policies or from_map
    names = _known("architecture", values.get("architectures", ["resnet20"] if alone else [*ARCHITECTURES]), None)
    precisions = _known("precision", values.get("precision", ["float32"] if alone else [*PRECISIONS]), PRECISIONS)
    without = _known("contestant", values.get("without", []), OTHERS)
    size, batch_size = values.get("size", 64 if from_map else 32), values.get("batch_size", 128)
    assert isinstance(size, int)
    assert isinstance(batch_size, int)
    threads = values.get("threads", cores())
    assert isinstance(threads, int)
    options = {} if "architectures" in values else ARCHITECTURES
    jobs = [Job(name, options.get(name, {}), size=size, batch_size=batch_size) for name in names]

    def timed(entries: list[Entry]) -> list[Measured]:
        return compare(
            entries, int(str(values.get("rounds", 5))), float(str(values.get("seconds", 5))),
            lambda backend: worker_environment(backend, threads), lambda text: print(text, file=sys.stderr),
        )  # fmt: skip

    if from_map:
        found, table = _from_a_map(jobs, precisions[0], values, timed)
    elif policies:
        found = [timed(_policies(job, precisions[0])) for job in jobs]
        table = policy_table(found)
    else:
        found = [timed(_contestants(job, precisions, without)) for job in jobs]
        table = side_by_side(found)
    print(table.text)
    folder = values.get("folder")
    if isinstance(folder, Path):
        write(folder, table, found, threads)
        print(f"\nwritten to {folder}")
    return DONE


def _known(what: str, names: object, valid: tuple[str, ...] | None) -> list[str]:
    assert isinstance(names, list)
    if valid is None:
        from suite import models

        valid = tuple(models.names())
    for name in names:
        if name not in valid:
            raise unknown(what, name, valid)
    return names


def _contestants(job: Job, precisions: list[str], without: list[str]) -> list[Entry]:
    """The suite in each precision, and what it is held against; the limits last."""
    entries = []
    for precision in precisions:
        timed = replace(job, precision=precision)
        entries.append(Entry(f"suite {precision}", "suite_loop", timed))
        if "fit" not in without:
            entries.append(Entry(f"fit {precision}", "keras_fit", timed))
        if "torch" not in without and job.architecture in TORCH and find_spec("torch"):
            entries.append(Entry(f"torch {precision}", "torch_peers", timed, "torch"))
        entries.append(Entry(f"limit {precision}", "matrix_product", timed))
    return entries


def _from_a_map(
    jobs: list[Job], precision: str, values: Mapping[str, object], timed: Callable[[list[Entry]], list[Measured]]
) -> tuple[list[list[Measured]], Table]:
    group, size = values.get("cgroup"), jobs[0].size
    assert group is None or isinstance(group, Path)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as folder:
        file = Path(folder) / "images.npy"
        taken = mapped.write_map(file, int(str(values.get("images", 20_000))), size)
        found = [timed(mapped.entries(replace(job, precision=precision), file, group)) for job in jobs]
        return found, mapped.table(found, size, taken, group)


def _policies(job: Job, precision: str) -> list[Entry]:
    return [
        Entry(name, "suite_loop", replace(job, recipe=recipe, precision=precision)) for name, recipe in POLICIES.items()
    ]


if __name__ == "__main__":
    sys.exit(enter(main, __doc__ or ""))
