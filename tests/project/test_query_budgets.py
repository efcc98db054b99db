"""Every page that can be fetched, and every question of the API, with the statements it may cost on the sample data."""

from __future__ import annotations

import uuid
from copy import copy
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from tests.agencies.personas import make_agency, make_person, make_place

from giaoban.agencies.enums import LocalityTier
from giaoban.agencies.middleware import route_name
from giaoban.agencies.models import Locality, Person, RoleAssignment
from giaoban.agencies.services import people as tokens
from giaoban.archive.models import PastRecord, RecordState
from giaoban.common.access import Role
from giaoban.conferences.enums import State
from giaoban.conferences.models import AgendaItem, Conclusion, Conference, Contribution, Site
from giaoban.correspondence.enums import LetterState
from giaoban.correspondence.models import Letter, Step
from giaoban.dispatches.models import Dispatch, DispatchFile
from giaoban.dispatches.services import deliver_all
from giaoban.project.policy import table
from giaoban.regulations.enums import PartyRole
from giaoban.regulations.models import ContentArea, Indicator, Party
from giaoban.reports.enums import FiguresState
from giaoban.reports.models import JointFigures, Report, ReportReturn, SignOff
from giaoban.tasks.enums import TaskState
from giaoban.tasks.models import Task, TaskEvent
from giaoban.tasks.services import report_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.conftest import World

    from giaoban.agencies.models import Agency

ADMIN, OFFICER, BOSS, ARMY, ARMY_BOSS, PROVINCE_BOSS, STRANGER = (
    "quantri", "canbo.ca", "thutruong.ca", "canbo.qs", "thutruong.qs", "thutruong.ub", "",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A page as somebody of the sample fetches it, and the statements it may cost."""

    route: str
    who: str
    path: str
    statements: int
    status: int = 200


PAGES = [
    Page("desk:home", ARMY_BOSS, "/", 25),
    Page("desk:search", BOSS, "/search/?q=nhiem+vu", 16),
    Page("agencies:sign-in", STRANGER, "/sign-in/", 1),
    Page("agencies:second-step", STRANGER, "/sign-in/code/", 0, 302),
    Page("agencies:first-password", STRANGER, "/sign-in/first/khong/co/", 0, 404),
    Page("agencies:language", STRANGER, "/language/", 0, 405),
    Page("agencies:profile", OFFICER, "/me/", 3),
    Page("agencies:security", OFFICER, "/me/security/", 5),
    Page("agencies:password", OFFICER, "/me/password/", 3),
    Page("agencies:otp-start", OFFICER, "/me/second-step/", 3),
    Page("agencies:otp-confirm", OFFICER, "/me/second-step/confirm/", 4, 302),
    Page("agencies:otp-stop", OFFICER, "/me/second-step/off/", 3),
    Page("agencies:otp-codes", OFFICER, "/me/second-step/codes/", 3),
    Page("agencies:list", OFFICER, "/agencies/", 4),
    Page("agencies:agency-add", ADMIN, "/agencies/add/", 4),
    Page("agencies:agency", OFFICER, "/agencies/M.CAT/", 8),
    Page("agencies:agency-edit", ADMIN, "/agencies/M.CAT/edit/", 5),
    Page("agencies:agency-area", ADMIN, "/agencies/M.CAT/area/", 5),
    Page("agencies:agency-successor", ADMIN, "/agencies/M.CAT/successor/", 5),
    Page("agencies:people-of", ADMIN, "/agencies/M.CAT/people/", 6),
    Page("agencies:person-add", ADMIN, "/agencies/M.CAT/people/add/", 4),
    Page("agencies:localities", OFFICER, "/localities/?q=khe", 4),
    Page("agencies:locality", OFFICER, "/localities/M0191/", 9),
    Page("agencies:people", ADMIN, "/people/", 3, 302),
    Page("agencies:person", ADMIN, "/people/{person}/", 5),
    Page("agencies:role-add", ADMIN, "/people/{person}/roles/add/", 6),
    Page("agencies:role-end", ADMIN, "/people/{person}/roles/{role}/end/", 5),
    Page("agencies:tokens", OFFICER, "/tokens/", 4),
    Page("agencies:token-add", OFFICER, "/tokens/add/", 3),
    Page("regulations:list", OFFICER, "/regulations/", 4),
    Page("regulations:regulation-add", ADMIN, "/regulations/add/", 4),
    Page("regulations:regulation-days", ADMIN, "/regulations/days/", 4),
    Page("regulations:detail", OFFICER, "/regulations/{regulation}/", 12),
    Page("regulations:regulation-edit", ADMIN, "/regulations/{regulation}/edit/", 5),
    Page("regulations:regulation-part-add", ADMIN, "/regulations/{regulation}/indicators/add/", 5),
    Page("regulations:regulation-part-edit", ADMIN, "/regulations/{regulation}/areas/{area}/", 5),
    Page("regulations:coordinations", OFFICER, "/coordinations/", 5),
    Page("regulations:coordination-add", ADMIN, "/coordinations/add/", 5),
    Page("regulations:coordination", OFFICER, "/coordinations/{coordination}/", 8),
    Page("regulations:coordination-edit", ADMIN, "/coordinations/{coordination}/edit/", 8),
    Page("regulations:coordination-party-add", ADMIN, "/coordinations/{coordination}/parties/add/", 6),
    Page("regulations:coordination-party-edit", ADMIN, "/coordinations/{coordination}/parties/{party}/", 6),
    Page("regulations:coordination-party-end", ADMIN, "/coordinations/{coordination}/parties/{party}/end/", 6),
    Page("dispatches:register", OFFICER, "/registers/", 8),
    Page("dispatches:register-in", OFFICER, "/registers/in/", 9),
    Page("dispatches:register-print", OFFICER, "/registers/in/{year}/print/", 6),
    Page("dispatches:register-export", OFFICER, "/registers/out/{year}.xlsx", 7),
    Page("dispatches:detail", OFFICER, "/dispatches/{dispatch}/", 11),
    Page("dispatches:file", OFFICER, "/dispatches/{dispatch}/files/{file}/", 5),
    Page("dispatches:sealed", OFFICER, "/dispatches/{dispatch}/sealed/", 4),
    Page("dispatches:evidence", OFFICER, "/dispatches/{dispatch}/evidence/", 16),
    Page("dispatches:evidence-print", OFFICER, "/dispatches/{dispatch}/evidence/print/", 19),
    Page("partners:list", ADMIN, "/partners/", 10),
    Page("partners:offer", ADMIN, "/partners/offer/", 9),
    Page("partners:offer-file", ADMIN, "/partners/offer/file/", 8, 404),
    Page("partners:read", ADMIN, "/partners/read/", 4),
    # The sample has no partner; what these cost with one is in tests/partners/test_views.py.
    Page("partners:detail", ADMIN, "/partners/00000000-0000-4000-8000-000000000000/", 4, 404),
    Page("partners:approve", ADMIN, "/partners/00000000-0000-4000-8000-000000000000/approve/", 4, 404),
    Page("partners:put-away", ADMIN, "/partners/00000000-0000-4000-8000-000000000000/put-away/", 4, 404),
    Page("partners:routes", ADMIN, "/partners/00000000-0000-4000-8000-000000000000/routes/", 4, 404),
    Page("partners:keys", ADMIN, "/keys/", 9),
    Page("partners:key-revoke", ADMIN, "/keys/M.CAT/0a0a/revoke/", 6),
    Page("partners:key-apply", ADMIN, "/keys/apply/", 4),
    Page("reports:list", OFFICER, "/reports/", 8),
    Page("reports:period", OFFICER, "/reports/of/{coordination}/{period}/", 8),
    Page("reports:detail", OFFICER, "/reports/{submitted}/", 12),
    Page("reports:edit", ARMY, "/reports/{written}/edit/", 12),
    Page("reports:submit", ARMY_BOSS, "/reports/{written}/submit/", 8),
    Page("reports:return", ARMY_BOSS, "/reports/{received}/return/", 7),
    Page("reports:figures", OFFICER, "/figures/{agreed}/", 12),
    Page("reports:figures-export", OFFICER, "/figures/{agreed}/figures.xlsx", 11),
    Page("reports:object", ARMY_BOSS, "/figures/{proposed}/object/", 4),
    Page("correspondence:list", OFFICER, "/letters/", 14),
    Page("correspondence:begin", OFFICER, "/letters/new/", 7),
    Page("correspondence:timeliness", OFFICER, "/letters/timeliness/", 6),
    Page("correspondence:timeliness-xlsx", OFFICER, "/letters/timeliness/export.xlsx", 6),
    Page("correspondence:timeliness-csv", OFFICER, "/letters/timeliness/export.csv", 6),
    Page(
        "correspondence:counted",
        OFFICER,
        "/letters/counted/{coordination}/letters-exchanged/?since=2026-01-01&until=2027-12-31",
        7,
    ),
    Page("correspondence:detail", BOSS, "/letters/{letter_in}/", 12),
    Page("correspondence:edit", OFFICER, "/letters/{letter_draft}/edit/", 8),
    Page("correspondence:sign", BOSS, "/letters/{letter_draft}/sign/", 9),
    Page("correspondence:preview", BOSS, "/letters/{letter_draft}/draft.pdf", 9),
    Page("correspondence:slip", OFFICER, "/letters/{letter_in}/slip.pdf", 7),
    Page("correspondence:file", OFFICER, "/letters/{letter_out}/files/1/", 8, 302),
    Page("correspondence:refuse", BOSS, "/letters/{letter_in}/refuse/", 5),
    Page("correspondence:assign", BOSS, "/letters/{letter_in}/assign/", 6),
    Page("correspondence:complete", OFFICER, "/letters/{letter_in}/complete/", 5),
    Page("correspondence:more-time", OFFICER, "/letters/{letter_in}/more-time/", 5),
    Page("correspondence:decide", BOSS, "/letters/{letter_out}/more-time/M.BCHQS/", 6),
    Page("correspondence:recall-answer", BOSS, "/letters/{letter_in}/recall-answer/", 6),
    Page("api:letters", OFFICER, "/api/letters", 5),
    Page("api:letter", OFFICER, "/api/letters/{letter_in}", 11),
    Page("api:letter-officers", OFFICER, "/api/letters/officers", 4),
    Page("api:letter-timeliness", OFFICER, "/api/letters/timeliness?since=2026-01-01&until=2027-12-31", 5),
    Page(
        "api:letter-timeliness-letters",
        OFFICER,
        "/api/letters/timeliness/letters?since=2026-01-01&until=2027-12-31&row=out-M.BCHQS-trao-doi-thong-tin",
        5,
    ),
    Page("tasks:list", OFFICER, "/tasks/", 9),
    Page("tasks:export", OFFICER, "/tasks/export.xlsx", 7),
    Page("tasks:detail", OFFICER, "/tasks/{task}/", 6),
    Page("tasks:progress", OFFICER, "/tasks/{task}/progress/", 6),
    Page("tasks:extension", OFFICER, "/tasks/{task}/extension/", 6),
    Page("tasks:decide", BOSS, "/tasks/{asked}/extension/decide/", 6),
    Page("tasks:complete", BOSS, "/tasks/{task}/complete/", 6),
    Page("tasks:review", BOSS, "/tasks/{done}/review/", 6),
    Page("conferences:list", OFFICER, "/conferences/", 12),
    Page("conferences:propose", OFFICER, "/conferences/next/{coordination}/", 9),
    Page("conferences:detail", OFFICER, "/conferences/{concluded}/", 12),
    Page("conferences:plan", ARMY, "/conferences/{draft}/plan/", 9),
    Page("conferences:invite", ARMY_BOSS, "/conferences/{draft}/invite/", 13),
    Page("conferences:cancel", ARMY, "/conferences/{draft}/cancel/", 4),
    Page("conferences:agenda", OFFICER, "/conferences/{concluded}/agenda/", 5),
    Page("conferences:dossier", ARMY, "/conferences/{draft}/dossier.zip", 24),
    Page("conferences:hold", OFFICER, "/conferences/{concluded}/hold/", 12),
    Page("conferences:hall", OFFICER, "/conferences/{concluded}/hall/", 11),
    Page("conferences:roll", OFFICER, "/conferences/{concluded}/sites/{site}/roll/", 6),
    Page("conferences:contribute", OFFICER, "/conferences/{invited}/contribute/", 5),
    Page("conferences:conclude", OFFICER, "/conferences/{concluded}/conclude/", 17),
    Page("conferences:answer", ARMY, "/conferences/{concluded}/answer/", 15),
    Page("archive:list", OFFICER, "/records/", 5),
    Page("archive:detail", OFFICER, "/records/{record}/", 4),
    Page("archive:confirm", OFFICER, "/records/{record}/confirm/", 8),
    Page("archive:source", OFFICER, "/records/{record}/source/", 4),
    Page("readyz", STRANGER, "/readyz", 2),
    Page("api:openapi-json", STRANGER, "/api/openapi.json", 0),
    Page("api:api-root", STRANGER, "/api/", 0, 404),
    Page("api:me", OFFICER, "/api/me", 3),
    Page("api:coordinations", OFFICER, "/api/coordinations", 5),
    Page("api:coordination", OFFICER, "/api/coordinations/{coordination}", 5),
    Page("api:reports", OFFICER, "/api/reports", 4),
    Page("api:report", OFFICER, "/api/reports/{submitted}", 7),
    Page("api:figures", OFFICER, "/api/coordinations/{coordination}/figures/{agreed_period}", 13),
    Page("api:conferences", OFFICER, "/api/conferences", 4),
    Page("api:conference", OFFICER, "/api/conferences/{concluded}", 11),
    Page("api:conference-plan", OFFICER, "/api/conferences/{concluded}/plan", 7),
    Page("api:conference-roll", OFFICER, "/api/conferences/{concluded}/sites/{site}/roll", 6),
    Page("api:conference-contributions", OFFICER, "/api/conferences/{concluded}/contributions", 5),
    Page("api:conference-conclusions", OFFICER, "/api/conferences/{concluded}/conclusions", 6),
    Page("api:conference-dossier", ARMY, "/api/conferences/{draft}/dossier", 24),
    Page("api:figures-version", OFFICER, "/api/figures/{agreed}", 11),
    Page("api:tasks", OFFICER, "/api/tasks", 5),
    Page("api:task", OFFICER, "/api/tasks/{task}", 6),
    Page("api:dispatch", OFFICER, "/api/dispatches/{dispatch}", 11),
    Page("api:dispatch-evidence", OFFICER, "/api/dispatches/{dispatch}/evidence", 16),
    Page("api:dispatch-file", OFFICER, "/api/dispatches/{dispatch}/files/{file}", 5),
    Page("api:register", OFFICER, "/api/registers/in", 7),
    Page("api:past-records", OFFICER, "/api/past-records", 4),
    Page("api:past-record", OFFICER, "/api/past-records/{record}", 4),
]
"""Of each page the three statements of the frame (session, person, roles) are part."""

FREE = ["healthz"]
"""Touches no database, and has tests of its own."""


@pytest.fixture
def places(world: World, db: None) -> dict[str, object]:
    """What the variables of the paths stand for."""
    police, army = world.by(OFFICER), world.by(ARMY)
    conferences = Conference.objects.filter(holder=police.agency)
    concluded = conferences.get(state=State.CONCLUDED)
    reports = Report.objects.filter(coordination=concluded.coordination)
    tasks = Task.objects.filter(holder=police.agency, conference_uid=concluded.uid)
    agreed = JointFigures.objects.filter(holder=police.agency, state=FiguresState.AGREED).latest("period")
    dispatch = Dispatch.objects.get(pk=concluded.notice_id)
    last = reports.filter(holder=police.agency).latest("period").period
    asked = tasks.exclude(lead=police.agency).filter(state=TaskState.OPEN).order_by("number")[:1].get()
    Task.objects.filter(pk=asked.pk).update(asked_due_on=asked.due_on)
    return {
        "person": Person.objects.get(username=OFFICER).uid,
        "role": RoleAssignment.objects.get(person__username=OFFICER).pk,
        "regulation": concluded.coordination.regulation.uid,
        "area": ContentArea.objects.filter(regulation=concluded.coordination.regulation)[:1].get().pk,
        "coordination": concluded.coordination.uid,
        "party": Party.objects.get(coordination=concluded.coordination, agency=police.agency).pk,
        "year": dispatch.year,
        "dispatch": dispatch.uid,
        "file": DispatchFile.objects.filter(dispatch=dispatch).earliest("position").position,
        "period": last,
        "submitted": reports.get(holder=police.agency, agency=police.agency, period=last).uid,
        "written": reports.get(holder=army.agency, agency=army.agency, period=last).uid,
        "received": reports.get(holder=army.agency, agency=police.agency, period=last).uid,
        "agreed": agreed.uid,
        "agreed_period": agreed.period,
        "proposed": _unsigned(army.agency, agreed).uid,
        "letter_in": Letter.objects.get(holder=police.agency, state=LetterState.RECEIVED, kind="replacement").uid,
        "letter_out": next(
            one.uid for one in Letter.objects.filter(holder=police.agency, state=LetterState.SENT) if one.files
        ),
        "letter_draft": Letter.objects.get(holder=police.agency, state=LetterState.READY).uid,
        "task": tasks.filter(lead=police.agency, state=TaskState.OPEN).earliest("number").uid,
        "asked": asked.uid,
        "done": tasks.get(state=TaskState.COMPLETED).uid,
        "draft": Conference.objects.get(holder=army.agency, state=State.DRAFT).uid,
        "invited": conferences.get(state=State.INVITED).uid,
        "concluded": concluded.uid,
        "site": concluded.sites.get(agency=police.agency).uid,
        "record": PastRecord.objects.get(holder=police.agency, state=RecordState.DRAFT).uid,
    }


def _unsigned(holder: Agency, agreed: JointFigures) -> JointFigures:
    """The copy of a table on another island, as it was before that island signed."""
    found = JointFigures.objects.get(holder=holder, uid=agreed.uid)
    found.sign_offs.filter(agency=holder).delete()
    JointFigures.objects.filter(pk=found.pk).update(state=FiguresState.PROPOSED)
    return found


def counted(world: World, pages: Iterable[Page], places: dict[str, object]) -> dict[str, tuple[int, int]]:
    """Route → (statements, status), the second time the page is fetched: what a process keeps is in place by then."""
    found: dict[str, tuple[int, int]] = {}
    clients: dict[tuple[str, bool], Client] = {}
    for page in pages:
        path = page.path.format(**places)
        assert name_of(path) == page.route
        key = page.who, page.route.startswith("api:")
        if key not in clients:
            clients[key] = client_of(world, *key)
        client = clients[key]
        client.get(path)
        with CaptureQueriesContext(connection) as statements:
            answer = client.get(path)
            getattr(answer, "getvalue", bytes)()
        found[page.route] = (len(statements), answer.status_code)
    return found


def client_of(world: World, who: str, is_api: bool) -> Client:
    """A browser in which somebody is signed in, or a program with their token; a stranger for nobody."""
    headers = {"host": "127.0.0.1"}
    if who and is_api:
        token = tokens.issue_token(name="x", role=Role.OFFICER, days=1, by=world.by(who), now=world.now)[1]
        headers["authorization"] = f"Bearer {token}"
    client = Client(headers=headers)
    if who and not is_api:
        client.force_login(Person.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def name_of(path: str) -> str:
    match = resolve(path.partition("?")[0])
    return route_name(match.namespaces, match.url_name)


def test_every_route_that_can_be_fetched_has_a_budget() -> None:
    fetched = {name for name, row in table().items() if "GET" in row.methods}

    assert sorted([page.route for page in PAGES] + FREE) == sorted(fetched)


@pytest.mark.django_db
def test_no_page_costs_more_statements_than_its_budget(world: World, places: dict[str, object]) -> None:
    assert beyond(counted(world, PAGES, places)) == {}


@pytest.mark.django_db
def test_more_rows_cost_no_more_statements(world: World, places: dict[str, object]) -> None:
    grow(world)

    assert beyond(counted(world, PAGES, places)) == {}


def beyond(found: dict[str, tuple[int, int]]) -> dict[str, str]:
    """The pages that answered otherwise than the table says, or cost more."""
    return {
        page.route: f"{found[page.route]} instead of {(page.statements, page.status)}"
        for page in PAGES
        if found[page.route][1] != page.status or found[page.route][0] > page.statements
    }


MORE = 3
"""Rows that are laid beside each row of a list."""


def grow(world: World) -> None:
    """Several times as much of everything on the desk of the agencies that look."""
    police, army = world.by(OFFICER).agency, world.by(ARMY).agency
    numbers = count(10)
    for holder in (police, army):
        for model in (Conference, Contribution, PastRecord, TaskEvent, ReportReturn, SignOff):
            _lay_beside(model.objects.filter(holder=holder), uid=uuid.uuid4)
        for task in Task.objects.filter(holder=holder).prefetch_related("cooperating"):
            cooperating = list(task.cooperating.all())
            for twin in _twins(task, uid=uuid.uuid4):
                twin.cooperating.set(cooperating)
        for model in (Report, JointFigures):
            _lay_beside(model.objects.filter(holder=holder), uid=uuid.uuid4, version=lambda: next(numbers))
        for letter in Letter.objects.filter(holder=holder).prefetch_related("handlings", "steps"):
            handlings, steps = list(letter.handlings.all()), list(letter.steps.all())
            for twin in _twins(letter, uid=uuid.uuid4):
                for part in (*handlings, *steps):
                    part.pk, part.letter, part.uid = None, twin, uuid.uuid4()
                    if isinstance(part, Step):
                        part.letter_uid = twin.uid
                    part.save(force_insert=True)
    for model in (AgendaItem, Site, Conclusion):
        _lay_beside(model.objects.filter(conference__holder__in=[police, army]), uid=uuid.uuid4)
    for lead, boss in ((police, BOSS), (army, ARMY_BOSS)):
        task = Task.objects.filter(holder=lead, lead=lead, state=TaskState.OPEN).earliest("pk")
        for _ in range(MORE):
            report_progress(task, text="Đang làm.", percent=50, by=world.by(boss), now=world.now)
        deliver_all(world.now)
        for _ in range(MORE):
            agency = make_agency(f"X{next(numbers)}", "Cơ quan thêm", superior=lead)
            Party.objects.create(
                coordination=task.coordination, agency=agency, role=PartyRole.INVITED, since=task.assigned_on
            )
            make_person(f"them.{next(numbers)}", lead, Role.CLERK)
    province = Locality.objects.get(code="M01")
    for _ in range(MORE):
        make_place(f"M09{next(numbers)}", "Khê Thêm", LocalityTier.COMMUNE, province)
    for model in (ContentArea, Indicator):
        _lay_beside(model.objects.all(), code=lambda: f"them-{next(numbers)}")
    tokens.issue_token(name="x", role=Role.OFFICER, days=1, by=world.by(OFFICER), now=world.now)


def _lay_beside(rows: Iterable[Model], **fresh: Callable[[], object]) -> None:
    for row in rows:
        _twins(row, **fresh)


def _twins(row: Any, **fresh: Callable[[], object]) -> list[Any]:
    """Copies of a row that differ from it in what must be unique."""
    twins = []
    for _ in range(MORE):
        twin = copy(row)
        twin.pk = None
        for name, value in fresh.items():
            setattr(twin, name, value())
        twin.save(force_insert=True)
        twins.append(twin)
    return twins
