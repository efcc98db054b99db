"""A NATS server of the test's own, from the development package; without it the tests of the courier are skipped and say so."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")


@dataclass
class Broker:
    """A running server."""

    address: str

    def say(self, subject: str, content: bytes, headers: dict[str, str] | None) -> None:
        """Publish anything, as anybody who may connect could."""

        async def speak() -> None:
            import nats

            client = await nats.connect(self.address)
            await client.jetstream().publish(subject, content, headers=headers)
            await client.close()

        asyncio.run(speak())


def broker_or_skip(folder: Path) -> Iterator[Broker]:
    """A server on a free port until the generator ends."""
    if PROGRAM is None:
        pytest.skip("there is no nats-server on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [PROGRAM, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder), "-l", str(folder / "log")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _try in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                try:
                    process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
        yield Broker(f"nats://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
