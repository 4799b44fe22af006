from __future__ import annotations

from suite.analysis.site.guide import Section, read
from suite.analysis.table.markup import SCROLLS

TEXT = """# Title

First *paragraph* with [a study](reports/published/x/report.md) and [a file](studies/x.yaml).

<!-- table:x -->
| a | b |
|---|---:|
| 1 | 2 |
<!-- /table -->

## Your own

Text `code`
goes on, <b>bold</b>.

    python -m suite.run

### Your own

<script>alert(1)</script>
"""


def place(link: str) -> str | None:
    return "studies/x/report.html" if link.startswith("reports/published/x/") else None


def test_headings_can_be_linked_to_and_carry_their_text() -> None:
    guide = read(TEXT, place)
    assert guide.title == "Title"
    assert guide.sections[1:] == [
        Section("Your own", 2, "your-own", "Text code goes on, <b>bold</b>. python -m suite.run"),
        Section("Your own", 3, "your-own-1", "<script>alert(1)</script>"),
    ]
    assert '<h2 id="your-own">Your own</h2>' in guide.html
    assert '<h3 id="your-own-1">' in guide.html
    assert "<h1" not in guide.html, "the page has its own"


def test_links_lead_somewhere_or_are_words() -> None:
    guide = read(TEXT, place)
    assert '<a href="studies/x/report.html">a study</a> and a file.' in guide.html
    assert guide.intro.startswith("First <em>paragraph</em> with <a href=")


def test_tables_scroll_and_html_is_shown_as_it_is_written() -> None:
    html = read(TEXT, place).html
    assert html.count(f"{SCROLLS}<table>") == html.count("</table></div>") == 1
    assert "<!--" not in html
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "&lt;b&gt;bold" in html


def test_a_page_without_a_heading() -> None:
    guide = read("Just text.", place)
    assert (guide.title, guide.sections, guide.html) == ("", [], "<p>Just text.</p>\n")
    assert read("", place).intro == ""


def test_of_a_picture_that_is_not_on_the_site_its_words_stay() -> None:
    html = read("# T\n\n![A <picture>](docs/x.png) ![there](reports/published/x/y.svg)\n", place).html
    assert "A &lt;picture&gt;" in html
    assert html.count("<img") == 1
