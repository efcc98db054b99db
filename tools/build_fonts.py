"""Builds the fonts of the documents: four TrueType files out of the WOFF2 parts of the npm package @fontsource/tinos.

The package splits each style by script; a PDF drawn with one part only would mix fonts inside a Vietnamese word. Tinos has the
measures of Times New Roman, which Decree 30/2020 asks for, under a free licence (OFL/Apache). Usage:

    python tools/build_fonts.py [node_modules] [--out src/giaoban/documents/fonts]

Does nothing when the fonts are already there and made from the same version.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

STYLES = {
    "Tinos-Regular": "400-normal",
    "Tinos-Italic": "400-italic",
    "Tinos-Bold": "700-normal",
    "Tinos-BoldItalic": "700-italic",
}
# The part with the most common letters first: its names and measures head the merged file.
SUBSETS = ("latin", "latin-ext", "vietnamese")
NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"
OUT = Path(__file__).resolve().parent.parent / "src" / "giaoban" / "documents" / "fonts"
STAMP = "version.txt"


def build(node_modules: Path, out: Path) -> bool:
    """Writes the fonts into `out`; False where they were there already. Raises FileNotFoundError without the package."""
    package = node_modules / "@fontsource" / "tinos"
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    stamp = out / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == version and not missing(out):
        return False
    out.mkdir(parents=True, exist_ok=True)
    for name, style in STYLES.items():
        parts = [package / "files" / f"tinos-{subset}-{style}.woff2" for subset in SUBSETS]
        merge(parts, out / f"{name}.ttf")
    licence = package / "LICENSE"
    if licence.is_file():
        shutil.copyfile(licence, out / "LICENSE")
    stamp.write_text(version + "\n", encoding="utf-8")
    return True


def missing(out: Path) -> list[str]:
    """The font files that are not in `out`."""
    return [f"{name}.ttf" for name in STYLES if not (out / f"{name}.ttf").is_file()]


def merge(parts: list[Path], target: Path) -> None:
    """One TrueType file out of several WOFF2 parts of the same style. The bytes depend on the parts alone."""
    from fontTools.merge import Merger, Options
    from fontTools.ttLib import TTFont

    with tempfile.TemporaryDirectory() as folder:
        plain: list[str] = []
        for part in parts:
            font = TTFont(part, recalcTimestamp=False)
            font.flavor = None
            # Hinting programs of separate parts cannot be merged, and a PDF has no use for them.
            for tag in ("fpgm", "prep", "cvt ", "gasp", "hdmx", "VDMX", "LTSH"):
                if tag in font:
                    del font[tag]
            if "glyf" in font:
                for name in font.getGlyphOrder():
                    font["glyf"][name].removeHinting()
            path = Path(folder) / (part.stem + ".ttf")
            font.save(path)
            plain.append(str(path))
        merged = Merger(options=Options(drop_tables=["DSIG"])).merge(plain)
        merged.recalcTimestamp = False
        # The merger writes the hour of the day; the hour of the first part keeps the bytes the same on every machine.
        first = TTFont(plain[0], lazy=True)
        merged["head"].created, merged["head"].modified = first["head"].created, first["head"].modified
        partial = target.with_suffix(".part")
        merged.save(partial)
        partial.replace(target)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Build the fonts of the official documents.")
    parser.add_argument(
        "node_modules", type=Path, nargs="?", default=NODE_MODULES, help="folder that holds @fontsource/tinos"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        made = build(options.node_modules, options.out)
    except FileNotFoundError as error:
        sys.stderr.write(
            f"@fontsource/tinos is not in {options.node_modules}: {error.filename}. Run the npm step first.\n"
        )
        return 1
    sys.stdout.write(f"fonts {'built' if made else 'already'} in {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
