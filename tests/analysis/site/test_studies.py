from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from suite.analysis.site.studies import published, read
from suite.core.refusals import Refusal


@pytest.fixture
def folder(rendered: Path, tmp_path: Path) -> Path:
    """`reports/published` with one study in it."""
    shutil.copytree(rendered, tmp_path / "fabricated")
    return tmp_path


def test_a_study_says_what_its_report_says(folder: Path) -> None:
    (one,) = published(folder)
    study = read(one)
    page = (one / "report.html").read_text(encoding="utf-8")
    for said in (study.title, study.question, study.kicker, *study.answers, *(line.text for line in study.verdicts)):
        assert said
        assert said in page
    assert study.first is not None
    assert study.first.candidate == "resnet20"
    assert study.first.error in study.answers[0]
    assert all(name in study.answers[0].rsplit("not decide", 1)[-1] for name in study.open)
    assert study.counted in ("1 supported", "1 not decided")
    assert study.architectures == ["resnet20", "plain20", "lenet5"]


def test_rows_lead_to_their_own_place_where_the_report_has_one(folder: Path) -> None:
    (one,) = published(folder)
    links = [row.link for row in read(one).rows]
    assert links[0] == "studies/fabricated/report.html#row-resnet20-tuned"
    page = one / "report.html"
    page.write_text(page.read_text(encoding="utf-8").replace('id="row-', 'id="other-'), encoding="utf-8")
    assert read(one).rows[0].link == "studies/fabricated/report.html"


def test_pictures_of_several_studies_share_no_name(folder: Path) -> None:
    (one,) = published(folder)
    picture = read(one).picture
    assert picture.startswith("<svg")
    assert ' id="fabricated-' in picture
    assert picture.count(' id="') == picture.count(' id="fabricated-')
    assert picture.count("url(#") == picture.count("url(#fabricated-")


def test_refusals(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="has no published report"):
        published(tmp_path / "nowhere")
    (folder / "fabricated" / "table.csv").unlink()
    with pytest.raises(Refusal, match=r"has no table\.csv: render it with python -m suite\.report folder="):
        published(folder)
    shutil.copyfile(folder / "fabricated" / "facts.json", folder / "fabricated" / "study.json")
    with pytest.raises(Refusal, match=r"study\.json changed since"):
        published(folder)
