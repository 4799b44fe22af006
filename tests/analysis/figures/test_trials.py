from __future__ import annotations

import xml.etree.ElementTree as ET

from suite.analysis.figures import trials
from suite.analysis.figures.trials import Trial

TRIED = [
    Trial("a", 5.0, "completed", True, {"learning_rate": 0.1, "momentum": 0.9, "optimizer": "sgd", "warmup": 0.0}),
    Trial("a", 7.0, "completed", False, {"learning_rate": 0.01, "momentum": 0.8, "optimizer": "sgd", "warmup": 0.0}),
    Trial("a", 9.0, "pruned", False, {"learning_rate": 1.0, "momentum": 0.5, "optimizer": "adamw", "warmup": 0.0}),
]


def texts(svg: str, tag: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(svg).iter() if element.tag.endswith(tag)]


def test_each_trial_says_what_it_tried() -> None:
    svg = trials.draw_trials(TRIED)
    assert texts(svg, "title")[0] == "a, selected: 5.00% with learning_rate 0.1, momentum 0.9, optimizer sgd, warmup 0"
    assert len(texts(svg, "title")) == 3
    assert svg == trials.draw_trials(TRIED)
    assert trials.chosen(TRIED).startswith("3 trials. a, selected: 5.00%")
    assert trials.chosen(TRIED[2:]) == "1 trials, none of them selected."


def test_lines_go_over_the_numbers_that_trials_differ_in() -> None:
    assert trials.searched(TRIED) == ["learning_rate", "momentum"]
    svg = trials.draw_parallel(TRIED)
    shown = texts(svg, "text")
    assert {"learning rate", "momentum", "validation error [%]", "0.01", "1", "0.5", "0.9", "5", "9"} <= set(shown)
    assert len(texts(svg, "title")) == 3
    assert svg == trials.draw_parallel(TRIED)
