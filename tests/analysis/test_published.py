from __future__ import annotations

from suite.analysis import published
from suite.analysis.collect import facts


def test_the_first_error_of_a_data_set_is_quoted_with_condition_and_source() -> None:
    known = {
        "published": {
            "errors": [
                {"dataset": "imagenet", "top1_error": 24.7, "condition": "1-crop", "models": 1, "source": "A"},
                {"dataset": "imagenet", "top5_error": 6.71, "condition": "10-crop", "split": "val", "source": "B"},
                {"dataset": "imagenet", "top5_error": 3.57, "condition": "ensemble", "models": 6, "source": "C"},
            ]
        }
    }
    found = published.error(known, "imagenet", "top5")
    assert found is not None
    assert (round(found.error, 6), found.condition, found.source) == (0.0671, "10-crop, val", "B")
    assert published.error(known, "mnist", "top1") is None


def test_several_networks_are_said_to_be_several() -> None:
    entry = {"dataset": "imagenet", "top5_error": 15.3, "condition": "averaged", "models": 7, "split": "test"}
    found = published.error({"published": {"errors": [entry]}}, "imagenet", "top5")
    assert found is not None
    assert found.condition == "averaged, 7 networks, test"


def test_parameter_counts_as_their_source_writes_them() -> None:
    assert published.parameters({"published": {"params": 138357544, "params_text": "138M"}}) == "138M"
    assert published.parameters({"published": {"params": 138357544}}) == "138,357,544"
    assert published.parameters({"name": "somebody_elses_net"}) == ""


def test_the_lineage_has_what_a_report_shows() -> None:
    lenet = published.error(facts("lenet5"), "mnist", "top1")
    assert lenet is not None
    assert round(lenet.error, 6) == 0.0095
    assert "no distortions" in lenet.condition
    vgg = published.error(facts("vgg16"), published.IMAGENET, "top5")
    assert vgg is not None
    assert "1-crop" in vgg.condition
    assert vgg.source
    resnet = published.error(facts("resnet20"), "cifar10", "top1")
    assert resnet is not None
    assert round(resnet.error, 6) == 0.0875
