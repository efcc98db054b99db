"""Who is held and who goes on, what proves a copy, what was lost: every decision over all the facts it can be given."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.dispatch_values import find_key, good, sealed, sealed_receipt, seed

from giaoban.kernel import reconciling, recovery, register, verify
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.envelope import Recipient
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.reconciling import FREE, Arrival, Standing
from giaoban.kernel.recovery import Lost, Stream
from giaoban.kernel.register import Checkpoint
from giaoban.kernel.status import Ask

NONCES = tuple(str(uuid.UUID(int=number)) for number in (1, 2))
ONE, OTHER = NONCES
HELD = Standing(ONE, 5)
AGENCY = "CAH"


def ask(nonce: str, *, probe: bool = False) -> Ask:
    return Ask(nonce, 0, (), (), probe=probe)


# ---- hearing a status

STANDINGS = (FREE, *(Standing(nonce, number) for nonce, number in product(NONCES, (0, 5))))
NUMBERS = (0, 4, 5, 6, 105)


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_ask_at_every_standing_holds_or_changes_nothing(standing: Standing) -> None:
    for nonce, probe, is_over, number in product(NONCES, (False, True), (False, True), NUMBERS):
        after = reconciling.on_ask(standing, ask(nonce, probe=probe), is_over=is_over, number=number)

        legal = not probe and not is_over and nonce != standing.nonce
        assert after == (Standing(nonce, number) if legal else standing)


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_done_at_every_standing_frees_or_changes_nothing(standing: Standing) -> None:
    for nonce, number, is_answer in product(NONCES, NUMBERS, (False, True)):
        after = reconciling.on_done(standing, nonce, number=number, is_answer=is_answer)

        legal = standing.is_held and (standing.nonce == nonce or is_answer)
        held_on = Standing(nonce, standing.number)  # for the one that was named, until its new key counts
        assert after == ((FREE if number > standing.number else held_on) if legal else standing)


@pytest.mark.parametrize("standing", STANDINGS)
def test_a_key_statement_counts_of_one_that_is_free_or_with_the_done_that_is_waited_for(standing: Standing) -> None:
    for done, is_answer in product((None, *NONCES), (False, True)):
        awaited = done == standing.nonce or (is_answer and done is not None)

        assert reconciling.may_take_keys(standing, done, is_answer=is_answer) == (standing == FREE or awaited)


@given(st.data())
def test_whatever_is_heard_nobody_goes_on_before_its_own_reconciliation_has_ended_with_a_new_key(
    data: st.DataObject,
) -> None:
    standing, number, over = FREE, 1, set[str]()
    for _ in range(data.draw(st.integers(0, 30))):
        before = standing
        nonce = data.draw(st.sampled_from(NONCES))
        match data.draw(st.sampled_from(["ask", "probe", "done", "keys"])):
            case "ask":
                standing = reconciling.on_ask(standing, ask(nonce), is_over=nonce in over, number=number)
            case "probe":
                standing = reconciling.on_ask(standing, ask(nonce, probe=True), is_over=nonce in over, number=number)
                assert standing == before
            case "done":
                over.add(nonce)
                standing = reconciling.on_done(standing, nonce, number=number, is_answer=False)
                if before.is_held and not standing.is_held:
                    assert nonce == before.nonce
                    assert number > before.number
            case _:
                number += (
                    data.draw(st.integers(1, 100)) if reconciling.may_take_keys(standing, nonce, is_answer=False) else 0
                )
        if not before.is_held and standing.is_held:
            assert standing.nonce not in over


@given(st.lists(st.integers(1, 30), unique=True), st.integers(0, 30), st.lists(st.integers(1, 30), unique=True))
def test_a_claim_is_the_lowest_number_that_came_and_was_not_given(
    came: list[int], given_last: int, left_out: list[int]
) -> None:
    seen = Arrivals()
    for number in came:
        seen = seen.add(number)
    left_out = sorted(number for number in left_out if number <= given_last)

    beyond = reconciling.claimed(seen, given=given_last, left_out=left_out)

    foreign = [number for number in came if number > given_last or number in left_out]
    assert (beyond is None) == (not foreign)
    if beyond is not None:
        assert beyond == min(given_last, *(number - 1 for number in foreign))


# ---- shown of ourselves

ROOTS = (bytes(32), bytes([1]) * 32)


@given(st.sampled_from([None, *ROOTS]), st.sampled_from(ROOTS), st.sampled_from("abc"), st.sets(st.sampled_from("abc")))
def test_only_what_a_key_signed_that_is_no_history_and_our_register_does_not_have_proves_a_copy(
    made: bytes | None, shown: bytes, key_id: str, history: set[str]
) -> None:
    checkpoint = Checkpoint(register.origin(AGENCY, "out", 2026), 3, shown)

    found = reconciling.proves_copy(checkpoint, key_id, made=made, history=history)

    assert found == (key_id not in history and (made is None or made != shown))


@given(st.booleans(), st.booleans())
def test_only_a_dispatch_that_we_do_not_keep_and_did_not_give_up_is_foreign(is_kept: bool, is_void: bool) -> None:
    found = verify.verify_origin(sealed(), keys=find_key)
    sequence = found.envelope.sequence

    foreign = reconciling.is_foreign(
        found, kept={found.digest} if is_kept else {"0" * 64}, void={sequence if is_void else sequence + 1}
    )

    assert foreign == (not is_kept and not is_void)


# ---- what is lost

ORIGINS = tuple(register.origin(AGENCY, direction, year) for direction in ("in", "out") for year in (2025, 2026))


def root_at(origin: str, size: int) -> bytes:
    leaves = [register.leaf_hash(f"{origin} {number}".encode()) for number in range(size)]
    return register.root_of(leaves)


def at(origin: str, size: int) -> Checkpoint:
    return Checkpoint(origin, size, root_at(origin, size))


points = st.builds(at, st.sampled_from(ORIGINS), st.integers(0, 6))


@given(st.lists(points), st.dictionaries(st.sampled_from(ORIGINS), st.integers(0, 6)))
def test_lost_is_what_somebody_saw_beyond_what_is_kept(shown: list[Checkpoint], sizes: dict[str, int]) -> None:
    kept = {origin: at(origin, size) for origin, size in sizes.items()}

    found = reconciling.lost(reconciling.largest(shown), kept)

    seen = {origin: max((each.size for each in shown if each.origin == origin), default=0) for origin in ORIGINS}
    expected = {origin: size for origin, size in seen.items() if size > sizes.get(origin, 0)}
    assert {each.origin: each.witnessed_size for each in found} == expected
    assert [each.origin for each in found] == sorted(expected)
    assert all(each.kept == kept.get(each.origin, at(each.origin, 0)) for each in found)
    assert all(each.witnessed == at(each.origin, each.witnessed_size) for each in found)


@given(st.lists(points), st.dictionaries(st.sampled_from(ORIGINS), st.integers(0, 6)))
def test_the_old_key_ends_where_nobody_has_seen_an_arrival(shown: list[Checkpoint], sizes: dict[str, int]) -> None:
    found = reconciling.lost(reconciling.largest(shown), {origin: at(origin, size) for origin, size in sizes.items()})

    place = reconciling.unseen_place(found)

    incoming = [(reconciling.year_of(each.origin), each.witnessed_size) for each in found if "/in/" in each.origin]
    assert place == (max(incoming) if incoming else (0, 0))


@given(st.integers(0, 50), st.sets(st.integers(1, 100)), st.integers(1, 50))
def test_a_stream_gives_up_what_nobody_holds_between_kept_and_seen(kept: int, unheld: set[int], more: int) -> None:
    witnessed = kept + more
    void = sorted(number for number in unheld if number < witnessed)

    stream = reconciling.stream_of(kept, witnessed, void)

    assert {number for number in range(1, witnessed + 1) if stream.is_void(number)} == {n for n in void if n > kept}


def test_where_more_is_given_up_than_a_statement_can_name_the_longest_ranges_are_named() -> None:
    void = [n for n in range(1, 3 * recovery.MAX_VOID + 30) if n % 3 == 1 or n in {5, 8}]

    stream = reconciling.stream_of(0, 3 * recovery.MAX_VOID + 40, void)

    assert len(stream.void) == recovery.MAX_VOID
    assert stream.is_void(5)
    assert stream.is_void(8)
    assert all(before[1] < after[0] for before, after in pairwise(stream.void))


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_the_numbers_and_no_two_of_them_touch(numbers: set[int]) -> None:
    found = reconciling.ranges(sorted(numbers))

    assert {number for first, last in found for number in range(first, last + 1)} == numbers
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


@given(st.lists(points), st.integers(0, 3), st.integers(0, 3))
def test_a_loss_is_stated_when_there_is_one_and_only_then(shown: list[Checkpoint], kept: int, more: int) -> None:
    lost_ones = reconciling.lost(reconciling.largest(shown), {})
    stream = Stream(kept, kept + more)
    said = good()

    stated = reconciling.statement_of_loss(AGENCY, said.key_id, lost_ones=lost_ones, stream=stream, at=said.issued_at)

    assert (stated is None) == (not lost_ones and not more)
    if stated is not None:
        assert (stated.lost, stated.stream) == (lost_ones, stream)


# ---- which arrivals come back


@dataclass(frozen=True)
class Given:
    """What the receiver acknowledged before its loss."""

    sequence: int
    uid: int
    year: int
    position: int


def returned(each: Given) -> Arrival:
    content = sealed(
        uid=str(uuid.UUID(int=each.uid, version=4)),
        recipients=(Recipient("BCH", each.sequence),),
        sequence=each.sequence,
        previous=None if each.sequence == 1 else "0" * 64,
    )
    found = verify.verify_origin(content, keys=find_key)
    note = register.sign_checkpoint(at(register.origin("BCH", "in", each.year), each.position + 1), seed("BCH"))
    answer = sealed_receipt(
        uid=found.envelope.uid,
        digest=found.digest,
        arrival_number=each.position + 1,
        position=each.position,
        checkpoint=note,
    )
    return reconciling.arrival_of(content, found, answer, receiver="BCH", keys=find_key)


arrivals = st.lists(
    st.builds(Given, st.integers(1, 6), st.integers(1, 6), st.sampled_from([2025, 2026]), st.integers(1, 5)), max_size=6
)


@given(arrivals, st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_arrivals_come_back_in_the_order_of_the_register_each_name_and_number_once(
    shown: list[Given], known: set[int], numbers: set[int]
) -> None:
    seen = Arrivals()
    for number in sorted(numbers):
        seen = seen.add(number)
    all_of_them = [returned(each) for each in shown]
    sender = good().sender
    names = {(sender, str(uuid.UUID(int=each, version=4))) for each in known}

    back = reconciling.to_take_back(all_of_them, known=names, came={sender: seen})

    places = [(each.checked.checkpoint.origin, each.checked.receipt.position) for each in back]
    taken = [(each.found.envelope.sender, each.found.envelope.uid) for each in back]
    assert places == sorted(places)
    assert len(taken) == len(set(taken))
    assert not names & set(taken)
    assert len({each.sequence for each in back}) == len(back)
    assert not numbers & {each.sequence for each in back}
    left = [each for each in all_of_them if each not in back]
    for each in left:  # nothing stays away without a reason
        name = each.found.envelope.sender, each.found.envelope.uid
        assert name in {*names, *taken} or each.sequence in {*numbers, *(one.sequence for one in back)}


@given(arrivals, st.sets(st.sampled_from(ORIGINS)))
def test_every_arrival_goes_into_its_year_after_the_loss_of_that_year(shown: list[Given], losing: set[str]) -> None:
    back = reconciling.to_take_back([returned(each) for each in shown], known=set(), came={})
    lost_ones = [Lost(origin, 0, register.EMPTY_ROOT, 2, root_at(origin, 2)) for origin in sorted(losing)]

    years = reconciling.by_year(lost_ones, back)

    assert [each.year for each in years] == sorted({each.year for each in years})
    assert [each.year for each in years if each.lost] == reconciling.lost_years(lost_ones, "in")
    assert [one for each in years for one in each.arrivals] == back
    assert all(one.year == each.year for each in years for one in each.arrivals)


def test_what_is_not_for_us_or_not_acknowledged_by_us_does_not_come_back() -> None:
    true = returned(Given(1, 1, 2026, 1))
    other = returned(Given(2, 2, 2026, 2))

    with pytest.raises(KernelError) as not_for_us:
        reconciling.arrival_of(true.sealed, true.found, true.receipt_sealed, receiver="HQ", keys=find_key)
    with pytest.raises(KernelError):
        reconciling.arrival_of(true.sealed, true.found, other.receipt_sealed, receiver="BCH", keys=find_key)
    with pytest.raises(KernelError):
        reconciling.arrival_of(
            true.sealed, true.found, true.receipt_sealed, receiver="BCH", keys=lambda _agency, _key: None
        )

    assert not_for_us.value.code is ErrorCode.VERIFY_NOT_ADDRESSED
