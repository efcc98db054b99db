"""Keys of the agencies whose islands are on this server.

The private seed of a key lies in GIAOBAN_HOME/keys/<key id>.seed, readable by the server's user alone; the database holds public
halves only. Partners' public keys come by enrolment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.dispatches import rows, seals, vault
from giaoban.dispatches.models import Stream
from giaoban.kernel import envelope, signing
from giaoban.kernel.errors import KernelError
from giaoban.kernel.verify import TrustedKey

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key this server can sign with."""

    key_id: str
    seed: bytes


def create_key(agency: Agency, *, now: datetime) -> AgencyKey:
    """Make a key pair for an agency of this server; from now on its dispatches and registers are signed with it.

    The seed is durable on disk before the row commits. Raises RefusedError when the agency's code cannot stand in a dispatch.
    """
    try:
        envelope.read_code("sender", agency.code)
    except KernelError:
        raise RefusedError(
            "agency.code",
            _("No key can be made for this agency."),
            _("Its code has letters other than A to Z, digits, dot, hyphen and underscore, or is too long."),
            _("Give the agency such a code."),
        ) from None
    seed = os.urandom(signing.SEED_SIZE)
    public_key = signing.public_key_of(seed)
    signing.check_public_key(public_key)
    key_id = signing.key_id(public_key)
    vault.write(seed_name(key_id), seed)
    with transaction.atomic():
        key = AgencyKey.objects.create(
            agency=agency, key_id=key_id, public_key=public_key, created_at=now, since=day_of(now)
        )
        stream = Stream(sender=agency, sequence=0, digest="")
        if not Stream.objects.filter(sender=agency).exists():
            seals.seal(stream).save()
    return key


def signing_key(agency: Agency) -> SigningKey:
    """The newest key in use of the agency whose seed is on this server. Raises RefusedError when there is none."""
    newest = rows.select(AgencyKey, ("key_id",), {"agency_id": agency.pk, "revoked_from": None}, last="id")
    seed = None if newest is None else vault.read(seed_name(newest[0]))
    if newest is not None and seed is not None:
        return SigningKey(newest[0], seed)
    older = AgencyKey.objects.filter(agency=agency, revoked_from=None).order_by("-id")
    for key_id in older.values_list("key_id", flat=True):
        seed = vault.read(seed_name(key_id))
        if seed is not None:
            return SigningKey(key_id, seed)
    raise RefusedError(
        "agency.no_key",
        _("This agency cannot send or receive here."),
        _("Its key is not on this server."),
        _("Let the administrator make a key for the agency."),
    )


def lives_here(agency: Agency) -> bool:
    """Whether this server holds a key of the agency: then its registers are here."""
    key_ids = AgencyKey.objects.filter(agency=agency).values_list("key_id", flat=True)
    return any(vault.read(seed_name(key_id)) is not None for key_id in key_ids)


def find_key(agency_code: str, key_id: str) -> TrustedKey | None:
    """The enrolled public key of this agency with this id: the finder of `kernel.verify`."""
    row = AgencyKey.objects.filter(agency__code=agency_code, key_id=key_id).first()
    return None if row is None else trusted(row, agency_code)


def trusted(row: AgencyKey, agency_code: str) -> TrustedKey:
    """The row as verification asks for it."""
    ended = None
    if row.revoked_in_year is not None and row.revoked_in_position is not None:
        ended = (row.revoked_in_year, row.revoked_in_position)
    return TrustedKey(
        agency_code,
        bytes(row.public_key),
        revoked_from=row.revoked_from,
        revoked_received=ended,
        valid_from=row.valid_from,
    )


def remembering_finder() -> Callable[[str, str], TrustedKey | None]:
    """`find_key` that asks the database once per key: for one pass over many dispatches."""
    return lru_cache(maxsize=None)(find_key)


def seed_name(key_id: str) -> str:
    """Name of the private half of a key in the vault."""
    return f"{key_id}.seed"
