"""`python -m suite.recipes`: every part and number that there is, and the recipes by name."""

from __future__ import annotations

import pytest

from suite.commandline import DONE, REFUSED, enter
from suite.config.files import recipe_header, recipe_names, recipe_values
from suite.core.refusals import Refusal
from suite.data.__main__ import main as data_main
from suite.recipes import HELP, everything, main
from suite.training.recipe import COMMON, parts
from suite.training.recipe.part import KINDS

PUBLISHED = {"he2015", "densenet", "rsb_a2", "rsb_a3", "deit_small_data", "airbench", "article", "lecun1998"}


def test_every_part_and_number_has_its_line() -> None:
    lines = everything()
    for kind in KINDS:
        for part in parts(kind).values():
            (start,) = (i for i, line in enumerate(lines) if line.startswith(f"  {part.name}: {part.summary}"))
            for offset, number in enumerate(part.numbers, start=1):
                line = lines[start + offset]
                assert line.split()[0] == number.name
                assert number.kind in line.split()
                assert number.meaning in line
            assert part.source in lines[start]
    assert {line.split()[0] for line in lines[1 : 1 + len(COMMON)]} == {number.name for number in COMMON}


def test_every_recipe_has_a_header_that_says_where_it_is_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(recipe_names()) >= PUBLISHED
    for name in recipe_names():
        assert enter(main, HELP, [f"name={name}"]) == DONE
        shown = capsys.readouterr().out
        assert recipe_header(name)
        assert all(line in shown for line in recipe_header(name))
        assert f"  {name} " in "\n".join(everything())
    for name in PUBLISHED - {"article"}:
        assert any(character.isdigit() for character in " ".join(recipe_header(name))), "a year or an address"


def test_a_published_recipe_says_what_deviates_and_what_to_expect() -> None:
    for name in PUBLISHED:
        header = " ".join(recipe_header(name))
        assert "Deviations: " in header, name
        assert "xpect" in header or "no expectation" in header, name


def test_deit_clips_no_gradients() -> None:
    """Its table 9, and its authors' code: `--clip-grad` is None."""
    assert "clip_norm" not in recipe_values("deit_small_data")


def test_a_number_with_its_range_and_what_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, HELP, []) == DONE
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "clip_norm 0.0 from 0 switched off at 0.0 largest norm of all gradients together; 0 is off" in lines
    assert any(line.startswith("shift_padding zero zero or reflect structural off at zero") for line in lines)


def test_a_misspelt_name_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, HELP, ["name=airbanch"]) == REFUSED
    assert "Did you mean 'airbench'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("mixup", ["augmentation", "mixup: Each image is mixed", "mixup 0.0"]),
        ("adamw", ["recipe.optimizer", "adamw: Adam", "learning_rate 0.001", "weight_decay 0.05"]),
        ("schedule", ["recipe.schedule", *(f"{part}: " for part in parts("schedules"))]),
        ("epochs", ["epochs 10"]),
    ],
)
def test_a_part_and_a_number_show_their_lines(name: str, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert enter(main, HELP, [f"name={name}"]) == DONE
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert all(any(line.startswith(wanted) for line in shown) for wanted in lines)
    assert len(shown) < len(everything()) / 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mixup", "mixup is no recipe, but a value of recipes: say {mixup: ...}; python -m suite.recipes name=mixup"),
        ("adamw", "adamw is no recipe, but a part of recipes: say {optimizer: adamw}; python -m suite.recipes name="),
        ("augmentation", "augment=augmentation: that is a study, and a sheet shows one recipe"),
        ("stadnard", "unknown recipe 'stadnard'. Did you mean 'standard'?"),
        ("{mxup: 0.2}", "Did you mean 'mixup'? Valid, nearest first: mixup, "),
    ],
)
def test_what_is_no_recipe_is_said_with_what_is_one(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        data_main(["name=digits", f"augment={text}", "sheet=x.png"])
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_help_names_every_key_and_every_corruption() -> None:
    from suite import run
    from suite.config.compose import root_keys
    from suite.data import __main__ as data
    from suite.data.corruptions import corruptions

    assert set(run.HELP.partition("Keys: ")[2].partition("\n\n")[0].split()) == set(root_keys())
    assert set(corruptions()) <= set(data.HELP.split())
