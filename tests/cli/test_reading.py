"""What a person sees of articles that are no records, and of folders and files that are not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from giaoban.cli.main import run

PATROL = (
    "Tuần tra chung\n\nSáng 12/3/2023, Đồn Biên phòng Pa Hang và Công an xã tuần tra trên tuyến biên giới dài 8 km.\n"
)


def test_a_person_is_told_on_screen_that_an_article_is_no_record_and_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(PATROL, encoding="utf-8")

    code = run(["read", str(other)])

    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"== {other}",
        f"{other} is no conference record.",
        "  - kind: the article is about another event (patrol, exercise, training, inspection)",
    ]


def test_a_folder_gives_its_text_files_in_the_order_of_their_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text(f"Bài {name[0]}\n\n{PATROL}", encoding="utf-8")

    code = run(["read", str(tmp_path), "--json"])

    said = capsys.readouterr()
    assert code == 0
    assert [json.loads(line)["kind"] for line in said.out.splitlines()] == ["other", "other"]
    assert [Path(line.split(" is ")[0]).name for line in said.err.splitlines()] == ["a.txt", "b.txt"]


def test_a_folder_without_articles_and_a_missing_file_are_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = tmp_path / "none.txt"

    code = run(["read", str(tmp_path), str(missing), "--json"])

    errors = [json.loads(line)["error"] for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert [(error["code"], error["why"], error["file"]) for error in errors] == [
        ("read.no_articles", "There is no .txt file in this folder.", str(tmp_path)),
        ("read.missing", "There is no such file.", str(missing)),
    ]
