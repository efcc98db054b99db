"""The whole cycle over three islands, every step a real dispatch."""

from __future__ import annotations

from tests.conferences.hall import HELD_ON, Hall

from giaoban.conferences.models import Conference
from giaoban.dispatches.models import Dispatch
from giaoban.tasks.models import Task


def test_a_conference_goes_from_proposal_to_tasks_on_every_island(hall: Hall) -> None:
    conference = hall.concluded()

    assert conference.held_on == HELD_ON
    assert {(c.holder.code, c.state) for c in Conference.objects.filter(uid=conference.uid)} == {
        ("CAH", "concluded"),
        ("BCH", "concluded"),
        ("HKL", "concluded"),
    }
    assert sorted(
        (t.holder.code, t.number, t.lead.code, t.state, t.text) for t in Task.objects.select_related("holder", "lead")
    ) == sorted(
        (holder, number, lead, "open", text)
        for holder in ("CAH", "BCH", "HKL")
        for number, lead, text in (
            (1, "BCH", "Xây dựng kế hoạch tuần tra chung quý IV."),
            (2, "CAH", "Rà soát đường dây nóng giữa các đơn vị."),
        )
    )
    assert [(d.sender.code, d.kind, d.reference) for d in Dispatch.objects.order_by("pk").select_related("sender")] == [
        ("CAH", "conference.invitation", "01/GM-CAH"),
        ("CAH", "conference.opened", ""),
        ("BCH", "conference.attendance", ""),
        ("CAH", "conference.conclusions_proposed", ""),
        ("BCH", "conference.conclusions_accepted", ""),
        ("CAH", "conference.minutes", "01/BB-CAH"),
        ("CAH", "conference.conclusion", "01/TB-CAH"),
    ]
