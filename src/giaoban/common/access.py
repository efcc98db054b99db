"""The access door: who acts (`By`), in which role, and the rows of the policy table.

Default deny. Every route of every room has a `Row` in that room's `policy.py`; the middleware refuses a route without one.
A row decides whether a *role* may knock at all; which papers a person then finds is decided by the queries, which start
from the agency (`by.agency_id`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency, Person


class Role(StrEnum):
    """What a person may do in an agency, for a time (Decree 30/2020 art. 14-18 names the work of each)."""

    VIEWER = "viewer"
    CLERK = "clerk"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.VIEWER: _("Viewer"),
    Role.CLERK: _("Clerk"),
    Role.OFFICER: _("Officer"),
    Role.APPROVER: _("Approver"),
    Role.ADMINISTRATOR: _("Administrator"),
}


@dataclass(frozen=True, kw_only=True)
class By:
    """Who acts: one person for one agency, with the roles held there on the day of the act."""

    person: Person
    agency: Agency
    roles: frozenset[Role]
    via: str = "web"

    def has(self, *roles: Role) -> bool:
        """Whether at least one of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role) -> None:
        """Raise `RefusedError` (status 403) unless one of `roles` is held."""
        if not self.has(*roles):
            needed = ", ".join(str(ROLE_LABELS[role]) for role in roles)
            raise RefusedError(
                "access.role",
                _("You may not do this."),
                _("It needs the role: %(roles)s.") % {"roles": needed},
                _("Ask a colleague with that role, or your administrator."),
                status=403,
            )


EVERYBODY_INSIDE = frozenset(Role)
CONTENT = frozenset({Role.VIEWER, Role.CLERK, Role.OFFICER, Role.APPROVER})
"""Who reads working papers. Administrators do not: they run the directory and see no content."""
DRAFTERS = frozenset({Role.CLERK, Role.OFFICER, Role.APPROVER})
OFFICERS = frozenset({Role.OFFICER, Role.APPROVER})
APPROVERS = frozenset({Role.APPROVER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the policy table: who may use a route."""

    roles: frozenset[Role] = field(default_factory=frozenset)
    public: bool = False
    """Open to anybody, signed in or not."""
    signed_in: bool = False
    """Open to any signed-in person, even one who holds no role (profile, sign-out, password)."""
    server_admin: bool = False
    """Open to administrators of the server too: they run the directory of all agencies and see no content."""
    methods: frozenset[str] = frozenset({"GET", "HEAD", "POST"})


def allow(*groups: frozenset[Role], methods: str = "GET HEAD POST") -> Row:
    """A row for the union of role groups: `allow(CONTENT)`."""
    return Row(roles=frozenset().union(*groups), methods=frozenset(methods.split()))


PUBLIC = Row(public=True)
SIGNED_IN = Row(signed_in=True)
DIRECTORY = Row(server_admin=True)
"""For administrators of the server alone."""
