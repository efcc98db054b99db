"""The whole cycle as its people do it: a past record, the next conference, reports, the sitting, conclusions, tasks."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import PHONE, UUID, arrived, button, field, follow, shot, vi

from giaoban.common import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from tests.e2e.conftest import Running

ARTICLES = Path(__file__).resolve().parent / "articles"
"""Invented, written in the manner of published ones."""
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
ARTICLE_OF_2016 = (ARTICLES / "district-2016.txt").read_text(encoding="utf-8")
ARTICLE_OF_2021 = (ARTICLES / "province-2021.txt").read_text(encoding="utf-8")
HOST, CO_CHAIR = "M.BCHQS", "M.CAT"
CONTRIBUTION = "Đề nghị thống nhất lịch tuần tra chung trên tuyến biên giới trước ngày 05 hằng tháng."
NOTE = "Hội nghị nghe báo cáo, thống nhất đánh giá; Công an tỉnh bổ sung số liệu tuần tra chung."
ASSESSMENT = "Công tác phối hợp được thực hiện nghiêm túc, không để xảy ra bị động, bất ngờ."
TASKS = (
    ("Tổ chức hai đợt tuần tra chung tại các xã giáp ranh.", "M.CAT", "M.BDBP"),
    ("Diễn tập phòng thủ dân sự cấp xã, báo cáo kết quả.", "M.BCHQS", "M.CAT"),
    ("Trao đổi thông tin về tuyến biên giới hằng tuần.", "M.BDBP", "M.CAT"),
)
PROGRESS = "Đã tuần tra đợt một tại ba xã, có biên bản kèm theo."

KINDS = {
    *(f"conference.{act}" for act in ("invitation", "opened", "attendance", "contribution")),
    *(f"conference.{act}" for act in ("conclusions_proposed", "conclusions_accepted", "minutes", "conclusion")),
    *("report.submitted", "figures.proposed", "figures.signed_off"),
    *(f"task.{act}" for act in ("progress", "extension_requested", "extended", "completed", "accepted")),
}
"""Kinds of dispatches that a person must be able to open from the pages of the conference."""


@pytest.fixture
def as_who(visit: Callable[..., Page]) -> Callable[[str], Page]:
    """The page of somebody who stays signed in for the whole test."""
    pages: dict[str, Page] = {}

    def page_of(username: str) -> Page:
        if username not in pages:
            pages[username] = visit(username)
        return pages[username]

    return page_of


def test_a_newcomer_takes_a_past_record_to_a_concluded_conference_and_its_tasks(
    as_who: Callable[[str], Page], running: Running
) -> None:
    read_and_confirm(as_who("canbo.qs"), ARTICLE_OF_2021, leads=("M.BCHQS", "M.CAT"))
    title, place = propose_and_plan(as_who("canbo.qs"))
    send_invitation(as_who("thutruong.qs"), place)
    conference = as_who("thutruong.qs").url
    arrived(open_page(as_who("canbo.bp"), "/conferences/"), as_who("canbo.bp").get_by_text(title))

    write_report(as_who("canbo.qs"), as_who("thutruong.qs"), conference)
    write_report(as_who("canbo.bp"), as_who("thutruong.bp"), conference)
    agree_figures(as_who, conference)

    hold(as_who, conference)
    conclude(as_who, conference)
    follow_up(as_who, conference)
    next_conference_lists_open_tasks(as_who)
    every_dispatch_of_the_page_is_verified(as_who("canbo.qs"), conference)

    checked = subprocess.run(
        [sys.executable, "-m", "giaoban.cli.main", "verify"], env=running.environment, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()


def test_an_article_of_2016_is_read_corrected_and_confirmed_in_the_district_of_former_days(
    visit: Callable[..., Page],
) -> None:
    page = visit("canbo.cah")
    read_and_confirm(page, ARTICLE_OF_2016, leads=("M.CAH", "M.BCHH"), co_chairs=("M.CAH", "M.BCHH"))
    expect(page.get_by_text("phối hợp tuần tra các tuyến giáp ranh").first).to_be_visible()


def test_a_text_that_is_no_conference_record_is_said_to_be_none(visit: Callable[..., Page]) -> None:
    page = visit("canbo.cah")
    page.goto("/records/")
    paste(page, "Dự báo thời tiết ngày mai: nhiều mây, có mưa vài nơi, gió nhẹ. Nhiệt độ từ 19 đến 24 độ.")
    expect(field(page, "This text tells of")).to_have_value("other")


@pytest.mark.parametrize("name", ["district-2016.txt", "ministry-2021.txt"])
def test_a_published_article_is_read_with_its_evidence(visit: Callable[..., Page], name: str) -> None:
    source = SEEDS / name
    if not source.exists():
        pytest.skip("extra: the published articles are not beside this checkout (../shared/seeds)")
    page = visit("canbo.cah")
    page.goto("/records/")
    field(page, "Text files").set_input_files(source)
    button(page, "Read").click()
    page.wait_for_url(UUID)
    expect(field(page, "Title")).to_have_value(re.compile("Hội nghị giao ban"))
    expect(page.locator(".source-text mark").first).to_be_visible()
    shot(page, f"record-{source.stem}")


# ------------------------------------------------------------------ steps


def open_page(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def paste(page: Page, text: str) -> None:
    field(page, "or paste the text of an article").fill(text)
    button(page, "Read").click()
    page.wait_for_url(UUID)


def read_and_confirm(
    page: Page, text: str, *, leads: tuple[str, str], co_chairs: tuple[str, str] = (HOST, CO_CHAIR)
) -> None:
    """Paste an article, look at the evidence, correct a field, confirm it with leads and dates for its tasks."""
    page.goto("/records/")
    paste(page, text)
    expect(page.locator(".source-text")).to_contain_text(text.splitlines()[2][:40])
    page.locator(".evidence-link").first.click()
    expect(page.locator(".source-text mark").first).to_be_visible()
    assert page.evaluate("location.hash"), "the eye beside a field leads to its place in the text"
    venue = field(page, "Venue")
    venue.fill("Hội trường Bộ CHQS tỉnh (đã sửa)")
    button(page, "Save").click()
    expect(venue).to_have_value("Hội trường Bộ CHQS tỉnh (đã sửa)")
    shot(page, f"record-draft-{leads[0]}")
    button(page, "Save and confirm").click()
    page.wait_for_url("**/confirm/**")
    shot(page, f"record-confirm-{leads[0]}")
    field(page, "Host").select_option(leads[0])
    for code in co_chairs:
        page.locator(f'input[name="co_chairs"][value="{code}"]').check()
    for place, lead in enumerate(page.locator('select[name^="lead_"]').all()):
        lead.select_option(leads[place % 2])
    button(page, "Confirm").click()
    page.wait_for_url("**/conferences/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hội nghị giao ban")
    expect(
        page.get_by_text(
            vi("Taken from a past record that a person confirmed; there was no invitation or roll in this system.")
        )
    ).to_be_visible()
    expect(page.locator('section a[href^="/dispatches/"]').first).to_be_visible()
    shot(page, f"conference-from-record-{leads[0]}")


def propose_and_plan(page: Page) -> tuple[str, str]:
    """Put the sample's own draft away, propose the next conference, and plan it for today with two sites."""
    page.goto("/conferences/")
    page.locator(".coming").filter(has_text=vi("in preparation", "conference")).get_by_role("link").first.click()
    button(page, "Put the draft away").click()
    field(page, "Reason").fill("Chuẩn bị lại theo hồ sơ vừa xác nhận.")
    button(page, "Put the draft away").click()
    page.goto("/conferences/")
    page.locator(".coming").filter(has_text="Công an – Quân sự – Biên phòng").get_by_role("link").click()
    shot(page, "conference-propose")
    button(page, "Draft the conference").click()
    page.wait_for_url("**/plan/")
    title = field(page, "Title").input_value()
    today = clock.day_of(clock.now())
    field(page, "Date").fill(f"{today:%d/%m/%Y}")
    field(page, "Ends at").fill("10h30")
    field(page, "Begins at").fill("11h30")
    field(page, "Why at short notice").fill("Họp đột xuất theo yêu cầu chỉ đạo.")
    rows = page.locator(".rows-form").filter(has=page.locator('input[name$="takes_part"]'))
    for row, (name, position) in zip(
        rows.all(), [("Quàng Minh Ví", "Giám đốc"), ("Lường Văn Nghiệm", "Chỉ huy trưởng")], strict=True
    ):
        field(row, "Name of the chair").fill(name)
        field(row, "Position").fill(position)
    button(page, "Save the plan").click()
    expect(page.locator('.notice[data-kind="problem"]').first).to_be_visible()
    assert field(page, "Why at short notice").input_value() == "Họp đột xuất theo yêu cầu chỉ đạo."
    field(page, "Begins at").fill("8h")
    for site in page.locator(".rows-form.site").all():
        if site.locator('input[name$="-name"]').first.input_value():
            head = field(site, "Head of the site")
            head.fill(head.input_value() or "Người phụ trách")
    button(page, "More items").click()
    last = page.locator(".rows-form.item").last
    field(last, "Content").fill("Trao đổi về phòng thủ dân sự cấp xã")
    last.locator("input[name$='-minutes']").fill("15")
    shot(page, "conference-plan")
    button(page, "Save the plan").click()
    page.wait_for_url(re.compile(rf"/conferences/{UUID.pattern}/$"))
    expect(page.get_by_text("Trao đổi về phòng thủ dân sự cấp xã")).to_be_visible()
    expect(page.get_by_role("heading", name=vi("Tasks carried over from earlier conferences"))).to_be_visible()
    expect(page.get_by_text("thực hiện nghiêm quy chế phối hợp").first).to_be_visible()
    shot(page, "conference-draft")
    return title, page.url


def send_invitation(page: Page, place: str) -> None:
    page.goto(place)
    page.goto(f"{place}invite/")
    expect(page.get_by_text("Họp đột xuất theo yêu cầu chỉ đạo.").first).to_be_visible()
    shot(page, "conference-invite")
    button(page, "Sign and send").click()
    page.wait_for_url(place)
    expect(page.get_by_text(vi("The invitation was registered and is on its way to all parties."))).to_be_visible()
    shot(page, "conference-invited")


def write_report(officer: Page, approver: Page, conference: str) -> None:
    """Type figures as people write them; a wrong one keeps everything; the approver signs."""
    officer.goto(conference)
    officer.get_by_role("link", name=vi("Reports of the period")).click()
    button(officer, "Write the report").or_(button(officer, "Go on writing")).first.click()
    officer.wait_for_url("**/edit/")
    cells = officer.locator("input[data-cell]")
    for place, cell in enumerate(cells.all()):
        cell.fill("1.250" if place == 0 else str(10 + place))
    text = officer.locator("textarea").first
    text.fill("Hai lực lượng đã trao đổi thông tin thường xuyên, đúng thời hạn.")
    cells.nth(1).fill("mười hai")
    button(officer, "Save").click()
    expect(cells.nth(1)).to_have_value("mười hai")
    expect(cells.nth(1)).to_have_attribute("aria-invalid", "true")
    expect(cells.first).to_have_value("1.250")
    expect(text).to_have_value("Hai lực lượng đã trao đổi thông tin thường xuyên, đúng thời hạn.")
    shot(officer, "report-wrong-number")
    cells.nth(1).fill("12")
    button(officer, "Save").click()
    expect(cells.nth(1)).not_to_have_attribute("aria-invalid", "true")
    report = officer.url.removesuffix("edit/")
    approver.goto(f"{report}submit/")
    expect(approver.get_by_text("1.250").first).to_be_visible()
    shot(approver, "report-submit")
    button(approver, "Sign and send").click()
    approver.wait_for_url(report)
    expect(approver.get_by_role("link").filter(has_text="/BC-").first).to_be_visible()
    shot(approver, "report-submitted")


def agree_figures(as_who: Callable[[str], Page], conference: str) -> None:
    """The host drafts the joint table, settles what differs, proposes; the others sign."""
    host, chief = as_who("canbo.qs"), as_who("thutruong.qs")
    host.goto(conference)
    host.get_by_role("link", name=vi("Reports of the period")).click()
    arrived(host, host.get_by_role("row").filter(has_text="Biên phòng").get_by_role("link").filter(has_text="/BC-"))
    button(host, "Put the reports side by side").click()
    host.wait_for_url("**/figures/*/")
    for row in host.locator("tr.open-row").all():
        row.locator('input[name^="a-"]').fill("1.250")
        row.locator('input[name^="c-"]').fill("Thống nhất theo biên bản đối chiếu.")
    shot(host, "figures-settling")
    follow(host, button(host, "Save the settlements"))
    equal = host.locator('[data-press="a"] button')
    if equal.count():
        follow(host, equal)
    figures = host.url
    chief.goto(figures)
    button(chief, "Sign and propose to all parties").click()
    expect(button(chief, "Sign and propose to all parties")).to_have_count(0)
    for other in ("thutruong.ca", "thutruong.bp"):
        page = as_who(other)
        page.goto(figures)
        arrived(page, button(page, "Sign the figures"))
        button(page, "Sign the figures").click()
        expect(page.locator(".signatures").get_by_text(vi("signed"), exact=True).first).to_be_visible()
    chief.goto(figures)
    arrived(chief, chief.locator(".page-title").get_by_text(vi("agreed")))
    shot(chief, "figures-agreed")


def hold(as_who: Callable[[str], Page], conference: str) -> None:
    """Open, call the roll at two sites with a substitute, take minutes, hear a contribution, close."""
    host, other = as_who("canbo.qs"), as_who("vanthu.ca")
    host.goto(f"{conference}hold/")
    button(host, "Open the conference").click()
    expect(button(host, "Close the sitting")).to_be_visible()
    for page, mine in ((host, "Bộ CHQS tỉnh"), (other, "Công an tỉnh")):
        page.goto(f"{conference}hold/")
        arrived(page, button(page, "Open the roll"))
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=vi("Open the roll")))
        expect(row).to_contain_text(mine)
        button(page, "Open the roll").click()
        line = page.locator(".rows-form.line").nth(1)
        field(line, "Position").fill("Trưởng phòng Tham mưu")
        field(line, "Roll-call").select_option("substitute")
        button(page, "Save the roll").click()
        expect(page.get_by_text(vi("Say who substitutes: the position is enough."))).to_be_visible()
        expect(field(line, "Position")).to_have_value("Trưởng phòng Tham mưu")
        field(line, "Substitute").fill("Phó Trưởng phòng Tham mưu")
        shot(page, f"roll-{page.url.count('/')}-{mine}")
        button(page, "Save the roll").click()
        page.wait_for_url("**/hold/")
    speaker = as_who("canbo.bp")
    speaker.goto(f"{conference}contribute/")
    field(speaker, "Contribution").fill(CONTRIBUTION)
    button(speaker, "Hand in to all parties").click()
    speaker.wait_for_url("**/hold/")
    host.goto(f"{conference}hold/")
    arrived(host, host.get_by_text(CONTRIBUTION))
    host.locator("textarea[name=note]").nth(0).fill("Đại diện cơ quan chủ trì tuyên bố lý do.")
    host.locator("textarea[name=note]").nth(1).fill(NOTE)
    host.locator("form").filter(has=host.locator("textarea[name=note]")).get_by_role("button").nth(1).click()
    expect(host.get_by_text(vi("The minutes were saved."))).to_be_visible()
    expect(host.locator("textarea[name=note]").nth(0)).to_have_value("Đại diện cơ quan chủ trì tuyên bố lý do.")
    expect(host.locator("textarea[name=note]").nth(1)).to_have_value(NOTE)
    arrived(host, host.locator(".counts li").filter(has_text=vi("of them substitutes")).get_by_text("2", exact=True))
    shot(host, "conference-hold")
    host.goto(f"{conference}hall/")
    expect(host.get_by_role("heading", level=1)).to_be_visible()
    shot(host, "conference-hall")
    host.goto(f"{conference}hold/")
    button(host, "Close the sitting").click()
    host.wait_for_url("**/conclude/")


def conclude(as_who: Callable[[str], Page], conference: str) -> None:
    """Draft conclusions and tasks, propose, be accepted by the other co-chair, issue."""
    host, chief, other = as_who("canbo.qs"), as_who("thutruong.qs"), as_who("thutruong.ca")
    host.goto(f"{conference}conclude/")
    field(host, "Assessment").fill(ASSESSMENT)
    button(host, "More tasks").click()
    expect(field(host, "Assessment")).to_have_value(ASSESSMENT)
    due = clock.day_of(clock.now()) + timedelta(days=30)
    for place, (text, lead, helper) in enumerate(TASKS):
        row = host.locator(".rows-form").nth(place)
        field(row, "Task").fill(text)
        field(row, "Lead agency").select_option(lead)
        row.locator(f'input[name$="cooperating"][value="{helper}"]').check()
        field(row, "Due on").fill(f"{due:%d/%m/%Y}")
    shot(host, "conference-conclude")
    button(host, "Save the conclusions").click()
    expect(host.get_by_text(vi("The conclusions were saved."))).to_be_visible()
    chief.goto(f"{conference}conclude/")
    button(chief, "Propose to the co-chairs").click()
    other.goto(f"{conference}answer/")
    arrived(other, button(other, "Accept"))
    expect(other.get_by_text(TASKS[0][0]).first).to_be_visible()
    shot(other, "conference-answer")
    button(other, "Accept").click()
    expect(other.get_by_text(vi("Your answer was sent to the host and the other co-chairs."))).to_be_visible()
    chief.goto(f"{conference}conclude/")
    arrived(chief, button(chief, "Issue minutes and notice"))
    button(chief, "Issue minutes and notice").click()
    chief.wait_for_url(conference)
    expect(chief.get_by_role("heading", name=vi("Tasks of this conference"))).to_be_visible()
    shot(chief, "conference-concluded")
    for party in ("canbo.ca", "canbo.bp", "canbo.ub"):
        page = open_page(as_who(party), conference)
        arrived(page, page.get_by_role("link", name=TASKS[0][0]))


def follow_up(as_who: Callable[[str], Page], conference: str) -> None:
    """The lead reports progress with evidence, asks for more time, gets it, completes; the host accepts."""
    lead, host = as_who("thutruong.ca"), as_who("thutruong.qs")
    lead.goto(conference)
    lead.get_by_role("link", name=TASKS[0][0]).click()
    task = lead.url
    button(lead, "Report progress").click()
    field(lead, "What has been done").fill(PROGRESS)
    field(lead, "Progress in percent").fill("50")
    field(lead, "Evidence").set_input_files(
        {"name": "bien-ban.txt", "mimeType": "text/plain", "buffer": "Biên bản tuần tra đợt một.".encode()}
    )
    lead.locator("main form button.btn-primary").click()
    lead.wait_for_url(task)
    expect(lead.get_by_role("link", name="bien-ban.txt")).to_be_visible()
    host.goto(task)
    arrived(host, host.get_by_text(PROGRESS))
    expect(host.get_by_role("link", name="bien-ban.txt")).to_be_visible()

    later = clock.day_of(clock.now()) + timedelta(days=60)
    lead.goto(f"{task}extension/")
    field(lead, "New date asked for").fill(f"{later:%d/%m/%Y}")
    field(lead, "Reason").fill("Chờ kế hoạch diễn tập của cấp trên.")
    lead.locator("main form button.btn-primary").click()
    lead.wait_for_url(task)
    host.goto(task)
    arrived(host, host.get_by_text("Chờ kế hoạch diễn tập của cấp trên."))
    host.goto(f"{task}extension/decide/")
    host.locator("main form button.btn-primary").click()
    host.wait_for_url(task)
    lead.goto(task)
    arrived(lead, lead.locator(".facts").get_by_text(f"{later:%d/%m/%Y}"))

    lead.goto(f"{task}complete/")
    field(lead, "What was achieved").fill("Đã tổ chức đủ hai đợt tuần tra chung.")
    lead.locator("main form button.btn-primary").click()
    lead.wait_for_url(task)
    host.goto(task)
    arrived(host, host.get_by_text("Đã tổ chức đủ hai đợt tuần tra chung."))
    host.goto(f"{task}review/")
    host.locator("main form button.btn-primary").click()
    host.wait_for_url(task)
    expect(host.get_by_text(vi("Accepted on"))).to_be_visible()
    shot(host, "task-accepted")
    host.set_viewport_size(PHONE)
    shot(host, "task-accepted-phone")


def next_conference_lists_open_tasks(as_who: Callable[[str], Page]) -> None:
    """The co-chair whose turn it is proposes the following conference: open tasks are there, the finished one is not."""
    page = as_who("canbo.ca")
    page.goto("/conferences/")
    page.locator(".coming").filter(has_text="Công an – Quân sự – Biên phòng").get_by_role("link").click()
    button(page, "Draft the conference").or_(button(page, "We host in their place")).first.click()
    page.wait_for_url("**/plan/")
    page.goto(page.url.removesuffix("plan/"))
    carried = page.locator("section").filter(
        has=page.get_by_role("heading", name=vi("Tasks carried over from earlier conferences"))
    )
    expect(carried.get_by_role("link", name=TASKS[1][0])).to_be_visible()
    expect(carried.get_by_role("link", name=TASKS[2][0])).to_be_visible()
    expect(carried.get_by_role("link", name=TASKS[0][0])).to_have_count(0)
    shot(page, "conference-next")


def every_dispatch_of_the_page_is_verified(page: Page, conference: str) -> None:
    """Follow each link to a dispatch from the conference, its sitting, its reports and figures, and a task: all are whole."""
    found: set[str] = set()

    def collect() -> None:
        found.update(link.get_attribute("href") or "" for link in page.locator('main a[href^="/dispatches/"]').all())

    for address in (conference, f"{conference}hold/", f"{conference}agenda/"):
        page.goto(address)
        collect()
    page.goto(conference)
    follow(page, page.locator('main a[href^="/figures/"]').first)
    collect()
    follow(page, page.locator('main a[href^="/reports/of/"]').first)
    collect()
    page.goto(conference)
    follow(page, page.get_by_role("link", name=TASKS[0][0]))
    collect()
    kinds = set()
    for address in sorted({address.partition("files/")[0] for address in found}):
        page.goto(address)
        expect(page.locator(".page-title")).to_contain_text(vi("Verified"))
        kinds.add(page.locator("dd > code").first.inner_text())
    shot(page, "dispatch")
    assert kinds >= KINDS, sorted(KINDS - kinds)
