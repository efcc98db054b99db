"""The command line in the test's own process: what it sets for the whole process is put back."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English messages; umask, language and logging as before afterwards."""
    monkeypatch.setenv("GIAOBAN_LANG", "en")
    monkeypatch.setenv("LANGUAGE", "en")  # set from GIAOBAN_LANG when the words were loaded
    mask = os.umask(0o077)
    active = translation.get_language()
    yield
    os.umask(mask)
    logging.disable(logging.NOTSET)
    translation.activate(active or "vi")
