"""Makes the site of the pages of this repository: `make docs`.

The pages and the files that they link to lie in the site where they lie in the repository, so no link changes. The
pages of the API follow from `eai_llm_hf.__all__`, and the tour is the notebook `hub_examples/tour.ipynb`.
"""

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "docs/*/*.md",
    "metrics/README.md",
    "eai_llm_hf/checkpoints/*/*.md",
)
TOUR = "hub_examples/tour.ipynb"
STYLE = "docs/site/site.css"

API = {
    "api/pipeline.md": (
        "Pipeline",
        "How do I get records in Python, and what do `calibrate`, `adapt` and `annotate` return?",
        ("TASK", "load_pipeline", "SkeletonEmotionExplanationPipeline", "annotate"),
        (
            "eai_llm_hf.processing.descriptors.reference.MotionReference",
            "eai_llm_hf.processing.adaptation.AdaptedLabels",
            "eai_llm_hf.processing.record_html.Record",
            "eai_llm_hf.annotation.run.Annotated",
        ),
    ),
    "api/processor.md": (
        "Processor",
        "How do clips and prompts become inputs of the model?",
        ("EaiSkeletonProcessor", "EaiSkeletonFeatureExtractor"),
        (),
    ),
    "api/model.md": (
        "Model and configuration",
        "How is the model configured, called, saved and pushed?",
        ("EaiLlmForCausalLM", "EaiLlmConfig", "EaiSkeletonConfig", "DEFAULT_CHECKPOINT", "GENERATOR_CHECKPOINT"),
        (),
    ),
}
"""Title, question, names of `eai_llm_hf.__all__`, and classes of the objects that these return, for each page."""


def on_startup(**_: Any) -> None:
    """Copies the code as it installs: modeling/ and processing/ inside the package."""
    package = ROOT / "build" / "package" / "eai_llm_hf"
    shutil.rmtree(package, ignore_errors=True)
    only_code = shutil.ignore_patterns("__pycache__", "checkpoints")
    shutil.copytree(ROOT / "eai_llm_hf", package, ignore=only_code)
    for room in ("modeling", "processing"):
        shutil.copytree(ROOT / room, package / room, ignore=only_code)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replaces the files of docs/ by all pages and the files that they link to, named from the top."""
    for file in list(files):
        if file.src_dir == config.docs_dir:
            files.remove(file)
    pages = sorted({page for pattern in PAGES for page in ROOT.glob(pattern)})
    for path in [*pages, *sorted(set(_linked(pages))), ROOT / STYLE]:
        name = path.relative_to(ROOT).as_posix()
        files.append(File(name, str(ROOT), config.site_dir, config.use_directory_urls))
    for name, (title, question, public, returned) in API.items():
        names = [*(f"eai_llm_hf.{name}" for name in public), *returned]
        text = "\n\n".join([f"# {title}", question, *(f"::: {name}" for name in names)])
        files.append(File.generated(config, name, content=text))
    if unnamed := _public_names() - {name for _, _, public, _ in API.values() for name in public}:
        raise ValueError(f"docs/site/hooks.py: API has no page for {', '.join(sorted(unnamed))}.")
    files.append(File.generated(config, TOUR.replace(".ipynb", ".md"), content=_tour()))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Python-Markdown needs an empty line around lists, tables and code; GitHub does not, and the pages have none."""
    lines: list[str] = []
    before, fenced = "", False
    for line in markdown.split("\n"):
        fence = line.lstrip().startswith("```")
        kind = before if fenced else _kind(line, before)
        if kind and before and kind != before:
            lines.append("")
        if fence:
            kind, fenced = "code", not fenced
        lines.append(line)
        before = kind
    return "\n".join(lines)


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """Types in docstrings stand in backticks, as in transformers; on the pages of the API they are code already."""
    return html.replace("`", "") if page.file.src_uri in API else html


def _kind(line: str, before: str) -> str:
    """What a line outside code belongs to: "" if it is empty, "list", "table", "code" or "text"."""
    if not line.strip():
        return ""
    if line.startswith("|"):
        return "table"
    if line.startswith("```"):
        return "code"
    if re.match(r"[-*] |\d+\. ", line):
        return "list"
    return "list" if before == "list" else "text"


def _linked(pages: list[Path]) -> Iterator[Path]:
    """Files that the pages link to and that are no pages themselves. mkdocs reports those that are not there."""
    for page in pages:
        for link in re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            path = (page.parent / link).resolve()
            if path.is_file() and path.suffix != ".md" and path.is_relative_to(ROOT):
                yield path


def _public_names() -> set[str]:
    """`eai_llm_hf.__all__`, without importing it, which takes seconds."""
    for node in ast.parse((ROOT / "eai_llm_hf" / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            return set(ast.literal_eval(node.value)) - {"__version__"}
    raise ValueError("eai_llm_hf/__init__.py: expected a list __all__, found none.")


def _tour() -> str:
    """The notebook as a page: its texts, code and outputs."""
    parts = []
    for cell in json.loads((ROOT / TOUR).read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                parts.append("".join(data["text/html"]))
            elif words := "".join(output.get("text", data.get("text/plain", []))):
                parts.append(f"```text\n{words.rstrip()}\n```")
    return "\n\n".join(parts)
