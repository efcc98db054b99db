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

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        command = [str(PROGRAM), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "-l", str(self.folder / "log")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _try in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                try:
                    self.process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue

    def kill(self) -> None:
        """As if its plug were pulled."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

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
        made = Broker(probe.getsockname()[1], folder)
    try:
        made.start()
        yield made
    finally:
        made.kill()
