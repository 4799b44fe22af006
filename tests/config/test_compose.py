"""What was typed, before it is a study: what it was meant to be, and names that YAML takes for something else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from suite.config.compose import compose
from suite.core.refusals import Refusal


def test_a_study_named_alone_is_guessed() -> None:
    with pytest.raises(Refusal, match=r"'quickstart' is not key=value. Did you mean study=quickstart\?"):
        compose(["quickstart", "budget=smoke"])


@pytest.mark.parametrize("name", ["no", "yes", "on", "off", "null"])
def test_a_candidates_name_is_a_text_whatever_yaml_takes_it_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "odd.yaml").write_text(
        f"title: t\ndataset: digits\ncandidates:\n  {name}: {{architecture: lenet5}}\n  other: {{architecture: mlp}}\n"
    )
    monkeypatch.chdir(tmp_path)
    assert list(compose(["study=odd"])["candidates"]) == [name, "other"]


@pytest.mark.parametrize(
    ("argument", "meant"),
    [("epochs=3", "recipe.epochs=3"), ("lr=0.1", "recipe.learning_rate=0.1"), ("image_size=64", "data.image_size=64")],
)
def test_a_key_of_an_inner_part_is_named_with_its_part(argument: str, meant: str) -> None:
    with pytest.raises(Refusal, match=re.escape(f"Did you mean {meant}?")):
        compose(["study=quickstart", argument])


@pytest.mark.parametrize("key", ["name", "target"])
def test_what_no_data_section_takes_is_not_offered(key: str) -> None:
    with pytest.raises(Refusal, match=f"unknown key '{key}'") as refused:
        compose(["study=quickstart", f"{key}=mnist"])
    assert f"data.{key}" not in str(refused.value)
