"""What is asked of other processes: whether options fit an image, and what other packages' options are."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import pytest

from suite.models import certainly_builds, facts, refusals
from suite.models.facts import golden
from suite.models.probing import refusal

from .conftest import QUICK


@pytest.mark.parametrize(
    ("name", "options", "certain"),
    [
        ("resnet20", {}, True),
        ("resnet20", {"width": 0.5, "skip": False, "shortcut": "B"}, True),
        ("convnext_tiny", {"drop_path": 0.1, "form": "small"}, True),
        ("resnet20", {"drop_path": 0.1, "drop_block": 0.1, "skip": True}, True),
        ("resnet20", {"drop_path": 0.1, "skip": False}, False),
        ("resnet20", {"drop_block": 0.1, "block_size": 0}, False),
        ("inception_v3", {"form": "large"}, False),
        ("vit_ti16", {"patch_size": 4}, False),
        ("resnet50", {"pretrained": "imagenet"}, False),
        ("their_net", {}, False),
    ],
)
def test_only_what_may_not_fit_has_to_be_tried(name: str, options: dict, certain: bool) -> None:
    assert certainly_builds(name, options) is certain


def test_what_an_image_does_not_fit_is_known_without_training() -> None:
    asked = [
        ("vit_ti16", (32, 32, 3), 10, {"patch_size": 64}),
        ("vit_ti16", (32, 32, 3), 10, {"patch_size": 8}),
        ("inception_v3", (32, 32, 3), 10, {"form": "large"}),
        ("resnet50", (32, 32, 1), 10, {"pretrained": "imagenet"}),
        ("resnet50", (32, 32, 3), 10, {"pretrained": "imagenet"}),
        ("their_net", (32, 32, 3), 10, {}),
    ]
    too_large, fits, large, grey, small, unknown = (refusal(*net) for net in asked)
    assert "a patch_size of 64 is larger than the image" in too_large
    assert fits is None
    assert "form=large of inception_v3 needs images of at least 75x75 pixels, not 32x32" in large
    assert "is for colour images, and these have 1 channel" in grey
    assert "enlarge them to 96 pixels or set form=large" in small
    assert "unknown architecture 'their_net'" in unknown
    keras.backend.clear_session()


@pytest.mark.slow
def test_another_process_answers_for_each_net() -> None:
    asked = [("their_net", (32, 32, 3), 10, {}), ("lenet5", (32, 32, 3), 10, {})]
    first, second = refusals(asked, "tensorflow")
    assert first
    assert first.startswith("unknown architecture 'their_net'")
    assert second is None
    broken: Any = [("lenet5",)]
    assert refusals(broken, "tensorflow") == [None], "where trying breaks down the runs will tell"


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_what_certainly_builds_does(name: str) -> None:
    """On the smallest image, a tenth as wide, with each switch and each choice."""
    least, kinds = facts(name)["min_size"], golden.lines()[name]["options"]
    choices = {option: kind if isinstance(kind, list) else [True, False] for option, kind in kinds.items()
               if isinstance(kind, list) or kind == "bool"}  # fmt: skip
    tried = [{"width": 0.01}, *({option: value} for option, values in choices.items() for value in values)]
    for options in filter(partial(certainly_builds, name), tried):
        assert refusal(name, (least, least, 1), 3, {"width": 0.1, **options}) is None
        keras.backend.clear_session()
