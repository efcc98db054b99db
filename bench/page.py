"""The pages people look at most: CPU, SQL statements, size of the HTML. First of all the page of a conference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.measure import medians, with_goal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNS = 60


def run(home: Path) -> dict[str, Any]:
    """As a signed-in person gets them, all middleware included; the floor is /healthz, which does nothing, for a stranger."""
    from django.urls import reverse

    from bench import world

    made = world.build(home)
    by, conference = made.concluded
    host = _signed_in(by.person.pk)
    items = list(conference.items.all())
    tasks = len(world.tasks_of(by))
    shown = measured(host, reverse("conferences:detail", args=[conference.uid]))
    return {
        "conference": {
            "cpu_ms": with_goal(shown["cpu_ms"], at_most=12),
            "statements": with_goal(shown["statements"], at_most=12),
            "html_kilobytes": with_goal(shown["html_kilobytes"], at_most=40),
            "cpu_ms_fastest": shown["cpu_ms_fastest"],
            "wall_ms": shown["wall_ms"],
            "agenda_items": len(items),
            "bytes_of_minutes": sum(len(item.note.encode()) for item in items),
            "tasks": tasks,
        },
        "home": measured(host, "/"),
        "tasks": measured(host, reverse("tasks:list")),
        "register": measured(host, reverse("dispatches:register")),
        "report_entry": measured(host, reverse("reports:edit", args=[made.report.uid])),
        "agreement": measured(host, reverse("reports:figures", args=[made.figures.uid])),
        "floor": measured("", "/healthz"),
        "runs": RUNS,
    }


def _signed_in(person_id: int) -> str:
    """The cookie of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    from giaoban.agencies.models import Person

    client = Client()
    # from the database: the session is bound to the password as it is stored
    client.force_login(Person.objects.get(pk=person_id), backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def measured(cookie: str, address: str) -> dict[str, float]:
    """Medians of one page, asked of the WSGI application that the server runs."""
    from django.db import connection
    from django.test import RequestFactory

    from giaoban.project.wsgi import application

    factory = RequestFactory(headers={"host": "127.0.0.1", "cookie": cookie})

    def get() -> bytes:
        said = []

        def start(status: str, _headers: object, _fault: object = None, /) -> Callable[[bytes], object]:
            said.append(status)
            return lambda _data: None

        answer = application(factory.get(address).environ, start)
        body = b"".join(answer)
        answer.close()
        if said != ["200 OK"]:
            raise LookupError(f"{address} answered {said}")
        return body

    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    get()
    with connection.execute_wrapper(note):
        body = get()
    timed = medians(get, runs=RUNS)
    del timed["runs"]
    return {**timed, "statements": len(statements), "html_kilobytes": round(len(body) / 1024, 1)}
