"""The words of the command line, before and without Django: the person's language and its catalogue.

`GIAOBAN_LANG` decides (vi or en); without it an English locale means English, anything else Vietnamese.
"""

from __future__ import annotations

import gettext as _gettext
import os
from pathlib import Path

LOCALES = Path(__file__).resolve().parent / "locale"


def language() -> str:
    """ "vi" or "en"."""
    asked = os.environ.get("GIAOBAN_LANG", "")
    if not asked:
        names = ("LC_ALL", "LC_MESSAGES", "LANG")
        asked = next((value for value in map(os.environ.get, names) if value), "")
    return "en" if asked.lower().startswith("en") else "vi"


def gettext_noop(text: str) -> str:
    """Marks a text of the command-line library for the catalogue; it is looked up there, not here."""
    return text


# What the library that reads the arguments says itself. It asks the process-wide catalogue for these.
LIBRARY_TEXTS = (
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("Commands"),
    gettext_noop("Error"),
    gettext_noop("Aborted."),
    gettext_noop("Missing command."),
    gettext_noop("No such command {name!r}."),
    gettext_noop("[required]"),
    gettext_noop("[default: {}]"),
    gettext_noop("[env var: {}]"),
)

os.environ["LANGUAGE"] = language()
_gettext.bindtextdomain("django", str(LOCALES))
_gettext.textdomain("django")

gettext = _gettext.gettext
ngettext = _gettext.ngettext
