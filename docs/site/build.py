"""The pages as a site: `python docs/site/build.py FOLDER` (`tox -e docs`).

Pages link to each other as files of the repository. Here they are put together for mkdocs, and each link is
led to where its page or file stands in the site; a link that leads nowhere is an error.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)")


def staged(path: Path) -> Path:
    """Where a file of the repository stands in the site."""
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS)
    inside = path.relative_to(ROOT)
    return Path("project") / inside if path.suffix == ".md" else Path("files") / inside


def gather(into: Path) -> None:
    """Copy the pages and what they link to."""
    waiting = [*DOCS.rglob("*.md"), *(ROOT / name for name in ("ARCHITECTURE.md", "CHANGELOG.md"))]
    done: set[Path] = set()
    while waiting:
        page = waiting.pop()
        if page in done:
            continue
        done.add(page)
        there = into / staged(page)
        there.parent.mkdir(parents=True, exist_ok=True)
        if page.suffix != ".md":
            shutil.copyfile(page, there)
            continue

        def led(link: re.Match[str], page: Path = page, there: Path = there) -> str:
            text, target = link[1], (page.parent / link[2]).resolve()
            if target.is_dir():  # of the repository alone
                target = page
            elif not target.is_file():
                raise SystemExit(f"{page.relative_to(ROOT)}: {link[2]} is not there")
            waiting.append(target)
            return f"[{text}]({relpath(into / staged(target), there.parent)}"

        there.write_text(LINK.sub(led, page.read_text("utf-8")), "utf-8")


def main(site: Path) -> int:
    """Build the site into a folder; the exit status of mkdocs, which takes a warning for an error."""
    with tempfile.TemporaryDirectory() as folder:
        gather(Path(folder, "docs"))
        shutil.copyfile(Path(__file__).with_name("mkdocs.yml"), Path(folder, "mkdocs.yml"))
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
