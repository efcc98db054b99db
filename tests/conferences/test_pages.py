"""Every page opens in every state for those who may, and its statements are counted."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.conferences.hall import Hall

from giaoban.common.access import Role

STATES = ["drafted", "invited", "opened", "closed", "proposed", "accepted", "concluded"]


@pytest.mark.parametrize("state", STATES)
def test_every_page_of_a_conference_opens_in_every_state(hall: Hall, state: str) -> None:
    conference = getattr(hall, state)()
    site = conference.sites.all()[0]
    found = {}
    for role in (Role.OFFICER, Role.APPROVER, Role.VIEWER):
        client = hall.client("CAH", role)
        for name in ("detail", "agenda", "hold", "hall", "conclude", "answer"):
            found[role, name] = client.get(reverse(f"conferences:{name}", args=[conference.uid])).status_code
        found[role, "roll"] = client.get(reverse("conferences:roll", args=[conference.uid, site.uid])).status_code
        found[role, "list"] = client.get(reverse("conferences:list")).status_code
        found[role, "tasks"] = client.get(reverse("tasks:list")).status_code

    assert set(found.values()) == {200}


def test_the_page_of_a_concluded_conference_takes_twelve_statements_and_forty_kilobytes(
    hall: Hall, django_assert_num_queries
) -> None:
    conference = hall.concluded()
    client = hall.client("CAH")
    url = reverse("conferences:detail", args=[conference.uid])
    client.get(url)

    with django_assert_num_queries(12):
        page = client.get(url)

    assert len(page.content) < 40 * 1024


def test_the_lists_take_the_same_number_of_statements_whatever_their_length(
    hall: Hall, django_assert_num_queries
) -> None:
    hall.concluded()
    client = hall.client("CAH")
    client.get("/conferences/")

    with django_assert_num_queries(12):
        client.get("/conferences/")
    with django_assert_num_queries(9):
        client.get("/tasks/")
