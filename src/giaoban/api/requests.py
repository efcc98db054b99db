"""What every route may rely on: the door let a token in, so `request.by` is somebody; and how agencies are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.queries import access_agency
from giaoban.common.access import By
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency


def agency_named(code: str) -> Agency:
    """The agency with this code. Raises `RefusedError` `request.agency`, since the body is wrong and not the address."""
    try:
        return access_agency(code)
    except NotFoundError:
        raise RefusedError(
            "request.agency",
            _("An agency is named that this server does not know."),
            code,
            _("Name agencies by their codes, as /api/coordinations gives them."),
            status=422,
        ) from None


class ApiRequest(HttpRequest):
    """A request with a valid token."""

    by: By
