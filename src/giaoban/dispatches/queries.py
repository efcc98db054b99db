"""Reads of the room. Every one starts from the agency of `by`: its registers, its dispatches, its deliveries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from giaoban.common.access import By, Role
from giaoban.common.errors import NotFoundError
from giaoban.common.files import RenderedFile
from giaoban.common.storage import store_of
from giaoban.common.todo import ToDo
from giaoban.dispatches.models import Dispatch, Outbox
from giaoban.dispatches.words import REASON_TEXTS
from giaoban.kernel.delivery import Reason, State


def visible_to(by: By) -> Q:
    """A dispatch is seen by its sender, and by a recipient once it has arrived there."""
    return Q(sender=by.agency) | Q(arrivals__holder=by.agency)


def access_dispatch(uid: UUID, *, by: By) -> Dispatch:
    """The dispatch, for its sender and its recipients only. Raises NotFoundError.

    Uids are given by senders, so two senders could use one: then the agency's own, or the first, is meant.
    """
    found = Dispatch.objects.filter(visible_to(by), uid=uid).select_related("sender", "issued_by").distinct()
    dispatch = found.order_by("id").first()
    if dispatch is None:
        raise NotFoundError
    return dispatch


def thread_of(thread: UUID, *, by: By) -> list[Dispatch]:
    """All dispatches of one piece of work that this agency sent or received, first first, without their sealed bytes."""
    found = Dispatch.objects.filter(visible_to(by), thread=thread).select_related("sender").defer("sealed").distinct()
    return list(found.order_by("issued_at", "id"))


def files_of(dispatch: Dispatch) -> list[RenderedFile]:
    """The files that went with a dispatch, with their bytes. Give it only what an `access_…` or `thread_of` has returned."""
    store = store_of("dispatches")
    return [RenderedFile(file.name, file.media_type, store.read(file.sha256)) for file in dispatch.files.all()]


def access_outbox(outbox_id: int, *, by: By) -> Outbox:
    """A delivery of this agency. Raises NotFoundError."""
    row = Outbox.objects.filter(sender=by.agency, pk=outbox_id).first()
    if row is None:
        raise NotFoundError
    return row


def to_do(by: By, now: datetime) -> list[ToDo]:
    """Deliveries that nobody but a person can move on, and refusals not yet answered: for clerks and approvers."""
    del now
    if not by.has(Role.CLERK, Role.APPROVER):
        return []
    rows = (
        Outbox.objects.filter(sender=by.agency, state=State.NEEDS_PERSON)
        .select_related("dispatch", "recipient")
        .defer("dispatch__sealed")
        .order_by("id")[:50]
    )
    return [
        ToDo(
            what=_("%(dispatch)s could not be delivered to %(recipient)s")
            % {
                "dispatch": row.dispatch.reference or row.dispatch.summary or row.dispatch.kind,
                "recipient": row.recipient.short_name,
            },
            context=_("Registers"),
            button=_("See why"),
            url=reverse("dispatches:detail", args=[row.dispatch.uid]),
            why=REASON_TEXTS[Reason(row.reason)],
        )
        for row in rows
    ]
