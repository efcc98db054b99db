"""Random histories of an agency's keys, told to two receivers by its server, its officers and a thief, in any order.

The officers and the server are honest; the thief has the seeds of online keys (never of k officers) and may sign anything. People
approve only what the agency did say, as they would on the telephone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.kernel.dispatch_values import seed

from giaoban.kernel import keyring, signing
from giaoban.kernel.errors import KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root

START = datetime(2026, 1, 1, tzinfo=UTC)
OFFICERS = [f"r{number}" for number in range(5)]
ONLINE = [f"o{number}" for number in range(8)]
THIEVES = ["t0", "t1"]
NAMES = {signing.public_key_of(seed(name)): name for name in (*OFFICERS, *ONLINE, *THIEVES)}
KEYS = {name: key for key, name in NAMES.items()}
PROBES = (1, 2, 5, 9, 14, 20, 33, 50, 77)
Receiver = dict[str, KeyStatement]


class Histories(RuleBasedStateMachine):
    """Two receivers, one agency, one thief."""

    @initialize(threshold=st.integers(0, 3))
    def enrol(self, threshold: int) -> None:
        officers = OFFICERS[: threshold + 1] if threshold else []
        root = Root(threshold, tuple(KEYS[name] for name in officers))
        self.truth = KeyStatement("CAT", 1, root, (OnlineKey(KEYS["o0"]),), START)
        self.sequence = 1
        self.stolen: set[str] = set()
        sealed = self.sealed(self.truth, {"o0", *officers})
        self.honest = {keyring.parse(sealed).digest}
        self.told = [sealed]
        self.forged: list[bytes] = []
        first = keyring.accept(None, sealed).statement
        self.known = [first, first]
        self.seen_numbers: list[list[int]] = [[1], [1]]
        self.refused: list[set[tuple[bytes, int]]] = [set(), set()]
        self.by_number = {1: first}

    def sealed(self, statement: KeyStatement, names: set[str]) -> bytes:
        return keyring.seal(statement, [seed(name) for name in sorted(names)])

    # ---- the agency

    def say(self, online: tuple[OnlineKey, ...], root: Root | None = None) -> None:
        """The agency's next statement, signed by whoever must."""
        before = self.truth
        at = START + timedelta(days=len(self.told))
        new = replace(before, number=before.number + 1, online=online, root=root or before.root, issued_at=at)
        signers = set(new.live_keys) - {key.public_key for key in before.online}
        signers |= set(before.root.keys[: before.root.threshold]) | set(new.root.keys[: new.root.threshold])
        if not before.root.threshold:
            signers |= set(before.live_keys[:1])
        sealed = self.sealed(new, {NAMES[key] for key in signers})
        keyring.accept(before, sealed)  # what an honest agency says is always accepted by who knows all
        self.truth = new
        self.honest.add(keyring.parse(sealed).digest)
        self.told.append(sealed)

    def fresh(self) -> str | None:
        listed = {key.public_key for key in self.truth.online}
        return next((name for name in ONLINE if KEYS[name] not in listed), None)

    def ended(self, key: OnlineKey, sequence: int) -> OnlineKey:
        until = min(sequence, key.until_sequence or sequence)
        place = min((2026, sequence), key.until_received or (2026, sequence))
        return replace(key, until_sequence=until, until_received=place)

    @rule(steps=st.integers(1, 20))
    def dispatches_go_out(self, steps: int) -> None:
        self.sequence += steps

    @precondition(lambda self: self.fresh() is not None and self.truth.live_keys)
    @rule()
    def the_key_is_changed(self) -> None:
        name = self.fresh()
        assert name is not None
        old = tuple(self.ended(key, self.sequence) if key.is_live else key for key in self.truth.online)
        self.say((*old, OnlineKey(KEYS[name], self.sequence)))

    @precondition(lambda self: self.fresh() is not None and self.truth.root.threshold)
    @rule(back=st.integers(0, 10))
    def all_keys_were_stolen_and_the_officers_recover(self, back: int) -> None:
        self.stolen |= {NAMES[key] for key in self.truth.live_keys}
        name = self.fresh()
        assert name is not None
        sequence = max(1, self.sequence - back)
        self.say((*(self.ended(key, sequence) for key in self.truth.online), OnlineKey(KEYS[name], sequence)))

    @precondition(lambda self: self.truth.live_keys)
    @rule(count=st.integers(1, 4), threshold=st.integers(1, 4))
    def the_officers_change(self, count: int, threshold: int) -> None:
        count = max(count, threshold)
        shift = self.truth.number % len(OFFICERS)
        names = (OFFICERS * 2)[shift : shift + count]
        self.say(self.truth.online, Root(threshold, tuple(KEYS[name] for name in names)))

    # ---- the thief

    @rule()
    def the_key_is_stolen_unnoticed(self) -> None:
        self.stolen |= {NAMES[key] for key in self.truth.live_keys}

    @precondition(lambda self: self.stolen)
    @rule(
        base=st.integers(0, 30),
        step=st.integers(-1, 3),
        lie=st.sampled_from(["own key", "revive", "raise", "drop", "own root", "no root", "earlier", "date"]),
    )
    def the_thief_writes_a_statement(self, base: int, step: int, lie: str) -> None:
        known = keyring.parse(self.told[base % len(self.told)]).statement
        online, root = known.online, known.root
        match lie:
            case "own key":
                online = (*online, OnlineKey(KEYS["t0"]))
            case "revive":
                online = tuple(replace(key, until_sequence=None, until_received=None) for key in online)
            case "raise":
                online = tuple(
                    key if key.until_sequence is None else replace(key, until_sequence=key.until_sequence + 7)
                    for key in online
                )
            case "drop":
                online = online[1:]
            case "own root":
                root = Root(1, (KEYS["t1"],))
            case "no root":
                root = Root()
            case "earlier":
                online = tuple(replace(key, from_sequence=1) for key in online)
            case "date":
                online = tuple(online)
        number = max(1, known.number + step)
        if not online:
            return
        statement = replace(known, number=number, online=online, root=root, issued_at=START + timedelta(days=9999))
        named = {NAMES[key.public_key] for key in (*statement.online, *known.online)}
        signers = (self.stolen & named) | ({"t0"} if lie == "own key" else set())
        signers |= {"t1"} if lie == "own root" else set()
        if signers:
            self.forged.append(self.sealed(statement, signers))

    # ---- the receivers

    def hear(self, receiver: int, sealed: bytes) -> None:
        """What a receiver does: accept, ask people where it must, and then know it."""
        before = self.known[receiver]
        try:
            accepted = keyring.accept(before, sealed)
        except KernelError:
            return
        is_honest = keyring.parse(sealed).digest in self.honest
        # With a root nobody but the officers is ever accepted, and no person has to be asked.
        assert is_honest or not before.root.threshold
        assert is_honest or accepted.needs_approval
        if is_honest:
            self.known[receiver] = accepted.statement
            self.seen_numbers[receiver].append(accepted.statement.number)

    @rule(receiver=st.integers(0, 1), at=st.integers(0, 30))
    def one_is_delivered_late_or_again(self, receiver: int, at: int) -> None:
        self.hear(receiver, self.told[at % len(self.told)])

    @rule(receiver=st.integers(0, 1))
    def all_are_delivered_in_order(self, receiver: int) -> None:
        for sealed in self.told:
            self.hear(receiver, sealed)
        assert self.known[receiver] == self.truth

    @precondition(lambda self: self.forged)
    @rule(receiver=st.integers(0, 1), at=st.integers(0, 30))
    def a_forged_one_is_delivered(self, receiver: int, at: int) -> None:
        self.hear(receiver, self.forged[at % len(self.forged)])

    # ---- what always holds

    @invariant()
    def numbers_only_rise(self) -> None:
        for numbers in self.seen_numbers:
            assert numbers == sorted(set(numbers))

    @invariant()
    def there_are_never_two_truths(self) -> None:
        for statement in self.known:
            assert self.by_number.setdefault(statement.number, statement) == statement

    @invariant()
    def what_was_refused_once_is_refused_for_ever(self) -> None:
        for receiver, statement in enumerate(self.known):
            for key in keyring.trusted_keys(statement):
                for sequence in PROBES:
                    ended = key.revoked_from is not None and sequence >= key.revoked_from
                    if ended or sequence < key.valid_from:
                        self.refused[receiver].add((key.public_key, sequence))
                    else:
                        assert (key.public_key, sequence) not in self.refused[receiver]

    @invariant()
    def the_thief_is_never_believed(self) -> None:
        for statement in self.known:
            assert {KEYS[name] for name in THIEVES}.isdisjoint(key.public_key for key in statement.online)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
