"""What people see while a server is frozen, here and at its partners, and what administrators do about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.dispatches import handlers
from tests.partners.servers import NOW, Estate
from tests.partners.test_reconcile import reconciled, restored
from tests.partners.test_views import page, signed_in
from tests.transports import stations
from tests.transports.stations import LATER, exchanged

from giaoban.agencies.models import Person
from giaoban.dispatches import ports
from giaoban.dispatches.models import Dispatch
from giaoban.partners import reconcile
from giaoban.partners.models import Partner, PartnerAgency, Station
from giaoban.project import wiring

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = pytest.mark.timeout(900)
TITLE = 'class="notice-title"'
FINISH = "/partners/reconcile/finish/"


@pytest.fixture
def pair(estate: Estate) -> Iterator[stations.Pair]:
    """Two enrolled servers; one stands in the police's."""
    with stations.wired():
        made = stations.make_pair(estate)
        with made.police.here():
            yield made


def test_a_frozen_server_says_so_on_every_page_and_two_people_may_leave_a_partner_out(pair: stations.Pair) -> None:
    clerk = Person.objects.create_person("thu", "Văn thư", "một câu rất dài đấy")
    uid = Partner.objects.get().uid
    first, second = signed_in("an"), signed_in("binh")
    before = page(first, "/partners/")

    reconcile.freeze(reconcile.RESTORED, now=NOW)
    shown = page(first, "/partners/")
    elsewhere = page(first, "/keys/")
    seen = signed_in(clerk.username).get("/", follow=True).content.decode()
    stranger = Client().get("/", follow=True).content.decode()
    too_early = first.post(FINISH).status_code
    answers = [one.post(f"/partners/{uid}/leave-out/").status_code for one in (first, first, second)]
    ready = page(first, "/partners/")
    refused = [signed_in(clerk.username).post(url).status_code for url in (FINISH, f"/partners/{uid}/leave-out/")]
    still = Station.objects.get().frozen_at
    done = first.post(FINISH).status_code
    after = page(first, "/partners/")

    assert TITLE not in before
    assert TITLE in shown
    assert TITLE in elsewhere
    assert TITLE in seen
    assert 'href="/partners/"' not in seen  # who runs no server is told who does
    assert TITLE not in stranger
    assert (f"/partners/{uid}/leave-out/" in shown, FINISH in shown) == (True, False)
    assert (too_early, answers) == (409, [302, 409, 302])
    assert (f"/partners/{uid}/leave-out/" in ready, FINISH in ready) == (False, True)
    assert set(refused) <= {403, 404}
    assert still is not None
    assert (done, Station.objects.get().frozen_at) == (302, None)
    assert TITLE not in after


def test_a_partner_shows_that_it_is_reconciled_and_for_ever_what_it_lost(pair: stations.Pair, tmp_path: Path) -> None:
    exchanged(pair.police, pair.military)
    exchanged(pair.military, pair.police)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    old = restored(pair, folder)
    with pair.military.here():
        url = f"/partners/{Partner.objects.get().uid}/"
        quiet = page(signed_in("an"), url)
    exchanged(old, pair.military, now=LATER)
    with pair.military.here():
        held = page(signed_in("an"), url)
        assert PartnerAgency.objects.get().restoring

    reconciled(old, pair.military)

    with pair.military.here():
        healed = page(signed_in("an"), url)
    notice, loss = 'data-kind="problem"', "sổ văn bản đi 2026 của CAT"
    assert (notice in quiet, loss in quiet) == (False, False)
    assert (notice in held, loss in held) == (True, False)
    assert (notice in healed, loss in healed) == (False, True)


def test_what_could_not_be_done_again_is_named_as_people_call_it(pair: stations.Pair, tmp_path: Path) -> None:
    exchanged(pair.police, pair.military)
    exchanged(pair.military, pair.police)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    old = restored(pair, folder)
    for _round in range(3):
        exchanged(old, pair.military, now=LATER)
    broken = {**wiring.KINDS, **handlers.KINDS, "test.note": handlers.KINDS["test.broken"]}

    with old.here():
        ports.connect(
            kinds=broken,
            transports=wiring.TRANSPORTS,
            routing=wiring.ROUTING,
            may_send=wiring.MAY_SEND,
            on_fork=wiring.ON_FORK,
        )
        client = signed_in("an")
        client.post(FINISH)
        told = page(client, "/partners/")
        lost = Dispatch.objects.get(sender__code="BCH", kind="test.note")

    assert f"01/BC-BCH ({lost.sender.short_name})" in told
    assert lost.digest not in told


def test_a_page_asks_the_database_nothing_more_while_nothing_is_wrong(
    pair: stations.Pair, django_db_blocker: DjangoDbBlocker
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in("an")
    page(client, "/keys/")
    with CaptureQueriesContext(connection) as quiet:
        page(client, "/keys/")
    reconcile.freeze(reconcile.BEHIND, now=NOW)
    with CaptureQueriesContext(connection) as frozen:
        page(client, "/keys/")

    assert len(frozen) == len(quiet) + 1
    assert not any("partners_station" in each["sql"] for each in quiet.captured_queries)
