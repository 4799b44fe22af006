"""The page in a real browser: what its script does to the tables, and that its first screen holds the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser import browser, needed

__all__ = ["browser"]
pytestmark = needed


@pytest.fixture
def page(browser: Any, rendered: Path) -> Any:
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get_log("performance")
    browser.get((rendered / "report.html").as_uri())
    return browser


def column(page: Any, number: int) -> list[str]:
    rows = "[...document.querySelectorAll('table.answers tbody tr:not([hidden])')]"
    script = f"return {rows}.map(row => row.cells[arguments[0]].textContent)"
    return list(page.execute_script(script, number))


def headings(page: Any) -> list[str]:
    return list(
        page.execute_script("return [...document.querySelectorAll('table.answers th')].map(h => h.textContent)")
    )


def test_nothing_is_fetched_and_nothing_complains(page: Any) -> None:
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert [url[:40] for url in asked if not url.startswith("data:")] == [page.current_url[:40]], "the page itself"


def test_a_column_sorts_by_what_it_means(page: Any) -> None:
    place = headings(page).index("Parameters")
    before = column(page, place)
    button = page.find_elements("css selector", "table.answers th button")[place]
    button.click()
    rising = column(page, place)
    assert rising == sorted(before, key=lambda text: int(text.replace(",", "")))
    button.click()
    assert column(page, place) == rising[::-1]
    heads = page.find_elements("css selector", "table.answers th")
    assert [head.get_attribute("aria-sort") for head in heads].count("descending") == 1


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["2.2 min", "82.6 s", "1 h 05 min", "–"], ["82.6 s", "2.2 min", "1 h 05 min", "–"]),
        (["11.9 M", "417 k", "1.2 G"], ["417 k", "11.9 M", "1.2 G"]),
        (["−3 (x)", "+1", "0.5%"], ["−3 (x)", "0.5%", "+1"]),
    ],
)
def test_numbers_are_compared_in_their_units(page: Any, texts: list[str], wanted: list[str]) -> None:
    assert page.execute_script("return arguments[0].sort(compare)", texts) == wanted


def test_rows_are_filtered_and_columns_hidden(page: Any) -> None:
    filter_ = page.find_element("css selector", ".tools input[type=search]")
    filter_.send_keys("LENET")
    (only,) = column(page, headings(page).index("Architecture"))
    assert "lenet5" in only
    page.find_element("css selector", ".columns summary").click()
    page.find_elements("css selector", ".columns input")[0].click()
    assert not page.find_elements("css selector", "table.answers th")[0].is_displayed()
    assert page.find_elements("css selector", "table.answers th")[1].is_displayed()


def test_a_row_unfolds_to_its_settings_and_pictures_and_folds_again(page: Any) -> None:
    button = page.find_element("css selector", "table.answers button.unfold")
    name = button.text.split()[0]
    button.click()
    opened = page.find_element("css selector", "table.answers tr.unfolded")
    assert button.get_attribute("aria-expanded") == "true"
    assert opened.find_elements("css selector", "svg[role=img]"), "its confusion matrix"
    assert "Architecture" in opened.text
    button.click()
    assert not page.find_elements("css selector", "tr.unfolded")
    assert page.find_elements("css selector", f"details[id^=row-{name}] svg"), "back in its place below"


def test_a_figure_says_its_values_under_the_pointer_and_the_arrow_keys(page: Any) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    figure = page.find_element("css selector", ".first svg[role=img]")
    titles = [one.get_attribute("textContent") for one in figure.find_elements("css selector", ".value title")]
    assert any(text.startswith("resnet20: ") and text.endswith(" at 40.6 M") for text in titles)
    tip = page.find_element("css selector", ".tip")
    assert not tip.is_displayed()
    ActionChains(page).move_to_element(figure.find_elements("css selector", ".value")[0]).perform()
    assert tip.is_displayed()
    assert tip.text == titles[0]
    page.execute_script("arguments[0].focus()", figure)
    ActionChains(page).send_keys(Keys.ARROW_RIGHT).send_keys(Keys.ARROW_RIGHT).perform()
    assert tip.text == titles[1]
    ActionChains(page).send_keys(Keys.ESCAPE).perform()
    assert not tip.is_displayed()
    assert page.get_log("browser") == []
