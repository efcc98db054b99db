"""Make the fact files in src/giaoban/agencies/data from published lists of administrative units.

Run once whenever the lists change; the product itself needs neither of the two packages it reads:

    pip download --no-deps -d build vietnamadminunits==1.0.4 vietnam_provinces==2025.10.1
    python tools/make_territory.py build/vietnamadminunits-*.whl build/vietnam_provinces-*.whl

Only facts are taken over: codes, names, kinds, which unit lay in which, and what followed what. What changed by law in
2025 and 2026 at province level and from commune to ward stands in this file, with the legal text. The second package
follows a draft of Decision 19/2025 and serves to cross-check totals and names only. The script stops when a count differs
from the published one.
"""

from __future__ import annotations

import argparse
import csv
import json
import sqlite3
import sys
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

DATA = Path(__file__).parent.parent / "src/giaoban/agencies/data"

REFORM, EVE = "2025-07-01", "2025-06-30"

# Short id: number as it is cited, what it decided. The number goes into the database beside each fact.
SOURCES = {
    "QD124-2004": (
        "124/2004/QĐ-TTg",
        "Decision of 2004-07-08, list and codes of administrative units, with its amendments up to 2025-06-30",
    ),
    "QD19-2025": (
        "19/2025/QĐ-TTg",
        "Decision of 2025-06-30, list and codes of administrative units, in force 2025-07-01",
    ),
    "NQ202-2025": ("202/2025/QH15", "Resolution of 2025-06-12, arrangement of provincial units"),
    "NQ-XA-2025": (
        "1654–1687/NQ-UBTVQH15; 19/2025/QĐ-TTg",
        "Resolutions of 2025-06-16, arrangement of commune units of each province; codes by the decision",
    ),
    "NQ203-2025": ("203/2025/QH15", "Resolution of 2025-06-16, end of the district tier on 2025-07-01"),
    "NQ175-2024": ("175/2024/QH15", "Resolution of 2024-11-30, Huế becomes a centrally-run city on 2025-01-01"),
    "NQ30-2026": ("30/2026/QH16", "Resolution, Đồng Nai becomes a centrally-run city on 2026-04-30"),
    "NQ237-2026": ("237/NQ-UBTVQH16", "Resolution of 2026-04-14, ten wards of Đồng Nai on 2026-04-30"),
    "NQ36-2026": ("36/2026/QH16", "Resolution, Quảng Ninh becomes a centrally-run city on 2026-09-01"),
    "NQ39-2026": ("39/2026/QH16", "Resolution, Bắc Ninh becomes a centrally-run city on 2026-09-20"),
    "NQ388-2026": ("388/NQ-UBTVQH16", "Resolution, twelve wards of Bắc Ninh on 2026-09-20"),
}

# Provinces that became centrally-run cities: code, day, source.
CITIES_2026 = (("75", "2026-04-30", "NQ30-2026"), ("22", "2026-09-01", "NQ36-2026"), ("24", "2026-09-20", "NQ39-2026"))
# Communes that became wards.
WARDS_2026 = (
    (
        "2026-04-30",
        "NQ237-2026",
        ("25270", "25357", "25363", "26116", "26170", "26248", "26326", "26368", "26425", "26485"),
    ),
    (
        "2026-09-20",
        "NQ388-2026",
        ("07294", "07375", "07399", "07444", "07840", "09193", "09292", "09313", "09319", "09454", "09475", "09496"),
    ),
)

KINDS = ("thành phố", "thị trấn", "đặc khu", "thị xã", "huyện", "phường", "quận", "tỉnh", "xã")


@dataclass(frozen=True)
class Row:
    """A unit: its span is part of what it is, since codes are used again."""

    code: str
    kind: str
    name: str
    since: str = ""
    until: str = ""
    source: str = "QD19-2025"


@dataclass
class Facts:
    """What is written: rows, edges (child, parent, since, until), successions (old, new, on, kind, source)."""

    rows: list[Row] = field(default_factory=list)
    edges: list[tuple[str, str, str, str]] = field(default_factory=list)
    successions: list[tuple[str, str, str, str, str]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("history", type=Path, help="wheel of vietnamadminunits")
    parser.add_argument("draft", type=Path, help="wheel of vietnam_provinces, for the cross-check")
    parser.add_argument("--out", type=Path, default=DATA)
    options = parser.parse_args()
    old, new, converter = read_history(options.history)
    facts = Facts([Row("VN", "nước", "Việt Nam")])
    add_provinces(facts, old, new, converter)
    add_communes(facts, old, new, converter)
    add_2026(facts)
    check(facts)
    cross_check(facts, options.draft)
    write(facts, options.out)


def read_history(wheel: Path) -> tuple[list[sqlite3.Row], list[sqlite3.Row], dict[str, dict[str, dict[str, list]]]]:  # type: ignore[type-arg]
    """The old list, the new list and the table from old to new of the wheel."""
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        database = archive.extract("vietnamadminunits/data/dataset.db", folder)
        converter = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
        connection = sqlite3.connect(database)
        connection.row_factory = sqlite3.Row
        old = connection.execute("SELECT * FROM admin_units_legacy ORDER BY districtCode, wardCode").fetchall()
        new = connection.execute("SELECT * FROM admin_units ORDER BY wardCode").fetchall()
        connection.close()
    return old, new, converter


def add_provinces(facts: Facts, old: list[sqlite3.Row], new: list[sqlite3.Row], converter: dict) -> None:  # type: ignore[type-arg]
    """The 63 provinces, the 34, and which became which. A province that nothing was merged into goes on as it was."""
    old_codes = {row["provinceKey"]: (row["provinceCode"], *split(row["province"])) for row in old}
    new_codes = {row["provinceKey"]: (row["provinceCode"], *split(row["province"])) for row in new}
    for key, (code, kind, name) in sorted(new_codes.items(), key=lambda item: item[1]):
        predecessors = [old_codes[old_key] for old_key in converter["DICT_PROVINCE"][key]]
        if len(predecessors) == 1:
            if predecessors[0] != (code, kind, name):
                raise SystemExit(f"{name} changed without a merger")
            if code != "46":
                facts.rows.append(Row(code, kind, name, source="QD124-2004"))
            continue
        facts.rows.append(Row(code, kind, name, REFORM, "", "NQ202-2025"))
        for old_code, old_kind, old_name in predecessors:
            facts.rows.append(Row(old_code, old_kind, old_name, "", EVE, "QD124-2004"))
            facts.successions.append((old_code, code, REFORM, "merged", "NQ202-2025"))
    facts.rows.append(Row("46", "tỉnh", "Thừa Thiên Huế", "", "2024-12-31", "QD124-2004"))
    facts.rows.append(Row("46", "thành phố", "Huế", "2025-01-01", "", "NQ175-2024"))
    facts.successions.append(("46", "46", "2025-01-01", "renamed", "NQ175-2024"))
    facts.edges += [(code, "VN", "", "") for code in sorted({row.code for row in facts.rows} - {"VN"})]


def add_communes(facts: Facts, old: list[sqlite3.Row], new: list[sqlite3.Row], converter: dict) -> None:  # type: ignore[type-arg]
    """Districts and communes until 30 June 2025, communes after it, and which became which.

    A new commune made of exactly one old one, whole, with the same code, kind and name is the old one going on. Names that
    differ in marks or capitals only are the same name; the newer spelling is kept.
    """
    old_codes: dict[str, tuple[str, str, str]] = {}
    parents: dict[str, str] = {}
    for row in old:
        district = row["districtCode"]
        if district not in parents:
            parents[district] = row["provinceCode"]
            facts.rows.append(Row(district, *split(row["district"]), "", EVE, "QD124-2004"))
            facts.edges.append((district, row["provinceCode"], "", EVE))
        key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"
        if row["ward"] is None:  # an island district without communes
            old_codes[key] = (district, *split(row["district"]))
        else:
            old_codes[key] = (row["wardCode"], *split(row["ward"]))
            facts.edges.append((row["wardCode"], district, "", EVE))
    came_from: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, old_keys in communes.items():
            came_from[province, commune] += [(old_key, "merged") for old_key in old_keys]
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, targets in divided.items():
            for target in targets:
                came_from[province, target["newWardKey"]].append((old_key, "part"))
    goes_on: set[str] = set()
    for row in new:
        unit = (row["wardCode"], *split(row["ward"]))
        origins = came_from[row["provinceKey"], row["wardKey"]]
        facts.edges.append((unit[0], row["provinceCode"], REFORM, ""))
        if len(origins) == 1 and origins[0][1] == "merged" and is_same(old_codes[origins[0][0]], unit):
            goes_on.add(unit[0])
            facts.rows.append(Row(*unit, source="QD124-2004"))
            continue
        facts.rows.append(Row(*unit, REFORM, "", "NQ-XA-2025"))
        for key, how in origins:
            kind = "renamed" if how == "merged" and len(origins) == 1 else how
            facts.successions.append((old_codes[key][0], unit[0], REFORM, kind, "NQ-XA-2025"))
    facts.rows += [
        Row(code, kind, name, "", EVE, "QD124-2004")
        for code, kind, name in old_codes.values()
        if len(code) == 5 and code not in goes_on
    ]
    print(f"communes that went on unchanged: {len(goes_on)}")


def add_2026(facts: Facts) -> None:
    """Units that changed their kind in 2026 become new units under the same code."""
    changes = [(code, "thành phố", day, source) for code, day, source in CITIES_2026]
    changes += [(code, "phường", day, source) for day, source, codes in WARDS_2026 for code in codes]
    for code, kind, day, source in changes:
        at = next(i for i, row in enumerate(facts.rows) if row.code == code and not row.until)
        before = facts.rows[at]
        if before.kind not in ("tỉnh", "xã"):
            raise SystemExit(f"{before} does not become {kind}")
        facts.rows[at] = Row(before.code, before.kind, before.name, before.since, day_before(day), before.source)
        facts.rows.append(Row(code, kind, before.name, day, "", source))
        facts.successions.append((code, code, day, "renamed", source))


def check(facts: Facts) -> None:
    """Stop unless the counts are those published."""
    for day, expected in {
        "2025-06-30": {"provinces": 63, "districts": 696, "communes": 10_035},
        "2025-07-01": {"provinces": 34, "xã": 2_621, "phường": 687, "đặc khu": 13, "tỉnh": 28, "thành phố": 6},
        "2026-11-22": {"provinces": 34, "xã": 2_599, "phường": 709, "đặc khu": 13, "tỉnh": 25, "thành phố": 9},
    }.items():
        rows = [row for row in facts.rows if (row.since or "0") <= day <= (row.until or "9")]
        counts: dict[str, int] = defaultdict(int)
        for row in rows:
            counts[{2: "provinces", 3: "districts", 5: "communes"}[len(row.code)]] += row.code != "VN"
            counts[row.kind] += 1
        found = {name: counts[name] for name in expected}
        if found != expected or len({row.code for row in rows}) != len(rows):
            raise SystemExit(f"{day}: expected {expected}, found {found}")
        print(day, dict(counts))


def cross_check(facts: Facts, wheel: Path) -> None:
    """Say how far the list of the draft decision agrees: its names must nearly all be ours, its codes need not."""
    with zipfile.ZipFile(wheel) as archive:
        provinces = json.loads(archive.read("vietnam_provinces/data/nested-divisions.json"))
    draft = {(f"{p['code']:02d}", comparable(w["name"])) for p in provinces for w in p["wards"]}
    parent = {child: province for child, province, since, _ in facts.edges if since == REFORM}
    ours = {
        (parent[row.code], comparable(f"{row.kind} {row.name}"))
        for row in facts.rows
        if len(row.code) == 5 and (row.since or "0") <= REFORM <= (row.until or "9")
    }
    print(f"names in the draft list: {len(draft)}, of them in ours: {len(draft & ours)}")
    print("only in the draft:", sorted(draft - ours), "only in ours:", sorted(ours - draft))


def write(facts: Facts, folder: Path) -> None:
    """Write the four files, sorted, so that a change of facts shows as a small difference."""
    rows = sorted(facts.rows, key=lambda row: (len(row.code), row.code, row.since))
    save(folder / "sources.csv", ("id", "number", "title"), ((id_, *cited) for id_, cited in SOURCES.items()))
    save(
        folder / "localities.csv",
        ("code", "kind", "name", "since", "until", "source"),
        ((r.code, r.kind, r.name, r.since, r.until, r.source) for r in rows),
    )
    save(folder / "edges.csv", ("child", "parent", "since", "until"), sorted(facts.edges))
    save(
        folder / "successions.csv",
        ("predecessor", "successor", "on", "kind", "source"),
        sorted(facts.successions, key=lambda entry: (entry[2], entry[1], entry[0])),
    )
    sys.stdout.write(f"{len(rows)} units, {len(facts.edges)} edges, {len(facts.successions)} successions\n")


def save(path: Path, header: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> None:
    """Write one CSV file with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


def split(full_name: str) -> tuple[str, str]:
    """ "Thành phố Hà Nội" → ("thành phố", "Hà Nội")."""
    text = " ".join(unicodedata.normalize("NFC", full_name).replace("’", "'").split())
    for kind in KINDS:
        if text.lower().startswith(kind + " "):
            return kind, text[len(kind) + 1 :]
    raise SystemExit(f"no kind in {full_name!r}")


def is_same(old: tuple[str, str, str], new: tuple[str, str, str]) -> bool:
    """Whether two (code, kind, name) are the same unit but for spelling."""
    return old[:2] == new[:2] and bare(old[2]) == bare(new[2])


def bare(name: str) -> str:
    """A name without marks, lower case."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def comparable(name: str) -> str:
    """A name for the cross-check: tone placement, apostrophes, dashes, spaces and case do not count."""
    text = unicodedata.normalize("NFD", " ".join(name.replace("’", "'").replace("–", "-").split()).lower())
    marks = "".join(sorted(c for c in text if unicodedata.combining(c)))
    return "".join(c for c in text if not unicodedata.combining(c)) + marks


def day_before(day: str) -> str:
    """The ISO day before an ISO day."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


if __name__ == "__main__":
    main()
