"""The listener by itself, attacked over a real TLS socket: what it hands on is counted, nothing of the domain is needed."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from giaoban.dispatches.words import DETAIL_TEXTS
from giaoban.kernel.delivery import Reason
from giaoban.transports.https import client
from giaoban.transports.https.client import CallError, Patience
from giaoban.transports.https.listener import Limits, Listener, RefusedBundleError, _network

TYPE = "application/vnd.giaoban.bundle"
TIGHT = Limits(
    handshake=1,
    header=0.4,
    idle=1,
    silence=0.4,
    body=1.5,
    linger=0.3,
    grace=0.8,
    unknown=12,
    unknown_of_one=8,
    bundles=4,
    size=4_000_000,
)
"""Short, so that a test of slowness is quick."""


class Echo:
    """Four digits of length, then a head of so many bytes; answers with the SHA-256 of all it got."""

    prefix_size = 4

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.examined = 0
        self.gate: threading.Event | None = None
        self.door: threading.Event | None = None

    def head_size(self, prefix: bytes) -> int:
        if not prefix.isdigit():
            raise RefusedBundleError("bundle.framing", 400)
        return 4 + int(prefix)

    def examine(self, head: bytes, size: int) -> str:
        self.examined += 1
        if self.door is not None:
            self.door.wait(10)
        if b"stranger" in head:
            raise RefusedBundleError("station.unknown", 403)
        return head.decode()

    def lane(self, opening: str) -> str:
        return opening

    def handle(self, opening: str, stream: IO[bytes]) -> Reply:
        if self.gate is not None and "good" in opening:
            self.gate.wait(10)
        stream.seek(0)
        content = stream.read()
        if b"full" in content:
            raise OSError(28, "No space left on device")
        if b"bug" in content:
            raise ZeroDivisionError
        self.handled.append(len(content))
        times = 2000 if b"much" in content else 400_000 if b"huge" in content else 1
        return Reply(hashlib.sha256(content).hexdigest().encode() * times)


class Reply(io.BytesIO):
    """An answer of known size."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.size = len(content)


@dataclass
class Running:
    port: int
    exchange: Echo
    fingerprint: str
    folder: Path
    pool: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def connect(self) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return context.wrap_socket(raw, server_hostname="giaoban-station")

    def say(self, *pieces: bytes) -> bytes:
        """Send these bytes on one connection and return all that comes back until it is closed."""
        with self.connect() as talk:
            for piece in pieces:
                try:
                    talk.sendall(piece)
                except (ConnectionError, ssl.SSLError):
                    break
            return read_all(talk)

    def call(self, body: bytes, **changes: Any) -> bytes:
        patience = Patience(connect=5, silence=10, whole=20)
        stream, size = client.call(
            changes.get("address", self.address),
            changes.get("fingerprint", self.fingerprint),
            iter([body]),
            changes.get("size", len(body)),
            spool=self.folder,
            patience=changes.get("patience", patience),
        )
        with stream:
            content = stream.read()
        assert len(content) == size
        return content


def read_all(talk: ssl.SSLSocket) -> bytes:
    found = b""
    while True:
        try:
            piece = talk.recv(65536)
        except (ConnectionError, ssl.SSLError, TimeoutError):
            return found
        if not piece:
            return found
        found += piece


def request(*, method: str = "POST", path: str = "/exchange/1", body: bytes = b"0004goodrest", **headers: str) -> bytes:
    lines = {"host": "x", "content-type": TYPE, "content-length": str(len(body)), "connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def answer_of(raw: bytes) -> tuple[int, str]:
    """Status, and the code or the content."""
    head, _, content = raw.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head else 0
    try:
        return status, str(json.loads(content)["code"])
    except ValueError:
        return status, content.decode()


def own_certificate(folder: Path) -> tuple[Path, Path, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "giaoban-station")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "x.crt", folder / "x.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private, hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A listener in a loop of its own thread."""
    certificate, private, fingerprint = own_certificate(tmp_path)
    stops: list[Callable[[], None]] = []

    def begin(limits: Limits = TIGHT) -> Running:
        exchange = Echo()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        sock = socket.create_server(("127.0.0.1", 0))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, private)
        listener = Listener(exchange, folder=tmp_path / "spool", limits=limits)
        asyncio.run_coroutine_threadsafe(listener.start([sock], context), loop).result(10)

        def stop() -> None:
            asyncio.run_coroutine_threadsafe(listener.close(grace=2), loop).result(20)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

        stops.append(stop)
        return Running(sock.getsockname()[1], exchange, fingerprint, tmp_path)

    yield begin
    for each in stops:
        each()


@pytest.fixture
def running(start: Start) -> Running:
    return start()


def still_works(running: Running) -> bool:
    body = b"0004good" + b"x" * 100
    return running.call(body) == hashlib.sha256(body).hexdigest().encode()


def test_a_bundle_goes_there_and_one_comes_back_on_one_connection(running: Running) -> None:
    body = b"0004good" + b"x" * 3_000_000
    much = b"0004muchmuch"

    first, second = running.call(body), running.call(much)

    assert first == hashlib.sha256(body).hexdigest().encode()
    assert second == hashlib.sha256(much).hexdigest().encode() * 2000
    assert running.exchange.handled == [len(body), len(much)]


def test_two_requests_follow_one_another_on_one_connection(running: Running) -> None:
    one = request(connection="keep-alive")

    raw = running.say(one + request())

    assert raw.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (request(path="/"), (404, "exchange.path")),
        (request(path="/exchange/1/../../etc/passwd"), (404, "exchange.path")),
        (request(path="/exchange/2"), (404, "exchange.path")),
        (request(path="https://127.0.0.1/exchange/1"), (404, "exchange.path")),
        (request(method="GET"), (405, "exchange.method")),
        (request(method="PUT"), (405, "exchange.method")),
        (request(content_type="application/json"), (415, "exchange.type")),
        (request(content_encoding="gzip"), (415, "exchange.encoding")),
        (request(content_encoding="br"), (415, "exchange.encoding")),
        (request(content_length=""), (411, "exchange.length")),
        (request(content_length="", transfer_encoding="chunked", body=b"4\r\n0004\r\n" * 10), (411, "exchange.length")),
        (request(content_length="9999999999"), (413, "bundle.too_large")),
        (request(content_length="9" * 4000), (400, "exchange.request")),
        (request(content_length="-5"), (400, "exchange.request")),
        (request(content_length="0x10"), (400, "exchange.request")),
        (request(content_length="5, 6"), (400, "exchange.request")),
        (request(transfer_encoding="chunked"), (411, "exchange.length")),
        (request(body=b""), (400, "bundle.truncated")),
        (request(body=b"12"), (400, "bundle.truncated")),
        (request(body=b"9999short"), (400, "bundle.truncated")),
        (request(body=b"GARB"), (400, "bundle.framing")),
        (request(body=b"0008stranger"), (403, "station.unknown")),
        (request(body=b"0004fullfull"), (507, "exchange.disk_full")),
        (request(body=b"0004bug!bug!"), (500, "exchange.failed")),
        (b"\x16\x03\x01 not HTTP\r\n\r\n", (400, "exchange.request")),
        (b"POST /exchange/1 HTTP/1.1\r\n\r\n", (400, "exchange.request")),
        (request(x="y" * 20_000), (431, "exchange.request")),
        (b"POST /exchange/1 HTTP/1.1\r\n" + b"a: b\r\n" * 5000, (431, "exchange.request")),
        (b"POST /" + b"a" * 70_000, (431, "exchange.request")),
    ],
)
def test_what_is_no_bundle_is_refused_with_a_code_and_the_next_good_one_goes_through(
    running: Running, raw: bytes, answer: tuple[int, str]
) -> None:
    found = answer_of(running.say(raw))

    assert found == answer
    assert still_works(running)


def test_an_unknown_station_is_refused_before_its_body_has_come(running: Running) -> None:
    with running.connect() as talk:
        talk.sendall(request(content_length="3000000", body=b"0008stranger"))
        raw = read_all(talk)

    assert answer_of(raw) == (403, "station.unknown")
    assert running.exchange.handled == []


@pytest.mark.parametrize(
    "pieces",
    [
        [b"POST /exchange/1 HTTP/1.1\r\n", b"a: b\r\n", b"a: b\r\n", b"a: b\r\n", b"a: b\r\n", b"a: b\r\n"],
        [request(content_length="1000"), b"x"],
        [request(content_length="1000000"), *[b"x"] * 12],
    ],
)
def test_whoever_is_slow_is_let_go(running: Running, pieces: list[bytes]) -> None:
    pause = threading.Event()
    started = time.monotonic()

    with running.connect() as talk:
        try:
            for piece in pieces:
                talk.sendall(piece)
                pause.wait(0.15)
        except (ConnectionError, ssl.SSLError):
            pass
        raw = read_all(talk)

    assert answer_of(raw)[0] in {408, 0}
    assert time.monotonic() - started < 6
    assert running.exchange.handled == []
    assert still_works(running)


def test_who_says_nothing_or_no_tls_is_let_go(running: Running) -> None:
    with running.connect() as talk:
        silent = read_all(talk)
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as plain:
        plain.sendall(b"POST /exchange/1 HTTP/1.1\r\n\r\n")
        plain_answer = plain.recv(100)

    assert silent == b""
    assert not plain_answer.startswith(b"HTTP")
    assert still_works(running)


def test_an_older_tls_is_not_spoken(running: Running) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    with (
        socket.create_connection(("127.0.0.1", running.port), timeout=10) as raw,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        context.wrap_socket(raw)

    assert still_works(running)


PATIENT = replace(TIGHT, handshake=10, header=10, idle=10, silence=10, grace=10, body=30)
"""Nobody is let go for being slow: whoever goes has given way."""
SLOW_HEAD = request(content_length="900000", body=b"9999" + b"x" * 100)
SLOW_BODY = request(content_length="900000", body=b"0004evil" + b"x" * 100)


def test_of_too_many_unknown_ones_of_one_address_the_oldest_gives_way(start: Start) -> None:
    running = start(replace(PATIENT, unknown_of_one=3))
    held = [running.connect() for _number in range(3)]
    for each in held:
        each.sendall(b"POST ")

    newest = answer_of(running.say(request()))
    oldest = read_all(held[0])
    held[2].sendall(request()[len("POST ") :])
    last = answer_of(read_all(held[2]))

    assert (newest[0], oldest, last[0]) == (200, b"", 200)


@pytest.mark.parametrize("said", [b"", b"POST ", request(content_length="900000", body=b"00"), SLOW_HEAD])
def test_strangers_who_fill_all_their_places_keep_no_partner_out(start: Start, said: bytes) -> None:
    running = start(replace(PATIENT, unknown=4, bundles=2))
    held = [running.connect() for _number in range(6)]
    for each in held:
        each.sendall(said)

    assert [still_works(running) for _try in range(3)] == [True] * 3


def test_the_head_of_one_that_gave_way_is_not_examined(start: Start) -> None:
    running = start(replace(PATIENT, unknown=2))
    running.exchange.door = threading.Event()
    held = [running.connect() for _number in range(1)]
    held[0].sendall(request(body=b"0008stranger"))
    while not running.exchange.examined:
        time.sleep(0.01)
    for _number in range(8):
        held.append(running.connect())
        held[-1].sendall(request(body=b"0008stranger"))

    gone = [read_all(each) for each in held[:7]]
    running.exchange.door.set()
    answers = [answer_of(read_all(each))[0] for each in held[7:]]

    assert (gone, answers, running.exchange.examined) == ([b""] * 7, [403, 403], 3)


def test_an_answer_that_is_taken_too_slowly_is_given_up(start: Start) -> None:
    running, pause, came = start(replace(PATIENT, body=1)), threading.Event(), 0

    with running.connect() as talk:
        talk.sendall(request(body=b"0004huge"))
        for _try in range(20):
            came += len(talk.recv(65536))
            pause.wait(0.1)
        came += len(read_all(talk))

    assert came < 64 * 400_000
    assert still_works(running)


def test_a_connection_is_counted_before_it_shakes_hands(start: Start) -> None:
    running = start(replace(PATIENT, unknown=4))
    mute = [socket.create_connection(("127.0.0.1", running.port), timeout=10) for _number in range(40)]

    gone = [each.recv(1) for each in mute[:36]]
    works = still_works(running)
    for each in mute:
        each.close()

    assert (gone, works) == ([b""] * 36, True)


def test_a_partner_that_holds_many_bundles_holds_them_against_itself_only(start: Start) -> None:
    running = start(replace(PATIENT, connections_of_one=2, bundles=3))
    held = [running.connect() for _number in range(4)]
    for number, each in enumerate(held, start=1):
        each.sendall(SLOW_BODY)
        while running.exchange.examined < number:
            time.sleep(0.01)

    works = [still_works(running) for _try in range(3)]
    oldest = [read_all(each) for each in held[:2]]

    assert (works, oldest) == ([True] * 3, [b"", b""])


def fill(running: Running, names: list[str], *, whole: bool = False) -> list[ssl.SSLSocket]:
    """One bundle in hand for each of these names."""
    held = []
    for name in names:
        talk = running.connect()
        body = f"{len(name):04}{name}".encode()
        talk.sendall(request(body=body, content_length=str(len(body) if whole else 900_000)))
        held.append(talk)
        while running.exchange.examined < len(held):
            time.sleep(0.01)
    return held


@pytest.mark.parametrize("whole", [False, True], ids=["coming", "come"])
def test_partners_that_fill_all_places_for_bundles_together_keep_no_other_out(start: Start, whole: bool) -> None:
    running = start(replace(PATIENT, connections_of_one=3, bundles=6, threads=3))
    running.exchange.gate = threading.Event()
    held = fill(running, ["bad-good-1"] * 3 + ["bad-good-2"] * 3, whole=whole)

    answer = answer_of(running.say(request(body=b"0004mild")))
    running.exchange.gate.set()

    assert answer == (200, hashlib.sha256(b"0004mild").hexdigest())
    for each in held:
        each.close()


def test_partners_that_take_their_answers_slowly_keep_no_other_out(start: Start) -> None:
    running = start(replace(PATIENT, connections_of_one=2, bundles=4))
    held = fill(running, ["one-huge"] * 2 + ["two-huge"] * 2, whole=True)
    while len(running.exchange.handled) < len(held):
        time.sleep(0.01)

    works = still_works(running)
    for each in held:
        each.close()

    assert works


def test_a_partner_takes_no_more_than_its_share_from_others(start: Start) -> None:
    running = start(replace(PATIENT, connections_of_one=4, bundles=3))
    held = fill(running, ["one", "two", "three"])

    refused = answer_of(running.say(request(body=b"0004four", content_length="900000")))
    held[0].close()

    assert refused == (503, "exchange.busy")


def test_an_idle_partner_gives_way_to_one_at_work(start: Start) -> None:
    running = start(replace(PATIENT, connections=2, bundles=9))
    first, second = running.connect(), running.connect()
    for each, name in ((first, b"0003one"), (second, b"0003two")):
        each.sendall(request(body=name, connection="keep-alive"))
        answer = b""
        while not answer.endswith(hashlib.sha256(name).hexdigest().encode()):
            answer += each.recv(65536)

    third = answer_of(running.say(request()))

    assert (third[0], read_all(first)) == (200, b"")


@pytest.mark.parametrize(
    ("limits", "size", "start_of_body"),
    [
        (replace(PATIENT, grace=0.3, head_rate=1000), 900_000, b"0500"),
        (replace(PATIENT, grace=0.3, rate=1000), 500, b"0004good"),
        (replace(PATIENT, grace=0.3, body=0.8), 900_000, b"0004good"),
    ],
    ids=["head", "declared size", "whole"],
)
def test_what_comes_steadily_has_as_long_as_its_size_takes(
    start: Start, limits: Limits, size: int, start_of_body: bytes
) -> None:
    running, pause, begun = start(limits), threading.Event(), time.monotonic()

    with running.connect() as talk:
        talk.sendall(request(content_length=str(size), body=start_of_body))
        try:
            while time.monotonic() - begun < 5:
                talk.sendall(b"x")
                pause.wait(0.05)
        except (ConnectionError, ssl.SSLError):
            pass
        raw = read_all(talk)

    assert answer_of(raw)[0] in {408, 0}
    assert time.monotonic() - begun < 4
    assert still_works(running)


def test_an_address_of_ipv6_counts_for_its_network() -> None:
    found = [_network(each) for each in ("10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "2001:db8::2:1", "fe80::1%eth0")]

    assert found == ["10.0.0.7", "10.0.0.7", "2001:db8::/64", "2001:db8::/64", "fe80::/64"]


def test_more_bundles_than_can_be_taken_are_put_off(start: Start) -> None:
    running = start(replace(TIGHT, bundles=2, threads=1, silence=10))
    running.exchange.gate = threading.Event()
    held = [running.connect() for _number in range(2)]
    for each in held:
        each.sendall(request(body=b"0004goodrest"))
    for _try in range(200):
        if running.exchange.examined == 2 or running.exchange.gate.wait(0.01):
            break

    refused = answer_of(running.say(request()))
    running.exchange.gate.set()
    answers = [answer_of(read_all(each))[0] for each in held]

    assert refused == (503, "exchange.busy")
    assert answers == [200, 200]


def test_one_sender_takes_one_thread_however_many_bundles_it_sends(start: Start) -> None:
    running = start(replace(TIGHT, threads=2, silence=10))
    running.exchange.gate = threading.Event()
    held = [running.connect() for _number in range(3)]
    for each in held:
        each.sendall(request(body=b"0004goodrest"))
    for _try in range(200):
        if running.exchange.examined == 3 or running.exchange.gate.wait(0.01):
            break

    other = answer_of(running.say(request(body=b"0004mild")))[0]
    running.exchange.gate.set()
    answers = [answer_of(read_all(each))[0] for each in held]

    assert (other, answers) == (200, [200, 200, 200])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"0008stranger", Reason.KEY_NOT_KNOWN_THERE),
        (b"GARBGARB", Reason.NOT_UNDERSTOOD_THERE),
        (b"0004fullfull", Reason.DISK_FULL_THERE),
        (b"0004bug!bug!", Reason.PARTNER_FAILED),
    ],
)
def test_the_caller_learns_one_reason(running: Running, body: bytes, reason: Reason) -> None:
    with pytest.raises(CallError) as caught:
        running.call(body)

    assert caught.value.reason is reason


def test_the_caller_knows_another_certificate_and_sends_it_nothing(running: Running) -> None:
    with pytest.raises(CallError) as caught:
        running.call(b"0004good", fingerprint="ab" * 32)

    assert caught.value.reason is Reason.CERTIFICATE_CHANGED
    assert running.exchange.examined == 0


def test_the_caller_knows_that_nobody_is_there(running: Running) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"https://127.0.0.1:{probe.getsockname()[1]}"

    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=nobody)

    assert caught.value.reason is Reason.PARTNER_UNREACHABLE


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1",
        "https://user:pass@127.0.0.1:1",
        "https://127.0.0.1:1/elsewhere",
        "https://127.0.0.1:1?x",
        "ftp://x",
        "https://",
        "https://127.0.0.1:1\r\nx: y",
        "file:///etc/passwd",
    ],
)
def test_only_an_address_of_a_listener_is_called(running: Running, address: str) -> None:
    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=address)

    assert caught.value.reason is Reason.NO_ROUTE


class Hostile(threading.Thread):
    """A listener with the right certificate that answers as it likes."""

    def __init__(self, certificate: Path, private: Path, raw: bytes, *, drip: float = 0) -> None:
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, private)
        self.raw, self.drip = raw, drip
        self.over = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.calls = 0

    def run(self) -> None:
        while not self.over.is_set():
            try:
                raw, _address = self.server.accept()
                with self.context.wrap_socket(raw, server_side=True) as talk:
                    self.calls += 1
                    heard = b""
                    while b"0004good" not in heard:
                        heard += talk.recv(65536)
                    if not self.drip:
                        talk.sendall(self.raw)
                        continue
                    for letter in self.raw:
                        talk.sendall(bytes([letter]))
                        if self.over.wait(self.drip):
                            break
            except OSError:
                continue

    def close(self) -> None:
        self.over.set()
        self.server.close()


OK = f"HTTP/1.1 200 OK\r\ncontent-type: {TYPE}\r\n"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            "HTTP/1.1 307 X\r\nlocation: https://127.0.0.1:1/exchange/1\r\ncontent-length: 0\r\n\r\n",
            Reason.PARTNER_FAILED,
        ),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi", Reason.PARTNER_FAILED),
        (OK + "content-encoding: gzip\r\ncontent-length: 2\r\n\r\nhi", Reason.PARTNER_FAILED),
        (OK + "content-length: 50\r\n\r\nshort", Reason.PARTNER_UNREACHABLE),
        ("HTTP/1.1 500 X\r\ncontent-type: application/json\r\n\r\n" + "[" * 5000, Reason.PARTNER_FAILED),
        (
            'HTTP/1.1 418 X\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"code": 5}',
            Reason.PARTNER_FAILED,
        ),
        ("SSH-2.0-x\r\n\r\n", Reason.PARTNER_UNREACHABLE),
        ("", Reason.PARTNER_UNREACHABLE),
    ],
)
def test_whatever_a_partner_answers_becomes_one_reason(
    running: Running, tmp_path: Path, raw: str, reason: Reason
) -> None:
    other = Hostile(tmp_path / "x.crt", tmp_path / "x.key", raw.encode())
    other.start()

    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=f"https://127.0.0.1:{other.port}")
    other.close()

    assert caught.value.reason is reason
    assert other.calls == 1


def test_an_answer_that_drips_is_given_up(running: Running, tmp_path: Path) -> None:
    raw = (OK + "content-length: 5000\r\n\r\n" + "x" * 5000).encode()
    other = Hostile(tmp_path / "x.crt", tmp_path / "x.key", raw, drip=0.005)
    other.start()

    with pytest.raises(CallError) as caught:
        running.call(
            b"0004good",
            address=f"https://127.0.0.1:{other.port}",
            patience=Patience(connect=5, silence=5, whole=30, grace=1, rate=2000),
        )
    other.close()

    assert caught.value.reason is Reason.PARTNER_UNREACHABLE


def test_an_answer_that_cannot_be_kept_here_is_no_fault_of_the_partner(running: Running, tmp_path: Path) -> None:
    body = b"0004goodhuge"

    with pytest.raises(CallError) as caught:
        client.call(running.address, running.fingerprint, iter([body]), len(body), spool=tmp_path / "gone")

    assert (caught.value.reason, caught.value.detail) == (Reason.INTERRUPTED, "not kept here")


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (OSError("Tunnel connection failed"), "OSError"),
        (OSError(0, "Error"), "OSError"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "EHOSTUNREACH"),
        (TimeoutError("read"), "TimeoutError"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "ConnectionRefusedError"),
    ],
)
def test_whatever_the_system_says_has_a_name_that_people_are_told_in_words(error: OSError, name: str) -> None:
    assert client.name_of(error) == name
    assert name in DETAIL_TEXTS


def test_an_answer_without_end_is_cut_off(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BUNDLE_SIZE", 10_000)
    answers = {size: (OK + f"content-length: {size}\r\n\r\n" + "x" * size).encode() for size in (10_000, 10_001)}
    others = {size: Hostile(tmp_path / "x.crt", tmp_path / "x.key", raw) for size, raw in answers.items()}
    for other in others.values():
        other.start()

    whole = running.call(b"0004good", address=f"https://127.0.0.1:{others[10_000].port}")
    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=f"https://127.0.0.1:{others[10_001].port}")
    for other in others.values():
        other.close()

    assert len(whole) == 10_000
    assert (caught.value.reason, caught.value.detail) == (Reason.PARTNER_FAILED, "the answer is too large")
