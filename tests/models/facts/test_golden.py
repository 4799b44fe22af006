"""The golden numbers: reading, estimating, writing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from suite.models.facts import golden


def test_counts_are_found_at_exactly_their_shape() -> None:
    found = golden.counts("resnet50", (224, 224, 3), 1000)
    assert found is not None
    assert (found["trainable_params"], found["params"]) == (25_557_032, 25_610_152)
    assert golden.counts("resnet50", (224, 224, 3), 10) is None


@pytest.mark.parametrize(
    ("name", "shape", "classes", "trainable"),
    [
        ("mlp", (32, 32, 3), 10, 820_874),
        ("article_cnn", (32, 32, 3), 10, 620_810),
        ("simple_cnn", (32, 32, 3), 10, 1_147_914),
        ("exercise_cnn", (32, 32, 3), 10, 1_070_986),
        ("lenet5", (32, 32, 1), 10, 61_706),
        ("lenet5", (32, 32, 3), 10, 62_006),
        ("alexnet", (224, 224, 3), 1000, 61_100_840),
        ("alexnet", (32, 32, 3), 10, 2_472_266),
        ("vgg11", (224, 224, 3), 1000, 132_863_336),
        ("vgg13", (224, 224, 3), 1000, 133_047_848),
        ("vgg16", (224, 224, 3), 1000, 138_357_544),
        ("vgg19", (224, 224, 3), 1000, 143_667_240),
        ("vgg11_bn", (224, 224, 3), 1000, 132_868_840),
        ("vgg13_bn", (224, 224, 3), 1000, 133_053_736),
        ("vgg16_bn", (224, 224, 3), 1000, 138_365_992),
        ("vgg19_bn", (224, 224, 3), 1000, 143_678_248),
        ("vgg16_bn", (32, 32, 3), 10, 14_728_266),
        ("vgg19_bn", (32, 32, 3), 10, 20_040_522),
        ("resnet18", (224, 224, 3), 1000, 11_689_512),
        ("resnet34", (224, 224, 3), 1000, 21_797_672),
        ("resnet50", (224, 224, 3), 1000, 25_557_032),
        ("resnet101", (224, 224, 3), 1000, 44_549_160),
        ("resnet152", (224, 224, 3), 1000, 60_192_808),
        ("resnet18", (32, 32, 3), 10, 11_173_962),
        ("resnet50", (32, 32, 3), 10, 23_520_842),
        ("resnet101", (32, 32, 3), 10, 42_512_970),
        ("resnet20", (32, 32, 3), 10, 269_722),
        ("resnet32", (32, 32, 3), 10, 464_154),
        ("resnet44", (32, 32, 3), 10, 658_586),
        ("resnet56", (32, 32, 3), 10, 853_018),
        ("resnet110", (32, 32, 3), 10, 1_727_962),
        ("plain56", (32, 32, 3), 10, 853_018),
        ("alexnet_grouped", (227, 227, 3), 1000, 60_965_224),
        ("googlenet", (224, 224, 3), 1000, 6_998_552),
        ("preact_resnet18", (32, 32, 3), 10, 11_171_146),
        ("densenet121", (32, 32, 3), 10, 6_956_298),
        ("vit_b16", (224, 224, 3), 1000, 86_567_656),
        ("swin_tiny", (224, 224, 3), 1000, 28_288_354),
        ("coatnet0", (224, 224, 3), 1000, 25_036_820),
    ],
)
def test_pinned_counts_are_those_of_papers_and_well_known_implementations(name, shape, classes, trainable) -> None:
    pinned = golden.counts(name, shape, classes)
    assert pinned is not None
    assert pinned["trainable_params"] == trainable


@pytest.mark.parametrize(
    ("name", "shape", "classes", "giga"),
    [  # torchvision's _ops of the weights, and published reports for CIFAR
        ("alexnet", (224, 224, 3), 1000, 0.714),
        ("vgg16", (224, 224, 3), 1000, 15.47),
        ("vgg19", (224, 224, 3), 1000, 19.632),
        ("resnet18", (224, 224, 3), 1000, 1.814),
        ("resnet34", (224, 224, 3), 1000, 3.664),
        ("resnet50", (224, 224, 3), 1000, 4.089),
        ("resnet101", (224, 224, 3), 1000, 7.801),
        ("resnet152", (224, 224, 3), 1000, 11.514),
        ("resnet20", (32, 32, 3), 10, 0.041),
        ("lenet5", (32, 32, 1), 10, 0.000417),
        ("densenet121", (224, 224, 3), 1000, 2.834),
        ("efficientnet_b0", (224, 224, 3), 1000, 0.386),
        ("efficientnet_b5", (456, 456, 3), 1000, 10.266),
        ("efficientnetv2_s", (384, 384, 3), 1000, 8.366),
        ("mobilenet_v2", (224, 224, 3), 1000, 0.301),
        ("mobilenet_v3_large", (224, 224, 3), 1000, 0.217),
        ("shufflenet_v2", (224, 224, 3), 1000, 0.145),
        ("inception_v3", (299, 299, 3), 1000, 5.713),
        ("regnety_400mf", (224, 224, 3), 1000, 0.402),
        ("vit_b16", (224, 224, 3), 1000, 17.564),
        ("vit_b32", (224, 224, 3), 1000, 4.409),
        ("vit_l16", (224, 224, 3), 1000, 61.555),
        ("swin_tiny", (224, 224, 3), 1000, 4.491),
        ("swin_base", (224, 224, 3), 1000, 15.431),
        ("convnext_tiny", (224, 224, 3), 1000, 4.456),
        ("convnext_base", (224, 224, 3), 1000, 15.355),
        # the authors' own figures
        ("densenet_bc_190_40", (32, 32, 3), 10, 9.3),
        ("nasnet_mobile", (224, 224, 3), 1000, 0.564),
        ("nasnet_large", (331, 331, 3), 1000, 23.8),
        ("mobilenet_v1", (224, 224, 3), 1000, 0.569),
        ("ghostnet", (224, 224, 3), 1000, 0.141),
        ("xception", (299, 299, 3), 1000, 8.4),
    ],
)
def test_pinned_multiply_adds_are_the_published_ones(name, shape, classes, giga) -> None:
    pinned = golden.counts(name, shape, classes)
    assert pinned is not None
    digits = len(str(giga).split(".")[1])
    assert round(pinned["macs"] / 1e9, digits) == giga


def line(name: str, year: int | None, family: str = "F") -> dict:
    counted = {"params": 1, "trainable_params": 1, "macs": 1100, "first_macs": 100}
    return {"name": name, "year": year, "family": family,
            "counts": [{"input_shape": [32, 32, 3], "num_classes": 10, **counted}]}  # fmt: skip


def test_estimates_scale_the_first_layer_once_and_the_others_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "lines", lambda: {"net": line("net", 2000)})
    assert golden.estimate("net", (32, 32, 3), 1.0, "auto") == 1100
    assert golden.estimate("net", (32, 32, 3), 0.5, "auto") == 100 * 0.5 + 1000 * 0.25
    assert golden.estimate("net", (16, 16, 1), 1.0, "auto") == pytest.approx((100 / 3 + 1000) / 4)


def test_an_estimate_starts_from_the_pinned_form(monkeypatch: pytest.MonkeyPatch) -> None:
    net = line("net", 2000)
    large = {**net["counts"][0], "input_shape": [224, 224, 3], "first_macs": 0, "macs": 49.0}
    monkeypatch.setattr(golden, "lines", lambda: {"net": {**net, "counts": [large, *net["counts"]]}})
    assert golden.estimate("net", (32, 32, 3), 1.0, "large") == pytest.approx(1.0)
    assert golden.estimate("net", (112, 112, 3), 1.0, "auto") == pytest.approx(49 / 4)


def test_writing_keeps_other_lines_and_orders_by_year_family_and_number(tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    golden.write({n: line(n, y) for n, y in [("b101", 2015), ("b18_x", 2015), ("b18", 2015), ("a", None)]}, path, True)
    assert [json.loads(text)["name"] for text in path.read_text().splitlines()] == ["a", "b18", "b18_x", "b101"]
    golden.write({"zzz": line("zzz", 1900)}, path)
    written = [json.loads(text)["name"] for text in path.read_text().splitlines()]
    assert set(written) == {*golden.lines(), "zzz"}


def test_the_file_is_as_the_writer_writes_it(tmp_path: Path) -> None:
    shipped = Path(golden.__file__).with_name(golden.FILE).read_text()
    assert golden.write({}, tmp_path / "copy.jsonl").read_text() == shipped


def test_a_pinned_speed_stays_when_counts_are_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "lines", cache(lambda: {"net": line("net", 2000) | {golden.SPEED: 7.0}}))
    path = golden.write({"net": line("net", 2001)}, tmp_path / "golden.jsonl")
    (written,) = map(json.loads, path.read_text().splitlines())
    assert (written["year"], written[golden.SPEED]) == (2001, 7.0)


def test_a_familys_speed_is_that_of_its_smallest(monkeypatch: pytest.MonkeyPatch) -> None:
    big = line("big", 2000)
    big["counts"][0]["macs"] = 5000
    monkeypatch.setattr(golden, "lines", lambda: {"big": big, "small": line("small", 2000) | {golden.SPEED: 3.0}})
    assert golden.smallest_of_families() == {"F": "small"}
    assert golden.training_speed("big") == golden.training_speed("small") == 3.0 * 1100
    assert golden.training_speed("their_net") is None


def test_every_familys_speed_is_pinned() -> None:
    assert all(golden.training_speed(name) for name in golden.lines())
