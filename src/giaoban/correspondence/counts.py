"""What letters give to the figures of a period report, each with the way to the letters that were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from giaoban.correspondence import queries
from giaoban.regulations.sources import Counted, IndicatorSource

if TYPE_CHECKING:
    from datetime import date

    from giaoban.agencies.models import Agency
    from giaoban.regulations.models import Coordination


def letters_exchanged(agency: Agency, coordination: Coordination, since: date, until: date) -> Counted:
    """Notices, requests, verification requests, replies and forwards that the agency sent."""
    found = queries.exchanged(agency, coordination, since, until).count()
    return Counted(found, _address(IndicatorSource.LETTERS_EXCHANGED, coordination, since, until))


def letters_verified(agency: Agency, coordination: Coordination, since: date, until: date) -> Counted:
    """Verification requests, sent or received, that were answered in the days."""
    found = queries.verified(agency, coordination, since, until).count()
    return Counted(found, _address(IndicatorSource.LETTERS_VERIFIED, coordination, since, until))


def _address(source: IndicatorSource, coordination: Coordination, since: date, until: date) -> str:
    path = reverse("correspondence:counted", args=[coordination.uid, source.value])
    return f"{path}?{urlencode({'since': since.isoformat(), 'until': until.isoformat()})}"
