"""The couriers between two servers of the test: delivered, delivered twice, refused, unreachable, answer lost, every mix of routes."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test.utils import CaptureQueriesContext
from tests.dispatches import handlers
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server
from tests.transports import doors, stations
from tests.transports.brokers import Broker, broker_or_skip
from tests.transports.doors import listening, route
from tests.transports.stations import Pair, arrived, send, standing

from giaoban.agencies.models import Agency
from giaoban.common.storage import FileStore
from giaoban.dispatches import services, written
from giaoban.dispatches.models import Incoming, Outbox, Receipt
from giaoban.kernel.delivery import FETCHED_LASTS, REASONS, RETRY_AFTER, Reason, Who
from giaoban.partners import exchange, routing, statements, waking
from giaoban.partners import services as partners
from giaoban.partners.models import Contact, Partner, ReceiptDue
from giaoban.transports import rounds
from giaoban.transports.folder import files
from giaoban.transports.folder.files import Fate
from giaoban.transports.folder.transport import export
from giaoban.transports.https.listener import RefusedBundleError
from giaoban.transports.https.transport import HttpsTransport, reason_named
from giaoban.transports.nats import broker as nats

AFTER = NOW + timedelta(minutes=1)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A NATS server of our own."""
    yield from broker_or_skip(tmp_path_factory.mktemp("nats"))


def deliver(server: Server, *, now: object = NOW) -> int:
    with server.here():
        return services.deliver_all(now)  # type: ignore[arg-type]


def visit(server: Server, courier: str, *, now: object = NOW) -> rounds.Visit:
    with server.here():
        return rounds.visit(Partner.objects.get(), courier, now=now)  # type: ignore[arg-type]


# ---- HTTPS ---------------------------------------------------------------------------------------------------------------


def test_https_delivers_and_brings_the_receipt_back_at_once(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police) as door:
        send(pair.police, "một")
        send(pair.police, "hai", kind="test.refused")
        deliver(pair.police)

        assert standing(pair.police) == [("accepted", "")]
        assert standing(pair.police, "test.refused") == [("refused", "refused_by_partner")]
        assert door.bundles <= 2
        with pair.police.here():
            assert Contact.objects.get().tried_reason == ""


def test_https_whose_answer_was_lost_is_repeated_without_a_second_effect(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police) as door:
        door.lose_answers = 1
        send(pair.police, "một")
        deliver(pair.police)
        lost = standing(pair.police)
        deliver(pair.police, now=AFTER)

        assert lost == [("waiting", "partner_failed")]
        assert standing(pair.police) == [("accepted", "")]
        assert handlers.taken == [("BCH", "một")]
        with pair.military.here():
            assert Receipt.objects.filter(dispatch__kind="test.note").count() == 1


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (RefusedBundleError("exchange.busy", 503), Reason.PARTNER_BUSY),
        (RefusedBundleError("exchange.disk_full", 507), Reason.DISK_FULL_THERE),
        (RefusedBundleError("bundle.too_large", 413), Reason.TOO_LARGE_FOR_ROUTE),
        (RefusedBundleError("partner.suspended", 403), Reason.SUSPENDED_THERE),
        (RefusedBundleError("station.unknown", 403), Reason.KEY_NOT_KNOWN_THERE),
    ],
)
def test_https_names_one_reason(pair: Pair, refusal: RefusedBundleError, reason: Reason) -> None:
    with listening(pair.military, known_by=pair.police) as door:
        door.refuse = refusal
        send(pair.police, "một")
        deliver(pair.police)

        assert standing(pair.police)[0][1] == reason.value
        with pair.police.here():
            assert Contact.objects.get().tried_reason == reason.value


@pytest.mark.parametrize("there", [True, False], ids=["the partner", "we ourselves"])
def test_a_suspension_names_those_who_decided_it_and_what_waited_leaves_when_they_resume(
    pair: Pair, there: bool
) -> None:
    deciding = pair.military if there else pair.police
    with listening(pair.military, known_by=pair.police):
        with deciding.here():
            partners.suspend(Partner.objects.get(), by=ceremony.person("an"), now=NOW)
        send(pair.police, "một")
        deliver(pair.police)
        ((state, reason),) = standing(pair.police)
        with deciding.here():
            partners.resume(Partner.objects.get(), by=ceremony.person("an"), now=NOW)
        deliver(pair.police, now=AFTER)

    assert (state, reason) == ("waiting", "suspended_there" if there else "partner_suspended")
    assert REASONS[Reason(reason)].who is (Who.PARTNER if there else Who.ADMINISTRATOR)
    assert standing(pair.police) == [("accepted", "")]


def test_a_suspension_that_a_receiver_says_of_one_dispatch_is_its_own() -> None:
    said = routing.told(Reason.PARTNER_SUSPENDED, "CAT", "")

    assert said is Reason.SUSPENDED_THERE
    assert reason_named(said.value) is Reason.SUSPENDED_THERE
    assert reason_named(Reason.PARTNER_SUSPENDED.value) is Reason.SUSPENDED_THERE  # an older server


def test_https_with_nobody_there_and_with_another_certificate(pair: Pair) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        route(pair.police, "https", f"https://127.0.0.1:{probe.getsockname()[1]}")
    send(pair.police, "một")
    deliver(pair.police)
    nobody = standing(pair.police)

    with listening(pair.military, known_by=pair.police) as door:
        with pair.police.here():
            Partner.objects.update(tls_sha256="ab" * 32)
        deliver(pair.police, now=AFTER)
        other = standing(pair.police)

    assert nobody == [("waiting", "partner_unreachable")]
    assert other == [("needs_person", "certificate_changed")]
    assert door.bundles == 0


def test_a_visit_writes_down_once_that_it_went_well(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police), pair.police.here():
        partner = Partner.objects.get()
        for _first in range(2):
            rounds.visit(partner, "https", now=AFTER)
        counts = []
        for call in (HttpsTransport().visit, lambda who, now: rounds.visit(who, "https", now=now)):
            with CaptureQueriesContext(pair.police.connection) as statements:
                call(partner, now=AFTER)
            counts.append(len(statements))

    assert counts[0] == counts[1] > 0


def test_a_new_key_that_waits_there_is_named_and_what_it_signed_leaves_once_two_people_agreed(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police):
        with pair.police.here():
            partners.rotate_key(Agency.objects.get(code="CAT"), by=ceremony.person("an"), now=NOW)
        send(pair.police, "bằng khóa mới")
        deliver(pair.police)
        waits = standing(pair.police)
        with pair.military.here():
            (row,) = statements.waiting(Agency.objects.get(code="CAT"))
            for name in ("an", "binh"):
                partners.approve_statement(row, by=ceremony.person(name), now=NOW)

        soon = NOW + RETRY_AFTER[0] / 2
        visit(pair.police, "https", now=soon)
        deliver(pair.police, now=soon)

        assert (waits, standing(pair.police)) == ([("waiting", "new_key_unconfirmed_there")], [("accepted", "")])


def test_https_serves_the_side_that_cannot_be_reached(pair: Pair) -> None:
    """Push and pull: only the military listens, and what it has for the police waits until it is asked."""
    route(pair.military, "collect", "")
    with listening(pair.military, known_by=pair.police):
        send(pair.military, "chờ lấy", to=("CAT",))
        deliver(pair.military)
        waits = standing(pair.military)
        brought = visit(pair.police, "https")

        assert waits == [("waiting", "awaits_collection")]
        assert (brought.brought, brought.failure) == (1, "")
        assert standing(pair.military) == [("accepted", "")]
        with pair.police.here():
            assert (Contact.objects.get().status["collects"], ReceiptDue.objects.count()) == (True, 0)
            assert rounds.pause_after(Partner.objects.get(), "https") == rounds.POLL_SECONDS


def test_a_partner_that_fetches_and_dies_is_named_and_reached_soon_by_a_usual_route(pair: Pair) -> None:
    with listening(pair.military, known_by=pair.police) as door:
        door.lose_answers = 1
        send(pair.military, "lấy rồi chết", to=("CAT",))
        visit(pair.police, "https")
        fetched = standing(pair.military)
    with listening(pair.police, known_by=pair.military), pair.military.here():
        services.tidy(NOW + FETCHED_LASTS)
        overdue = standing(pair.military)
        services.deliver_all(NOW + FETCHED_LASTS + RETRY_AFTER[0])

    assert fetched == [("handed_over", "fetched_not_confirmed")]
    assert overdue == [("waiting", "receipt_overdue")]
    assert standing(pair.military) == [("accepted", "")]
    assert handlers.taken == [("CAT", "lấy rồi chết")]


def unreachable(pair: Pair) -> int:
    """The police has tried the military so often that the next try is hours away. The port at which it looks for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    route(pair.police, "https", f"https://127.0.0.1:{port}")
    send(pair.police, "lâu rồi")
    now = NOW
    for wait in RETRY_AFTER:
        deliver(pair.police, now=now)
        now += wait
    return port


def test_what_waits_for_hours_leaves_at_once_when_the_partner_answers_again(pair: Pair) -> None:
    port = unreachable(pair)
    with pair.police.here():
        row = Outbox.objects.get(dispatch__kind="test.note")
        before = row.state, row.reason, row.attempts
        later = row.changed_at + timedelta(minutes=3)
        far = row.next_at - later if row.next_at else timedelta(0)
    with listening(pair.military, known_by=None, port=port):
        visit(pair.police, "https", now=later)
        with pair.police.here():
            due = Outbox.objects.get(pk=row.pk)
            again = due.state, due.attempts
        deliver(pair.police, now=later)

    assert before == ("waiting", "partner_unreachable", len(RETRY_AFTER))
    assert far > timedelta(hours=11)
    assert again == ("queued", len(RETRY_AFTER))
    assert standing(pair.police) == [("accepted", "")]


def test_a_stick_under_way_does_not_keep_the_line_waiting_that_is_there_again(pair: Pair, tmp_path: Path) -> None:
    port = unreachable(pair)
    moment = NOW + sum(RETRY_AFTER, timedelta(0))
    with pair.police.here():
        export(Partner.objects.get(), tmp_path, now=moment)
    carried = standing(pair.police)
    with listening(pair.military, known_by=None, port=port):
        visit(pair.police, "https", now=moment + timedelta(minutes=6))
        deliver(pair.police, now=moment + timedelta(minutes=6))

    assert carried == [("handed_over", "on_medium")]
    assert standing(pair.police) == [("accepted", "")]
    assert [fate for name, fate, _code in read_stick(pair.military, tmp_path) if name.endswith(".gbb")] == [Fate.TAKEN]
    assert handlers.taken == [("BCH", "lâu rồi")]


def test_a_partner_that_calls_although_we_cannot_reach_it_is_looked_for_at_once(pair: Pair) -> None:
    waking.take_heard()
    stations.exchanged(pair.military, pair.police)
    sound = waking.take_heard()
    unreachable(pair)
    stations.exchanged(pair.military, pair.police, now=AFTER)
    with pair.police.here():
        called = waking.take_heard()
        partner = Partner.objects.get().pk

    assert (sound, called, waking.take_heard()) == (set(), {partner}, set())


def test_nothing_is_composed_for_a_partner_that_is_not_there(pair: Pair) -> None:
    unreachable(pair)
    with pair.police.here():
        before = Contact.objects.get().sent_number
    later = NOW + timedelta(days=3)
    deliver(pair.police, now=later)
    found = visit(pair.police, "https", now=later)

    with pair.police.here():
        assert (Contact.objects.get().sent_number, found.failure) == (before, "partner_unreachable")


def test_https_pulls_while_it_pushes_when_the_other_side_collects(pair: Pair) -> None:
    route(pair.military, "collect", "")
    with listening(pair.military, known_by=pair.police):
        visit(pair.police, "https")
        send(pair.military, "đến", to=("CAT",))
        send(pair.police, "đi")
        deliver(pair.police)

        assert (standing(pair.police), standing(pair.military)) == ([("accepted", "")], [("accepted", "")])


def test_a_file_of_a_few_megabytes_goes_through(pair: Pair) -> None:
    from giaoban.common.files import RenderedFile

    content = os.urandom(3_000_000)
    with listening(pair.military, known_by=pair.police):
        sent = send(
            pair.police, "lớn", render=lambda _ref: [RenderedFile("lon.bin", "application/octet-stream", content)]
        )
        deliver(pair.police)

        assert standing(pair.police) == [("accepted", "")]
        with pair.military.here():
            from giaoban.dispatches import written

            named = Incoming.objects.get(dispatch__digest=sent.digest).dispatch.files.get()
            assert written.files().read(named.sha256) == content


# ---- folder and stick ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(pair: Pair, tmp_path: Path) -> Path:
    """A folder both sides see, and the only route of both."""
    made = tmp_path / "chung"
    made.mkdir()
    route(pair.police, "folder", str(made))
    route(pair.military, "folder", str(made))
    return made


def test_a_folder_carries_dispatches_there_and_receipts_back_and_is_tidied(pair: Pair, folder: Path) -> None:
    send(pair.police, "một")
    deliver(pair.police)
    handed = standing(pair.police)
    there = visit(pair.military, "folder")
    again = visit(pair.military, "folder")
    visit(pair.police, "folder")
    visit(pair.military, "folder")

    assert handed == [("handed_over", "receipt_awaited")]
    assert (there.brought, again.brought) == (1, 0)
    assert standing(pair.police) == [("accepted", "")]
    with pair.military.here():
        assert ReceiptDue.objects.count() == 0
    # What the other side has taken in lies there no longer; two quiet sides do not write to one another for ever.
    assert len(list(folder.iterdir())) <= 2


def test_parts_that_were_never_finished_are_taken_away_after_days_and_nothing_else(pair: Pair, folder: Path) -> None:
    names = (".gbb-part-old", ".gbb-part-new", "của ai đó.txt")
    for name in names:
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (NOW.timestamp(), NOW.timestamp()))
    later = NOW + timedelta(days=3)
    os.utime(folder / ".gbb-part-new", (later.timestamp(), later.timestamp()))
    (folder / ".gbb-part-link").symlink_to(folder / "của ai đó.txt")
    visit(pair.police, "folder", now=later)

    assert {path.name for path in folder.iterdir()} == {*names[1:], ".gbb-part-link"}


def test_a_folder_that_is_not_there_is_one_reason(pair: Pair, folder: Path) -> None:
    folder.rmdir()
    send(pair.police, "một")
    deliver(pair.police)

    assert standing(pair.police) == [("waiting", "partner_unreachable")]
    assert visit(pair.police, "folder").failure == "partner_unreachable"


@pytest.fixture
def stick(pair: Pair, tmp_path: Path) -> Path:
    """A stick; both sides wait for a person."""
    route(pair.police, "medium", str(tmp_path))
    route(pair.military, "medium", str(tmp_path))
    made = tmp_path / "usb"
    made.mkdir()
    return made


def write_stick(server: Server, stick: Path, **changes: object) -> list[Path]:
    with server.here():
        return export(Partner.objects.get(), stick, now=NOW, **changes).paths  # type: ignore[arg-type]


def read_stick(server: Server, stick: Path) -> list[tuple[str, Fate, str]]:
    with server.here():
        return [(each.name, each.fate, each.code) for each in files.take_folder(stick, now=NOW)]


def test_a_stick_carries_both_ways(pair: Pair, stick: Path) -> None:
    for number in range(3):
        send(pair.police, f"số {number}")
    deliver(pair.police)
    waiting = standing(pair.police)
    written = write_stick(pair.police, stick)
    nothing_more = write_stick(pair.police, stick)
    taken = read_stick(pair.military, stick)
    read_stick(pair.military, stick)
    back = write_stick(pair.military, stick)
    home = read_stick(pair.police, stick)

    assert waiting == [("waiting", "awaits_medium")] * 3
    assert (len(written), nothing_more) == (1, [])
    assert [fate for _name, fate, _code in taken] == [Fate.TAKEN]
    assert (len(back), standing(pair.police)) == (1, [("accepted", "")] * 3)
    assert sorted(fate for _name, fate, _code in home) == [Fate.REFUSED, Fate.TAKEN]  # its own file is not for it
    assert files.NAME.match(written[0].name) is not None


def test_a_stick_is_cut_into_parts_and_any_order_will_do(pair: Pair, stick: Path, tmp_path: Path) -> None:
    for number in range(5):
        send(pair.police, f"số {number}", render=None)
    written = write_stick(pair.police, stick, part_bytes=1)

    assert len(written) == 5
    for path in sorted(written, reverse=True):
        with pair.military.here():
            assert files.take(path, now=NOW).fate is Fate.TAKEN
    assert arrived(pair.military) == 5


def test_whatever_else_lies_on_a_stick_is_passed_over_and_named(pair: Pair, stick: Path, tmp_path: Path) -> None:
    send(pair.police, "một")
    (good,) = write_stick(pair.police, stick)
    content = good.read_bytes()
    prefix = good.name[:18]
    outside = tmp_path / "secret"
    outside.write_bytes(content)
    cases: dict[str, bytes] = {
        f"{prefix}90000001.gbb": content[:-10],
        f"{prefix}90000002.gbb": content + b"x",
        f"{prefix}90000003.gbb": b"",
        f"{prefix}90000004.gbb": b"PK\x03\x04" + b"\0" * 5000,
        f"{prefix}90000005.gbb": b"\x1f\x8b\x08" + b"\0" * 5000,
        f"{prefix}90000006.gbb": content[:17] + b"\xff\xff\xff\xff" + content[21:],
    }
    for name, bad in cases.items():
        (stick / name).write_bytes(bad)
    (stick / f"{prefix}90000007.gbb").symlink_to(outside)
    (stick / f"{prefix}90000008.gbb").mkdir()
    os.mkfifo(stick / f"{prefix}90000009.gbb")
    (stick / "thư.docx").write_bytes(b"x")
    (stick / ("a" * 200 + "\u202egbb")).write_bytes(b"x")
    (stick / ".Trash-1000").mkdir()
    (stick / "..gbb").write_bytes(content)

    found = {name: (fate, code) for name, fate, code in read_stick(pair.military, stick)}

    assert found.pop(good.name) == (Fate.TAKEN, "")
    assert found == {
        f"{prefix}90000001.gbb": (Fate.PARTIAL, "bundle.truncated"),
        f"{prefix}90000002.gbb": (Fate.REFUSED, "bundle.trailing"),
        f"{prefix}90000003.gbb": (Fate.PARTIAL, "bundle.truncated"),
        f"{prefix}90000004.gbb": (Fate.REFUSED, "bundle.framing"),
        f"{prefix}90000005.gbb": (Fate.REFUSED, "bundle.framing"),
        f"{prefix}90000006.gbb": (Fate.REFUSED, "bundle.too_large"),
        f"{prefix}90000007.gbb": (Fate.IGNORED, ""),
        f"{prefix}90000008.gbb": (Fate.IGNORED, ""),
        f"{prefix}90000009.gbb": (Fate.IGNORED, ""),
        "thư.docx": (Fate.IGNORED, ""),
        ("a" * 200 + "?gbb")[:100]: (Fate.IGNORED, ""),
    }
    assert arrived(pair.military) == 1


def test_a_copied_file_under_another_name_is_known(pair: Pair, stick: Path) -> None:
    send(pair.police, "một")
    (good,) = write_stick(pair.police, stick)
    shutil.copy(good, stick / f"{good.name[:18]}99999999.gbb")
    shutil.copy(good, stick / "bản sao (1).GBB")

    fates = [fate for _name, fate, _code in read_stick(pair.military, stick)]
    assert sorted(fates) == [Fate.REPEATED, Fate.REPEATED, Fate.TAKEN]


def test_a_stick_is_taken_in_once_more_when_our_disk_had_no_room_for_its_files(
    pair: Pair, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(self: FileStore, content: bytes) -> str:
        raise OSError(errno.ENOSPC, "full")

    send(pair.police, "một")
    write_stick(pair.police, stick)
    with monkeypatch.context() as full:
        full.setattr(FileStore, "put", no_room)
        with pytest.raises(OSError, match="No space left"):
            read_stick(pair.military, stick)
    before = arrived(pair.military)

    fates = [fate for _name, fate, _code in read_stick(pair.military, stick)]
    assert (before, fates, arrived(pair.military)) == (0, [Fate.TAKEN], 1)


@pytest.mark.parametrize(("code", "full"), [(sqlite3.SQLITE_FULL, True), (sqlite3.SQLITE_BUSY, False)])
def test_a_stick_is_taken_in_once_more_when_our_database_could_not_take_it(
    pair: Pair, stick: Path, monkeypatch: pytest.MonkeyPatch, code: int, full: bool
) -> None:
    def fails(*_arguments: object, **_named: object) -> None:
        error = sqlite3.OperationalError("full or locked")
        error.sqlite_errorcode = code
        raise OperationalError(str(error)) from error

    send(pair.police, "một")
    write_stick(pair.police, stick)
    with monkeypatch.context() as failing:
        failing.setattr(written, "write", fails)
        with pytest.raises(OSError, match="No space left") if full else nullcontext():
            read_stick(pair.military, stick)
    before = arrived(pair.military)

    fates = [fate for _name, fate, _code in read_stick(pair.military, stick)]
    assert (before, fates, arrived(pair.military)) == (0, [Fate.TAKEN], 1)


def test_a_medium_that_cannot_sync_a_folder_alone_is_written_all_the_same(
    pair: Pair, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def failing(_folder: Path) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(files, "sync_folder", failing)
    monkeypatch.setattr(os, "sync", lambda: synced.append(True))
    send(pair.police, "một")
    written = write_stick(pair.police, stick)

    assert (len(written), synced) == (1, [True])
    assert read_stick(pair.military, stick)[0][1] == Fate.TAKEN
    assert standing(pair.police) == [("handed_over", "on_medium")]


def test_a_stick_that_fails_while_it_is_written_loses_nothing(pair: Pair, stick: Path) -> None:
    send(pair.police, "một")
    with pytest.raises(OSError, match="No such file"):
        write_stick(pair.police, stick / "gone")
    given_back = standing(pair.police)
    written = write_stick(pair.police, stick)

    assert given_back[0][0] == "waiting"
    assert len(written) == 1
    assert [path.name for path in stick.iterdir()] == [written[0].name]


# ---- NATS ------------------------------------------------------------------------------------------------------------------


def by_broker(pair: Pair, broker: Broker) -> None:
    route(pair.police, "nats", broker.address)
    route(pair.military, "nats", broker.address)


def test_a_broker_carries_and_is_never_believed(pair: Pair, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats, "PIECE", 1000)  # many pieces
    by_broker(pair, broker)
    for number in range(3):
        send(pair.police, f"số {number}")
    deliver(pair.police)
    handed = standing(pair.police)
    there = visit(pair.military, "nats")
    nothing = visit(pair.military, "nats")
    visit(pair.police, "nats")

    assert handed == [("handed_over", "receipt_awaited")] * 3
    assert (there.brought, there.failure, nothing.brought) == (3, "", 0)
    assert standing(pair.police) == [("accepted", "")] * 3


def test_a_broker_that_is_gone_is_one_reason(pair: Pair) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"nats://127.0.0.1:{probe.getsockname()[1]}"
    route(pair.police, "nats", address)
    send(pair.police, "một")
    deliver(pair.police)

    assert standing(pair.police) == [("waiting", "partner_unreachable")]
    assert nats.examine(address, folder=Path("/nowhere")) == ["nats.unreachable"]


def test_garbage_and_strangers_at_a_broker_hold_nobody_up(pair: Pair, broker: Broker) -> None:
    by_broker(pair, broker)
    send(pair.police, "một")
    with pair.military.here():
        me = str(stations.station.identity(now=NOW).uid)
    for number, content in enumerate((b"", b"garbage", b"GIAOBAN-BUNDLE 1\n\0\0\0\5xxxxx", b"x" * 700_000)):
        uid = f"00000000-0000-4000-8000-00000000000{number}"
        nats.publish(
            broker.address,
            receiver=me,
            uid=uid,
            size=len(content),
            pieces=iter([content or b"x"]),
            folder=Path("/nowhere"),
        )
    broker.say(f"giaoban.bundle.{me}", b"x", {"Giaoban-Bundle": "../../etc", "Giaoban-Piece": "0/1"})
    broker.say(f"giaoban.bundle.{me}", b"x", {"Giaoban-Bundle": f"{me}", "Giaoban-Piece": "0/99999"})
    broker.say(f"giaoban.bundle.{me}", b"half", {"Giaoban-Bundle": f"{me}", "Giaoban-Piece": "0/2"})
    broker.say(f"giaoban.bundle.{me}", b"no headers", None)
    deliver(pair.police)

    assert visit(pair.military, "nats").brought == 1
    assert arrived(pair.military) == 1


def test_what_could_not_be_taken_in_comes_again(pair: Pair, broker: Broker) -> None:
    by_broker(pair, broker)
    send(pair.police, "một")
    deliver(pair.police)
    with pair.military.here():
        me = str(stations.station.identity(now=NOW).uid)

        bundles = nats.fetch(
            broker.address,
            receiver=me,
            spool=exchange.spool_folder(),
            folder=Path("/nowhere"),
            now=NOW.timestamp(),
            again_after=0.1,
        )
        next(bundles)
        bundles.close()

    assert visit(pair.military, "nats").brought == 1


def broken_after(broker: Broker, pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plug of the broker is pulled in the middle of the next bundle."""
    whole = nats._cut

    def cut(given: Iterator[bytes]) -> Iterator[bytes]:
        for number, piece in enumerate(whole(given)):
            if number == pieces:
                broker.kill()
            yield piece

    monkeypatch.setattr(nats, "PIECE", 500)
    monkeypatch.setattr(nats, "_cut", cut)


def test_a_broker_that_dies_in_the_middle_of_a_bundle_loses_and_doubles_nothing(
    pair: Pair, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_broker(pair, broker)
    send(pair.police, "giữa chừng")
    with monkeypatch.context() as patched:
        broken_after(broker, 2, patched)
        deliver(pair.police)
        broken = standing(pair.police)
        gone = visit(pair.military, "nats")
    broker.start()
    there = visit(pair.military, "nats")  # a half bundle lies there
    deliver(pair.police, now=AFTER)
    came = visit(pair.military, "nats")
    visit(pair.police, "nats")

    assert broken == [("waiting", "partner_unreachable")]
    assert (gone.failure, there.failure, there.brought, came.brought) == ("partner_unreachable", "", 0, 1)
    assert standing(pair.police) == [("accepted", "")]
    assert handlers.taken == [("BCH", "giữa chừng")]


def test_a_broker_that_dies_between_the_two_keeps_what_it_acknowledged_and_goes_on(pair: Pair, broker: Broker) -> None:
    by_broker(pair, broker)
    send(pair.police, "một")
    deliver(pair.police)
    broker.kill()
    send(pair.police, "hai")
    deliver(pair.police)
    while_gone = standing(pair.police)
    broker.start()
    first = visit(pair.military, "nats")
    visit(pair.police, "nats", now=AFTER)  # finds the broker there again: what waits leaves at once
    deliver(pair.police, now=AFTER)
    visit(pair.military, "nats")
    broker.kill()
    broker.start()
    visit(pair.police, "nats", now=AFTER)

    assert while_gone == [("handed_over", "receipt_awaited"), ("waiting", "partner_unreachable")]
    assert first.brought == 1
    assert standing(pair.police) == [("accepted", "")] * 2
    assert handlers.taken == [("BCH", "một"), ("BCH", "hai")]


def test_an_old_broker_is_named(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    good = nats.examine(broker.address, folder=Path("/nowhere"))
    monkeypatch.setattr(nats, "LEAST_VERSION", (99, 0, 0))

    assert (good, nats.examine(broker.address, folder=Path("/nowhere"))) == ([], ["nats.old_version"])


# ---- mixed -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(("https", "folder", "nats"))), ids="-".join)
def test_the_same_dispatch_by_all_routes_has_one_effect_and_one_receipt(
    pair: Pair, broker: Broker, tmp_path: Path, order: tuple[str, ...]
) -> None:
    folder = tmp_path / "chung"
    folder.mkdir()
    sent = send(pair.police, "một")
    content = stations.write(pair.police)
    receipts = []
    with ExitStack() as stack:
        door = stack.enter_context(listening(pair.military, known_by=pair.police))
        for courier in order:
            if courier == "https":
                receipts += _by_https(pair, content)
            elif courier == "folder":
                (folder / "00000000-00000000-00000001.gbb").write_bytes(content)
                with pair.military.here():
                    found = files.take(folder / "00000000-00000000-00000001.gbb", now=NOW)
                receipts += found.taken.receipts if found.taken is not None else []
            else:
                receipts += _by_nats(pair, broker, content, uid=f"{sent.uid}")
        assert door.bundles == 1

    assert len(set(receipts)) == 1
    assert handlers.taken == [("BCH", "một")]
    with pair.military.here():
        assert Incoming.objects.filter(dispatch__digest=sent.digest).count() == 1


def _by_https(pair: Pair, content: bytes) -> list[bytes]:
    from giaoban.kernel.bundle import ItemType
    from giaoban.partners import routing
    from giaoban.transports.https import client

    with pair.police.here():
        partner = Partner.objects.get()
        (address,) = routing.addresses(partner, "https")
        stream, _size = client.call(
            address, partner.tls_sha256, iter([content]), len(content), spool=exchange.spool_folder()
        )
    with stream:
        return stations.only(stream.read(), ItemType.RECEIPT)


def _by_nats(pair: Pair, broker: Broker, content: bytes, *, uid: str) -> list[bytes]:
    with pair.military.here():
        me = str(stations.station.identity(now=NOW).uid)
        nats.publish(broker.address, receiver=me, uid=uid, size=len(content), pieces=iter([content]), folder=Path("/x"))
        found: list[bytes] = []
        for stream, size in nats.fetch(
            broker.address, receiver=me, spool=exchange.spool_folder(), folder=Path("/x"), now=NOW.timestamp()
        ):
            opening = exchange.open_stream(stream, size, now=NOW)
            found.extend(exchange.take_in(opening, stream, now=NOW, one_way=True).receipts)
    return found


def test_a_receipt_that_comes_by_another_route_ends_the_delivery(pair: Pair, tmp_path: Path) -> None:
    folder = tmp_path / "chung"
    folder.mkdir()
    send(pair.police, "một")
    route(pair.police, "folder", str(folder))
    deliver(pair.police)
    with pair.military.here():
        list(files.take_folder(folder, now=NOW))
    with listening(pair.military, known_by=pair.police):
        visit(pair.police, "https")

    assert standing(pair.police) == [("accepted", "")]


def test_the_next_route_is_tried_when_one_does_not_take_it(pair: Pair, tmp_path: Path) -> None:
    folder = tmp_path / "chung"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        route(pair.police, "https", f"https://127.0.0.1:{probe.getsockname()[1]}", "folder", str(folder))
    send(pair.police, "một")
    deliver(pair.police)

    assert standing(pair.police) == [("handed_over", "receipt_awaited")]
    assert len(list(folder.glob("*.gbb"))) == 1


def test_a_route_that_nobody_has_is_said(pair: Pair, estate: Estate) -> None:
    del estate
    with pair.police.here():
        Partner.objects.get().routes.all().delete()
    send(pair.police, "một")
    deliver(pair.police)

    assert standing(pair.police)[0][1] == "no_route"


__all__ = ["ceremony", "doors"]
