"""The page of a concluded conference: CPU, SQL statements, size of the HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bench.measure import medians, with_goal

if TYPE_CHECKING:
    from pathlib import Path


def run(home: Path) -> dict[str, Any]:
    """As a signed-in officer of the host gets it, all middleware included."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from bench import world
    from giaoban.agencies.models import Person

    made = world.build(home)
    by, conference = made.concluded
    client = Client()
    # from the database: the session is bound to the password as it is stored
    client.force_login(Person.objects.get(pk=by.person.pk), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("conferences:detail", args=[conference.uid])

    def get() -> bytes:
        answer = client.get(address)
        if answer.status_code != 200:
            raise LookupError(f"{address} answered {answer.status_code}")
        return answer.content

    get()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        body = get()
    statements = len(captured)  # before the next request empties the list
    timed = medians(get, rounds=40)
    return {
        "cpu_ms": with_goal(timed["cpu_ms"], at_most=12),
        "statements": with_goal(statements, at_most=12),
        "html_kilobytes": with_goal(round(len(body) / 1024, 1), at_most=40),
        "wall_ms": timed["wall_ms"],
        "tasks_named": len(set(re.findall(rb"/tasks/([0-9a-f-]{36})", body))),
    }
