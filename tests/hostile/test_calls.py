"""The caller of a partner's listener, when that partner means to hold it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.transports.test_https_listener import OK, Hostile, Running, running, start

from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import ErrorCode
from giaoban.transports.https.client import CallError, Patience
from giaoban.transports.https.transport import SAID_THERE, reason_named

__all__ = ["running", "start"]

PATIENT = Patience(connect=5, silence=2, whole=600)


@pytest.mark.parametrize(
    ("raw", "drip"),
    [
        ("HTTP/1.1 100 Continue\r\n\r\n" * 100_000, 0.0005),
        ("HTTP/1.1 100 Continue\r\n" + "x: y\r\n" * 100_000, 0.01),
        (OK + "x: " + "y" * 5000, 0.02),
        ("H" * 5000, 0.02),
    ],
)
def test_a_head_that_never_ends_is_given_up(tmp_path: Path, running: Running, raw: str, drip: float) -> None:
    other = Hostile(tmp_path / "x.crt", tmp_path / "x.key", raw.encode(), drip=drip)
    other.start()
    started = time.monotonic()

    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=f"https://127.0.0.1:{other.port}", patience=PATIENT)
    other.close()

    assert caught.value.reason is Reason.PARTNER_UNREACHABLE
    assert time.monotonic() - started < 20


def test_one_endless_announcement_after_another_is_given_up(tmp_path: Path, running: Running) -> None:
    other = Hostile(tmp_path / "x.crt", tmp_path / "x.key", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000_000)
    other.start()
    started = time.monotonic()

    with pytest.raises(CallError) as caught:
        running.call(b"0004good", address=f"https://127.0.0.1:{other.port}", patience=PATIENT)
    other.close()

    assert caught.value.reason is Reason.PARTNER_UNREACHABLE
    assert time.monotonic() - started < 20


def test_what_happened_here_is_not_for_a_partner_to_say() -> None:
    said = {reason.value: reason_named(reason.value) for reason in Reason}

    assert {name for name, reason in said.items() if reason.value == name} == {each.value for each in SAID_THERE}
    for name in (
        "refused_by_partner",
        "stopped_here",
        "receipt_invalid",
        "certificate_changed",
        "no_route",
        "nonsense",
    ):
        assert reason_named(name) is Reason.PARTNER_FAILED


def test_every_reason_that_we_give_for_a_code_is_one_that_is_understood() -> None:
    assert {reason_of(code) for code in ErrorCode} <= SAID_THERE
