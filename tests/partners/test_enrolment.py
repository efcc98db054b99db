"""How a stranger becomes a partner, and everything that must not make one."""

from __future__ import annotations

import pytest
from tests.partners import ceremony, post
from tests.partners.servers import NOW, Estate

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.errors import RefusedError
from giaoban.dispatches import services as dispatches
from giaoban.dispatches.models import Incoming, Outbox
from giaoban.partners import services
from giaoban.partners.models import Approval, Partner


def test_two_strangers_become_partners_and_greet_one_another(estate: Estate) -> None:
    pair = ceremony.partners(estate)

    with post.delivered(CAT=pair.police, BCH=pair.military):
        for server in pair:
            with server.here():
                dispatches.deliver_all(NOW)

    for server, own, other in ((pair.police, "CAT", "BCH"), (pair.military, "BCH", "CAT")):
        with server.here():
            sent = Outbox.objects.get()
            came = Incoming.objects.get()
            assert (sent.recipient.code, sent.state, sent.dispatch.kind) == (other, "accepted", "exchange.hello")
            assert (came.sender.code, came.holder.code, came.arrival_number) == (other, own, 1)


def test_wrong_digits_are_refused_and_stay_on_record(estate: Estate) -> None:
    pair = ceremony.fresh(estate)
    with pair.military.here():
        made = services.make_offer(now=NOW)
    with pair.police.here():
        read = services.read_offer(made.sealed, by=ceremony.person("an"), now=NOW)

        with pytest.raises(RefusedError) as refused:
            services.approve(read.row, made.fingerprint[:35].replace("1", "2"), by=ceremony.person("an"), now=NOW)

        assert refused.value.code == "offer.digits"
        assert list(Approval.objects.values_list("what", flat=True)) == ["read", "wrong"]
        assert Partner.objects.get().state == "proposed"
        assert Agency.objects.filter(code="BCH").count() == 0
        assert AgencyKey.objects.filter(agency__code="BCH").count() == 0
