"""`make two`: two servers with different agencies on this machine, enrolled at one another, so that a newcomer can send from one to the
other and pull the plug. Ctrl-C stops both; their data stays in var/two until `make reset`.
"""

from __future__ import annotations

import http.client
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


@dataclass(frozen=True)
class Side:
    """One of the two servers."""

    name: str
    home: Path
    port: int
    exchange_port: int

    @property
    def environment(self) -> dict[str, str]:
        """Its variables; those of a server that the caller may have set are left out."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIAOBAN_") or name == "GIAOBAN_LANG"
        }
        kept.pop("PORT", None)
        return kept | {"GIAOBAN_HOME": str(self.home)}

    @property
    def address(self) -> str:
        """Where partners reach it."""
        return f"https://127.0.0.1:{self.exchange_port}"

    def step(self, *arguments: str) -> None:
        """One step of `giaoban.sample.pair` on it, in a process of its own."""
        with (self.home / "serve.log").open("ab") as log:
            subprocess.run(
                [sys.executable, __file__, "step", *arguments], env=self.environment, cwd=ROOT, check=True, stderr=log
            )

    def serve(self) -> subprocess.Popen[bytes]:
        """The server as a process."""
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "giaoban.cli.main",
                "serve",
                "--port",
                str(self.port),
                "--exchange-port",
                str(self.exchange_port),
            ],
            env=self.environment,
            cwd=ROOT,
            stdout=(self.home / "serve.log").open("ab"),
            stderr=subprocess.STDOUT,
        )


def sides(folder: Path, *, port: int = 8001, exchange_port: int = 8441) -> tuple[Side, Side]:
    """Both, beside one another."""
    return (
        Side("a", folder / "a", port, exchange_port),
        Side("b", folder / "b", port + 1, exchange_port + 1),
    )


def prepare(folder: Path, pair: tuple[Side, Side]) -> None:
    """Make both servers and enrol them, the way people do; nothing where that is done already."""
    done = folder / "enrolled"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    for side in pair:
        side.home.mkdir(parents=True, mode=0o700)
    a, b = pair
    for side in pair:
        side.step("found", side.name, side.address)
    # The second server's offer goes to the first, which adds the coordination; its offer brings that to the second.
    b.step("offer", str(folder / "b.offer"))
    a.step("enrol", str(folder / "b.offer"))
    a.step("agree")
    a.step("offer", str(folder / "a.offer"))
    b.step("enrol", str(folder / "a.offer"))
    done.touch()


def main() -> int:
    """Runs both until Ctrl-C or until one of them ends."""
    folder = Path(os.environ.get("TWO_HOME") or ROOT / "var" / "two")
    port = int(os.environ.get("TWO_PORT") or 8001)
    exchange_port = int(os.environ.get("TWO_EXCHANGE_PORT") or 8441)
    pair = sides(folder, port=port, exchange_port=exchange_port)
    taken = [each for side in pair for each in (side.port, side.exchange_port) if not _is_free(each)]
    if taken:
        print(
            f"two: something answers already on port {', '.join(map(str, taken))}: another 'make two'? Stop it, or take other ports:\n"
            "     TWO_PORT=8011 TWO_EXCHANGE_PORT=8451 TWO_HOME=/somewhere/else make two",
            file=sys.stderr,
        )
        return 1
    if not (folder / "enrolled").exists():
        print("two: making and enrolling two servers …", flush=True)
    try:
        prepare(folder, pair)
    except subprocess.CalledProcessError:
        print(f"two: the servers could not be made; see {folder}/*/serve.log", file=sys.stderr)
        return 1
    processes = [side.serve() for side in pair]
    stopping = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        for side, process in zip(pair, processes, strict=True):
            if not _answers(side, process) and not stopping:
                print(f"two: {side.name} did not start; see {side.home / 'serve.log'}", file=sys.stderr)
                return 1
        _tell(pair, processes)
        down: set[str] = set()
        while not stopping:
            for number, side in enumerate(pair):
                if processes[number].poll() is not None and side.name not in down:
                    down.add(side.name)
                    print(f"two: the server on port {side.port} has stopped; Enter starts it again", flush=True)
            if _enter(0.3):
                for number, side in enumerate(pair):
                    if side.name in down:
                        processes[number] = side.serve()
                        down.discard(side.name)
                        print(f"two: the server on port {side.port} starts again", flush=True)
    finally:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(20)
    return 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _enter(seconds: float) -> bool:
    """Whether somebody presses Enter within this time; without a terminal it only waits."""
    if not sys.stdin.isatty():
        time.sleep(seconds)
        return False
    ready, _write, _error = select.select([sys.stdin], [], [], seconds)
    return bool(ready) and bool(sys.stdin.readline())


def _answers(side: Side, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", side.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return True
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    return False


def _tell(pair: tuple[Side, Side], processes: list[subprocess.Popen[bytes]]) -> None:
    a, b = pair
    print(
        f"""
  police    http://127.0.0.1:{a.port}/   accounts canbo.ca  thutruong.ca  vanthu.ca   quantri quantri.hai
  military  http://127.0.0.1:{b.port}/   accounts canbo.qs  thutruong.qs              quantri quantri.hai
  password of all: giao-ban-mau-2026     (invented people and agencies; never reachable by others)

Send a letter on one and read it on the other. Pull the plug: kill -9 {processes[0].pid} (police) or {processes[1].pid} (military),
send from the other, press Enter here to start it again: what was sent arrives, once.
Logs are in {pair[0].home.parent}/*/serve.log. Ctrl-C stops both.
""",
        flush=True,
    )


def step(name: str, *arguments: str) -> None:
    """One step on the server of GIAOBAN_HOME."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giaoban.project.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from giaoban.common import clock
    from giaoban.sample import pair

    now = clock.now()
    match name:
        case "found":
            call_command("migrate", verbosity=0, interactive=False)
            pair.found(arguments[0], arguments[1], now=now)
        case "agree":
            pair.agree(now=now)
        case "offer":
            pair.offer(Path(arguments[0]), now=now)
        case "enrol":
            pair.enrol(Path(arguments[0]), now=now)
        case "greet":
            pair.greet(now=now)
        case _:
            raise SystemExit(f"no such step: {name}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["step"]:
        step(*sys.argv[2:])
    else:
        sys.exit(main())
