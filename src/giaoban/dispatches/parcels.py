"""The files of a dispatch as a transport sees them: read from the store, and checked, only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from giaoban.common.storage import StorageError
from giaoban.dispatches import issuing

if TYPE_CHECKING:
    from giaoban.dispatches.models import Dispatch


class StoredFiles(Mapping[str, bytes]):
    """SHA-256 → content of the files this dispatch names. KeyError for one that is missing or damaged on disk."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._names: list[str] | None = None

    def __getitem__(self, sha256: str) -> bytes:
        if sha256 not in self._wanted():
            raise KeyError(sha256)
        try:
            return issuing.files().read(sha256)
        except StorageError:
            raise KeyError(sha256) from None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._wanted()))

    def __len__(self) -> int:
        return len(set(self._wanted()))

    def _wanted(self) -> list[str]:
        if self._names is None:
            self._names = list(self._dispatch.files.values_list("sha256", flat=True))
        return self._names
