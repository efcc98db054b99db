"""People, their roles and their API tokens, managed by the administrators of an agency or of the server.

An administrator of an agency never reaches further than that agency: credentials of somebody who also works elsewhere, or who
administers the server, are only for the server's administrators.
"""

from __future__ import annotations

import logging
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from giaoban.agencies import queries
from giaoban.agencies.models import Agency, ApiToken, Person, RoleAssignment
from giaoban.agencies.services.account import forget_second_step
from giaoban.common import clock
from giaoban.common.access import By, Role
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from datetime import date, datetime

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
TOKEN_PREFIX = "gb_"  # noqa: S105 - the public beginning of every token, so that a leaked one is recognised
MAX_TOKEN_DAYS = 366
MAX_TOKENS = 20

log = logging.getLogger(__name__)


def add_person(
    agency: Agency,
    *,
    username: str,
    full_name: str,
    position: str,
    rank: str,
    role: Role,
    since: date,
    by: Person,
    now: datetime,
) -> Person:
    """A new account with a first role in `agency`. It has no password until its one-time link was used."""
    _require_manager(agency, by=by, now=now)
    if not USERNAME.fullmatch(username):
        raise RefusedError(
            "person.username",
            _("This sign-in name cannot be used."),
            _("It needs 3 to 60 small letters without marks, digits, dots, hyphens or underscores."),
            _("Write it like nguyen.an."),
            status=422,
        )
    try:
        with transaction.atomic():
            person = Person.objects.create_person(
                username, full_name, position=position, rank=rank, is_sample=agency.is_sample
            )
            RoleAssignment.objects.create(person=person, agency=agency, role=role, since=since)
    except IntegrityError as error:
        raise RefusedError(
            "person.exists", _("This sign-in name is taken."), "", _("Choose another one."), status=409
        ) from error
    log.info("person added", extra={"person": str(person.uid), "agency": agency.code, "by": str(by.uid)})
    return person


def edit_person(person: Person, *, full_name: str, position: str, rank: str, by: Person, now: datetime) -> None:
    """Correct name, position and rank."""
    _require_keeper(person, by=by, now=now)
    person.full_name, person.position, person.rank = full_name, position, rank
    person.save(update_fields=["full_name", "position", "rank"])


def deactivate_person(person: Person, *, by: Person, now: datetime) -> None:
    """Nobody signs in with this account any more; its tokens stop. What was done with it stays."""
    _require_keeper(person, by=by, now=now)
    if person.pk == by.pk:
        raise RefusedError("person.self", _("You cannot lock your own account."), "", _("Ask another administrator."))
    person.is_active = False
    person.save(update_fields=["is_active"])
    log.info("person deactivated", extra={"person": str(person.uid), "by": str(by.uid)})


def reactivate_person(person: Person, *, by: Person, now: datetime) -> None:
    """The account may sign in again."""
    _require_keeper(person, by=by, now=now)
    person.is_active = True
    person.save(update_fields=["is_active"])
    log.info("person reactivated", extra={"person": str(person.uid), "by": str(by.uid)})


def reset_sign_in(person: Person, *, by: Person, now: datetime) -> None:
    """Void password and second step, so that a one-time link can be handed over. Running sessions end."""
    _require_keeper(person, by=by, now=now)
    with transaction.atomic():
        person.set_unusable_password()
        person.save(update_fields=["password"])
        forget_second_step(person)
    log.info("sign-in reset", extra={"person": str(person.uid), "by": str(by.uid)})


def assign_role(
    person: Person, agency: Agency, *, role: Role, since: date, until: date | None, by: Person, now: datetime
) -> RoleAssignment:
    """`person` holds `role` in `agency` from `since` until `until` inclusive (open when None)."""
    _require_manager(agency, by=by, now=now)
    if until is not None and until < since:
        raise RefusedError(
            "role.dates", _("The last day lies before the first."), "", _("Correct one of the two days."), status=422
        )
    with transaction.atomic():
        overlapping = RoleAssignment.objects.select_for_update().filter(person=person, agency=agency, role=role)
        if any(row.valid_on(since) or (until is not None and row.valid_on(until)) for row in overlapping):
            raise RefusedError(
                "role.held",
                _("This role is already held at that time."),
                "",
                _("End the other one first, or choose other days."),
            )
        row = RoleAssignment.objects.create(person=person, agency=agency, role=role, since=since, until=until)
    log.info("role assigned", extra={"person": str(person.uid), "agency": agency.code, "role": role, "by": str(by.uid)})
    return row


def end_role(row: RoleAssignment, *, on: date, by: Person, now: datetime) -> None:
    """The role was held until `on` inclusive. The last administrator of an agency cannot end that role alone."""
    _require_manager(row.agency, by=by, now=now)
    if row.since is not None and on < row.since:
        on = row.since - timedelta(days=1)  # it never began
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=row.agency_id)
        others = queries.administrators(row.agency, on=clock.day_of(now)).exclude(pk=row.pk)
        if row.role == Role.ADMINISTRATOR and not others.exists() and not by.is_server_admin:
            raise RefusedError(
                "role.last",
                _("This is the last administrator of the agency."),
                "",
                _("Give the role to somebody else first."),
            )
        row.until = on
        row.save(update_fields=["until"])
    log.info(
        "role ended",
        extra={"person": str(row.person_id), "agency": row.agency.code, "role": row.role, "by": str(by.uid)},
    )


def issue_token(*, name: str, role: Role, days: int, by: By, now: datetime) -> tuple[ApiToken, str]:
    """A token for the REST API, bound to person, agency and one role that is held. The token is returned once and not kept."""
    by.require(role)
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise RefusedError(
            "token.days", _("A token lasts from 1 to %(days)d days.") % {"days": MAX_TOKEN_DAYS}, status=422
        )
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        alive = ApiToken.objects.select_for_update().filter(
            person=by.person, agency=by.agency, revoked_at=None, expires_at__gt=now
        )
        if alive.count() >= MAX_TOKENS:
            raise RefusedError(
                "token.many", _("You have too many tokens."), "", _("Revoke one that is no longer used.")
            )
        row = ApiToken.objects.create(
            digest=queries.token_digest(token),
            name=name,
            person=by.person,
            agency=by.agency,
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    log.info(
        "token issued", extra={"token": row.pk, "person": str(by.person.uid), "agency": by.agency.code, "role": role}
    )
    return row, token


def act_by_token(token: str, *, now: datetime) -> By | None:
    """Who acts with an API token, or None. Notes the day of the last use, at most once a day."""
    by = queries.by_of_token(token, now=now)
    if by is not None:
        today = clock.day_of(now)
        rows = ApiToken.objects.filter(digest=queries.token_digest(token))
        rows.filter(Q(last_used_on=None) | Q(last_used_on__lt=today)).update(last_used_on=today)
    return by


def revoke_token(row: ApiToken, *, by: By, now: datetime) -> None:
    """The token stops at once. Revoking twice changes nothing."""
    if row.person_id != by.person.pk:
        by.require(Role.ADMINISTRATOR)
    ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now)
    log.info("token revoked", extra={"token": row.pk, "by": str(by.person.uid)})


def _require_manager(agency: Agency, *, by: Person, now: datetime) -> None:
    if not queries.manages(agency, by=by, on=clock.day_of(now)):
        raise _not_yours()


def _require_keeper(person: Person, *, by: Person, now: datetime) -> None:
    if not queries.keeps(person, by=by, on=clock.day_of(now)):
        raise _not_yours()


def _not_yours() -> RefusedError:
    return RefusedError(
        "access.not_manager",
        _("You do not manage this account."),
        _("It also works in another agency, or administers the server."),
        _("Ask an administrator of the server."),
        status=403,
    )
