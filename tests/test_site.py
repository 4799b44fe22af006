"""`python -m suite.site`: all published reports as pages, built once and looked at."""

from __future__ import annotations

import json
import re
import shutil
from html import escape
from pathlib import Path

import pytest

from suite import site
from suite.__main__ import topics
from suite.analysis.folder import reading
from suite.analysis.site import architectures, links
from suite.analysis.table.cells import interval
from suite.analysis.table.columns import table
from suite.analysis.table.presentation import as_rows
from suite.commandline import DONE, FAILED, REFUSED, enter
from suite.models.facts import golden

pytestmark = pytest.mark.slow


ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "reports" / "published"


def command(*arguments: object) -> int:
    return enter(site.main, site.HELP, [str(argument) for argument in arguments])


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_no_link_is_dead(built: Path) -> None:
    assert links.dead(built) == []
    pages = sorted(built.rglob("*.html"))
    assert len(pages) == len(golden.lines()) + len(list(PUBLISHED.glob("*/study.json"))) + len(topics()) + 5
    assert sum(len(links._read(page).links) for page in pages) > 1000


def test_nothing_comes_from_elsewhere(built: Path) -> None:
    for page in built.rglob("*.html"):
        for tag in re.findall(r"<(?:link|script|img|iframe|object|source|video|audio)\b[^>]*>", text(page)):
            assert not re.search(r"""(?:src|href|data)\s*=\s*["']?(?:https?:)?//""", tag), (page, tag)
    for name in ("style.css", "tables.js"):
        assert not re.search(r"@import|https?://|url\(", text(built / name))


def test_no_place_of_this_machine_is_told(built: Path) -> None:
    for page in built.rglob("*.html"):
        assert str(ROOT) not in text(page)


@pytest.mark.parametrize("study", sorted(path.parent.name for path in PUBLISHED.glob("*/study.json")))
def test_every_study_is_there_with_its_first_place_and_its_report_as_it_is(built: Path, study: str) -> None:
    records = reading.read(PUBLISHED / study)
    index = text(built / "index.html")
    card = index.split(f'id="study-{study}"')[1].split("</article>")[0]
    first = as_rows(table(records))[0]
    for said in (records.study["title"], records.study["question"], interval(first, "test_error")):
        assert escape(said) in card
    assert card.count("<li class=") == len(records.study["claims"]) * len(records.study["tracks"])
    for name in ("report.html", "runs.csv", "table.csv", "table.tex"):
        assert (built / "studies" / study / name).read_bytes() == (PUBLISHED / study / name).read_bytes()
        assert f'href="studies/{study}/{name}"' in card


def test_an_architecture_has_its_results(built: Path) -> None:
    page = text(built / "architectures" / "resnet20.html")
    assert "ResNet against VGG at equal multiply-adds" in page
    assert "skip=False" in page
    assert "0.27M (arXiv:1512.03385 Table 6" in page
    assert "In no published study." in text(built / "architectures" / "vit_l16.html")
    lineage = text(built / "architectures.html")
    assert all(f'href="architectures/{name}.html"' in lineage for name in golden.lines())


def test_the_readme_is_a_page(built: Path) -> None:
    page = text(built / "how.html")
    for heading in re.findall(r"^## (.*)$", text(ROOT / "README.md"), re.MULTILINE):
        assert f">{escape(heading, quote=False)}</h2>" in page
    assert 'href="studies/quickstart/report.html"' in page
    assert 'href="claims.html"' in page, "the ledger, which is a page too"
    assert "<h1>Many machines</h1>" in text(built / "how-scale.html")


def test_the_search_knows_every_page(built: Path) -> None:
    page = text(built / "search.html")
    index = json.loads(page.split('id="index">')[1].split("</script>")[0])
    assert {entry["kind"] for entry in index} == {"study", "claim", "architecture", "guide"}
    names = {entry["title"] for entry in index}
    assert golden.lines().keys() <= names
    assert {"Five small networks", "Your own images", "Mixup helps."} <= names
    for entry in index:
        name, _, anchor = entry["url"].partition("#")
        assert not anchor or f'id="{anchor}"' in text(built / name)
        assert (built / name).is_file()


def test_a_site_is_replaced_and_anything_else_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PUBLISHED / "quickstart", tmp_path / "reports" / "published" / "quickstart")
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    assert command("folder=mine") == REFUSED
    assert "mine holds something else than such a site" in capsys.readouterr().err
    assert (mine / "thesis.tex").read_text() == "years of work"
    assert command() == DONE
    assert f"studies: 1, architectures: {len(golden.lines())}, in site/index.html" in capsys.readouterr().out
    (tmp_path / "site" / "stale.html").write_text("old")
    page = text(tmp_path / "site" / "index.html")
    assert 'href="studies/quickstart/report.html"' in page
    assert command() == DONE
    assert not (tmp_path / "site" / "stale.html").exists()
    assert text(tmp_path / "site" / "index.html") == page, "the same bytes"


def test_a_dead_link_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PUBLISHED / "quickstart", tmp_path / "reports" / "published" / "quickstart")
    monkeypatch.setattr(site, "guides", lambda _: {"how": "# Suite\n\nSee [there](#nowhere)."})
    assert command(f"workspace={tmp_path}") == FAILED
    assert "leads nowhere: how.html: #nowhere" in capsys.readouterr().err


def test_without_reports_there_is_no_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(f"workspace={tmp_path}") == REFUSED
    assert "has no published report" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@pytest.mark.slow
def test_layers_are_those_of_the_models_command(monkeypatch: pytest.MonkeyPatch) -> None:
    line = golden.lines()["lenet5"]
    monkeypatch.setattr(golden, "lines", lambda: {"lenet5": line})
    traces = dict(site.traces())
    (one,) = architectures.all_of([], traces)
    assert one.layers is not None
    assert one.layers[0][0] == "Layer"
    assert sum(int(row[3].replace(",", "") or 0) for row in one.layers[1:]) == line["counts"][0]["params"]
