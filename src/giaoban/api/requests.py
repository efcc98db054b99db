"""What every route may rely on: the door let a token in, so `request.by` is somebody; and how agencies are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.errors import ValidationError

from giaoban.agencies.queries import access_agency
from giaoban.common.access import By
from giaoban.common.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ninja.files import UploadedFile

    from giaoban.agencies.models import Agency


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """A form with files brings no field but these: a slip in a name must not lose what was meant.

    The library passes over unknown fields of forms, other than those of JSON. Raises its ValidationError.
    """
    unknown = sorted({*request.POST, *request.FILES} - set(known))
    if unknown:
        raise ValidationError(
            [{"loc": ("form", name[:80]), "msg": "Extra inputs are not permitted"} for name in unknown]
        )


def contents_of(files: Sequence[UploadedFile]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of files that were sent. Not more than one byte beyond what a room takes is read; the service refuses then."""
    room = settings.MAX_UPLOAD_BYTES + 1
    for file in files:
        content = file.read(room)
        room -= len(content)
        yield file.name or "", content


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
