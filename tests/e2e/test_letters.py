"""Letters as people exchange them: written, signed, registered, given to an officer, more time, answered, taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import PHONE, UUID, arrived, button, field, shot, vi

from giaoban.common import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

SUMMARY = "Đề nghị phối hợp kiểm tra tuyến đường tuần tra xã giáp ranh"
WRONG = "Thông báo điều chỉnh lịch trực chung tuần tới"
ANSWER = "Đơn vị đã kiểm tra, tuyến đường an toàn, đề nghị tiếp tục theo kế hoạch."


@pytest.fixture
def as_who(visit: Callable[..., Page]) -> Callable[[str], Page]:
    """The page of somebody who stays signed in for the whole test."""
    pages: dict[str, Page] = {}

    def page_of(username: str) -> Page:
        if username not in pages:
            pages[username] = visit(username)
        return pages[username]

    return page_of


def test_a_request_is_asked_more_time_granted_answered_and_closed_at_its_sender(as_who: Callable[[str], Page]) -> None:
    letter = write(as_who("canbo.ca"), "request", SUMMARY, "Đề nghị đơn vị kiểm tra và trả lời.")
    sign(as_who("thutruong.ca"), letter)

    head, officer = as_who("thutruong.bp"), as_who("canbo.bp")
    open_letter(head, SUMMARY)
    button(head, "Register").click()
    expect(head.get_by_text(vi("The letter is registered; the sender is told."))).to_be_visible()
    button(head, "Give to an officer").click()
    field(head, "Officer").select_option(label="Giàng Thị Mẫu, Trợ lý tham mưu")
    field(head, "Opinion of the head").fill("Kiểm tra trong tuần.")
    shot(head, "letter-assign-desk")
    button(head, "Give it").click()
    expect(head.get_by_text("Kiểm tra trong tuần.")).to_be_visible()
    shot(head, "letter-received-desk")

    open_letter(officer, SUMMARY)
    expect(officer.get_by_text(vi("ARRIVED"), exact=True)).to_be_visible()
    button(officer, "Ask for more time").click()
    later = clock.day_of(clock.now()) + timedelta(days=30)
    field(officer, "New day asked for").fill(f"{later:%d/%m/%Y}")
    field(officer, "Reason").fill("Đường bị chia cắt.")
    button(officer, "Send the request").click()

    boss = as_who("thutruong.ca")
    boss.goto(letter)
    arrived(boss, button(boss, "Answer the request of %(agency)s", agency="BĐBP tỉnh"))
    shot(boss, "letter-sent-desk")
    button(boss, "Answer the request of %(agency)s", agency="BĐBP tỉnh").click()
    expect(boss.get_by_text("Đường bị chia cắt.")).to_be_visible()
    button(boss, "Grant").click()
    expect(boss.get_by_text(vi("More time granted")).first).to_be_visible()

    officer.reload()
    arrived(officer, officer.get_by_text(vi("Extended to")))
    button(officer, "Reply").click()
    officer.wait_for_url(re.compile("/edit/"))
    field(officer, "Text").fill(ANSWER)
    shot(officer, "letter-edit-desk")
    officer.set_viewport_size(PHONE)  # type: ignore[arg-type]
    shot(officer, "letter-edit-phone")
    button(officer, "Save and hand to the approver").click()
    sign(head, officer.url)

    boss.goto(letter)
    arrived(boss, boss.get_by_text(ANSWER))
    boss.goto(letter)
    expect(boss.locator(".recipients .state", has_text=vi("completed", "letter")).first).to_be_visible()
    shot(boss, "letter-closed-desk")
    boss.set_viewport_size(PHONE)  # type: ignore[arg-type]
    shot(boss, "letter-closed-phone")
    boss.goto("/letters/")
    shot(boss, "letters-phone")


def test_a_letter_is_taken_back_only_when_its_recipient_agrees(as_who: Callable[[str], Page]) -> None:
    officer, boss, head = as_who("canbo.ca"), as_who("thutruong.ca"), as_who("thutruong.bp")
    letter = write(officer, "notice", WRONG, "Lịch trực chung tuần tới được điều chỉnh.")
    sign(boss, letter)
    open_letter(head, WRONG)
    received = head.url

    officer.goto(letter)
    button(officer, "Take back").click()
    officer.wait_for_url(re.compile("/edit/"))
    field(officer, "Text").fill("Đề nghị cho lấy lại do gửi nhầm bản.")
    button(officer, "Save and hand to the approver").click()
    sign(boss, officer.url)

    head.goto(received)
    arrived(head, button(head, "Answer the take-back"))
    button(head, "Answer the take-back").click()
    button(head, "Agree", "take-back").click()
    expect(head.locator(".recipients .state", has_text=vi("taken back")).first).to_be_visible()
    expect(head.get_by_text("Lịch trực chung tuần tới được điều chỉnh.")).to_be_visible()
    boss.goto(letter)
    arrived(boss, boss.locator(".recipients .state", has_text=vi("taken back")))
    shot(boss, "letter-taken-back-desk")


def test_what_may_not_be_sent_is_shown_at_its_field_and_kept(visit: Callable[..., Page]) -> None:
    page = visit("canbo.ca")
    begin(page, "request")
    field(page, "Summary").fill("Đề nghị xác minh")
    field(page, "Text").fill("Xác minh căn cước 038201012345 tại địa bàn.")

    button(page, "Save").click()

    expect(field(page, "Text")).to_have_value("Xác minh căn cước 038201012345 tại địa bàn.")
    expect(page.locator(".field-error", has_text="038201012345").first).to_be_visible()
    shot(page, "letter-screened-desk")


def test_boxes_and_timeliness_at_a_glance(visit: Callable[..., Page]) -> None:
    page = visit("canbo.ca")
    for path, name in (
        ("/letters/", "letters-in"),
        ("/letters/?box=out", "letters-out"),
        ("/letters/?box=drafts", "letters-drafts"),
        ("/letters/timeliness/", "letters-timeliness"),
    ):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        shot(page, f"{name}-desk")


# ------------------------------------------------------------------ steps


def begin(page: Page, kind: str) -> None:
    page.goto("/letters/new/")
    page.locator(f"input[name=kind][value={kind}]").check()
    field(page, "Coordination").select_option(label="Phối hợp Công an – Quân sự – Biên phòng tỉnh Trường Khê")
    button(page, "Begin to write").click()
    page.wait_for_url(UUID)


def write(page: Page, kind: str, summary: str, text: str) -> str:
    """A letter of the police to the border guard, handed to the approver; its address."""
    begin(page, kind)
    field(page, "Summary").fill(summary)
    page.get_by_label("Bộ đội Biên phòng").first.check()
    field(page, "Text").fill(text)
    button(page, "Save and hand to the approver").click()
    expect(page.get_by_text(vi("The letter waits for its signature."))).to_be_visible()
    return page.url


def sign(page: Page, letter: str) -> None:
    page.goto(letter)
    button(page, "Check and sign").click()
    button(page, "Sign and send").click()
    expect(page.get_by_text(vi("The letter is signed, numbered and on its way to its recipients."))).to_be_visible()


def open_letter(page: Page, summary: str) -> None:
    page.goto("/letters/")
    link = page.get_by_role("link", name=summary, exact=True)
    arrived(page, link)
    link.first.click()
    page.wait_for_url(UUID)
