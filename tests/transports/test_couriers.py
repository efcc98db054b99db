"""The couriers between two servers of the test: delivered, delivered twice, refused, unreachable, answer lost, every mix of routes."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from tests.dispatches import handlers
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, Server
from tests.transports import doors, stations
from tests.transports.brokers import Broker, broker_or_skip
from tests.transports.doors import listening, route
from tests.transports.stations import Pair, arrived, send, standing

from giaoban.dispatches import services
from giaoban.dispatches.models import Incoming, Receipt
from giaoban.kernel.delivery import Reason
from giaoban.partners import exchange
from giaoban.partners.models import Contact, Partner, ReceiptDue
from giaoban.transports import rounds
from giaoban.transports.folder import files
from giaoban.transports.folder.files import Fate
from giaoban.transports.folder.transport import export
from giaoban.transports.https.listener import RefusedBundleError
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
        (RefusedBundleError("partner.suspended", 403), Reason.PARTNER_SUSPENDED),
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
            from giaoban.dispatches import issuing

            named = Incoming.objects.get(dispatch__digest=sent.digest).dispatch.files.get()
            assert issuing.files().read(named.sha256) == content


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

    assert [fate for _name, fate, _code in read_stick(pair.military, stick)] == [Fate.TAKEN, Fate.REPEATED]


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

        def fail(_stream: object, _size: int) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            nats.fetch(
                broker.address,
                receiver=me,
                take=fail,
                spool=exchange.spool_folder(),
                folder=Path("/nowhere"),
                now=NOW.timestamp(),
                again_after=0.1,
            )

    assert visit(pair.military, "nats").brought == 1


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

        def take(stream: object, size: int) -> None:
            opening = exchange.open_stream(stream, size, now=NOW)  # type: ignore[arg-type]
            found.extend(exchange.take_in(opening, stream, now=NOW, one_way=True).receipts)  # type: ignore[arg-type]

        nats.fetch(
            broker.address,
            receiver=me,
            take=take,
            spool=exchange.spool_folder(),
            folder=Path("/x"),
            now=NOW.timestamp(),
        )
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
