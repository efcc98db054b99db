"""Composing and taking in, from hand to hand; the couriers have tests of their own."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dispatches import handlers
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate
from tests.transports import stations
from tests.transports.stations import Pair, answer, arrived, counts, exchanged, only, read, send, standing, write

from giaoban.dispatches.models import ArrivalStream, Incoming, Outbox, Receipt
from giaoban.kernel import bundle, status
from giaoban.kernel.bundle import ItemType
from giaoban.kernel.delivery import Reason
from giaoban.partners import due, exchange, reconcile, services, spool, statements
from giaoban.partners.exchange import BundleRefusedError
from giaoban.partners.models import Contact, Partner, ReceiptDue, StatementDue, TakenBundle


def test_the_greetings_of_an_enrolment_are_the_first_dispatches_acknowledged(pair: Pair) -> None:
    assert standing(pair.police, "exchange.hello") == [("accepted", "")]
    assert standing(pair.military, "exchange.hello") == [("accepted", "")]


def test_a_dispatch_goes_there_and_its_receipt_comes_back(pair: Pair) -> None:
    sent = send(pair.police, "một")

    taken = read(pair.military, write(pair.police))
    back = answer(pair.military, taken)
    read(pair.police, back, one_way=True)

    assert (taken.dispatches, len(taken.receipts), taken.problems) == (1, 1, [])
    assert standing(pair.police) == [("accepted", "")]
    assert handlers.taken == [("BCH", "một")]
    with pair.military.here():
        assert Incoming.objects.get(dispatch__kind="test.note").dispatch.digest == sent.digest


def test_receipts_that_are_due_are_looked_up_by_their_dispatches_not_among_all_that_were_ever_given(pair: Pair) -> None:
    send(pair.police, "một")
    content = write(pair.police)

    with pair.military.here(), CaptureQueriesContext(connection) as seen:
        opening = exchange.open_stream(io.BytesIO(content), len(content), now=NOW)
        taken = exchange.take_in(opening, io.BytesIO(content), now=NOW, one_way=True)
        plans = [_plan(each["sql"]) for each in seen.captured_queries if 'FROM "dispatches_receipt"' in each["sql"]]

    assert (taken.receipted, len(plans)) == (1, 1)
    assert connection.vendor != "sqlite" or "(dispatch_id=?)" in plans[0]


def _plan(statement: str) -> str:
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(str(row[3]) for row in cursor.fetchall())


def test_the_same_bundle_again_gives_the_same_receipts_and_no_effect(pair: Pair) -> None:
    send(pair.police, "một")
    content = write(pair.police)

    first = read(pair.military, content)
    kept = counts(pair.military)
    second = read(pair.military, content, one_way=True)

    assert second.receipts == first.receipts
    assert counts(pair.military) == kept
    assert handlers.taken == [("BCH", "một")]


def test_a_dispatch_for_two_agencies_there_is_in_the_bundle_once(estate: Estate) -> None:
    with stations.wired():
        two = ceremony.fresh(estate)
        with two.military.here():
            from tests.partners.servers import agency

            agency("BDBP", "Bộ đội Biên phòng tỉnh Nam Vân")
        ceremony.enrol(two.police, two.military)
        ceremony.enrol(two.military, two.police)
        send(two.police, "hai nơi", to=("BCH", "BDBP"))

        content = write(two.police)
        taken = read(two.military, content)
        read(two.police, answer(two.military, taken), one_way=True)

    notes = [each for each in only(content, ItemType.DISPATCH) if b"test.note" in each]
    assert len(notes) == 1
    assert standing(two.police) == [("accepted", ""), ("accepted", "")]
    assert sorted(handlers.taken) == [("BCH", "hai nơi"), ("BDBP", "hai nơi")]


def test_the_order_of_a_bundle_settles_most_first_and_nothing_is_compressed(pair: Pair) -> None:
    send(pair.police, "một")
    read(pair.police, write(send_back := pair.military), one_way=True)
    send(send_back, "hai", to=("CAT",))
    read(pair.police, write(pair.military), one_way=True)

    manifest, parts = stations.taken_apart(write(pair.police))

    assert [item.type for item in manifest.items] == [
        ItemType.STATUS,
        ItemType.RECEIPT,
        ItemType.FILE,
        ItemType.DISPATCH,
    ]
    assert parts[2][1].startswith(b"%PDF")


def test_receipts_of_a_one_way_bundle_are_due_until_the_partner_has_them(pair: Pair) -> None:
    send(pair.police, "một")
    read(pair.military, write(pair.police), one_way=True)
    with pair.military.here():
        due = ReceiptDue.objects.count()

    back = write(pair.military)
    with pair.military.here():
        on_the_way = list(ReceiptDue.objects.values_list("sent_in", flat=True))
    again_at_once = write(pair.military)
    read(pair.police, back, one_way=True)
    read(pair.military, write(pair.police), one_way=True)

    assert due == 1
    assert on_the_way[0] is not None
    assert (len(only(back, ItemType.RECEIPT)), len(only(again_at_once, ItemType.RECEIPT))) == (1, 0)
    assert standing(pair.police) == [("accepted", "")]
    with pair.military.here():
        assert ReceiptDue.objects.count() == 0


def test_a_receipt_whose_bundle_was_lost_goes_again_later_or_when_it_is_asked_for(pair: Pair) -> None:
    send(pair.police, "một")
    content = write(pair.police)
    read(pair.military, content, one_way=True)
    write(pair.military)

    asked = read(pair.military, content, one_way=True)
    after_asking = write(pair.military)
    much_later = write(pair.military, now=NOW + exchange.DUE_AGAIN)

    assert len(asked.receipts) == 1
    assert len(only(after_asking, ItemType.RECEIPT)) == 1
    assert len(only(much_later, ItemType.RECEIPT)) == 1


def test_who_asks_gets_what_waits_and_is_told_when_more_does(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "COLLECT_ITEMS", 2)
    for number in range(3):
        send(pair.military, f"số {number}", to=("CAT",))

    first = exchanged(pair.police, pair.military)
    second = exchanged(pair.police, pair.military)
    exchanged(pair.police, pair.military)

    assert (first.dispatches, first.status is not None and first.status.waiting) == (2, True)
    assert (second.dispatches, second.status is not None and second.status.waiting) == (1, False)
    assert standing(pair.military) == [("accepted", "")] * 3


def test_who_does_not_ask_is_given_receipts_only(pair: Pair) -> None:
    send(pair.military, "chờ", to=("CAT",))

    taken = read(pair.military, write(pair.police, pull=False))
    back = answer(pair.military, taken)

    assert only(back, ItemType.DISPATCH) == []
    assert standing(pair.military) == [("queued", "not_sent_yet")]


def test_a_poison_dispatch_keeps_no_other_from_taking_effect(pair: Pair) -> None:
    send(pair.police, "trước")
    send(pair.police, "độc", kind="test.broken")
    send(pair.police, "sau")

    taken = read(pair.military, write(pair.police))

    assert arrived(pair.military) == 2
    assert (len(taken.receipts), len(taken.problems)) == (2, 1)
    assert Reason(taken.problems[0].reason) in {Reason.SET_ASIDE_THERE, Reason.PARTNER_FAILED}


def test_a_damaged_item_is_named_and_the_rest_is_taken(pair: Pair) -> None:
    send(pair.police, "một", render=None)
    send(pair.police, "hai", render=None)
    content = write(pair.police)
    manifest, parts = stations.taken_apart(content)
    bad = next(part for item, part in parts if item.type is ItemType.DISPATCH)

    taken = read(pair.military, content.replace(bad, bad[:-1] + bytes([bad[-1] ^ 1])), one_way=True)
    with pair.military.here():
        remembered = TakenBundle.objects.filter(uid=manifest.uid).exists()
    whole = read(pair.military, content, one_way=True)

    assert [item.type for item in taken.damaged] == [ItemType.DISPATCH]
    assert (len(taken.receipts), remembered) == (1, False)
    assert (len(whole.receipts), arrived(pair.military)) == (2, 2)


def test_a_file_that_did_not_come_whole_is_not_taken_from_elsewhere(pair: Pair) -> None:
    send(pair.police, "một")
    content = write(pair.police)
    read(pair.military, content)
    send(pair.police, "hai")  # another number, another file
    second = write(pair.police)
    file = only(second, ItemType.FILE)[0]

    taken = read(pair.military, second.replace(file, b"x" * len(file)))

    assert [(each.code, each.reason) for each in taken.problems] == [("verify.file_missing", "file_damaged_here")]
    assert arrived(pair.military) == 1


def test_our_own_damaged_file_never_leaves_and_holds_up_nothing(pair: Pair) -> None:
    bad = send(pair.police, "hỏng")
    send(pair.police, "tốt", render=None)
    with pair.police.here():
        from giaoban.dispatches import written

        written.files().path(bad.files.get().sha256).write_bytes(b"%PDF someone wrote over it")

        partner = Partner.objects.get()
        parcels = exchange.collect(partner, now=NOW, max_items=10, max_bytes=10**9)
        composed = exchange.compose(partner, parcels=parcels, now=NOW)
        content = b"".join(composed.pieces())
        composed.close()

    assert [each.failure for each in composed.refused] == [Reason.FILE_DAMAGED_HERE]
    assert (len(only(content, ItemType.FILE)), len(only(content, ItemType.DISPATCH))) == (0, 1)
    assert read(pair.military, content).problems == []


def test_what_finds_no_room_waits_for_the_next_bundle_and_a_large_one_goes_alone(pair: Pair) -> None:
    for number in range(3):
        send(pair.police, f"số {number}", render=None)
    with pair.police.here():
        partner = Partner.objects.get()
        parcels = exchange.collect(partner, now=NOW, max_items=10, max_bytes=10**9)
        sizes = []
        while parcels:
            composed = exchange.compose(partner, parcels=parcels, now=NOW, soft_bytes=10)
            composed.close()
            sizes.append((len(composed.outbox), composed.left))
            done = set(composed.outbox.values())
            parcels = [parcel for parcel in parcels if parcel.outbox_id not in done]

    assert sizes == [(1, True), (1, True), (1, False)]


def test_a_status_says_what_is_missing(pair: Pair) -> None:
    for number in range(3):
        send(pair.police, f"số {number}", render=None)
    content = write(pair.police)
    manifest, parts = stations.taken_apart(content)
    fewer = [(item.type, part) for item, part in parts if item.type is ItemType.DISPATCH]

    read(pair.military, stations.put_together(pair.police, manifest, fewer[2:]))
    quiet = write(pair.military)
    said = status.parse(only(quiet, ItemType.STATUS)[0])
    read(pair.police, quiet, one_way=True)

    # 1 was the greeting, 2 and 3 have not come.
    assert [(each.sender, each.receiver, each.high, each.gaps) for each in said.streams] == [
        ("CAT", "BCH", 4, ((2, 3),))
    ]
    with pair.police.here():
        assert Contact.objects.get().status["streams"][0]["gaps"] == [[2, 3]]
    with pair.military.here():
        assert ArrivalStream.objects.get(sender__code="CAT").high == 4


def test_an_older_status_never_replaces_a_newer_one(pair: Pair) -> None:
    older = write(pair.military)
    newer = write(pair.military, pull=True)

    read(pair.police, newer, one_way=True)
    read(pair.police, older, one_way=True)

    with pair.police.here():
        contact = Contact.objects.get()
        assert (contact.status["pull"], contact.status_number) == (True, stations.taken_apart(newer)[0].number)


def test_key_statements_go_until_the_partner_says_that_they_count(pair: Pair) -> None:
    with pair.police.here():
        from giaoban.agencies.models import Agency

        statements.rotate_key(Agency.objects.get(code="CAT"), by=ceremony.person("an"), now=NOW)
        due = StatementDue.objects.count()

    with_keys = write(pair.police)
    taken = read(pair.military, with_keys)
    with pair.military.here():
        waiting = statements.waiting(Agency.objects.get(code="CAT"))
        for name in ("an", "binh"):
            statements.approve_statement(waiting[0], by=ceremony.person(name), now=NOW)
    still = write(pair.police)
    back = read(pair.military, still)
    read(pair.police, answer(pair.military, back), one_way=True)
    send(pair.police, "khóa mới")
    read(pair.police, answer(pair.military, read(pair.military, write(pair.police))), one_way=True)

    assert due == 1
    assert (len(only(with_keys, ItemType.KEYS)), taken.not_believed) == (1, [])
    assert len(only(still, ItemType.KEYS)) == 1
    assert only(write(pair.police), ItemType.KEYS) == []
    assert standing(pair.police) == [("accepted", "")]


def test_a_frozen_server_sends_nothing_but_status(pair: Pair) -> None:
    send(pair.military, "đến", to=("CAT",))
    read(pair.police, write(pair.military), one_way=True)
    send(pair.police, "đi")
    with pair.police.here():
        parcels = exchange.collect(Partner.objects.get(), now=NOW, max_items=10, max_bytes=10**9)
        reconcile.freeze(reconcile.RESTORED, now=NOW)

        composed = exchange.compose(Partner.objects.get(), parcels=parcels, now=NOW)
        content = b"".join(composed.pieces())
        composed.close()
        collected = exchange.collect(Partner.objects.get(), now=NOW + timedelta(hours=1), max_items=10, max_bytes=10**9)

    manifest, parts = stations.taken_apart(content)
    assert [item.type for item in manifest.items] == [ItemType.STATUS]
    assert status.parse(parts[0][1]).frozen is True
    assert [each.failure for each in composed.refused] == [Reason.HELD_UNTIL_RECONCILED]
    assert collected == []


def test_a_suspended_partner_is_told_so_and_one_not_enrolled_nothing(pair: Pair) -> None:
    content = write(pair.police)
    with pair.military.here():
        services.suspend(Partner.objects.get(), by=ceremony.person("an"), now=NOW)
    kept = counts(pair.military)

    with pytest.raises(BundleRefusedError) as suspended:
        read(pair.military, content)
    with pair.military.here():
        Partner.objects.update(state="proposed")
    with pytest.raises(BundleRefusedError) as proposed:
        read(pair.military, content)

    assert (suspended.value.code, proposed.value.code) == (exchange.SUSPENDED, exchange.UNKNOWN)
    assert counts(pair.military) == kept


# ---- a partner that lies -----------------------------------------------------------------------------------------------


def test_a_bundle_for_another_station_is_nobodys(pair: Pair) -> None:
    manifest, parts = stations.taken_apart(write(pair.police))
    plain = [(item.type, part) for item, part in parts]
    other = "00000000-0000-4000-8000-000000000000"
    cases = [
        stations.put_together(pair.police, manifest, plain, receiver=other),
        stations.put_together(pair.police, manifest, plain, sender=other),
        stations.put_together(pair.military, manifest, plain),
    ]

    for content in cases:
        with pytest.raises(BundleRefusedError) as caught:
            read(pair.military, content)
        assert caught.value.code == exchange.UNKNOWN


@pytest.mark.parametrize("place", [0, 5, 17, 20, 21, 40, 200, -70, -1])
def test_no_bit_of_the_head_can_be_changed(pair: Pair, place: int) -> None:
    content = write(pair.police)
    size = bundle.head_size(content[: bundle.HEAD_PREFIX])
    head = bytearray(content[:size])
    head[place] ^= 1
    kept = counts(pair.military)

    with pytest.raises(BundleRefusedError):
        read(pair.military, bytes(head) + content[size:])

    assert counts(pair.military) == kept


@pytest.mark.parametrize("cut", [0, 1, 16, 20, 21, 100, -1])
def test_a_bundle_that_was_cut_off_or_grew_is_refused_whole(pair: Pair, cut: int) -> None:
    send(pair.police, "một")
    content = write(pair.police)

    for bad in (content[:cut], content + b"x"):
        with pytest.raises(BundleRefusedError) as caught:
            read(pair.military, bad)
        assert caught.value.code in {"bundle.truncated", "bundle.trailing", "bundle.framing"}

    assert read(pair.military, content).problems == []


def test_a_station_brings_only_dispatches_of_its_own_agencies(pair: Pair) -> None:
    """Row 15 of the weakness classes: partner A speaks as agency B."""
    send(pair.military, "thật", to=("CAT",))
    theirs = only(write(pair.military), ItemType.DISPATCH)
    send(pair.police, "mình")
    manifest, parts = stations.taken_apart(write(pair.police))
    mixed = [(item.type, part) for item, part in parts] + [(ItemType.DISPATCH, part) for part in theirs]

    taken = read(pair.military, stations.put_together(pair.police, manifest, mixed))

    assert [each.code for each in taken.problems] == [exchange.SENDER_FOREIGN]
    assert handlers.taken == [("BCH", "mình")]


def test_a_dispatch_for_somebody_else_is_named_and_not_kept(pair: Pair) -> None:
    send(pair.military, "cho công an", to=("CAT",))
    theirs = only(write(pair.military), ItemType.DISPATCH)
    manifest, parts = stations.taken_apart(write(pair.military))
    plain = [(item.type, part) for item, part in parts]

    bad = theirs[0].replace(b'"agency":"CAT"', b'"agency":"ZZZ"')
    taken = read(pair.police, stations.put_together(pair.military, manifest, [*plain, (ItemType.DISPATCH, bad)]))

    assert [each.code for each in taken.problems] == ["verify.not_addressed"]


HOSTILE = {
    "no frame": b"{}",
    "no JSON": None,
    "duplicate keys": lambda body: body.replace(b'"files":', b'"files":[],"files":', 1),
    "2^53": lambda body: body.replace(b'"sequence":', b'"sequence":9007199254740993,"x":', 1),
    "a fraction": lambda body: body.replace(b'"version":1', b'"version":1.0'),
    "deep": lambda body: body.replace(b'"payload":{', b'"payload":{"a":' + b"[" * 5000 + b"]" * 5000 + b","),
    "an unknown member": lambda body: body.replace(b'"version":1', b'"version":1,"z":1'),
    "a path as file name": lambda body: body.replace(b"bao-cao.pdf", b"../../x.pdf"),
    "turned text": lambda body: body.replace(b"bao-cao.pdf", "bao\u202efdp.exe".encode()),
    "recipients that are none": lambda body: body.replace(b'"recipients":[', b'"recipients":["CAT",'),
    "huge number": lambda body: body.replace(b'"version":1', b'"version":' + b"9" * 5000),
    "back-dated": lambda body: body.replace(b'"issued_at":"20', b'"issued_at":"19'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_dispatch_is_named_and_the_next_good_one_goes_through(pair: Pair, name: str) -> None:
    send(pair.police, "tốt")
    manifest, parts = stations.taken_apart(write(pair.police))
    plain = [(item.type, part) for item, part in parts]
    good = only(write(pair.police, now=stations.LATER), ItemType.DISPATCH)[0]
    change = HOSTILE[name]
    bad = b"not sealed at all" if change is None else change if isinstance(change, bytes) else _resealed(good, change)
    kept = counts(pair.military)["Incoming"]

    taken = read(pair.military, stations.put_together(pair.police, manifest, [*plain, (ItemType.DISPATCH, bad)]))

    assert (len(taken.receipts), len(taken.problems)) == (1, 1)
    assert taken.problems[0].digest == stations.digest_of(bad)
    assert counts(pair.military)["Incoming"] == kept + 1
    assert handlers.taken == [("BCH", "tốt")]


def _resealed(sealed: bytes, change: object) -> bytes:
    """The same frame around a changed body: the signature no longer holds, and must not be reached by most."""
    from giaoban.kernel import envelope

    body = envelope.unframe(sealed, envelope.DISPATCH_TYPE).body
    changed = change(body)  # type: ignore[operator]
    kind = envelope.DISPATCH_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(changed), changed) + sealed[-64:]


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"\x1f\x8b\x08 not a status",
        b'{"version":1}',
        b'{"version":2,"software":"9","time":"2026-11-22T01:00:00Z"}',
        b'{"version":1,"version":1,"software":"9","time":"2026-11-22T01:00:00Z"}',
        b'{"version":1,"software":"9","time":"2026-11-22T01:00:00Z","heard":9007199254740993}',
        b'{"version":1,"software":"9","time":"2026-11-22T01:00:00Z","taken":["../../etc"]}',
        b'{"version":1,"software":"9","time":"2026-11-22T01:00:00Z","streams":[{"receiver":"A","sender":"B","high":5,"gaps":[[4,9]]}]}',
        json.dumps({"version": 1, "software": "x" * 1000, "time": "2026-11-22T01:00:00Z"}).encode(),
        b'{"version":1,"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    ],
)
def test_a_status_that_cannot_be_is_passed_over(pair: Pair, content: bytes) -> None:
    send(pair.police, "một")
    manifest, parts = stations.taken_apart(write(pair.police))
    plain = [(item.type, content if item.type is ItemType.STATUS else part) for item, part in parts]

    taken = read(pair.military, stations.put_together(pair.police, manifest, plain))

    assert (taken.status, len(taken.not_believed), len(taken.receipts)) == (None, 1, 1)


def test_a_status_may_say_more_than_we_know(pair: Pair) -> None:
    content = b'{"version":1,"software":"9","time":"2026-11-22T01:00:00Z","weather":{"x":[1,2]}}'

    assert status.parse(content).software == "9"


def test_receipts_and_statements_of_nobody_are_counted_and_change_nothing(pair: Pair) -> None:
    send(pair.police, "một")
    send(pair.military, "hai", to=("CAT",))
    read(pair.military, write(pair.police), one_way=True)
    back = write(pair.military)
    receipt = only(back, ItemType.RECEIPT)[0]
    manifest, _parts = stations.taken_apart(back)
    lies = [
        (ItemType.KEYS, b"statement"),
        (ItemType.RECEIPT, b"received, trust me"),
        (ItemType.RECEIPT, receipt.replace(b'"accepted"', b'"duplicated"')),
        (ItemType.RECEIPT, receipt[:-1] + bytes([receipt[-1] ^ 1])),
    ]

    taken = read(pair.police, stations.put_together(pair.military, manifest, lies), one_way=True)

    assert (taken.accepted, len(taken.not_believed)) == (0, 4)
    assert standing(pair.police)[0][0] == "handed_over"


def test_a_number_that_comes_back_from_far_ahead_is_only_data(pair: Pair) -> None:
    manifest, parts = stations.taken_apart(write(pair.police))
    plain = [(item.type, part) for item, part in parts]

    read(pair.military, stations.put_together(pair.police, manifest, plain, number=2**53 - 1))
    send(pair.police, "sau")
    taken = read(pair.military, write(pair.police))

    assert (len(taken.receipts), handlers.taken) == (1, [("BCH", "sau")])


def test_nothing_of_a_bundle_is_whole_in_memory(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 10)
    send(pair.police, "một")
    with pair.police.here():
        partner = Partner.objects.get()
        parcels = exchange.collect(partner, now=NOW, max_items=10, max_bytes=10**9)
        composed = exchange.compose(partner, parcels=parcels, now=NOW)
        spools = [part for part in composed.parts if not isinstance(part, bytes)]
        on_disk = [getattr(spool, "_rolled", None) for spool in spools]
        composed.close()

    assert on_disk == [True]


def test_the_outbox_row_of_a_collected_dispatch_says_so(pair: Pair) -> None:
    send(pair.police, "một")
    write(pair.police)

    assert standing(pair.police) == [("handed_over", "on_medium")]
    with pair.police.here():
        exchange.give_back(
            list(Outbox.objects.filter(dispatch__kind="test.note").values_list("pk", flat=True)), now=NOW
        )
    assert standing(pair.police) == [("waiting", "receipt_overdue")]
    with pair.police.here():
        assert Receipt.objects.filter(dispatch__kind="test.note").count() == 0
