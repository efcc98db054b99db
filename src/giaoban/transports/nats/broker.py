"""Bundles as messages of one JetStream stream: cut into pieces, put together again, acknowledged after the commit.

Each call opens a connection of its own in a loop of its own and closes it again: nothing of a broken connection is left over.
The stream keeps messages by age and size and never waits for a reader (limits retention): work queues over leaf nodes lose messages.
A bundle that never became whole is given up after a day; the sender asks again by itself.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import tempfile
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

STREAM: Final = "GIAOBAN"
SUBJECT: Final = "giaoban.bundle"
PIECE: Final = 512 * 1024
"""Bytes of one message; below the broker's usual limit of 1 MiB."""
MAX_PIECES: Final = 1100
"""Of one bundle: 512 MiB and its head."""
MAX_OPEN: Final = 8
"""Bundles put together at once."""
MAX_OPEN_BYTES: Final = 1024 * 1024 * 1024
ACK_WAIT: Final = 120
"""Seconds after which a piece that was not acknowledged comes again."""
KEPT: Final = 30 * 86400
"""Seconds the stream keeps a message."""
GIVEN_UP: Final = 86400
"""Seconds after which pieces of a bundle that never became whole are thrown away."""
AGAIN_AFTER: Final = 30.0
"""Seconds after which pieces that could not be used yet come again."""
CONNECT: Final = 5
FETCH: Final = 64
QUIET: Final = 0.5
"""Seconds without a message after which there is none."""
LEAST_VERSION: Final = (2, 10, 23)
"""Older servers lose whole streams when they are killed."""
IN_MEMORY: Final = 1024 * 1024
UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")

ResultT = TypeVar("ResultT")


class BrokerError(Exception):
    """The broker cannot be reached, or does not do what it should."""


@dataclass(slots=True)
class _Whole:
    """A bundle while its pieces come."""

    count: int
    pieces: dict[int, Msg] = field(default_factory=dict)
    repeated: list[Msg] = field(default_factory=list)
    size: int = 0


def publish(address: str, *, receiver: str, uid: str, size: int, pieces: Iterator[bytes], folder: Path) -> None:
    """Give one bundle to the broker. Returns when it has acknowledged every piece. Raises BrokerError."""

    async def give(js: JetStreamContext) -> None:
        count = max(1, -(-size // PIECE))
        for number, piece in enumerate(_cut(pieces)):
            await js.publish(
                f"{SUBJECT}.{receiver}",
                piece,
                headers={"Nats-Msg-Id": f"{uid}:{number}", "Giaoban-Bundle": uid, "Giaoban-Piece": f"{number}/{count}"},
                timeout=30,
            )

    with _talk(address, folder) as talk:
        talk(give(talk(_stream(talk.client))))


def fetch(
    address: str, *, receiver: str, spool: Path, folder: Path, now: float, again_after: float = AGAIN_AFTER
) -> Generator[tuple[IO[bytes], int], None, None]:
    """Every whole bundle that waits for `receiver` and its size, acknowledged when the next one is asked for. Raises BrokerError.

    Closed before that, the pieces in hand come again, after `again_after` seconds.
    `now` is seconds since 1970, to tell pieces that are too old.
    """
    waiting: dict[str, _Whole] = {}
    with _talk(address, folder) as talk:
        reader = talk(_reader(talk(_stream(talk.client)), receiver))
        try:
            while messages := talk(_some(reader)):
                for message in messages:
                    uid = talk(_put(waiting, message, now, again_after))
                    whole = waiting.get(uid)
                    if whole is not None and len(whole.pieces) == whole.count:
                        # The loop stands still meanwhile: whoever takes it in uses the database connection of this thread.
                        with _joined(whole, spool) as stream:
                            yield stream, whole.size
                        talk(_acknowledge(whole))
                        del waiting[uid]
        finally:
            for whole in waiting.values():
                talk(_put_off(whole, now, again_after))


def examine(address: str, *, folder: Path) -> list[str]:
    """What is wrong with the broker, as codes: `nats.unreachable`, `nats.old_version`, `nats.no_jetstream`. For the doctor."""
    found = []
    try:
        with _talk(address, folder) as talk:
            version = talk.client.connected_server_version
            if (version.major, version.minor, version.patch) < LEAST_VERSION:
                found.append("nats.old_version")
            try:
                talk(talk.client.jetstream(timeout=CONNECT).account_info())
            except BrokerError:
                found.append("nats.no_jetstream")
    except BrokerError:
        return ["nats.unreachable"]
    return found


class _Talk:
    """A connection and the loop it lives in, which runs only while something is asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: Client, errors: tuple[type[Exception], ...]) -> None:
        self._loop = loop
        self._errors = errors
        self.client = client

    def __call__(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """What the work gives. Raises BrokerError."""
        try:
            return self._loop.run_until_complete(work)
        except self._errors as error:
            raise BrokerError(type(error).__name__) from error


@contextmanager
def _talk(address: str, folder: Path) -> Iterator[_Talk]:
    try:
        import nats.errors  # noqa: PLC0415 - an optional package
        import nats.js.errors  # noqa: PLC0415
    except ImportError:
        raise BrokerError("nats-py is not installed") from None
    errors = (nats.errors.Error, nats.js.errors.Error, TimeoutError, ConnectionError, OSError)
    loop = asyncio.new_event_loop()
    try:
        client = _opened(loop, address, folder, errors)
        try:
            yield _Talk(loop, client, errors)
        finally:
            with suppress(Exception):
                loop.run_until_complete(client.close())
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def _opened(loop: asyncio.AbstractEventLoop, address: str, folder: Path, errors: tuple[type[Exception], ...]) -> Client:
    try:
        return loop.run_until_complete(_connect(address, folder))
    except errors as error:
        raise BrokerError(type(error).__name__) from error


async def _connect(address: str, folder: Path) -> Client:
    from nats.aio.client import Client  # noqa: PLC0415

    wanted: dict[str, Any] = {}
    if address.startswith("tls://"):
        authority = folder / "nats-ca.pem"
        wanted["tls"] = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
    credentials = folder / "nats.creds"
    if credentials.exists():
        wanted["user_credentials"] = str(credentials)

    async def quiet(_error: Exception) -> None:
        """Errors are raised where they matter; the library would print the others."""

    client = Client()
    try:
        # Bounded here as well: with its own limits alone the library may look for a server for ever.
        async with asyncio.timeout(CONNECT + 1):
            await client.connect(
                address,
                connect_timeout=CONNECT,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                error_cb=quiet,
                **wanted,
            )
    except BaseException:
        with suppress(Exception):  # a broker that answers nothing would keep an open file of ours each time
            await client.close()
        raise
    return client


async def _stream(client: Client) -> JetStreamContext:
    """The stream, made when it is not there; one that somebody set up otherwise is used as it is."""
    from nats.js.api import RetentionPolicy, StorageType, StreamConfig  # noqa: PLC0415
    from nats.js.errors import NotFoundError  # noqa: PLC0415

    js = client.jetstream(timeout=CONNECT)
    try:
        await js.stream_info(STREAM)
    except NotFoundError:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=[f"{SUBJECT}.*"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                num_replicas=1,
                max_age=KEPT,
            )
        )
    return js


async def _reader(js: JetStreamContext, receiver: str) -> JetStreamContext.PullSubscription:
    """The durable reader of one station: it goes on where it stopped, whatever happened to us."""
    from nats.js.api import AckPolicy, ConsumerConfig  # noqa: PLC0415

    return await js.pull_subscribe(
        f"{SUBJECT}.{receiver}",
        durable=f"giaoban-{receiver}",
        stream=STREAM,
        config=ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT, ack_wait=ACK_WAIT, max_ack_pending=MAX_OPEN * MAX_PIECES, max_deliver=-1
        ),
    )


async def _some(reader: JetStreamContext.PullSubscription) -> list[Msg]:
    """The next messages; none after a moment of quiet."""
    from nats.errors import TimeoutError as NoneError  # noqa: PLC0415 - "no message" in the library's words

    try:
        return await reader.fetch(FETCH, timeout=QUIET)
    except (NoneError, TimeoutError):
        return []


async def _put(waiting: dict[str, _Whole], message: Msg, now: float, again_after: float) -> str:
    """Put a piece where it belongs; one that makes no sense is thrown away. Uid, or "".

    Where too much lies open, what was not heard of for longest is put off: half a bundle that somebody left must not keep a whole one out.
    """
    said = _said(message)
    if said is None or len(message.data) > PIECE:
        await message.term()
        return ""
    uid, number, count = said
    whole = waiting.pop(uid) if uid in waiting else _Whole(count)
    waiting[uid] = whole  # the last one heard of is the last one put off
    if whole.count != count:
        await message.term()
    elif number in whole.pieces:
        message.data = b""  # only its acknowledgement is wanted
        whole.repeated.append(message)
    else:
        whole.pieces[number] = message
        whole.size += len(message.data)
    while len(waiting) > MAX_OPEN or (
        len(waiting) > 1 and sum(each.size for each in waiting.values()) > MAX_OPEN_BYTES
    ):
        await _put_off(waiting.pop(next(iter(waiting))), now, again_after)
    return uid


@contextmanager
def _joined(whole: _Whole, spool: Path) -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(spool)) as stream:
        for number in range(whole.count):
            stream.write(whole.pieces[number].data)
        stream.seek(0)
        yield stream


async def _acknowledge(whole: _Whole) -> None:
    for message in [*whole.pieces.values(), *whole.repeated]:
        await message.ack()


async def _put_off(whole: _Whole, now: float, again_after: float) -> None:
    """Pieces that did not become whole this time come again, unless they are too old."""
    for message in [*whole.pieces.values(), *whole.repeated]:
        with suppress(Exception):
            if now - message.metadata.timestamp.timestamp() > GIVEN_UP:
                await message.term()
            else:
                await message.nak(delay=again_after)


def _said(message: Msg) -> tuple[str, int, int] | None:
    headers = message.headers or {}
    uid = headers.get("Giaoban-Bundle", "")
    number, _, count = headers.get("Giaoban-Piece", "").partition("/")
    if not UID.match(uid) or not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()):
        return None
    if len(number) > 4 or len(count) > 4 or not int(number) < int(count) <= MAX_PIECES:
        return None
    return uid, int(number), int(count)


def _cut(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of exactly `PIECE`, but for the last."""
    held = b""
    for each in pieces:
        held += each
        while len(held) >= PIECE:
            yield held[:PIECE]
            held = held[PIECE:]
    if held:
        yield held
