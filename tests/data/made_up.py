"""Small trees of pictures, and the named sets in their publishers' layouts with made-up pixels."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from suite.data.sources.cifar import Cifar


def picture(path: Path, colour: object = (200, 30, 40), size: tuple[int, int] = (16, 16), mode: str = "RGB") -> Path:
    """One picture of one colour, in the format that its suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)  # type: ignore[arg-type]
    return path


def class_tree(root: Path, counts: Mapping[str, int]) -> Path:
    """`counts[class folder]` different pictures in each; a class folder may be a path such as train/cat."""
    for number, (folder, count) in enumerate(counts.items()):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            picture(root / folder / f"{k}.png", (20 * number, k, 7))
    return root


def write_cifar(folder: Path, known: Cifar, seed: int = 0) -> Path:
    """A whole CIFAR set in its publisher's layout, with random pixels and balanced labels."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    for names, count in ((known.train, 50_000), (known.test, 10_000)):
        each = count // len(names)
        for name in names:
            batch: dict[bytes, object] = {
                known.label_key: random.permutation(np.arange(each) % known.classes).tolist(),
                b"data": np.frombuffer(random.bytes(each * 3072), np.uint8).reshape(each, 3072),
            }
            if known.name == "cifar100":
                batch[b"coarse_labels"] = random.permutation(np.arange(each) % 20).tolist()
            (folder / name).write_bytes(pickle.dumps(batch, protocol=4))
    (meta,) = known.meta
    names_of = {known.names_key: [f"class {k}".encode() for k in range(known.classes)]}
    names_of[b"coarse_label_names"] = [f"coarse {k}".encode() for k in range(20)]
    (folder / meta).write_bytes(pickle.dumps(names_of, protocol=4))
    return folder


def write_cifar_binary(folder: Path, source: Path, known: Cifar) -> Path:
    """The binary version of a set that `write_cifar` wrote, as its publisher describes it."""
    folder.mkdir(parents=True)
    for name in (*known.train, *known.test):
        batch = pickle.loads((source / name).read_bytes())
        labels = [batch[known.label_key]]
        if known.name == "cifar100":
            labels.insert(0, batch[b"coarse_labels"])
        rows = np.concatenate([np.array(labels, np.uint8).T, batch[b"data"]], axis=1)
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    if known.name == "cifar10":
        (folder / "batches.meta.txt").write_text("".join(f"class-{k}\n" for k in range(10)) + "\n")
    else:
        (folder / "fine_label_names.txt").write_text("".join(f"class-{k}\n" for k in range(100)))
        (folder / "coarse_label_names.txt").write_text("".join(f"coarse-{k}\n" for k in range(20)))
    return folder


def mnist_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """The four arrays of an MNIST-like set with random pixels, by their names in Keras' archive."""
    random = np.random.default_rng(seed)
    arrays = {}
    for part, count in (("train", 60_000), ("test", 10_000)):
        arrays[f"x_{part}"] = np.frombuffer(random.bytes(count * 784), np.uint8).reshape(count, 28, 28)
        arrays[f"y_{part}"] = random.permutation(np.arange(count, dtype=np.uint8) % 10)
    return arrays
