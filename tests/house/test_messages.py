"""tools/messages.py finds every message, keeps every translation, and sees every fault."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import messages
from messages import Message


def test_python_messages_are_literal_arguments_of_gettext_calls() -> None:
    source = """
a = _("one" " text")
b = ngettext("%(n)s task", "%(n)s tasks", n)
c = pgettext_lazy("state", "Open")
d = _(variable)
e = _("")
f = translation.gettext("dotted")
"""

    found = sorted(messages.messages_of_python(source, "x.py"))

    assert found == [
        Message("", "%(n)s task", "%(n)s tasks"),
        Message("", "dotted", ""),
        Message("", "one text", ""),
        Message("state", "Open", ""),
    ]


def test_an_f_string_in_gettext_is_refused() -> None:
    with pytest.raises(SystemExit, match="f-string cannot be translated"):
        list(messages.messages_of_python('_(f"{name} went")', "x.py"))


def test_template_messages_are_read_as_django_reads_them() -> None:
    source = """<p title="{% translate "Don't" %}">
    {% blocktranslate trimmed count n=tasks|length with who=name %}
        One task of
        {{ who }}
    {% plural %}
        {{ n }} tasks of {{ who }}
    {% endblocktranslate %}
  {% translate "Open" context "state" as label %}
 it's (a "trap {{ _("Filtered")|upper }}
{% blocktranslate %}Half: 50%{% endblocktranslate %}"""

    found = sorted(messages.messages_of_template(source, "x.html"))

    assert found == [
        Message("", "Don't", ""),
        Message("", "Filtered", ""),
        Message("", "Half: 50%%", ""),
        Message("", "One task of %(who)s", "%(n)s tasks of %(who)s"),
        Message("state", "Open", ""),
    ]


def test_a_catalogue_read_back_and_written_again_is_the_same_text() -> None:
    wanted = [
        Message("", "%(n)s task", "%(n)s tasks"),
        Message("", "A long text. " * 20 + 'with "quotes"\nand lines', ""),
        Message("state", "Open", ""),
    ]
    known = {("", "%(n)s task"): "%(n)s nhiệm vụ", ("state", "Open"): "Đang mở"}
    unused = {("", "Gone\nfor now"): 'Tạm "bỏ"', ("menu", "Old"): "Cũ"}
    text = messages.rendered(wanted, known, unused)

    again = messages.translations(read_po(io.BytesIO(text.encode()), locale="vi", abort_invalid=True))

    assert again == known | unused
    assert messages.rendered(wanted, again, unused) == text


@pytest.mark.parametrize(
    ("message", "text", "faults"),
    [
        (Message("", "Open", ""), "Mở", []),
        (Message("", "Open", ""), "", ["has no Vietnamese"]),
        (Message("", "One task", "%(n)s tasks"), "%(n)s nhiệm vụ", []),
        (Message("", "By %(who)s", ""), "Bởi %(ai)s", ["placeholders differ: ['%(who)s'] and ['%(ai)s']"]),
        (Message("", "100 %% of {n}", ""), "100 %% của {n}", []),
        (Message("", "<b>Open</b> it", ""), "Mở", ["tags differ"]),
        (Message("", "Open ", ""), "Mở", ["ends with a space on one side only"]),
    ],
)
def test_faults_of_a_translation(message: Message, text: str, faults: list[str]) -> None:
    assert messages.faults_of(message, text) == faults


def test_a_room_is_collected_kept_pruned_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    room = tmp_path / "tasks"
    (room / "templates").mkdir(parents=True)
    (room / "__init__.py").write_text('_("Task")\n')
    (room / "templates" / "x.html").write_text('{% translate "Due" %}\n')
    catalogue = room / messages.CATALOGUE

    messages.update([room], prune=False)
    assert messages.check([room]) == ["tasks: 'Due' has no Vietnamese", "tasks: 'Task' has no Vietnamese"]

    catalogue.write_text(
        catalogue.read_text()
        .replace('msgid "Due"\nmsgstr ""', 'msgid "Due"\nmsgstr "Hạn"')
        .replace('msgid "Task"\nmsgstr ""', 'msgid "Task"\nmsgstr "Nhiệm vụ"')
    )
    messages.update([room], prune=False)
    assert messages.check([room]) == []

    (room / "__init__.py").write_text("")
    messages.update([room], prune=False)
    assert messages.translations(messages.read_catalogue(catalogue)) == {("", "Due"): "Hạn", ("", "Task"): "Nhiệm vụ"}
    assert messages.check([room]) == [
        "tasks: catalogue is not as the sources have it; run tools/messages.py --prune tasks"
    ]

    messages.update([room], prune=True)
    assert messages.check([room]) == []
    assert messages.translations(messages.read_catalogue(catalogue)) == {("", "Due"): "Hạn"}


def test_two_rooms_may_not_say_one_text_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    for name, text in (("reports", "Báo cáo"), ("tasks", "Bản báo cáo")):
        catalogue = tmp_path / name / messages.CATALOGUE
        catalogue.parent.mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text('_("Report")\n')
        catalogue.write_text(messages.rendered([Message("", "Report", "")], {("", "Report"): text}, {}))

    assert messages.check(messages.rooms()) == [
        "tasks: 'Report' is 'Bản báo cáo' here but 'Báo cáo' in reports; use one wording, or give one of them a context"
    ]
