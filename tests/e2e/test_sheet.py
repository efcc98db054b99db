"""The sheet of a report in a browser: keys, rows pasted from Excel, checks while typing, saving while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.e2e.conftest import button

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

PASTE = """text => {
    const carried = new DataTransfer();
    carried.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: carried, bubbles: true, cancelable: true})
    );
}"""


def open_sheet(page: Page) -> None:
    """The report on the newest period of the last coordination in the overview."""
    page.goto("/reports/")
    page.locator("main section").last.locator("tbody tr").first.locator("th a").click()
    button(page, "Write the report").or_(button(page, "Go on writing")).first.click()
    page.wait_for_url("**/edit/")


def test_the_sheet_moves_pastes_checks_and_saves_as_one_types(visit: Callable[..., Page]) -> None:
    page = visit("canbo.qs")
    open_sheet(page)
    cells, notes = page.locator("[data-cell]"), page.locator("[data-note]")
    saved = page.locator("#saved")

    cells.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(cells.nth(0)).to_be_focused()
    page.evaluate(PASTE, "1.250\tghi chú một\r\n1.5\thai\r\n")
    expect(cells.nth(0)).to_have_value("1.250")
    expect(notes.nth(1)).to_have_value("hai")
    expect(cells.nth(1)).to_have_attribute("aria-invalid", "true")
    expect(saved).to_contain_text("Đã lưu lúc")
    cells.nth(1).fill("7")
    expect(cells.nth(1)).not_to_have_class("is-invalid")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        cells.nth(2).fill("9")
    assert answer.value.status == 200
    page.reload()
    expect(cells.nth(0)).to_have_value("1.250")
    expect(cells.nth(1)).to_have_value("7")
    expect(cells.nth(2)).to_have_value("9")
    assert page.problems == []  # type: ignore[attr-defined]


def test_two_windows_on_one_report_do_not_overwrite_each_other(visit: Callable[..., Page]) -> None:
    first, second = visit("canbo.qs"), visit("canbo.qs")
    open_sheet(first)
    second.goto(first.url)

    first.locator("[data-cell]").nth(0).fill("11")
    expect(first.locator("#saved")).to_contain_text("Đã lưu lúc")
    second.locator("[data-cell]").nth(0).fill("22")
    expect(second.locator("#saved")).to_contain_text("Chưa lưu gì")
    button(second, "Save").click()

    expect(second.locator("[data-cell]").nth(0)).to_have_value("22")
    expect(second.get_by_text("Hiện đang lưu: 11")).to_be_visible()
    button(second, "Save").click()
    second.reload()
    expect(second.locator("[data-cell]").nth(0)).to_have_value("22")
