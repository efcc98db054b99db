"""Agencies that work through the API alone: a whole cycle with a token for each person, and what is refused on the way."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.api.programs import Program
from tests.archive.articles import ARTICLE
from tests.conferences.hall import NAMES, make_hall

from giaoban.common import clock
from giaoban.common.access import Role
from giaoban.dispatches.services import deliver_all
from giaoban.dispatches.verification import verify_all

if TYPE_CHECKING:
    from tests.conferences.hall import Hall

Acts = dict[str, Any]
PARTIES = ("CAH", "BCH", "HKL")


class Office:
    """The programs of four agencies: CAH and BCH co-chair, HKL is a party, HAI a stranger."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.coordination = f"/coordinations/{hall.coordination.uid}"
        self._programs: dict[tuple[str, Role], Program] = {}

    def __call__(self, code: str, role: Role = Role.APPROVER) -> Program:
        key = code, role
        if key not in self._programs:
            self._programs[key] = Program(self.hall.by(code, role))
        return self._programs[key]

    def officer(self, code: str) -> Program:
        return self(code, Role.OFFICER)

    def clerk(self, code: str) -> Program:
        return self(code, Role.CLERK)

    # -- the way through a cycle, each step after those before it

    def drafted(self) -> str:
        """The next conference with a complete plan for today; its address."""
        made = self.officer("CAH").post(f"{self.coordination}/conferences", {})
        path = f"/conferences/{made['uid']}"
        read = self.officer("CAH").get(f"{path}/plan")
        self.officer("CAH").put(f"{path}/plan", read | {"plan": read["plan"] | complete()})
        return path

    def reported(self, period: str, **values: str) -> dict[str, str]:
        """Every party has submitted its report; code of the agency → address of the report."""
        reports = {}
        for code in PARTIES:
            report = self.officer(code).act(f"{self.coordination}/reports/{period}")
            reports[code] = f"/reports/{report['uid']}"
            self.officer(code).patch(
                reports[code],
                {
                    "row_version": report["row_version"],
                    "sections": {"area:thong-tin": f"Kết quả của {code}."},
                    "values": {"tin": {"value": values.get(code, "10")}},
                },
            )
            self(code).act(f"{reports[code]}/submission")
        arrive()
        return reports

    def opened(self) -> str:
        path = self.drafted()
        self("CAH").act(f"{path}/invitation")
        arrive()
        self.officer("CAH").act(f"{path}/opening")
        arrive()
        return path

    def concluding(self) -> str:
        """The sitting is closed and the conclusions lie with BCH."""
        path = self.opened()
        self.officer("CAH").act(f"{path}/closing")
        self.officer("CAH").put(f"{path}/conclusions", {"conclusions": conclusions()})
        self("CAH").act(f"{path}/conclusions/proposal")
        arrive()
        return path

    def concluded(self) -> str:
        path = self.concluding()
        digest = self("BCH").get(f"{path}/conclusions")["digest"]
        self("BCH").act(f"{path}/conclusions/acceptance", {"digest": digest})
        arrive()
        self("CAH").act(f"{path}/outcome")
        arrive()
        return path

    def task(self, code: str, path: str) -> str:
        """The address of the task of a conference, from the island of `code`."""
        return f"/tasks/{self(code).get(path)['tasks'][0]}"


@pytest.fixture
def office(db: None) -> Office:
    """Three parties and a stranger on one server."""
    return Office(make_hall())


def arrive() -> None:
    """What was sent has reached its recipients, and their receipts the senders."""
    deliver_all(clock.now())


def in_days(count: int) -> str:
    return (clock.day_of(clock.now()) + timedelta(days=count)).isoformat()


def complete() -> Acts:
    """All an invitation names, for a conference today."""
    return {
        "held_on": in_days(0),
        "format": "online",
        "ad_hoc_reason": "Tình hình phát sinh cần họp ngay",
        "co_chairs": [
            {"agency": code, "name": f"Nguyễn Văn {code}", "position": f"Trưởng {NAMES[code][1]}"}
            for code in ("CAH", "BCH")
        ],
        "sites": [
            {
                "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, code)),
                "agency": code,
                "name": f"Điểm cầu {NAMES[code][1]}",
                "head_name": f"Trần Thị {code}",
                "is_main": code == "CAH",
            }
            for code in PARTIES
        ],
    }


def conclusions() -> list[Acts]:
    return [
        {"uid": str(uuid.UUID(int=1)), "kind": "assessment", "text": "Công tác phối hợp có chuyển biến tích cực."},
        {
            "uid": str(uuid.UUID(int=2)),
            "kind": "task",
            "text": "Xây dựng kế hoạch tuần tra chung.",
            "lead": "BCH",
            "cooperating": ["CAH", "HKL"],
            "due_on": in_days(30),
        },
    ]


def test_three_agencies_go_through_a_whole_cycle_by_the_api_alone(office: Office) -> None:
    # prepare
    path = office.drafted()
    conference = office("CAH").get(path)
    assert (conference["state"], conference["host"]["code"]) == ("draft", "CAH")
    assert office("BCH").refused("GET", path) == (404, "not_found")
    assert office("CAH").act(f"{path}/invitation")["state"] == "invited"
    arrive()
    assert [office(code).get(path)["state"] for code in PARTIES] == ["invited"] * 3
    read = office("CAH").get(f"{path}/plan")
    changed = office("CAH").act(
        f"{path}/plan-changes",
        read | {"plan": read["plan"] | {"venue": "Hội trường huyện"}, "note": "Đổi hội trường"},
    )
    arrive()
    assert (changed["venue"], changed["agenda_version"]) == ("Hội trường huyện", 2)
    assert office("HKL").get(path)["venue"] == "Hội trường huyện"

    # report and agree
    office.reported(conference["period"], CAH="12")
    table = office.officer("CAH").act(f"{office.coordination}/figures/{conference['period']}")
    figures = f"/figures/{table['uid']}"
    office.officer("CAH").act(f"{figures}/equal")
    office("CAH").act(f"{figures}/proposal")
    arrive()
    for code in ("BCH", "HKL"):
        office(code).act(f"{figures}/signature")
    arrive()
    assert [office(code).get(figures)["state"] for code in PARTIES] == ["agreed"] * 3
    said = office("HKL").get(figures)
    assert [each["verdict"] for each in said["signatures"]] == ["signed"] * 3
    assert [(row["indicator"], row["agreed"]) for row in said["rows"]] == [("tin", said["rows"][0]["joint"])]

    # hold
    office.officer("CAH").act(f"{path}/opening")
    arrive()
    sites = {each["agency"]: each["uid"] for each in office("BCH").get(path)["sites"]}
    lines = [
        {"duty": "Chỉ huy trưởng", "delegate_name": "Lê Văn Hai", "status": "present"},
        {"duty": "Chính trị viên", "status": "substitute", "substitute": "Phó Chỉ huy trưởng"},
        {"duty": "Cán bộ", "status": "present", "head_count": 6},
    ]
    office.clerk("BCH").put(f"{path}/sites/{sites['BCH']}/roll", {"lines": lines})
    arrive()
    heard = office("CAH").get(f"{path}/sites/{sites['BCH']}/roll")["lines"]
    assert [(line["duty"], line["status"], line["head_count"]) for line in heard] == [
        ("Chỉ huy trưởng", "present", 1),
        ("Chính trị viên", "substitute", 1),
        ("Cán bộ", "present", 6),
    ]
    called = f"{path}/sites/{sites['BCH']}/roll"
    blind = office.clerk("BCH").refused("PUT", called, {"lines": lines[:1]})
    seen = office.clerk("BCH").get(called)["seen"]
    assert (blind, office.clerk("BCH").put(called, {"lines": lines[:2], "seen": seen})["lines"]) == (
        (409, "conference.roll_meanwhile"),
        heard[:2],
    )
    item = office("CAH").get(path)["agenda"][1]["uid"]
    noted = office.clerk("CAH").put(f"{path}/items/{item}/note", {"note": "Hội nghị nghe báo cáo."})
    assert noted["agenda"][1]["note"] == "Hội nghị nghe báo cáo."
    blind = office.clerk("CAH").refused("PUT", f"{path}/items/{item}/note", {"note": "Không xem trước."})
    again = {"note": "Hội nghị nghe báo cáo và thảo luận.", "seen": noted["agenda"][1]["seen"]}
    assert (blind, office.clerk("CAH").put(f"{path}/items/{item}/note", again)["agenda"][1]["note"]) == (
        (409, "conference.note_meanwhile"),
        again["note"],
    )
    office.officer("HKL").post(f"{path}/contributions", {"text": "Đề nghị tuần tra chung hằng tháng.", "item": item})
    arrive()
    assert [(each["agency"], each["item"]) for each in office("BCH").get(f"{path}/contributions")] == [("HKL", item)]
    assert office.officer("CAH").act(f"{path}/closing")["state"] == "concluding"

    # conclude
    office.officer("CAH").put(f"{path}/conclusions", {"conclusions": conclusions()})
    digest = office("CAH").act(f"{path}/conclusions/proposal")["proposed_digest"]
    arrive()
    assert office("BCH").get(f"{path}/conclusions")["digest"] == digest
    office("BCH").act(f"{path}/conclusions/acceptance", {"digest": digest})
    arrive()
    assert office("CAH").act(f"{path}/outcome")["state"] == "concluded"
    arrive()
    assert [office(code).get(path)["state"] for code in PARTIES] == ["concluded"] * 3

    # follow up
    task = office.task("BCH", path)
    office.officer("BCH").post(f"{task}/progress", {"text": "Đã có dự thảo kế hoạch.", "percent": 40})
    office.officer("BCH").post(f"{task}/extension-request", {"new_due_on": in_days(40), "reason": "Chờ ý kiến."})
    arrive()
    office("CAH").post(f"{task}/extension-decision", {"granted": True})
    arrive()
    assert office("HKL").get(task)["due_on"] == in_days(40)
    office("BCH").post(f"{task}/completion", {"text": "Đã ban hành kế hoạch."})
    arrive()
    office("CAH").post(f"{task}/return", {"reason": "Chưa có chữ ký của Kiểm lâm."})
    arrive()
    office("BCH").post(f"{task}/completion", {"text": "Đã bổ sung."})
    arrive()
    office("CAH").post(f"{task}/acceptance", {})
    arrive()
    assert [office(code).get(task)["standing"] for code in PARTIES] == ["done_on_time"] * 3
    assert [each["kind"] for each in office("HKL").get(task)["events"]] == [
        "assigned",
        "progress",
        "extension_requested",
        "extended",
        "completed",
        "returned",
        "completed",
        "accepted",
    ]

    # the papers, and the proof
    packed = office("HKL").client.get(f"/api{path}/dossier")
    assert packed["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert {name.rpartition(".")[2] for name in names} == {"docx", "pdf"}
    assert office("HAI").refused("GET", path) == (404, "not_found")
    assert [finding for finding in verify_all() if finding] == []


def test_a_returned_report_is_revised_and_submitted_again(office: Office) -> None:
    reports = office.reported("2026-Q3")

    returned = office("CAH").act(f"{reports['HKL']}/return", {"reason": "Số tin chưa khớp sổ."})
    arrive()
    draft = office.officer("HKL").act(f"{reports['HKL']}/revision")
    office.officer("HKL").patch(
        f"/reports/{draft['uid']}", {"row_version": draft["row_version"], "values": {"tin": {"value": "9"}}}
    )
    again = office("HKL").act(f"/reports/{draft['uid']}/submission")

    assert returned["state"] == "returned"
    assert (again["version"], again["state"], again["values"][0]["value"]) == (2, "submitted", "9.0000")


def test_an_objection_to_the_figures_is_answered_with_a_new_version(office: Office) -> None:
    office.reported("2026-Q3")
    place = f"{office.coordination}/figures/2026-Q3"
    first = office.officer("CAH").act(place)
    office("CAH").act(f"/figures/{first['uid']}/proposal")
    arrive()
    office("BCH").act(f"/figures/{first['uid']}/objection", {"reason": "Thiếu tin của tháng 9."})
    arrive()

    second = office.officer("CAH").act(place)
    settled = office.officer("CAH").patch(
        f"/figures/{second['uid']}/rows",
        {"row_version": second["row_version"], "rows": {"tin": {"agreed": "31", "comment": "Đối chiếu sổ."}}},
    )

    assert (second["version"], second["state"]) == (2, "draft")
    assert [(row["state"], row["comment"]) for row in settled["rows"]] == [("settled", "Đối chiếu sổ.")]
    assert settled["row_version"] == second["row_version"] + 1
    stale = {"row_version": second["row_version"], "rows": {"tin": {"agreed": "30", "comment": "Nhầm."}}}
    assert office.officer("CAH").refused("PATCH", f"/figures/{second['uid']}/rows", stale)[0] == 409


def test_nobody_overwrites_a_colleague_unseen(office: Office) -> None:
    report = office.officer("CAH").act(f"{office.coordination}/reports/2026-Q3")
    path, seen = f"/reports/{report['uid']}", report["row_version"]
    office("CAH").patch(path, {"row_version": seen, "values": {"tin": {"value": "12"}}})

    refused = office.officer("CAH").refused(
        "PATCH", path, {"row_version": seen, "sections": {"area:thong-tin": "Khác"}}
    )

    assert refused == (409, "report.saved_meanwhile")
    kept = office("CAH").get(path)
    assert {section["text"] for section in kept["sections"]} == {""}
    assert kept["row_version"] == seen + 1


def test_a_plan_is_saved_over_nobody_unseen(office: Office) -> None:
    path = office.drafted()
    read = office.officer("CAH").get(f"{path}/plan")
    kept = office.officer("CAH").put(f"{path}/plan", read | {"plan": read["plan"] | {"venue": "Hội trường A"}})

    refused = office.officer("CAH").refused("PUT", f"{path}/plan", read | {"plan": read["plan"] | {"venue": "B"}})

    assert refused == (409, "conference.saved_meanwhile")
    assert office("CAH").get(f"{path}/plan") == kept
    for count in ({}, {"row_version": None}):
        assert office.officer("CAH").refused("PUT", f"{path}/plan", {"plan": read["plan"], **count}) == (
            422,
            "request.shape",
        )


def test_a_changed_plan_is_announced_over_nobody_unseen(office: Office) -> None:
    path = office.drafted()
    office("CAH").act(f"{path}/invitation")
    read = office("CAH").get(f"{path}/plan")
    venues = [read | {"plan": read["plan"] | {"venue": venue}, "note": "Đổi hội trường"} for venue in ("A", "B")]
    office("CAH").act(f"{path}/plan-changes", venues[0])

    refused = office("CAH").refused("POST", f"{path}/plan-changes", venues[1])

    assert refused == (409, "conference.saved_meanwhile")
    assert (office("CAH").get(path)["venue"], office("CAH").get(path)["agenda_version"]) == ("A", 2)
    without = {name: said for name, said in venues[1].items() if name != "row_version"}
    assert office("CAH").refused("POST", f"{path}/plan-changes", without) == (422, "request.shape")


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("-1", (422, "request.shape")),
        ("1,5", (422, "request.shape")),
        ("1e3", (422, "request.shape")),
        ("NaN", (422, "request.shape")),
        ("", (422, "request.shape")),
        ("١٢", (422, "request.shape")),
        ("1234567890123", (422, "request.shape")),
        (12, (422, "request.shape")),
        (1.5, (422, "request.shape")),
        (True, (422, "request.shape")),
        ("1.5", (409, "report.value")),
    ],
)
def test_a_bad_figure_is_refused_and_nothing_is_saved(office: Office, value: object, refusal: tuple[int, str]) -> None:
    report = office.officer("CAH").act(f"{office.coordination}/reports/2026-Q3")
    body = {
        "row_version": report["row_version"],
        "sections": {"area:thong-tin": "Không được giữ"},
        "values": {"tin": {"value": value}},
    }

    assert office.officer("CAH").refused("PATCH", f"/reports/{report['uid']}", body) == refusal
    assert office("CAH").get(f"/reports/{report['uid']}") == report


def test_an_answer_is_to_the_text_that_was_read_and_to_no_other(office: Office) -> None:
    path = office.concluding()
    digest = office("BCH").get(f"{path}/conclusions")["digest"]

    assert office("BCH").refused("POST", f"{path}/conclusions/acceptance", {"digest": "0" * 64}) == (
        409,
        "conference.text_changed",
    )
    assert office("HKL").refused("POST", f"{path}/conclusions/acceptance", {"digest": digest}) == (
        409,
        "conference.state",
    )
    assert office("CAH").refused("POST", f"{path}/outcome") == (409, "conference.not_accepted")
    office("BCH").act(f"{path}/conclusions/objection", {"digest": digest, "reason": "Thiếu mốc thời gian."})
    arrive()
    assert [
        (each["agency"]["code"], each["accepted"], each["objection"]) for each in office("CAH").get(path)["co_chairs"]
    ] == [("CAH", True, ""), ("BCH", False, "Thiếu mốc thời gian.")]
    assert office("CAH").refused("POST", f"{path}/outcome") == (409, "conference.not_accepted")
    better = [conclusions()[0], conclusions()[1] | {"due_on": in_days(20)}]
    stored = office.officer("CAH").get(f"{path}/conclusions")
    blind = office.officer("CAH").refused("PUT", f"{path}/conclusions", {"conclusions": better})
    assert blind == (409, "conference.conclusions_meanwhile")
    assert (
        office.officer("CAH").put(f"{path}/conclusions", {"conclusions": better, "seen": stored["seen"]})["digest"]
        == ""
    )
    assert office("CAH").refused("POST", f"{path}/outcome") == (409, "conference.not_proposed")


def test_a_past_record_is_corrected_and_confirmed_with_all_parties(office: Office) -> None:
    officer = office.officer("CAH")
    draft = officer.post("/past-records", {"file_name": "bai.txt", "text": ARTICLE})
    path = f"/past-records/{draft['uid']}"
    corrected = officer.patch(path, {"edits": 0, "fields": {"title": "Giao ban quý I", "venue": None}})
    body = {
        "coordination": str(office.hall.coordination.uid),
        "period": "2016-Q1",
        "held_on": "2016-04-20",
        "host": "CAH",
        "co_chairs": ["CAH", "BCH"],
        "tasks": [{"text": text, "lead": "BCH", "due_on": "2016-06-30"} for text in corrected["record"]["tasks"]],
    }

    assert officer.refused("PATCH", path, {"edits": 0, "fields": {}}) == (409, "archive.changed_meanwhile")
    assert officer.refused("POST", f"{path}/confirmation", body | {"host": "KHONG"}) == (422, "request.agency")
    assert officer.refused("POST", f"{path}/confirmation", body | {"host": "HAI"}) == (409, "archive.stranger_named")
    assert officer.refused("POST", f"{path}/confirmation", body | {"period": "2016-Q9"})[0] == 422
    confirmed = officer.act(f"{path}/confirmation", body)
    arrive()

    assert (corrected["title"], corrected["edits"], confirmed["state"]) == ("Giao ban quý I", 1, "confirmed")
    there = office("HKL").get(f"/conferences/{confirmed['conference']}")
    assert (there["title"], there["state"], len(there["tasks"])) == ("Giao ban quý I", "concluded", len(body["tasks"]))


def test_a_past_record_is_set_aside_and_taken_up_again(office: Office) -> None:
    officer = office.officer("CAH")
    path = f"/past-records/{officer.post('/past-records', {'file_name': 'bai.txt', 'text': ARTICLE})['uid']}"

    assert officer.act(f"{path}/set-aside", {"reason": "Không phải hội nghị"})["state"] == "rejected"
    assert officer.act(f"{path}/reopening")["state"] == "draft"
    assert officer.refused("POST", f"{path}/reopening") == (409, "archive.not_set_aside")


@pytest.mark.parametrize(
    "fields",
    [
        {"held_on": "2016-13-45"},
        {"held_on": "20/04/2016"},
        {"tasks": [" "]},
        {"tasks": "một"},
        {"period": {"type": "week", "year": 2016, "ordinal": 1}},
        {"warnings": []},
        {"title": "a\x00b"},
        {"kind": None},
    ],
)
def test_a_correction_that_fits_no_record_is_refused(office: Office, fields: Acts) -> None:
    officer = office.officer("CAH")
    path = f"/past-records/{officer.post('/past-records', {'file_name': 'bai.txt', 'text': ARTICLE})['uid']}"
    draft = officer.get(path)

    assert officer.refused("PATCH", path, {"edits": 0, "fields": fields}) == (422, "request.shape")
    assert officer.get(path) == draft


def test_a_day_without_a_year_can_be_kept(office: Office) -> None:
    officer = office.officer("CAH")
    path = f"/past-records/{officer.post('/past-records', {'file_name': 'bai.txt', 'text': ARTICLE})['uid']}"

    assert officer.patch(path, {"edits": 0, "fields": {"held_on": "--04-20"}})["held_on"] == "--04-20"


def test_a_delivery_is_stopped_and_tried_again_by_its_sender_only(office: Office) -> None:
    path = office.drafted()
    office("CAH").act(f"{path}/invitation")
    sent = office("CAH").get(path)["dispatches"][0]["uid"]
    delivery = office("CAH").get(f"/dispatches/{sent}")["deliveries"][0]

    stopped = office.clerk("CAH").act(f"/deliveries/{delivery['id']}/stop")
    assert [each["may_stop"] for each in stopped["deliveries"]] == [False, True]
    assert office("BCH").refused("POST", f"/deliveries/{delivery['id']}/retry") == (404, "not_found")
    assert office.officer("CAH").refused("POST", f"/deliveries/{delivery['id']}/retry") == (403, "access.role")
    assert office.clerk("CAH").refused("POST", f"/deliveries/{'9' * 30}/retry") == (404, "not_found")
    again = office.clerk("CAH").act(f"/deliveries/{delivery['id']}/retry")
    arrive()

    assert again["deliveries"][0]["state"] != stopped["deliveries"][0]["state"]
    assert office("BCH").get(path)["state"] == "invited"
    assert office("HKL").get(path)["state"] == "invited"


def every_act(office: Office) -> list[tuple[str, str, Acts | None]]:
    """One right request for each act on something that is there, on the island of CAH."""
    office.reported("2026-Q3")
    figures = office.officer("CAH").act(f"{office.coordination}/figures/2026-Q3")
    path = office.concluded()
    page = office("CAH").get(path)
    record = office.officer("CAH").post("/past-records", {"file_name": "bai.txt", "text": ARTICLE})
    report = next(each for each in office("CAH").get("/reports") if each["agency"]["code"] == "CAH")["uid"]
    plan = office("CAH").get(f"{path}/plan")
    reason, task, past = {"reason": "Vì sao"}, office.task("CAH", path), f"/past-records/{record['uid']}"
    table = f"/figures/{figures['uid']}"
    return [
        ("POST", f"{office.coordination}/reports/2026-Q4", None),
        ("PATCH", f"/reports/{report}", {"row_version": 1}),
        ("POST", f"/reports/{report}/submission", None),
        ("POST", f"/reports/{report}/revision", None),
        ("POST", f"/reports/{report}/return", reason),
        ("POST", f"{office.coordination}/figures/2026-Q3", None),
        ("PATCH", f"{table}/rows", {"row_version": 1, "rows": {"tin": {"agreed": "1", "comment": "x"}}}),
        ("POST", f"{table}/equal", None),
        ("POST", f"{table}/proposal", None),
        ("POST", f"{table}/signature", None),
        ("POST", f"{table}/objection", reason),
        ("POST", f"{office.coordination}/conferences", {}),
        ("PUT", f"{path}/plan", plan),
        ("POST", f"{path}/invitation", None),
        ("POST", f"{path}/plan-changes", plan),
        ("POST", f"{path}/cancellation", reason),
        ("POST", f"{path}/opening", None),
        ("PUT", f"{path}/sites/{page['sites'][0]['uid']}/roll", {"lines": []}),
        ("PUT", f"{path}/items/{page['agenda'][0]['uid']}/note", {"note": "x"}),
        ("POST", f"{path}/contributions", {"text": "x"}),
        ("POST", f"{path}/closing", None),
        ("PUT", f"{path}/conclusions", {"conclusions": []}),
        ("POST", f"{path}/conclusions/proposal", None),
        ("POST", f"{path}/conclusions/acceptance", {"digest": "0"}),
        ("POST", f"{path}/conclusions/objection", {"digest": "0", **reason}),
        ("POST", f"{path}/outcome", None),
        ("POST", f"{task}/progress", {"text": "x"}),
        ("POST", f"{task}/extension-request", {"new_due_on": in_days(99), **reason}),
        ("POST", f"{task}/extension-decision", {"granted": True}),
        ("POST", f"{task}/completion", {"text": "x"}),
        ("POST", f"{task}/acceptance", {}),
        ("POST", f"{task}/return", reason),
        ("PATCH", past, {"edits": 0, "fields": {}}),
        (
            "POST",
            f"{past}/confirmation",
            {
                "coordination": str(office.hall.coordination.uid),
                "period": "2016-Q1",
                "held_on": "2016-04-20",
                "host": "CAH",
            },
        ),
        ("POST", f"{past}/set-aside", {}),
        ("POST", f"{past}/reopening", None),
    ]


def test_no_act_is_open_to_strangers_viewers_and_slips(office: Office) -> None:
    acts = every_act(office)
    stranger, viewer, officer = office("HAI"), office("CAH", Role.VIEWER), office("CAH")
    before = [office("CAH").get(path) for path in ("/reports", "/conferences", "/tasks", "/past-records")]
    described = officer.get("/openapi.json")["paths"]

    assert {(method, path): stranger.refused(method, path, body) for method, path, body in acts} == {
        (method, path): (404, "not_found") for method, path, _body in acts
    }
    assert {(method, path): viewer.refused(method, path, body) for method, path, body in acts} == {
        (method, path): (403, "access.role") for method, path, _body in acts
    }
    with_body = [(method, path) for method, path, body in acts if body is not None]
    for sent in ([], "x", 5, {"slip": 1}, None):
        assert {officer.refused(method, path, sent) for method, path in with_body} <= {
            (422, "request.shape"),
            (400, "request.unreadable"),
        }
    assert [office("CAH").get(path) for path in ("/reports", "/conferences", "/tasks", "/past-records")] == before
    # Letters and files meet their strangers in test_letters.py, tests/correspondence and tests/security.
    written = sum(
        method not in {"get", "head"}
        for path, methods in described.items()
        if "/letters" not in path and not path.endswith("/files")
        for method in methods
    )
    assert len(acts) == written - len(["reading an article", "retry", "stop"])


def test_an_act_out_of_turn_is_refused_with_a_reason(office: Office) -> None:
    path = office.drafted()

    assert office.officer("CAH").refused("POST", f"{office.coordination}/conferences", {}) == (
        409,
        "conference.twin_draft",
    )
    assert office.officer("BCH").refused("POST", f"{office.coordination}/conferences", {}) == (
        409,
        "conference.not_your_turn",
    )
    assert office.officer("HKL").refused("POST", f"{office.coordination}/conferences", {}) == (
        409,
        "conference.not_co_chair",
    )
    assert office.officer("CAH").refused("POST", f"{path}/opening") == (409, "conference.state")
    assert office.officer("CAH").refused("POST", f"{path}/invitation") == (403, "access.role")
    read = office("CAH").get(f"{path}/plan")
    for wrong, refusal in (
        ({"held_on": "2020-01-01"}, (422, "conference.plan")),
        ({"starts_at": "11:00", "ends_at": "09:00"}, (422, "conference.plan")),
        ({"venue": "a\x00b"}, (422, "request.shape")),
        ({"title": "a\x00b"}, (422, "request.shape")),
        ({"unknown": 1}, (422, "request.shape")),
        ({"sites": [{"agency": "CAH", "name": "x", "uid": "no"}]}, (422, "request.shape")),
    ):
        changed = read | {"plan": read["plan"] | wrong}
        assert office.officer("CAH").refused("PUT", f"{path}/plan", changed) == refusal
    assert office("CAH").get(f"{path}/plan") == read
    assert office.officer("CAH").act(f"{path}/cancellation", {})["state"] == "cancelled"


def test_values_at_the_edge_are_answered_and_never_break_the_server(office: Office) -> None:
    path = office.drafted()
    officer, approver = office.officer("CAH"), office("CAH")
    plan = approver.get(f"{path}/plan")["plan"]
    record = f"/past-records/{officer.post('/past-records', {'file_name': 'bai.txt', 'text': ARTICLE})['uid']}"
    coordination = str(office.hall.coordination.uid)
    confirmation = {"coordination": coordination, "period": "2016-Q1", "held_on": "2016-04-20", "host": "CAH"}
    task = {"text": "Tuần tra chung.", "lead": "CAH", "due_on": "2016-06-30"}
    days, periods = ("0001-01-01", "9999-12-31"), ("0001-Q1", "9999-Q4", "9999", "1900-H1", "x" * 80, "２０２６-Q1")
    sent = [
        *(("PUT", f"{path}/plan", {"plan": plan | {"held_on": day}}) for day in days),
        *(("PUT", f"{path}/plan", {"plan": plan | {"period": period[:12]}}) for period in periods),
        *(("PUT", f"{path}/plan", {"plan": plan | {"next_period": period[:12]}}) for period in periods),
        ("PUT", f"{path}/plan", {"plan": plan | {"title": "a\ud800"}}),
        ("PUT", f"{path}/plan", {"plan": plan | {"title": ""}}),
        ("PUT", f"{path}/plan", {"plan": plan | {"sites": plan["sites"] * 2}}),
        ("PUT", f"{path}/plan", {"plan": plan | {"items": plan["items"] * 2}}),
        *(
            each
            for day in days
            for each in (
                ("PUT", f"{path}/plan", {"plan": plan | {"held_on": day}}),
                ("POST", f"{path}/invitation", None),
            )
        ),
        *(("POST", f"{office.coordination}/reports/{period}", None) for period in periods),
        *(("POST", f"{office.coordination}/figures/{period}", None) for period in periods),
        *(("POST", f"{record}/confirmation", confirmation | {"held_on": day}) for day in days),
        *(("POST", f"{record}/confirmation", confirmation | {"period": period}) for period in periods),
        *(("POST", f"{record}/confirmation", confirmation | {"tasks": [task | {"due_on": day}]}) for day in days),
        ("POST", f"{record}/confirmation", confirmation | {"co_chairs": ["CAH", "CAH"]}),
        ("PATCH", record, {"edits": 10**30, "fields": {}}),
        ("PATCH", record, {"edits": -1, "fields": {"tasks": []}}),
    ]

    broken = []
    for method, where, body in sent:
        if body is not None and "plan" in body:
            body["row_version"] = approver.get(f"{path}/plan")["row_version"]
        answer = approver.client.generic(
            method, f"/api{where}", "" if body is None else json.dumps(body), content_type="application/json"
        )
        if answer.status_code >= 500:
            broken.append((method, where, body if body is None else sorted(body), answer.content[:100]))

    assert broken == []
