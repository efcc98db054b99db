"""What this room asks of the rooms above it: handlers for kinds, and transports that move bytes.

`project/wiring.py` fills both tables once at start; names are resolved at first use. Nothing is discovered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from giaoban.kernel.delivery import Reason

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.models import Dispatch


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
        """Write the holder's copy, or raise `RefusedError` to refuse with nothing kept."""


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


class Transport(Protocol):
    """A route. Moves bytes; knows nothing of what they mean."""

    def reaches(self, recipient: Agency) -> bool:
        """Whether this route leads to that agency."""

    def send(self, parcels: Sequence[Parcel], *, now: datetime) -> list[Sent]:
        """Try each parcel; one answer for each, in order. Must not raise for what the other side does."""


_kinds: dict[str, str] = {}
_transports: dict[str, str] = {}


def connect(*, kinds: Mapping[str, str], transports: Mapping[str, str]) -> None:
    """Take the wiring tables. Called once at start; tests may call it again."""
    _kinds.clear()
    _kinds.update(kinds)
    _transports.clear()
    _transports.update(transports)
    _resolve.cache_clear()
    transports_in_order.cache_clear()


def known_kinds() -> frozenset[str]:
    """Every kind this server can act on."""
    return frozenset(_kinds)


def handler_of(kind: str) -> Handler:
    """The handler of a kind. KeyError for a kind without a row (step 8 of the recipe has refused it before)."""
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
