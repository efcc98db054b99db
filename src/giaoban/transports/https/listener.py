"""The listener of the exchange: `POST /exchange/1` over TLS 1.3 on a port of its own, and nothing else.

Everybody on the network may connect, so everything a stranger can make us do is bounded before it is believed: the handshake, the
head of the request, the rate and the time of the body, connections in all and of one address. The head of the bundle (who sends it,
signed) is examined before the rest of the body is taken; an unknown station is answered 403 and told nothing more. The body goes to
a file, never whole into memory. What it says is decided in `Exchange`, in a few threads that use the database.

The server of the pages has no limit on the time a head may take, therefore this listener reads HTTP/1.1 itself (h11).
"""

from __future__ import annotations

import asyncio
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
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

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
    rate: int = 1024
    """Bytes a second, on average after the first `silence`."""
    body: float = 3600
    """The whole body."""
    linger: float = 1
    """After a refusal the rest is read and thrown away so long, so that the refusal arrives."""
    connections: int = 128
    connections_of_one: int = 16
    bundles: int = 64
    """Bodies being taken or waiting for a thread."""
    threads: int = 4
    size: int = 512 * 1024 * 1024


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
    """What the listener hands bundles to. Both are called in a thread, never in the loop; both raise `RefusedBundleError`."""

    def head_size(self, prefix: bytes) -> int:
        """The bytes that have to be there before the sender can be examined; called with at least `prefix_size` bytes."""

    prefix_size: int

    def examine(self, head: bytes, size: int) -> Any:
        """What `handle` needs of the head, only when the sender is one we exchange with and signed it for a bundle of `size` bytes."""

    def handle(self, opening: Any, stream: IO[bytes]) -> Answer:
        """Take the bundle in, whole, and compose the answer. What it acknowledges is durable when it returns."""


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
        self._open: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="giaoban-exchange")
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._working: set[asyncio.Task[Any] | None] = set()
        """Connections with a bundle in hand."""
        self._closing = False

    async def start(self, sockets: Sequence[socket.socket], context: ssl.SSLContext) -> None:
        """Listen on these sockets."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for each in sockets:
            server = await asyncio.start_server(
                self._connected,
                sock=each,
                limit=PIECE,
                ssl=context,
                ssl_handshake_timeout=self._limits.handshake,
                ssl_shutdown_timeout=2,
            )
            self._servers.append(server)

    async def close(self, *, grace: float = 3) -> None:
        """Accept nothing more; let bundles in hand end for `grace` seconds."""
        self._closing = True
        for server in self._servers:
            server.close()
        working = [task for task in self._tasks if task in self._working]
        if working:
            await asyncio.wait(working, timeout=grace)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ["?"])[0])
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._open[address] += 1
        try:
            talk = _Talk(reader, writer, self._limits)
            crowded = self._open[address] > self._limits.connections_of_one
            if crowded or self._open.total() > self._limits.connections:
                await talk.refuse("exchange.busy", HTTPStatus.SERVICE_UNAVAILABLE)
            else:
                await self._talk(talk)
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.IncompleteReadError) as error:
            LOG.info("an exchange connection ended", extra={"fault": type(error).__name__})
        except asyncio.CancelledError:
            writer.transport.abort()  # the server stops, and waits for nobody
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
            writer.close()
            with suppress(Exception):
                await asyncio.wait_for(writer.wait_closed(), 2)

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
        if len(self._working) >= self._limits.bundles:
            raise RefusedBundleError("exchange.busy", HTTPStatus.SERVICE_UNAVAILABLE)
        task = asyncio.current_task()
        self._working.add(task)
        try:
            async with self._spool() as spool:
                opening = await self._take(talk, request, spool)
                answer = await self._in_thread(self._exchange.handle, opening, spool)
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
        return request.keep and not self._closing

    async def _take(self, talk: _Talk, request: _Request, spool: IO[bytes]) -> Any:
        """The body into the spool; no more of it than the head before the sender is known. What the head told."""
        exchange, taken, wanted, head = self._exchange, 0, self._exchange.prefix_size, 0
        opening = None
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
                else:
                    opening = await self._in_thread(exchange.examine, start, request.size)
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

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        # Shielded: a connection that goes away does not take the work of a thread with it.
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.shield(loop.run_in_executor(self._pool, work, *arguments))
        except (RefusedBundleError, OSError):
            raise
        except Exception:
            LOG.exception("an exchange failed")
            raise RefusedBundleError("exchange.failed", HTTPStatus.INTERNAL_SERVER_ERROR) from None


class _Talk:
    """HTTP/1.1 of one connection, with a deadline on every wait."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS)
        self._size = 0

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
        self._size = size
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
        """The pieces of the body. Raises TimeoutError for one that is silent, slower than the least rate, or too long."""
        limits, started, taken = self._limits, monotonic(), 0
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                await self._read(limits.silence)
                passed = monotonic() - started
                if passed > limits.body or (passed > limits.silence and taken < passed * limits.rate):
                    raise TimeoutError
            elif isinstance(event, h11.Data):
                taken += len(event.data)
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise RefusedBundleError("exchange.request", HTTPStatus.BAD_REQUEST)

    async def answer(self, answer: Answer) -> None:
        """200 and the bundle."""
        await self._start(HTTPStatus.OK, BUNDLE_TYPE, answer.size)
        while piece := answer.read(PIECE):
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
        until = monotonic() + self._limits.linger
        with suppress(TimeoutError, OSError):
            while (left := until - monotonic()) > 0:
                if not await asyncio.wait_for(self._reader.read(PIECE), left):
                    break

    async def _start(self, status: int, content_type: bytes, size: int, *, last: bool = False) -> None:
        headers = [(b"content-type", content_type), (b"content-length", str(size).encode())]
        if last:
            headers.append((b"connection", b"close"))
        await self._send(h11.Response(status_code=int(status), headers=headers))

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            await asyncio.wait_for(self._writer.drain(), self._limits.silence)

    async def _read(self, seconds: float, size: int = PIECE) -> None:
        if seconds <= 0:
            raise TimeoutError
        self._http.receive_data(await asyncio.wait_for(self._reader.read(size), seconds))
