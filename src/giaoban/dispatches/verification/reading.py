"""One reading of the tables: who is who, every row, and the list of what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from giaoban.agencies.models import Agency, AgencyKey, Person
from giaoban.dispatches import keys, seals
from giaoban.dispatches.verification.facts import RegisterName
from giaoban.dispatches.verification.findings import Finding, Severity
from giaoban.kernel import register as log
from giaoban.kernel.verify import TrustedKey

RowT = TypeVar("RowT", bound=models.Model)
Progress = Callable[[int, int], None]
"""(done, total) rows."""
CHUNK: Final = 500


@dataclass(slots=True)
class Directory:
    """Agencies and people by row id, and the keys of the agencies."""

    codes: dict[int, str]
    persons: dict[int, str] = field(default_factory=dict)
    find_key: Callable[[str, str], TrustedKey | None] = field(default_factory=keys.remembering_finder)
    _public_keys: dict[int, list[bytes]] = field(default_factory=dict)

    @classmethod
    def of_this_server(cls) -> Directory:
        """Everybody."""
        codes = dict(Agency.objects.values_list("pk", "code"))
        return cls(codes, {pk: str(uid) for pk, uid in Person.objects.values_list("pk", "uid")})

    def code(self, agency: int) -> str:
        """`?` for one that is not there: no agency has that code."""
        return self.codes.get(agency, "?")

    def origin(self, name: RegisterName) -> str:
        """What the register is called in every checkpoint. Raises KernelError."""
        return log.origin(self.code(name[0]), name[1], name[2])

    def public_keys(self, agency: int) -> list[bytes]:
        """All it ever had."""
        if agency not in self._public_keys:
            rows = AgencyKey.objects.filter(agency_id=agency).values_list("public_key", flat=True)
            self._public_keys[agency] = [bytes(row) for row in rows]
        return self._public_keys[agency]

    def signed_by(self, agency: int, note: str, origin: str) -> log.Checkpoint:
        """The checkpoint, if any key of the agency signed it. Raises KernelError."""
        _said, key_hash, _signature = log.parse_checkpoint(note)
        for public_key in self.public_keys(agency):
            if log.note_key_hash(origin, public_key) == key_hash:
                return log.check_checkpoint(note, public_key, origin=origin)
        return log.check_checkpoint(note, b"", origin=origin)


class Reading:
    """Gives the rows, and is told what is wrong with them."""

    def __init__(self, directory: Directory, progress: Progress | None = None, total: int = 0) -> None:
        self.directory = directory
        self.findings: list[Finding] = []
        self._progress = progress
        self._done, self._total = 0, total

    def add(
        self,
        code: str,
        what: str,
        *,
        agency: int | None = None,
        name: RegisterName | None = None,
        position: int | None = None,
        number: int | None = None,
        severity: Severity = Severity.BROKEN,
    ) -> None:
        """One more finding: about a register where `name` is given, else about an agency where that is."""
        if name is not None:
            agency = name[0]
        self.findings.append(
            Finding(
                code=code,
                what=what,
                severity=severity,
                agency="" if agency is None else self.directory.codes.get(agency, f"#{agency}"),
                direction="" if name is None else name[1],
                year=None if name is None else name[2],
                position=position,
                number=number,
            )
        )

    def rows(self, table: type[RowT]) -> Iterator[RowT]:
        """Every row, in chunks; one that cannot be read is a finding and passed over."""
        ids = list(every(table).order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), CHUNK):
            piece = ids[start : start + CHUNK]
            try:
                found = every(table).in_bulk(piece)
            except (ValueError, TypeError, ArithmeticError):
                found = self._one_by_one(table, piece)
            for row_id in piece:
                if row_id in found:
                    yield found[row_id]
            self._done += len(piece)
            if self._progress is not None:
                self._progress(min(self._done, self._total), self._total)

    def _one_by_one(self, table: type[RowT], ids: list[int]) -> dict[int, RowT]:
        found: dict[int, RowT] = {}
        for row_id in ids:
            try:
                found[row_id] = every(table).get(pk=row_id)
            except (ValueError, TypeError, ArithmeticError):
                self.add(
                    "row.unreadable",
                    _("Row %(id)s of table %(table)s cannot be read.") % {"id": row_id, "table": table.__name__},
                )
        return found

    def is_sealed(self, row: models.Model, agency: int, table: str) -> bool:
        """Whether a running value is as the system wrote it; a finding when it is not."""
        if seals.is_intact(row):
            return True
        self.add(
            "row.seal",
            _("A row of table %(table)s was changed behind the system's back.") % {"table": table},
            agency=agency,
        )
        return False


def every(table: type[RowT]) -> models.Manager[RowT]:
    """The documented manager that hides nothing."""
    return table._base_manager  # noqa: SLF001 - see above
