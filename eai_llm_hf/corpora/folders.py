"""A folder with one sub-folder a label: the corpus that everyone can make."""

from collections import Counter
from pathlib import Path

from .adapter import Adapter, Corpus, Found, below, motion_files, readable_text
from .schema import LeftOut, Recording
from .vocabulary import canonical_label


def find_folders(root: Path) -> Found:
    """Finds all recordings below a folder; the first folder on the way down is the label.

    A file's name is its content, so that takes of one name stand together in a split: `calm/take1.bvh` with
    `tense/take1.bvh`. Performers are not known; where they are, a manifest says so.
    """
    recordings, left_out = [], []
    files = motion_files(root)
    without_suffix = Counter(path.with_suffix("") for path in files)
    for path in files:
        source = below(root, path)
        label, inside, _ = source.partition("/")
        if not inside:
            left_out.append(LeftOut(source, "lies beside the sub-folders; a sub-folder names the label"))
            continue
        recordings.append(
            Recording(
                path,
                source,
                corpus=readable_text(root.resolve().name),
                # walk.bvh and walk.npz are two clips here: nothing says that they are one take.
                clip_id=source if without_suffix[path.with_suffix("")] > 1 else source.removesuffix(path.suffix),
                label=canonical_label(label),
                content=readable_text(path.stem),
            )
        )
    return recordings, left_out


FOLDER = Adapter(
    Corpus(
        name="folder",
        title="A folder with one sub-folder a label",
        origin="yours",
        licence="unknown",
        terms="Those of your recordings.",
        rests_on="`FOLDER/LABEL/.../CLIP`, in any format that can be read.",
        assumes=(
            "The first sub-folder is the label, in the words of the vocabulary where it knows them: `joy/` and "
            "`happiness/` are both happy.",
            "A file's name is its content: files of one name, in whatever sub-folder, stand on one side of a split.",
            "Performers are not known.",
        ),
        tried_on="real files",
    ),
    find_folders,
)

__all__ = ["FOLDER", "find_folders"]
