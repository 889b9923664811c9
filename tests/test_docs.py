"""The pages for users, held against the code: what they name is there."""

import argparse
import importlib
import re
import runpy
from pathlib import Path

import pytest

from eai_llm_hf.cli.main import build_parser
from eai_llm_hf.generator import ACTIONS, RIGS
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES
from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
from eai_llm_hf.processing.skeleton.joint_centres import LAYOUT
from eai_llm_hf.processing.skeleton.matching import load_rigs, match_joints
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.report.overview import NOTE_WORDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def rows(page: Path) -> dict[str, list[str]]:
    """Cells of the table rows of a page by their first cell."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def commands() -> dict[str, argparse.ArgumentParser]:
    """Parsers of the commands by name."""
    parser = build_parser()
    return next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Options of a command and of its actions."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    below = [options_of(choice) for action in actions for choice in action.choices.values()]
    return set(parser._option_string_actions).union(*below)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_the_pages_have_the_options_that_they_are_given(page):
    known = commands()
    for line in page.read_text(encoding="utf-8").splitlines():
        for name, rest in re.findall(r"(?:eai-llm|eai_llm_hf) ([a-z]+)((?: [^`#|]+)?)", line):
            if not line.lstrip().startswith(("eai-llm", "torchrun", "`")) and f"`eai-llm {name}" not in line:
                continue
            assert name in known, f"{page.name} names eai-llm {name}"
            options = set(re.findall(r"(?<!\S)(--[a-z-]+)", rest))
            assert options <= options_of(known[name]), f"{page.name}: {line}"


def test_the_readme_names_every_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.search(r"`eai-llm ((?:[a-z]+ \| )+[a-z]+)`", text)
    assert listed is not None and set(listed[1].split(" | ")) == set(commands())


def test_the_page_on_usage_describes_every_command():
    cells = " ".join(rows(ROOT / "docs" / "usage.md"))
    assert set(re.findall(r"eai-llm ([a-z]+)", cells)) == set(commands())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_rigs_on_the_pages_are_known(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"""(?:--layout |"layout": "|data rigs )([a-z0-9_]+)(?![\w.])""", text)
    assert set(named) <= {*load_rigs(), AXIS_ANGLE}


def test_the_readme_is_short_and_states_the_limits_before_it_says_how_to_install():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    assert lines.index("## What works, and what does not") < lines.index("## Install")


@pytest.mark.parametrize("page", PAGES[2:], ids=lambda page: page.name)
def test_every_page_opens_with_the_question_that_it_answers(page):
    title, blank, opening, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ") and blank == "" and "?" in opening


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_on_the_pages_exist(page):
    folders = r"(?:processing|modeling|eai_llm_hf|benchmarks|docs|tests|hub_examples|metrics)"
    for path in re.findall(rf"`(?:python )?({folders}/[\w./-]*)(?=[ `])", page.read_text(encoding="utf-8")):
        if not re.search(r"[A-Z]{4}", path.replace("README", "")):  # NAME and the like stand for a name
            assert (ROOT / path).exists(), f"{page.name} names {path}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_imports_on_the_pages_work(page):
    for module, names in re.findall(
        r"^from (eai_llm_hf\S*) import (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE
    ):
        for name in names.split(", "):
            assert hasattr(importlib.import_module(module), name), f"{page.name}: {module} has no {name}"


def test_the_table_of_descriptors_is_that_of_the_code():
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    with_table = runpy.run_path(str(ROOT / "docs" / "make_record_table.py"))["with_table"]
    assert with_table(page) == page, "python docs/make_record_table.py writes it anew"


def test_the_page_of_the_generator_names_its_actions_and_rigs():
    table = rows(ROOT / "docs" / "generator.md")
    assert all(name in table["actions"][0] for name in ACTIONS) and all(name in table["rigs"][0] for name in RIGS)


def test_the_page_on_the_record_explains_every_note():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "processing").rglob("*.py"))
    codes = set(re.findall(r'note\(\s*"([a-z_]+)"', code)) | {"gaps_filled"}  # its code is a variable
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    table = page[page.index("### `notes`") : page.index("## Windows")]
    assert len(codes) > 15 and codes == set(re.findall(r"`([a-z_]+)`", table)) - {"code", "notes"}
    assert codes == set(NOTE_WORDS), "the overview of a report names each note in words"
    assert len(set(NOTE_WORDS.values())) == len(codes) and max(map(len, NOTE_WORDS.values())) < 40


def test_the_page_on_the_record_names_every_layout_that_is_no_rig():
    words = match_joints([*JOINT_NAMES, "marker"]).layout, LAYOUT
    assert not set(words) & set(load_rigs())
    (meaning,) = rows(ROOT / "docs" / "record.md")["layout"]
    assert re.findall(r'"([a-z-]+)"', meaning) == list(words) and "null" not in meaning


def test_the_page_on_inputs_describes_every_format():
    table = rows(ROOT / "docs" / "inputs.md")
    assert all(suffix in " ".join(table).replace("`", "").replace(",", "").split() for suffix in READABLE_SUFFIXES)
