"""What happens after a commit: the worker wakes, the witness is written, a shortened database is found."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from tests.dispatches import scenes
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import AgencyKey
from giaoban.dispatches import guards, jobs, keys, seals, services, vault, waking, witness, written
from giaoban.dispatches.models import (
    Checkpoint,
    Dispatch,
    DispatchFile,
    NumberSeries,
    Outbox,
    Register,
    RegisterEntry,
    Stream,
)
from giaoban.dispatches.verification import Severity, verify_all
from giaoban.kernel import register as log
from giaoban.kernel import signing

pytestmark = pytest.mark.django_db(transaction=True)


def codes() -> list[str]:
    return sorted({finding.code for finding in verify_all() if finding.severity is Severity.BROKEN})


def send_and_fail(house: House) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        house.send()
        raise ZeroDivisionError


def test_a_committed_history_has_nothing_to_report_and_a_witness_for_each_register(committed_house: House) -> None:
    scenes.play(committed_house)

    assert verify_all() == []
    assert sorted(witness.read_all()) == [
        "BCH.in.2025",
        "BCH.in.2026",
        "BCH.out.2026",
        "CAT.in.2026",
        "CAT.out.2025",
        "CAT.out.2026",
        "HQ.in.2026",
    ]


def test_a_witness_of_a_rolled_back_act_states_nothing(committed_house: House) -> None:
    committed_house.send()
    with transaction.atomic():
        send_and_fail(committed_house)
        committed_house.send()

    assert codes() == []
    checkpoint, _, _ = log.parse_checkpoint(witness.read_all()["CAT.out.2026"])
    assert checkpoint.size == 3


def test_a_witness_that_cannot_be_written_undoes_nothing_and_is_written_with_the_next(
    committed_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    folder = witness.folder()
    folder.write_bytes(b"in the way")

    first = committed_house.send()
    folder.unlink()
    committed_house.send(by=committed_house.military_by, recipients=[committed_house.police])

    assert first.reference == "01/BC-CAT"
    assert codes() == []
    assert sorted(witness.read_all()) == ["BCH.out.2026", "CAT.out.2026"]
    assert "_write_waiting" in caplog.text


def test_a_deleted_or_changed_witness_is_found(committed_house: House) -> None:
    committed_house.send()
    path = witness.path_of("giaoban/CAT/out/2026")
    note = path.read_text()

    path.write_text(note.replace("\n2\n", "\n3\n"))
    changed = codes()
    path.unlink()
    deleted = codes()
    path.write_text(note)
    path.with_name("HQ.out.2026").write_text(note)
    put_in = codes()

    assert [changed, deleted, put_in] == [["witness.changed"], ["witness.missing"], ["witness.contradicts"]]


def test_the_start_of_the_server_writes_a_witness_that_a_crash_left_out(committed_house: House) -> None:
    committed_house.send()
    witness.path_of("giaoban/CAT/out/2026").unlink()

    witness.catch_up()

    assert codes() == []


def test_a_witness_that_a_crash_left_unfinished_is_no_statement_and_is_swept_at_the_start(
    committed_house: House,
) -> None:
    committed_house.send()
    unfinished = witness.folder() / ".new-abc"
    unfinished.write_bytes(b"giaoban/CAT/o")
    before = codes()

    witness.catch_up()

    assert (before, codes(), unfinished.exists()) == ([], [], False)


@pytest.mark.parametrize("name", ["seed", "rows.key", "file"])
def test_a_changed_byte_in_any_file_of_ours_is_found(committed_house: House, name: str) -> None:
    sent = committed_house.send()
    path = {
        "seed": next(vault.folder().glob("*.seed")),
        "rows.key": vault.folder() / seals.KEY_NAME,
        "file": written.files().path(sent.files.get().sha256),
    }[name]
    content = bytearray(path.read_bytes())
    content[3] = content[3] ^ 1 if name == "file" else ord("0") + (content[3] - ord("0") + 1) % 8
    path.write_bytes(bytes(content))
    vault._known.clear()

    found = codes()

    vault._known.clear()
    assert found == {"seed": ["key.wrong"], "rows.key": ["row.seal"], "file": ["file.damaged"]}[name]


def test_a_key_put_in_by_somebody_else_and_a_lost_private_half_are_found(committed_house: House) -> None:
    committed_house.send()
    private = b"somebody else's key, 32 bytes   "
    public_key = signing.public_key_of(private)
    row = AgencyKey.objects.create(
        agency=committed_house.police, key_id=signing.key_id(public_key), public_key=public_key, created_at=NOW
    )
    put_in = codes()
    row.delete()
    (vault.folder() / keys.seed_name(keys.signing_key(committed_house.military).key_id)).unlink()
    lost = codes()

    assert (put_in, lost) == (["key.no_seed"], ["key.no_seed"])


def test_a_missing_and_a_stray_file_are_found(committed_house: House) -> None:
    sent = committed_house.send()
    store = written.files()
    stray = store.root / "zz"
    stray.write_bytes(b"x")
    store.put(b"belongs to nothing")
    store.path(sent.files.get().sha256).unlink()

    assert sorted((finding.code, finding.severity) for finding in verify_all()) == [
        ("file.missing", "broken"),
        ("file.stray", "notice"),
        ("file.stray", "notice"),
    ]


def cut_off_the_last_dispatch(house: House) -> None:
    """Everything the last dispatch left in the database, running values and their seals included: the work of somebody who
    holds the key of the seals too."""
    last = Dispatch.objects.latest("id")
    guards.drop(connection)
    with connection.constraint_checks_disabled() if connection.vendor == "sqlite" else transaction.atomic():
        size = RegisterEntry.objects.get(dispatch=last).position
        Outbox.objects.filter(dispatch=last).delete()
        for table, where in (
            (Checkpoint, {"agency": house.police, "direction": "out", "year": 2026, "size": size + 1}),
            (RegisterEntry, {"dispatch": last}),
            (DispatchFile, {"dispatch": last}),
        ):
            table.objects.filter(**where).delete()
        Dispatch.objects.filter(pk=last.pk).delete()
    guards.create(connection)
    stream = Stream.objects.get(sender=house.police)
    stream.sequence, stream.digest = last.sequence - 1, last.previous
    seals.seal(stream).save()
    series = NumberSeries.objects.get(agency=house.police, symbol=last.symbol)
    series.last -= 1
    seals.seal(series).save()
    register = Register.objects.get(agency=house.police, direction="out", year=2026)
    leaves = RegisterEntry.objects.filter(agency=house.police, direction="out", year=2026).order_by("position")
    tree = log.CompactRange()
    for leaf in leaves.values_list("leaf", flat=True):
        tree = tree.append(log.leaf_hash(bytes(leaf)))
    register.size, register.hashes = tree.size, " ".join(value.hex() for value in tree.hashes)
    seals.seal(register).save()


def test_a_tail_cut_off_with_its_checkpoint_and_all_running_values_is_found_by_the_witness(
    committed_house: House,
) -> None:
    committed_house.send()
    committed_house.send()
    cut_off_the_last_dispatch(committed_house)

    assert codes() == ["witness.contradicts"]


def test_a_tail_cut_off_is_found_by_the_partners_even_without_the_witness(committed_house: House) -> None:
    for _ in range(2):
        committed_house.send()
        services.deliver_all(NOW)
    committed_house.send()
    cut_off_the_last_dispatch(committed_house)
    scenes_register = Register.objects.get(agency=committed_house.military, direction="in")
    arrivals = RegisterEntry.objects.filter(agency=committed_house.military, direction="in")
    for path in witness.folder().iterdir():
        path.unlink()
    guards.drop(connection)
    with connection.constraint_checks_disabled() if connection.vendor == "sqlite" else transaction.atomic():
        arrivals.filter(position=scenes_register.size - 1).delete()
        Checkpoint.objects.filter(agency=committed_house.military, direction="in", size=scenes_register.size).delete()
    guards.create(connection)
    register = scenes_register
    tree = log.CompactRange()
    for leaf in arrivals.order_by("position").values_list("leaf", flat=True):
        tree = tree.append(log.leaf_hash(bytes(leaf)))
    register.size, register.hashes, register.last_number = 2, tree.hashes[0].hex(), 1
    seals.seal(register).save()

    assert {"receipt.changed", "incoming.changed"} <= set(codes())


def test_the_first_bad_entry_of_a_register_is_named_in_words(committed_house: House) -> None:
    for _ in range(4):
        committed_house.send()
    guards.drop(connection)
    for entry in RegisterEntry.objects.filter(agency=committed_house.police, direction="out", position__in=[2, 4]):
        RegisterEntry.objects.filter(pk=entry.pk).update(on="2026-01-01")
    guards.create(connection)

    found = verify_all()

    assert [(f.code, f.agency, f.direction, f.year, f.position, f.number) for f in found] == [
        ("register.leaf", "CAT", "out", 2026, 2, 2)
    ]


def test_an_unreadable_row_is_a_finding_and_no_error(committed_house: House) -> None:
    committed_house.send()
    guards.drop(connection)
    let_in = True
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE dispatches_dispatch SET uid = 'no uuid'")
    except DatabaseError:
        let_in = False  # PostgreSQL does not take such a value
    guards.create(connection)

    assert ("row.unreadable" in codes()) == let_in == (connection.vendor == "sqlite")


def test_progress_is_told_up_to_the_total(committed_house: House) -> None:
    committed_house.send()
    told: list[tuple[int, int]] = []

    verify_all(lambda done, total: told.append((done, total)))

    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)


def test_a_commit_wakes_the_worker_and_a_rollback_does_not(committed_house: House) -> None:
    waking.hush()
    send_and_fail(committed_house)
    after_rollback = waking.wait(0)

    committed_house.send()

    assert (after_rollback, waking.wait(0)) == (False, True)


def test_the_worker_delivers_by_itself(committed_house: House) -> None:
    """Sent before it starts: the test database in memory cannot be shared by two threads that write."""
    committed_house.send()
    committed_house.send(kind="test.broken")
    worker = jobs.Worker()
    worker.start()
    worker.stop_when_idle()

    assert list(Outbox.objects.order_by("id").values_list("state", flat=True)) == ["accepted", "waiting"]


def test_the_home_of_the_server_holds_what_a_backup_takes(committed_house: House) -> None:
    committed_house.send()

    assert sorted(path.name for path in Path(settings.GIAOBAN_HOME).iterdir()) == ["files", "keys", "witness"]
