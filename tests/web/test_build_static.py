"""The front-end build: which rules are kept, and that nothing names a download host."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src" / "giaoban" / "web" / "static" / "built"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """`tools/build_static.py` as a module."""
    spec = importlib.util.spec_from_file_location("build_static", ROOT / "tools" / "build_static.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".btn{a:b}", ".btn{a:b}"),
        (".carousel{a:b}", ""),
        (".btn,.carousel,body{a:b}", ".btn,body{a:b}"),
        (".btn:not(.carousel){a:b}", ""),
        (".btn:is(.active,:hover),a{b:c}", ".btn:is(.active,:hover),a{b:c}"),
        ("@media print{.carousel{a:b}.btn{c:d}}", "@media print{.btn{c:d}}"),
        ("@media print{.carousel{a:b}}", ""),
        ("@keyframes x{to{a:b}}", ""),
        (
            "[data-bs-theme=dark] .btn{a:b}",
            "[data-bs-theme=dark] .btn{a:b}"
            "@media screen and (prefers-color-scheme:dark){[data-bs-theme=auto] .btn{a:b}}",
        ),
    ],
)
def test_only_what_the_screens_use_is_kept_and_dark_rules_also_follow_the_device(
    tool: ModuleType, css: str, kept: str
) -> None:
    assert tool.keep_used(css) == kept


def test_the_lock_file_pins_by_hash_and_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())

    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    for name in ("package.json", "package-lock.json", ".npmrc", "requirements/node.txt"):
        assert re.findall(r"https?:|//[a-z]+\.", (ROOT / name).read_text()) == [], name


def test_the_versions_are_exact() -> None:
    package = json.loads((ROOT / "package.json").read_text())

    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.skipif(not BUILT.exists(), reason="the front-end files are not built (python tools/build_static.py)")
def test_every_icon_that_a_page_or_a_state_asks_for_is_in_the_sprite() -> None:
    source = ROOT / "src" / "giaoban"
    asked = set(
        re.findall(
            r"\{% icon \"([a-z0-9-]+)\"",
            "".join(p.read_text(encoding="utf-8") for p in source.glob("*/templates/**/*.html")),
        )
    )
    from giaoban.web.states import STATES

    asked |= {state.icon for state in STATES.values()}
    held = set(re.findall(r'<symbol id="([^"]+)"', (BUILT / "icons.svg").read_text(encoding="utf-8")))

    assert sorted(asked - held) == []


@pytest.mark.skipif(not BUILT.exists(), reason="the front-end files are not built (python tools/build_static.py)")
def test_the_built_files_point_nowhere_else() -> None:
    css = (BUILT / "base.css").read_text(encoding="utf-8")

    assert re.findall(r"url\((?![\"']?(?:data:|fonts/))[^)]*\)", css) == []
    assert sorted(re.findall(r'url\("(fonts/[^"]+)"\)', css)) == sorted(
        f"fonts/{path.name}" for path in (BUILT / "fonts").iterdir()
    )
    assert len(css.encode()) < 150_000
