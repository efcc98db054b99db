"""What every page of a signed-in person may rely on: `request.by`, `request.user` and the agencies to switch between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency, Person
    from giaoban.common.access import By


class InsideRequest(HttpRequest):
    """A request that the policy door let in for a role: `by` is never None here.

    Views of routes that are open to anybody, or to people without a role, take Django's `HttpRequest` instead.
    """

    by: By
    user: Person
    memberships: list[Agency]
    """The agencies in which the person holds a role today, by name."""
