"""Fetching by visits: one at a time, and whatever does not come with one answer comes with the next."""

from __future__ import annotations

import pytest
from tests.dispatches import handlers
from tests.partners.servers import NOW, Server
from tests.transports.doors import listening
from tests.transports.stations import Pair, send, standing

from giaoban.partners import composing
from giaoban.partners.models import Partner
from giaoban.transports import rounds
from giaoban.transports.https import transport


def visit(server: Server) -> rounds.Visit:
    with server.here():
        return rounds.visit(Partner.objects.get(), "https", now=NOW)


def test_two_threads_do_not_fetch_from_one_partner_at_once(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police):
        send(pair.military, "chờ lấy", to=("CAT",))
        with pair.police.here():
            partner = Partner.objects.get()
        with transport._fetching(partner, wanted=True) as first, transport._fetching(partner, wanted=True) as second:
            beside = visit(pair.police)
        after = visit(pair.police)

    assert (first, second) == (True, False)
    assert (beside.brought, beside.failure, after.brought) == (0, "", 1)


def test_what_found_no_room_in_an_answer_comes_with_the_next_and_not_after_minutes(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("một", "hai", "ba"):
        send(pair.military, text, to=("CAT",))
    monkeypatch.setattr(composing, "SOFT_ITEMS", 2)  # a dispatch and its file
    with listening(pair.military, known_by=pair.police):
        brought = visit(pair.police).brought

    assert (brought, handlers.taken) == (3, [("CAT", "một"), ("CAT", "hai"), ("CAT", "ba")])
    assert set(standing(pair.military)) == {("accepted", "")}
