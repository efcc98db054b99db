"""A sound pair of servers has nothing to complain of; each thing that is broken on purpose is named, and nothing else."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from tests.partners import ceremony, post
from tests.partners.servers import NOW, Estate

from giaoban.agencies.models import Agency, AgencyKey, Person
from giaoban.dispatches import guards as dispatch_guards
from giaoban.dispatches import keys, seals, vault
from giaoban.dispatches import services as dispatches
from giaoban.dispatches.models import ANCHOR, ArrivalStream, Incoming, Outbox, Receipt, SetAside, WitnessedCheckpoint
from giaoban.partners import doctor, guards, queries, services, statements, station
from giaoban.partners.models import (
    AppliedStatement,
    Contact,
    Partner,
    PartnerAgency,
    PartnerFinding,
    ReceiptDue,
    Route,
    StatementDue,
)

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

OTHER_SEED = bytes(range(1, 33))


def folder() -> Path:
    return Path(settings.GIAOBAN_HOME) / "keys"


def own() -> Agency:
    return Agency.objects.get(code="CAT")


def own_seed() -> Path:
    return folder() / keys.seed_name(AgencyKey.objects.get(agency=own()).key_id)


def partner() -> Partner:
    return Partner.objects.get()


def examined(*, reached: str = "", later: timedelta = timedelta(0)) -> list[str]:
    """Codes of what the doctor finds on the police's server."""
    vault._known.clear()  # as after a restart
    return [each.code for each in doctor.examine(now=NOW + later, reach=lambda *_way: reached)]


def routes(*ways: tuple[str, str]) -> None:
    services.set_routes(partner(), list(ways), by=ceremony.person("an"), now=NOW)


def removed(name: str) -> Callable[[], None]:
    """Takes a file of the folder of keys away."""

    def remove() -> None:
        (folder() / name).unlink()

    return remove


def change(model: type, **values: object) -> None:
    """Somebody works on the database by hand."""
    model.objects.all().update(**values)


def set_contact(**values: object) -> None:
    Contact.objects.update_or_create(partner=partner(), defaults=values)


def finding() -> None:
    found = PartnerFinding.objects.create(
        partner=partner(), agency=Agency.objects.get(code="BCH"), code="witness.forked", freezes=True, found_at=NOW
    )
    PartnerAgency.objects.update(frozen_at=found.found_at)


def unproven() -> None:
    """A register of the partner that grew a while ago, and statuses that did not prove it."""
    agency = Agency.objects.get(code="BCH")
    for kind, size in (("", 5), (ANCHOR, 3)):
        WitnessedCheckpoint.objects.create(
            agency=agency, direction="out", year=2026, finding=kind, size=size, root="0" * 64, note="", receipt="",
            from_agency=agency, seen_at=NOW - queries.UNPROVEN_AFTER, seal="",
        )  # fmt: skip
    set_contact(heard_at=NOW, unproven={"giaoban/BCH/out/2026": [3, queries.UNPROVEN_STATUSES]})


def other_certificate() -> None:
    before = [file.read_bytes() for file in station.certificate_files()]
    for file in station.certificate_files():
        file.unlink()
    station._certificate(now=NOW)
    assert before != [file.read_bytes() for file in station.certificate_files()]


def other_certificate_key() -> None:
    kept = station.certificate_files()[0].read_bytes()
    other_certificate()
    station.certificate_files()[0].write_bytes(kept)


def second_offer() -> None:
    """The partner's people offer again, with a new key, and nobody has approved it."""
    with ceremony_pair[-1].military.here():
        services.rotate_key(Agency.objects.get(code="BCH"), by=ceremony.person("an"), now=NOW)
        made = services.make_offer(now=NOW)
    services.read_offer(made.sealed, by=ceremony.person("an"), now=NOW)


def waiting_statement() -> None:
    with ceremony_pair[-1].military.here():
        services.rotate_key(Agency.objects.get(code="BCH"), by=ceremony.person("an"), now=NOW)
        sealed = bytes(AppliedStatement.objects.get(agency__code="BCH").statement.sealed)
    assert statements.take_statement(sealed, partner=partner(), now=NOW) == ""


def set_aside() -> None:
    SetAside.objects.create(
        holder=own(), sender=Agency.objects.get(code="BCH"), digest="a" * 64, sealed=b"x", kind="x.y", error="ValueError",
        tries=1, first_at=NOW, last_at=NOW,
    )  # fmt: skip


def gap() -> None:
    """Number 1 is said never to have come, and a later one came two days ago."""
    stream = ArrivalStream.objects.get()
    stream.high, stream.gaps = 3, [[2, 2]]
    seals.seal(stream).save()
    dispatch_guards.drop(connection)
    Incoming.objects.update(sequence=3, arrived_at=NOW - timedelta(days=2))
    dispatch_guards.create(connection)


def change_keys(code: str) -> None:
    AgencyKey.objects.filter(agency__code=code).update(revoked_from=1)


def outgoing(**values: object) -> None:
    Outbox.objects.update(**values)


def receipt_due() -> None:
    dispatch_guards.drop(connection)
    Receipt.objects.update(kept_at=NOW - timedelta(days=8))
    dispatch_guards.create(connection)
    ReceiptDue.objects.create(partner=partner(), receipt=Receipt.objects.filter(holder=own()).first())


def statement_due() -> None:
    row = AppliedStatement.objects.get(agency=own()).statement
    guards.drop(connection)
    type(row).objects.update(kept_at=NOW - timedelta(days=8))
    guards.create(connection)
    StatementDue.objects.get_or_create(partner=partner(), statement=row)


def unstated_key() -> None:
    dispatches.create_key(own(), now=NOW)


def key_of_the_partner_here() -> None:
    row = AgencyKey.objects.get(agency__code="BCH")
    vault.write(keys.seed_name(row.key_id), OTHER_SEED)


def backed_up(at: datetime) -> None:
    (settings.GIAOBAN_HOME / doctor.LAST_BACKUP).write_text(at.isoformat(), encoding="ascii")


def broken_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE dispatches_setaside RENAME TO away")


def never_backed_up() -> None:
    (settings.GIAOBAN_HOME / doctor.LAST_BACKUP).unlink()


def queue() -> None:
    """More than the doctor finds usual, without so many dispatches."""
    outgoing(state="waiting", reason="partner_unreachable")
    doctor.QUEUE = 1  # type: ignore[misc] - put back by the fixture


def one_administrator() -> None:
    Person.objects.exclude(username="an").update(is_active=False)


@dataclass(frozen=True)
class Fault:
    """Something broken on purpose, and every code that must be named for it."""

    name: str
    codes: tuple[str, ...]
    breaks: Callable[[], object] = lambda: None
    reached: str = ""
    later: timedelta = timedelta(0)


FAULTS = [
    Fault("the station's seed is gone", ("station.seed_missing",), removed("station.seed")),
    Fault("the station's seed is cut off", ("station.seed_damaged",), lambda: (folder() / "station.seed").write_text("ab\n")),
    Fault("the station's seed is another", ("station.seed_other",), lambda: vault.write("station.seed", OTHER_SEED)),
    Fault("the station is frozen", ("station.frozen",), lambda: change(station.Station, frozen_at=NOW)),
    Fault("the certificate is gone", ("tls.missing",), removed("station.crt")),
    Fault("the certificate is rubbish", ("tls.damaged",), lambda: (folder() / "station.crt").write_bytes(b"no")),
    Fault("the certificate is another", ("tls.other",), other_certificate),
    Fault("the certificate's key is gone", ("tls.key_missing",), removed("station.key")),
    Fault("the certificate's key is rubbish", ("tls.key_damaged",), lambda: (folder() / "station.key").write_bytes(b"no")),
    Fault("the certificate's key is another", ("tls.key_other",), other_certificate_key),
    Fault("the agency's seed is gone", ("agency.seed_missing",), lambda: own_seed().unlink()),
    Fault("the agency's seed is cut off", ("agency.seed_damaged",), lambda: own_seed().write_text("zz")),
    Fault("the agency's seed is another", ("agency.seed_other",), lambda: vault.write(own_seed().name, OTHER_SEED)),
    Fault("a key no statement names", ("agency.key_unstated",), unstated_key),
    Fault("an old key", ("agency.key_old",), lambda: change(AgencyKey, created_at=NOW - timedelta(days=401))),
    Fault("a key of the partner's agency here", ("agency.twice",), key_of_the_partner_here),
    Fault("the folder of keys is open", ("keys.folder_open",), lambda: folder().chmod(0o755)),
    Fault("a seed is open", ("keys.open",), lambda: own_seed().chmod(0o644)),
    Fault("the key of the seals is gone", ("seals.key_missing",), removed("rows.key")),
    Fault("guards of dispatches are gone", ("guards.missing",), lambda: dispatch_guards.drop(connection)),
    Fault("guards of partners are gone", ("guards.missing",), lambda: guards.drop(connection)),
    Fault("one administrator", ("people.one_administrator",), one_administrator),
    Fault("the clock of long ago", ("clock.wrong", "clock.set_back"), later=timedelta(days=-900)),
    Fault("the clock was set back", ("clock.set_back",), later=timedelta(days=-2)),
    Fault(
        "the partner's clock is ahead", ("clock.partner",),
        lambda: set_contact(status={"time": (NOW + timedelta(hours=1)).isoformat()}, status_at=NOW),
    ),
    Fault(
        "the partner's clock is behind in an answer", ("clock.partner",),
        lambda: set_contact(status={"time": (NOW - timedelta(hours=1)).isoformat(), "answers": "x"}, status_at=NOW),
    ),
    Fault(
        "an old stick", (),
        lambda: set_contact(status={"time": (NOW - timedelta(hours=1)).isoformat(), "answers": None}, status_at=NOW),
    ),
    Fault("a table that cannot be read", ("database.failed",), broken_table),
    Fault("no backup", ("backup.none",), never_backed_up, later=timedelta(days=2)),
    Fault("no backup on the first day", (), never_backed_up),
    Fault("an old backup", ("backup.old",), lambda: backed_up(NOW - timedelta(days=7)), later=timedelta(days=2)),
    Fault("a queue", ("delivery.queue",), queue, later=timedelta(hours=2)),
    Fault("our keys have ended", ("agency.no_key",), lambda: change_keys("CAT")),
    Fault("the partner's keys have ended", ("keys.ended",), lambda: change_keys("BCH")),
    Fault("another version", ("partner.version",), lambda: set_contact(status={"software": "99.1.0"})),
    Fault("a silent partner", ("partner.silent",), lambda: set_contact(heard_at=NOW), later=timedelta(days=8)),
    Fault("a suspended partner", ("partner.suspended",), lambda: services.suspend(partner(), by=ceremony.person("an"), now=NOW)),
    Fault("a contradiction", ("partner.held",), finding),
    Fault("a register that is never proven", ("partner.unproven",), unproven),
    Fault("a new offer", ("partner.offer_waits",), second_offer),
    Fault("new keys of the partner", ("keys.waiting",), waiting_statement),
    Fault("the partner's key changed by hand", ("partner.changed", "partner.other_key"), lambda: change(Partner, station_key="ab" * 32)),
    Fault("the pinned certificate changed by hand", ("partner.changed", "partner.other_key"), lambda: change(Partner, tls_sha256="0" * 64)),
    Fault("the partner renamed by hand", ("partner.changed",), lambda: change(Partner, name="Khác")),
    Fault("an address changed by hand", ("route.changed",), lambda: change(Route, address="https://khac.example:1")),
    Fault("a statement's row changed by hand", ("statement.changed", "statement.changed"), lambda: change(AppliedStatement, applied_at=NOW - timedelta(1))),
    Fault("no route", ("route.none",), routes),
    Fault("an address that cannot be", ("route.changed", "route.bad"), lambda: change(Route, address="http://x")),
    Fault("nobody answers", ("route.unreachable",), reached="unreachable"),
    Fault("another certificate answers", ("route.certificate",), reached="certificate"),
    Fault("an old broker", ("route.broker",), lambda: routes(("nats", "nats://10.0.0.9:4222")), reached="nats.old_version"),
    Fault("the folder is not mounted", ("route.folder_missing",), lambda: routes(("folder", "/khong/co"))),
    Fault("a delivery needs a person", ("delivery.person",), lambda: outgoing(state="needs_person", reason="conflict_there")),
    Fault("a delivery waits for days", ("delivery.old",), lambda: outgoing(state="waiting", reason="partner_unreachable"), later=timedelta(days=4)),
    Fault("set aside", ("dispatch.set_aside",), set_aside),
    Fault("a gap that does not close", ("gap.open",), gap),
    Fault("receipts not taken", ("receipts.due",), receipt_due),
    Fault("our keys not known there", ("keys.untold",), statement_due),
]  # fmt: skip


ceremony_pair: list[ceremony.Pair] = []


@pytest.fixture(scope="module")
def sound(empty_database: tuple[Path, str], django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two partners with nothing to complain of; to be copied."""
    home, template = empty_database
    with django_db_blocker.unblock():
        pair = ceremony.partners(Estate(home, template))
        with post.delivered(CAT=pair.police, BCH=pair.military):
            for server in pair:
                with server.here():
                    dispatches.deliver_all(NOW)
                    set_contact(heard_at=NOW, receipt_at=NOW)
                    StatementDue.objects.all().delete()  # as when the partner's status has come
        yield pair


@pytest.fixture
def police(
    sound: ceremony.Pair, tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """One stands in the police's server, a copy of this test alone."""
    monkeypatch.setattr(doctor, "QUEUE", doctor.QUEUE)
    with django_db_blocker.unblock():
        pair = ceremony.Pair(sound.police.copy(tmp_path), sound.military.copy(tmp_path))
        ceremony_pair.append(pair)
        with pair.police.here():
            backed_up(NOW + timedelta(days=1000))
            yield
        ceremony_pair.pop()
        for server in pair:
            server.close()


@pytest.mark.usefixtures("police")
def test_a_sound_server_has_nothing_to_complain_of() -> None:
    assert examined() == []


@pytest.mark.usefixtures("police")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_thing_broken_is_named_and_nothing_else(fault: Fault) -> None:
    fault.breaks()

    assert examined(reached=fault.reached, later=fault.later) == list(fault.codes)


@pytest.mark.usefixtures("police")
@pytest.mark.parametrize(
    ("error", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the limit of space"), (errno.EROFS, "can only be read")],
)
def test_a_disk_that_cannot_be_written_is_named_in_words(
    monkeypatch: pytest.MonkeyPatch, error: int, words: str
) -> None:
    def failing(_handle: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "fsync", failing)
    with translation.override("en"):
        found = [(each.code, words in str(each.what)) for each in doctor.examine(now=NOW, reach=lambda *_way: "")]

    assert found == [("disk.write", True)]


@pytest.mark.usefixtures("police")
def test_what_the_last_try_met_is_told_as_the_program_calls_it() -> None:
    outgoing(state="needs_person", reason="partner_unreachable", detail="NewConnectionError")

    with translation.override("en"):
        said = [str(each.what) for each in doctor.examine(now=NOW, reach=lambda *_way: "")]

    assert [text.endswith("(NewConnectionError)") for text in said] == [True]


@pytest.mark.usefixtures("police")
def test_a_file_system_without_names_for_files_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    values = list(os.statvfs(settings.GIAOBAN_HOME))[:10]
    values[5], values[7] = 100_000, 3
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))

    assert examined() == ["disk.files"]


def test_there_are_enough_faults_to_try() -> None:
    assert len(FAULTS) >= 30
