"""Planted bugs. Each is one wrong line of a server, switched on for a while; the simulator must notice every one of them.

A bug that is not noticed means that the rule it breaks is not proven by the simulation. `START` says from which seed on it is looked for: the
first that notices it, so that a test need not search; `python -m tests.sim.mutants` looks for them all from seed 1 and prints the table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from giaoban.kernel import delivery, exchange, keyring, receipt, reconciling, signing, verify, witness
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.delivery import Event, State
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.exchange import Admitted, Book
from giaoban.sim import memo
from giaoban.sim.disk import Disk, Memory
from giaoban.sim.main import one
from giaoban.sim.station import BUSY, BrokenHandlerError, CrashError, HeldError, Station
from giaoban.sim.world import World

Plant = Callable[[ExitStack], None]


def _set(stack: ExitStack, target: Any, name: str, value: Any) -> None:
    """Put this in the place of that, until the stack unwinds."""
    stack.callback(setattr, target, name, getattr(target, name))
    setattr(target, name, value)


def receipt_before_commit(stack: ExitStack) -> None:
    """The answer leaves although the commit did not happen."""

    def commit(self: Station, tx: Disk) -> None:
        if self.crash(self, "before commit"):
            self.journal = []
            return
        self.disk = tx
        for what, facts in self.journal:
            self.observe(self, what, facts)
        self.journal = []
        if self.crash(self, "after commit"):
            raise CrashError

    _set(stack, Station, "commit", commit)


def half_a_transaction(stack: ExitStack) -> None:
    """A crash keeps what was written before it."""

    def begin(self: Station) -> Disk:
        self.journal = []
        return self.disk

    _set(stack, Station, "begin", begin)


def gaps_forgotten(stack: ExitStack) -> None:
    """Only the highest number of a stream is remembered."""

    def add(self: Arrivals, number: int) -> Arrivals:
        return Arrivals(max(self.high, number))

    _set(stack, Arrivals, "add", add)


def window_of_two(stack: ExitStack) -> None:
    """Repeats are known among the last two dispatches only."""

    def received(self: Memory, uid: str) -> str | None:
        recent = list(self.disk.incoming.items())[-2:]
        return next((came.digest for name, came in recent if name == (self.sender, uid)), None)

    _set(stack, Memory, "received", received)
    _set(stack, Memory, "has_number", lambda _self, _sequence: False)
    _set(stack, Memory, "namesakes", lambda _self, _said: [])
    _forgiving_arrivals(stack)


def _forgiving_arrivals(stack: ExitStack) -> None:
    add = Arrivals.add
    _set(stack, Arrivals, "add", lambda self, number: self if self.has(number) else add(self, number))


def ended_key_believed(stack: ExitStack) -> None:
    """A key goes on to count after its end."""

    def find(self: Disk, agency: str, key_id: str) -> Any:
        key = self.keys.get((agency, key_id))
        return None if key is None else replace(key, revoked_from=None, revoked_received=None)

    _set(stack, Disk, "find_key", find)


def key_of_anybody(stack: ExitStack) -> None:
    """A key is looked up by its id alone."""

    def find(self: Disk, agency: str, key_id: str) -> Any:
        found = (key for (_, known), key in self.keys.items() if known == key_id)
        return next((replace(key, agency=agency) for key in found), None)

    _set(stack, Disk, "find_key", find)


def signature_not_checked(stack: ExitStack) -> None:
    """Any signature will do."""
    _set(stack, signing, "check_signature", lambda _key, _message, _signature: None)


def recipient_ignored(stack: ExitStack) -> None:
    """A dispatch for somebody else is taken."""
    sequence_to = Envelope.sequence_to
    _set(stack, Envelope, "sequence_to", lambda self, agency: sequence_to(self, agency) or self.sequence)


def other_bytes_are_a_repeat(stack: ExitStack) -> None:
    """A known uid is a repeat, whatever the bytes."""
    admit = exchange.admit

    def wrong(found: Any, **facts: Any) -> Admitted:
        try:
            return admit(found, **facts)
        except KernelError as error:
            if error.code is not ErrorCode.VERIFY_UID_REUSED or facts["memory"].received(found.envelope.uid) is None:
                raise
            return Admitted(found.envelope.sequence_to(facts["receiver"]) or 0, repeat=True, refused=None)

    _set(stack, exchange, "admit", wrong)


def sequence_not_compared(stack: ExitStack) -> None:
    """Two dispatches under one sequence number, and one number towards us twice."""
    _set(stack, exchange, "check_names", lambda _found, _other: None)
    _set(stack, Memory, "has_number", lambda _self, _sequence: False)
    _forgiving_arrivals(stack)


def official_number_not_compared(stack: ExitStack) -> None:
    """Two dispatches under one official number."""
    check = exchange.check_names
    _set(stack, exchange, "check_names", lambda found, other: check(found, replace(other, official=None)))


def any_receipt_believed(stack: ExitStack) -> None:
    """A receipt is believed when it names our dispatch, whoever signed it."""
    real = verify.verify_receipt

    def wrong(sealed: bytes, **facts: Any) -> Any:
        with ExitStack() as inner:
            _set(inner, signing, "check_signature", lambda _key, _message, _signature: None)
            return real(sealed, **facts)

    _set(stack, verify, "verify_receipt", wrong)


def claim_for_ever(stack: ExitStack) -> None:
    """A claim whose worker died is never released."""
    due = exchange.due_event

    def wrong(current: Any, **facts: Any) -> Any:
        return None if current.state is State.IN_FLIGHT else due(current, **facts)

    _set(stack, exchange, "due_event", wrong)
    _set(stack, Station, "take_up", lambda _self: None)


def receipt_taken_for_done(stack: ExitStack) -> None:
    """Handing over to a courier counts as delivered: it is never asked for again."""
    due = exchange.due_event

    def wrong(current: Any, **facts: Any) -> Any:
        return None if current.state is State.HANDED_OVER else due(current, **facts)

    _set(stack, exchange, "due_event", wrong)
    _set(stack, Station, "retry_by_person", lambda _self: None)
    _set(stack, Station, "_may_be_fetched", lambda _self, row: row.delivery.state is not State.HANDED_OVER)


def restored_and_on(stack: ExitStack) -> None:
    """After a restore the server goes on as if nothing had happened."""
    start = World._start_recovery

    def wrong(self: World, station: Station) -> None:
        if station.code in self.oracle.copied:
            start(self, station)

    _set(stack, World, "_start_recovery", wrong)


def numbers_not_raised(stack: ExitStack) -> None:
    """Reconciled, but going on from the numbers of the backup."""
    reconcile = exchange.reconcile

    def wrong(own: Any, held: Any, seen: Any) -> Any:
        return replace(reconcile(own, held, seen), stand=own)

    _set(stack, exchange, "reconcile", wrong)


def lost_dispatches_forgotten(stack: ExitStack) -> None:
    """What the partners hold of us is not kept again."""
    reconcile = exchange.reconcile
    _set(stack, exchange, "reconcile", lambda *facts: replace(reconcile(*facts), lost=()))


def lost_arrivals_forgotten(stack: ExitStack) -> None:
    """What we acknowledged before the loss does not come back."""
    shown = Station._shown
    _set(stack, Station, "_shown", lambda self, tx: (shown(self, tx)[0], [], {}))


def lost_numbers_kept_open(stack: ExitStack) -> None:
    """Numbers that nobody holds are not given up, and the old key goes on to count below the new one."""
    reconcile = exchange.reconcile
    _set(stack, exchange, "reconcile", lambda *facts: replace(reconcile(*facts), void=()))


def old_key_after_restore(stack: ExitStack) -> None:
    """Reconciled, but going on with the key that was there before."""

    def wrong(self: Station, tx: Disk, until: tuple[int, int]) -> None:
        del until
        statement, _ = tx.statements[self.code]
        live = [key for key in statement.online if key.is_live]
        tx.key_id = signing.key_id(live[-1].public_key)

    rotate = Station._new_key

    def only_in_recovery(self: Station, tx: Disk, until: tuple[int, int]) -> None:
        (wrong if tx.mode != "open" else rotate)(self, tx, until)

    _set(stack, Station, "_new_key", only_in_recovery)


def partner_not_held(stack: ExitStack) -> None:
    """A partner that reconciles is still taken from, so that its answer is old when it counts."""
    receive = Station.receive

    def wrong(self: Station, tx: Disk, sealed: bytes) -> bytes:
        holding, tx.holding = tx.holding, {}
        try:
            return receive(self, tx, sealed)
        finally:
            tx.holding = holding

    _set(stack, Station, "receive", wrong)


def fork_overlooked(stack: ExitStack) -> None:
    """Checkpoints of partners are not compared, nor ours with theirs."""
    _set(stack, Station, "_check_registers", lambda _self, _tx, _partner, _said, is_current: False)
    _set(stack, Station, "_check_own", lambda _self, _tx, _notes: None)


def fork_not_told(stack: ExitStack) -> None:
    """Two roots of one size are seen, and nobody is told."""
    _set(stack, Station, "_fork", lambda _self, _tx, _partner, *_notes: None)


def growth_believed(stack: ExitStack) -> None:
    """A register that was rewritten and grew is taken for one that grew: its proof is not looked at."""
    _set(stack, witness, "check_grown", lambda _one, _other, _path: None)


def liar_may_freeze(stack: ExitStack) -> None:
    """What a partner says about our register is believed without its signature."""

    def wrong(self: Station, tx: Disk, found: Any) -> None:
        del tx, found
        self.journal.append(("doubled", ()))

    _set(stack, Station, "_look_at_own", wrong)


def recipient_number_stands_still(stack: ExitStack) -> None:
    """The next number is the last one."""
    _set(stack, exchange, "next_sequence", lambda last: max(last, 1))


def official_number_stands_still(stack: ExitStack) -> None:
    """The next official number is the last one."""
    real = exchange.next_reference
    _set(stack, exchange, "next_reference", lambda last, **facts: real(max(last - 1, 0), **facts))


def closed_year_reopened(stack: ExitStack) -> None:
    """The clock decides which register an entry goes into."""
    open_book = exchange.open_book

    def wrong(newest: Book | None, **facts: Any) -> Any:
        if newest is not None and newest.year > facts["on"].year:
            newest = None
        return open_book(newest, **facts)

    _set(stack, exchange, "open_book", wrong)


def lost_year_forgotten(stack: ExitStack) -> None:
    """What was lost of another year goes into the register of the present one: when that year comes its arrival numbers are given anew."""
    real = exchange.open_book

    def wrong(newest: Book | None, **facts: Any) -> Any:
        return real(newest, **{**facts, "year": None})

    _set(stack, exchange, "open_book", wrong)


def poison_stops_the_bundle(stack: ExitStack) -> None:
    """A dispatch that our handler cannot digest keeps the others of its bundle out."""

    def wrong(self: Station, tx: Disk, sealed: bytes) -> str:
        if getattr(tx, "mode", "") == "poisoned":
            return BUSY
        try:
            self.receive(tx, sealed)
        except KernelError as error:
            return error.code.value
        except HeldError:
            return BUSY
        except BrokenHandlerError:
            raise CrashError from None
        return ""

    _set(stack, Station, "take_dispatch", wrong)


def effect_of_a_refusal(stack: ExitStack) -> None:
    """What was refused has its effect all the same."""
    register = Station._register_arrival

    def wrong(
        self: Station, tx: Disk, found: Any, answer: bytes, sequence: int, arrived: Arrivals, *, accepted: bool
    ) -> None:
        register(self, tx, found, answer, sequence, arrived, accepted=accepted)
        tx.effects[found.envelope.sender, found.envelope.uid] = found.digest, 1

    _set(stack, Station, "_register_arrival", wrong)


def ended_key_believed_in_receipts(stack: ExitStack) -> None:
    """A key goes on to count for receipts after its end."""
    real = verify.verify_receipt

    def wrong(sealed: bytes, *, keys: Any, **facts: Any) -> Any:
        def find(agency: str, key_id: str) -> Any:
            key = keys(agency, key_id)
            return None if key is None else replace(key, revoked_received=None)

        return real(sealed, keys=find, **facts)

    _set(stack, verify, "verify_receipt", wrong)


def receipt_of_another_dispatch(stack: ExitStack) -> None:
    """A receipt ends the first delivery to its receiver that is open, whatever dispatch it names."""
    accept = Station.accept_receipt

    def wrong(self: Station, tx: Disk, sealed: bytes) -> None:
        accept(self, tx, sealed)
        receiver = receipt.parse(sealed).receiver
        for key in [key for key in tx.unsettled if key[1] == receiver][:1]:
            after = delivery.step(tx.outbox[key].delivery, Event.RECEIPT_ACCEPTED, at=self.now())
            self._write_out(tx, key, replace(tx.outbox[key], delivery=after.delivery))

    _set(stack, Station, "accept_receipt", wrong)


def repeat_answered_anew(stack: ExitStack) -> None:
    """A repeat gets a receipt that says the same, signed again with another time."""
    receive = Station.receive

    def wrong(self: Station, tx: Disk, sealed: bytes) -> bytes:
        answer = receive(self, tx, sealed)
        if self.journal and self.journal[-1][0] == "repeated":
            found, kept = self.journal.pop()[1]
            said = replace(receipt.parse(kept), key_id=tx.key_id, issued_at=self.now())
            answer = receipt.seal(said, tx.seed)
            tx.due[found.envelope.sender, found.digest] = answer
            self.journal.append(("repeated", (found, answer)))
        return answer

    _set(stack, Station, "receive", wrong)


def gap_closed_whole(stack: ExitStack) -> None:
    """One number of a gap closes all of it."""
    add = Arrivals.add

    def wrong(self: Arrivals, number: int) -> Arrivals:
        at = self._gap_of(number)
        if at is None:
            return add(self, number)
        return Arrivals(self.high, (*self.gaps[:at], *self.gaps[at + 1 :]))

    _set(stack, Arrivals, "add", wrong)


def number_after_a_gap_overlooked(stack: ExitStack) -> None:
    """What is left out at the end of a stream is not seen as missing."""
    add = Arrivals.add
    _set(
        stack,
        Arrivals,
        "add",
        lambda self, number: Arrivals(number, self.gaps) if number > self.high else add(self, number),
    )


def arrival_number_given_again(stack: ExitStack) -> None:
    """After a loss arrival numbers go on from those of the backup."""
    enter = exchange.enter

    def wrong(book: Book, *kind: Any, number: int | None = None, **facts: Any) -> Any:
        after, entry = enter(book, *kind, number=number, **facts)
        return (replace(after, last_number=book.last_number) if number and book.direction == "in" else after), entry

    _set(stack, exchange, "enter", wrong)


def void_not_remembered(stack: ExitStack) -> None:
    """The numbers that a partner gives up are not marked."""
    begin = Station._begin_anew

    def wrong(self: Station, tx: Disk, partner: str, number: int, known: Any, void: Any) -> None:
        begin(self, tx, partner, number, known, void[:0])

    _set(stack, Station, "_begin_anew", wrong)


def void_taken_for_a_copy(stack: ExitStack) -> None:
    """A dispatch that was given up comes back and is taken for a second server's."""
    look = Station._look_at_own

    def wrong(self: Station, tx: Disk, found: Any) -> None:
        void, tx.void = tx.void, frozenset()
        look(self, tx, found)
        tx.void = void

    _set(stack, Station, "_look_at_own", wrong)


def key_ends_one_too_late(stack: ExitStack) -> None:
    """The key from before a loss may still sign the next number."""
    rotate = Station._new_key

    def wrong(self: Station, tx: Disk, until: tuple[int, int]) -> None:
        tx.sequence += 1
        rotate(self, tx, until)
        tx.sequence -= 1

    _set(stack, Station, "_new_key", wrong)


def receipts_end_with_the_backup(stack: ExitStack) -> None:
    """The old key is said to end where our register ends after the restore, before receipts that it gave."""
    new_key = Station._new_key

    def wrong(self: Station, tx: Disk, _until: tuple[int, int]) -> None:
        new_key(self, tx, self._next_received(tx))

    _set(stack, Station, "_new_key", wrong)


def lost_keys_not_taken_back(stack: ExitStack) -> None:
    """What we said of our keys and lost is not asked for."""
    _set(stack, Station, "_take_own_keys", lambda _self, _tx, _sealed: None)


def keys_taken_while_held(stack: ExitStack) -> None:
    """A lost key statement that is under way counts although its agency is being reconciled."""
    _set(stack, reconciling, "may_take_keys", lambda _standing, _done, is_answer: True)


def statement_number_given_again(stack: ExitStack) -> None:
    """The statement after a loss has the next number, which a lost one may have."""
    _set(stack, keyring, "LEFT_OUT_AFTER_LOSS", 1)


def ended_key_is_history_at_once(stack: ExitStack) -> None:
    """What an ended key signed in our name is not looked at, also when nobody has been reconciled."""
    check = Station._check_own

    def wrong(self: Station, tx: Disk, notes: Any) -> None:
        history = tx.history
        tx.history |= {key_id for (agency, key_id), key in tx.keys.items() if agency == self.code and key.revoked_from}
        check(self, tx, notes)
        tx.history = history

    _set(stack, Station, "_check_own", wrong)


def history_taken_for_a_copy(stack: ExitStack) -> None:
    """What partners hold of the registers as they were before a loss is taken for a second server's."""
    check = Station._check_own

    def wrong(self: Station, tx: Disk, notes: Any) -> None:
        history, tx.history = tx.history, frozenset()
        check(self, tx, notes)
        tx.history = history

    _set(stack, Station, "_check_own", wrong)


def claim_never_proven(stack: ExitStack) -> None:
    """A partner that has more of us than we sent is not asked for it, and shows nothing."""
    _set(stack, Station, "_prove", lambda _self, _tx, _partner, _sent: None)


def number_left_out_overlooked(stack: ExitStack) -> None:
    """After a fork, what a copy sent under a number that we left out is not asked for: only numbers beyond our last are."""
    real = reconciling.claimed
    _set(stack, reconciling, "claimed", lambda came, given, left_out: real(came, given=given))


def evidence_not_shown(stack: ExitStack) -> None:
    """What contradicts something held is refused, and the one in whose name it is does not hear of it."""
    _set(stack, Station, "_keep_evidence", lambda _self, _tx, _found: None)


def left_out_partner_not_heard_again(stack: ExitStack) -> None:
    """A partner that did not hear that a recovery was over goes on holding for ever."""
    _set(stack, reconciling, "on_done", lambda standing, _nonce, number, is_answer: standing)


def end_of_another_loss_overlooked(stack: ExitStack) -> None:
    """A restored server goes on waiting for the end of a reconciliation that its backup knew, though another has ended since."""
    done, may = reconciling.on_done, reconciling.may_take_keys
    _set(stack, reconciling, "on_done", lambda *facts, number, is_answer: done(*facts, number=number, is_answer=False))
    _set(stack, reconciling, "may_take_keys", lambda *facts, is_answer: may(*facts, is_answer=False))


def line_of_witnesses_goes_on(stack: ExitStack) -> None:
    """What was shown of a register before its loss is held against it afterwards."""
    _set(stack, Station, "_begin_anew", lambda _self, _tx, _partner, _number, _known, _void: None)


def old_ask_holds_again(stack: ExitStack) -> None:
    """An ask out of an old bundle holds a partner that has been reconciled."""
    real = reconciling.on_ask
    _set(
        stack,
        reconciling,
        "on_ask",
        lambda standing, asked, is_over, number: real(standing, asked, is_over=False, number=number),
    )


PLANTED: dict[str, tuple[Plant, str, int]] = {
    plant.__name__: (plant, needs, seed)
    for plant, needs, seed in (
        (receipt_before_commit, "", 18),
        (half_a_transaction, "", 11),
        (gaps_forgotten, "", 6),
        (window_of_two, "", 4),
        (ended_key_believed, "restore", 4),
        (key_of_anybody, "liar", 67),
        (signature_not_checked, "liar", 215),
        (recipient_ignored, "liar", 27),
        (other_bytes_are_a_repeat, "liar", 71),
        (sequence_not_compared, "liar", 36),
        (official_number_not_compared, "liar", 36),
        (any_receipt_believed, "liar", 215),
        (claim_for_ever, "", 2),
        (receipt_taken_for_done, "", 5),
        (restored_and_on, "restore", 4),
        (numbers_not_raised, "restore", 15),
        (lost_dispatches_forgotten, "restore", 15),
        (lost_arrivals_forgotten, "restore", 45),
        (lost_numbers_kept_open, "restore", 1521),
        (old_key_after_restore, "restore", 4),
        (partner_not_held, "restore", 72),
        (fork_overlooked, "copy", 53),
        (fork_not_told, "liar", 30),
        (growth_believed, "liar", 281),
        (liar_may_freeze, "", 4),
        (recipient_number_stands_still, "", 1),
        (official_number_stands_still, "", 1),
        (closed_year_reopened, "", 27),
        (lost_year_forgotten, "restore", 68686),
        (poison_stops_the_bundle, "", 6),
        (effect_of_a_refusal, "", 5),
        (ended_key_believed_in_receipts, "liar", 58),
        (receipt_of_another_dispatch, "", 4),
        (repeat_answered_anew, "", 6),
        (gap_closed_whole, "", 11),
        (number_after_a_gap_overlooked, "", 6),
        (arrival_number_given_again, "restore", 4),
        (void_not_remembered, "restore", 1521),
        (void_taken_for_a_copy, "restore liar", 3064),
        (key_ends_one_too_late, "restore", 1),
        (receipts_end_with_the_backup, "restore", 603),
        (lost_keys_not_taken_back, "restore", 15),
        (keys_taken_while_held, "restore", 12),
        (statement_number_given_again, "restore", 99),
        (ended_key_is_history_at_once, "copy", 53),
        (history_taken_for_a_copy, "restore", 4),
        (claim_never_proven, "copy", 4112),
        (evidence_not_shown, "copy", 4896),
        (number_left_out_overlooked, "copy", 93530),
        (left_out_partner_not_heard_again, "restore", 1),
        (end_of_another_loss_overlooked, "restore", 10547),
        (line_of_witnesses_goes_on, "restore", 4),
        (old_ask_holds_again, "restore", 4),
    )
}
"""Name → the bug, the grave faults without which it cannot show, and the first seed that notices it; 0 for one that none has noticed yet."""


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """With this bug."""
    memo.install()
    with ExitStack() as stack:
        plant(stack)
        yield


def noticed(name: str, first: int, runs: int) -> tuple[int, str] | None:
    """The first seed that notices the bug, and what it says; None when none of these does. Runs without the fault it needs are passed over."""
    plant, needs, _ = PLANTED[name]
    with planted(plant):
        for seed in range(first, first + runs):
            if not World(seed).rate.keys() >= set(needs.split()):
                continue
            result = one(seed)
            if result.violation:
                return seed, result.violation
    return None


if __name__ == "__main__":
    names = sys.argv[2:] or list(PLANTED)
    for name in names:
        found = noticed(name, 1, int(sys.argv[1]))
        print(f"    {name!r}: {found[0] if found else None},  # {found[1] if found else 'NOT NOTICED'}", flush=True)
