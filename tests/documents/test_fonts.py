from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from tools import build_fonts

from giaoban.documents import metrics

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
needs_package = pytest.mark.skipif(
    not (NODE_MODULES / "@fontsource" / "tinos").is_dir(), reason="the npm step of make setup has not run"
)


@needs_package
def test_fonts_are_the_same_bytes_each_time_and_are_built_once(tmp_path: Path) -> None:
    assert build_fonts.build(NODE_MODULES, tmp_path / "a") is True
    assert build_fonts.build(NODE_MODULES, tmp_path / "a") is False
    assert build_fonts.build(NODE_MODULES, tmp_path / "b") is True

    for name in metrics.FONT_FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_every_style_has_every_vietnamese_letter() -> None:
    plain = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
    tones = [
        chr(code) for code in (*range(0x1EA0, 0x1EFA), *(ord(char) for char in "àáãèéìíòóõùúýăĩũơưÀÁÃÈÉÌÍÒÓÕÙÚÝĂĨŨƠƯ"))
    ]
    letters = {*plain, *plain.upper(), *tones, *"–…“”/;.,()%₫"}

    for name in metrics.FONT_FILES:
        with TTFont(metrics.FONTS / name, lazy=True) as font:
            assert sorted(letters - {chr(code) for code in font.getBestCmap()}) == []


def test_a_missing_package_ends_with_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_fonts.main([str(tmp_path), "--out", str(tmp_path / "fonts")]) == 1
    assert "Run the npm step first" in capsys.readouterr().err


def test_widths_are_those_of_the_font() -> None:
    assert metrics.text_width_mm("M" * 10, 72, bold=True) == pytest.approx(10 * 0.944 * 25.4, rel=0.01)
    assert metrics.missing_fonts() == ()
