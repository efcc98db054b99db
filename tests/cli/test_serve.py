"""What `giaoban serve` does before it serves."""

from __future__ import annotations

import subprocess
import sys

LIMITS = """
import resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 3000))
from giaoban.cli import server
from giaoban.common.errors import RefusedError
with socket.create_server(("127.0.0.1", 0)) as busy:
    try:
        server.serve(host="127.0.0.1", port=busy.getsockname()[1], exchange_port=0, exchange_host="")
    except RefusedError as error:
        print(error.code, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_server_may_open_as_many_files_as_the_machine_allows() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["serve.port", "3000", "3000"]
