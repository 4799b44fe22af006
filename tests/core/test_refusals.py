"""What a misspelt name is answered with."""

from __future__ import annotations

from suite.core.refusals import LISTED, NEAREST, unknown


def test_few_names_are_all_listed_nearest_first() -> None:
    assert str(unknown("fruit", "aple", ["pear", "apple"])) == (
        "unknown fruit 'aple'. Did you mean 'apple'? Valid, nearest first: apple, pear"
    )
    names = [f"x{number:02}" for number in range(LISTED)]
    assert all(name in str(unknown("x", "zzz", names, "ls")) for name in names)
    assert "Did you mean" not in str(unknown("x", "zzz", names))
    assert str(unknown("x", "y", [])).endswith("Valid, nearest first: (none)")


def test_what_other_tools_call_the_same_is_understood() -> None:
    assert "Did you mean 'mixed_bfloat16'?" in str(unknown("precision", "BF16", ["float32", "mixed_bfloat16"]))
    assert "Did you mean 'learning_rate'?" in str(unknown("value", "lr", ["rho", "learning_rate"]))
    assert "Did you mean" not in str(unknown("value", "lr", ["x", "y"]))


def test_of_many_names_the_nearest_are_listed_and_what_lists_all() -> None:
    names = [f"x{number:02}" for number in range(LISTED + 1)]
    text = str(unknown("x", "x12", names, "python -m it"))
    assert text.endswith(f"; python -m it lists all {LISTED + 1}")
    assert sum(name in text.partition("first: ")[2] for name in names) == NEAREST
    assert str(unknown("x", "x12", names)).endswith(f" and {LISTED + 1 - NEAREST} more")
