"""The command `giaoban`: its list of commands, and what becomes of refusals."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import typer

from giaoban import __version__
from giaoban.cli import doctor, evidence, exchange, keys, partners, reading, reconcile, server, upkeep, work
from giaoban.cli.output import DONE, FAILED, USAGE, note, refuse
from giaoban.cli.words import gettext as _
from giaoban.common import collector
from giaoban.common.errors import NotFoundError, RefusedError

HELP = _("Joint conferences of agencies bound by a joint regulation: prepare, hold, follow up.")
EPILOG = _("Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 verification failed.")

UsageError: Any = typer.BadParameter.__mro__[1]
"""What the library raises for a command line it cannot use; it does not export the class itself."""

app = typer.Typer(
    name="giaoban",
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _part in (server, reading, work, partners, keys, exchange, evidence, doctor, upkeep, reconcile):
    _part.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"giaoban {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help=_("Print the version.")),
) -> None:
    """Holds the options that stand before a command."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code; no traceback reaches a person for what the rules foresee."""
    if arguments is None:
        collector.look_less_often()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(given, standalone_mode=False)
    except RefusedError as error:
        refuse(error.as_dict(), as_json="--json" in given)
        return FAILED
    except NotFoundError:
        refuse(
            {
                "code": "not_found",
                "what": _("There is nothing here by that name."),
                "why": _("It does not exist, or it is not yours to see."),
                "how": _("Look it up in the list first."),
            },
            as_json="--json" in given,
        )
        return FAILED
    except UsageError as error:
        note(_("Wrong usage: %(error)s") % {"error": error.format_message()})
        note(_("'giaoban --help' and 'giaoban COMMAND --help' say how."))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        note(_("Stopped."))
        return FAILED
    except BrokenPipeError:
        # The reader of our output has gone (head, less): nothing is left to say, and Python must not try at exit.
        sys.stderr.close()
        return FAILED
    except Exception as error:
        # The last resort: a mistake of ours is said as one. Whoever looks for it sets GIAOBAN_DEBUG.
        if os.environ.get("GIAOBAN_DEBUG"):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        refuse(
            {
                "code": "program.fault",
                "what": _("The program made a mistake."),
                "why": f"{type(error).__name__} ({Path(place.filename).name}:{place.lineno})",
                "how": _("Set GIAOBAN_DEBUG=1 to see where, and tell the maintainers."),
            },
            as_json="--json" in given,
        )
        return FAILED
    return code if isinstance(code, int) else DONE


if __name__ == "__main__":
    sys.exit(run())
