from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite.data.contents import (
    TEST,
    TRAIN,
    Contents,
    content_hash,
    duplicates_note,
    image_digests,
    images_hash,
    in_chunks,
)  # fmt: skip
from suite.data.targets import Targets

IMAGES = np.arange(5 * 4 * 4 * 3, dtype=np.uint8).reshape(5, 4, 4, 3)
CONTENTS = Contents(
    shape=IMAGES.shape,
    chunks=(),
    targets=Targets.of_labels([0, 1, 0, 1, 1]),
    part=np.array([TRAIN, TRAIN, TRAIN, TEST, TEST], np.uint8),
    class_names=("a", "bc"),
    notes=(),
    checksum="",
)


def changed(what: str) -> tuple[Contents, np.ndarray]:
    images = IMAGES.copy()
    if what == "pixel":
        images[4, 3, 3, 2] += 1
    variants = {
        "labels": replace(CONTENTS, targets=Targets.of_labels([0, 1, 0, 1, 0])),
        "part": replace(CONTENTS, part=np.array([TRAIN, TRAIN, TEST, TEST, TEST], np.uint8)),
        "class names": replace(CONTENTS, class_names=("ab", "c")),
        "shape": replace(CONTENTS, shape=(5, 3, 4, 4)),
    }
    return variants.get(what, CONTENTS), images


@pytest.mark.parametrize("what", ["pixel", "labels", "part", "class names", "shape"])
def test_whatever_makes_another_set_makes_another_hash(what: str) -> None:
    contents, images = changed(what)
    assert content_hash(contents, image_digests(images)) != content_hash(CONTENTS, image_digests(IMAGES))


def test_the_hash_depends_on_nothing_else() -> None:
    same = replace(
        CONTENTS, notes=("a note",), checksum="other", targets=Targets({"label": CONTENTS.labels.astype(">i4")})
    )
    reference = content_hash(CONTENTS, image_digests(IMAGES))
    assert content_hash(same, image_digests(np.asfortranarray(IMAGES))) == reference
    assert reference == "0361db3880c896d3b892658d8a19fbad", "must never change: runs are told apart by it"


def test_targets_besides_labels_are_part_of_the_hash() -> None:
    digests, boxes = image_digests(IMAGES), np.arange(20, dtype=np.float32).reshape(5, 4)
    labels = {"label": CONTENTS.labels}
    hashes = [content_hash(CONTENTS, digests)]
    for others in ({"boxes": boxes}, {"boxes": boxes + 1}, {"box": boxes}, {"boxes": boxes.reshape(5, 2, 2)}):
        hashes.append(content_hash(replace(CONTENTS, targets=Targets(labels | others)), digests))
    assert len(set(hashes)) == 5
    big_endian = Targets(labels | {"boxes": boxes.astype(">f4")})
    assert content_hash(replace(CONTENTS, targets=big_endian), digests) == hashes[1]


def test_a_hash_of_images_is_one_of_pixels_targets_shape_and_order() -> None:
    targets, digests = CONTENTS.targets, image_digests(IMAGES)
    reference = images_hash((4, 4, 3), digests, targets)
    assert len(reference) == 32
    assert images_hash((4, 4, 3), image_digests(changed("pixel")[1]), targets) != reference
    assert images_hash((4, 4, 3), digests, changed("labels")[0].targets) != reference
    assert images_hash((3, 4, 4), digests, targets) != reference
    order = np.array([4, 0, 1, 2, 3])
    assert images_hash((4, 4, 3), digests[order], targets.take(order)) != reference


def test_chunks_are_the_images_in_order() -> None:
    images = np.arange(2500, dtype=np.uint8).reshape(2500, 1, 1, 1)
    chunks = list(in_chunks(images))
    assert [len(chunk) for chunk in chunks] == [1024, 1024, 452]
    np.testing.assert_array_equal(np.concatenate(chunks), images)


def test_test_images_that_stand_in_training_are_counted() -> None:
    digests = image_digests(IMAGES[[0, 1, 2, 1, 3]])
    assert duplicates_note(digests, CONTENTS.part) == (
        "1 of 2 test images has an exact copy among the training or validation images",
    )
    assert duplicates_note(image_digests(IMAGES), CONTENTS.part) == ()
