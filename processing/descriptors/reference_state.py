"""A reference as plain numbers: what a JSON file of it holds, and the checks of such a file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .manner import MANNER, Manner
from .measure import DESCRIPTOR_NAMES
from .movement_features import NUM_CHANNELS, SEGMENTS
from .outlyingness import Outlyingness
from .reference_statistics import LEVELS

__all__ = ["DEFAULT", "DIRECTIONS", "KINDS", "PERFORMER", "RECORDINGS", "PerformerValues", "state_of", "values_in"]

DEFAULT, RECORDINGS, PERFORMER = "default", "recordings", "performer"
"""What a value is compared with: the clips of the training, the user's recordings, or those of the same performer."""

DIRECTIONS = ("low", "high")
"""Rows of the shares of clips with an unusual value."""

KINDS = ("without steps", "with steps")
"""Kinds of movement with typical scores of their own; a clip has steps if its cadence could be measured."""

_MANNER_PARTS = ("centre", "spread", "location", "scale", "within")
_SEGMENT_NAMES = tuple(name for name, _, _ in SEGMENTS)


@dataclass(frozen=True)
class PerformerValues:
    """What is typical of one performer of the recordings.

    Attributes:
        clips: Clips that show it.
        location: (descriptors,) typical normal score of each descriptor; NaN where no clip has it.
        manner: (13, 6, 2) typical manner, in spreads of the default; None where it is not known.
    """

    clips: int
    location: np.ndarray
    manner: np.ndarray | None = None


def state_of(reference: Any) -> dict:
    """A dict of plain numbers of a [`MotionReference`]; `values_in` reads it back."""
    by_name = {"clips": reference.clips, "levels": list(LEVELS)}
    state: dict[str, Any] = by_name | {
        "quantiles": {
            name: None if np.isnan(row[0]) else row.tolist()
            for name, row in zip(DESCRIPTOR_NAMES, reference.quantiles, strict=True)
        },
        "usual_scores": {kind: _by_descriptor(row) for kind, row in zip(KINDS, reference.usual_scores, strict=True)},
        "within": _by_descriptor(reference.within),
    }
    if set(reference.level) != {DEFAULT}:
        state |= {"location": _by_descriptor(reference.location), "scale": _by_descriptor(reference.scale)}
        state["level"] = dict(zip(DESCRIPTOR_NAMES, reference.level, strict=True))
    if reference.unusual_shares is not None:
        shares = zip(DIRECTIONS, reference.unusual_shares, strict=True)
        state["unusual_shares"] = {direction: _by_descriptor(row) for direction, row in shares}
    if reference.performers:
        state["performers"] = {
            name: {"clips": values.clips, "location": _by_descriptor(values.location)}
            | ({} if values.manner is None else {"manner": _nested(values.manner)})
            for name, values in reference.performers.items()
        }
    if reference.manner is not None:
        state["manner"] = {name: _nested(getattr(reference.manner, name)) for name in _MANNER_PARTS}
    if reference.outlyingness is not None:
        state["outlyingness"] = reference.outlyingness.to_dict()
    if reference.feature_mean is None or reference.feature_std is None or reference.feature_clips is None:
        return state
    means, stds = _by_segment(reference.feature_mean), _by_segment(reference.feature_std)
    clips = dict(zip(_SEGMENT_NAMES, reference.feature_clips.tolist(), strict=True))
    return state | {
        "features": {
            name: None if means[name] is None else {"clips": clips[name], "mean": means[name], "std": stds[name]}
            for name in _SEGMENT_NAMES
        }
    }


def values_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of [`MotionReference`] in a dict of `state_of`.

    Raises:
        ValueError: If the dict was written for other descriptors, levels or segments, or its values are no numbers.
    """
    missing = {"clips", "levels", "quantiles"} - set(state)
    if missing:
        raise ValueError(f"A motion reference lacks {sorted(missing)}; found {sorted(state)}.")
    levels = state["levels"]
    if not isinstance(levels, (list, tuple)) or list(levels) != list(LEVELS):
        raise ValueError(f"Expected quantiles at {list(LEVELS)} percent, found {levels}.")
    rows = _entries(state["quantiles"], DESCRIPTOR_NAMES, "descriptors")
    values: dict[str, Any] = {
        "clips": _count(state["clips"]),
        "quantiles": np.array([_numbers(row, len(LEVELS), f"quantiles of {name!r}") for name, row in rows.items()]),
    }
    if state.get("usual_scores") is not None:
        kinds = _entries(state["usual_scores"], KINDS, "kinds of movement")
        values["usual_scores"] = np.array(
            [_of_descriptors(row, f"usual scores {kind}") for kind, row in kinds.items()]
        )
    for name in ("location", "scale", "within"):
        if state.get(name) is not None:
            values[name] = _of_descriptors(state[name], name)
    if state.get("unusual_shares") is not None:
        shares = _entries(state["unusual_shares"], DIRECTIONS, "directions")
        values["unusual_shares"] = np.array([_of_descriptors(row, f"shares {way}") for way, row in shares.items()])
    if state.get("level") is not None:
        if absent := {"location", "scale"} - set(state):
            raise ValueError(f"A reference of other recordings lacks {' and '.join(sorted(absent))}.")
        values["level"] = list(_entries(state["level"], DESCRIPTOR_NAMES, "descriptors").values())
    if state.get("performers") is not None:
        performers = state["performers"]
        if not isinstance(performers, Mapping):
            raise ValueError(f"Expected an object with one entry for each performer, found {str(performers)[:200]}.")
        values["performers"] = {str(name): _performer(name, entry) for name, entry in performers.items()}
    if state.get("manner") is not None:
        parts = _entries(state["manner"], _MANNER_PARTS, "parts of a manner")
        values["manner"] = Manner(**{name: _manner_array(rows, name) for name, rows in parts.items()})
    if state.get("outlyingness") is not None:
        values["outlyingness"] = Outlyingness.from_dict(state["outlyingness"], len(DESCRIPTOR_NAMES))
    if state.get("features") is not None:
        values |= _features(_entries(state["features"], _SEGMENT_NAMES, "segments"))
    return values


def _performer(name: Any, entry: Any) -> PerformerValues:
    if not isinstance(entry, Mapping) or not {"clips", "location"} <= set(entry):
        raise ValueError(f"Expected clips and location of the performer {name!r}, found {str(entry)[:200]}.")
    manner = None if entry.get("manner") is None else _manner_array(entry["manner"], f"manner of {name!r}")
    return PerformerValues(_count(entry["clips"]), _of_descriptors(entry["location"], f"location of {name!r}"), manner)


def _manner_array(rows: Any, what: str) -> np.ndarray:
    """MANNER, NaN for None.

    Raises:
        ValueError: If it is of another shape, or not of numbers.
    """
    try:
        found = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != MANNER or np.isinf(found).any():
        raise ValueError(f"Expected numbers of shape {MANNER} as {what}, found {str(rows)[:200]}.")
    return found


def _nested(values: np.ndarray) -> list:
    """Nested lists of numbers, None for NaN."""
    nested = values.astype(object)
    nested[np.isnan(values)] = None
    return list(nested.tolist())


def _features(segments: Mapping[str, Any]) -> dict[str, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {"mean": [], "std": [], "clips": []}
    for name, entry in segments.items():
        entry = {"mean": None, "std": None, "clips": 0.0} if entry is None else entry
        if not isinstance(entry, dict) or set(entry) != set(parts):
            raise ValueError(f"Expected {sorted(parts)} of the segment {name!r}, found {str(entry)[:200]}.")
        parts["mean"].append(_numbers(entry["mean"], NUM_CHANNELS, f"mean of {name!r}"))
        parts["std"].append(_numbers(entry["std"], NUM_CHANNELS, f"std of {name!r}"))
        parts["clips"].append(_numbers([entry["clips"]], 1, f"clips of {name!r}"))
    return {
        "feature_mean": np.array(parts["mean"]),
        "feature_std": np.array(parts["std"]),
        "feature_clips": np.concatenate(parts["clips"]),
    }


def _by_descriptor(row: np.ndarray) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else float(value) for name, value in zip(DESCRIPTOR_NAMES, row, strict=True)}


def _by_segment(rows: np.ndarray) -> dict[str, list[float] | None]:
    return {
        name: None if np.isnan(row).any() else row.tolist() for name, row in zip(_SEGMENT_NAMES, rows, strict=True)
    }


def _of_descriptors(row: Any, what: str) -> np.ndarray:
    """(descriptors,), NaN for None."""
    found = _entries(row, DESCRIPTOR_NAMES, "descriptors")
    return np.array([_numbers(None if value is None else [value], 1, what)[0] for value in found.values()])


def _count(clips: Any) -> int:
    if isinstance(clips, bool) or not isinstance(clips, (int, float)) or not 0 < clips < math.inf:
        raise ValueError(f"Expected the number of clips, found {clips!r}.")
    return int(clips)


def _entries(found: object, names: Sequence[str], what: str) -> dict:
    """The entries of a dict in the order of the names; it must have these and no others."""
    if not isinstance(found, dict):
        raise ValueError(f"Expected an object with one entry for each of the {what}, found {type(found).__name__}.")
    unknown, absent = sorted(set(found) - set(names), key=str), sorted(set(names) - set(found))
    if unknown or absent:
        raise ValueError(
            f"This reference was made for other {what}: unknown {unknown}, missing {absent}. References and "
            "checkpoints belong to the version whose descriptors they were made with: train or calibrate again."
        )
    return {name: found[name] for name in names}


def _numbers(found: object, count: int, what: str) -> np.ndarray:
    """An array of `count` finite numbers, NaN for None."""
    if found is None:
        return np.full(count, np.nan)
    try:
        values = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (count,) or not np.isfinite(values).all():
        raise ValueError(f"Expected {count} finite numbers as {what}, found {str(found)[:200]}.")
    return values
