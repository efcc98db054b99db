"""What one station says of itself and of what it holds of the other: the status item of a bundle (docs/protocol.md section 11).

A status decides nothing. It makes visible what is missing, and lets the other side forget what has arrived. It is the one body whose
reader passes over members it does not know: a newer partner may say more without cutting off an older one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from giaoban.kernel import envelope
from giaoban.kernel.arrivals import Arrivals
from giaoban.kernel.errors import ErrorCode, KernelError

VERSION: Final = 1
MAX_STATUS_SIZE: Final = 4 * 1024 * 1024
MAX_STREAMS: Final = 2000
"""Pairs of sender and receiver in one status."""
MAX_GAPS_SHOWN: Final = 64
"""Of one stream; the lowest."""
MAX_CHECKPOINTS: Final = 2000
MAX_TAKEN: Final = 200
MAX_PROBLEMS: Final = 20_000
MAX_STATEMENTS: Final = 2000
MAX_HOLDS: Final = 500
MAX_LOSSES: Final = 100
MAX_GROWN: Final = 500
"""Proofs of one status."""
MAX_PATH: Final = 64
"""Hashes of one proof; a register of the largest size needs 54."""
MAX_ASKED: Final = 2000
"""Agencies, and registers, of one ask."""
MAX_NAME: Final = 60
"""Characters of a version, code or reason."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A dispatch that came and got no receipt."""

    digest: str
    receiver: str
    """Code of the agency; empty when it was addressed to nobody here."""
    code: str
    """Of the kernel, or empty."""
    reason: str
    """What the sender may show: a `kernel.delivery.Reason`, as the receiver sees it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What `receiver` has of the dispatches of `sender`."""

    receiver: str
    sender: str
    high: int
    gaps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A station asks the other side to return what it holds of it, beyond what it has itself (15.1)."""

    nonce: str
    """Uid of this reconciliation."""
    skip: int
    """Returned items that it has already."""
    streams: tuple[tuple[str, int], ...]
    """(its agency, the last sequence number it holds)."""
    registers: tuple[tuple[str, int], ...]
    """(origin of an incoming register, its size)."""
    sent: tuple[tuple[str, str, int], ...] = ()
    """(its agency, agency of the other side, the last number it gave in that stream), where the other side says that it has more."""
    probe: bool = False
    """It works on meanwhile: a claim of the other side is to be proven."""


@dataclass(frozen=True, slots=True)
class Returns:
    """An ask was answered in this bundle."""

    nonce: str
    complete: bool
    """Nothing more of it is held here."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A register of the sender begins with what the other side holds of it."""

    note: str
    """A signed checkpoint of the register."""
    first: int
    """The size that is held there."""
    path: tuple[bytes, ...]
    """The consistency proof from that size to the checkpoint (RFC 9162 section 2.1.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One status, complete. `KernelError` of the envelope family when it was read and cannot be."""

    software: str
    time: datetime
    frozen: bool = False
    """Nothing but status leaves this station until its registers are reconciled."""
    pull: bool = False
    """It asks for what waits for it."""
    collects: bool = False
    """It cannot reach the other side and hopes to be asked."""
    waiting: bool = False
    """More waits for the other side than this bundle holds."""
    answers: str | None = None
    """Uid of the bundle this one answers."""
    heard: int = 0
    """The highest number of a bundle that it had from the other side."""
    taken: tuple[str, ...] = ()
    """Uids of bundles of the other side that it took in lately."""
    streams: tuple[Stream, ...] = ()
    checkpoints: tuple[str, ...] = ()
    """The newest notes of its registers."""
    statements: tuple[tuple[str, int], ...] = ()
    """(agency of the other side, number of its key statement that counts here)."""
    problems: tuple[Problem, ...] = field(default=())
    holds: tuple[str, ...] = ()
    """Notes of the other side's registers that are held here: of each the newest, and the largest that was proven if that is another."""
    grown: tuple[Grown, ...] = ()
    """Proofs of its registers, from what the other side said to hold."""
    losses: tuple[str, ...] = ()
    """Digests of the other side's recovery statements that count here."""
    ask: Ask | None = None
    returns: Returns | None = None
    done: str | None = None
    """Nonce of the last reconciliation, which has ended."""

    def as_plain(self) -> dict[str, Any]:
        """As it travels."""
        return {
            "version": VERSION,
            "software": self.software,
            "time": envelope.instant_text(self.time),
            "frozen": self.frozen,
            "pull": self.pull,
            "collects": self.collects,
            "waiting": self.waiting,
            "answers": self.answers,
            "heard": self.heard,
            "taken": list(self.taken),
            "streams": [
                {
                    "receiver": each.receiver,
                    "sender": each.sender,
                    "high": each.high,
                    "gaps": [list(g) for g in each.gaps],
                }
                for each in self.streams
            ],
            "checkpoints": list(self.checkpoints),
            "statements": [{"agency": agency, "number": number} for agency, number in self.statements],
            "problems": [
                {"digest": each.digest, "receiver": each.receiver, "code": each.code, "reason": each.reason}
                for each in self.problems
            ],
            "holds": list(self.holds),
            "grown": [
                {"note": each.note, "from": each.first, "path": [value.hex() for value in each.path]}
                for each in self.grown
            ],
            "losses": list(self.losses),
            "ask": None if self.ask is None else plain_ask(self.ask),
            "returns": None
            if self.returns is None
            else {"nonce": self.returns.nonce, "complete": self.returns.complete},
            "done": self.done,
        }


def encode(status: Status) -> bytes:
    """The bytes of the item."""
    return envelope.encode_body(status.as_plain())


def parse(content: bytes) -> Status:
    """What the bytes say. Raises `KernelError` of the envelope or arrivals family."""
    if len(content) > MAX_STATUS_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE, size=len(content))
    value = envelope.decode_body(content)
    envelope.read_version(value)
    answers = value.get("answers")
    return Status(
        software=_name("software", value.get("software")),
        time=envelope.read_instant("time", value.get("time")),
        frozen=_flag(value, "frozen"),
        pull=_flag(value, "pull"),
        collects=_flag(value, "collects"),
        waiting=_flag(value, "waiting"),
        answers=None if answers is None else envelope.read_uid("answers", answers),
        heard=envelope.read_int("heard", value.get("heard", 0), 0, envelope.MAX_INT),
        taken=tuple(envelope.read_uid("taken", uid) for uid in _list(value, "taken", MAX_TAKEN)),
        streams=tuple(_stream(each) for each in _list(value, "streams", MAX_STREAMS)),
        checkpoints=tuple(
            envelope.read_text("checkpoints", note) for note in _list(value, "checkpoints", MAX_CHECKPOINTS)
        ),
        statements=tuple(_statement(each) for each in _list(value, "statements", MAX_STATEMENTS)),
        problems=tuple(_problem(each) for each in _list(value, "problems", MAX_PROBLEMS)),
        holds=tuple(envelope.read_text("holds", note) for note in _list(value, "holds", MAX_HOLDS)),
        grown=tuple(_grown(each) for each in _list(value, "grown", MAX_GROWN)),
        losses=tuple(envelope.read_digest("losses", digest) for digest in _list(value, "losses", MAX_LOSSES)),
        ask=read_ask(value.get("ask")),
        returns=_returns(value.get("returns")),
        done=None if value.get("done") is None else envelope.read_uid("done", value.get("done")),
    )


def read_ask(value: object) -> Ask | None:
    """An ask as it travels; None for none. Raises `KernelError` of the envelope family."""
    if value is None:
        return None
    said = _object("ask", value)
    return Ask(
        envelope.read_uid("nonce", said.get("nonce")),
        envelope.read_int("skip", said.get("skip", 0), 0, envelope.MAX_INT),
        tuple(
            (
                envelope.read_code("agency", _object("streams", each).get("agency")),
                envelope.read_int("sequence", _object("streams", each).get("sequence"), 0, envelope.MAX_INT),
            )
            for each in _list(said, "streams", MAX_ASKED)
        ),
        tuple(
            (
                envelope.read_text("origin", _object("registers", each).get("origin")),
                envelope.read_int("size", _object("registers", each).get("size"), 0, envelope.MAX_INT),
            )
            for each in _list(said, "registers", MAX_ASKED)
        ),
        tuple(
            (
                envelope.read_code("sender", _object("sent", each).get("sender")),
                envelope.read_code("receiver", _object("sent", each).get("receiver")),
                envelope.read_int("high", _object("sent", each).get("high"), 0, envelope.MAX_INT),
            )
            for each in _list(said, "sent", MAX_ASKED)
        ),
        _flag(said, "probe"),
    )


def plain_ask(ask: Ask) -> dict[str, Any]:
    """An ask as it travels."""
    return {
        "nonce": ask.nonce,
        "skip": ask.skip,
        "streams": [{"agency": agency, "sequence": sequence} for agency, sequence in ask.streams],
        "registers": [{"origin": origin, "size": size} for origin, size in ask.registers],
        "sent": [{"sender": sender, "receiver": receiver, "high": high} for sender, receiver, high in ask.sent],
        "probe": ask.probe,
    }


def _returns(value: object) -> Returns | None:
    if value is None:
        return None
    said = _object("returns", value)
    return Returns(envelope.read_uid("nonce", said.get("nonce")), _flag(said, "complete"))


def _stream(value: object) -> Stream:
    said = _object("streams", value)
    high = envelope.read_int("high", said.get("high"), 0, envelope.MAX_INT)
    gaps = []
    for gap in _list(said, "gaps", MAX_GAPS_SHOWN):
        if not isinstance(gap, list) or len(gap) != 2:
            raise KernelError(ErrorCode.ENVELOPE_SHAPE, member="gaps")
        gaps.append((envelope.read_int("gaps", gap[0], 1, high), envelope.read_int("gaps", gap[1], 1, high)))
    arrivals = Arrivals(high, tuple(gaps))  # refuses what cannot be
    return Stream(
        envelope.read_code("receiver", said.get("receiver")),
        envelope.read_code("sender", said.get("sender")),
        arrivals.high,
        arrivals.gaps,
    )


def _statement(value: object) -> tuple[str, int]:
    said = _object("statements", value)
    return (
        envelope.read_code("agency", said.get("agency")),
        envelope.read_int("number", said.get("number"), 0, envelope.MAX_INT),
    )


def _grown(value: object) -> Grown:
    said = _object("grown", value)
    return Grown(
        envelope.read_text("note", said.get("note")),
        envelope.read_int("from", said.get("from"), 1, envelope.MAX_INT),
        tuple(bytes.fromhex(envelope.read_digest("path", each)) for each in _list(said, "path", MAX_PATH)),
    )


def _problem(value: object) -> Problem:
    said = _object("problems", value)
    receiver = said.get("receiver")
    return Problem(
        envelope.read_digest("digest", said.get("digest")),
        receiver if receiver == "" else envelope.read_code("receiver", receiver),
        _name("code", said.get("code")),
        _name("reason", said.get("reason")),
    )


def _object(member: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    return value


def _list(value: dict[str, Any], member: str, limit: int) -> list[Any]:
    found = value.get(member, [])
    if not isinstance(found, list):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    if len(found) > limit:
        raise KernelError(ErrorCode.ENVELOPE_VALUE, member=member)
    return found


def _flag(value: dict[str, Any], member: str) -> bool:
    found = value.get(member, False)
    if not isinstance(found, bool):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    return found


def _name(member: str, value: object) -> str:
    text = envelope.read_text(member, value)
    envelope.check_line(member, text, MAX_NAME)
    return text
