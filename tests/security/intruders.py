"""Who tries, and on what: people with every role at once in agencies to which the thing does not belong, and the things themselves.

A person of the other party holds every role there is, so that only the island stands between them and the thing.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.test import Client
from pypdf import PdfReader

from giaoban.agencies.models import Person, RoleAssignment
from giaoban.agencies.services import people as tokens
from giaoban.archive import services as archive
from giaoban.common.access import By, Role
from giaoban.conferences import copies
from giaoban.conferences import services as conferences
from giaoban.conferences.enums import State
from giaoban.conferences.models import AgendaVersion, Conclusion, Conference, Contribution
from giaoban.correspondence import services as letters
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.dispatches.models import Dispatch, Outbox
from giaoban.kernel.calendar import parse_period
from giaoban.reports import services as reports
from giaoban.reports.enums import FiguresState
from giaoban.reports.models import JointFigures, JointRow, Report
from giaoban.reports.rules import ValueInput
from giaoban.tasks.enums import EventKind
from giaoban.tasks.models import Task, TaskEvent

if TYPE_CHECKING:
    from tests.conftest import World

    from giaoban.agencies.models import ApiToken

BACKEND = "django.contrib.auth.backends.ModelBackend"
POLICE, ARMY, STRANGER, ADMIN = "canbo.ca", "thutruong.qs", "nguoila", "quantri"
INTRUDERS = (ARMY, STRANGER, ADMIN, "")
"""The other party, somebody of an agency that has no part, the administrator of the server, and nobody."""
KEPT_ELSEWHERE = {"sessions.session", "axes.accessattempt", "axes.accesslog", "axes.accessfailurelog"}
"""Tables that a mere visit may write."""


def canary(name: str) -> str:
    """A word that stands in one draft and nowhere else in the world."""
    return f"hoangyen{name}"


@dataclass
class Secrets:
    """What lies on the police's island alone."""

    by: By
    conference: Conference
    report: Report
    figures: JointFigures
    task: Task
    record_uid: uuid.UUID
    contribution: Contribution
    dispatch: Dispatch
    outbox: Outbox
    token: ApiToken
    letter: uuid.UUID
    words: list[str] = field(default_factory=list)

    @property
    def item(self) -> uuid.UUID:
        return self.conference.items.earliest("position").uid

    @property
    def site(self) -> uuid.UUID:
        return self.conference.sites.earliest("position").uid


def strengthen(world: World, username: str) -> By:
    """The person with every role in their agency."""
    by = world.by(username)
    for role in Role:
        RoleAssignment.objects.get_or_create(person=by.person, agency=by.agency, role=role, defaults={"since": None})
    return By(person=by.person, agency=by.agency, roles=frozenset(Role))


def plant(world: World) -> Secrets:
    """Drafts of every kind on the police's island, each with its canary."""
    now = world.now
    by = strengthen(world, POLICE)
    concluded = Conference.objects.get(holder=by.agency, state=State.CONCLUDED)
    coordination = concluded.coordination
    latest = Report.objects.filter(holder=by.agency, coordination=coordination).latest("period").period
    period = parse_period(latest).next().next().key

    report = reports.open_report(coordination, period, by=by, now=now)
    part, cell = report.sections.earliest("position"), report.values.select_related("indicator").earliest("pk")
    reports.save_report(
        report,
        by=by,
        now=now,
        sections={part.code: f"Tình hình {canary('baocao')}"},
        values={cell.indicator.code: ValueInput(note=f"Ghi chú {canary('ghichu')}")},
    )

    figures = JointFigures.objects.create(
        holder=by.agency, coordination=coordination, period=period, drafted_by=by.agency, parties=[by.agency.code]
    )
    model = (
        JointFigures.objects.filter(holder=by.agency, state=FiguresState.AGREED).latest("period").rows.earliest("pk")
    )
    JointRow.objects.create(
        joint_figures=figures,
        indicator=model.indicator,
        position=0,
        values={by.agency.code: "1"},
        state=model.state,
        comment=f"Thống nhất {canary('solieu')}",
    )

    task = Task.objects.filter(holder=by.agency, conference_uid=concluded.uid).earliest("number")
    TaskEvent.objects.create(
        holder=by.agency,
        task=task,
        task_uid=task.uid,
        kind=EventKind.PROGRESS,
        at=now,
        agency=by.agency,
        person_name="x",
        text=canary("minhchung"),
    )
    record = archive.read_past_record(
        f"Hội nghị giao ban {canary('banghi')}\nNgày 02/3/2016, huyện Thử tổ chức hội nghị giao ban.\n".encode(),
        file_name=f"{canary('tentep')}.txt",
        by=by,
        now=now,
    )
    dispatch = Dispatch.objects.filter(sender=by.agency, files__isnull=False).earliest("pk")
    secrets = Secrets(
        by=by,
        conference=_planned(by, concluded, now=now),
        report=report,
        figures=figures,
        task=task,
        record_uid=record.uid,
        contribution=Contribution.objects.get(holder=by.agency, text__contains=canary("thamluan")),
        dispatch=dispatch,
        outbox=Outbox.objects.filter(sender=by.agency).earliest("pk"),
        letter=letters.write_letter(
            LetterKind.REQUEST,
            coordination,
            letters.Draft(
                summary=f"Đề nghị {canary('trichyeu')}",
                text=canary("vanban"),
                article=canary("dieukhoan"),
                purpose=Purpose.ACTION,
            ),
            by=by,
            now=now,
        ).uid,
        token=tokens.issue_token(name=canary("khoa"), role=Role.VIEWER, days=1, by=by, now=now)[0],
    )
    secrets.words = [
        canary(name)
        for name in [
            "baocao",
            "trichyeu",
            "vanban",
            "dieukhoan",
            "ghichu",
            "solieu",
            "minhchung",
            "banghi",
            "tentep",
            "khoa",
            "hoinghi",
            "diadiem",
            "thanhphan",
            "yeucau",
            "diemcau",
            "chuongtrinh",
            "bienban",
            "ketluan",
            "thamluan",
        ]
    ]
    return secrets


def _planned(by: By, model: Conference, *, now: Any) -> Conference:
    """A draft conference in which every text has its canary."""
    plan = copies.read_plan(model)
    site = plan.sites[0].model_copy(update={"uid": uuid.uuid4(), "name": canary("diemcau")})
    item = plan.items[0].model_copy(update={"uid": uuid.uuid4(), "title": canary("chuongtrinh")})
    period = parse_period(plan.period).next().next().next().next().next()
    drawn = plan.model_copy(
        update={
            "title": f"Hội nghị {canary('hoinghi')}",
            "venue": canary("diadiem"),
            "attendees": canary("thanhphan"),
            "demands": canary("yeucau"),
            "period": period.key,
            "next_period": period.next().key,
            "sites": [site],
            "items": [item],
        }
    )
    conference = Conference(
        holder=by.agency, coordination=model.coordination, host=by.agency, state=State.OPEN, agenda_number=1
    )
    copies.write_plan(conference, drawn, copies.agencies_of(model.coordination, drawn.held_on))
    conference.items.update(note=canary("bienban"))
    Conclusion.objects.create(conference=conference, position=0, kind="assessment", text=canary("ketluan"))
    AgendaVersion.objects.create(conference=conference, number=1, announced_at=now, plan=drawn.model_dump(mode="json"))
    conferences.draft_contribution(conference, text=canary("thamluan"), item_uid=item.uid, by=by, now=now)
    Conference.objects.filter(pk=conference.pk).update(state=State.CONCLUDING)
    return conference


def browser(username: str) -> Client:
    """A browser in which somebody is signed in, or nobody."""
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    if username:
        client.force_login(Person.objects.get(username=username), backend=BACKEND)
    return client


def program(by: By, role: Role, *, now: Any) -> Client:
    """A program with a token of the person."""
    token = tokens.issue_token(name="x", role=role, days=1, by=by, now=now)[1]
    return Client(headers={"host": "127.0.0.1", "authorization": f"Bearer {token}"}, raise_request_exception=False)


def state_of_database() -> dict[str, str]:
    """Table → digest of all its rows. Equal means that nothing at all was changed."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in KEPT_ELSEWHERE or not model._meta.managed:
            continue
        names = sorted(column.attname for column in model._meta.concrete_fields if column.name != "last_used_on")
        rows = hashlib.sha256()
        for row in model._default_manager.order_by("pk").values_list(*names):
            rows.update(repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]).encode())
        found[label] = rows.hexdigest()
    return found


_MOVING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|csrf[^ >]*"[A-Za-z0-9]{64}"')


def words_of(answer: Any) -> bytes:
    """The body of an answer without what differs from request to request."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return _MOVING.sub(b"", body)


def all_text(answer: Any) -> str:
    """Everything an answer says, its headers and the texts inside packed files included."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n{_unpacked(body)}"


def _unpacked(body: bytes) -> str:
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(f"{name}\n{_unpacked(packed.read(name))}" for name in packed.namelist())
    if body.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return body.decode("utf-8", "replace")
