"""T4: which role may do what, written down a second time by somebody else than the author of the code.

Each service refuses a role before it looks at anything, so it is called here with things that do not exist: whoever takes a
`by.require` away, or adds a role to one, turns this red.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.agencies.personas import NOW

from giaoban.agencies.models import Agency, Person
from giaoban.common.access import By, Role
from giaoban.common.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2] / "src" / "giaoban"
V, C, O, A, D = Role.VIEWER, Role.CLERK, Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR  # noqa: E741
SIGN, WRITE, KEEP, DELIVER = {A}, {O, A}, {C, O, A}, {C, A}

MAY: dict[str, dict[str, set[Role]]] = {
    "reports.reporting": {
        "open_report": WRITE, "save_report": WRITE, "submit_report": SIGN, "revise_report": WRITE, "return_report": SIGN,
    },
    "reports.agreeing": {
        "draft_joint_figures": WRITE, "settle_row": WRITE, "settle_rows": WRITE, "accept_equal": WRITE,
        "propose_joint_figures": SIGN, "sign_off": SIGN, "object_to_figures": SIGN,
    },
    "correspondence.sending": {"issue_letter": SIGN},
    "correspondence.handling": {
        "register": DELIVER, "refuse": DELIVER, "assign": SIGN, "start": WRITE, "complete": WRITE, "answer_recall": SIGN,
    },
    "correspondence.extending": {"ask_time": WRITE, "decide_extension": SIGN},
    "correspondence.drafts": {
        "begin_letter": WRITE, "change_files": WRITE, "write_letter": WRITE, "draft_reply": WRITE, "draft_forward": WRITE, "draft_about": WRITE,
        "save_draft": WRITE, "hand_to_approver": WRITE, "discard_draft": WRITE,
    },
    "tasks.services": {
        "report_progress": WRITE, "request_extension": WRITE, "complete_task": SIGN, "decide_extension": SIGN,
        "accept_completion": SIGN, "return_completion": SIGN,
    },
    "conferences.preparing": {
        "propose_next": WRITE, "save_plan": WRITE, "send_invitation": SIGN, "change_plan": SIGN, "cancel": WRITE,
    },
    "conferences.holding": {
        "open_conference": WRITE, "record_attendance": KEEP, "add_note": KEEP, "add_notes": KEEP,
        "hand_in_contribution": WRITE, "draft_contribution": KEEP, "close_sitting": WRITE,
    },
    "conferences.concluding": {
        "draft_conclusions": WRITE, "propose_conclusions": SIGN, "accept_conclusions": SIGN, "object_to_conclusions": SIGN,
        "issue_outcome": SIGN,
    },
    "conferences.past": {"record_past_conference": WRITE},
    "archive.services": {
        "read_past_record": KEEP, "correct_record": KEEP, "confirm_record": WRITE, "set_record_aside": KEEP,
        "reopen_record": KEEP,
    },
    "dispatches.services": {"retry_delivery": DELIVER, "stop_delivery": DELIVER},
}  # fmt: skip
"""Room → act → the roles that may do it."""


class Nothing:
    """Stands for whatever the act would be done on; it has no answer to anything."""

    def __len__(self) -> int:
        return 0


def person(*roles: Role) -> By:
    return By(person=Person(full_name="Người thử"), agency=Agency(code="X", name="X"), roles=frozenset(roles))


def arguments(function: Any) -> dict[str, Any]:
    """Something for each parameter without a default."""
    import inspect

    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "now":
            found[name] = NOW
        elif parameter.default is inspect.Parameter.empty and name != "by":
            found[name] = "x" if name in {"reason", "text", "note", "digest", "file_name", "period"} else Nothing()
    return found


def is_refused(function: Any, role: Role) -> bool:
    """Whether the role is what stops the act."""
    try:
        function(**arguments(function), by=person(role))
    except RefusedError as error:
        return error.code == "access.role"
    except Exception:  # noqa: BLE001 - the thing does not exist: the role was let through
        return False
    return False


@pytest.mark.parametrize(("room", "act"), [(room, act) for room, acts in MAY.items() for act in acts])
def test_an_act_is_for_exactly_these_roles(room: str, act: str) -> None:
    function = getattr(import_module(f"giaoban.{room}"), act)

    assert {role for role in Role if not is_refused(function, role)} == MAY[room][act]


def test_every_act_of_a_person_in_an_agency_is_in_the_table() -> None:
    acts = {(room, name) for room in MAY for name in acts_of(room)}
    elsewhere = {("dispatches.services", name) for name in ("issue", "create_key")}

    assert acts - elsewhere - ELSEWHERE == {(room, act) for room, acts in MAY.items() for act in acts}


# An act that is only a call of another one of its file, or that writes nothing.
ELSEWHERE = {
    ("correspondence.drafts", "own_draft"),
    ("correspondence.drafts", "received"),
    ("correspondence.drafts", "sent"),
}


@pytest.mark.parametrize("room", MAY)
def test_every_act_is_one_transaction(room: str) -> None:
    tree = ast.parse((ROOT / f"{room.replace('.', '/')}.py").read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    whole = {name for name, node in functions.items() if "transaction.atomic" in ast.unparse(node)}

    def is_whole(name: str) -> bool:
        called = {
            each.func.id
            for each in ast.walk(functions[name])
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        }
        return name in whole or any(each != name and each in functions and is_whole(each) for each in called)

    assert [name for name in acts_of(room) if (room, name) not in ELSEWHERE and not is_whole(name)] == []


def acts_of(room: str) -> Iterator[str]:
    """The public functions of a room's services that take `by: By`."""
    tree = ast.parse((ROOT / f"{room.replace('.', '/')}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            taken = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
            if "by" in taken:
                yield node.name


def test_every_route_that_signs_is_for_approvers_alone() -> None:
    from giaoban.project.policy import table

    signing = {
        "reports:submit", "reports:return", "reports:propose", "reports:sign", "reports:object", "tasks:decide",
        "correspondence:sign", "correspondence:assign", "correspondence:decide", "correspondence:recall-answer",
        "tasks:complete", "tasks:review", "conferences:invite", "conferences:propose-conclusions", "conferences:issue",
    }  # fmt: skip

    assert {name: set(table()[name].roles) for name in signing} == {key: {A} for key in signing}


def test_no_route_of_content_is_open_to_administrators() -> None:
    from giaoban.project.policy import table

    rooms = ("reports", "correspondence", "tasks", "conferences", "archive", "dispatches", "api")
    open_to_them = [name for name, row in table().items() if name.split(":")[0] in rooms and D in row.roles]

    assert (open_to_them, V in table()["reports:list"].roles) == (["api:me"], True)


def test_an_officer_calls_off_a_draft_but_not_what_was_announced() -> None:
    from tests.conferences.hall import NOW as INVITED_AT
    from tests.conferences.hall import make_hall

    from giaoban.conferences import services
    from giaoban.dispatches.models import Dispatch

    hall = make_hall()
    conference = hall.invited()
    before = Dispatch.objects.count()

    with pytest.raises(RefusedError) as refused:
        services.cancel(conference, reason="Mưa lũ", by=hall.by("CAH", Role.OFFICER), now=INVITED_AT)

    assert (refused.value.code, Dispatch.objects.count(), hall.copy("CAH").state) == ("access.role", before, "invited")
