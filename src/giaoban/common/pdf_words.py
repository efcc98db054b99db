"""A program of its own: PDF on standard input, its text on standard output. Exit code 3: it cannot be read.

`file_words.py` runs it in a process that may use little memory, little time and no file, because a PDF is a program for a
machine that nobody has proved safe. It imports nothing of this project.
"""

from __future__ import annotations

import io
import logging
import resource
import sys

MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_SECONDS = 10
MAX_PAGES = 500
UNREADABLE = 3


def main() -> int:
    """Read, write, and say whether that worked."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from pypdf import PdfReader  # noqa: PLC0415 - under the limits

    logging.disable()
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        if reader.is_encrypted or len(reader.pages) > MAX_PAGES:
            return UNREADABLE
        texts = [page.extract_text() for page in reader.pages]
        texts += [str(value) for value in (reader.metadata or {}).values()]
    except Exception:  # noqa: BLE001 - whatever goes wrong inside a hostile file, it is unreadable
        return UNREADABLE
    sys.stdout.buffer.write("\n".join(texts).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
