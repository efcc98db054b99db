"""Which keys speak for an agency on this server: what an accepted key statement makes of the rows (docs/protocol.md section 12).

Whether a statement may be accepted is decided by `kernel/keyring.accept` and, where it needs people, by the room of partners, which
keeps the statements. Here it takes effect: from the commit on nothing is believed that it does not allow.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.clock import day_of
from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey


def apply_statement(agency: Agency, statement: KeyStatement, *, now: datetime) -> None:
    """Write what an accepted statement says of the agency's online keys. The same statement again changes nothing.

    A key that no statement ever named keeps its row: it is one of this server's own, made after the statement. Raises KernelError
    KEYS_OTHER_AGENCY, or KEYS_ROLLBACK for a statement older than one that took effect; KEYS_KEY_TWICE for a key of another agency.
    """
    if statement.agency != agency.code:
        raise KernelError(ErrorCode.KEYS_OTHER_AGENCY, agency=statement.agency)
    with transaction.atomic():
        rows = {row.key_id: row for row in AgencyKey.objects.select_for_update().filter(agency=agency)}
        newest = max((row.statement_number or 0 for row in rows.values()), default=0)
        if statement.number < newest:
            raise KernelError(ErrorCode.KEYS_ROLLBACK, agency=agency.code, number=statement.number, known=newest)
        for key in statement.online:
            key_id = signing.key_id(key.public_key)
            if key_id not in rows and AgencyKey.objects.filter(key_id=key_id).exists():
                raise KernelError(ErrorCode.KEYS_KEY_TWICE, agency=agency.code)
            row = rows.get(key_id) or AgencyKey(
                agency=agency, key_id=key_id, public_key=key.public_key, created_at=now, since=day_of(now)
            )
            _write(row, key, statement.number, now=now)


def _write(row: AgencyKey, key: OnlineKey, number: int, *, now: datetime) -> None:
    year, position = key.until_received or (None, None)
    row.valid_from = key.from_sequence
    row.revoked_from = key.until_sequence
    row.revoked_in_year, row.revoked_in_position = year, position
    row.statement_number = number
    if not key.is_live and row.until is None:
        row.until = day_of(now)
    row.save()
