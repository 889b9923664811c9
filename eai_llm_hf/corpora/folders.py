"""A folder with one sub-folder for each label: the corpus that anyone can make."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from transformers.utils import logging

from eai_llm_hf.processing.vocabulary import canonical_label

from .loader import (
    Corpus,
    Found,
    Loader,
    below,
    motion_files,
    readable_text,
    without_person,
)
from .schema import CorpusFile, LeftOut

logger = logging.get_logger(__name__)

NO_PERFORMERS = "none"
"""Performer pattern that says that performers are unknown."""
_SHOWN = 5


def find_folders(
    root: Path,
    performer_pattern: str | None = None,
    option: str = "--performer-pattern",
    as_label: Callable[[str], str] = canonical_label,
) -> Found:
    """Finds all motion files below a folder; the first sub-folder of a path is the label.

    The name of a file is its content, so a split keeps files of one name together: `calm/take1.bvh` and
    `tense/take1.bvh`. A pattern names the performers. Without a pattern, the sub-folders of the labels are taken for
    performers if every file lies in one, there are several, and more than half of their names occur under several
    labels. A warning then says so.

    Args:
        root: The folder.
        performer_pattern: Regular expression with a group `performer`, searched in each file's path below the root,
            with slashes. Files that it does not match are left out. "none" says that performers are unknown.
        option: What the warning calls it.
        as_label: From the name of a sub-folder to the label.

    Returns:
        The files found, and those left out with the reason.

    Raises:
        ValueError: If the pattern is not a regular expression, has no such group, or matches no file.
    """
    files, left_out = [], []
    paths = motion_files(root)
    performers = _performers([below(root, path) for path in paths], root, performer_pattern, option)
    without_suffix = Counter(path.with_suffix("") for path in paths)
    for path in paths:
        source = below(root, path)
        label, inside, _ = source.partition("/")
        if not inside:
            left_out.append(LeftOut(source, "lies outside the sub-folders; a sub-folder names the label"))
            continue
        if performers and source not in performers:
            left_out.append(LeftOut(source, "the performer pattern does not match it"))
            continue
        files.append(
            CorpusFile(
                path,
                source,
                corpus=readable_text(root.resolve().name),
                # walk.bvh and walk.npz count as two clips: nothing shows that they are one take.
                clip_id=without_person(
                    source if without_suffix[path.with_suffix("")] > 1 else source.removesuffix(path.suffix)
                ),
                label=as_label(label),
                performer=without_person(performers[source]) if source in performers else None,
                content=readable_text(path.stem),
            )
        )
    return files, left_out


def _performers(sources: Sequence[str], root: Path, pattern: str | None, option: str) -> dict[str, str]:
    """The performer of each file, by its path below the root; empty if performers are unknown.

    Raises:
        ValueError: As `find_folders`.
    """
    if pattern == NO_PERFORMERS:
        return {}
    if pattern is None:
        return _by_folder(sources, root, option)
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"The performer pattern '{pattern}' is not a regular expression: {error}.") from None
    if "performer" not in expression.groupindex:
        raise ValueError(
            f"The performer pattern '{pattern}' has no group 'performer'; expected for example "
            f"'(?P<performer>S\\d+)_', which names S03 in calm/S03_walk.bvh, or '{NO_PERFORMERS}'."
        )
    found = ((source, expression.search(source)) for source in sources)
    performers = {source: match["performer"] for source, match in found if match and match["performer"]}
    if sources and not performers:
        raise ValueError(
            f"The performer pattern '{pattern}' matches none of the {len(sources)} files below {root}; the first is "
            f"{sources[0]}."
        )
    return performers


def _by_folder(sources: Sequence[str], root: Path, option: str) -> dict[str, str]:
    """Performers by the sub-folders of the labels, if these look like performers."""
    paths = [source.split("/") for source in sources if "/" in source]
    if not paths or min(map(len, paths)) < 3:
        return {}
    labels: dict[str, set[str]] = defaultdict(set)
    for label, performer, *_ in paths:
        labels[performer].add(canonical_label(label))
    shared = sum(len(under) > 1 for under in labels.values())
    if len(labels) < 2 or 2 * shared <= len(labels):
        return {}
    shown = ", ".join(sorted(labels)[:_SHOWN]) + (", ..." if len(labels) > _SHOWN else "")
    logger.warning(
        f"{root.name}: the {len(labels)} sub-folders below the labels ({shown}) are treated as performers, because "
        f"{shared} of them occur under several labels. If they are not performers, use {option} "
        f"{NO_PERFORMERS}, or name the performers by a pattern or a manifest."
    )
    return {"/".join(parts): parts[1] for parts in paths}


FOLDER = Loader(
    Corpus(
        name="folder",
        title="A folder with one sub-folder for each label",
        origin="yours",
        licence="unknown",
        terms="Those of your recordings.",
        rests_on="`FOLDER/LABEL/.../CLIP` or `FOLDER/LABEL/PERFORMER/.../CLIP`, in any format that can be read.",
        assumes=(
            "The first sub-folder is the label, in the words of the vocabulary if it knows them: `joy/` and "
            "`happiness/` are both happy.",
            "The name of a file is its content: files of one name, in any sub-folder, are on one side of a split.",
            "Sub-folders of the labels are performers if every file lies in one, there are several, and more than "
            "half of them occur under several labels. Otherwise performers are unknown, unless a pattern names them.",
        ),
        tried_on="real files",
    ),
    find_folders,
)

__all__ = ["FOLDER", "NO_PERFORMERS", "find_folders"]
