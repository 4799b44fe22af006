from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from suite.core.refusals import Refusal
from suite.records import embedded
from suite.records.embedded import ZEROS, Embedded, Expected, Row, Run, sealed

RUN = Run(
    seed=1000,
    figures={"test_accuracy": 0.1 + 0.2, "test_loss": 1 / 3},
    identity={"architecture": "mlp", "recipe": {"learning_rate": 0.1}, "seeds": {"initial": 1}},
    lacking=None,
    device="A processor </script>",
    device_seconds=1.5,
    threads=2,
    deterministic=True,
    fingerprint="abc",
    versions={"keras": "3.15.1"},
    commit=None,
)
PAGE = Embedded(
    study="tiny",
    instance="digits",
    title="Two <b> networks",
    dataset="digits",
    task="classification",
    metric="test_accuracy",
    study_seed=7,
    rows=(
        Row("mlp", "shared", ("mlp/shared/final/0",), 2, None, {}, {}),
        Row("mlp", "tuned", ("mlp/tuned/final/0",), 2, Expected(0.3, 0.2, 0.4, 0.95, True), {"on_bad": "skip"}, {}),
        Row("lenet5", "tuned", (), 2, None, {}, {"weights": "mlp@0"}),
    ),
    runs={
        "mlp/shared/final/0": RUN,
        "mlp/tuned/final/0": replace(RUN, identity=None, lacking="it was not told"),
    },
)


def html(page: Embedded = PAGE) -> str:
    block = f'<script type="application/json" id="again" data-sha256="{ZEROS}">{page.text()}</script>'
    return sealed(f"<!DOCTYPE html><html><body><td>3.16%</td>{block}</body></html>")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "report.html").write_text(html(), encoding="utf-8")
    return tmp_path / "report.html"


def test_what_is_put_in_comes_out_with_all_digits(path: Path) -> None:
    assert embedded.read(path) == PAGE
    assert html().count("</script>") == 1, "no text of it ends the element"


def test_what_runs_have_in_common_stands_once() -> None:
    many = replace(PAGE, runs={f"mlp/tuned/final/{number}": RUN for number in range(100)})
    assert many.text().count('"learning_rate"') == many.text().count("3.15.1") == 1
    assert len(many.text()) < len(PAGE.text()) + 100 * 400


@pytest.mark.parametrize("what", ["3.16%", "0.30000000000000004", "tiny", "</html>"])
def test_a_page_that_was_edited_anywhere_is_refused(path: Path, what: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert what in text
    path.write_text(text.replace(what, "".join(reversed(what)), 1), encoding="utf-8")
    with pytest.raises(Refusal, match=r"report\.html is not as it was rendered: it was edited, or a browser saved it"):
        embedded.read(path)


def test_a_flipped_byte_is_found_at_20_places(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(20):
        content = bytearray(whole)
        content[place * (len(content) - 1) // 19] ^= 1
        path.write_bytes(content)
        with pytest.raises(Refusal):
            embedded.read(path)


def test_other_files_are_refused_in_a_sentence(path: Path) -> None:
    path.write_text("<html></html>", encoding="utf-8")
    with pytest.raises(Refusal, match="has nothing inside it to train a row with"):
        embedded.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refusal, match="cannot be read as a page"):
        embedded.read(path)
    values = json.loads(PAGE.text())
    other = f'data-sha256="{ZEROS}">{json.dumps({**values, "colour": "blue"})}</script>'
    text = re.sub(rf'data-sha256="{ZEROS}">.*</script>', lambda _: other, html().replace(_seal(html()), ZEROS))
    path.write_text(sealed(text), encoding="utf-8")
    with pytest.raises(Refusal, match="was rendered by another version of the suite"):
        embedded.read(path)


def _seal(text: str) -> str:
    found = re.search(r'data-sha256="([0-9a-f]{64})"', text)
    assert found
    return found[1]


def test_a_row_is_found_by_its_name_and_track() -> None:
    assert PAGE.row("mlp").track == "tuned"
    assert PAGE.row("mlp", "shared").track == "shared"
    with pytest.raises(
        Refusal, match=r"unknown row of tiny 'mpl'\. Did you mean 'mlp'\? Valid, nearest first: mlp, lenet5"
    ):
        PAGE.row("mpl")
    with pytest.raises(Refusal, match=r"unknown track of row mlp 'tuend'\. Did you mean 'tuned'"):
        PAGE.row("mlp", "tuend")
    with pytest.raises(Refusal, match=r"no final run of lenet5 \(tuned track\) was completed"):
        PAGE.row("lenet5")


@pytest.mark.parametrize("where", ["study", "instance", "candidate"])
def test_a_page_whose_names_lead_out_of_the_workspace_is_refused(where: str, tmp_path: Path) -> None:
    """What is trained again is written below folders of these names."""
    rows = (replace(PAGE.rows[0], candidate="../../elsewhere"), *PAGE.rows[1:])
    page = replace(PAGE, rows=rows) if where == "candidate" else replace(PAGE, **{where: "../../elsewhere"})
    (tmp_path / "report.html").write_text(html(page), encoding="utf-8")
    with pytest.raises(Refusal, match=r"has the name '\.\./\.\./elsewhere' in it, which is no folder's"):
        embedded.read(tmp_path / "report.html")
