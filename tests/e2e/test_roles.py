"""Who sees what: menus, walls between agencies, the door, languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polib
import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import UUID, button, field, shot, sign_in, vi
from tests.e2e.test_every_page import crawl

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

CANARY = "kim-tước-7f3a không ai khác được thấy"
WORDS = ("kim-tước-7f3a", "kim-tuoc-7f3a", "kim-t\\u01b0\\u1edbc-7f3a")
INSIDE = [
    "To do",
    "Conferences",
    "Reports",
    "Tasks",
    "Letters",
    "Registers",
    "Past records",
    "Coordinations",
    "Agencies",
    "Regulations",
]
MENUS = {
    "vanthu.ca": INSIDE,
    "canbo.ca": INSIDE,
    "thutruong.ca": INSIDE,
    "kiemtra.ca": INSIDE,
    "nguoila": INSIDE,
    "quantri": ["To do", "Coordinations", "Agencies", "Regulations", "Partners", "Administration"],
}
SEARCHED = ("/search/", "/tasks/", "/records/", "/registers/", "/registers/in/")
SOUGHT = ("kim-tước-7f3a", "kim-tuoc-7f3a")
MAIN_PAGES = [
    "/",
    "/conferences/",
    "/reports/",
    "/tasks/",
    "/registers/",
    "/registers/in/",
    "/records/",
    "/coordinations/",
]
MAIN_PAGES += ["/agencies/", "/regulations/", "/localities/", "/me/", "/me/security/", "/tokens/", "/search/?q=x"]
COMMON = {"Giao Ban", "Excel", "English", "SHA-256", "API", "QR", "Báo cáo", "Giấy mời", "Biên bản", "Thông báo"}
"""Words that are the same in both languages; types of documents are Vietnamese in both."""


@pytest.mark.parametrize("username", MENUS)
def test_the_menu_holds_what_the_role_may_open(visit: Callable[..., Page], username: str) -> None:
    page = visit(username)
    menu = page.locator("nav.menu a")
    expect(menu.first).to_be_visible()
    assert menu.all_inner_texts() == [vi(entry) for entry in MENUS[username]]
    for address in [link.get_attribute("href") or "" for link in menu.all()]:
        assert page.context.request.get(address).status == 200


def test_an_auditor_reads_everything_and_changes_nothing(visit: Callable[..., Page]) -> None:
    page = visit("kiemtra.ca")
    for address in ("/conferences/", "/reports/", "/tasks/", "/records/", "/registers/"):
        page.goto(address)
        expect(page.locator("main form[method=post]")).to_have_count(0)
    page.goto("/conferences/?state=concluded")
    page.locator("tbody tr th a").first.click()
    conference = page.url
    expect(page.locator("main form[method=post]")).to_have_count(0)
    for act in ("plan/", "invite/", "cancel/"):
        assert page.context.request.get(f"{conference}{act}").status in {403, 404}, act


def test_a_stranger_finds_nothing_at_any_address_of_the_parties(visit: Callable[..., Page], server: str) -> None:
    """Every address with an identifier that an officer of a party reaches is 404 for an agency outside."""
    common = ("/coordinations/", "/regulations/", "/agencies/", "/localities/", "/people/")
    found = {
        address
        for username in ("canbo.ca", "thutruong.qs")
        for address, _kind in crawl(visit(username), server, [])
        if UUID.search(address) and not address.removeprefix(server).startswith(common)
    }
    assert len(found) > 30
    stranger = visit("nguoila").context.request
    answers = {address: stranger.get(address) for address in sorted(found)}
    assert {address: answer.status for address, answer in answers.items()} == dict.fromkeys(sorted(found), 404)
    # Nobody learns from the answer whether something is there.
    nothing = main_of(stranger.get(f"{server}/tasks/00000000-0000-0000-0000-000000000000/").text())
    assert {main_of(answer.text()) for answer in answers.values()} == {nothing}


def test_a_draft_of_one_agency_is_nowhere_for_the_others(visit: Callable[..., Page], server: str) -> None:
    """A canary in a report, a plan and a contribution of one agency: not on any page, search, export, API answer or error."""
    writer = visit("canbo.ca")
    places = write_canaries(writer, server)
    seen = writer.context.request
    assert CANARY in seen.get(places[0]).text()
    for username in ("canbo.qs", "nguoila"):
        page = visit(username)
        asked = page.context.request
        api = {"Authorization": f"Bearer {make_token(page)}"}
        assert asked.get("/api/me", headers=api).status == 200
        told = [text_at(page, address) for address, _kind in crawl(page, server, [], each=2)]
        told += [
            text_at(page, address)
            for address in (*places, *(f"{list_of}?q={word}" for list_of in SEARCHED for word in SOUGHT))
        ]
        told.append(sheet_text(asked.get("/tasks/export.xlsx").body()))
        uids = [found.group() for found in map(UUID.search, places) if found]
        told += [
            asked.get(address, headers=api).text()
            for kind in ("me", "reports", "conferences", "tasks", "dispatches", "past-records")
            for address in (f"/api/{kind}", *(f"/api/{kind}/{uid}" for uid in uids))
        ]
        # What was searched for stands in the search field of the answer; nothing else may hold it.
        leaks = [text for text in map(without_the_question, told) if any(word in text.lower() for word in WORDS)]
        assert leaks == []


def test_a_wrong_password_is_told_and_the_door_closes_after_some(visit: Callable[..., Page]) -> None:
    page = visit()
    closed = page.get_by_role("heading", name=vi("Sign-in with this name is closed for a while."))
    for _try in range(12):
        sign_in(page, "canbo.xa", "sai-mat-khau-hoan-toan")
        expect(page.locator('.notice[data-kind="problem"]').or_(closed).first).to_be_visible()
        if closed.is_visible():
            break
    expect(page.locator("main")).to_contain_text("15 phút")
    shot(page, "door-closed")
    page.goto("/sign-in/")
    sign_in(page, "canbo.xa")
    expect(closed).to_be_visible()


def test_two_step_sign_in_is_turned_on_and_asks_for_the_code(visit: Callable[..., Page]) -> None:
    from base64 import b32decode

    from django_otp.oath import TOTP

    page = visit("thutruong.xa")
    page.goto("/me/second-step/")
    from giaoban.sample.directory import PASSWORD

    page.locator("input[type=password]").fill(PASSWORD)
    button(page, "Go on").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    shot(page, "two-step-start")
    app = TOTP(b32decode(secret + "=" * (-len(secret) % 8)))
    field(page, "Code").or_(page.locator("input[name=code]")).first.fill(f"{app.token():06d}")
    button(page, "Turn it on").click()
    expect(page.get_by_role("heading", name=vi("Your backup codes"))).to_be_visible()
    codes = re.findall(r"^[a-z2-7]{8}$", page.locator("main").inner_text(), re.MULTILINE)
    shot(page, "two-step-on")

    assert codes, "backup codes are shown once"

    again = visit()
    sign_in(again, "thutruong.xa")
    expect(again.get_by_role("heading", level=1)).to_have_text(vi("Second step"))
    again.locator("input[name=code]").fill(codes[0])
    button(again, "Sign in").click()
    expect(again.get_by_role("heading", level=1)).to_have_text(vi("To do"))

    other = visit()
    sign_in(other, "thutruong.xa")
    other.locator("input[name=code]").fill(codes[0])
    button(other, "Sign in").click()
    expect(other.locator(".field-error, .notice[data-kind=problem]").first).to_be_visible()
    other.goto("/")
    expect(other.get_by_role("heading", level=1)).to_have_text(vi("Sign in"))


@pytest.mark.parametrize("username", ["thutruong.ca", "quantri"])
def test_each_language_is_whole(visit: Callable[..., Page], server: str, username: str) -> None:
    """No message of the catalogues stands in English on a Vietnamese page, and none in Vietnamese on an English one."""
    english, vietnamese = catalogue()
    page = visit(username)
    leaks = [
        f"{address}: {leak}"
        for address, _kind in crawl(page, server, [], each=2)
        for leak in said(page, address) & english
    ]
    page.goto("/agencies/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    shot(page, f"english-{username}")
    for address in MAIN_PAGES:
        if page.context.request.get(address).status == 200:
            leaks += [f"{address} (en): {leak}" for leak in said(page, address) & vietnamese]
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert leaks == []


# ------------------------------------------------------------------ inside


def write_canaries(page: Page, server: str) -> list[str]:
    """Type the canary into drafts of a report, a contribution and a past record; their addresses."""
    page.goto("/reports/")
    page.locator("main tbody tr").filter(has_text=re.compile("chưa nộp|quá hạn", re.IGNORECASE)).first.get_by_role(
        "link"
    ).first.click()
    button(page, "Write the report").or_(button(page, "Go on writing")).first.click()
    page.wait_for_url("**/edit/")
    page.locator("textarea").first.fill(f"Bản nháp: {CANARY}.")
    button(page, "Save").click()
    expect(page.locator("#saved")).to_contain_text("Lò Thị Thử")
    report = page.url
    page.goto("/conferences/")
    page.locator('.coming a[href^="/conferences/"]:not([href*="/next/"])').first.click()
    conference = re.sub(r"(plan|invite)/$", "", page.url)
    page.goto(f"{conference}contribute/")
    field(page, "Contribution").fill(f"Tham luận nháp: {CANARY}.")
    button(page, "Keep as a draft").click()
    page.wait_for_url("**/hold/")
    expect(page.get_by_text(CANARY)).to_be_visible()
    page.goto("/records/")
    field(page, "or paste the text of an article").fill(f"Hội nghị giao ban {CANARY}\n\nNgày 5/5/2021, hai bên họp.")
    button(page, "Read").click()
    page.wait_for_url(UUID)
    return [report, report.removesuffix("edit/"), page.url, f"{page.url}source/"]


def make_token(page: Page) -> str:
    """A token of this person, as the page shows it once."""
    page.goto("/tokens/add/")
    for box in page.locator("main input[type=text]").all():
        if not box.input_value():
            box.fill("Thử tường ngăn")
    for choice in page.locator("main input[type=radio]").all()[:1]:
        choice.check()
    secret = page.locator("main input[type=password]")
    if secret.count():
        from giaoban.sample.directory import PASSWORD

        secret.fill(PASSWORD)
    button(page, "Make the token").click()
    return page.locator("p.secret").inner_text().strip()


def main_of(text: str) -> str:
    """What a page says between head and foot."""
    return text.partition("<main")[2].partition("</main>")[0]


def text_at(page: Page, address: str) -> str:
    return page.context.request.get(address).text()


def sheet_text(content: bytes) -> str:
    """All strings of an Excel file."""
    import io
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(content))
    return " ".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def without_the_question(text: str) -> str:
    """An answer without the words that were asked for, which it repeats in its fields, title and links."""
    return re.sub(r'(value|href|content)="[^"]*"|<p class="page-sub">[^<]*</p>|<title>[^<]*</title>', "", text)


def catalogue() -> tuple[set[str], set[str]]:
    """Messages whose two languages differ: the English and the Vietnamese, without those that are parts of sentences."""
    english, vietnamese = set(), set()
    root = Path(__file__).resolve().parents[2] / "src" / "giaoban"
    for file in sorted(root.glob("*/locale/vi/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(file)):
            if (
                entry.msgstr
                and entry.msgid != entry.msgstr
                and not COMMON & {entry.msgid, entry.msgstr}
                and "%" not in entry.msgid
            ):
                english.add(entry.msgid)
                vietnamese.add(entry.msgstr)
    return english - vietnamese, vietnamese - english


def said(page: Page, address: str) -> set[str]:
    """The pieces of text on a page, hidden ones and labels for screen readers included."""
    page.goto(address)
    pieces: list[str] = page.evaluate(
        """() => {
            const found = [];
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script, style, [lang]:not(html), mark, pre, textarea"))
                found.push(walk.currentNode.data.trim());
            for (const e of document.querySelectorAll("[aria-label], [title], [placeholder]"))
                found.push(e.ariaLabel || "", e.title || "", e.placeholder || "");
            return found;
        }"""
    )
    return {" ".join(piece.split()) for piece in pieces if piece}
