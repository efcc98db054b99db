"""Letters over islands joined by real dispatches: CAH asks, BCH and HKL answer, UBH stands above HKL, HAI has no part."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.correspondence.office import NOW, Office, days, text_file
from tests.tasks.files import pdf

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.access import Role
from giaoban.common.clock import HANOI
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.correspondence import border, drafts, incoming, origins, services
from giaoban.correspondence.enums import LetterKind, LetterState, Purpose
from giaoban.correspondence.models import Handling, Letter, Reminder, Step
from giaoban.correspondence.services import Draft, ScreenedError, Upload
from giaoban.desk import replay as desk
from giaoban.dispatches import ports
from giaoban.dispatches.models import Dispatch, DispatchFile, Outbox, SetAside
from giaoban.dispatches.services import deliver_all
from giaoban.kernel import envelope
from giaoban.regulations.enums import Urgency


def refused(code: str, act: Callable[[], Any]) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def received(dispatch: Dispatch, **changes: Any) -> ports.Received:
    """The dispatch as a handler gets it, its payload changed by somebody hostile."""
    said = envelope.parse(bytes(dispatch.sealed))
    return ports.Received(dispatch=dispatch, sender=dispatch.sender, payload={**said.payload, **changes})


def test_a_request_is_numbered_sealed_and_kept_alike_on_both_sides(office: Office) -> None:
    letter = office.sent(recipients=("BCH", "HKL"), uploads=(Upload("Kế hoạch.pdf", pdf("Noi dung")),))

    copy = office.copy("BCH", letter)
    assert (letter.dispatch is not None, letter.state, copy.state) == (True, LetterState.SENT, LetterState.RECEIVED)
    assert letter.dispatch is not None
    assert letter.dispatch.reference == "01/CAH"
    names = ("summary", "text", "article", "area_id", "due_at", "due_rule", "addressed", "files", "thread", "issued_at")
    assert [getattr(copy, name) for name in names] == [getattr(letter, name) for name in names]
    assert letter.due_at == datetime(2026, 11, 9, 23, 59, 59, tzinfo=HANOI)
    assert letter.due_rule == {"working_days": 5}
    assert list(DispatchFile.objects.filter(dispatch=letter.dispatch).values_list("name", flat=True)) == [
        "cong-van.docx",
        "cong-van.pdf",
        "01-Kế hoạch.pdf",
    ]
    assert office.states(letter) == {"BCH": ("00", "01"), "HKL": ("00", "01")}


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (Urgency.NORMAL, datetime(2026, 11, 9, 23, 59, 59, tzinfo=HANOI)),
        (Urgency.URGENT, datetime(2026, 11, 5, 23, 59, 59, tzinfo=HANOI)),
        (Urgency.IMMEDIATE, NOW + timedelta(hours=24)),
        (Urgency.VERY_URGENT, None),
    ],
)
def test_the_deadline_follows_the_limit_of_the_regulation(
    office: Office, urgency: Urgency, due: datetime | None
) -> None:
    letter = office.sent(urgency=urgency)

    assert (letter.due_at, office.copy("BCH", letter).due_at) == (due, due)


def test_an_agreed_day_stands_instead_of_the_limit_and_a_notice_for_information_has_none(office: Office) -> None:
    agreed = office.sent(agreed_day=date(2026, 11, 20))
    notice = office.sent(LetterKind.NOTICE)

    assert agreed.due_at == datetime(2026, 11, 20, 23, 59, 59, tzinfo=HANOI)
    assert (agreed.due_rule, notice.due_at, notice.due_rule) == ({"agreed": True}, None, {})


def test_every_step_of_the_recipient_reaches_the_sender_with_position_and_dispatch(office: Office) -> None:
    letter = office.sent()
    copy = office.registered("BCH", letter)
    officer = office.by("BCH", Role.OFFICER)

    services.assign(
        copy,
        officer=officer.person,
        opinion="Kiểm tra ngay",
        inner_due_on=date(2026, 11, 6),
        by=office.by("BCH"),
        now=days(0, 2),
    )
    services.start(copy, by=officer, now=days(0, 3))
    deliver_all(days(0, 4))

    assert office.states(letter) == {"BCH": ("05", "05")}
    told = Step.objects.filter(holder__code="CAH", letter_uid=letter.uid)
    assert list(told.values_list("event", "number", "position")) == [
        ("registered", 1, "Chức vụ clerk"),
        ("assigned", 2, "Chức vụ approver"),
        ("started", 3, "Chức vụ officer"),
    ]
    assert all(step.dispatch is not None and step.dispatch.sender.code == "BCH" for step in told)
    own, there = office.handling("BCH", letter, "BCH"), office.handling("CAH", letter, "BCH")
    assert (own.officer, own.opinion, own.inner_due_on) == (officer.person, "Kiểm tra ngay", date(2026, 11, 6))
    assert (there.officer, there.opinion, there.inner_due_on, there.assignments) == (None, "", None, [])


def test_no_name_and_no_opinion_crosses_the_border(office: Office) -> None:
    letter = office.sent()
    copy = office.registered("BCH", letter)
    services.assign(
        copy, officer=office.by("BCH", Role.OFFICER).person, opinion="hoangyen", by=office.by("BCH"), now=NOW
    )
    deliver_all(NOW)

    sealed = b"".join(bytes(row.sealed) for row in Dispatch.objects.filter(kind="letter.steps"))

    assert ("Người".encode() in sealed, b"hoangyen" in sealed, "Chức vụ".encode() in sealed) == (False, False, True)


def test_a_reply_closes_the_request_by_itself_and_only_for_who_replied(office: Office) -> None:
    letter = office.sent(recipients=("BCH", "HKL"))
    for code in ("BCH", "HKL"):
        office.registered(code, letter)

    reply = office.replied("BCH", letter, now=days(3))

    assert office.states(letter) == {"BCH": ("06", "06"), "HKL": ("03", "03")}
    assert reply.dispatch is not None
    assert letter.dispatch is not None
    assert (reply.thread, reply.answers, reply.dispatch.in_reply_to) == (letter.uid, letter.uid, letter.dispatch.digest)
    step = Step.objects.get(holder__code="CAH", event="completed")
    assert (step.reply, step.dispatch, step.at) == (reply.uid, reply.dispatch, reply.issued_at)
    assert office.handling("CAH", letter, "BCH").completed_at == reply.issued_at


def test_a_first_answer_says_that_the_work_has_begun_and_leaves_the_request_open(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)

    for day in (1, 2):
        office.replied("BCH", letter, now=days(day), is_final=False)
        assert office.states(letter) == {"BCH": ("05", "05")}
    office.replied("BCH", letter, now=days(3))

    assert office.states(letter) == {"BCH": ("06", "06")}
    told = Step.objects.filter(holder__code="CAH", letter_uid=letter.uid)
    assert list(told.values_list("event", "number")) == [("registered", 1), ("started", 2), ("completed", 3)]


def test_a_final_reply_closes_the_request_at_its_sender_even_if_it_overtakes_every_step(office: Office) -> None:
    letter = office.sent()
    copy = office.copy("BCH", letter)
    services.register(copy, by=office.by("BCH", Role.CLERK), now=NOW)
    draft = services.draft_reply(copy, by=office.by("BCH", Role.OFFICER), now=NOW)
    reply = services.issue_letter(draft, by=office.by("BCH"), now=days(1))
    assert reply.dispatch is not None
    cah = office.agencies["CAH"]

    border.on_letter(received(reply.dispatch), holder=cah, now=days(1))
    early = office.handling("CAH", letter, "BCH")
    deliver_all(days(2))

    assert (early.state, early.completed_at) == ("06", reply.issued_at)
    assert (office.states(letter), office.handling("CAH", letter, "BCH").completed_at) == (
        {"BCH": ("06", "06")},
        reply.issued_at,
    )


def test_a_reply_is_prefilled_from_the_request_and_drafted_once(office: Office) -> None:
    letter = office.sent()
    copy = office.copy("BCH", letter)
    officer = office.by("BCH", Role.OFFICER)
    refused("letter.not_registered", lambda: services.draft_reply(copy, by=officer, now=NOW))
    office.registered("BCH", letter)

    draft = services.draft_reply(copy, by=officer, now=NOW)

    assert (
        draft.summary
        == "Trả lời Công văn số 01/CAH ngày 02/11/2026 của Công an huyện: Đề nghị phối hợp kiểm tra nguồn tin"
    )
    assert (draft.addressed, draft.area, draft.article, draft.thread) == (["CAH"], copy.area, "Điều 6", letter.uid)
    assert services.draft_reply(copy, by=officer, now=NOW).pk == draft.pk


def test_a_letter_is_refused_with_a_reason(office: Office) -> None:
    letter = office.sent()
    clerk = office.by("BCH", Role.CLERK)
    refused("letter.text", lambda: services.refuse(office.copy("BCH", letter), reason=" ", by=clerk, now=NOW))

    services.refuse(office.copy("BCH", letter), reason="Không thuộc thẩm quyền", by=clerk, now=NOW)
    deliver_all(NOW)

    assert office.states(letter) == {"BCH": ("02", "02")}
    assert Step.objects.get(holder__code="CAH").text == "Không thuộc thẩm quyền"
    refused("letter.state", lambda: services.register(office.copy("BCH", letter), by=clerk, now=NOW))


def test_more_time_is_asked_for_refused_and_granted(office: Office) -> None:
    letter = office.sent()
    copy = office.registered("BCH", letter)
    officer, approver = office.by("BCH", Role.OFFICER), office.by("CAH")

    services.ask_time(copy, due_on=date(2026, 11, 13), reason="Địa bàn xa", by=officer, now=days(1))
    deliver_all(days(1))
    asked = datetime(2026, 11, 13, 23, 59, 59, tzinfo=HANOI)
    assert {office.handling(code, letter, "BCH").asked_due_at for code in ("CAH", "BCH")} == {asked}
    refused(
        "letter.request_waits",
        lambda: services.ask_time(copy, due_on=date(2026, 11, 20), reason="x", by=officer, now=days(1)),
    )
    refused("letter.text", lambda: services.decide_extension(letter, "BCH", granted=False, by=approver, now=days(1)))
    services.decide_extension(letter, "BCH", granted=False, reason="Cần sớm", by=approver, now=days(1))
    deliver_all(days(1))
    assert {office.handling(code, letter, "BCH").due_at for code in ("CAH", "BCH")} == {letter.due_at}

    services.ask_time(copy, due_on=date(2026, 11, 13), reason="Mưa lũ", by=officer, now=days(2))
    deliver_all(days(2))
    services.decide_extension(letter, "BCH", granted=True, due_on=date(2026, 11, 12), by=approver, now=days(2))
    deliver_all(days(2))

    granted = datetime(2026, 11, 12, 23, 59, 59, tzinfo=HANOI)
    for code in ("CAH", "BCH"):
        handling = office.handling(code, letter, "BCH")
        assert (handling.due_at, handling.asked_due_at, handling.state) == (granted, None, "03")
    assert office.copy("BCH", letter).due_at == letter.due_at
    refused(
        "letter.no_request", lambda: services.decide_extension(letter, "BCH", granted=True, by=approver, now=days(2))
    )
    refused(
        "letter.new_due",
        lambda: services.ask_time(copy, due_on=date(2026, 11, 12), reason="x", by=officer, now=days(2)),
    )


def recall(office: Office, letter: Letter, kind: LetterKind = LetterKind.RECALL, *, now: datetime) -> Letter:
    draft = services.draft_about(kind, letter, by=office.by("CAH", Role.OFFICER), now=now)
    services.save_draft(
        draft,
        Draft(
            summary=draft.summary,
            text=f"{draft.text} Gửi nhầm bản.",
            purpose=Purpose(draft.purpose),
            recipients=tuple(draft.addressed),
        ),
        by=office.by("CAH", Role.OFFICER),
        now=now,
    )
    sent = services.issue_letter(draft, by=office.by("CAH"), now=now)
    deliver_all(now)
    return sent


def test_a_recall_asks_and_changes_nothing_until_it_is_answered(office: Office) -> None:
    letter = office.sent(recipients=("BCH", "HKL"))
    copy = office.registered("BCH", letter)

    asked = recall(office, letter, now=days(1))

    assert office.states(letter) == {"BCH": ("13", "13"), "HKL": ("13", "13")}
    before = office.copy("BCH", letter)
    assert (before.text, before.dispatch, before.state) == (letter.text, letter.dispatch, LetterState.RECEIVED)
    refused("letter.state", lambda: services.start(copy, by=office.by("BCH", Role.OFFICER), now=days(1)))

    services.answer_recall(copy, agreed=True, by=office.by("BCH"), now=days(2))
    hkl = office.copy("HKL", letter)
    refused("letter.text", lambda: services.answer_recall(hkl, agreed=False, by=office.by("HKL"), now=days(2)))
    services.answer_recall(hkl, agreed=False, reason="Đã thực hiện", by=office.by("HKL"), now=days(2))
    deliver_all(days(2))

    assert office.states(letter) == {"BCH": ("15", "15"), "HKL": ("16", "16")}
    assert office.states(asked) == {"BCH": ("06", "06"), "HKL": ("06", "06")}
    services.register(hkl, by=office.by("HKL", Role.CLERK), now=days(3))
    deliver_all(days(3))
    assert office.states(letter)["HKL"] == ("03", "03")
    refused("letter.no_recall", lambda: services.answer_recall(copy, agreed=True, by=office.by("BCH"), now=days(3)))


def test_a_replacement_asks_too_and_stands_beside_the_old_letter(office: Office) -> None:
    letter = office.sent(uploads=(text_file(),))
    copy = office.registered("BCH", letter)

    new = recall(office, letter, LetterKind.REPLACEMENT, now=days(1))
    services.answer_recall(copy, agreed=True, by=office.by("BCH"), now=days(2))
    deliver_all(days(2))

    assert (office.states(letter), office.states(new)) == ({"BCH": ("15", "15")}, {"BCH": ("00", "01")})
    assert (new.answers, new.thread, [file["sha256"] for file in new.files]) == (
        letter.uid,
        letter.uid,
        [file["sha256"] for file in letter.files],
    )
    assert office.copy("BCH", letter).text == letter.text


def test_a_completed_letter_can_still_be_asked_back(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)
    office.replied("BCH", letter, now=days(1))

    recall(office, letter, now=days(2))
    assert office.states(letter) == {"BCH": ("13", "13")}
    services.answer_recall(
        office.copy("BCH", letter), agreed=False, reason="Đã trả lời", by=office.by("BCH"), now=days(2)
    )
    deliver_all(days(2))

    assert office.states(letter) == {"BCH": ("16", "16")}
    handling = office.handling("CAH", letter, "BCH")
    assert (handling.before, handling.completed_at is not None) == ("06", True)


def test_a_forward_keeps_the_first_origin_and_its_files(office: Office) -> None:
    letter = office.sent(uploads=(text_file(),))
    copy = office.registered("BCH", letter)
    draft = services.draft_forward(copy, by=office.by("BCH", Role.OFFICER), now=days(1))
    services.save_draft(
        draft,
        Draft(summary=draft.summary, text=draft.text, recipients=("HKL",)),
        by=office.by("BCH", Role.OFFICER),
        now=days(1),
    )
    first = services.issue_letter(draft, by=office.by("BCH"), now=days(1))
    deliver_all(days(1))

    there = office.registered("HKL", first, now=days(1))
    again = services.draft_forward(there, by=office.by("HKL", Role.OFFICER), now=days(2))

    assert letter.dispatch is not None
    assert there.origin == {
        "uid": str(letter.uid),
        "sender": "CAH",
        "name": "Công an huyện Khê Thượng",
        "reference": "01/CAH",
        "on": "2026-11-02",
        "summary": letter.summary,
        "digest": letter.dispatch.digest,
    }
    assert again.origin == there.origin
    assert letter.files[0]["sha256"] in {file["sha256"] for file in there.files}
    refused(
        "letter.recipient",
        lambda: services.save_draft(
            again,
            Draft(summary="x", text="x", recipients=("CAH",)),
            by=office.by("HKL", Role.OFFICER),
            now=days(2),
        ),
    )


def forwarded(office: Office, letter: Letter, by: str, to: str) -> Letter:
    """What `by` received, forwarded to `to`, signed but not yet delivered."""
    copy = office.copy(by, letter)
    if office.handling(by, letter, by).state == "01":
        office.registered(by, letter)
    officer = office.by(by, Role.OFFICER)
    draft = services.draft_forward(copy, by=officer, now=days(1))
    services.save_draft(draft, Draft(summary=draft.summary, text=draft.text, recipients=(to,)), by=officer, now=days(1))
    return services.issue_letter(draft, by=office.by(by), now=days(1))


def test_the_first_letter_travels_sealed_with_every_forward_and_is_checked_by_each_receiver(office: Office) -> None:
    letter = office.sent(uploads=(text_file("2026-ke-hoach.txt"),))
    assert letter.dispatch is not None
    first = forwarded(office, letter, "BCH", "HKL")
    deliver_all(days(1))
    again = forwarded(office, first, "HKL", "UBH")
    deliver_all(days(2))

    for copy in (office.copy("HKL", first), office.copy("UBH", again)):
        file = origins.file_of(copy.files)
        assert file is not None
        assert (file["name"], drafts.store_of("dispatches").read(file["sha256"])) == (
            "01-van-ban-goc.dispatch",
            bytes(letter.dispatch.sealed),
        )
        shown = origins.show(copy)
        assert (shown.proof, letter.files[0]["sha256"] in shown.files) == (origins.Proof.SIGNED, True)
    assert [file["name"] for file in first.files] == [
        "01-van-ban-goc.dispatch",
        "02-cong-van.pdf",
        "03-2026-ke-hoach.txt",
    ]


def test_a_page_never_claims_more_of_the_first_letter_than_this_server_can_prove(office: Office) -> None:
    letter = office.sent()
    sent = forwarded(office, letter, "BCH", "HKL")
    AgencyKey.objects.filter(agency__code="CAH").update(agency=office.agencies["HAI"])
    deliver_all(days(1))
    copy = office.copy("HKL", sent)

    assert origins.show(copy).proof is origins.Proof.KEY_UNKNOWN
    AgencyKey.objects.filter(agency__code="HAI").update(agency=office.agencies["CAH"], revoked_from=1)
    assert origins.show(copy).proof is origins.Proof.KEY_ENDED
    copy.files = []
    assert origins.show(copy).proof is origins.Proof.ABSENT


@pytest.mark.parametrize(
    "lie",
    [
        {"sender": "HKL"},
        {"summary": "Điều khác"},
        {"reference": "99/CAH"},
        {"on": "2026-11-01"},
        {"digest": "0" * 64},
        {"uid": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_a_forward_that_lies_about_the_first_letter_is_refused(office: Office, lie: dict[str, str]) -> None:
    sent = forwarded(office, office.sent(), "BCH", "HKL")
    assert sent.dispatch is not None
    bad = received(sent.dispatch, origin={**sent.origin, **lie})

    refused("letter.origin", lambda: border.on_letter(bad, holder=office.agencies["HKL"], now=days(1)))

    assert Letter.objects.filter(holder__code="HKL").count() == 0


def test_a_forward_with_a_wrong_signature_or_without_the_named_file_is_refused_and_not_set_aside(
    office: Office,
) -> None:
    letter = office.sent()
    copy, officer = office.registered("BCH", letter), office.by("BCH", Role.OFFICER)
    draft = services.draft_forward(copy, by=officer, now=days(1))
    services.save_draft(draft, Draft(summary="Chuyển", text="x", recipients=("HKL",)), by=officer, now=days(1))
    assert letter.dispatch is not None
    sealed = bytes(letter.dispatch.sealed)
    forged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    draft.refresh_from_db()
    own = {"sha256": drafts.files().put(forged), "size": len(forged)}
    files = [{**file, **own} if file["media_type"] == origins.MEDIA_TYPE else file for file in draft.files]
    origin = {**draft.origin, "digest": envelope.digest_of(forged)}
    Letter.objects.filter(pk=draft.pk).update(files=files, origin=origin)
    sent = services.issue_letter(draft, by=office.by("BCH"), now=days(1))
    deliver_all(days(1))

    assert sent.dispatch is not None
    assert Outbox.objects.get(dispatch=sent.dispatch).state == "refused"
    assert (Letter.objects.filter(holder__code="HKL").count(), SetAside.objects.count()) == (0, 0)
    absent = [{**file, "sha256": "0" * 64} if file["media_type"] == origins.MEDIA_TYPE else file for file in files]
    bad = received(sent.dispatch, origin={**origin, "digest": "0" * 64}, files=absent)
    refused("letter.origin", lambda: border.on_letter(bad, holder=office.agencies["HKL"], now=days(1)))


def test_the_sealed_first_letter_stays_with_the_draft_and_files_are_changed_for_themselves(office: Office) -> None:
    letter = office.sent()
    copy = office.registered("BCH", letter)
    officer = office.by("BCH", Role.OFFICER)
    draft = services.draft_forward(copy, by=officer, now=days(1))
    every = [file["sha256"] for file in draft.files]

    draft = services.change_files(draft, by=officer, now=days(1), uploads=[text_file()], drop=every)

    assert [file["name"] for file in draft.files] == ["01-van-ban-goc.dispatch", "02-ghi-chu.txt"]
    with pytest.raises(NotFoundError):
        services.change_files(draft, by=officer, now=days(1), drop=["0" * 64])
    refused("access.role", lambda: services.change_files(draft, by=office.by("BCH", Role.CLERK), now=days(1)))
    with pytest.raises(NotFoundError):
        services.change_files(draft, by=office.by("HKL", Role.OFFICER), now=days(1), uploads=[text_file()])


def test_a_marked_letter_is_forwarded_only_with_the_consent_of_its_sender(office: Office) -> None:
    letter = office.sent(no_forward=True)
    copy = office.registered("BCH", letter)
    officer = office.by("BCH", Role.OFFICER)
    refused("letter.no_forward", lambda: services.draft_forward(copy, by=officer, now=NOW))

    request = office.sent(sender="BCH", recipients=("CAH",))
    Letter.objects.filter(uid=request.uid).update(thread=letter.thread)
    office.registered("CAH", request)
    office.replied("CAH", request, now=days(1), forward_consent=True)

    draft = services.draft_forward(copy, by=officer, now=days(1))
    assert draft.no_forward is True


def test_a_letter_for_information_is_completed_without_a_reply_and_a_request_says_what_was_done(office: Office) -> None:
    notice, request = office.sent(LetterKind.NOTICE), office.sent()
    officer = office.by("BCH", Role.OFFICER)

    services.complete(office.registered("BCH", notice), by=officer, now=days(1))
    copy = office.registered("BCH", request)
    refused("letter.text", lambda: services.complete(copy, by=officer, now=days(1)))
    services.complete(copy, text="Đã thực hiện xong", by=officer, now=days(1))
    deliver_all(days(1))

    assert [office.states(notice)["BCH"], office.states(request)["BCH"]] == [("06", "06"), ("06", "06")]


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("summary", "Xác minh công dân số 038201012345"),
        ("text", "Độ mật: Tối mật"),
        ("article", "Mật khẩu 0912 345 678"),
    ],
)
def test_what_may_not_be_sent_is_stopped_with_its_field_before_it_is_kept(
    office: Office, field: str, text: str
) -> None:
    draft = office.draft()

    error = refused(
        "letter.screened",
        lambda: services.save_draft(
            draft,
            Draft(**{"summary": "Tin", "text": "Nội dung", "purpose": Purpose.ACTION, field: text}),
            by=office.by("CAH", Role.OFFICER),
            now=NOW,
        ),
    )

    assert isinstance(error, ScreenedError)
    assert [place.field for place in error.places] == [field]
    draft.refresh_from_db()
    assert (draft.summary, Dispatch.objects.count()) == ("Đề nghị phối hợp kiểm tra nguồn tin", 0)


def test_a_file_with_an_identifier_is_not_taken_and_nothing_of_it_is_kept(office: Office) -> None:
    draft = office.draft()

    for upload in (text_file(text="Số căn cước 038201012345"), Upload("x.exe", b"MZ"), Upload("x.pdf", b"no pdf")):
        with pytest.raises(RefusedError):
            services.save_draft(
                draft,
                Draft(summary="Tin", text="x", recipients=("BCH",), purpose=Purpose.ACTION),
                by=office.by("CAH", Role.OFFICER),
                now=NOW,
                uploads=[upload],
            )

    draft.refresh_from_db()
    assert draft.files == []


def test_nobody_overwrites_a_colleague_unseen(office: Office) -> None:
    draft = office.draft()
    by = office.by("CAH", Role.OFFICER)
    said = Draft(summary="Một", text="x", recipients=("BCH",), purpose=Purpose.ACTION)
    seen = draft.row_version
    services.save_draft(draft, said, by=by, now=NOW, row_version=seen)

    refused("letter.saved_meanwhile", lambda: services.save_draft(draft, said, by=by, now=NOW, row_version=seen))


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (lambda o, d: services.issue_letter(d, by=o.by("CAH", Role.OFFICER), now=NOW), "approver"),
        (
            lambda o, d: services.begin_letter(LetterKind.NOTICE, o.coordination, by=o.by("CAH", Role.CLERK), now=NOW),
            "",
        ),
        (lambda o, d: services.discard_draft(d, by=o.by("CAH", Role.VIEWER)), ""),
        (lambda o, d: services.hand_to_approver(d, by=o.by("CAH", Role.CLERK), now=NOW), ""),
    ],
)
def test_each_act_of_writing_asks_for_its_role(office: Office, act: Callable[[Office, Letter], Any], role: str) -> None:
    draft = office.draft()

    refused("access.role", lambda: act(office, draft))


@pytest.mark.parametrize("name", ["register", "refuse", "assign", "start", "complete", "ask_time", "answer_recall"])
def test_each_act_on_what_came_asks_for_its_role_and_for_the_own_island(office: Office, name: str) -> None:
    letter = office.sent()
    copy = office.copy("BCH", letter)
    officer = office.by("BCH", Role.OFFICER).person
    more: dict[str, dict[str, Any]] = {
        "refuse": {"reason": "x"},
        "assign": {"officer": officer},
        "ask_time": {"due_on": date(2026, 12, 1), "reason": "x"},
        "answer_recall": {"agreed": True},
        "complete": {"text": "x"},
    }
    act = getattr(services, name)

    refused("access.role", lambda: act(copy, by=office.by("BCH", Role.VIEWER), now=NOW, **more.get(name, {})))
    if name != "assign":
        with pytest.raises(NotFoundError):
            act(copy, by=office.by("HKL"), now=NOW, **more.get(name, {}))


def test_a_stranger_begins_nothing_and_is_sent_nothing(office: Office) -> None:
    refused(
        "letter.party",
        lambda: services.begin_letter(
            LetterKind.NOTICE, office.coordination, by=office.by("HAI", Role.OFFICER), now=NOW
        ),
    )
    refused("letter.recipient", lambda: office.draft(recipients=("HAI",)))


def test_a_letter_is_given_only_to_an_officer_of_the_agency(office: Office) -> None:
    copy = office.registered("BCH", office.sent())

    for person in (office.by("BCH", Role.VIEWER).person, office.by("CAH", Role.OFFICER).person):
        refused(
            "letter.officer",
            lambda person=person: services.assign(copy, officer=person, by=office.by("BCH"), now=NOW),
        )


def test_an_incomplete_letter_is_not_signed_and_a_signed_one_not_changed(office: Office) -> None:
    letter = services.begin_letter(LetterKind.REQUEST, office.coordination, by=office.by("CAH", Role.OFFICER), now=NOW)
    refused("letter.incomplete", lambda: services.issue_letter(letter, by=office.by("CAH"), now=NOW))
    sent = office.sent()

    refused("letter.not_draft", lambda: services.issue_letter(sent, by=office.by("CAH"), now=NOW))
    refused("letter.not_draft", lambda: services.discard_draft(sent, by=office.by("CAH", Role.OFFICER)))


# ------------------------------------------------------------------ the border


def test_letters_and_steps_that_come_again_change_nothing(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)
    reply = office.replied("BCH", letter, now=days(1))
    before = (Letter.objects.count(), Step.objects.count(), list(Handling.objects.order_by("pk").values()))

    for dispatch in Dispatch.objects.all():
        for recipient in [row.recipient for row in Outbox.objects.filter(dispatch=dispatch)]:
            ports.handler_of(dispatch.kind)(received(dispatch), holder=recipient, now=NOW)

    assert reply.dispatch is not None
    assert (Letter.objects.count(), Step.objects.count(), list(Handling.objects.order_by("pk").values())) == before


def test_steps_that_overtake_the_recall_or_each_other_come_to_the_same(office: Office) -> None:
    letter = office.sent()
    copy = office.copy("BCH", letter)
    services.register(copy, by=office.by("BCH", Role.CLERK), now=NOW)
    services.start(copy, by=office.by("BCH", Role.OFFICER), now=NOW)
    services.complete(copy, text="Xong", by=office.by("BCH", Role.OFFICER), now=NOW)
    told = list(Dispatch.objects.filter(kind="letter.steps").order_by("-pk"))

    seen = []
    for dispatch in told:
        border.on_steps(received(dispatch), holder=office.agencies["CAH"], now=NOW)
        seen.append(office.handling("CAH", letter, "BCH").state)

    assert seen == ["06", "06", "06"]
    steps = Step.objects.filter(holder__code="CAH").order_by("number")
    assert list(steps.values_list("event", flat=True)) == ["registered", "started", "completed"]


def test_what_overtakes_its_letter_is_taken_up_when_the_letter_comes(office: Office) -> None:
    letter = services.issue_letter(office.draft(), by=office.by("CAH"), now=NOW)
    asked = services.draft_about(LetterKind.RECALL, letter, by=office.by("CAH", Role.OFFICER), now=NOW)
    asked = services.issue_letter(asked, by=office.by("CAH"), now=NOW)
    bch = office.agencies["BCH"]
    assert letter.dispatch is not None
    assert asked.dispatch is not None

    border.on_letter(received(asked.dispatch), holder=bch, now=NOW)
    early = Step.objects.get(holder=bch)
    assert (early.letter, early.letter_uid) == (None, letter.uid)
    border.on_letter(received(letter.dispatch), holder=bch, now=NOW)

    assert office.handling("BCH", letter, "BCH").state == "13"


def test_nobody_speaks_for_another(office: Office) -> None:
    letter = office.sent()
    office.registered("BCH", letter)
    step = Dispatch.objects.get(kind="letter.steps")
    cah = office.agencies["CAH"]
    said = received(step)
    hkl = Agency.objects.get(code="HKL")

    told = {**said.payload["steps"][0], "step": str(uuid.uuid4()), "number": 2, "event": "completed"}
    forged = ports.Received(dispatch=step, sender=hkl, payload={"steps": [told]})
    refused("letter.not_yours", lambda: border.on_steps(forged, holder=cah, now=NOW))
    reused = ports.Received(dispatch=step, sender=said.sender, payload={"steps": [{**told, "number": 1}]})
    refused("letter.step_reused", lambda: border.on_steps(reused, holder=cah, now=NOW))
    decision = border.ExtensionDecided(
        letter=letter.uid, step=uuid.uuid4(), answers=uuid.uuid4(), granted=False
    ).model_dump(mode="json")
    refused(
        "letter.not_yours",
        lambda: border.on_extension_decided(
            ports.Received(dispatch=step, sender=hkl, payload=decision), holder=office.agencies["BCH"], now=NOW
        ),
    )

    assert office.states(letter) == {"BCH": ("03", "03")}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"letter": "x"}, "letter.payload"),
        ({"unknown": 1}, "letter.payload"),
        ({"kind": "notice", "purpose": "information"}, "letter.kind"),
        ({"purpose": "verification"}, "letter.payload"),
        ({"answers": "00000000-0000-4000-8000-000000000000"}, "letter.payload"),
        ({"closes": 1}, "letter.payload"),
        ({"addressed": ["HKL"]}, "letter.not_addressed"),
        ({"addressed": []}, "letter.payload"),
        ({"regulation": "99/2099/NĐ-CP"}, "letter.regulation"),
        ({"due": {"instant": "2026-11-03T00:00:00+07:00", "working_days": 5, "hours": None}}, "letter.due"),
        ({"due": {"instant": "2027-11-03T23:59:59+07:00", "working_days": 5, "hours": None}}, "letter.due"),
        ({"due": {"instant": "2026-11-02T10:00:00+07:00", "working_days": None, "hours": 24}}, "letter.due"),
        ({"due": {"instant": "2026-11-02T10:00:00", "working_days": 5, "hours": None}}, "letter.payload"),
        ({"due": {"instant": "2026-11-09T23:59:59+07:00", "working_days": 5, "hours": 2}}, "letter.payload"),
    ],
)
def test_a_hostile_letter_is_refused_with_a_code_and_leaves_nothing(
    office: Office, changes: dict[str, Any], code: str
) -> None:
    letter = services.issue_letter(office.draft(), by=office.by("CAH"), now=NOW)
    assert letter.dispatch is not None
    bad = received(letter.dispatch, **changes)

    refused(code, lambda: border.on_letter(bad, holder=office.agencies["BCH"], now=NOW))

    assert Letter.objects.filter(holder__code="BCH").count() == 0


def test_a_letter_from_or_to_an_agency_without_a_part_is_refused(office: Office) -> None:
    letter = services.issue_letter(office.draft(), by=office.by("CAH"), now=NOW)
    assert letter.dispatch is not None
    said = received(letter.dispatch, addressed=["BCH", "HAI"])

    for sender, holder in (("HAI", "BCH"), ("CAH", "HAI")):
        forged = ports.Received(dispatch=said.dispatch, sender=office.agencies[sender], payload=said.payload)
        refused(
            "letter.party",
            lambda forged=forged, holder=holder: border.on_letter(forged, holder=office.agencies[holder], now=NOW),
        )


# ------------------------------------------------------------------ reminders


def given(holder: str) -> list[tuple[str, int, date]]:
    rows = Reminder.objects.filter(holder__code=holder).order_by("on", "pk")
    return list(rows.values_list("recipient__code", "days", "on"))


def test_reminders_come_on_their_days_and_then_weekly_to_recipient_and_superior(office: Office) -> None:
    office.sent(recipients=("HKL",), agreed_day=date(2026, 11, 20))

    for day in range(32):
        for hour in (0, 5):
            services.give_reminders(days(day, hour))
            deliver_all(days(day, hour))

    inside = [("HKL", ahead, date(2026, 11, day)) for ahead, day in ((14, 6), (7, 13), (3, 17), (1, 19), (0, 20))]
    after = [("HKL", -7, date(2026, 11, 27))]
    assert given("HKL") == inside + after
    assert (given("CAH"), given("UBH"), given("BCH")) == (after, after, [])
    assert [row.dispatch is None for row in Reminder.objects.filter(holder__code="HKL")] == [True] * 5 + [False]


def test_the_second_overdue_week_reminds_again_and_an_answer_ends_it(office: Office) -> None:
    letter = office.sent(recipients=("HKL",))
    office.registered("HKL", letter)
    for day in range(5, 20):
        services.give_reminders(days(day))
    assert [days_ for _code, days_, _on in given("CAH")] == [-7]

    for day in range(20, 24):
        services.give_reminders(days(day))
        deliver_all(days(day))
    assert [days_ for _code, days_, _on in given("CAH")] == [-7, -14]
    office.replied("HKL", letter, now=days(25))

    assert [services.give_reminders(days(day)) for day in range(25, 45)] == [0] * 20


def test_a_day_off_reminds_nobody_and_a_server_that_slept_reminds_once(office: Office) -> None:
    office.sent(agreed_day=date(2026, 11, 20))

    assert services.give_reminders(days(5)) == 0
    assert services.give_reminders(days(16)) == 1
    assert given("BCH") == [("BCH", 3, date(2026, 11, 18))]


def test_an_overdue_reminder_is_believed_only_about_ones_own_letter_or_ones_own_unit(office: Office) -> None:
    letter = office.sent(recipients=("HKL",))
    services.give_reminders(days(14))
    dispatch = Dispatch.objects.get(kind="letter.overdue")

    refused("letter.not_yours", lambda: border.on_overdue(received(dispatch), holder=office.agencies["BCH"], now=NOW))
    forged = ports.Received(dispatch=dispatch, sender=office.agencies["BCH"], payload=received(dispatch).payload)
    with pytest.raises(NotFoundError):
        border.on_overdue(forged, holder=office.agencies["HKL"], now=NOW)

    assert letter.uid is not None
    assert Reminder.objects.filter(holder__code="HKL", days__lt=0).count() == 0


# ------------------------------------------------------------------ replay


def test_a_whole_correspondence_verifies(office: Office) -> None:
    letter = office.sent(recipients=("BCH", "HKL"))
    copy = office.registered("BCH", letter)
    services.assign(copy, officer=office.by("BCH", Role.OFFICER).person, by=office.by("BCH"), now=NOW)
    services.ask_time(copy, due_on=date(2026, 11, 13), reason="x", by=office.by("BCH", Role.OFFICER), now=NOW)
    deliver_all(NOW)
    services.decide_extension(letter, "BCH", granted=True, by=office.by("CAH"), now=NOW)
    deliver_all(NOW)
    recall(office, letter, now=days(1))
    services.answer_recall(copy, agreed=False, reason="x", by=office.by("BCH"), now=days(1))
    office.replied("BCH", letter, now=days(2))
    office.draft()
    services.give_reminders(days(3))
    services.give_reminders(days(17))
    deliver_all(days(17))

    assert list(desk.differences()) == []
    assert incoming.recall_step(letter.uid, "BCH") != incoming.recall_step(letter.uid, "HKL")
