from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from tests.dispatches import handlers, scenes
from tests.dispatches.houses import NOW, House, by_of

from giaoban.agencies.models import Agency
from giaoban.common.clock import HANOI
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.files import Reference, RenderedFile
from giaoban.dispatches import delivering, guards, keys, outbox, services, written
from giaoban.dispatches.models import (
    FACTS,
    Checkpoint,
    Dispatch,
    Incoming,
    Outbox,
    Receipt,
    RecoveryStatement,
    Register,
    RegisterEntry,
    Stream,
)
from giaoban.dispatches.parcels import files_of
from giaoban.dispatches.verification import verify_all
from giaoban.kernel import delivery, envelope, exchange, receipt
from giaoban.kernel.errors import ErrorCode, KernelError


def states() -> list[tuple[str, str, str]]:
    return list(Outbox.objects.order_by("id").values_list("recipient__code", "state", "reason"))


def receive(house: House, sent: Dispatch, receiver: Agency | None = None) -> bytes:
    return services.receive(bytes(sent.sealed), files_of(sent), receiver=receiver or house.military, now=NOW)


def claim(now: datetime) -> int:
    """What a worker does before it dies."""
    return sum(len(delivering._claim(group, now=now)) for group in delivering._due(now).values())


def code_of_refusal(house: House, **changes: object) -> str:
    with pytest.raises(RefusedError) as caught:
        house.send(**changes)
    return caught.value.code


# issuing


def test_an_issued_dispatch_arrives_takes_effect_once_and_is_receipted(house: House) -> None:
    sent = house.send()

    assert services.deliver_all(NOW) == 1

    assert sent.reference == "01/BC-CAT"
    assert handlers.taken == [("BCH", "Nội dung phối hợp")]
    assert states() == [("BCH", "accepted", "")]
    assert Incoming.objects.values_list("outcome", "arrival_number").get() == ("accepted", 1)
    assert Receipt.objects.count() == 2
    assert verify_all() == []


def test_nothing_is_sent_when_the_callers_transaction_fails(house: House) -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        house.send()
        raise ZeroDivisionError

    assert Dispatch.objects.count() == 0
    assert Outbox.objects.count() == 0
    assert house.send().reference == "01/BC-CAT"


def test_numbers_run_by_type_within_the_year_and_begin_anew(house: House) -> None:
    december = datetime(2025, 12, 31, 23, 59, tzinfo=HANOI)
    january = december + timedelta(minutes=2)

    given = [
        house.send(type_code=code, now=now).reference
        for code, now in [("BC", december), ("BC", december), ("CV", december), ("GM", december), ("BC", january)]
    ]

    assert given == ["01/BC-CAT", "02/BC-CAT", "01/CAT", "01/GM-CAT", "01/BC-CAT"]


def test_the_year_is_that_of_hanoi_not_of_greenwich(house: House) -> None:
    just_after = datetime(2026, 1, 1, 0, 30, tzinfo=HANOI)

    sent = house.send(now=just_after)

    assert (sent.reference_on, sent.year) == (just_after.date(), 2026)


def test_the_rendering_gets_the_number_it_shall_print(house: House) -> None:
    seen: list[str] = []

    def render(reference: Reference) -> list[RenderedFile]:
        seen.append(reference.text)
        return []

    house.send(render=render)

    assert seen == ["01/BC-CAT"]


def test_an_act_without_paper_form_takes_no_number_and_is_registered_all_the_same(house: House) -> None:
    sent = house.send(type_code=None, summary="", render=None)

    entry = RegisterEntry.objects.get(dispatch=sent)
    assert (sent.reference, sent.number, entry.number, entry.position) == ("", None, None, 1)


def test_repeated_recipients_count_once_and_the_sender_is_left_out(house: House) -> None:
    house.send(recipients=[house.stranger, house.military, house.police, house.military])

    assert [row[0] for row in states()] == ["BCH", "HQ"]


def test_a_dispatch_to_nobody_is_refused(house: House) -> None:
    assert code_of_refusal(house, recipients=[house.police]) == "dispatch.no_recipient"


def test_a_secret_mark_or_an_identity_number_stops_the_dispatch_and_is_shown(house: House) -> None:
    with pytest.raises(RefusedError) as caught:
        house.send("Tài liệu\nTỐI MẬT\nkèm theo")
    assert caught.value.code == "dispatch.screened"
    assert "TỐI MẬT" in str(caught.value.why)
    assert "(text)" in str(caught.value.why)
    assert code_of_refusal(house, summary="Về ông A, CCCD 079203001234") == "dispatch.screened"
    assert Dispatch.objects.count() == 0


def test_figures_and_identifiers_of_ours_are_not_taken_for_personal_ones(house: House) -> None:
    said = {"sum": "123456789", "rate": "-0.5", "uid": "6f9f63b0-6c1e-4a57-9a0e-0912345678ab", "digest": "09" * 32}

    assert house.send(payload=handlers.Anything(**said)).number == 1
    assert code_of_refusal(house, payload=handlers.Anything(sum="079203001234")) == "dispatch.screened"


def test_text_from_forms_is_put_into_one_form_and_unprintable_text_is_refused(house: House) -> None:
    sent = house.send("Ho\u0323p\r\ngiao ban", summary="  Báo   cáo\n quý ")

    said = envelope.parse(bytes(sent.sealed))
    assert (said.payload["text"], said.summary) == ("Họp\ngiao ban", "Báo cáo quý")
    assert code_of_refusal(house, text="a\x07b") == "dispatch.text"
    assert code_of_refusal(house, summary="x" * 1001) == "dispatch.text"


def test_a_fraction_in_a_payload_is_a_bug_and_keeps_nothing(house: House) -> None:
    with pytest.raises(KernelError) as caught:
        house.send(payload=handlers.Anything(value=0.5))  # type: ignore[call-arg]

    assert caught.value.code is ErrorCode.ENVELOPE_NUMBER
    assert Dispatch.objects.count() == 0


def test_an_agency_without_a_key_cannot_issue(house: House) -> None:
    lone = Agency.objects.create(code="XA", name="Xã", short_name="Xã", symbol="XA", level="commune", seat="Xã")

    assert code_of_refusal(house, by=by_of(lone)) == "agency.no_key"


def test_a_key_needs_a_code_that_can_stand_in_a_dispatch(house: House) -> None:
    odd = Agency.objects.create(code="XÃ 1", name="Xã", short_name="Xã", symbol="XA", level="commune", seat="Xã")

    with pytest.raises(RefusedError) as caught:
        services.create_key(odd, now=NOW)
    assert caught.value.code == "agency.code"


def test_each_dispatch_names_the_one_before_and_its_number_towards_each_recipient(house: House) -> None:
    first = house.send()
    second = house.send(recipients=[house.military, house.stranger])

    said = envelope.parse(bytes(second.sealed))
    assert (said.sequence, said.previous) == (2, first.digest)
    assert [(to.agency, to.sequence) for to in said.recipients] == [("BCH", 2), ("HQ", 1)]


def test_a_new_key_signs_from_then_on_and_the_old_signatures_hold(house: House) -> None:
    first = house.send()
    services.create_key(house.police, now=NOW)
    second = house.send()
    services.deliver_all(NOW)

    assert first.key_id != second.key_id
    assert verify_all() == []


def test_private_keys_are_readable_by_the_server_alone(house: House) -> None:
    from giaoban.dispatches import vault

    assert {path.stat().st_mode & 0o777 for path in vault.folder().iterdir()} == {0o600}
    assert vault.folder().stat().st_mode & 0o777 == 0o700


# receiving


def test_the_same_bytes_again_get_the_same_receipt_and_no_second_effect(house: House) -> None:
    sent = house.send()

    first, second = receive(house, sent), receive(house, sent)

    assert first == second
    assert handlers.taken == [("BCH", "Nội dung phối hợp")]
    assert Incoming.objects.count() == 1


def test_a_refusal_by_the_room_is_signed_registered_and_leaves_nothing_of_its_work(house: House) -> None:
    sent = house.send(kind="test.refused")

    said = receipt.parse(receive(house, sent))

    assert said.reason is not None
    assert (said.outcome, said.reason.code, said.arrival_number) == ("refused", "test.closed", None)
    assert said.reason.text == "Kỳ báo cáo đã khóa. Hết hạn ngày 05. Gửi bản đính chính."
    house.military.refresh_from_db()
    assert house.military.seat == "Nam Vân"
    assert receive(house, sent) == bytes(Receipt.objects.get(holder=house.military).sealed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "test.unknown"}, "verify.kind_refused"),
        ({"kind": "test.unknown_thing"}, "payload.unknown"),
        ({"payload": handlers.Anything(text=5, more=1)}, "payload.shape"),  # type: ignore[call-arg]
    ],
)
def test_what_the_sender_got_wrong_is_refused_with_a_receipt(
    house: House, changes: dict[str, object], code: str
) -> None:
    said = receipt.parse(receive(house, house.send(**changes)))

    assert said.reason is not None
    assert said.reason.code == code


def test_our_own_bug_keeps_nothing_and_the_sender_tries_again(house: House) -> None:
    house.send(kind="test.broken")
    house.send("sau đó")

    services.deliver_all(NOW)

    assert states() == [("BCH", "waiting", "set_aside_there"), ("BCH", "accepted", "")]
    assert Outbox.objects.get(state="waiting").detail == "ZeroDivisionError"
    assert Incoming.objects.values_list("sequence", flat=True).get() == 2


def test_a_dispatch_for_somebody_else_is_not_taken_in(house: House) -> None:
    with pytest.raises(KernelError) as caught:
        receive(house, house.send(), receiver=house.stranger)
    assert caught.value.code is ErrorCode.VERIFY_NOT_ADDRESSED


def forged(house: House, sent: Dispatch, **changes: object) -> bytes:
    """Other bytes, truly signed by the sender: a forked sender, or one restored from an old backup."""
    key = keys.signing_key(house.police)
    return envelope.seal(replace(envelope.parse(bytes(sent.sealed)), **changes), key.seed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"summary": "khác"}, ErrorCode.VERIFY_UID_REUSED),
        ({"uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001"}, ErrorCode.VERIFY_SEQUENCE_REUSED),
        (
            {
                "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001",
                "recipients": (envelope.Recipient("BCH", 9),),
            },
            ErrorCode.VERIFY_SEQUENCE_REUSED,
        ),
        (
            {
                "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001",
                "recipients": (envelope.Recipient("BCH", 9),),
                "sequence": 9,
                "previous": "0" * 64,
            },
            ErrorCode.VERIFY_REFERENCE_REUSED,
        ),
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["already received", "not yet received"])
def test_a_second_statement_under_one_name_is_a_conflict_and_keeps_nothing(
    house: House, changes: dict[str, object], code: ErrorCode, before: bool
) -> None:
    sent = house.send()
    if before:
        services.deliver_all(NOW)
    arrivals = Incoming.objects.count()

    with pytest.raises(KernelError) as caught:
        services.receive(forged(house, sent, **changes), files_of(sent), receiver=house.military, now=NOW)

    assert caught.value.code is code
    assert Incoming.objects.count() == arrivals
    assert verify_all() == []


def test_a_file_that_did_not_come_is_not_taken_from_our_own_store(house: House) -> None:
    """Naming the hash of another agency's paper must not be a way to read it."""
    sent = house.send()

    with pytest.raises(KernelError) as caught:
        services.receive(bytes(sent.sealed), {}, receiver=house.military, now=NOW)
    assert caught.value.code is ErrorCode.VERIFY_FILE_MISSING


def test_a_file_damaged_on_disk_is_not_sent_and_needs_a_person(house: House) -> None:
    sent = house.send()
    written.files().path(sent.files.get().sha256).write_bytes(b"bent")

    services.deliver_all(NOW)

    assert states() == [("BCH", "needs_person", "file_damaged_here")]


# receipts


def test_a_receipt_taken_in_twice_counts_once(house: House) -> None:
    sent = house.send()
    sealed = receive(house, sent)

    for _ in range(2):
        services.accept_receipt(sealed, now=NOW)

    assert states() == [("BCH", "accepted", "")]
    assert RegisterEntry.objects.filter(agency=house.police, entry_type="receipt").count() == 1


def test_a_receipt_for_a_dispatch_nobody_sent_is_not_believed(house: House) -> None:
    sent = house.send()
    sealed = receive(house, sent)
    said = receipt.parse(sealed)
    key = keys.signing_key(house.military)
    for bent in (replace(said, digest="0" * 64), replace(said, uid="6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001")):
        with pytest.raises(KernelError):
            services.accept_receipt(receipt.seal(bent, key.seed), now=NOW)


def test_a_receiver_that_says_two_things_is_not_followed(house: House) -> None:
    sent = house.send()
    sealed = receive(house, sent)
    services.accept_receipt(sealed, now=NOW)
    said = receipt.parse(sealed)
    reason = receipt.RefusalReason("a.b", "x")
    other = replace(said, outcome=receipt.Outcome.REFUSED, reason=reason, arrival_number=None)

    with pytest.raises(KernelError) as caught:
        services.accept_receipt(receipt.seal(other, keys.signing_key(house.military).seed), now=NOW)
    assert caught.value.code is ErrorCode.VERIFY_OTHER_DISPATCH
    assert states() == [("BCH", "accepted", "")]


# delivering


def test_a_crash_between_claim_and_result_is_taken_up_when_the_claim_expires(house: House) -> None:
    house.send()
    claim(NOW)  # the worker dies here

    assert services.deliver_all(NOW + timedelta(minutes=1)) == 0
    assert services.deliver_all(NOW + delivery.CLAIM_LASTS) == 1
    assert states() == [("BCH", "accepted", "")]


def test_a_crash_after_receiving_is_healed_by_the_repeat(house: House) -> None:
    sent = house.send()
    claim(NOW)
    receive(house, sent)  # committed at the receiver; the worker dies before it writes the receipt

    services.deliver_all(NOW + delivery.CLAIM_LASTS)

    assert states() == [("BCH", "accepted", "")]
    assert handlers.taken == [("BCH", "Nội dung phối hợp")]
    assert verify_all() == []


def test_the_only_worker_releases_all_claims_at_its_start(house: House) -> None:
    house.send()
    claim(NOW)

    services.take_up()

    assert states() == [("BCH", "waiting", "interrupted")]


def test_a_dispatch_that_kills_its_worker_each_time_ends_with_a_person(house: House) -> None:
    house.send()
    now = NOW
    for _ in range(delivery.MAX_ATTEMPTS):
        assert claim(now) == 1
        outbox.happen(Q(state="in_flight"), exchange.released, now=now)

    assert states() == [("BCH", "needs_person", "interrupted")]


def test_an_agency_without_route_needs_a_person_and_delays_nobody(house: House) -> None:
    scenes.play(house)

    assert ("XA", "needs_person", "no_route") in states()
    assert [row for row in states() if row[1] == "queued"] == []


def test_more_than_a_batch_is_delivered_in_rounds(house: House) -> None:
    for index in range(delivering.BATCH + 5):
        house.send(f"{index}", type_code=None, summary="", render=None)

    assert services.deliver_due(NOW) == delivering.BATCH
    assert services.deliver_all(NOW) == 5
    assert [text for _code, text in handlers.taken] == [str(index) for index in range(delivering.BATCH + 5)]


def test_only_what_is_due_is_tried(house: House) -> None:
    house.send(kind="test.broken")
    services.deliver_all(NOW)

    assert services.deliver_due(NOW + timedelta(seconds=4)) == 0
    assert services.deliver_due(NOW + timedelta(seconds=5)) == 1


def test_a_delivery_of_another_agency_cannot_be_touched(house: House) -> None:
    house.send()
    row = Outbox.objects.get()

    with pytest.raises(NotFoundError):
        services.stop_delivery(row.pk, by=house.military_by, now=NOW)


# registers


def test_a_register_of_a_new_year_begins_with_the_last_checkpoint_of_the_old(house: House) -> None:
    scenes.play(house)

    opening = RegisterEntry.objects.get(agency=house.police, direction="out", year=2026, position=0)
    last = Checkpoint.objects.filter(agency=house.police, direction="out", year=2025).latest("size")
    assert envelope.decode_body(bytes(opening.leaf))["content"] == {
        "previous": {"origin": "giaoban/CAT/out/2025", "size": last.size, "root": last.root}
    }


def test_a_clock_set_back_over_new_year_never_reopens_a_closed_register(house: House) -> None:
    house.send(now=datetime(2026, 1, 1, 0, 1, tzinfo=HANOI))
    house.send(now=datetime(2025, 12, 31, 23, 59, tzinfo=HANOI))
    services.deliver_all(NOW)

    assert list(Register.objects.filter(direction="out").values_list("year", "size")) == [(2026, 5)]
    assert verify_all() == []


@pytest.mark.parametrize(
    "table", [table for table in FACTS if table is not RecoveryStatement], ids=lambda table: table.__name__
)
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_itself_refuses_to_change_or_delete_a_fact(house: House, table: type, act: str) -> None:
    scenes.play(house)
    first = table.objects.order_by("id").values_list("id", flat=True)[0]
    statement = {
        "update": f"UPDATE {table._meta.db_table} SET id = id WHERE id = %s",
        "delete": f"DELETE FROM {table._meta.db_table} WHERE id = %s",
    }[act]

    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [first])


def test_the_guards_can_be_seen_to_be_missing(house: House) -> None:
    guards.drop(connection)
    missing = guards.missing(connection)
    guards.create(connection)

    assert missing == list(guards.TABLES)
    assert guards.missing(connection) == []


def test_a_stream_without_row_is_made_at_first_use_when_there_is_a_key(house: House) -> None:
    Stream.objects.filter(sender=house.police).delete()

    assert house.send().sequence == 1
