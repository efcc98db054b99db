"""The machine checks find what they are for, and nothing in good files."""

from __future__ import annotations

from pathlib import Path

import pytest

import check_repository
import check_templates

GOOD = """{% extends "web/base.html" %}
{% block content %}
  <h1>{% translate "Tasks" %}</h1>
  {# a note for readers of the template #}
  <form method="post">{% csrf_token %}<input name="q" aria-label="{% translate "Search" %}"></form>
  <p>{{ count }} · {% blocktranslate %}of {{ total }}{% endblocktranslate %}</p>
  {% comment %}nobody reads this{% endcomment %}
  <script src="{% static "web/app.js" %}" defer></script>
  <img src="{% static "web/logo.svg" %}" alt="">&nbsp;PDF
{% endblock %}
"""


def test_a_good_template_has_no_fault() -> None:
    assert list(check_templates.faults_of(GOOD)) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("<script>go()</script>", "script inside the page: move it to a static file"),
        ("<style>p {}</style>", "style inside the page: move it to a static file"),
        ('<p style="color: red"></p>', "style attribute: use a class"),
        ('<p onclick="go()"></p>', "event attribute: listen from a static script"),
        ("{{ text|safe }}", "unescaped output"),
        ('<img src="/x.png">', "picture without alt"),
        ('<a href="//example.com/">{{ name }}</a>', "address outside this server"),
        ('<form method="post"><input name="q"></form>', "form that posts without csrf_token"),
        ("<p>Hello</p>", "text outside the translation tags: 'Hello'"),
        ('<p title="Hello {{ name }}"></p>', "text outside the translation tags: 'Hello \\x00'"),
    ],
)
def test_each_fault_of_a_template_is_named(template: str, fault: str) -> None:
    assert [text for _line, text in check_templates.faults_of(f"\n{template}")][:1] == [fault]
    assert [line for line, _text in check_templates.faults_of(f"\n{template}")][:1] == [2]


def test_download_hosts_and_machine_paths_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_repository, "ROOT", tmp_path)
    host = check_repository.HOSTS[0]
    file = tmp_path / "notes.md"
    file.write_text(f"get it from https://files.{host}/x\nor from {'/'}home/somebody\n", encoding="utf-8")
    lock = tmp_path / "package-lock.json"
    lock.write_text('{"resolved": "http' + '://mirror.example/x"}\n', encoding="utf-8")

    assert list(check_repository.words_of(file)) == [
        f"notes.md:1: names the download host {host}",
        "notes.md:2: a path of one machine",
    ]
    assert list(check_repository.words_of(lock)) == ["package-lock.json:1: a lock file with an address"]


def test_views_may_not_reach_into_tables_and_services_take_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_repository, "ROOT", tmp_path)
    monkeypatch.setattr(check_repository, "PACKAGE", tmp_path)
    (tmp_path / "tasks").mkdir()
    views, services, behind = (tmp_path / "tasks" / name for name in ("views.py", "services.py", "closing.py"))
    views.write_text("def page(request):\n    return Task.objects.all()\n", encoding="utf-8")
    close = "def close(task, *, request):\n    task.save()\n"
    services.write_text(f"from giaoban.tasks.closing import close_late\n{close}", encoding="utf-8")
    behind.write_text(close, encoding="utf-8")

    assert list(check_repository.house_rules(views)) == [
        "tasks/views.py:2: .objects in a view: call a query or a service"
    ]
    assert list(check_repository.house_rules(services)) == [
        "tasks/services.py:2: close takes a request; hand it by and now"
    ]
    assert list(check_repository.house_rules(behind)) == [
        "tasks/closing.py:1: close takes a request; hand it by and now"
    ]


def test_everything_that_runs_is_pinned_alike_for_development() -> None:
    assert list(check_repository.pins()) == []
