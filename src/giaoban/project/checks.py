"""Start-up checks: every mistake of installation or settings has an id and a hint. `giaoban check` and `serve` run them.

Errors stop the server; warnings do not. Checks of the database run only where one is asked for.
"""

from __future__ import annotations

import resource
import shutil
import stat
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name
from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils.translation import gettext as _

from giaoban.agencies.queries import has_sample_data
from giaoban.common import clock
from giaoban.dispatches.models import Dispatch
from giaoban.partners.models import Partner
from giaoban.project import wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PACKAGE = Path(__file__).resolve().parent.parent
STATIC = PACKAGE / "web" / "static" / "built" / "base.css"
FONTS = PACKAGE / "documents" / "fonts" / "Tinos-Regular.ttf"
LOCAL_NAMES = {"127.0.0.1", "localhost", "[::1]", "testserver"}
LEAST_FREE_BYTES = 200 * 1024 * 1024
LEAST_SECRET = 40
FILES_ALONE = 320
"""Open files of a server that exchanges with nobody: pages, database, calls of strangers (`transports/https/listener.py`)."""
FILES_OF_PARTNER = 2
"""Open files of a partner whose server hangs: the call that delivers to it and the call that visits it."""
BUILT_IN_YEAR = 2026
"""No clock that runs right shows an earlier year than the one this program was written in."""


@register(Tags.files)
def home(**_options: Any) -> list[CheckMessage]:
    """GIAOBAN_HOME exists, can be written, has room, and is closed to other users of the machine."""
    folder: Path = settings.GIAOBAN_HOME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".write-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return [
            Error(
                _("GIAOBAN_HOME (%(folder)s) cannot be written: %(error)s")
                % {"folder": folder, "error": error.strerror},
                hint=_("Give the server's user a folder of its own, or set GIAOBAN_HOME to one."),
                id="giaoban.E010",
            )
        ]
    found: list[CheckMessage] = []
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        found.append(
            Warning(
                _("GIAOBAN_HOME (%(folder)s) can be read by other users of this machine") % {"folder": folder},
                hint=f"chmod 700 {folder}",
                id="giaoban.W011",
            )
        )
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        found.append(
            Warning(
                _("less than %(size)s MiB are free where GIAOBAN_HOME lies") % {"size": LEAST_FREE_BYTES // 1024**2},
                hint=_("Make room: a full disk refuses every new paper."),
                id="giaoban.W012",
            )
        )
    return found


@register(Tags.security)
def secrets(**_options: Any) -> list[CheckMessage]:
    """The session key is long enough; private keys are readable by the server's user alone."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < LEAST_SECRET:
        found.append(
            Error(
                _("GIAOBAN_SECRET_KEY is shorter than %(size)s characters") % {"size": LEAST_SECRET},
                hint=_("Leave it unset and one is made in GIAOBAN_HOME."),
                id="giaoban.E013",
            )
        )
    folder: Path = settings.GIAOBAN_HOME
    private = [folder / "secret.key", *sorted((folder / "keys").glob("**/*"))]
    open_to_others = [path for path in private if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        found.append(
            Error(
                _("%(count)s private keys can be read by other users of this machine, first %(file)s")
                % {"count": len(open_to_others), "file": open_to_others[0]},
                hint=_("chmod -R go= %(folder)s; if others did read them, end these keys and make new ones.")
                % {"folder": folder},
                id="giaoban.E014",
            )
        )
    if settings.DEBUG and not LOCAL_NAMES.issuperset(settings.ALLOWED_HOSTS):
        found.append(
            Error(
                _("GIAOBAN_DEBUG is on while the server answers to names that others reach"),
                hint=_("Unset GIAOBAN_DEBUG."),
                id="giaoban.E015",
            )
        )
    return found


@register(Tags.staticfiles)
def built_files(**_options: Any) -> list[CheckMessage]:
    """What set-up builds is there: front-end files, document fonts, message catalogues."""
    found: list[CheckMessage] = []
    if not STATIC.exists():
        found.append(
            Error(_("the front-end files have not been built"), hint=_("Run 'make setup'."), id="giaoban.E020")
        )
    if not FONTS.exists():
        found.append(
            Error(_("the fonts of documents have not been built"), hint=_("Run 'make setup'."), id="giaoban.E021")
        )
    catalogues = list(PACKAGE.glob("*/locale/vi/LC_MESSAGES/django.po"))
    if not all(path.with_suffix(".mo").exists() for path in catalogues):
        found.append(
            Error(_("the Vietnamese messages have not been compiled"), hint=_("Run 'make setup'."), id="giaoban.E022")
        )
    return found


@register(Tags.compatibility)
def wiring_leads_somewhere(**_options: Any) -> list[CheckMessage]:
    """Every name in the wiring tables is a callable."""
    found: list[CheckMessage] = []
    hooks = [name for name in (wiring.ROUTING, wiring.MAY_SEND, wiring.ON_FORK) if name]
    for name in [*wiring.KINDS.values(), *wiring.TRANSPORTS.values(), *wiring.AGENCY_ADDED, *hooks]:
        module, _dot, attribute = name.rpartition(".")
        try:
            target = getattr(import_module(module), attribute)
        except (ImportError, AttributeError):
            target = None
        if not callable(target):
            found.append(
                Error(
                    _("the wiring names %(name)s, which does not exist") % {"name": name},
                    hint=_("Correct project/wiring.py."),
                    id="giaoban.E023",
                )
            )
    return found


@register(Tags.compatibility)
def clock_is_sane(**_options: Any) -> list[CheckMessage]:
    """The machine's clock is not before this program."""
    now = clock.now()
    if now.year >= BUILT_IN_YEAR:
        return []
    return [
        Error(
            _("the clock of this machine says %(day)s") % {"day": f"{now:%d/%m/%Y}"},
            hint=_("Set the clock; deadlines and registers carry its dates."),
            id="giaoban.E024",
        )
    ]


@register(Tags.database)
def database(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """The database answers, is as durable as promised (ADR-0007), and holds nothing from the future."""
    if not databases:
        return []
    examinations: list[Callable[[], list[CheckMessage]]] = [_durability, _future, _sample_in_public, _open_files]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return [message for examine in examinations for message in examine()]
    except DatabaseError as error:
        return [
            Error(
                _("the database does not answer: %(error)s") % {"error": str(error).strip()},
                hint=_("Check GIAOBAN_DATABASE_URL, or that GIAOBAN_HOME lies on a local disk."),
                id="giaoban.E030",
            )
        ]


def _durability() -> list[CheckMessage]:
    wanted: list[tuple[str, set[str], str, str]]
    if connection.vendor == "sqlite":
        wanted = [
            ("PRAGMA journal_mode", {"truncate", "delete", "persist", "memory"}, "journal mode", "giaoban.E031"),
            ("PRAGMA synchronous", {"2", "3"}, "synchronous", "giaoban.E032"),
            ("PRAGMA foreign_keys", {"1"}, "foreign keys", "giaoban.E033"),
        ]
        if not getattr(connection, "is_in_memory_db", bool)():
            wanted[0][1].discard("memory")
    else:
        wanted = [
            ("SHOW fsync", {"on"}, "fsync", "giaoban.E034"),
            ("SHOW full_page_writes", {"on"}, "full_page_writes", "giaoban.E035"),
            (
                "SHOW synchronous_commit",
                {"on", "remote_apply", "remote_write", "local"},
                "synchronous_commit",
                "giaoban.E036",
            ),
        ]
    found: list[CheckMessage] = []
    with connection.cursor() as cursor:
        for statement, good, subject, check_id in wanted:
            cursor.execute(statement)
            row = cursor.fetchone()
            value = str(row[0]).lower() if row else ""
            if value not in good:
                found.append(
                    Error(
                        _(
                            "the database has %(subject)s = %(value)s: what was acknowledged could be lost at a power cut"
                        )
                        % {"subject": subject, "value": value},
                        hint=_("Set it to %(values)s.") % {"values": " / ".join(sorted(good))},
                        id=check_id,
                    )
                )
    return found


def _has_tables() -> bool:
    return "dispatches_dispatch" in connection.introspection.table_names()


def _future() -> list[CheckMessage]:
    if not _has_tables():
        return []
    newest = Dispatch.objects.aggregate(newest=Max("issued_at"))["newest"]
    if newest is None or newest <= clock.now():
        return []
    return [
        Warning(
            _("the newest dispatch was issued on %(time)s, after what this machine's clock says now")
            % {"time": f"{newest:%d/%m/%Y %H:%M}"},
            hint=_("Set the clock. Order is kept all the same: it comes from the registers."),
            id="giaoban.W037",
        )
    ]


def _sample_in_public() -> list[CheckMessage]:
    if not _has_tables() or LOCAL_NAMES.issuperset(settings.ALLOWED_HOSTS) or not has_sample_data():
        return []
    return [
        Error(
            _("this server holds sample accounts with a published password and answers to names that others reach"),
            hint=_("Start over with an empty GIAOBAN_HOME and 'giaoban init'."),
            id="giaoban.E038",
        )
    ]


def _open_files() -> list[CheckMessage]:
    if "partners_partner" not in connection.introspection.table_names():
        return []
    partners, (_soft, hard) = Partner.objects.count(), resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_ALONE + FILES_OF_PARTNER * partners
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        return []
    return [
        Warning(
            _("at most %(limit)s files may be open at once; %(partners)s partners may need %(wanted)s")
            % {"limit": hard, "partners": partners, "wanted": wanted},
            hint=_("Raise the hard limit: LimitNOFILE= of the service, or 'ulimit -Hn' before 'giaoban serve'."),
            id="giaoban.W039",
        )
    ]
