"""Labelled movement as Hugging Face datasets: one row a clip, on the unified skeleton.

A corpus is named on the command line as `generated`, `generated:2000` (clips), `bandai1=FOLDER`, `bandai2=FOLDER` or
`folder=FOLDER` (one sub-folder a label). Rows of recordings that cannot be read are left out and counted in a warning.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import datasets
from transformers.utils import logging

from eai_llm_hf.generator import clip_seed, generate_clip
from eai_llm_hf.processing.motion import MotionError
from eai_llm_hf.processing.motion_reading import READABLE_SUFFIXES, read_motions
from eai_llm_hf.processing.skeleton_tree import NUM_JOINTS
from eai_llm_hf.processing.unified_skeleton import UnifiedClip, unify

logger = logging.get_logger(__name__)

FEATURES = datasets.Features(
    {
        "joints": datasets.Array3D(shape=(None, NUM_JOINTS, 3), dtype="float32"),
        "joint_mask": datasets.Sequence(datasets.Value("bool"), length=NUM_JOINTS),
        "fps": datasets.Value("float32"),
        "label": datasets.Value("string"),
        "performer": datasets.Value("string"),
        "content": datasets.Value("string"),
        "family": datasets.Value("string"),
        "corpus": datasets.Value("string"),
        "clip_id": datasets.Value("string"),
        "source": datasets.Value("string"),
    }
)
"""Columns of a corpus. `label` is None where the recording has none of the emotions; `family` joins contents that are
nearly the same movement (all walks), which must not stand on both sides of a split."""

DEFAULT_GENERATED_CLIPS = 2000
_BANDAI_NAME = re.compile(r"dataset-(?P<set>[12])_(?P<content>.+)_(?P<style>[^_]+)_(?P<take>\d+)$")
_BANDAI_LABELS = {
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "proud": "proud",
    "not-confident": "not confident",
}
_FAMILIES = (
    ("walk", "walks"),
    ("run", "runs"),
    ("dash", "runs"),
    ("bye", "byes"),
    ("wave", "byes"),
    ("raise", "raises"),
)


def content_family(content: str) -> str:
    """Joins contents that are nearly the same movement: all walks, runs with dashes, byes with waves."""
    return next((family for start, family in _FAMILIES if content.startswith(start)), content)


def load_corpus(spec: str, seed: int = 0) -> datasets.Dataset:
    """Loads a corpus by its name on the command line.

    Args:
        spec: `generated[:CLIPS]`, `bandai1=FOLDER`, `bandai2=FOLDER` or `folder=FOLDER`.
        seed: Of the generated corpus.

    Raises:
        ValueError: If the name is unknown, or a folder is missing or holds no clip that can be read.
    """
    name, _, root = spec.partition("=")
    kind, _, count = name.partition(":")
    if kind == "generated":
        if count and not count.isdigit():
            raise ValueError(f"'generated:CLIPS' needs a number of clips, found '{count}'.")
        return generated_corpus(int(count or DEFAULT_GENERATED_CLIPS), seed)
    if kind not in ("bandai1", "bandai2", "folder") or not root:
        raise ValueError(
            f"A corpus is generated[:CLIPS], bandai1=FOLDER, bandai2=FOLDER or folder=FOLDER, found '{spec}'."
        )
    if not Path(root).is_dir():
        raise ValueError(f"The folder of corpus '{kind}' does not exist: {root}")
    rows = _folder_rows(Path(root)) if kind == "folder" else _bandai_rows(Path(root), kind)
    return _dataset(rows, f"corpus '{spec}'")


def generated_corpus(clips: int, seed: int = 0) -> datasets.Dataset:
    """Clips of the project's own generator, balanced over the default emotions by chance."""

    def rows() -> Iterator[dict]:
        for index in range(clips):
            made = generate_clip(clip_seed(seed, index))
            unified = unify(made.motion)
            yield _row(
                unified,
                label=made.label,
                performer=f"generated-{made.performer}",
                content=made.action,
                family=content_family(made.action),
                corpus=f"generated-{made.rig}",
                clip_id=f"generated-{seed}-{index}",
                source="generated",
            )

    return _dataset(rows(), "the generated corpus")


def _dataset(rows: Iterator[dict], what: str) -> datasets.Dataset:
    collected = list(rows)
    if not collected:
        raise ValueError(f"No clip of {what} could be read.")
    return datasets.Dataset.from_list(collected, features=FEATURES).with_format("numpy")


def _row(clip: UnifiedClip, **columns: str | None) -> dict:
    return {"joints": clip.joints, "joint_mask": clip.joint_mask, "fps": clip.fps} | columns


def _readable(paths: Sequence[Path]) -> Iterator[tuple[Path, int, UnifiedClip]]:
    """Path, person and unified clip of all files that can be read; the others are named in one warning."""
    broken = []
    for path in paths:
        try:
            for person, motion in enumerate(read_motions(path)):
                yield path, person, unify(motion)
        except (MotionError, OSError) as error:
            broken.append(f"{path.name}: {error}")
    if broken:
        shown = "\n  ".join(broken[:10])
        logger.warning(f"{len(broken)} of {len(paths)} files were left out:\n  {shown}")


def _bandai_rows(root: Path, corpus: str) -> Iterator[dict]:
    """Bandai-Namco-Research-Motiondataset-1 and -2: `dataset-1_{content}_{style}_{take}.bvh`, performers not given."""
    names = {path: name for path in sorted(root.rglob("*.bvh")) if (name := _BANDAI_NAME.match(path.stem))}
    for path, _, clip in _readable(list(names)):
        name = names[path]
        yield _row(
            clip,
            label=_BANDAI_LABELS.get(name["style"]),
            performer=None,
            content=name["content"],
            family=content_family(name["content"]),
            corpus=corpus,
            clip_id=path.stem,
            source=path.name,
        )


def _folder_rows(root: Path) -> Iterator[dict]:
    """A folder with one sub-folder a label; each file is a content of its own."""
    labels = sorted(path for path in root.iterdir() if path.is_dir())
    paths = {
        path: label.name
        for label in labels
        for path in sorted(label.rglob("*"))
        if path.suffix.lower() in READABLE_SUFFIXES
    }
    for path, person, clip in _readable(list(paths)):
        clip_id = f"{paths[path]}/{path.stem}" + (f"#{person}" if person else "")
        yield _row(
            clip,
            label=paths[path],
            performer=None,
            content=path.stem,
            family=path.stem,
            corpus=root.name,
            clip_id=clip_id,
            source=path.name,
        )


__all__ = ["FEATURES", "content_family", "generated_corpus", "load_corpus"]
