"""A program: every signing act is pressed twice at the same instant, on a database of its own; prints what came of it as JSON.

Run by `test_races.py` with GIAOBAN_HOME (and GIAOBAN_DATABASE_URL) of its own, since threads that commit need a real database.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 4
WRITERS = 8


def together(act: Callable[[int], object], count: int = THREADS) -> list[str]:
    """What `count` threads got that did `act` at once: "done", or the code or the kind of what was raised."""
    from django.db import connection

    from giaoban.common.errors import RefusedError

    gate = threading.Barrier(count)
    found: list[str] = []

    def run(number: int) -> None:
        gate.wait()
        try:
            act(number)
            found.append("done")
        except RefusedError as error:
            found.append(error.code)
        except Exception as error:  # noqa: BLE001 - its kind is the result
            found.append(f"{type(error).__name__}: {error}"[:200])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(set(found))


def main() -> int:
    """Play, and print."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from giaoban.project import wiring

    wiring.connect()
    said: dict[str, Any] = {"acts": {"reports": play_reports, "conferences": play_conferences}[sys.argv[1]]()}
    said["broken"] = [str(finding) for finding in broken()]
    said["numbers"] = numbers()
    json.dump(said, sys.stdout)
    return 0


def counted(press: Callable[[], list[str]]) -> dict[str, Any]:
    """What was answered, and how many dispatches came of it."""
    from giaoban.dispatches.models import Dispatch

    before = Dispatch.objects.count()
    answers = press()
    return {"answers": answers, "dispatches": Dispatch.objects.count() - before}


def play_reports() -> dict[str, Any]:
    from tests.reports.town import NOW, make_town

    from giaoban.dispatches.services import deliver_all
    from giaoban.reports import services

    town = make_town()
    found: dict[str, Any] = {}
    drafts = {code: town.write(code) for code in ("CAH", "BCH", "HKL")}
    for code, draft in drafts.items():
        found[f"submit {code}"] = counted(
            lambda draft=draft, code=code: together(
                lambda _n: services.submit_report(draft, by=town.approvers[code], now=NOW)
            )
        )
    deliver_all(NOW)
    figures = services.draft_joint_figures(town.coordination, "2026-Q3", by=town.officers["CAH"], now=NOW)
    found["propose figures"] = counted(
        lambda: together(lambda _n: services.propose_joint_figures(figures, by=town.approvers["CAH"], now=NOW))
    )
    deliver_all(NOW)
    found["object"] = counted(
        lambda: together(
            lambda _n: services.object_to_figures(town.table("HKL"), by=town.approvers["HKL"], now=NOW, reason="Thiếu")
        )
    )
    found["sign"] = counted(
        lambda: together(lambda _n: services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW))
    )
    deliver_all(NOW)
    received = town.report("CAH", "HKL")
    found["return"] = counted(
        lambda: together(lambda _n: services.return_report(received, by=town.approvers["CAH"], now=NOW, reason="Sai"))
    )
    periods = [f"{year}-Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4)][:WRITERS]
    papers = [town.write("CAH", period=period) for period in periods]
    found["eight at once"] = counted(
        lambda: together(
            lambda number: services.submit_report(papers[number], by=town.approvers["CAH"], now=NOW), WRITERS
        )
    )
    return found


def play_conferences() -> dict[str, Any]:
    from tests.conferences.hall import NOW, OPENED, conclusions, make_hall

    from giaoban.common.access import Role
    from giaoban.conferences import copies, services
    from giaoban.dispatches.services import deliver_all
    from giaoban.tasks import services as tasks

    hall = make_hall()
    officer, approver, other = hall.by("CAH", Role.OFFICER), hall.by("CAH"), hall.by("BCH")
    found: dict[str, Any] = {}

    def press(name: str, act: Callable[[int], object]) -> None:
        found[name] = counted(lambda: together(act))
        deliver_all(OPENED)

    press("draft", lambda _n: services.propose_next(hall.coordination, by=officer, now=NOW))
    draft = hall.copy("CAH")
    services.save_plan(draft, hall.complete(copies.read_plan(draft)), by=officer, now=NOW)
    press("invite", lambda _n: services.send_invitation(hall.copy("CAH"), by=approver, now=NOW))
    press("open", lambda _n: services.open_conference(hall.copy("CAH"), by=officer, now=OPENED))
    services.close_sitting(hall.copy("CAH"), by=officer, now=OPENED + timedelta(hours=3))
    services.draft_conclusions(hall.copy("CAH"), conclusions(), by=officer, now=OPENED)
    later = OPENED + timedelta(hours=4)
    press("propose", lambda _n: services.propose_conclusions(hall.copy("CAH"), by=approver, now=later))
    digest = hall.copy("BCH").proposed_digest
    press("accept", lambda _n: services.accept_conclusions(hall.copy("BCH"), digest=digest, by=other, now=later))
    press("issue", lambda _n: services.issue_outcome(hall.copy("CAH"), by=approver, now=later))
    press("complete", lambda _n: tasks.complete_task(hall.task("BCH"), text="Xong", by=other, now=later))
    press("accept task", lambda _n: tasks.accept_completion(hall.task("CAH"), by=approver, now=later))
    return found


def broken() -> list[Any]:
    from giaoban.dispatches.verification import Severity, verify_all

    return [finding for finding in verify_all() if finding.severity is Severity.BROKEN]


def numbers() -> bool:
    """Whether the official numbers and the running numbers of every agency are 1, 2, 3, … without a gap or a repeat."""
    from giaoban.dispatches.models import Dispatch

    runs: dict[object, list[int]] = {}
    for row in Dispatch.objects.order_by("pk").values("sender", "year", "symbol", "number", "sequence"):
        runs.setdefault((row["sender"], "sequence"), []).append(row["sequence"])
        if row["number"] is not None:
            runs.setdefault((row["sender"], row["year"], row["symbol"]), []).append(row["number"])
    return all(sorted(run) == list(range(1, len(run) + 1)) for run in runs.values())


if __name__ == "__main__":
    sys.exit(main())
