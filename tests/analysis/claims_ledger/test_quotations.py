from __future__ import annotations

import pytest

from suite.analysis.claims_ledger.quotations import MISQUOTED, PROVEN, REFUTED, agrees, compare
from suite.core.refusals import Refusal


@pytest.mark.parametrize(
    ("value", "quoted", "same"),
    [
        (138_357_544, "138M", True),
        (25_557_032, "25.6M", True),
        (25_557_032, "26M", True),
        (25_557_032, "25M", True),  # cut
        (25_557_032, "24M", False),
        (60_965_224, "61M", True),
        (60_965_224, "60M", True),
        (61_706, "60K", False),
        (61_706, "61.7K", True),
        (6_998_552, "6.8M", False),
        (15_227_688, "7M", False),
        (5.25, "5.3%", True),
        (5.25, "5.2%", True),
        (7.2, "7.3%", False),
        (15.4, "15.3%", False),
        (101, "100", False),
    ],
)
def test_a_figure_is_rounded_or_cut(value: float, quoted: str, same: bool) -> None:
    assert agrees(value, quoted) is same


@pytest.mark.parametrize(
    ("quotation", "verdict", "said"),
    [
        ({"of": "vgg16", "year": 2014, "depth": 16, "parameters": "138M"}, PROVEN, "138,357,544 parameters"),
        ({"of": "vgg16", "year": 2014, "depth": 17}, REFUTED, "vgg16: first seen in 2014, ICLR 2015; 16 layers"),
        ({"of": "vgg16", "parameters": "139M"}, REFUTED, "138,357,544"),
        ({"of": "lenet5", "parameters": "60K"}, PROVEN, "61,706 as built, 60,000 as published parameters"),
        ({"of": "densenet121", "year": 2017}, PROVEN, "first seen in 2016, CVPR 2017"),
        ({"of": "densenet121", "year": 2018}, REFUTED, "2016"),
        ({"of": "resnet50", "top5_error": "5.3%"}, PROVEN, "5.25% (single model, multi-scale; val"),
        ({"of": "resnet50", "top5_error": "3.57%"}, REFUTED, "none published is 3.57%; 7.8% (1-crop"),
        ({"of": "vgg16", "top5_error": "7.3%"}, MISQUOTED, "7 nets (C+D+E), dense; test"),
        ({"of": "vgg16", "top5_error": "7.3%", "entry": True}, PROVEN, "7 nets"),
        ({"of": "vgg16", "top5_error": "9.9%"}, PROVEN, "1-crop"),
        ({"of": "efficientnet_b7", "top1_accuracy": "84.3%"}, PROVEN, "84.3% (1-crop, 600 pixels, later version"),
        ({"of": "vgg16", "top5_error": "7.3%", "depth": 17}, REFUTED, "16 layers"),
    ],
)
def test_a_quotation_is_held_against_what_is_recorded(quotation: dict, verdict: str, said: str) -> None:
    found = compare(quotation)
    assert found.verdict == verdict
    assert said in found.said


@pytest.mark.parametrize(
    ("quotation", "said"),
    [
        ({"of": "vgg17", "depth": 17}, "vgg17"),
        ({"of": "vgg16"}, "quotes no figure"),
        ({"of": "vgg16", "deph": 16}, "deph"),
        ({"of": "vgg16", "parameters": "many"}, "'many' is no figure"),
        ({"of": "mlp", "top5_error": "5%"}, "nothing is recorded of mlp's top5_error"),
    ],
)
def test_what_cannot_be_compared_is_refused(quotation: dict, said: str) -> None:
    with pytest.raises((Refusal, ValueError), match=said):
        compare(quotation)
