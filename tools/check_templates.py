#!/usr/bin/env python3
"""What a template must not do, beyond the formatter's rules.

The content security policy has no room for inline scripts or styles, so a page that carries one is broken. A text outside
the translation tags is English only, so it is a fault too. Each fault is one line: file, line, what is wrong.

    python tools/check_templates.py          check
    python tools/check_templates.py --fix    let the formatter rewrite what it would complain about
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.template.base import Lexer, TokenType

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = [
    (re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE), "script inside the page: move it to a static file"),
    (re.compile(r"<style[\s>]", re.IGNORECASE), "style inside the page: move it to a static file"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE), "style attribute: use a class"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE), "event attribute: listen from a static script"),
    (re.compile(r"\bhx-on\b|\bjs:|javascript:", re.IGNORECASE), "script in an attribute"),
    (re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"), "unescaped output"),
    (re.compile(r"<img(?![^>]*\salt=)[^>]*>", re.IGNORECASE), "picture without alt"),
    (re.compile(r"\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE), "address outside this server"),
]
POSTING = re.compile(r"<form\b[^>]*\bmethod\s*=\s*[\"']?post[^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL)
TAG_OR_COMMENT = re.compile(r"<!--.*?-->|<!doctype[^>]*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(
    r"\s(?:title|placeholder|alt|aria-label|aria-description)\s*=\s*\"([^\"]*)\"", re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]{2,}")
# The name of the product, the names of languages in themselves, and units and formats that are the same in each of them.
SAME_EVERYWHERE = re.compile(
    r"\b(?:Giao Ban|Tiếng Việt|English|PDF|DOCX|XLSX|CSV|API|JSON|UUID|SHA|Ed25519|TOTP|px|KB|kB|MB|dd/mm/yyyy)\b"
)
HIDDEN = "\x00"


def spoken_faults(source: str) -> Iterator[tuple[int, str]]:
    """Texts that a person would read and no catalogue knows: (line, text)."""
    plain = []
    inside = False
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            word, _space, rest = token.contents.partition(" ")
            if word in {"blocktranslate", "blocktrans", "comment"} or (word == "block" and rest.endswith("_class")):
                inside = True  # a block of that name holds class names, which nobody reads
            elif word in {"endblocktranslate", "endblocktrans", "endcomment", "endblock"}:
                inside = False
        shown = token.token_type is TokenType.TEXT and not inside
        # Tags become placeholders without letters; line breaks stay, so that lines can be counted.
        text = token.contents if token.token_type is TokenType.TEXT else ""
        lines = token.contents.count("\n")
        plain.append(text if shown else HIDDEN + "\n" * lines)
    joined = "".join(plain)
    for match in SPOKEN_ATTRIBUTE.finditer(joined):
        if WORD.search(SAME_EVERYWHERE.sub("", match.group(1).replace(HIDDEN, " "))):
            yield joined.count("\n", 0, match.start()) + 1, match.group(1)
    bare = TAG_OR_COMMENT.sub(lambda match: HIDDEN + "\n" * match.group(0).count("\n"), joined)
    for number, line in enumerate(bare.split("\n"), start=1):
        text = SAME_EVERYWHERE.sub("", html.unescape(line).replace(HIDDEN, " ")).strip()
        if WORD.search(text):
            yield number, text


def faults_of(source: str, *, paper: bool = False) -> Iterator[tuple[int, str]]:
    """All faults of one template: (line, what is wrong). `paper`: a form whose Vietnamese wording a decree gives."""
    for pattern, fault in FORBIDDEN:
        for match in pattern.finditer(source):
            yield source.count("\n", 0, match.start()) + 1, fault
    for match in POSTING.finditer(source):
        if "csrf_token" not in match.group(1):
            yield source.count("\n", 0, match.start()) + 1, "form that posts without csrf_token"
    for line, text in spoken_faults(source) if not paper else ():
        yield line, f"text outside the translation tags: {text[:60]!r}"


def main() -> int:
    """0 when no template has a fault."""
    templates = sorted(ROOT.glob("src/giaoban/*/templates/**/*.html"))
    if not templates:
        return 0
    fix = "--fix" in sys.argv[1:]
    formatter = [
        str(Path(sys.executable).with_name("djade")),
        "--target-version",
        "5.2",
        *(() if fix else ("--check",)),
    ]
    failed = subprocess.run([*formatter, *map(str, templates)], check=False).returncode != 0 and not fix
    for path in templates:
        for line, fault in sorted(faults_of(path.read_text(encoding="utf-8"), paper=path.stem.endswith("_print"))):
            print(f"{path.relative_to(ROOT)}:{line}: {fault}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
