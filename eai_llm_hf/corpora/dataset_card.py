"""The card of a prepared corpus: its origin, its terms, its contents and what was left out."""

from collections import Counter
from collections.abc import Sequence

from huggingface_hub import DatasetCard, DatasetCardData

from .loader import Corpus
from .schema import FEATURES, LeftOut

MOST_VALUES = 100
"""Values of a column that the card lists with their counts. If there are more, it only gives their number."""
MOST_LEFT_OUT = 40
"""Unreadable files that the card lists; `broken_files.jsonl` lists all."""

COLUMNS = {
    "joints": "(frames, 22, 3) float32: metres, Y up, facing +Z at the start, left side on +X",
    "joint_mask": "(22,) bool: False if the recording lacks the joint; such joints are zeros",
    "fps": "frames per second, 30",
    "not_shown": "aspects of the movement that the recording cannot show, such as travel",
    "label": "emotion as an adjective, or none",
    "intensity": "how strongly the emotion is expressed, 0 to 1, or none",
    "expression": "JSON: what the generator added to each of its style parameters, or none",
    "performer": "the performer, or none",
    "content": "what the performer does",
    "family": "contents that are nearly the same movement; keep a family on one side of a split",
    "corpus": "the corpus that it is from",
    "clip_id": "name of the clip, unique here",
    "source": "the file that it was read from",
}
"""Meaning of each column of `FEATURES`."""

_BODY = """# {title}

3-D body movement with the emotion that it expresses, one row for each clip, on one skeleton (the 22 joints of SMPL) at
30 frames a second. Written by `eai-llm data prepare {name}` of the package eai-llm-hf {version}.

{clips} clips, {minutes:.1f} minutes. Fingerprint `{fingerprint}`.

## Use

```python
from datasets import load_dataset

clips = load_dataset("THIS REPOSITORY OR FOLDER", split="train", streaming=True).with_format("numpy")
joints = next(iter(clips))["joints"]  # (frames, 22, 3)
```

`eai-llm train --corpora prepared=FOLDER` or `hub=USER/NAME` trains on it.

## Columns

{columns}

## Origin and terms

From: {origin}. {terms}
{citation}
## How it was read

Relies on: {rests_on}

{assumes}

## Contents

{counts}
## Left out

{left_out}
## Limits

The emotions were acted or generated. What a body expresses is not what a person feels: do not use this corpus to
judge people.
"""


def dataset_card(
    about: Corpus,
    facts: dict,
    counts: dict[str, Counter],
    left_out: Sequence[LeftOut],
) -> DatasetCard:
    """The card of a prepared corpus.

    Args:
        about: The corpus that it was made from.
        facts: Its `preparation.json`.
        counts: For "label", "performer", "content" and "corpus", the number of clips with each value.
        left_out: What could not be read.
    """
    front = DatasetCardData(
        license=about.licence,
        pretty_name=about.title,
        tags=["emotion-recognition", "motion-capture", "skeleton", "human-motion", "eai-llm"],
        size_categories=_size_category(facts["rows"]),
        configs=[{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}],
    )
    body = _BODY.format(
        title=about.title,
        name=facts["corpus"],
        version=facts["versions"]["eai-llm-hf"],
        clips=facts["rows"],
        minutes=facts["seconds"] / 60,
        fingerprint=facts["fingerprint"],
        columns=_table(("column", "what"), [(f"`{column}`", COLUMNS[column]) for column in FEATURES]),
        origin=about.origin,
        terms=about.terms,
        citation=f"\nCite: {about.citation}\n" if about.citation else "",
        rests_on=about.rests_on,
        assumes="\n".join(f"- {sentence}" for sentence in about.assumes),
        counts="\n".join(_counts(column, values) for column, values in counts.items()),
        left_out=_left_out(left_out),
    )
    return DatasetCard(f"---\n{front.to_yaml()}\n---\n\n{body}")


def _counts(column: str, values: Counter) -> str:
    if len(values) > MOST_VALUES:
        return f"{len(values)} different values of `{column}`.\n"
    ordered = sorted(values.items(), key=lambda entry: (-entry[1], str(entry[0])))
    return (
        _table((column, "clips"), [("(none)" if value is None else value, str(count)) for value, count in ordered])
        + "\n"
    )


def _left_out(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return "Nothing.\n"
    listed = _table(("file", "why"), [(entry.file, entry.message) for entry in left_out[:MOST_LEFT_OUT]])
    return f"{len(left_out)} files or rows yielded no clip; `broken_files.jsonl` lists all.\n\n{listed}\n"


def _table(header: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [header, ("---", "---"), *rows]
    return "\n".join(f"| {_cell(first)} | {_cell(second)} |" for first, second in lines)


def _cell(text: str) -> str:
    """Text that cannot break the table around it."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")[:300]


def _size_category(rows: int) -> str:
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for bound, name in bounds if rows < bound), "1M<n<10M")


__all__ = ["COLUMNS", "dataset_card"]
