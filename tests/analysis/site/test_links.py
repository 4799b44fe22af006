from __future__ import annotations

from pathlib import Path

import pytest

from suite.analysis.site.links import dead


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site" / "below").mkdir(parents=True)
    (tmp_path / "site" / "below" / "a%20b.csv").touch()
    (tmp_path / "site" / "below" / "other.html").write_text('<p id="there">x</p><a href="../index.html">up</a>')
    (tmp_path / "outside.html").write_text("<p>not on the site</p>")
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("below/other.html", True),
        ("below/other.html#there", True),
        ("below/other.html?q=1#there", True),
        ("below/other.html#elsewhere", False),
        ("#here", True),
        ("#gone", False),
        ("below/nothing.html", False),
        ("below/", False),
        ("../outside.html", False),
        ("below/a%2520b.csv", True),
        ("below/a%20b.csv", False),
        ("https://arxiv.org/abs/1512.03385", True),
        ("", True),
    ],
)
def test_every_link_is_followed(site: Path, link: str, leads: bool) -> None:
    (site / "index.html").write_text(f'<h1 id="here">x</h1><a href="{link}">y</a>')
    assert dead(site) == ([] if leads else [f"index.html: {link}"])


@pytest.mark.parametrize("tag", ["img src", "script src", "link href", "use xlink:href", "form action"])
def test_not_only_anchors_are_links(site: Path, tag: str) -> None:
    (site / "index.html").write_text(f'<{tag}="gone.x">')
    assert dead(site) == ["index.html: gone.x"]
