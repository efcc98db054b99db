"""A little history: two years, numbers of two types, a machine act, a refusal, one that waits and one that was stopped."""

from __future__ import annotations

from datetime import datetime

from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House, by_of

from giaoban.agencies.models import Agency
from giaoban.common.clock import HANOI
from giaoban.dispatches import services
from giaoban.dispatches.models import Outbox

LAST_YEAR = datetime(2025, 12, 30, 9, 0, tzinfo=HANOI)


def play(house: House) -> None:
    house.send("năm trước", now=LAST_YEAR)
    services.deliver_all(LAST_YEAR)
    house.send("thứ nhất", recipients=[house.military, house.stranger])
    house.send("thứ hai", by=house.military_by, recipients=[house.police], type_code="CV")
    house.send("không số", type_code=None, summary="", render=None)
    house.send("từ chối", kind="test.refused")
    house.send("giấy mời", type_code="GM")
    services.deliver_all(NOW)
    far = Agency.objects.create(
        code="XA", name="Ủy ban xã An Phú", short_name="An Phú", symbol="UBND", level="commune", seat="An Phú"
    )
    house.send("không có đường", recipients=[far])
    services.deliver_all(NOW)
    house.send("dừng lại", kind="test.broken", payload=handlers.Note(text="x"))
    row = Outbox.objects.get(dispatch__kind="test.broken")
    services.stop_delivery(row.pk, by=by_of(house.police), now=NOW)
