"""The guards of the tables, and the keys of the agencies that live here."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from giaoban.agencies.models import AgencyKey
from giaoban.dispatches import guards, keys, vault
from giaoban.dispatches.models import Stream
from giaoban.dispatches.verification.reading import Reading
from giaoban.kernel import signing
from giaoban.kernel.errors import KernelError


def check_guards(reading: Reading) -> None:
    """Every table still refuses what must not be done to it."""
    for table in guards.missing(connection):
        reading.add(
            "guard.missing",
            _("Table %(table)s no longer refuses changes: somebody removed its guard.") % {"table": table},
        )


def check_keys(reading: Reading) -> set[int]:
    """Every key of an agency that lives here has its private half here: a key put in by somebody else has none.

    Returns the agencies that live here.
    """
    here = set(Stream.objects.values_list("sender_id", flat=True))
    rows = list(reading.rows(AgencyKey))
    seeds: dict[str, bytes | None] = {}
    for key in rows:
        try:
            seeds[key.key_id] = vault.read_now(keys.seed_name(key.key_id))
        except ValueError:
            seeds[key.key_id] = b""
        if seeds[key.key_id]:
            here.add(key.agency_id)
    for key in rows:
        public_key, seed = bytes(key.public_key), seeds[key.key_id]
        # A key that a statement ended may be gone: it was lost, or left behind with the machine it was on.
        ended = key.revoked_from is not None and key.statement_number is not None
        if seed is None and key.agency_id in here and not ended:
            reading.add(
                "key.no_seed",
                _("The private half of a key is missing, or the key was put in by somebody else."),
                agency=key.agency_id,
            )
        elif not _is_sound(key.key_id, public_key, seed):
            reading.add("key.wrong", _("A key of this agency was changed."), agency=key.agency_id)
    return here


def _is_sound(key_id: str, public_key: bytes, seed: bytes | None) -> bool:
    try:
        signing.check_public_key(public_key)
        return signing.key_id(public_key) == key_id and (seed is None or signing.public_key_of(seed) == public_key)
    except KernelError:
        return False
