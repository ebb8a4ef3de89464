"""The pages of the site that are not in docs/, and links that lead out of docs/.

README.md is the home page. Links to other files of the repository lead to the repository; each has to exist.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).resolve().parent.parent
# Where a page of the site comes from.
PAGES = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "releasing.md": "RELEASING.md",
    "sandbox-crate.md": "sandbox/README.md",
}
HEADERS = ["zerossl.h", "zerossl.hpp", "zerossl_document.hpp"]
PYTHON = ["Client", "AsyncClient", "errors", "events", "answers", "monitoring", "sandbox"]
# What rustdoc makes is put beside the pages when they are done, so it is no link that the generator could check.
RUST = """# Rust reference

<a href="rust/zerossl/index.html">The documentation of the crate `zerossl`</a>, made by rustdoc.
"""
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The operations follow their overview, in its order."""
    overview = "operations/README.md"
    pages = re.findall(
        r"^\| \[`\w+`\]\((\w+\.md)\)", (TOP / "docs" / overview).read_text(encoding="utf-8"), re.MULTILINE
    )
    add_after(config.nav or [], overview, [{page.removesuffix(".md"): f"operations/{page}"} for page in pages])
    return config


def add_after(nav: list, entry: str, more: list) -> None:
    """Adds entries to the part of the navigation that begins with this one."""
    if entry in nav:
        nav += more
    for part in nav:
        for below in part.values() if isinstance(part, dict) else ():
            if isinstance(below, list):
                add_after(below, entry, more)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, source in PAGES.items():
        text = (TOP / source).read_text(encoding="utf-8")
        files.append(File.generated(config, path, content=text))
    files.append(File.generated(config, "c-reference.md", content=c_reference()))
    files.append(File.generated(config, "python-reference.md", content=python_reference()))
    files.append(File.generated(config, "rust-reference.md", content=RUST))
    files.append(File.generated(config, "site.css", content=(TOP / "site/site.css").read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links are those of the repository. Code is left alone."""
    path = page.file.src_uri
    source = PAGES.get(path, f"docs/{path}")
    pieces = FENCE.split(markdown)
    pieces[::2] = [LINK.sub(lambda link: moved(link, source, path, config), piece) for piece in pieces[::2]]
    return "".join(pieces)


def moved(link: re.Match[str], source: str, path: str, config: MkDocsConfig) -> str:
    """Where a link leads from the site."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[1]))
    anchor = link[2] or ""
    on_site = {source: page for page, source in PAGES.items()}.get(target)
    if target.startswith("docs/") and (TOP / target).is_file():
        on_site = target.removeprefix("docs/")
    if on_site:
        return posixpath.relpath(on_site, posixpath.dirname(path) or ".") + anchor
    if not (TOP / target).exists():
        raise PluginError(f"{source}: there is no {target}")
    repository = config.extra["repository"]
    return f"{repository}/blob/main/{target}{anchor}"


def c_reference() -> str:
    page = ["# C reference", "", "The headers have the reference in their comments. [C](c.md) is the guide.", ""]
    for name in HEADERS:
        text = (TOP / "include" / name).read_text(encoding="utf-8")
        page += [f"## {name}", "", f"```{'c' if name.endswith('.h') else 'cpp'}", text.rstrip(), "```", ""]
    return "\n".join(page)


def python_reference() -> str:
    page = ["# Python reference", "", "[Python](python.md) is the guide.", ""]
    for name in PYTHON:
        page += [f"::: libzerossl.{name}", ""]
    return "\n".join(page)
