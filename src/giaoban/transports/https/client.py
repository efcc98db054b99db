"""One call to a partner's listener: a bundle there, a bundle back, over TLS 1.3 with the certificate that was enrolled.

Only addresses of enrolled partners come here. No redirect is followed, no proxy of the environment used, nothing decompressed; what
comes back is bounded in bytes and time before it is believed.
"""

from __future__ import annotations

import errno
import json
import logging
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError, LocationValueError, SSLError

from giaoban.kernel.bundle import MAX_BUNDLE_SIZE
from giaoban.kernel.delivery import Reason

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse
    from urllib3.response import HTTPResponse

LOG: Final = logging.getLogger(__name__)
PATH: Final = "/exchange/1"
DEFAULT_PORT: Final = 8441
BUNDLE_TYPE: Final = "application/vnd.giaoban.bundle"
SERVER_NAME: Final = "giaoban-station"
"""What the certificate of every station is called; the pin alone tells them apart."""
PIECE: Final = 64 * 1024
IN_MEMORY: Final = 1024 * 1024
MAX_REFUSAL: Final = 4096
"""Bytes of an answer that is no bundle."""
CONNECTIONS: Final = 4
"""Kept open to one partner."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take. Seconds."""

    connect: float = 10
    silence: float = 300
    """Until the head of the answer is there, and between two pieces of it: the other side may have many dispatches to write."""
    whole: float = 3600
    rate: int = 1024
    """Bytes a second of an answer, on average after the first `grace`."""
    grace: float = 30


PATIENCE: Final = Patience()
ASKED_AFTER, ASKED_AGAIN, ASKED_TIMES = 15, 5, 4
"""Seconds of silence until the systems ask each other whether the connection still is one, seconds until they ask again, and how often.
A partner that thinks is waited for; a link that is gone, or a partner that has forgotten the call, is known after half a minute.
"""
ALIVE: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, ASKED_AFTER),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, ASKED_AGAIN),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ASKED_TIMES),
    # The same for bytes of ours that nobody confirms, milliseconds (RFC 5482).
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, (ASKED_AFTER + ASKED_AGAIN * ASKED_TIMES) * 1000),
)


class CallError(Exception):
    """No bundle came back. `reason` is what the sender shows; `detail` is for the log."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


REASON_OF_STATUS: Final = {
    HTTPStatus.REQUEST_TIMEOUT: Reason.PARTNER_BUSY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Reason.TOO_LARGE_FOR_ROUTE,
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.PARTNER_BUSY,
    HTTPStatus.INSUFFICIENT_STORAGE: Reason.DISK_FULL_THERE,
    HTTPStatus.INTERNAL_SERVER_ERROR: Reason.PARTNER_FAILED,
}
REASON_OF_CODE: Final = {
    "station.unknown": Reason.KEY_NOT_KNOWN_THERE,
    "partner.suspended": Reason.SUSPENDED_THERE,
}


def call(
    address: str, fingerprint: str, body: Iterator[bytes], size: int, *, spool: Path, patience: Patience = PATIENCE
) -> tuple[IO[bytes], int]:
    """Post `size` bytes and return the answering bundle, as a stream to be closed, and its size. Raises CallError."""
    until = monotonic() + patience.whole
    try:
        response = _pool(address, fingerprint, patience).request(
            "POST",
            PATH,
            body=_until(body, until),
            headers={"content-type": BUNDLE_TYPE, "content-length": str(size), "accept-encoding": "identity"},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
    except SSLError as error:
        if "ingerprint" in str(error):
            raise CallError(Reason.CERTIFICATE_CHANGED, "another certificate than the enrolled one") from None
        raise CallError(Reason.PARTNER_UNREACHABLE, f"TLS: {type(error).__name__}") from None
    except LocationValueError:
        raise CallError(Reason.NO_ROUTE, "not an address") from None
    except (HTTPError, OSError) as error:
        raise CallError(Reason.PARTNER_UNREACHABLE, name_of(error)) from None
    try:
        return _bundle(response, spool, until, patience)
    except (HTTPError, OSError) as error:
        raise CallError(Reason.PARTNER_UNREACHABLE, name_of(error)) from None
    finally:
        _give_back(response)


def name_of(error: Exception) -> str:
    """What is noted of a failure (`dispatches.words.DETAIL_TEXTS`): its class, or the system's name where the class says nothing."""
    number = error.errno if type(error) is OSError else None
    return errno.errorcode.get(number or 0, type(error).__name__)


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of `https://host:port`. ValueError for anything else: no path, no user, no other scheme."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("not an address of a listener")
    if "@" in parts.netloc or not address.isascii() or any(letter.isspace() for letter in address):
        raise ValueError("not an address of a listener")
    return parts.hostname, parts.port or DEFAULT_PORT


def _until(body: Iterator[bytes], until: float) -> Iterator[bytes]:
    for piece in body:
        if monotonic() > until:
            raise TimeoutError("the bundle could not be sent in time")
        yield piece


def _bundle(response: BaseHTTPResponse, spool: Path, until: float, patience: Patience) -> tuple[IO[bytes], int]:
    if response.status != HTTPStatus.OK:
        raise _refused(response)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise CallError(Reason.PARTNER_FAILED, "the answer is encoded")
    if not response.headers.get("content-type", "").startswith(BUNDLE_TYPE):
        raise CallError(Reason.PARTNER_FAILED, "the answer is no bundle")
    stream: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(spool))  # noqa: SIM115 - the caller closes it
    size, started = 0, monotonic()
    try:
        while piece := response.read1(PIECE) if hasattr(response, "read1") else response.read(PIECE):
            size += len(piece)
            _keep(stream, piece)
            passed = monotonic() - started
            if size > MAX_BUNDLE_SIZE:
                raise CallError(Reason.PARTNER_FAILED, "the answer is too large")
            if monotonic() > until or (passed > patience.grace and size < passed * patience.rate):
                raise CallError(Reason.PARTNER_UNREACHABLE, "the answer is too slow")
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    return stream, size


def _keep(stream: IO[bytes], piece: bytes) -> None:
    """A disk of ours that is full is no fault of the partner's. Raises CallError."""
    try:
        stream.write(piece)
    except OSError as error:
        LOG.warning("an answer could not be kept", extra={"fault": error.strerror})
        raise CallError(Reason.INTERRUPTED, "not kept here") from None


def _refused(response: BaseHTTPResponse) -> CallError:
    """The reason for a status that is not 200, and the code the other side gave."""
    code = ""
    if response.headers.get("content-type") == "application/json":
        try:
            value = json.loads(response.read(MAX_REFUSAL))
            code = str(value["code"])[:60] if isinstance(value, dict) else ""
        except (ValueError, KeyError, RecursionError):
            code = ""
    if code in REASON_OF_CODE:
        return CallError(REASON_OF_CODE[code], code)
    if response.status in REASON_OF_STATUS:
        return CallError(REASON_OF_STATUS[HTTPStatus(response.status)], code or str(response.status))
    if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
        return CallError(Reason.PARTNER_FAILED, "a redirect is not followed")
    if code.startswith(("bundle.", "envelope.", "exchange.")):
        return CallError(Reason.NOT_UNDERSTOOD_THERE, code)
    return CallError(Reason.PARTNER_FAILED, f"status {response.status}")


def _give_back(response: BaseHTTPResponse) -> None:
    """The connection back to its pool when everything was read; closed otherwise."""
    if getattr(response, "length_remaining", 1) == 0:
        response.release_conn()
    else:
        response.close()


class _Connection(HTTPSConnection):
    """A connection on which the head of an answer has one deadline: the library asks for a byte in time, and a head that drips, or that
    is announced (100) again and again, would hold the lane of this partner for ever.
    """

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The head of the answer. Raises TimeoutError when it is not there in time."""
        self._is_cut = False
        watch = threading.Timer(float(self.timeout or PATIENCE.silence), self._cut)
        watch.daemon = True
        watch.start()
        try:
            response = super().getresponse()
        finally:
            watch.cancel()
        if self._is_cut:  # what was cut off reads like a head that ended
            raise TimeoutError("the head of the answer is too slow")
        return response

    def _cut(self) -> None:
        self._is_cut = True
        # Of the plain socket: the TLS one would forget its state under the thread that reads.
        with suppress(OSError, TypeError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


@lru_cache(maxsize=256)
def _pool(address: str, fingerprint: str, patience: Patience) -> urllib3.HTTPSConnectionPool:
    try:
        host, port = parse_address(address)
    except ValueError:
        raise LocationValueError(address) from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the pin is compared instead, before a byte of ours is sent
    return _Pool(
        host,
        port,
        timeout=urllib3.Timeout(connect=patience.connect, read=patience.silence),
        maxsize=CONNECTIONS,
        block=False,
        retries=False,
        ssl_context=context,
        assert_fingerprint=fingerprint,
        assert_hostname=False,
        server_hostname=SERVER_NAME,
        socket_options=[*HTTPSConnection.default_socket_options, *ALIVE],
    )
