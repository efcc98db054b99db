"""Two questions of whoever watches the server: is it alive, and is it ready?

Open to anybody, so they answer in one word per subject and never say why; `giaoban check` and the log say more.
"""

from __future__ import annotations

import logging
import os
import tempfile
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from giaoban.common.access import Row
from giaoban.dispatches.models import Checkpoint, Register
from giaoban.dispatches.registers import compact_range

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

POLICY = {
    "healthz": Row(public=True, methods=frozenset({"GET", "HEAD"})),
    "readyz": Row(public=True, methods=frozenset({"GET", "HEAD"})),
}


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. Touches nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: database, storage and the heads of all registers; 503 where one of them is not."""
    answers = {}
    for name, examine in EXAMINED.items():
        try:
            answers[name] = "ok" if examine() else "fault"
        except (DatabaseError, OSError, ValueError) as error:
            log.warning("not ready", extra={"subject": name, "fault": type(error).__name__})
            answers[name] = "fault"
    good = set(answers.values()) == {"ok"}
    return JsonResponse(answers, status=200 if good else 503)


def database_answers() -> bool:
    """A statement comes back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def storage_takes_files() -> bool:
    """A file can be written and made durable in GIAOBAN_HOME."""
    with tempfile.TemporaryFile(dir=settings.GIAOBAN_HOME) as file:
        file.write(b"ready?")
        file.flush()
        os.fsync(file.fileno())
    return True


def register_heads_agree() -> bool:
    """The running end of every register is the one its newest checkpoint signed. `giaoban verify` checks the rest."""
    newest = Checkpoint.objects.filter(
        agency=OuterRef("agency"), direction=OuterRef("direction"), year=OuterRef("year"), size=OuterRef("size")
    )
    registers = Register.objects.annotate(signed=Subquery(newest.values("root")[:1]))
    return all(row.signed == compact_range(row).root.hex() for row in registers)


EXAMINED: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "storage": storage_takes_files,
    "registers": register_heads_agree,
}

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
