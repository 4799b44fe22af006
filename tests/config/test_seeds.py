from __future__ import annotations

from typing import Any

import pytest

from suite.config.seeds import seeds_from
from suite.core.refusals import Refusal
from tests.config.conftest import Write

MLP = "candidates: {mlp: {architecture: mlp}}"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (5, (5, None)),
        ("auto", (3, 10)),
        ({"most": 6}, (3, 6)),
        ({"auto": True}, (3, 10)),
        ({"auto": True, "most": 4}, (3, 4)),
    ],
)
def test_a_number_or_as_many_as_it_takes(value: Any, found: tuple[int, int | None]) -> None:
    assert seeds_from(value) == found


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("often", "a whole number, auto, or"),
        (0, "at least 1"),
        ({"most": 3}, "seeds.most=3: expected a whole number of at least 4"),
        ({"auto": False}, "typed as seeds=5"),
        ({"mots": 5}, "unknown key of seeds"),
    ],
)
def test_what_is_neither_is_refused(value: Any, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        seeds_from(value)


@pytest.mark.parametrize("typed", ["seeds=auto", "seeds={most: 6}", "seeds.most=6", "seeds=4"])
@pytest.mark.parametrize("of_study", ["", "seeds: 4\n", "seeds: auto\n", "seeds: {most: 8}\n"])
def test_the_command_line_wins_in_every_form(written: Write, of_study: str, typed: str) -> None:
    study = written(f"{of_study}{MLP}", typed)
    assert (study.seeds, study.most_seeds) == {"seeds=auto": (3, 10), "seeds=4": (4, None)}.get(typed, (3, 6))
