"""The API as a program meets it: one token, one shape of error, and nothing of other agencies."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.api.programs import Program

from giaoban.common.clock import day_of
from giaoban.conferences.queries import conferences_for
from giaoban.reports.queries import reports
from giaoban.tasks.queries import tasks_for

if TYPE_CHECKING:
    from tests.conftest import World

pytestmark = pytest.mark.django_db
OFFICER, APPROVER, VIEWER, ADMINISTRATOR, STRANGER = (
    "canbo.ca",
    "thutruong.ca",
    "kiemtra.ca",
    "quantri",
    "nguoila",
)


class Caller(Program):
    """A program with a token of one person of the sample."""

    def __init__(self, world: World, username: str) -> None:
        super().__init__(world.by(username))


READS, WRITES = ["401", "403", "404", "422"], ["400", "401", "403", "404", "409", "422"]
GET, MAKE, ACT = {"get": ["200", *READS]}, {"post": ["201", *WRITES]}, {"post": ["200", *WRITES]}
PATCH, PUT = {"patch": ["200", *WRITES]}, {"put": ["200", *WRITES]}
DESCRIBED = {
    "/me": GET,
    "/coordinations": GET,
    "/coordinations/{uid}": GET,
    "/coordinations/{uid}/reports/{period}": ACT,
    "/coordinations/{uid}/figures/{period}": GET | ACT,
    "/coordinations/{uid}/conferences": MAKE,
    "/reports": GET,
    "/reports/{uid}": GET | PATCH,
    "/reports/{uid}/submission": ACT,
    "/reports/{uid}/revision": ACT,
    "/reports/{uid}/return": ACT,
    "/figures/{uid}": GET,
    "/figures/{uid}/rows": PATCH,
    "/figures/{uid}/equal": ACT,
    "/figures/{uid}/proposal": ACT,
    "/figures/{uid}/signature": ACT,
    "/figures/{uid}/objection": ACT,
    "/conferences": GET,
    "/conferences/{uid}": GET,
    "/conferences/{uid}/plan": GET | PUT,
    "/conferences/{uid}/invitation": ACT,
    "/conferences/{uid}/plan-changes": ACT,
    "/conferences/{uid}/cancellation": ACT,
    "/conferences/{uid}/opening": ACT,
    "/conferences/{uid}/sites/{site}/roll": GET | PUT,
    "/conferences/{uid}/items/{item}/note": PUT,
    "/conferences/{uid}/contributions": GET | MAKE,
    "/conferences/{uid}/closing": ACT,
    "/conferences/{uid}/conclusions": GET | PUT,
    "/conferences/{uid}/conclusions/proposal": ACT,
    "/conferences/{uid}/conclusions/acceptance": ACT,
    "/conferences/{uid}/conclusions/objection": ACT,
    "/conferences/{uid}/outcome": ACT,
    "/conferences/{uid}/dossier": GET,
    "/tasks": GET,
    "/tasks/{uid}": GET,
    "/tasks/{uid}/progress": MAKE,
    "/tasks/{uid}/progress/files": MAKE,
    "/tasks/{uid}/extension-request": MAKE,
    "/tasks/{uid}/extension-decision": MAKE,
    "/tasks/{uid}/completion": MAKE,
    "/tasks/{uid}/completion/files": MAKE,
    "/tasks/{uid}/acceptance": MAKE,
    "/tasks/{uid}/return": MAKE,
    "/letters": GET,
    "/coordinations/{uid}/letters": MAKE,
    "/letters/officers": GET,
    "/letters/timeliness": GET,
    "/letters/timeliness/letters": GET,
    "/letters/{uid}": GET | PATCH | {"delete": ["204", *WRITES]},
    "/letters/{uid}/files": ACT,
    "/letters/{uid}/files/{sha256}": {"delete": ["200", *WRITES]},
    "/letters/{uid}/hand-over": ACT,
    "/letters/{uid}/signature": ACT,
    "/letters/{uid}/registration": ACT,
    "/letters/{uid}/refusal": ACT,
    "/letters/{uid}/assignment": ACT,
    "/letters/{uid}/start": ACT,
    "/letters/{uid}/completion": ACT,
    "/letters/{uid}/reply": MAKE,
    "/letters/{uid}/forward": MAKE,
    "/letters/{uid}/follow-up": MAKE,
    "/letters/{uid}/extension-request": ACT,
    "/letters/{uid}/extension-decision": ACT,
    "/letters/{uid}/take-back-answer": ACT,
    "/dispatches/{uid}": GET,
    "/dispatches/{uid}/files/{position}": GET,
    "/dispatches/{uid}/evidence": GET,
    "/deliveries/{delivery}/retry": ACT,
    "/deliveries/{delivery}/stop": ACT,
    "/registers/{direction}": GET,
    "/past-records": GET | MAKE,
    "/past-records/{uid}": GET | PATCH,
    "/past-records/{uid}/confirmation": ACT,
    "/past-records/{uid}/set-aside": ACT,
    "/past-records/{uid}/reopening": ACT,
}


def test_the_description_names_every_route_and_its_refusals() -> None:
    described = Client().get("/api/openapi.json").json()

    assert {
        path: {method: sorted(operation["responses"]) for method, operation in methods.items()}
        for path, methods in described["paths"].items()
    } == {f"/api{path}": methods for path, methods in DESCRIBED.items()}


def test_every_operation_says_in_words_what_it_does_and_how_it_refuses() -> None:
    described = Client().get("/api/openapi.json").json()
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    refusals = {
        answer["content"]["application/json"]["schema"]["$ref"]
        for operation in operations
        for status, answer in operation["responses"].items()
        if status >= "400"
    }

    assert [each["operationId"] for each in operations if not (each["summary"] and each["description"])] == []
    assert refusals == {"#/components/schemas/Problem"}


def test_without_a_token_every_route_refuses_in_the_one_shape() -> None:
    for path in ("/me", "/tasks", "/registers/out", f"/tasks/{uuid.uuid4()}"):
        answer = Client().get(f"/api{path}")

        assert (answer.status_code, sorted(answer.json())) == (401, ["code", "how", "what", "why"])
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_browser_session_is_no_token(world: World) -> None:
    client = Client()
    client.force_login(world.by(OFFICER).person, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/api/me").status_code == 401


def test_a_token_is_one_person_agency_and_role(world: World) -> None:
    caller = Caller(world, OFFICER)

    assert caller.get("/me") == {
        "person": caller.by.person.full_name,
        "agency": {
            "code": caller.by.agency.code,
            "name": caller.by.agency.name,
            "short_name": caller.by.agency.short_name,
        },
        "roles": ["officer"],
    }


def test_an_administrator_sees_no_content(world: World) -> None:
    caller = Caller(world, ADMINISTRATOR)

    assert caller.get("/tasks", 403)["code"] == "access.role"
    assert caller.get("/me")["roles"] == ["administrator"]


def test_the_lists_are_those_of_the_island(world: World) -> None:
    caller = Caller(world, VIEWER)
    by = caller.by

    assert [each["uid"] for each in caller.get("/conferences")] == [str(each.uid) for each in conferences_for(by=by)]
    assert [each["uid"] for each in caller.get("/tasks?limit=200")] == [
        str(each.uid) for each in tasks_for(by=by, day=day_of(world.now))
    ]
    assert [each["uid"] for each in caller.get("/reports?limit=2&offset=1")] == [
        str(each.uid) for each in reports(by=by)[1:3]
    ]


def test_every_number_and_sentence_leads_to_its_dispatch(world: World) -> None:
    caller = Caller(world, VIEWER)
    conference = next(each for each in caller.get("/conferences") if each["state"] == "concluded")
    page = caller.get(f"/conferences/{conference['uid']}")
    table = caller.get(f"/coordinations/{page['coordination']}/figures/{page['period']}")
    uids = {each["uid"] for each in page["dispatches"]} | {table["dispatch"]}
    uids |= {party["dispatch"] for row in table["rows"] for party in row["parties"]}

    verified = {uid: caller.get(f"/dispatches/{uid}")["verified"] for uid in uids - {None}}

    assert set(verified.values()) == {True}
    assert len(page["agenda"]) > 0
    assert len(page["conclusions"]) > 0


def test_a_file_comes_as_it_was_signed(world: World) -> None:
    import hashlib

    caller = Caller(world, VIEWER)
    rows = caller.get("/registers/out")["rows"]
    dispatch = next(found for found in (caller.get(f"/dispatches/{row['uid']}") for row in rows) if found["files"])
    file = dispatch["files"][0]

    answer = caller.client.get(f"/api/dispatches/{dispatch['uid']}/files/{file['position']}")

    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    assert answer["Content-Disposition"] == "attachment"


def test_the_stranger_finds_nothing_of_others(world: World) -> None:
    inside, stranger = Caller(world, VIEWER), Caller(world, STRANGER)
    conference, task, report = (inside.get(path)[0]["uid"] for path in ("/conferences", "/tasks", "/reports"))
    dispatch = inside.get("/registers/out")["rows"][0]["uid"]
    coordination = inside.get("/coordinations")[0]["uid"]

    assert [
        stranger.get(path) for path in ("/conferences", "/tasks", "/reports", "/coordinations", "/past-records")
    ] == [[]] * 5
    assert stranger.get("/registers/in")["rows"] == []
    absent = stranger.get(f"/tasks/{uuid.uuid4()}", 404)
    for path in (
        f"/conferences/{conference}",
        f"/tasks/{task}",
        f"/reports/{report}",
        f"/dispatches/{dispatch}",
        f"/dispatches/{dispatch}/files/0",
        f"/coordinations/{coordination}",
        f"/coordinations/{coordination}/figures/2026-Q2",
    ):
        assert stranger.get(path, 404) == absent, path


def test_progress_is_reported_by_the_lead_agency_only(world: World) -> None:
    lead = Caller(world, OFFICER)
    mine = next(
        each
        for each in lead.get("/tasks?standing=open_in_time&limit=200")
        if each["lead"]["code"] == lead.by.agency.code
    )
    body = {"text": "Đã họp liên tịch và thống nhất mẫu biểu.", "percent": 70}

    said = lead.post(f"/tasks/{mine['uid']}/progress", body)

    assert (said["kind"], said["percent"], said["agency"]) == ("progress", 70, lead.by.agency.code)
    assert lead.get(f"/tasks/{mine['uid']}")["percent"] == 70
    assert lead.get(f"/dispatches/{said['dispatch']}")["kind"] == "task.progress"
    assert Caller(world, VIEWER).post(f"/tasks/{mine['uid']}/progress", body, 403)["code"] == "access.role"
    assert Caller(world, STRANGER).post(f"/tasks/{mine['uid']}/progress", body, 404)["code"] == "not_found"


def test_an_article_becomes_a_draft_and_not_twice(world: World) -> None:
    caller = Caller(world, OFFICER)
    text = (
        "Hội nghị giao ban quý III giữa Công an và Quân sự\n\nNgày 12/10/2024, Công an tỉnh và Bộ Chỉ huy quân sự tỉnh "
        "tổ chức hội nghị giao ban quý III năm 2024 về thực hiện Nghị định số 03/2019/NĐ-CP của Chính phủ.\n"
    )

    draft = caller.post("/past-records", {"file_name": "bai.txt", "text": text})

    assert (draft["state"], draft["kind"], draft["held_on"]) == ("draft", "conference", "2024-10-12")
    assert caller.get(f"/past-records/{draft['uid']}")["record"] == draft["record"]
    assert caller.post("/past-records", {"file_name": "again.txt", "text": text}, 409)["code"] == "archive.twice"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/past-records", {"file_name": "x.txt"}, 422, "request.shape"),
        ("/past-records", {"file_name": "x.txt", "text": 5}, 422, "request.shape"),
        ("/past-records", [], 422, "request.shape"),
        ("/past-records", {"file_name": "x.txt", "text": "\u0000\u0001"}, 422, "archive.binary"),
        ("/past-records", {"file_name": "x\u0000.txt", "text": "a"}, 422, "request.shape"),
        ("/past-records", {"file_name": "x.txt", "text": "a\ud800b"}, 422, "request.shape"),
    ],
)
def test_bad_bodies_end_in_a_clear_refusal(world: World, path: str, body: object, status: int, code: str) -> None:
    assert Caller(world, OFFICER).post(path, body, status)["code"] == code


def test_a_body_that_is_no_json_is_unreadable(world: World) -> None:
    caller = Caller(world, OFFICER)
    answer = caller.client.post("/api/past-records", b"{not json", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "request.unreadable")


@pytest.mark.parametrize(
    "path",
    [
        "/tasks?limit=0",
        "/tasks?limit=201",
        "/tasks?offset=-1",
        "/tasks?offset=99999999999999999999999",
        "/tasks?standing=none",
        "/tasks?conference=x",
        "/registers/sideways",
        "/registers/out?year=abc",
    ],
)
def test_bad_parameters_are_named_and_not_repeated(world: World, path: str) -> None:
    assert Caller(world, OFFICER).get(path, 422)["code"] == "request.shape"


@pytest.mark.parametrize("period", ["2026-Q9", "x", "2026", "9999999-Q1", "2026-Q1%00"])
def test_a_period_that_is_none_is_not_found_or_refused(world: World, period: str) -> None:
    caller = Caller(world, OFFICER)
    uid = caller.get("/coordinations")[0]["uid"]

    answer = caller.client.get(f"/api/coordinations/{uid}/figures/{period}")

    assert (answer.status_code, sorted(answer.json())) in [
        (400, ["code", "how", "what", "why"]),
        (404, ["code", "how", "what", "why"]),
        (422, ["code", "how", "what", "why"]),
    ]
