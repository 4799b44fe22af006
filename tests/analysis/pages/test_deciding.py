from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite.analysis import rendering
from suite.analysis.folder import reading
from suite.analysis.pages import deciding
from suite.analysis.table.columns import table
from tests.analysis.conftest import Store


def test_without_pixels_they_are_told_by_number(rendered: Path) -> None:
    read = reading.read(rendered)
    (section,) = deciding.sections(read, table(read))
    assert section.title == "resnet20 and plain20, tuned track"
    assert section.picture is None
    assert list(section.table) == ["Test image", "True class", "resnet20 says", "plain20 says"]
    text = (rendered / "report.html").read_text(encoding="utf-8")
    assert section.sentence in text
    assert "<h2>Deciding images</h2>" in text
    assert section.sentence in (rendered / "report.md").read_text(encoding="utf-8")


def test_with_pixels_they_are_shown(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.keep_examples(study)
    folder = rendering.refresh(store.workspace, "fabricated")
    rendering.render(folder)
    read = reading.read(folder)
    (section,) = deciding.sections(read, table(read))
    assert section.picture is not None
    assert (folder / "figures" / f"{section.picture.name}.svg").read_text(encoding="utf-8") == section.picture.svg
    assert "resnet20 is right more often" in section.picture.svg
    assert "first final run of resnet20, then of plain20" in section.picture.caption
    first = section.table.iloc[0]
    assert f"test image {first['Test image']}: {first['True class']}; resnet20 says" in section.picture.alt
    assert rendering.check(folder) == []
