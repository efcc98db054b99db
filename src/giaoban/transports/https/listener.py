"""The listener of the exchange: `POST /exchange/1` over TLS 1.3 on a port of its own, and nothing else.

Everybody on the network may connect, so everything a stranger can make us do is bounded before it is believed: the handshake, the
head of the request, the time of each part of the body. The head of the bundle (who sends it, signed) is examined before the rest of the
body is taken; an unknown station is answered 403 and told nothing more. The body goes to a file, never whole into memory. What it says
is decided in `Exchange`, in a few threads that use the database.

A connection is unknown until a head that a partner signed has come on it. Unknown ones have places of their own, so they never take
those of partners. When there are too many, the oldest of whoever holds most gives way: a newcomer always gets in, and whoever fills the
places loses them first. A partner's connections are counted by partner, wherever they come from; so are its bundles.

The server of the pages has no limit on the time a head may take, therefore this listener reads HTTP/1.1 itself (h11).
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import json
import logging
import ssl
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, cast
from weakref import WeakValueDictionary

import h11

if TYPE_CHECKING:
    import socket

LOG: Final = logging.getLogger(__name__)
PATH: Final = b"/exchange/1"
PIECE: Final = 64 * 1024
"""Bytes read or written at once."""
MAX_HEADERS: Final = 8 * 1024
"""Bytes of request line and header lines that may have come without their end; at most twice as many are read."""
IN_MEMORY: Final = 1024 * 1024
"""Bytes of a body that may lie in memory; more goes to a file."""
ACCEPT_AGAIN: Final = 0.5
"""Seconds until the next connection is accepted after one could not be, because this machine has no room."""
NO_ROOM: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors of accepting that are our own; others are of the connection that is not there any more."""
SHUTDOWN: Final = 2
"""Seconds for the end of a connection."""
NETWORK_BITS: Final = 64
"""Of an IPv6 address: what one network has; one machine may use every address of it."""
BUNDLE_TYPE: Final = b"application/vnd.giaoban.bundle"
reserved: list[socket.socket] = []
"""Sockets that the command `serve` took before anything slow, so that a busy port is said at once; empty, nobody is listened to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one stranger may cost us. Seconds, bytes, counts."""

    handshake: float = 10
    header: float = 10
    """From the first byte of a request to the end of its header lines."""
    idle: float = 75
    """A connection without a request."""
    silence: float = 20
    """Without a single byte while a body is sent or an answer taken."""
    grace: float = 10
    """For the first bytes of a body, its head, the whole of it and the answer, beside what their size takes at these rates."""
    head_rate: int = 8 * 1024
    """Bytes a second of a head, while nobody knows who sends it: 15,000 items in four minutes."""
    rate: int = 1024
    """Bytes a second of the whole, once a partner has shown itself, and of the answer."""
    body: float = 3600
    """The whole, or the answer, whatever its size."""
    linger: float = 1
    """After a refusal the rest is read and thrown away so long, so that the refusal arrives."""
    unknown: int = 64
    """Connections on which no partner has shown itself yet, from the first packet on."""
    unknown_of_one: int = 16
    """Of them, from one address (of IPv6: one network)."""
    connections: int = 128
    """Connections of partners."""
    connections_of_one: int = 8
    """Connections of one partner; its deliveries and its visits need two."""
    bundles: int = 64
    """Bundles of partners being taken or waiting for a thread."""
    threads: int = 4
    size: int = 512 * 1024 * 1024

    def of_head(self, size: int) -> float:
        """Seconds for a head of so many bytes, from a stranger."""
        return self.grace + size / self.head_rate

    def of_bundle(self, size: int) -> float:
        """Seconds for a bundle of so many bytes, from a partner or to it."""
        return min(self.grace + size / self.rate, self.body)


class RefusedBundleError(Exception):
    """The bundle is not taken. `code` is told to the other side, with this status."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Answer(Protocol):
    """What goes back: a stream of so many bytes."""

    size: int

    def read(self, size: int) -> bytes:
        """The next bytes; empty at the end."""

    def close(self) -> None:
        """Give the file back."""


class Exchange(Protocol):
    """What the listener hands bundles to. What works on it is called in a thread, and raises `RefusedBundleError`."""

    def head_size(self, prefix: bytes) -> int:
        """The bytes that have to be there before the sender can be examined; called with at least `prefix_size` bytes."""

    prefix_size: int

    def examine(self, head: bytes, size: int) -> Any:
        """What `handle` needs of the head, only when the sender is one we exchange with and signed it for a bundle of `size` bytes."""

    def lane(self, opening: Any) -> str:
        """Who sent it: connections are counted by it, and bundles of one sender are taken in one after the other, so that none takes all
        threads. Called in the loop.
        """

    def handle(self, opening: Any, stream: IO[bytes]) -> Answer:
        """Take the bundle in, whole, and compose the answer. What it acknowledges is durable when it returns."""


_Task = asyncio.Task[None]


@dataclass(slots=True)
class _Request:
    size: int
    keep: bool


class Listener:
    """Accepts connections in the running loop until it is closed."""

    def __init__(self, exchange: Exchange, *, folder: Path, limits: Limits | None = None) -> None:
        self._exchange = exchange
        self._folder = folder
        self._limits = limits or Limits()
        self._pool = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="giaoban-exchange")
        self._examiner = ThreadPoolExecutor(1, thread_name_prefix="giaoban-exchange-door")
        """A thread of its own, so that no partner's bundle waits behind the heads of strangers."""
        self._doors: dict[asyncio.Task[None], socket.socket] = {}
        self._tasks: set[_Task] = set()
        self._unknown: dict[_Task, str] = {}
        """Connection → where it comes from, the oldest first."""
        self._known: dict[_Task, str] = {}
        """Connection → whose head was believed last, the oldest first."""
        self._working: set[_Task] = set()
        """Connections with a partner's bundle in hand."""
        self._whole: set[_Task] = set()
        """Those of them whose bundle has come: it waits for a thread, or is worked on."""
        self._threaded: set[_Task] = set()
        """Those of these that have a thread."""
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Of the senders whose bundles are in hand."""
        self._closing = False

    async def start(self, sockets: Sequence[socket.socket], context: ssl.SSLContext) -> None:
        """Listen on these sockets."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for each in sockets:
            each.setblocking(False)
            self._doors[asyncio.create_task(self._accept(each, context))] = each

    async def close(self, *, grace: float = 3) -> None:
        """Accept nothing more; let bundles in hand end for `grace` seconds."""
        self._closing = True
        for accepting in self._doors:
            accepting.cancel()
        await asyncio.gather(*self._doors, return_exceptions=True)
        for door in self._doors.values():
            door.close()
        if self._working:
            await asyncio.wait(self._working, timeout=grace)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._examiner.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _accept(self, door: socket.socket, context: ssl.SSLContext) -> None:
        """Accept for ever. A connection is counted from here on, before it has said a word of TLS."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                raw, address = await loop.sock_accept(door)
            except OSError as error:
                LOG.warning("a connection could not be accepted", extra={"fault": error.strerror})
                await asyncio.sleep(ACCEPT_AGAIN if error.errno in NO_ROOM else 0)
                continue
            task = loop.create_task(self._connected(raw, context))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(self._forget)
            self._let_in(task, _network(str(address[0])))
            await asyncio.sleep(0)  # it has begun before it can be told to end

    def _let_in(self, task: _Task, network: str) -> None:
        """A place for an unknown connection."""
        self._unknown[task] = network
        places = Counter(self._unknown.values())
        if len(self._unknown) > self._limits.unknown:
            network = places.most_common(1)[0][0]
        elif places[network] <= self._limits.unknown_of_one:
            return
        self._give_way(next(each for each, of in self._unknown.items() if of == network))

    def _believe(self, task: _Task, lane: str) -> None:
        """A place for a bundle of this partner. Raises RefusedBundleError when nobody can give way."""
        self._unknown.pop(task, None)
        self._known.pop(task, None)
        self._known[task] = lane
        theirs = [each for each, of in self._known.items() if of == lane]
        oldest = None
        if len(theirs) > self._limits.connections_of_one:
            oldest = next(each for each in theirs if each not in self._whole)
        elif len(self._known) > self._limits.connections:
            oldest = next(each for each in self._known if each not in self._working)
        if oldest is not None and oldest is not task:
            self._give_way(oldest)
        if oldest is not task and len(self._working) >= self._limits.bundles:
            self._share(lane)
        if oldest is task or len(self._working) >= self._limits.bundles:
            raise RefusedBundleError("exchange.busy", HTTPStatus.SERVICE_UNAVAILABLE)
        self._working.add(task)

    def _share(self, lane: str) -> None:
        """Make room for a bundle of this partner where another one has two more in hand: nobody keeps a partner out by having many."""
        places = Counter(self._known[each] for each in self._working)
        most, count = places.most_common(1)[0]
        if count < places[lane] + 2:
            return
        theirs = [each for each, of in self._known.items() if of == most and each in self._working]
        coming = [each for each in theirs if each not in self._whole]
        # What has come whole and is not worked on yet cost us the least when it came last.
        waiting = [each for each in reversed(theirs) if each not in self._threaded]
        for each in (coming or waiting)[:1]:
            self._give_way(each)

    def _give_way(self, task: _Task) -> None:
        LOG.info("an exchange connection gave way to a newer one")
        self._forget(task)
        task.cancel()

    def _forget(self, task: _Task) -> None:
        self._unknown.pop(task, None)
        self._known.pop(task, None)
        self._working.discard(task)
        self._whole.discard(task)

    async def _connected(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        reader = asyncio.StreamReader(limit=PIECE)
        protocol = asyncio.StreamReaderProtocol(reader)
        loop = asyncio.get_running_loop()
        writer = None
        try:
            transport, _protocol = await loop.connect_accepted_socket(
                lambda: protocol,
                raw,
                ssl=context,
                ssl_handshake_timeout=self._limits.handshake,
                ssl_shutdown_timeout=SHUTDOWN,
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await self._talk(_Talk(reader, writer, self._limits))
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.IncompleteReadError) as error:
            LOG.info("an exchange connection ended", extra={"fault": type(error).__name__})
        except asyncio.CancelledError:  # it gives way, or the server stops, and waits for nobody
            if writer is not None:
                writer.transport.abort()
        finally:
            if writer is None:
                raw.close()
            else:
                writer.close()
                with suppress(Exception):
                    await asyncio.wait_for(writer.wait_closed(), SHUTDOWN)

    async def _talk(self, talk: _Talk) -> None:
        """Requests of one connection, one after the other."""
        while True:
            try:
                request = await talk.request()
                if request is None:
                    return
                keep = await self._bundle(talk, request)
            except RefusedBundleError as error:
                await talk.refuse(error.code, error.status)
                return
            except h11.RemoteProtocolError as error:
                await talk.refuse("exchange.request", error.error_status_hint)
                return
            except TimeoutError:
                await talk.refuse("exchange.slow", HTTPStatus.REQUEST_TIMEOUT)
                return
            if not keep:
                return
            talk.next()

    async def _bundle(self, talk: _Talk, request: _Request) -> bool:
        """One bundle: head, examination, rest, work, answer. Whether the connection may be used again."""
        task = _current()
        try:
            async with self._spool() as spool:
                opening = await self._take(talk, request, spool)
                self._whole.add(task)
                async with self._lanes.setdefault(self._exchange.lane(opening), asyncio.Lock()):
                    # Shielded: a connection that goes away does not take the work of a thread with it.
                    working = _in_thread(self._pool, self._exchange.handle, opening, spool)
                    self._threaded.add(task)
                    answer = await _outcome(asyncio.shield(working))
            self._whole.discard(task)
            self._threaded.discard(task)
            try:
                await talk.answer(answer)
            finally:
                answer.close()
        except OSError as error:
            if error.errno is None or isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError)):
                raise
            LOG.warning("a bundle could not be kept", extra={"fault": error.strerror})
            raise RefusedBundleError("exchange.disk_full", HTTPStatus.INSUFFICIENT_STORAGE) from error
        finally:
            self._working.discard(task)
            self._whole.discard(task)
            self._threaded.discard(task)
        return request.keep and not self._closing

    async def _take(self, talk: _Talk, request: _Request, spool: IO[bytes]) -> Any:
        """The body into the spool; no more of it than the head before the sender is known. What the head told."""
        exchange, limits, taken, wanted, head = self._exchange, self._limits, 0, self._exchange.prefix_size, 0
        opening = None
        talk.allow(limits.grace)
        async for piece in talk.body():
            spool.write(piece)
            taken += len(piece)
            while head >= 0 and taken >= wanted:
                spool.seek(0)
                start = spool.read(wanted)
                spool.seek(0, 2)
                if head == 0:
                    head = wanted = exchange.head_size(start)
                    if head > request.size:
                        raise RefusedBundleError("bundle.truncated", HTTPStatus.BAD_REQUEST)
                    talk.allow(limits.of_head(head))
                else:
                    opening = await _outcome(_in_thread(self._examiner, exchange.examine, start, request.size))
                    self._believe(_current(), exchange.lane(opening))
                    talk.allow(limits.of_bundle(request.size))
                    head = -1
        if opening is None:
            raise RefusedBundleError("bundle.truncated", HTTPStatus.BAD_REQUEST)
        return opening

    @asynccontextmanager
    async def _spool(self) -> AsyncIterator[IO[bytes]]:
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(self._folder))  # noqa: SIM115 - below
        try:
            yield file
        finally:
            with suppress(OSError):
                file.close()


class _Talk:
    """HTTP/1.1 of one connection, with a deadline on every wait."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS)
        self._until = 0.0

    def allow(self, seconds: float) -> None:
        """What is wanted next of the body, or the answer, has to have gone through after so long."""
        self._until = monotonic() + seconds

    def next(self) -> None:
        """Ready for another request on the same connection."""
        self._http.start_next_cycle()

    async def request(self) -> _Request | None:
        """The next request, examined by its head alone; None when the other side has gone or says nothing.

        Raises RefusedBundleError for anything but a bundle posted to our one path with a length within the limit.
        """
        event = self._http.next_event()
        if event is h11.NEED_DATA:
            try:
                await self._read(self._limits.idle, MAX_HEADERS)
            except TimeoutError:
                return None
            until = monotonic() + self._limits.header
            while (event := self._http.next_event()) is h11.NEED_DATA:
                await self._read(until - monotonic(), MAX_HEADERS)
        if isinstance(event, h11.ConnectionClosed):
            return None
        if not isinstance(event, h11.Request):
            raise RefusedBundleError("exchange.request", HTTPStatus.BAD_REQUEST)
        size = self._examine(event)
        if self._http.they_are_waiting_for_100_continue:
            await self._send(h11.InformationalResponse(status_code=100, headers=[]))
        keep = all(value.lower() != b"close" for name, value in event.headers if name == b"connection")
        return _Request(size, keep)

    def _examine(self, event: h11.Request) -> int:
        headers = dict(event.headers)
        if event.target != PATH:
            raise RefusedBundleError("exchange.path", HTTPStatus.NOT_FOUND)
        if event.method != b"POST":
            raise RefusedBundleError("exchange.method", HTTPStatus.METHOD_NOT_ALLOWED)
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise RefusedBundleError("exchange.encoding", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if headers.get(b"content-type", b"").split(b";")[0].strip() != BUNDLE_TYPE:
            raise RefusedBundleError("exchange.type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        length = headers.get(b"content-length")
        if length is None or b"transfer-encoding" in headers:
            raise RefusedBundleError("exchange.length", HTTPStatus.LENGTH_REQUIRED)
        if len(length) > 12 or int(length) > self._limits.size:
            raise RefusedBundleError("bundle.too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return int(length)

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces of the body. Raises TimeoutError for one that is silent, or not there when it was allowed to be."""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                await self._read(min(self._limits.silence, self._until - monotonic()))
            elif isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise RefusedBundleError("exchange.request", HTTPStatus.BAD_REQUEST)

    async def answer(self, answer: Answer) -> None:
        """200 and the bundle. Raises TimeoutError when it is not taken in time."""
        self.allow(self._limits.of_bundle(answer.size))
        await self._start(HTTPStatus.OK, BUNDLE_TYPE, answer.size)
        while piece := answer.read(PIECE):
            if monotonic() > self._until:
                raise TimeoutError
            await self._send(h11.Data(data=piece))
        await self._send(h11.EndOfMessage())

    async def refuse(self, code: str, status: int) -> None:
        """The code as JSON, and the end of the connection; what the other side still sends is thrown away for a moment."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        content = json.dumps({"code": code}).encode()
        await self._start(status, b"application/json", len(content), last=True)
        await self._send(h11.Data(data=content))
        await self._send(h11.EndOfMessage())
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(self._limits.linger):
                while await self._reader.read(PIECE):
                    pass

    async def _start(self, status: int, content_type: bytes, size: int, *, last: bool = False) -> None:
        headers = [(b"content-type", content_type), (b"content-length", str(size).encode())]
        if last:
            headers.append((b"connection", b"close"))
        await self._send(h11.Response(status_code=int(status), headers=headers))

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            async with asyncio.timeout(self._limits.silence):
                await self._writer.drain()

    async def _read(self, seconds: float, size: int = PIECE) -> None:
        if seconds <= 0:
            raise TimeoutError
        async with asyncio.timeout(seconds):
            data = await self._reader.read(size)
        self._http.receive_data(data)


def _in_thread(pool: ThreadPoolExecutor, work: Any, *arguments: Any) -> asyncio.Future[Any]:
    """Cancelled before a thread is free, it is not begun."""
    return asyncio.get_running_loop().run_in_executor(pool, work, *arguments)


async def _outcome(work: asyncio.Future[Any]) -> Any:
    """What the work gives. Raises RefusedBundleError, or OSError when it could not be kept."""
    try:
        return await work
    except (RefusedBundleError, OSError):
        raise
    except Exception:
        LOG.exception("an exchange failed")
        raise RefusedBundleError("exchange.failed", HTTPStatus.INTERNAL_SERVER_ERROR) from None


def _current() -> _Task:
    """The connection that runs just now."""
    return cast("_Task", asyncio.current_task())


def _network(address: str) -> str:
    """Whom an address is counted to: itself, or the IPv6 network it lies in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, NETWORK_BITS), strict=False))
