from __future__ import annotations

from suite.analysis.folder.collect import facts
from suite.analysis.table import literature


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
    found, ensemble = literature.errors(known, "imagenet", "top5")
    assert (round(found.error, 6), found.condition, found.source) == (0.0671, "10-crop, val", "B")
    assert ensemble.condition == "ensemble, 6 networks"
    assert literature.errors(known, "mnist", "top1") == []


def test_several_networks_are_said_to_be_several() -> None:
    entry = {"dataset": "imagenet", "top5_error": 15.3, "condition": "averaged", "models": 7, "split": "test"}
    (found,) = literature.errors({"published": {"errors": [entry]}}, "imagenet", "top5")
    assert found.condition == "averaged, 7 networks, test"


def test_parameter_counts_as_their_source_writes_them() -> None:
    assert literature.parameters({"published": {"params": 138357544, "params_text": "138M"}}) == "138M"
    assert literature.parameters({"published": {"params": 138357544}}) == "138,357,544"
    assert literature.parameters({"name": "somebody_elses_net"}) == ""


def test_the_lineage_has_what_a_report_shows() -> None:
    lenet, distorted, *_ = literature.errors(facts("lenet5", {}), "mnist", "top1")
    assert round(lenet.error, 6) == 0.0095
    assert "no distortions" in lenet.condition
    assert round(distorted.error, 6) == 0.008
    vgg = literature.errors(facts("vgg16", {}), literature.IMAGENET, "top5")[0]
    assert "1-crop" in vgg.condition
    assert vgg.source
    assert round(literature.errors(facts("resnet20", {}), "cifar10", "top1")[0].error, 6) == 0.0875


def test_a_quotation_about_two_of_a_reports_architectures_is_there_once() -> None:
    entry = {"architectures": ["resnet50", "vgg16", "vgg19"], "quoted": "A.", "really": "B.", "source": "C"}
    known: dict[str, dict[str, object]] = {
        "resnet50": {"errata": [entry]},
        "vgg16": {"errata": [entry, {**entry, "architectures": ["vgg16"], "quoted": "D."}]},
        "mlp": {"errata": []},
        "collected_before_there_were_errata": {"name": "lenet5"},
    }
    both, one = literature.errata(known)
    assert both == literature.Erratum(("resnet50", "vgg16"), "A.", "B.", "C")
    assert (one.architectures, one.quoted) == (("vgg16",), "D.")
    assert literature.errata({}) == []
