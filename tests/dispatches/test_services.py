from __future__ import annotations

from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.dispatches import services
from giaoban.dispatches.models import Incoming, Outbox, Receipt


def test_an_issued_dispatch_arrives_takes_effect_once_and_is_receipted(house: House) -> None:
    sent = house.send()

    assert services.deliver_all(NOW) == 1

    assert sent.reference == "01/BC-CAT"
    assert handlers.taken == [("BCH", "Nội dung phối hợp")]
    assert Outbox.objects.values_list("state", "reason").get() == ("accepted", "")
    assert Incoming.objects.values_list("outcome", "arrival_number").get() == ("accepted", 1)
    assert Receipt.objects.count() == 2
