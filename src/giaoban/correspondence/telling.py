"""Steps: what a recipient did with a letter, written on its island and told to the sender of the letter alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.access import Role
from giaoban.common.errors import RefusedError
from giaoban.correspondence import incoming, papers, rules
from giaoban.correspondence.border import KIND_STEPS, StepsTold, StepTold
from giaoban.correspondence.drafts import ScreenedError
from giaoban.correspondence.enums import EVENT_LABELS
from giaoban.correspondence.models import Handling, Letter, Step
from giaoban.dispatches import services as dispatches
from giaoban.kernel.correspondence import Event
from giaoban.kernel.text import nfc

if TYPE_CHECKING:
    from uuid import UUID

    from giaoban.agencies.models import Agency
    from giaoban.common.access import By

ROLE_WORDS = (
    (Role.APPROVER, "Thủ trưởng"),
    (Role.OFFICER, "Cán bộ tham mưu"),
    (Role.CLERK, "Văn thư"),
)
STEP_WORDS = {
    Event.REGISTERED: "Đã vào sổ (03)",
    Event.REFUSED: "Trả lại (02)",
    Event.ASSIGNED: "Đã phân công (04)",
    Event.STARTED: "Đang xử lý (05)",
    Event.COMPLETED: "Hoàn thành xử lý (06)",
    Event.EXTENSION_ASKED: "Đề nghị gia hạn trả lời",
    Event.TAKE_BACK_AGREED: "Đồng ý cho lấy lại (15)",
    Event.TAKE_BACK_REFUSED: "Từ chối cho lấy lại (16)",
}
assert STEP_WORDS.keys() <= EVENT_LABELS.keys()  # noqa: S101 - both are constants


def tell(
    letter: Letter,
    handling: Handling,
    acts: Sequence[tuple[Letter, Event, str, UUID | None]],
    *,
    by: By,
    now: datetime,
    due: datetime | None = None,
) -> None:
    """Write own steps and tell them to the sender in one dispatch. `handling` is locked."""
    numbers: dict[UUID, int] = {}
    steps = []
    for about, event, text, answers in acts:
        if rules.places((("text", text),)):
            refuse_words("text", text)
        number = numbers.get(about.uid) or next_number(about, by.agency)
        numbers[about.uid] = number + 1
        steps.append(
            StepTold(
                letter=about.uid,
                step=uuid.uuid4(),
                event=event,
                number=number,
                answers=answers,
                person=position_of(by),
                text=text,
                due=due,
            )
        )
    first = acts[0][1]
    dispatch = dispatches.issue(
        by=by,
        now=now,
        kind=KIND_STEPS,
        payload=StepsTold(steps=steps),
        recipients=[letter.sender],
        thread=letter.thread,
        summary=f"{STEP_WORDS[first]} {papers.cited_letter(letter)}",
        in_reply_to=letter.dispatch.digest if letter.dispatch else None,
    )
    rows = {about.uid: about for about, _event, _text, _answers in acts}
    for told in steps:
        Step.objects.create(
            holder=by.agency,
            uid=told.step,
            letter=rows[told.letter],
            letter_uid=told.letter,
            recipient=by.agency,
            event=told.event.value,
            number=told.number,
            answers=told.answers,
            at=dispatch.issued_at,
            agency=by.agency,
            position=told.person,
            text=told.text,
            due_at=told.due,
            dispatch=dispatch,
        )
    for about in rows.values():
        incoming.refold_recipient(about, by.agency)


def next_number(letter: Letter, recipient: Agency) -> int:
    """The number of the recipient's next step; called while its handling is locked."""
    last = (
        Step.objects.filter(letter=letter, recipient=recipient, number__isnull=False)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1


def position_of(by: By) -> str:
    """What crosses the border of a person: the position, or the role in words. Never a name."""
    if by.person.position:
        return nfc(by.person.position)[:120]
    return next((words for role, words in ROLE_WORDS if by.has(role)), "")


def reason(text: str, *, required: bool) -> str:
    """The words that go with a step, cleaned. Raises RefusedError `letter.text`, `letter.too_long`."""
    said = nfc(text.replace("\r\n", "\n")).strip()
    if required and not said:
        raise RefusedError(
            "letter.text",
            _("Something is missing; nothing was sent."),
            _("The other agency is owed a reason, or what was done."),
            _("Write it in a few words."),
            field="text",
        )
    if len(said) > rules.MAX_REASON:
        raise RefusedError(
            "letter.too_long",
            _("The text is too long."),
            _("At most %(count)d characters.") % {"count": rules.MAX_REASON},
            _("Shorten it, or attach it as a file."),
        )
    return said


def refuse_words(field: str, text: str) -> None:
    """Say where in a text something may not be sent. Raises ScreenedError."""
    found = rules.places(((field, text),))
    raise ScreenedError(
        "letter.screened",
        _("This cannot be sent."),
        _("It has what looks like a secrecy mark or a personal identifier: %(places)s")
        % {"places": f"“{found[0].shown}”"},
        _("Take it out. Papers with a secrecy mark and data about private persons may not enter this system."),
        field=field,
        places=tuple(found),
    )
