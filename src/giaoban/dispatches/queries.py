"""Reads of the room. Every one starts from the agency of `by`: its registers, its dispatches, its deliveries."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from giaoban.common.access import By
from giaoban.common.errors import NotFoundError
from giaoban.dispatches.models import Dispatch, Outbox


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


def access_outbox(outbox_id: int, *, by: By) -> Outbox:
    """A delivery of this agency. Raises NotFoundError."""
    row = Outbox.objects.filter(sender=by.agency, pk=outbox_id).first()
    if row is None:
        raise NotFoundError
    return row
