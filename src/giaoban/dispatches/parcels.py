"""The files of a dispatch as a transport sees them: read from the store, and checked, only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from giaoban.common.storage import StorageError
from giaoban.dispatches import written
from giaoban.dispatches.models import Dispatch


def files_of(dispatch: Dispatch) -> StoredFiles:
    """The files of one dispatch."""
    return StoredFiles(list(dispatch.files.values_list("sha256", flat=True)))


class StoredFiles(Mapping[str, bytes]):
    """SHA-256 → content of the files named, each once. KeyError for one that is missing or damaged on disk."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, sha256: str) -> bytes:
        if sha256 not in self._names:
            raise KeyError(sha256)
        try:
            return written.files().read(sha256)
        except StorageError:
            raise KeyError(sha256) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
