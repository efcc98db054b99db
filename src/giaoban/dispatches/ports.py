"""What this room asks of the rooms above it: handlers for kinds, transports that move bytes, and what is known of partners.

`project/wiring.py` fills the tables once at start; names are resolved at first use. Nothing is discovered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from giaoban.kernel.delivery import Reason

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.models import Dispatch
    from giaoban.kernel.verify import ReadDispatch


@dataclass(frozen=True, slots=True)
class Received:
    """What a handler gets: a verified dispatch, once, inside the receiver's transaction."""

    dispatch: Dispatch
    sender: Agency
    payload: dict[str, Any]
    """Strict JSON, not yet of any shape: parse it with the room's pydantic model."""


class Handler(Protocol):
    """`on_<kind>` of a room."""

    def __call__(self, received: Received, *, holder: Agency, now: datetime) -> None:
        """Write the holder's copy, or raise `RefusedError` to refuse, or `DuplicateOf`, with nothing kept.

        It writes rows of the database and nothing else: a commit that fails is undone and tried anew.
        """


class DuplicateOf(Exception):  # noqa: N818 - an answer of a handler, not an error
    """The same matter took effect here before, by another dispatch: the receipt says so, and nothing is done a second time."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest
        """Of the dispatch that took effect; it must have come to the same holder."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One dispatch as it came to one receiver of this server."""

    sealed: bytes
    files: Mapping[str, bytes]
    """SHA-256 (hex) → content of the files that came with it, and of no others."""
    receiver: Agency
    read: ReadDispatch | None = None
    """What the sealed bytes say, when whoever brought them has read them already."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an arrival: a receipt, or why there is none."""

    receipt: bytes | None = None
    failure: Reason | None = None
    """What the sender shall say of it; set if and only if there is no receipt."""
    code: str = ""
    """The kernel's code (docs/protocol.md section 5) where the dispatch itself is at fault."""
    detail: str = ""
    """For the log: never content of a document."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One dispatch on its way to one recipient."""

    outbox_id: int
    recipient: str
    """Code of the agency."""
    sealed: bytes
    files: Mapping[str, bytes]
    """SHA-256 (hex) → content, read when asked for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one parcel: a receipt, or handed to a courier (both None), or a failure."""

    outbox_id: int
    receipt: bytes | None = None
    failure: Reason | None = None
    detail: str = ""
    """For the log: never content of a document."""


@dataclass(frozen=True, slots=True)
class Routing:
    """How a recipient is reached."""

    lane: str
    """What shares its fate: the deliveries of one lane follow one another, and no lane waits for another. One for each partner."""
    routes: tuple[str, ...]
    """Names of transports, in the order in which they are tried; empty: there is no way."""
    together: frozenset[int] = frozenset()
    """Ids of all recipients of the same server: what one of them fetched, and what is brought to another, may be the same dispatch."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A register of `agency` was shown twice, and the two statements cannot both be true."""

    agency: Agency
    origin: str
    finding: str
    """Value of `kernel.witness.Finding`: forked, shrunk or unproven."""
    held: str
    """The signed note held before."""
    shown: str
    """The signed note that contradicts it."""


class Transport(Protocol):
    """A route. Moves bytes; knows nothing of what they mean."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether this route leads to that agency."""

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Try each parcel; one answer for each, in order. Must not raise for what the other side does."""


LOCAL_LANE: Final = "local"

_kinds: dict[str, str] = {}
_transports: dict[str, str] = {}
_hooks: dict[str, str] = {}


def connect(
    *,
    kinds: Mapping[str, str],
    transports: Mapping[str, str],
    routing: str = "",
    may_send: str = "",
    on_fork: str = "",
) -> None:
    """Take the wiring tables and the names of the hooks. Called once at start; tests may call it again.

    `routing` names `(agency) -> Routing`, `may_send` names `(agency) -> Reason | None`, `on_fork` names `(contradiction, *, now)`. Without
    a name there are no partners: every agency lives here, nothing is held, nobody is told.
    """
    _kinds.clear()
    _kinds.update(kinds)
    _transports.clear()
    _transports.update(transports)
    _hooks.clear()
    _hooks.update(routing=routing, may_send=may_send, on_fork=on_fork)
    _resolve.cache_clear()
    transports_in_order.cache_clear()


def routing_of(recipient: Agency) -> Routing:
    """The lane of a recipient and the ways that lead there."""
    if _hooks.get("routing"):
        found: Routing = _resolve(_hooks["routing"])(recipient)
        return found
    return Routing(LOCAL_LANE, tuple(name for name, transport in transports_in_order() if transport.reaches(recipient)))


def may_send(agency: Agency) -> Reason | None:
    """Why nothing may be exchanged with this agency now; None when all is well.

    Asked about a recipient before sending and before it fetches, about both ends before receiving, and about a sender of this server before
    it issues. HELD_UNTIL_RECONCILED: this server is frozen after a restore (then for every agency, those that live here too), or a
    contradiction was found in the registers of that agency. PARTNER_SUSPENDED: people have decided so.
    """
    if not _hooks.get("may_send"):
        return None
    found: Reason | None = _resolve(_hooks["may_send"])(agency)
    return found


def on_fork(contradiction: Contradiction, *, now: datetime) -> None:
    """Tell whoever decides about partners, in the transaction that keeps the finding."""
    if _hooks.get("on_fork"):
        _resolve(_hooks["on_fork"])(contradiction, now=now)


def known_kinds() -> frozenset[str]:
    """Every kind this server can act on."""
    return frozenset(_kinds)


def handler_of(kind: str) -> Handler:
    """The handler of a kind. KeyError for a kind without a row (step 11 of the recipe has refused it before)."""
    handler: Handler = _resolve(_kinds[kind])
    return handler


@cache
def transports_in_order() -> tuple[tuple[str, Transport], ...]:
    """(name, transport) in the order of the table: the first that reaches a recipient is used."""
    return tuple((name, _resolve(path)()) for name, path in _transports.items())


@cache
def _resolve(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
