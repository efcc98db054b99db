"""What every page says while this server is frozen. Costs a look at a file; then only is the database asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from giaoban.partners import queries, reconcile, shown
from giaoban.web.parts import Banner

if TYPE_CHECKING:
    from django.http import HttpRequest


def banners(request: HttpRequest) -> dict[str, Any]:
    """Template context `banners`: nothing for strangers, and nothing on a server that is not frozen."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not reconcile.may_be_frozen():
        return {}
    station = queries.frozen_station()
    if station is None:
        return {}
    url = reverse("partners:list") if user.is_server_admin else ""
    return {"banners": [Banner(shown.FROZEN_TITLE, shown.why_frozen(station.frozen_why), shown.FROZEN_ACT, url)]}
