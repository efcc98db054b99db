"""Reading, correcting, confirming and setting aside past records."""

from __future__ import annotations

from datetime import date

import pytest
from tests.archive.articles import ARTICLE, IDENTIFIER, RECIPE, SECRET
from tests.reports.town import NOW, Town

from giaoban.archive import queries, services
from giaoban.archive.models import PastRecord, RecordState
from giaoban.archive.services import TaskToConfirm
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.conferences.models import Conference
from giaoban.dispatches.services import deliver_all
from giaoban.dispatches.verification import verify_all
from giaoban.tasks.models import Task


def read(town: Town, text: str = ARTICLE) -> PastRecord:
    return services.read_past_record(text.encode(), file_name="bai.txt", by=town.officers["CAH"], now=NOW)


def test_a_record_named_like_a_device_of_windows_is_called_otherwise(town: Town) -> None:
    record = services.read_past_record(
        ARTICLE.encode(), file_name="C:\\CON\u3164.txt", by=town.officers["CAH"], now=NOW
    )

    assert record.file_name == "_CON.txt"


def confirm(town: Town, record: PastRecord, lead: str = "CAH", **changes: object) -> PastRecord:
    wanted: dict[str, object] = {
        "coordination": town.coordination,
        "period": "2016-Q1",
        "held_on": date(2016, 4, 20),
        "host": town.agencies["CAH"],
        "co_chairs": [town.agencies["CAH"], town.agencies["BCH"]],
        "tasks": [
            TaskToConfirm(
                text=text, lead=town.agencies[lead], cooperating=[town.agencies["BCH"]], due_on=date(2016, 6, 30)
            )
            for text in record.fields["tasks"]
        ],
        "by": town.officers["CAH"],
        "now": NOW,
    }
    return services.confirm_record(record, **{**wanted, **changes})  # type: ignore[arg-type]


def refusal(caught: pytest.ExceptionInfo[RefusedError]) -> str:
    return caught.value.code


def test_a_text_is_read_into_a_draft_that_counts_nowhere_yet(town: Town) -> None:
    record = read(town)

    assert record.state == RecordState.DRAFT
    assert record.fields["held_on"] == "2016-04-20"
    assert [basis["number"] for basis in record.fields["legal_bases"]] == ["77/2010/NĐ-CP"]
    assert len(record.fields["tasks"]) == 2
    assert not Conference.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "archive.empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "archive.binary"),
        ("Hội nghị giao ban".encode("utf-16-le"), "archive.binary"),
        ("Hội nghị giao ban giữa Công an và Quân đội".encode("cp1258", "replace"), "archive.encoding"),
        (SECRET.encode(), "archive.forbidden_text"),
        (IDENTIFIER.encode(), "archive.forbidden_text"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason_and_nothing_is_kept(town: Town, data: bytes, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        services.read_past_record(data, file_name="bai.txt", by=town.officers["CAH"], now=NOW)

    assert refusal(caught) == code
    assert caught.value.what and caught.value.why and caught.value.how
    assert not PastRecord.objects.exists()


def test_the_same_text_is_not_read_twice_unless_it_was_set_aside(town: Town) -> None:
    first = read(town)
    with pytest.raises(RefusedError) as caught:
        read(town)
    services.set_record_aside(first, reason="thử", by=town.officers["CAH"], now=NOW)

    again = read(town)

    assert refusal(caught) == "archive.twice"
    assert again.pk != first.pk


def test_confirming_makes_a_conference_with_tasks_on_every_island_and_seals_it(town: Town) -> None:
    record = confirm(town, read(town))
    deliver_all(NOW)

    assert record.state == RecordState.CONFIRMED
    islands = Conference.objects.filter(uid=record.conference.uid).values_list("holder__code", "state", "from_record")  # type: ignore[union-attr]
    assert sorted(islands) == [(code, "concluded", True) for code in ("BCH", "CAH", "HKL")]
    tasks = (
        Task.objects.filter(holder=town.agencies["BCH"]).order_by("number").values_list("text", "lead__code", "due_on")
    )
    assert list(tasks) == [(text, "CAH", date(2016, 6, 30)) for text in record.fields["tasks"]]
    assert record.dispatch is not None
    assert [file.sha256 for file in record.dispatch.files.all()] == [record.sha256]
    assert [finding for finding in verify_all() if finding] == []


def test_a_confirmed_record_can_neither_be_confirmed_again_nor_changed(town: Town) -> None:
    record = confirm(town, read(town))

    for act in (
        lambda: confirm(town, record),
        lambda: services.correct_record(record, {"title": "x"}, edits=0, by=town.officers["CAH"], now=NOW),
        lambda: services.set_record_aside(record, reason="", by=town.officers["CAH"], now=NOW),
    ):
        with pytest.raises(RefusedError) as caught:
            act()
        assert refusal(caught) == "archive.not_draft"
    assert Conference.objects.filter(holder=town.agencies["CAH"]).count() == 1


def test_a_text_that_is_no_conference_is_said_to_be_none_and_cannot_be_confirmed(town: Town) -> None:
    record = read(town, RECIPE)

    with pytest.raises(RefusedError) as caught:
        confirm(town, record)

    assert record.fields["kind"] == "other"
    assert refusal(caught) == "archive.no_conference"
    assert not Conference.objects.exists()


def test_only_parties_of_the_coordination_can_be_named(town: Town) -> None:
    record = read(town)

    with pytest.raises(RefusedError) as caught:
        confirm(town, record, lead="HAI")

    assert refusal(caught) == "archive.stranger_named"
    assert PastRecord.objects.get().state == RecordState.DRAFT


def test_two_people_correcting_one_draft_do_not_overwrite_each_other(town: Town) -> None:
    record = read(town)
    services.correct_record(record, {"title": "Tên mới"}, edits=0, by=town.officers["CAH"], now=NOW)

    with pytest.raises(RefusedError) as caught:
        services.correct_record(record, {"title": "Tên khác"}, edits=0, by=town.officers["CAH"], now=NOW)

    assert refusal(caught) == "archive.changed_meanwhile"
    stored = PastRecord.objects.get()
    assert stored.title == "Tên mới"
    assert stored.read["title"] == record.read["title"]


def test_a_record_set_aside_can_be_taken_up_again(town: Town) -> None:
    record = services.set_record_aside(read(town), reason="không phải", by=town.officers["CAH"], now=NOW)
    reopened = services.reopen_record(record, by=town.officers["CAH"], now=NOW)

    assert (record.state, reopened.state, reopened.reason) == (RecordState.REJECTED, RecordState.DRAFT, "")


def test_nobody_else_sees_a_record(town: Town) -> None:
    record = read(town)

    for code in ("BCH", "HAI"):
        assert list(queries.past_records(by=town.officers[code])) == []
        assert queries.past_records(by=town.officers[code], text="giao ban").count() == 0
        with pytest.raises(NotFoundError):
            queries.access_record(record.uid, by=town.officers[code])


@pytest.mark.parametrize("text", ["nhiệm vụ trọng tâm", "nhiem vu trong tam", "TUẦN TRA"])
def test_records_are_found_with_and_without_diacritics(town: Town, text: str) -> None:
    record = read(town)

    assert list(queries.past_records(by=town.officers["CAH"], text=text)) == [record]


def test_the_coordination_is_suggested_by_its_regulation(town: Town) -> None:
    assert queries.suggest_coordination(read(town), by=town.officers["CAH"]) == town.coordination
    assert queries.suggest_coordination(read(town, RECIPE), by=town.officers["CAH"]) is None


def test_names_as_articles_shorten_them_match_the_agency(town: Town) -> None:
    agencies = list(town.agencies.values())

    assert queries.match_agency("Công an huyện", agencies) == town.agencies["CAH"]
    assert queries.match_agency("Khê Thượng", agencies) is None
    assert queries.match_agency("Bộ đội Biên phòng", agencies) is None
    assert queries.match_agency(None, agencies) is None
