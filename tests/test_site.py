"""The site: built strictly from the pages, with every link checked, and nothing fetched from elsewhere."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import eai_llm_hf

pytest.importorskip("mkdocs", reason="`make docs` installs mkdocs")

ROOT = Path(__file__).parents[1]
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """A copy of what the site is made of."""
    copy = tmp_path_factory.mktemp("repository")
    heavy = shutil.ignore_patterns("__pycache__", "*.safetensors", "runs")
    for folder in ("docs", "metrics", "hub_examples", "eai_llm_hf", "modeling", "processing"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=heavy)
    for file in ("README.md", "CONTRIBUTING.md", "LICENSE"):
        shutil.copyfile(ROOT / file, copy / file)
    return copy


def build(repository: Path) -> subprocess.CompletedProcess:
    """Builds the site of a repository in its folder build/site, as `make docs` does."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", "docs/site/mkdocs.yml"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def site(repository) -> Path:
    """The site of the pages as they are."""
    done = build(repository)
    assert done.returncode == 0, done.stderr
    return repository / "build" / "site"


class Loaded(HTMLParser):
    """What a browser loads for a page."""

    def __init__(self, page: Path):
        super().__init__()
        self.addresses = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        address = dict(attrs).get(LOADING.get(tag, ""))
        if address:
            self.addresses.append(address)


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_every_page_of_the_repository_is_in_the_site(site):
    for page in [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/*.md")]:
        assert (site / page.relative_to(ROOT).with_suffix("") / "index.html").is_file(), page
    for page in (
        "index.html",
        "CONTRIBUTING/index.html",
        "metrics/index.html",
        "LICENSE",
        "hub_examples/tour/index.html",
    ):
        assert (site / page).is_file(), page


def test_pages_load_nothing_from_elsewhere(site):
    addresses = {address for page in site.rglob("*.html") for address in Loaded(page).addresses}
    assert len(addresses) > 10 and not [each for each in addresses if re.match(r"(?:\w+:)?//", each)]


def test_the_api_has_every_public_name_with_its_docstring(site):
    pages = {page: text_of(site / "api" / page / "index.html") for page in ("pipeline", "processor", "model")}
    for name in set(eai_llm_hf.__all__) - {"__version__"}:
        assert any(re.search(rf"\b{name}\b", text) for text in pages.values()), name
    for words in (
        "Estimates the typical values of your own recordings",
        "Describes how two movements differ",
        "Raises",
    ):
        assert words in pages["pipeline"]


def test_lists_and_tables_without_an_empty_line_before_them_are_lists_and_tables(site):
    readme = (site / "index.html").read_text(encoding="utf-8")
    assert "What works:\n- " in (ROOT / "README.md").read_text(encoding="utf-8"), "or nothing is tested"
    assert re.search(r"<p>What works:</p>\s*<ul>\s*<li>", readme)
    assert not re.search(r"<p>[^<]*\n\|", readme)


def test_a_link_an_anchor_or_a_page_that_leads_nowhere_ends_the_build(site, repository):
    with open(repository / "docs" / "limits.md", "a", encoding="utf-8") as page:
        page.write("\n[a](no-such-page.md) [b](usage.md#no-such-heading) [c](../tests/no_such_file.py)\n")
    shutil.copyfile(repository / "docs" / "startup.md", repository / "docs" / "forgotten.md")
    done = build(repository)
    assert done.returncode != 0
    for words in ("no-such-page.md", "no-such-heading", "no_such_file.py", "docs/forgotten.md"):
        assert words in done.stderr
