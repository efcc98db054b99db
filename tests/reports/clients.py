"""Signing in as a person of the town."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giaoban.agencies.models import RoleAssignment

if TYPE_CHECKING:
    from django.test import Client

    from giaoban.common.access import By


def sign_in(client: Client, by: By) -> None:
    """Act on screens as `by`."""
    for role in by.roles:
        RoleAssignment.objects.get_or_create(person=by.person, agency=by.agency, role=role.value)
    client.force_login(by.person)
