"""What every page may rely on, by how far the policy door let its visitor in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from giaoban.agencies.models import Agency, Person
    from giaoban.common.access import By


class DoorRequest(HttpRequest):
    """Any request, as the middlewares prepared it: for routes that are open to anybody."""

    user: Person | AnonymousUser
    by: By | None
    """None for strangers and for people who hold no role today."""
    memberships: list[Agency]
    """The agencies in which the person holds a role today, by name."""
    LANGUAGE_CODE: str


class SignedInRequest(DoorRequest):
    """A request of somebody signed in, who may hold no role today."""

    user: Person


class InsideRequest(SignedInRequest):
    """A request that the policy door let in for a role: `by` is never None. What almost every view takes."""

    by: By
