#!/usr/bin/env python3
"""Message catalogues of every room: collect, check and compile them, without the gettext programs.

Each room (`src/giaoban/<room>/`) keeps one catalogue, `locale/vi/LC_MESSAGES/django.po`. Its msgids are English and are
found in the room's Python files and templates; its msgstrs are written by people. The files carry no dates, no line
numbers and no authors, and are sorted by msgid, so that two branches merge without noise.

    python tools/messages.py                      bring all catalogues up to date (translations are kept)
    python tools/messages.py reports tasks        only those of these rooms
    python tools/messages.py --missing [ROOM…]    print what has no Vietnamese yet
    python tools/messages.py --prune [ROOM…]      also forget translations that no source uses any more
    python tools/messages.py --check              exit 1 where a catalogue is not complete, correct and up to date
    python tools/messages.py --compile            write the .mo files that Django reads

What this is not: a translator. A new msgid gets a translation only when another room already has one for it.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "giaoban"
CATALOGUE = Path("locale/vi/LC_MESSAGES/django.po")
HEADER = """# Vietnamese messages of one room of Giao Ban. Written by tools/messages.py; translations by hand.
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: vi\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
# Which arguments of a gettext function are (context, singular, plural); counted from 0.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[diouxXeEfFgGcrs]|%[\d.]*[dsf]|\{(\w*)[^{}]*\}")
TAG = re.compile(r"</?(?:a|abbr|b|br|code|em|i|kbd|li|p|small|span|strong|sub|sup|time|ul)\b")


class Message(NamedTuple):
    """One msgid as the sources have it; `plural` is empty where there is none."""

    context: str
    singular: str
    plural: str


def rooms() -> list[Path]:
    """Every folder of the package that is a Python package, in name order."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def messages_of_python(source: str, name: str) -> Iterator[Message]:
    """The literal arguments of every gettext call; calls with a variable are looked up at run time and skipped."""
    for node in ast.walk(ast.parse(source, name)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in FUNCTIONS:
            continue
        places = FUNCTIONS[called]
        texts = [_literal(node, place) for place in places]
        if all(text is not None for text in texts) and texts[1]:
            yield Message(*(text or "" for text in texts))


def _literal(call: ast.Call, place: int | None) -> str | None:
    if place is None:
        return ""
    if place >= len(call.args):
        return None
    argument = call.args[place]
    if isinstance(argument, ast.JoinedStr):
        raise SystemExit(f"line {argument.lineno}: an f-string cannot be translated; use %(name)s or .format()")
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def messages_of_template(source: str, name: str) -> Iterator[Message]:
    """What `{% translate %}`, `{% blocktranslate %}` and `_("…")` say, trimmed and with context as Django reads them."""
    # Django turns a template into something shaped like Python with every other word blanked out. The brackets around
    # it keep Python's tokenizer from minding its indentation.
    shaped = "(\n" + templatize(source, name) + "\n)"
    keywords: dict[str, tuple[int | tuple[int, str], ...] | None] = {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    called: Any  # the library's types say less than it yields: (line, function, one message or several, comments)
    for called in extract_python(io.BytesIO(shaped.encode()), keywords, (), {}):
        _line, function, found, _comments = called
        texts = [text for text in (found if isinstance(found, tuple) else (found,)) if text is not None]
        context, singular, plural = FUNCTIONS[function]
        wanted = max(place for place in (context, singular, plural) if place is not None)
        if len(texts) > wanted and texts[singular]:
            yield Message(
                "" if context is None else texts[context], texts[singular], "" if plural is None else texts[plural]
            )


def messages_of_room(room: Path) -> list[Message]:
    """All messages of a room's sources, sorted, each once.

    A msgid that is used both with and without a plural is one entry with a plural, as gettext has it.
    """
    found: dict[tuple[str, str], str] = {}
    for path in sorted([*room.rglob("*.py"), *room.glob("templates/**/*")]):
        if not path.is_file() or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        name = str(path.relative_to(PACKAGE))
        try:
            extract = messages_of_python if path.suffix == ".py" else messages_of_template
            for message in extract(source, name):
                key = (message.context, message.singular)
                found[key] = found.get(key) or message.plural
        except SyntaxError as error:
            raise SystemExit(f"{name}: cannot be read: {error}") from error
    return [Message(context, singular, plural) for (context, singular), plural in sorted(found.items())]


def read_catalogue(path: Path) -> Catalog:
    """The catalogue as it stands, or an empty one."""
    if not path.exists():
        return Catalog(locale="vi")
    with path.open("rb") as file:
        return read_po(file, locale="vi", abort_invalid=True)


def translations(catalogue: Catalog) -> dict[tuple[str, str], str]:
    """(context, msgid) → Vietnamese, obsolete entries included, empty ones left out."""
    found = {}
    for message in [*catalogue.obsolete.values(), *catalogue]:
        text = message.string if isinstance(message.string, str) else message.string[0]
        singular = message.id if isinstance(message.id, str) else message.id[0]
        if singular and text and not message.fuzzy:
            found[message.context or "", singular] = text
    return found


def rendered(messages: list[Message], known: dict[tuple[str, str], str], unused: dict[tuple[str, str], str]) -> str:
    """The text of a catalogue with these messages; `unused` translations are kept as obsolete entries."""
    catalogue = Catalog(locale="vi", fuzzy=False)
    for message in messages:
        text = known.get((message.context, message.singular), "")
        if message.plural:
            catalogue.add((message.singular, message.plural), (text,), context=message.context or None)
        else:
            catalogue.add(message.singular, text, context=message.context or None)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, no_location=True, omit_header=True, sort_output=True)
    obsolete = Catalog(locale="vi", fuzzy=False)
    for (context, singular), text in sorted(unused.items()):
        obsolete.add(singular, text, context=context or None)
    tail = io.BytesIO()
    write_po(tail, obsolete, width=0, no_location=True, omit_header=True, sort_output=True)
    lines = [f"#~ {line}" if line else "" for line in tail.getvalue().decode().strip().splitlines()]
    body = buffer.getvalue().decode().strip()
    return HEADER + "\n\n".join(part for part in (body, "\n".join(lines)) if part) + "\n"


def update(chosen: list[Path], *, prune: bool) -> None:
    """Write the catalogues of these rooms; say what changed."""
    catalogues = {room: translations(read_catalogue(room / CATALOGUE)) for room in rooms()}
    shared: dict[tuple[str, str], str] = {}
    for known in catalogues.values():
        shared |= known
    for room in chosen:
        messages = messages_of_room(room)
        path = room / CATALOGUE
        keys = {(message.context, message.singular) for message in messages}
        unused = {key: text for key, text in catalogues[room].items() if key not in keys}
        if not messages and not (unused and not prune):
            path.unlink(missing_ok=True)
            continue
        text = rendered(messages, shared | catalogues[room], {} if prune else unused)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        missing = len(keys - (shared | catalogues[room]).keys())
        print(f"{room.name}: {len(messages)} messages, {missing} without Vietnamese, {len(unused)} unused")


def placeholders(text: str) -> Counter[str]:
    """Every `%(name)s`, `%s` and `{name}` of a text."""
    return Counter(match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", "")))


def faults_of(message: Message, text: str) -> list[str]:
    """What is wrong with one translation."""
    if not text.strip():
        return ["has no Vietnamese"]
    faults = []
    # Vietnamese has one plural form: it must carry what the plural carries (a singular may say "one" in words).
    source = message.plural or message.singular
    if placeholders(source) != placeholders(text):
        faults.append(f"placeholders differ: {sorted(placeholders(source))} and {sorted(placeholders(text))}")
    if Counter(TAG.findall(source)) != Counter(TAG.findall(text)):
        faults.append("tags differ")
    for edge, sample in (("begins", (message.singular[:1], text[:1])), ("ends", (message.singular[-1:], text[-1:]))):
        if sample[0].isspace() != sample[1].isspace():
            faults.append(f"{edge} with a space on one side only")
    return faults


def check(chosen: list[Path]) -> list[str]:
    """All faults of these rooms' catalogues, as lines for a person."""
    faults = []
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for room in chosen:
        path = room / CATALOGUE
        messages = messages_of_room(room)
        known = translations(read_catalogue(path))
        for message in messages:
            key = (message.context, message.singular)
            text = known.get(key, "")
            faults += [f"{room.name}: {message.singular!r} {fault}" for fault in faults_of(message, text)]
            # Django joins all catalogues into one, so a second wording would win or lose by the order of the apps.
            first_room, first_text = said.setdefault(key, (room.name, text))
            if text and first_text and first_text != text:
                faults.append(
                    f"{room.name}: {message.singular!r} is {text!r} here but {first_text!r} in {first_room}; "
                    "use one wording, or give one of them a context"
                )
        if messages and (not path.exists() or path.read_text(encoding="utf-8") != rendered(messages, known, {})):
            faults.append(
                f"{room.name}: catalogue is not as the sources have it; run tools/messages.py --prune {room.name}"
            )
    return faults


def compile_all() -> None:
    """Write a .mo file beside each catalogue that changed since the last time."""
    for room in rooms():
        path = room / CATALOGUE
        target = path.with_suffix(".mo")
        if not path.exists():
            target.unlink(missing_ok=True)
        elif not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            buffer = io.BytesIO()
            write_mo(buffer, read_catalogue(path))
            target.write_bytes(buffer.getvalue())


def main() -> int:
    """Read the arguments and do one of the five things above."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="rooms to treat (default: all)")
    parser.add_argument("--prune", action="store_true", help="forget translations that are not used")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="exit 1 where something is missing or wrong")
    action.add_argument("--missing", action="store_true", help="print the msgids without Vietnamese")
    action.add_argument("--compile", action="store_true", help="write the .mo files")
    wanted = parser.parse_args()
    unknown = set(wanted.rooms) - {room.name for room in rooms()}
    if unknown:
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    chosen = [room for room in rooms() if not wanted.rooms or room.name in wanted.rooms]
    if wanted.compile:
        compile_all()
    elif wanted.check:
        faults = check(chosen)
        print("\n".join(faults) or "catalogues: complete")
        return 1 if faults else 0
    elif wanted.missing:
        for room in chosen:
            known = translations(read_catalogue(room / CATALOGUE))
            for message in messages_of_room(room):
                if (message.context, message.singular) not in known:
                    print(f"{room.name}\t{message.singular}")
    else:
        update(chosen, prune=wanted.prune)
    return 0


if __name__ == "__main__":
    sys.exit(main())
