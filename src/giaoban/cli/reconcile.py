"""The command after a restore: ask the partners what they hold of us, keep it again, and go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from giaoban.cli.asking import AS, JSON, PASSWORD, check_password, find_administrator, find_partner, write_file
from giaoban.cli.output import DONE, FAILED, answer_json, note, say, table
from giaoban.cli.start import start_with_tables
from giaoban.cli.words import gettext as _
from giaoban.cli.words import ngettext
from giaoban.common import clock

if TYPE_CHECKING:
    from datetime import datetime

    from giaoban.partners.reconcile import Answer, Finished

ROUNDS = 50
"""Visits to a partner that still has something to return."""


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command(help=_("After a restore: ask the partners what they hold of this server, keep it again, and go on."))(
        reconcile
    )


def reconcile(
    finish: bool = typer.Option(False, "--finish", help=_("Go on, now that every partner has answered.")),
    without: str = typer.Option(
        "", "--without", metavar="PARTNER", help=_("Agree to go on without this partner. Two people are needed.")
    ),
    out: Path = typer.Option(
        Path(), "--out", metavar="DIR", help=_("Where papers for officers of a root are written.")
    ),
    person: str = AS,
    password: str = PASSWORD,
    as_json: bool = JSON,
) -> int:
    """Without --finish it only asks, and says who has answered. Partners without a network answer by bundles on a stick."""
    start_with_tables()
    from giaoban.partners import officers
    from giaoban.partners import reconcile as work

    moment = clock.now()
    work.notice_restore(now=moment)
    if not work.is_frozen():
        if as_json:
            answer_json({"frozen": False})
        else:
            note(_("There is nothing to reconcile: this server is not frozen."))
        return DONE
    if without:
        by = find_administrator(person)
        check_password(by, password)
        work.waive(find_partner(without), by=by, now=moment)
    answers = _ask(moment)
    done = work.finish(by=find_administrator(person), now=moment) if finish else None
    if done is not None:
        for agency, paper in done.papers:
            write_file(
                out / f"{agency.code}-keys-{officers.statement_on(paper).number}.json", officers.write_paper(paper)
            )
    if as_json:
        answer_json({"frozen": work.is_frozen(), "partners": [_plain(each) for each in answers], **_of(done)})
    else:
        _say(answers, done)
    return FAILED if done is not None and done.papers else DONE


def _ask(moment: datetime) -> list[Answer]:
    """Visit every partner that can be visited until it has returned everything."""
    from giaoban.partners import reconcile as work
    from giaoban.transports import rounds

    for partner in rounds.visited():
        for courier in rounds.visits_of(partner):
            for _round in range(ROUNDS):
                before = next(each for each in work.answers() if each.partner.pk == partner.pk)
                if before.complete or rounds.visit(partner, courier, now=moment).failure:
                    break
    return work.answers()


def _say(answers: list[Answer], done: Finished | None) -> None:
    from giaoban.partners import reconcile as work

    table(
        (_("partner"), _("has answered"), _("returned")),
        [
            (
                each.partner.name,
                _("yes") if each.complete else _("left out") if work.is_waived(each.partner) else _("no"),
                str(each.returned),
            )
            for each in answers
        ],
    )
    if done is None:
        note(
            _(
                "Nothing but status leaves this server. When every partner has answered: giaoban reconcile --finish --as NAME"
            )
        )
        return
    if done.papers:
        note(_("Officers must sign first: giaoban keys sign, giaoban keys apply; then run this again."))
        return
    say(
        _(
            "%(own)d dispatches of ours and %(arrivals)d to us came back. Each agency has a new key; this server goes on."
        )
        % {"own": done.own, "arrivals": done.arrivals}
    )
    note(
        _(
            "Where an agency has no root, two administrators of each partner approve its new key before they take anything of it."
        )
    )
    if done.without_effect:
        note(
            ngettext(
                "%(count)d dispatch was registered again, but its work could not be done again: look at it.",
                "%(count)d dispatches were registered again, but their work could not be done again: look at them.",
                len(done.without_effect),
            )
            % {"count": len(done.without_effect)}
        )
        for digest in done.without_effect:
            say(digest)


def _plain(each: Answer) -> dict[str, Any]:
    from giaoban.partners import reconcile as work

    return {
        "uid": str(each.partner.uid),
        "name": each.partner.name,
        "complete": each.complete,
        "left_out": work.is_waived(each.partner),
        "returned": each.returned,
    }


def _of(done: Finished | None) -> dict[str, Any]:
    if done is None:
        return {}
    return {
        "own": done.own,
        "arrivals": done.arrivals,
        "without_effect": list(done.without_effect),
        "papers": [agency.code for agency, _paper in done.papers],
    }
