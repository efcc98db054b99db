"""T3, T4: nobody learns of, reads or changes what lies on another agency's island, by any address, method or face."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.urls import URLPattern, get_resolver
from tests.security.intruders import (
    ADMIN,
    ARMY,
    INTRUDERS,
    POLICE,
    STRANGER,
    Secrets,
    all_text,
    browser,
    canary,
    plant,
    program,
    state_of_database,
    strengthen,
    words_of,
)

from giaoban.agencies.middleware import route_name
from giaoban.agencies.models import Agency, Person, RoleAssignment
from giaoban.common.access import CONTENT, Role
from giaoban.conferences.models import Conference, Contribution
from giaoban.dispatches.models import Outbox, SetAside
from giaoban.project.policy import table
from giaoban.tasks.models import Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from tests.conftest import World

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
NOBODYS = {
    "uid": uuid.UUID("00000000-0000-4000-8000-000000000000"),
    "pk": 987_654_321,
    "code": "KHONG.CO",
}
FORM = {
    "text": "x", "reason": "x", "note": "x", "answer": "accept", "decision": "accept", "digest": "0" * 64, "edits": "0",
    "row_version": "1", "percent": "5", "act": "draft", "new_due_on": "01/12/2027", "coordination": "", "title": "x",
}  # fmt: skip
"""Something for every form: what is refused must be refused before it is read."""

ON_THE_ISLAND = {
    "reports:detail": "/reports/{report}/",
    "reports:edit": "/reports/{report}/edit/",
    "reports:submit": "/reports/{report}/submit/",
    "reports:revise": "/reports/{report}/revise/",
    "reports:return": "/reports/{report}/return/",
    "reports:figures": "/figures/{figures}/",
    "reports:figures-export": "/figures/{figures}/figures.xlsx",
    "reports:settle": "/figures/{figures}/settle/",
    "reports:accept-equal": "/figures/{figures}/accept-equal/",
    "reports:propose": "/figures/{figures}/propose/",
    "reports:sign": "/figures/{figures}/sign/",
    "reports:object": "/figures/{figures}/object/",
    "conferences:detail": "/conferences/{conference}/",
    "conferences:plan": "/conferences/{conference}/plan/",
    "conferences:invite": "/conferences/{conference}/invite/",
    "conferences:cancel": "/conferences/{conference}/cancel/",
    "conferences:agenda": "/conferences/{conference}/agenda/",
    "conferences:dossier": "/conferences/{conference}/dossier.zip",
    "conferences:hold": "/conferences/{conference}/hold/",
    "conferences:hall": "/conferences/{conference}/hall/",
    "conferences:open": "/conferences/{conference}/open/",
    "conferences:close": "/conferences/{conference}/close/",
    "conferences:note": "/conferences/{conference}/items/{item}/note/",
    "conferences:roll": "/conferences/{conference}/sites/{site}/roll/",
    "conferences:contribute": "/conferences/{conference}/contribute/",
    "conferences:conclude": "/conferences/{conference}/conclude/",
    "conferences:propose-conclusions": "/conferences/{conference}/conclude/propose/",
    "conferences:answer": "/conferences/{conference}/answer/",
    "conferences:issue": "/conferences/{conference}/issue/",
    "archive:detail": "/records/{record}/",
    "archive:correct": "/records/{record}/correct/",
    "archive:confirm": "/records/{record}/confirm/",
    "archive:set-aside": "/records/{record}/set-aside/",
    "archive:reopen": "/records/{record}/reopen/",
    "archive:source": "/records/{record}/source/",
    "correspondence:detail": "/letters/{letter}/",
    "correspondence:edit": "/letters/{letter}/edit/",
    "correspondence:sign": "/letters/{letter}/sign/",
    "correspondence:discard": "/letters/{letter}/discard/",
    "correspondence:reply": "/letters/{letter}/reply/",
    "correspondence:forward": "/letters/{letter}/forward/",
    "correspondence:register": "/letters/{letter}/register/",
    "correspondence:refuse": "/letters/{letter}/refuse/",
    "correspondence:assign": "/letters/{letter}/assign/",
    "correspondence:start": "/letters/{letter}/start/",
    "correspondence:complete": "/letters/{letter}/complete/",
    "correspondence:more-time": "/letters/{letter}/more-time/",
    "correspondence:recall-answer": "/letters/{letter}/recall-answer/",
    "correspondence:preview": "/letters/{letter}/draft.pdf",
    "correspondence:slip": "/letters/{letter}/slip.pdf",
    "correspondence:file": "/letters/{letter}/files/1/",
    "correspondence:about": "/letters/{letter}/about/recall/",
    "correspondence:decide": "/letters/{letter}/more-time/M.BCHQS/",
    "api:letter": "/api/letters/{letter}",
    "api:letter-sign": "/api/letters/{letter}/signature",
    "api:letter-files": "/api/letters/{letter}/files",
    "api:letter-file": "/api/letters/{letter}/files/" + "0" * 64,
    "api:letter-hand-over": "/api/letters/{letter}/hand-over",
    "api:letter-assign": "/api/letters/{letter}/assignment",
    "api:letter-forward": "/api/letters/{letter}/forward",
    "api:letter-follow-up": "/api/letters/{letter}/follow-up",
    "api:letter-register": "/api/letters/{letter}/registration",
    "api:letter-refuse": "/api/letters/{letter}/refusal",
    "api:letter-start": "/api/letters/{letter}/start",
    "api:letter-complete": "/api/letters/{letter}/completion",
    "api:letter-reply": "/api/letters/{letter}/reply",
    "api:letter-more-time": "/api/letters/{letter}/extension-request",
    "api:letter-decide": "/api/letters/{letter}/extension-decision",
    "api:letter-take-back": "/api/letters/{letter}/take-back-answer",
    "dispatches:try-again": "/dispatches/set-aside/{aside}/try-again/",
    "dispatches:retry": "/dispatches/deliveries/{outbox}/retry/",
    "dispatches:stop": "/dispatches/deliveries/{outbox}/stop/",
    "agencies:token-revoke": "/tokens/{token}/revoke/",
    "api:report": "/api/reports/{report}",
    "api:conference": "/api/conferences/{conference}",
    "api:past-record": "/api/past-records/{record}",
    "api:report-submit": "/api/reports/{report}/submission",
    "api:report-revise": "/api/reports/{report}/revision",
    "api:report-return": "/api/reports/{report}/return",
    "api:figures-version": "/api/figures/{figures}",
    "api:figures-settle": "/api/figures/{figures}/rows",
    "api:figures-accept-equal": "/api/figures/{figures}/equal",
    "api:figures-propose": "/api/figures/{figures}/proposal",
    "api:figures-sign": "/api/figures/{figures}/signature",
    "api:figures-object": "/api/figures/{figures}/objection",
    "api:conference-plan": "/api/conferences/{conference}/plan",
    "api:conference-invite": "/api/conferences/{conference}/invitation",
    "api:conference-change": "/api/conferences/{conference}/plan-changes",
    "api:conference-cancel": "/api/conferences/{conference}/cancellation",
    "api:conference-open": "/api/conferences/{conference}/opening",
    "api:conference-roll": "/api/conferences/{conference}/sites/{site}/roll",
    "api:conference-note": "/api/conferences/{conference}/items/{item}/note",
    "api:conference-contributions": "/api/conferences/{conference}/contributions",
    "api:conference-close": "/api/conferences/{conference}/closing",
    "api:conference-conclusions": "/api/conferences/{conference}/conclusions",
    "api:conference-propose-conclusions": "/api/conferences/{conference}/conclusions/proposal",
    "api:conference-accept": "/api/conferences/{conference}/conclusions/acceptance",
    "api:conference-object": "/api/conferences/{conference}/conclusions/objection",
    "api:conference-issue": "/api/conferences/{conference}/outcome",
    "api:conference-dossier": "/api/conferences/{conference}/dossier",
    "api:past-record-confirm": "/api/past-records/{record}/confirmation",
    "api:past-record-set-aside": "/api/past-records/{record}/set-aside",
    "api:past-record-reopen": "/api/past-records/{record}/reopening",
    "api:delivery-retry": "/api/deliveries/{outbox}/retry",
    "api:delivery-stop": "/api/deliveries/{outbox}/stop",
}
"""Route → its address for a thing that lies with the police alone."""

SHARED = {
    "correspondence:counted": "/letters/counted/{coordination}/letters-exchanged/",
    "api:letter-write": "/api/coordinations/{coordination}/letters",
    "tasks:detail": "/tasks/{task}/",
    "tasks:progress": "/tasks/{task}/progress/",
    "tasks:extension": "/tasks/{task}/extension/",
    "tasks:decide": "/tasks/{task}/extension/decide/",
    "tasks:complete": "/tasks/{task}/complete/",
    "tasks:review": "/tasks/{task}/review/",
    "dispatches:detail": "/dispatches/{dispatch}/",
    "dispatches:file": "/dispatches/{dispatch}/files/0/",
    "dispatches:sealed": "/dispatches/{dispatch}/sealed/",
    "dispatches:evidence": "/dispatches/{dispatch}/evidence/",
    "dispatches:evidence-print": "/dispatches/{dispatch}/evidence/print/",
    "conferences:propose": "/conferences/next/{coordination}/",
    "reports:period": "/reports/of/{coordination}/{period}/",
    "reports:open": "/reports/of/{coordination}/{period}/open/",
    "reports:draft-figures": "/reports/of/{coordination}/{period}/figures/",
    "api:coordination": "/api/coordinations/{coordination}",
    "api:figures": "/api/coordinations/{coordination}/figures/{period}",
    "api:task": "/api/tasks/{task}",
    "api:task-progress": "/api/tasks/{task}/progress",
    "api:task-progress-files": "/api/tasks/{task}/progress/files",
    "api:report-open": "/api/coordinations/{coordination}/reports/{period}",
    "api:conference-propose": "/api/coordinations/{coordination}/conferences",
    "api:task-extension": "/api/tasks/{task}/extension-request",
    "api:task-decide": "/api/tasks/{task}/extension-decision",
    "api:task-complete": "/api/tasks/{task}/completion",
    "api:task-complete-files": "/api/tasks/{task}/completion/files",
    "api:task-accept": "/api/tasks/{task}/acceptance",
    "api:task-return": "/api/tasks/{task}/return",
    "api:dispatch": "/api/dispatches/{dispatch}",
    "api:dispatch-evidence": "/api/dispatches/{dispatch}/evidence",
    "api:dispatch-file": "/api/dispatches/{dispatch}/files/0",
}
"""Route → its address for a thing of which every party has a copy, and nobody else."""

MANAGED = {
    "agencies:people-of": "/agencies/{agency}/people/",
    "agencies:person-add": "/agencies/{agency}/people/add/",
    "agencies:person": "/people/{person}/",
    "agencies:person-deactivate": "/people/{person}/deactivate/",
    "agencies:person-reactivate": "/people/{person}/reactivate/",
    "agencies:person-link": "/people/{person}/link/",
    "agencies:role-add": "/people/{person}/roles/add/",
    "agencies:role-end": "/people/{person}/roles/{role}/end/",
}
"""Route → its address for accounts of the police, which only administrators of the police and of the server manage."""

OF_THE_SERVER = {
    "agencies:first-password", "agencies:agency", "agencies:agency-edit", "agencies:agency-area",
    "agencies:agency-successor", "agencies:locality", "regulations:regulation-day-forget", "regulations:detail",
    "regulations:regulation-edit", "regulations:regulation-part-add", "regulations:regulation-part-edit",
    "regulations:regulation-part-remove", "regulations:coordination", "regulations:coordination-edit",
    "regulations:coordination-party-add", "regulations:coordination-party-edit", "regulations:coordination-party-end",
    "dispatches:register-print", "dispatches:register-export", "api:register",
    "partners:detail", "partners:approve", "partners:update", "partners:routes", "partners:suspend", "partners:resume",
    "partners:agree", "partners:leave-out", "partners:put-away", "partners:key-rotate", "partners:key-revoke",
    "partners:statement-approve",
}  # fmt: skip
"""The directory and the partners, which are common to the server, and registers, which are named by direction and year, never by agency."""


@pytest.fixture
def secrets(world: World, db: None) -> Secrets:
    planted = plant(world)
    strengthen(world, ARMY)
    strengthen(world, STRANGER)
    return planted


def set_aside(secrets: Secrets) -> SetAside:
    """Something that came to them and could not be worked on."""
    row, _made = SetAside.objects.get_or_create(
        holder=secrets.by.agency,
        digest=secrets.dispatch.digest,
        defaults={
            "sender": secrets.dispatch.sender,
            "sealed": secrets.dispatch.sealed,
            "kind": secrets.dispatch.kind,
            "error": "ZeroDivisionError",
            "tries": 1,
            "first_at": secrets.dispatch.issued_at,
            "last_at": secrets.dispatch.issued_at,
        },
    )
    return row


def names_of(secrets: Secrets, **other: Any) -> dict[str, Any]:
    """What the variables of the addresses stand for."""
    return {
        "report": secrets.report.uid,
        "figures": secrets.figures.uid,
        "conference": secrets.conference.uid,
        "item": secrets.item,
        "site": secrets.site,
        "letter": secrets.letter,
        "record": secrets.record_uid,
        "outbox": secrets.outbox.pk,
        "aside": set_aside(secrets).pk,
        "token": secrets.token.pk,
        "task": secrets.task.uid,
        "dispatch": secrets.dispatch.uid,
        "coordination": secrets.conference.coordination.uid,
        "period": secrets.report.period,
        "agency": secrets.by.agency.code,
        "person": secrets.by.person.uid,
        "role": RoleAssignment.objects.filter(person=secrets.by.person).earliest("pk").pk,
        **other,
    }


def nobodys(names: dict[str, Any]) -> dict[str, Any]:
    """The same with things that do not exist."""
    kinds = {int: NOBODYS["pk"], uuid.UUID: NOBODYS["uid"]}
    absent = {name: kinds.get(type(thing), thing) for name, thing in names.items()}
    return absent | {"agency": NOBODYS["code"]}


def differences(clients: dict[str, Client], paths: dict[str, str], names: dict[str, Any]) -> Iterator[str]:
    """Where a thing that exists is answered otherwise than one that does not."""
    for who, client in clients.items():
        for route, path in paths.items():
            if who.startswith("program") and not path.startswith("/api"):
                continue  # tokens do not count for pages: `tests/web/test_policy.py`
            there, nowhere = path.format(**names), path.format(**nobodys(names))
            for method in METHODS:
                ask = getattr(client, method)
                data = {"data": FORM} if method == "post" and not path.startswith("/api") else {}
                first, second = ask(there, **data), ask(nowhere, **data)
                body = words_of(first).replace(there.encode(), b"@").replace(quote(there).encode(), b"@")
                other = words_of(second).replace(nowhere.encode(), b"@").replace(quote(nowhere).encode(), b"@")
                if first.status_code != second.status_code or body != other:
                    yield f"{who or 'nobody'} {method} {route}: {first.status_code} and {second.status_code}"
                if first.status_code < 400 and first.status_code != 302:
                    yield f"{who or 'nobody'} {method} {route}: {first.status_code}"
                if first.status_code == 302 and not first["Location"].startswith("/sign-in/"):
                    yield f"{who or 'nobody'} {method} {route}: to {first['Location']}"
                if sorted(first.headers) != sorted(second.headers):
                    yield f"{who or 'nobody'} {method} {route}: headers"


def knocking(world: World, *usernames: str) -> dict[str, Client]:
    """Browsers of these people, and programs of those that can have a token for content."""
    found = {name: browser(name) for name in usernames}
    for name in usernames:
        if name and name != ADMIN:
            found[f"program of {name}"] = program(strengthen(world, name), Role.APPROVER, now=world.now)
    return found


def test_every_address_of_a_single_thing_is_in_one_of_the_tables_of_this_test() -> None:
    """Those of the API are taken from its description, in `test_api.py`."""
    with_variables = {name for name, pattern in routes() if "<" in pattern and not name.startswith("api:")}
    tables = {*ON_THE_ISLAND, *SHARED, *MANAGED, *OF_THE_SERVER}

    assert with_variables == {name for name in tables if not name.startswith("api:")}


def routes() -> Iterator[tuple[str, str]]:
    def walk(patterns: list[Any], prefix: str, spaces: list[str]) -> Iterator[tuple[str, str]]:
        for each in patterns:
            if isinstance(each, URLPattern):
                yield route_name(spaces, each.name), f"{prefix}{each.pattern}"
            else:
                yield from walk(
                    each.url_patterns, f"{prefix}{each.pattern}", [*spaces, *filter(None, [each.namespace])]
                )

    return walk(get_resolver().url_patterns, "", [])


def test_what_lies_on_another_island_looks_and_behaves_like_what_does_not_exist(world: World, secrets: Secrets) -> None:
    clients = knocking(world, *INTRUDERS)
    names = names_of(secrets)
    before = state_of_database()

    found = list(differences(clients, ON_THE_ISLAND, names))

    assert (found, differing(before, state_of_database())) == ([], [])


def test_shared_things_do_not_exist_for_agencies_without_a_part(world: World, secrets: Secrets) -> None:
    clients = knocking(world, STRANGER, ADMIN, "")
    names = names_of(secrets)
    before = state_of_database()

    found = list(differences(clients, SHARED, names))

    assert (found, differing(before, state_of_database())) == ([], [])


def test_accounts_of_an_agency_do_not_exist_for_administrators_of_another(world: World, secrets: Secrets) -> None:
    clients = knocking(world, ARMY, STRANGER, "")
    names = names_of(secrets)
    before = state_of_database()

    found = list(differences(clients, MANAGED, names))

    assert (found, differing(before, state_of_database())) == ([], [])


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def test_parts_of_another_conference_do_not_exist_under_ones_own(world: World, secrets: Secrets) -> None:
    """MISP CVE-2026-56424: authorised for object A, acting on object B."""
    army = strengthen(world, ARMY)
    own = Conference.objects.filter(holder=army.agency, host=army.agency).latest("pk")
    assert own.pk != secrets.conference.pk
    client, before = browser(ARMY), state_of_database()

    answers = [
        client.post(f"/conferences/{own.uid}/items/{secrets.item}/note/", FORM),
        client.get(f"/conferences/{own.uid}/sites/{secrets.site}/roll/"),
        client.post(f"/conferences/{own.uid}/sites/{secrets.site}/roll/", FORM),
        client.get(f"/conferences/{own.uid}/contribute/?contribution={secrets.contribution.uid}"),
        client.post(f"/conferences/{own.uid}/contribute/?contribution={secrets.contribution.uid}", FORM),
        client.get(f"/records/{NOBODYS['uid']}/confirm/?coordination={own.coordination.uid}"),
    ]

    assert [answer.status_code for answer in answers if answer.status_code not in {404, 409}] == []
    assert [word for answer in answers for word in secrets.words if word in all_text(answer)] == []
    assert differing(before, state_of_database()) == []


def test_an_act_on_the_own_copy_of_a_shared_thing_leaves_the_copy_of_the_other_island_alone(
    world: World, secrets: Secrets
) -> None:
    client = browser(ARMY)
    mine = {"holder": secrets.by.agency, "uid": secrets.task.uid}
    before = Task.objects.filter(**mine).values().get()

    for path in ("progress/", "extension/", "extension/decide/", "complete/", "review/"):
        client.post(f"/tasks/{secrets.task.uid}/{path}", FORM)

    assert Task.objects.filter(**mine).values().get() == before


def pages(secrets: Secrets) -> list[str]:
    """Every address that can be fetched: with the secret things, lists with each canary sought, and all exports."""
    names = names_of(secrets)
    year = secrets.dispatch.issued_at.year
    found = [path.format(**names) for path in (ON_THE_ISLAND | SHARED | MANAGED).values()]
    found += [
        "/", "/agencies/", "/agencies/M.CAT/", "/people/", "/tokens/", "/regulations/", "/coordinations/",
        f"/coordinations/{names['coordination']}/", "/registers/", "/registers/in/", f"/registers/out/{year}.xlsx",
        f"/registers/in/{year}.xlsx", f"/registers/out/{year}/print/", "/reports/", "/tasks/", "/tasks/export.xlsx",
        "/letters/", "/letters/?box=drafts", "/letters/timeliness/", "/letters/timeliness/export.csv", "/api/letters?box=drafts",
        "/api/letters/timeliness?since=2020-01-01&until=2035-12-31",
        "/conferences/", "/records/", "/records/?state=draft", "/api/conferences", "/api/reports", "/api/tasks",
        "/api/past-records", "/api/registers/out", "/api/registers/in", "/api/coordinations", "/api/me", "/readyz",
        f"/reports/of/{names['coordination']}/{names['period']}/", f"/conferences/next/{names['coordination']}/",
    ]  # fmt: skip
    return found


LISTS = [
    "/search/",
    "/letters/",
    "/tasks/",
    "/tasks/export.xlsx",
    "/registers/",
    "/registers/in/",
    "/records/",
    "/api/past-records",
]
COMMON, ABSENT = canary(""), "khongcoo"
"""A part of every canary, and a word of the same length that stands nowhere."""


def test_no_word_of_a_draft_reaches_anybody_else(world: World, secrets: Secrets) -> None:
    clients = knocking(world, *INTRUDERS)

    leaks = [
        f"{who or 'nobody'} {path}: {word}"
        for who, client in clients.items()
        for path in pages(secrets)
        for text in [all_text(client.get(path))]
        for word in secrets.words
        if word in text
    ]

    assert leaks == []


def test_nobody_else_finds_a_word_of_a_draft_by_searching(world: World, secrets: Secrets) -> None:
    clients = {**knocking(world, *INTRUDERS), "police": browser(POLICE)}
    sought = {
        (who, path): [all_text(client.get(f"{path}?q={word}")).replace(word, "@") for word in (COMMON, ABSENT)]
        for who, client in clients.items()
        for path in LISTS
    }

    found = sorted({who for (who, _path), (there, nowhere) in sought.items() if plain(there) != plain(nowhere)})

    assert found == ["police"]


def plain(text: str) -> str:
    """Without tokens of forms and the moment at which a workbook was made."""
    return re.sub(
        r'(?m)name="csrfmiddlewaretoken" value="[^"]*"|<dcterms:\w+[^>]*>[^<]*|^Content-Length: .*$|^Set-Cookie.*$',
        "",
        text,
    )


def test_its_own_people_find_every_word_so_the_search_for_leaks_is_a_search(world: World, secrets: Secrets) -> None:
    client = browser(POLICE)

    text = "".join(all_text(client.get(path)) for path in pages(secrets))

    assert [word for word in secrets.words if word not in text] == []


def test_lists_count_the_same_whether_another_island_has_drafts_or_not(world: World, db: None) -> None:
    strengthen(world, ARMY)
    client = browser(ARMY)
    lists = [
        "/",
        "/reports/",
        "/conferences/",
        "/tasks/",
        "/records/",
        "/registers/",
        "/registers/in/",
        "/search/?q=a",
        "/letters/",
        "/letters/?box=drafts",
    ]
    before = [words_of(client.get(path)) for path in lists]
    plant(world)

    assert [path for path, body in zip(lists, before, strict=True) if words_of(client.get(path)) != body] == []


def test_the_server_administrator_opens_no_page_of_content(world: World, secrets: Secrets) -> None:
    RoleAssignment.objects.filter(person__username=ADMIN).exclude(role=Role.ADMINISTRATOR).delete()
    client = browser(ADMIN)
    content = [name for name, row in table().items() if row.roles and row.roles <= CONTENT and "GET" in row.methods]
    plain = {name: f"/{pattern}" for name, pattern in routes() if "<" not in pattern and name in content}

    opened = [
        name for name, path in plain.items() if not name.startswith("api:") and client.get(path).status_code < 400
    ]

    assert (opened, len(plain) > 8) == ([], True)


def test_nobody_switches_to_an_agency_without_a_role(world: World, secrets: Secrets) -> None:
    client = browser(STRANGER)
    session = client.session

    refused = client.post("/switch/", {"agency": "M.CAT"})
    session = client.session
    session["agency"] = Agency.objects.get(code="M.CAT").pk
    session.save()

    assert refused.status_code == 404
    assert client.get(f"/conferences/{secrets.conference.uid}/").status_code == 404


def test_objects_that_the_intruders_hold_are_not_the_ones_under_attack(secrets: Secrets) -> None:
    others = Person.objects.get(username=ARMY)

    assert others != secrets.by.person
    assert set(Contribution.objects.filter(pk=secrets.contribution.pk).values_list("holder__code", flat=True)) == {
        "M.CAT"
    }
    assert Outbox.objects.get(pk=secrets.outbox.pk).sender.code == "M.CAT"
