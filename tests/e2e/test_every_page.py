"""Every page that a person can reach, on a desk and on a telephone: answers, fits, is accessible, keeps the content policy."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import DESK, PHONE, button, field, pattern_of, shot, sign_in, vi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

PEOPLE = ["canbo.ca", "thutruong.qs", "quantri"]
READ_EACH = 4
"""Addresses of one kind that are read for their links, unless a test asks for fewer."""
SHOWN_EACH = {"/conferences/*/": 3, "/reports/*/": 2, "/tasks/*/": 2, "/figures/*/": 2}
"""Addresses of one kind that are shown in the browser, where one is not enough: they look different in each state."""
HREF = re.compile(r'<a\s[^>]*?href="([^"]+)"')
SERIOUS = {"serious", "critical"}
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"meta-refresh": {"enabled": False}}}
"""The hall screen renews itself on purpose: it is looked at, not used, and its rhythm is said on it."""


def test_every_page_answers_fits_and_is_accessible(visit: Callable[..., Page], server: str) -> None:
    """One crawl for all persons: what they reach is read, and each kind of page is shown at both sizes."""
    from axe_playwright_python.sync_playwright import Axe

    axe, faults, shown = Axe(), [], Counter[str]()
    for username in PEOPLE:
        page = visit(username)
        for address, kind in crawl(page, server, faults):
            if shown[kind] >= SHOWN_EACH.get(kind, 1):
                continue
            shown[kind] += 1
            page.goto(address)
            name = f"{kind.strip('/').replace('/', '_').replace('*', 'x') or 'home'}-{shown[kind]}"
            for size, width in ((DESK, "desk"), (PHONE, "phone")):
                page.set_viewport_size(size)  # type: ignore[arg-type]
                faults += [f"{address} {width}: {fault}" for fault in too_wide(page)]
                faults += [f"{address} {width}: {fault}" for fault in axe_faults(axe, page)]
                shot(page, f"page-{name}-{width}")
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
            faults += [f"{address}: {problem}" for problem in page.problems]  # type: ignore[attr-defined]
            page.problems.clear()  # type: ignore[attr-defined]
    assert "\n".join(faults) == ""
    assert len(shown) > 50, f"the crawl has lost its way: {sorted(shown)}"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_door_and_the_error_page_are_accessible(visit: Callable[..., Page], size: dict[str, int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(size=size)
    for address, status in (("/sign-in/", 200), ("/sign-in/first/x/y/", 404)):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in {status, 200, 404, 410}
        assert [*too_wide(page), *axe_faults(Axe(), page)] == []
        shot(page, f"door-{address.strip('/').replace('/', '_')}-{size['width']}")
    sign_in(visited := visit(size=size), "canbo.ca")
    answer = visited.goto("/conferences/00000000-0000-0000-0000-000000000000/")
    assert answer is not None
    assert answer.status == 404
    assert [*too_wide(visited), *axe_faults(Axe(), visited)] == []
    shot(visited, f"not-found-{size['width']}")


def test_slash_focuses_the_search_and_the_skip_link_leads_to_the_content(visit: Callable[..., Page]) -> None:
    page = visit("canbo.ca")
    expect(page.get_by_role("heading", level=1)).to_have_text(vi("To do"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name=vi("Skip to the content"))
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#top-q")).to_be_focused()
    page.keyboard.type("tuan tra")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=tuan+tra")
    expect(page.locator("main")).to_contain_text("tuần tra")
    page.goto("/tasks/")
    page.keyboard.press("/")
    expect(page.locator("main [data-search]")).to_be_focused()


def test_main_acts_work_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit("canbo.bp", scripts=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(vi("To do"))
    page.goto("/reports/")
    page.locator("main table a").first.click()
    open_report = button(page, "Write the report").or_(button(page, "Go on writing")).first
    open_report.click()
    page.wait_for_url("**/edit/")
    page.locator("input[data-cell]").first.fill("1.234")
    button(page, "Save").click()
    expect(page.locator("input[data-cell]").first).to_have_value("1.234")
    page.goto("/tasks/?ours=on")
    page.get_by_role("row").filter(has_text=vi("overdue")).or_(page.locator("tbody tr")).first.get_by_role(
        "link"
    ).click()
    task = page.url
    page.goto(f"{task}progress/")
    field(page, "What has been done").fill("Đã rà soát tại ba xã, không cần tập lệnh.")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_text("Đã rà soát tại ba xã, không cần tập lệnh.")).to_be_visible()


# ------------------------------------------------------------------ inside


def crawl(page: Page, server: str, faults: list[str], *, each: int = READ_EACH) -> Iterator[tuple[str, str]]:
    """The pages that can be reached by links, each with its kind; what does not answer as a page should is a fault."""
    waiting, seen, read = [f"{server}/"], {f"{server}/"}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        kind = pattern_of(address)
        if read[kind] >= each:
            continue
        read[kind] += 1
        answer = page.context.request.get(address)
        if answer.status != 200:
            faults.append(f"{address}: status {answer.status}")
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        text = answer.text()
        if '<html lang="vi"' not in text:
            faults.append(f"{address}: no language")
        if len(re.findall(r"<h1[\s>]", text)) != 1:
            faults.append(f"{address}: not one h1")
        if re.search(r"<title>\s*(–.*)?</title>", text) or "<title>" not in text:
            faults.append(f"{address}: no title")
        for href in HREF.findall(text):
            link = urljoin(address, unescape(href)).partition("#")[0]
            if link.startswith(f"{server}/") and link not in seen:
                seen.add(link)
                waiting.append(link)
        yield address, kind


def too_wide(page: Page) -> list[str]:
    """What sticks out of the page to the right."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            ["too wide", ...[...document.querySelectorAll("body *")]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-wrap"))
                .slice(0, 2).map(e => e.outerHTML.slice(0, 120))]"""
    )


def axe_faults(axe: object, page: Page) -> list[str]:
    """Serious and critical findings, each with its first place."""
    found = axe.run(page, options=AXE_OPTIONS).response["violations"]  # type: ignore[attr-defined]
    return [
        f"{one['id']} at {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"
        for one in found
        if one["impact"] in SERIOUS
    ]
