"""The columns of annotated clips: which clip a row is of, and the fields of its record (docs/record.md) with types."""

from collections.abc import Mapping
from typing import Any

import datasets
from datasets import List, Value

from ..corpora.loader import readable_text

_TEXT, _NUMBER, _COUNT = Value("string"), Value("float64"), Value("int64")

FEATURES = datasets.Features(
    {
        "clip": _COUNT,
        "person": _COUNT,
        "source": _TEXT,
        "label": _TEXT,
        "score": _NUMBER,
        "scores": List({"label": _TEXT, "score": _NUMBER}),
        "certainty": {
            "level": _TEXT,
            "accuracy": _NUMBER,
            "reference": _TEXT,
            "measured_on": _TEXT,
            "runner_up": _TEXT,
            "why": List(_TEXT),
        },
        "explanation": _TEXT,
        "reasons": List(
            {
                "claim": _TEXT,
                "relation": _TEXT,
                "emotion": _TEXT,
                "strength": _NUMBER,
                "source": _TEXT,
                "evidence": _COUNT,
            }
        ),
        "evidence": List(
            {
                "claim": _TEXT,
                "body_part": _TEXT,
                "descriptor": _TEXT,
                "direction": _TEXT,
                "degree": _TEXT,
                "span": _TEXT,
                "value": _NUMBER,
                "unit": _TEXT,
                "percentile": _NUMBER,
                "reference": _TEXT,
                "start_s": _NUMBER,
                "end_s": _NUMBER,
                "holds": Value("bool"),
            }
        ),
        "not_measured": List({"descriptor": _TEXT, "why": _TEXT}),
        "notes": List({"code": _TEXT, "message": _TEXT}),
        "segments": List({"start_s": _NUMBER, "end_s": _NUMBER, "label": _TEXT, "score": _NUMBER}),
        "skeleton": {
            "layout": _TEXT,
            "frames": _COUNT,
            "fps": _NUMBER,
            "matched_joints": _COUNT,
            "missing_joints": List(_TEXT),
            "up_axis": _TEXT,
            "unit_scale": _NUMBER,
        },
        "model": _TEXT,
        "written_by": _TEXT,
        "dropped_claims": _COUNT,
        "question": _TEXT,
        "recording": _TEXT,
        "attribution": {
            "label": _TEXT,
            "probability": _NUMBER,
            "method": _TEXT,
            "parts": List(_TEXT),
            "bounds_s": List(_NUMBER),
            "values": List(List(_NUMBER)),
            "per_part": List(_NUMBER),
            "per_second": List(_NUMBER),
        },
        "error": {"type": _TEXT, "message": _TEXT},
    }
)
"""Columns of a shard. What a record lacks is null; `scores` is a list of pairs, highest first, because a struct has
the same fields, in one order, in every row."""


def as_row(record: Mapping[str, Any], clip: int, person: int | None) -> dict[str, Any]:
    """A record as a row of `FEATURES`.

    Args:
        record: As the pipeline returns it.
        clip: Number of the clip in its source, from 0.
        person: Which person of the recording it is about, from 0; None for a clip that could not be read.
    """
    row = {name: _storable(value) for name, value in record.items()}
    if "scores" in row:
        row["scores"] = [{"label": label, "score": score} for label, score in row["scores"].items()]
    return {"clip": clip, "person": person, **row}


def _storable(value: Any) -> Any:
    """The same with text that can be stored: names of files may have bytes that are not UTF-8."""
    if isinstance(value, str):
        return readable_text(value)
    if isinstance(value, Mapping):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, (list, tuple)) else value


__all__ = ["FEATURES", "as_row"]
