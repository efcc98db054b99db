"""Many at once: one checkpoint, one number after the other, and no statement for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House, paper

from giaoban.agencies.models import Agency
from giaoban.common.errors import RefusedError
from giaoban.dispatches import rows, services
from giaoban.dispatches.models import Checkpoint, Dispatch, NumberSeries, Outbox, RegisterEntry
from giaoban.dispatches.parcels import StoredFiles, files_of
from giaoban.dispatches.ports import Arrival, Taken
from giaoban.dispatches.verification import verify_all
from giaoban.kernel import receipt as receipts
from giaoban.kernel import verify
from giaoban.kernel.receipt import Outcome


def acts(house: House, count: int, *, kind: str = "test.note") -> list[services.Act]:
    return [
        services.Act(
            by=house.police_by,
            kind=kind,
            payload=handlers.Note(text=f"số {number}"),
            recipients=[house.military],
            summary="Báo cáo kết quả phối hợp",
        )
        for number in range(count)
    ]


def arrivals(house: House, sent: list[Dispatch]) -> list[Arrival]:
    return [Arrival(bytes(each.sealed), files_of(each), house.military) for each in sent]


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def test_acts_of_several_agencies_are_numbered_in_their_order_under_one_checkpoint_each(house: House) -> None:
    def report(by: object, to: list[Agency], text: str) -> services.Act:
        return services.Act(
            by=by, kind="test.note", payload=handlers.Note(text=text), recipients=to, type_code="BC", render=paper
        )

    sent = services.issue_many(
        [
            report(house.police_by, [house.military, house.stranger], "một"),
            report(house.military_by, [house.police], "hai"),
            report(house.police_by, [house.stranger], "ba"),
        ],
        now=NOW,
    )

    assert [(each.sender.code, each.reference, each.sequence) for each in sent] == [
        ("CAT", "01/BC-CAT", 1),
        ("BCH", "01/BC-BCH", 1),
        ("CAT", "02/BC-CAT", 2),
    ]
    assert sent[2].previous == sent[0].digest
    towards = Outbox.objects.filter(sender=house.police).order_by("id")
    assert list(towards.values_list("recipient__code", "sequence")) == [("BCH", 1), ("HQ", 1), ("HQ", 2)]
    assert Checkpoint.objects.count() == 2
    assert dict(NumberSeries.objects.values_list("agency__code", "last")) == {"CAT": 2, "BCH": 1}
    assert verify_all() == []


def test_one_act_that_may_not_go_keeps_all_of_them_here(house: House) -> None:
    wanted = [*acts(house, 2), *acts(house, 1)]
    wanted[1] = services.Act(
        by=house.police_by, kind="test.note", payload=handlers.Note(text="TỐI MẬT"), recipients=[house.military]
    )

    with pytest.raises(RefusedError):
        services.issue_many(wanted, now=NOW)

    assert (Dispatch.objects.count(), RegisterEntry.objects.count()) == (0, 0)


def test_the_statements_of_a_commit_do_not_grow_with_what_is_in_it(house: House) -> None:
    for _commit in range(2):  # the second receipt shows a register that has grown: its anchor is kept once
        services.issue_many(acts(house, 1), now=NOW)
        services.deliver_all(NOW)
    few, many = 8, rows.TOGETHER
    sent: dict[int, list[Dispatch]] = {}

    def issue(count: int) -> None:
        sent[count] = services.issue_many(acts(house, count), now=NOW)

    assert statements(lambda: issue(few)) == statements(lambda: issue(many))
    coming = {count: arrivals(house, sent[count]) for count in (few, many)}
    taken: dict[int, list[Taken]] = {}

    def receive(count: int) -> None:
        taken[count] = services.receive_many(coming[count], now=NOW)

    assert statements(lambda: receive(few)) == statements(lambda: receive(many))

    def accept(count: int) -> None:
        assert set(services.accept_receipts([each.receipt or b"" for each in taken[count]], now=NOW)) == {""}

    assert statements(lambda: accept(few)) == statements(lambda: accept(many))
    assert set(Outbox.objects.values_list("state", flat=True)) == {"accepted"}
    assert verify_all() == []


def test_rows_that_fill_no_statement_are_written_too(house: House) -> None:
    sent = services.issue_many(acts(house, rows.TOGETHER + 7), now=NOW)

    services.receive_many(arrivals(house, sent), now=NOW)
    services.deliver_all(NOW)

    assert [each.sequence for each in sent] == list(range(1, rows.TOGETHER + 8))
    assert [text for _holder, text in handlers.taken] == [f"số {number}" for number in range(rows.TOGETHER + 7)]
    assert verify_all() == []


def test_nothing_of_a_refused_one_stays_and_the_others_of_its_commit_take_effect(house: House) -> None:
    good, bad = acts(house, 2), acts(house, 1, kind="test.refused")
    sent = services.issue_many([good[0], *bad, good[1]], now=NOW)
    seat = house.military.seat

    taken = services.receive_many(arrivals(house, sent), now=NOW)

    said = [receipts.parse(each.receipt or b"") for each in taken]
    assert [each.outcome for each in said] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert Agency.objects.get(pk=house.military.pk).seat == seat
    assert len({each.checkpoint for each in said}) == 1
    assert verify_all() == []


def test_one_act_for_several_agencies_here_is_verified_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (sent,) = services.issue_many(
        [
            services.Act(
                by=house.police_by,
                kind="test.note",
                payload=handlers.Note(text="chung"),
                recipients=[house.military, house.stranger],
            )
        ],
        now=NOW,
    )
    seen: list[object] = []
    check = verify.check_origin
    monkeypatch.setattr(verify, "check_origin", lambda *given, **named: seen.append(given) or check(*given, **named))

    taken = services.receive_many(
        [Arrival(bytes(sent.sealed), StoredFiles([]), agency) for agency in (house.military, house.stranger)], now=NOW
    )

    assert [receipts.parse(each.receipt or b"").receiver for each in taken] == ["BCH", "HQ"]
    assert len(seen) == 1
