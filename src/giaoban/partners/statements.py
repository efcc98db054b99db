"""Key statements of our agencies and of partners' (docs/protocol.md section 12): made, signed, taken in, applied.

One act for everything: rotation, revocation and recovery are each the agency's next statement. Ours counts here as soon as it is
signed as the last one asks; a partner's counts at once when its root signed it, and after two people have approved when only an
online key did. The public keys that `dispatches` believes are written by `dispatches/trust.py` and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from giaoban.agencies.models import AgencyKey
from giaoban.agencies.rules import runs_directory
from giaoban.common.clock import day_of
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys, registers, seals, trust, vault
from giaoban.dispatches.enums import Direction
from giaoban.dispatches.models import Dispatch, Register, WitnessedCheckpoint
from giaoban.kernel import keyring, signing
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root
from giaoban.partners import waking
from giaoban.partners.enums import Act, PartnerState
from giaoban.partners.models import (
    AppliedStatement,
    Approval,
    KeyStatementRow,
    Partner,
    PartnerAgency,
    PartnerFinding,
    StatementDue,
    Station,
)
from giaoban.partners.officers import OfficerKey, Paper, make_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from giaoban.agencies.models import Agency, Person

APPROVALS_NEEDED = 2
"""People who must agree before anything about whom we believe changes (ASVS 5.0 V2.3.5)."""

MAX_WAITING = 16
"""Statements of one agency that wait for people, and tongues under one number, that are kept."""
TOO_MANY = "keys.too_many_waiting"
"""It is not kept, and may come again when people have decided on those before it."""

FIRST_YEAR = 2000
"""No register is older."""

Place = tuple[int, int]
"""(year, position) in an incoming register."""


def require_administrator(by: Person) -> None:
    """Whom we believe is decided by administrators of the server alone. Raises RefusedError (403)."""
    if not runs_directory(by):
        raise RefusedError(
            "access.directory",
            _("You may not do this."),
            _("Partners and keys are the business of administrators of this server."),
            _("Ask one of them."),
            status=403,
        )


# ---- what counts now -----------------------------------------------------------------------------------------------------


def known(agency: Agency) -> KeyStatement | None:
    """The statement that counts for an agency."""
    row = AppliedStatement.objects.filter(agency=agency).select_related("statement").first()
    return None if row is None else keyring.parse(bytes(row.statement.sealed)).statement


def ensure(agency: Agency, *, now: datetime) -> KeyStatementRow:
    """The statement that counts for an agency of this server; the first one is made when there is none."""
    row = AppliedStatement.objects.filter(agency=agency).select_related("statement").first()
    if row is not None:
        return row.statement
    with transaction.atomic():
        registers.lock(agency)
        row = AppliedStatement.objects.filter(agency=agency).select_related("statement").first()
        if row is not None:
            return row.statement
        keys.signing_key(agency)  # raises and says why there is none
        rows = AgencyKey.objects.filter(agency=agency).order_by("pk")
        seeds = [seed for row in rows if (seed := vault.read(keys.seed_name(row.key_id))) is not None]
        online = tuple(OnlineKey(signing.public_key_of(seed)) for seed in seeds)
        first = KeyStatement(agency.code, 1, Root(), online, _instant(now))
        return _put(agency, keyring.seal(first, seeds), needs_approval=False, now=now)


def to_offer(agency: Agency, *, now: datetime) -> bytes:
    """The statement that counts, signed so that somebody who knows none before it can accept it (docs/protocol.md 12.6).

    The body is the same. Officers of a root that it replaced are no longer named by it and are left out; every key in use signs.
    """
    signed = keyring.parse(bytes(ensure(agency, now=now).sealed))
    named = {*(key.public_key for key in signed.statement.online), *signed.statement.root.keys}
    paper = Paper(signed.body, tuple(each for each in signed.signatures if each[0] in named))
    for public_key in signed.statement.live_keys:
        seed = vault.read(keys.seed_name(signing.key_id(public_key)))
        if seed is not None:
            paper = paper.signed_by(seed)
    return paper.sealed()


# ---- our own -------------------------------------------------------------------------------------------------------------


def rotate_key(agency: Agency, *, by: Person, now: datetime) -> KeyStatementRow | Paper:
    """A new online key for one of our agencies.

    Without a root the old key ends at this very moment and the statement counts here at once. With a root a paper is returned that
    its officers sign (`apply_paper`); the old key goes on until the statement after that ends it. Raises RefusedError.
    """
    require_administrator(by)
    with transaction.atomic():
        last = _last_of_ours(agency, now=now)
        sequence, place = _ends(agency, now=now)
        added = _new_key(sequence)
        online = last.online if last.root.threshold else tuple(_ended(each, sequence, place) for each in last.online)
        return _say(agency, last, replace(last, online=(*online, added)), Act.ROTATED, by=by, now=now)


def revoke_key(
    agency: Agency,
    key_id: str,
    *,
    from_sequence: int | None = None,
    from_received: Place | None = None,
    by: Person,
    now: datetime,
) -> KeyStatementRow | Paper:
    """Say that a key of ours is no longer to be believed, and bring a new one into use when it was the only one.

    `from_sequence`: the first dispatch not to be believed; by default the next one, so that nothing already sent is lost. Lower, when a
    thief is known to have used it: then what we ourselves sent from there on is no longer believed either. `from_received`: the same for
    receipts, as (year, position). Raises RefusedError `keys.unknown`, `keys.ended`, `keys.from`.
    """
    require_administrator(by)
    with transaction.atomic():
        last = _last_of_ours(agency, now=now)
        sequence, place = _ends(agency, now=now)
        wanted = from_sequence if from_sequence is not None else sequence
        at = from_received if from_received is not None else place
        if not 1 <= wanted <= sequence or at > place:
            raise RefusedError(
                "keys.from",
                _("The key was not revoked."),
                _("The place from which it shall not be believed lies in the future."),
                _("The next dispatch has the number %(count)d.") % {"count": sequence},
                status=422,
            )
        target = _listed(last, key_id)
        online = tuple(_ended(each, wanted, at) if each is target else each for each in last.online)
        if not any(each.is_live for each in online):
            online = (*online, _new_key(sequence))
        return _say(agency, last, replace(last, online=online), Act.REVOKED, by=by, now=now)


def rekey_after_loss(
    agency: Agency,
    *,
    sequence: int,
    place: Place,
    lost: Sequence[OnlineKey] = (),
    known_number: int = 0,
    since: datetime,
    by: Person,
    now: datetime,
) -> Paper | None:
    """After a loss: a new key that speaks from `sequence` on, and the end of every other, for dispatches from there and for receipts from
    `place` in the incoming register on (docs/protocol.md 15.5). A paper for the officers where the agency has a root; None when the new
    key counts, now or already: one that was made `since` the loss was found. An older one will not do, even if it has signed nothing here:
    what it signed may have been lost with the rest.

    `lost` are keys of ours that partners know from statements which this server has lost, `known_number` the highest number of those.
    """
    require_administrator(by)
    with transaction.atomic():
        last = _last_of_ours(agency, now=now)
        own_sequence, own_place = _ends(agency, now=now)
        sequence, place = max(sequence, own_sequence), max(place, own_place)
        is_new = last.issued_at >= _instant(since)
        if is_new and any(each.is_live and each.from_sequence == sequence for each in last.online):
            return None
        named = {each.public_key for each in last.online}
        listed = (*last.online, *(each for each in lost if each.public_key not in named))
        online = (*(_ended(each, sequence, place) for each in listed), _new_key(sequence))
        number = max(last.number, known_number) + keyring.LEFT_OUT_AFTER_LOSS
        said = _say(agency, last, replace(last, number=number, online=online), Act.ROTATED, by=by, now=now)
    return said if isinstance(said, Paper) else None


def make_root(
    agency: Agency, *, passphrases: Sequence[str], threshold: int, by: Person, now: datetime
) -> tuple[list[OfficerKey], Paper]:
    """Root keys for an agency, one for each passphrase, and the statement that names them, still to be signed by the officers.

    Whoever held the root before must sign too. Nothing of the keys stays here. Raises RefusedError `keys.officers`, `keys.passphrase`.
    """
    require_administrator(by)
    if not 1 <= threshold <= len(passphrases) <= keyring.MAX_ROOT_KEYS:
        raise RefusedError(
            "keys.officers",
            _("No root was made."),
            _("There are at most %(count)d officers, and no more must sign than there are.")
            % {"count": keyring.MAX_ROOT_KEYS},
            _("Usual are three officers of whom two must sign."),
            status=422,
        )
    officers = [make_key(passphrase) for passphrase in passphrases]
    with transaction.atomic():
        last = _last_of_ours(agency, now=now)
        root = Root(threshold, tuple(sorted(officer.public_key for officer in officers)))
        return officers, _paper(agency, replace(last, root=root), now=now)


def recover(
    agency: Agency, last_sealed: bytes, *, from_sequence: int, from_received: Place, by: Person, now: datetime
) -> Paper:
    """After every online key of an agency was lost: a paper that ends them and names the key this server made for it.

    `last_sealed` is the last statement anybody holds (the officers keep one; every partner has it); the officers sign the paper with the
    root it names. `from_sequence` and `from_received` are the first numbers no partner has seen. Raises RefusedError, KernelError.
    """
    require_administrator(by)
    last = keyring.parse(last_sealed).statement
    if last.agency != agency.code or not last.root.threshold:
        raise RefusedError(
            "keys.recover",
            _("These keys cannot be recovered."),
            _("The statement is of another agency, or it names no root whose officers could sign."),
            _("Without a root the partners enrol this server again."),
            status=422,
        )
    with transaction.atomic():
        registers.lock(agency)
        present = keys.signing_key(agency)
        public_key = signing.public_key_of(present.seed)
        ended = tuple(
            each if each.public_key == public_key else _ended(each, from_sequence, from_received)
            for each in last.online
        )
        if public_key not in {each.public_key for each in ended}:
            ended = (*ended, OnlineKey(public_key, from_sequence))
        _keep(agency, last_sealed, needs_approval=False, now=now)
        return _paper(agency, replace(last, online=ended), now=now)


def apply_paper(
    agency: Agency,
    paper: Paper,
    *,
    disputed: bool = False,
    last: bytes | None = None,
    by: Person,
    now: datetime,
) -> KeyStatementRow:
    """Let a statement that its officers have signed count, and tell every partner.

    `last` is the statement before it, where this server does not know it (`recover`). Raises RefusedError `keys.stale` when the statement
    would make something unbelievable that went out already; `disputed` says that this is meant, because a thief used the key. Raises
    `keys.refused` when signatures are missing.
    """
    require_administrator(by)
    try:
        with transaction.atomic():
            sequence, place = _ends(agency, now=now)
            before = keyring.parse(last).statement if last is not None else known(agency)
            accepted = keyring.accept(before, paper.sealed())
            if accepted.statement.agency != agency.code:
                raise KernelError(ErrorCode.KEYS_OTHER_AGENCY, agency=accepted.statement.agency)
            if not disputed:
                _check_not_stale(accepted.statement, before, sequence - 1, place)
            row = _put(agency, paper.sealed(), needs_approval=False, now=now)
            _note(Act.ROTATED, row, by=by, now=now)
            return row
    except KernelError as error:
        raise _refused(error) from error


# ---- partners' -------------------------------------------------------------------------------------------------------------


def take_statement(sealed: bytes, *, partner: Partner, now: datetime) -> str:
    """Take in a statement that came in a bundle of `partner`. "" when it counts, waits for people or is known; else the kernel's code.

    Another statement under a number that was said before is two tongues: it is kept as a finding, and exchange with that agency is frozen.
    """
    try:
        told = keyring.parse(sealed).statement
    except KernelError as error:
        return error.code.value
    link = PartnerAgency.objects.filter(partner=partner, agency__code=told.agency).select_related("agency").first()
    if link is None:
        return ErrorCode.KEYS_OTHER_AGENCY.value
    with transaction.atomic():
        link = PartnerAgency.objects.select_for_update(of=("self",)).select_related("agency").get(pk=link.pk)
        if _is_fork(link.agency, sealed):
            if KeyStatementRow.objects.filter(agency=link.agency, number=told.number).count() >= MAX_WAITING:
                return ErrorCode.KEYS_FORKED.value  # shown often enough
            _keep(link.agency, sealed, needs_approval=True, now=now)
            _freeze(link, KernelError(ErrorCode.KEYS_FORKED, agency=told.agency, number=told.number), now=now)
            return ErrorCode.KEYS_FORKED.value
        try:
            accepted = keyring.accept(known(link.agency), sealed)
        except KernelError as error:
            return "" if error.code is ErrorCode.KEYS_REPEATED else error.code.value
        if accepted.needs_approval and _has_too_many(link.agency, sealed):
            return TOO_MANY
        row = _keep(link.agency, sealed, needs_approval=accepted.needs_approval, now=now)
        if not accepted.needs_approval:
            _apply(link.agency, row, now=now)
    return ""


def approve_statement(row: KeyStatementRow, *, by: Person, now: datetime) -> bool:
    """One person's agreement to a statement that no root vouches for; whether it counts now. Two different people are needed.

    Raises RefusedError `keys.approved` for the same person twice, `keys.refused` when another statement has overtaken it.
    """
    require_administrator(by)
    with transaction.atomic():
        link = PartnerAgency.objects.select_for_update(of=("self",)).select_related("agency").get(agency=row.agency_id)
        people = set(Approval.objects.filter(statement=row, what=Act.KEYS).values_list("person_id", flat=True))
        if by.pk in people:
            raise RefusedError(
                "keys.approved",
                _("You have approved this already."),
                _("Two different people must."),
                _("Ask another administrator of this server."),
            )
        try:
            keyring.accept(known(link.agency), bytes(row.sealed))
        except KernelError as error:
            raise _refused(error) from error
        _note(Act.KEYS, row, by=by, now=now, partner=link.partner_id)
        if len(people) + 1 < APPROVALS_NEEDED:
            return False
        _apply(link.agency, row, now=now)
    return True


def waiting(agency: Agency) -> list[KeyStatementRow]:
    """Statements of a partner's agency that wait for people: those above the one that counts."""
    number = AppliedStatement.objects.filter(agency=agency).values_list("statement__number", flat=True).first() or 0
    return list(
        KeyStatementRow.objects.filter(agency=agency, needs_approval=True, number__gt=number).order_by("number", "pk")
    )


# ---- towards partners ------------------------------------------------------------------------------------------------------


def due(partner: Partner) -> list[bytes]:
    """Statements of ours that the partner has not said it holds, in the order of their numbers: the KEYS items of a bundle."""
    rows = StatementDue.objects.filter(partner=partner).select_related("statement")
    return [bytes(row.statement.sealed) for row in rows.order_by("statement__agency_id", "statement__number")]


def told(partner: Partner, holds: Sequence[tuple[str, int]], *, now: datetime) -> None:
    """The partner's status says which of our statements count there: (agency, number). Those need not be sent again.

    What it refused because it did not know the key is tried again now.
    """
    if not StatementDue.objects.filter(partner=partner).exists():
        return
    for agency, number in holds:
        gone, _tables = StatementDue.objects.filter(
            partner=partner, statement__agency__code=agency, statement__number__lte=number
        ).delete()
        if gone:
            waking.wake(partner, waking.WHEN_KEYS_KNOWN, sender=agency, now=now)


def held_of(partner: Partner) -> list[tuple[str, int]]:
    """What of the partner's statements counts here: (agency, number), for our status."""
    rows = AppliedStatement.objects.filter(agency__partner_link__partner=partner)
    return [
        (row.agency.code, row.statement.number)
        for row in rows.select_related("agency", "statement").order_by("agency__code")
    ]


def said_by(partner: Partner) -> list[bytes]:
    """Every statement of the partner's agencies that is kept here, in the order of their numbers: what it may have lost."""
    rows = KeyStatementRow.objects.filter(agency__partner_link__partner=partner).order_by("agency_id", "number", "pk")
    return [bytes(sealed) for sealed in rows.values_list("sealed", flat=True)]


def is_behind(numbers: Mapping[str, int]) -> bool:
    """Whether a partner says that a later statement of one of these agencies of ours counts there than the one that counts here."""
    rows = AppliedStatement.objects.filter(agency__code__in=numbers, agency__partner_link=None)
    ours = rows.values_list("agency__code", "statement__number")
    return any(numbers[code] > number for code, number in ours)


def lost_by(agency: Agency, sealed: Sequence[bytes], *, now: datetime) -> KeyStatement | None:
    """The newest statement of one of our agencies among those that partners returned; None when we know them all.

    Each must follow the one before by its signatures. One that no root vouches for counts only if it takes back nothing that we hold:
    whoever stole a key can say such things too.
    """
    newest = known(agency)
    sequence, place = _ends(agency, now=now)
    found = None
    for each in sorted(sealed, key=lambda one: keyring.parse(one).statement.number):
        try:
            accepted = keyring.accept(newest, each)
        except KernelError:
            continue
        if accepted.statement.agency != agency.code:
            continue
        if accepted.needs_approval and _takes_back(accepted.statement, newest, sequence - 1, place):
            continue
        newest = found = accepted.statement
    return found


def queue_for(partner: Partner, agencies: Sequence[Agency]) -> None:
    """Let a partner have what counts for our agencies now: at enrolment, whichever offer of ours it read."""
    rows = AppliedStatement.objects.filter(agency__in=agencies)
    StatementDue.objects.bulk_create(
        [StatementDue(partner=partner, statement_id=row.statement_id) for row in rows], ignore_conflicts=True
    )


def queue_again(partner: Partner, agencies: Sequence[Agency], holds: Sequence[tuple[str, int]]) -> None:
    """Let a partner that may have forgotten them have every statement of our agencies after those that it says count there.

    Not the last alone: each is signed as the one before it asks, and without a root a partner takes none before that one.
    """
    counts = dict(holds)
    ours = KeyStatementRow.objects.filter(agency__in=agencies).values_list("pk", "agency__code", "number")
    StatementDue.objects.bulk_create(
        [StatementDue(partner=partner, statement_id=pk) for pk, code, number in ours if number > counts.get(code, 0)],
        ignore_conflicts=True,
    )


def enrol(agency: Agency, sealed: bytes, *, now: datetime) -> None:
    """Take a statement whose fingerprint people have compared, inside the caller's transaction.

    It follows the known one where it can. Where it does not (every key and the root lost, a new beginning) it takes its place, and the
    keys that it does not name are not believed for anything new. Raises KernelError.
    """
    try:
        keyring.accept(known(agency), sealed)
    except KernelError as error:
        if error.code is ErrorCode.KEYS_REPEATED:
            return
        keyring.accept(None, sealed)
        _let_go_of_keys(agency)
    _apply(agency, _keep(agency, sealed, needs_approval=False, now=now), now=now)


# ---- inside ------------------------------------------------------------------------------------------------------------------


def _last_of_ours(agency: Agency, *, now: datetime) -> KeyStatement:
    """The statement that counts, under the lock of the agency's stream. Raises RefusedError `agency.no_key`."""
    registers.lock(agency)
    keys.signing_key(agency)
    return keyring.parse(bytes(ensure(agency, now=now).sealed)).statement


def _ends(agency: Agency, *, now: datetime) -> tuple[int, Place]:
    """The first sequence number and the first place of the incoming register that are not used yet. The caller holds the lock."""
    stream = registers.lock(agency)
    newest = Register.objects.filter(agency=agency, direction=Direction.IN).order_by("-year").first()
    place = (day_of(now).year, 0) if newest is None else (newest.year, newest.size)
    return stream.sequence + 1, place


def _new_key(from_sequence: int) -> OnlineKey:
    """A key whose seed is durable in the vault; it signs nothing until a statement that names it counts."""
    seed = os.urandom(signing.SEED_SIZE)
    public_key = signing.public_key_of(seed)
    signing.check_public_key(public_key)
    vault.write(keys.seed_name(signing.key_id(public_key)), seed)
    return OnlineKey(public_key, from_sequence)


def _ended(key: OnlineKey, sequence: int, place: Place) -> OnlineKey:
    """The key with this end, or with an earlier one that it has already."""
    if key.until_sequence is not None and key.until_received is not None:
        sequence, place = min(sequence, key.until_sequence), min(place, key.until_received)
    return replace(key, until_sequence=sequence, until_received=place)


def _listed(statement: KeyStatement, key_id: str) -> OnlineKey:
    for each in statement.online:
        if signing.key_id(each.public_key) == key_id:
            return each
    raise RefusedError(
        "keys.unknown",
        _("There is no such key."),
        _("The agency's statement does not name it."),
        _("Look at the list of its keys."),
        status=404,
    )


def _paper(agency: Agency, said: KeyStatement, *, now: datetime) -> Paper:
    """The next statement to be signed by officers, with the signatures this server can give."""
    numbered = replace(said, number=_next_number(agency, said.number), issued_at=_instant(now))
    paper = Paper(keyring.body_of(numbered))
    for key in numbered.online:
        seed = vault.read(keys.seed_name(signing.key_id(key.public_key)))
        if seed is not None and key.is_live:
            paper = paper.signed_by(seed)
    return paper


def _say(
    agency: Agency, last: KeyStatement, said: KeyStatement, act: Act, *, by: Person, now: datetime
) -> KeyStatementRow | Paper:
    """Make the next statement: counting at once where the server may sign it alone, on paper where officers must."""
    paper = _paper(agency, said, now=now)
    if last.root.threshold:
        return paper
    present = keys.signing_key(agency)  # the key that is being ended says so itself
    sealed = paper.signed_by(present.seed).sealed()
    try:
        keyring.accept(last, sealed)
    except KernelError as error:
        raise _refused(error) from error
    row = _put(agency, sealed, needs_approval=False, now=now)
    _note(act, row, by=by, now=now)
    return row


def _next_number(agency: Agency, known_number: int) -> int:
    highest = KeyStatementRow.objects.filter(agency=agency).order_by("-number").values_list("number", flat=True).first()
    return max(highest or 0, known_number) + 1


def _put(agency: Agency, sealed: bytes, *, needs_approval: bool, now: datetime) -> KeyStatementRow:
    """Keep and apply a statement of ours and queue it for every partner."""
    row = _keep(agency, sealed, needs_approval=needs_approval, now=now)
    _apply(agency, row, now=now)
    partners = Partner.objects.exclude(state=PartnerState.PROPOSED)
    StatementDue.objects.bulk_create(
        [StatementDue(partner=partner, statement=row) for partner in partners], ignore_conflicts=True
    )
    return row


def _keep(agency: Agency, sealed: bytes, *, needs_approval: bool, now: datetime) -> KeyStatementRow:
    number = keyring.parse(sealed).statement.number
    row, _made = KeyStatementRow.objects.get_or_create(
        digest=hashlib.sha256(sealed).hexdigest(),
        defaults={
            "agency": agency,
            "number": number,
            "sealed": sealed,
            "needs_approval": needs_approval,
            "kept_at": now,
        },
    )
    return row


def _apply(agency: Agency, row: KeyStatementRow, *, now: datetime) -> None:
    """Let it count: the keys that `dispatches` believes follow from it and from nothing else."""
    statement = keyring.parse(bytes(row.sealed)).statement
    trust.apply_statement(agency, statement, now=now)
    applied = AppliedStatement.objects.select_for_update().filter(agency=agency).first() or AppliedStatement(
        agency=agency
    )
    applied.statement, applied.applied_at = row, now
    seals.seal(applied).save()


def _let_go_of_keys(agency: Agency) -> None:
    """A new beginning: keys of the old statements stay good for what has come, and for nothing after it."""
    last = Dispatch.objects.filter(sender=agency).aggregate(last=Max("sequence"))["last"] or 0
    shown = (
        WitnessedCheckpoint.objects.filter(agency=agency, direction=Direction.IN, finding="")
        .order_by("-year", "-size")
        .first()
    )
    year, position = (shown.year, shown.size) if shown is not None else (FIRST_YEAR, 0)
    rows = AgencyKey.objects.filter(agency=agency)
    rows.filter(revoked_from=None).update(revoked_from=last + 1, revoked_in_year=year, revoked_in_position=position)
    rows.update(statement_number=None)


def _check_not_stale(statement: KeyStatement, before: KeyStatement | None, sequence: int, place: Place) -> None:
    """Refuse a statement that would take back what was sent or acknowledged while the officers signed it."""
    if _takes_back(statement, before, sequence, place):
        raise _stale()
    # While it is reconciled an agency goes on from a number that others have seen; `reconcile.finish` looks whether it is this one.
    is_reconciled = Station.objects.filter(frozen_at__isnull=False).exists()
    if not any(key.is_live and (is_reconciled or key.from_sequence <= sequence + 1) for key in statement.online):
        raise _stale()


def _takes_back(statement: KeyStatement, before: KeyStatement | None, sequence: int, place: Place) -> bool:
    """Whether a key that was in use ends before the last dispatch that was sent, or the last place that was given."""
    live = set() if before is None else set(before.live_keys)
    return any(
        key.until_sequence <= sequence or key.until_received < place
        for key in statement.online
        if key.until_sequence is not None and key.until_received is not None and key.public_key in live
    )


def _stale() -> RefusedError:
    return RefusedError(
        "keys.stale",
        _("The statement no longer fits."),
        _("The numbers it names are not those at which this agency stands."),
        _("Make it again and let the officers sign the new one."),
    )


def _is_fork(agency: Agency, sealed: bytes) -> bool:
    """Whether the agency said something else before under this number, and could have said this too: two servers with one key.

    Judged against the statement before that number: a later one may have ended the key that the second tongue still signs with.
    """
    signed = keyring.parse(sealed)
    number = signed.statement.number
    said = [bytes(row.sealed) for row in KeyStatementRow.objects.filter(agency=agency, number=number)]
    if not said or any(keyring.parse(each).digest == signed.digest for each in said):
        return False
    before = KeyStatementRow.objects.filter(agency=agency, number__lt=number).order_by("-number", "-pk").first()
    try:
        keyring.accept(None if before is None else keyring.parse(bytes(before.sealed)).statement, sealed)
    except KernelError:
        return False
    return True


def _has_too_many(agency: Agency, sealed: bytes) -> bool:
    """Whether so many statements wait for people that another one is not kept: the holder of one key can write any number of them."""
    rows = waiting(agency)
    digest = hashlib.sha256(sealed).hexdigest()
    return len(rows) >= MAX_WAITING and all(row.digest != digest for row in rows)


def _freeze(link: PartnerAgency, error: KernelError, *, now: datetime) -> None:
    PartnerFinding.objects.create(
        partner_id=link.partner_id,
        agency=link.agency,
        code=error.code.value,
        detail=str(error)[:300],
        freezes=True,
        found_at=now,
    )
    link.frozen_at = now
    link.save(update_fields=["frozen_at"])


def _note(act: Act, row: KeyStatementRow, *, by: Person, now: datetime, partner: int | None = None) -> None:
    Approval.objects.create(partner_id=partner, statement=row, person=by, what=act, detail=str(row.number), at=now)


def _refused(error: KernelError) -> RefusedError:
    return RefusedError(
        "keys.refused",
        _("The statement was not accepted."),
        str(error),
        _("See docs/operate/keys.md for what each code means."),
    )


def _instant(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0)
